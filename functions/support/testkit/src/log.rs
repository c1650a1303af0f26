//! What is logged, as whoever reads the log sees it.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::Dispatch;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

/// Hears what is logged in its thread, from its making on.
pub struct Log {
    lines: Lines,
    _guard: DefaultGuard,
    /// With a second one the log's places are open in every thread, whichever test comes to them first.
    _other: Dispatch,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens up to this level.
    #[must_use]
    pub fn hear(most: LevelFilter) -> Self {
        let other = Dispatch::new(tracing_subscriber::registry());
        let lines = Lines::default();
        let sink = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .json()
            .with_writer(move || sink.clone());
        let subscriber = tracing_subscriber::registry().with(most).with(layer);
        let guard = tracing::subscriber::set_default(subscriber);
        tracing::callsite::rebuild_interest_cache();
        Self {
            lines,
            _guard: guard,
            _other: other,
        }
    }

    /// All that was logged, a line of JSON each.
    #[must_use]
    pub fn end(self) -> String {
        let lines = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
