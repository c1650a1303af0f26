//! Random histories of a simulated world: platforms, guests, an operator with two calendars, and everything that goes
//! wrong between them. One seed is one history, so that a failure can be run again.

mod answers;
mod checks;
mod log;
mod people;
mod random;
mod rest;
mod world;
mod writes;

use random::Random;
use world::World;

/// What a history held, to see that it was worth running.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Runs of the synchronisation.
    pub runs: usize,
    /// Writes that were carried out.
    pub writes: usize,
    /// Runs that were stopped after a write.
    pub crashes: usize,
    /// Feeds that gave an error, half a body, no events or old ones.
    pub faults: usize,
    /// Decisions in the log at the end.
    pub decisions: usize,
    /// Lines of the log at the end.
    pub lines: usize,
}

/// Lives one history and checks every invariant on the way.
///
/// # Errors
/// What did not hold, and when.
pub fn live(seed: u64) -> Result<Tally, String> {
    let mut world = World::new(Random::new(seed));
    let steps = 12 + world.random.below(14);
    for step in 0..steps {
        live_step(&mut world).map_err(|fault| format!("seed {seed}, step {step}: {fault}"))?;
    }
    world
        .come_to_rest()
        .map_err(|fault| format!("seed {seed}, at rest: {fault}"))?;
    world.tally.decisions = world.state.decisions.len();
    world.tally.lines = world.log.len();
    Ok(world.tally)
}

fn live_step(world: &mut World) -> Result<(), String> {
    match world.random.below(16) {
        0..=2 => world.guest_books(),
        3 => world.guest_moves(),
        4 => world.guest_cancels(),
        5 => world.owner_blocks_on_platform(),
        6 => world.operator_adds(),
        7 => world.operator_edits_or_deletes(),
        8 => world.operator_adds_in_google(),
        9 | 10 => world.operator_edits_in_google(),
        11 => world.operator_deletes_in_google(),
        12 => world.platforms_read_our_feeds(),
        13 => return world.clock_jumps(),
        14 => world.operator_answers()?,
        _ => {}
    }
    world.time_passes();
    // Webhooks only cause runs: one that is lost, doubled or late is a run that is missing, doubled or late.
    for _ in 0..world.random.below(3) {
        world.sync_with_faults()?;
    }
    Ok(())
}
