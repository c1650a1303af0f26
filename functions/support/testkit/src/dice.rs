//! Chance that depends on a seed alone, so that what fails once fails again.

use std::sync::{Arc, Mutex, PoisonError};

/// A small generator (SplitMix64). Clones throw the same dice.
#[derive(Debug, Clone)]
pub struct Dice(Arc<Mutex<u64>>);

impl Dice {
    /// The dice of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))))
    }

    /// A number below this limit, which is not 0.
    #[must_use]
    pub fn below(&self, limit: u64) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    /// True in so many of a hundred.
    #[must_use]
    pub fn percent(&self, chance: u64) -> bool {
        self.below(100) < chance
    }
}
