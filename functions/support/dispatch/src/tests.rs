mod carry;
mod check;
mod histories;
mod message;
mod people;
mod scene;
mod world;
