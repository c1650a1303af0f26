//! The clock, and waiting by it.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time. Clones tell the same.
#[derive(Clone)]
pub struct Time(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Time {
    /// A clock.
    #[must_use]
    pub fn by(clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(clock))
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }

    /// Waits until then. A time in the past is not waited for.
    pub async fn until(&self, then: DateTime<Utc>) {
        if let Ok(left) = (then - self.now()).max(TimeDelta::zero()).to_std() {
            tokio::time::sleep(left).await;
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Time")
    }
}
