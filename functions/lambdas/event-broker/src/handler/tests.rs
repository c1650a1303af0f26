//! The whole broker over a table and content in memory, with feeds over real HTTP from the partner simulator.

mod adding;
mod bookings;
mod edge;
mod fixture;
mod listing;
mod messages;
mod reports;
mod requests;
mod sessions;
mod silence;
mod synchronising;
mod threads;
mod tokens;
mod untold;
