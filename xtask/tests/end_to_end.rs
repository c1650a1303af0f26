//! What a newcomer, an operator and an attacker see of a deployed Landfall.
//!
//! These tests run the `xtask` program and call what it has deployed to a local cloud, whose place `cargo xtask test`
//! gives by environment. Without it each says that it was skipped.

#[cfg(test)]
mod end_to_end {
    mod account;
    mod answer;
    mod apps_script;
    mod aws;
    mod canary;
    mod cloud;
    mod corpus;
    mod crowd;
    mod dashboard;
    mod deploy;
    mod doors;
    mod feed_inspect;
    mod hostile;
    mod inbox;
    mod landfall;
    mod landing;
    mod ledger;
    mod messages;
    mod newcomer;
    mod operator;
    mod previews;
    mod process;
    mod releases;
    mod replies;
    mod reports;
    mod rights;
    mod roles;
    mod sample;
    mod scanner;
    mod schema;
    mod secrets;
    mod sync;
    mod token_rotation;
}
