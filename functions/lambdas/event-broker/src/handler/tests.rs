//! The whole broker over a table and content in memory, with feeds over real HTTP from the partner simulator.

mod adding;
mod bookings;
mod edge;
mod fixture;
mod listing;
mod silence;
mod synchronising;
mod tokens;
mod untold;
