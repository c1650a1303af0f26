mod histories;
mod message;
mod world;
