//! What each workflow's jobs do: their shell steps run here, in a checkout of their own, with the environment that
//! GitHub Actions would give, against a server that plays GitHub's interface.
//!
//! Jobs that need AWS run against a local cloud, whose place `cargo xtask test` gives by environment.

#[cfg(test)]
mod workflows {
    mod comment;
    mod deployed;
    mod drift;
    mod fork;
    mod github;
    mod inventory;
    mod job;
    mod plans;
    mod workflow;
}
