mod answers;
mod histories;
mod left_behind;
mod message;
mod world;
