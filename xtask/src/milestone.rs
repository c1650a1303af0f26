//! The steps of a deploy after each of which it can be interrupted, for the tests that do so.

/// Every milestone of a deploy, in its order. A first deploy passes all of them.
pub(crate) const ALL: &[&str] = &[
    "locked",
    "code-uploaded",
    "storage-proposed",
    "storage-executing",
    "storage-settled",
    "storage-protected",
    "runtime-proposed",
    "runtime-executing",
    "runtime-settled",
    "runtime-protected",
    "content-uploaded",
    "token-ensured",
    "smoke-passed",
    "release-recorded",
];

/// Notes that a milestone is behind us. A debug build that is told `LANDFALL_DIE_AT` this one ends here as `kill -9`
/// would end it: nothing is cleaned up.
pub(crate) fn reached(name: &str) {
    debug_assert!(ALL.contains(&name), "{name} is no milestone");
    if cfg!(debug_assertions) && std::env::var("LANDFALL_DIE_AT").is_ok_and(|wanted| wanted == name) {
        // Nothing is left to do if it does not work: the test sees that the program lives.
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
    }
}
