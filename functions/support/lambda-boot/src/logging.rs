//! JSON lines on stdout, one per event, and a panic hook that says where and not what.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The most that is ever logged. `lambda_runtime` and the SDK print whole payloads below this level, with bearer
/// tokens and guests' names in them, so no setting lowers it.
pub const MAX_LEVEL: LevelFilter = LevelFilter::INFO;

/// Starts logging and installs the panic hook. A second call changes nothing.
pub fn start() {
    let ready = tracing_subscriber::registry()
        .with(MAX_LEVEL)
        .with(json_lines(std::io::stdout));
    // Only a second call fails, and the first one's subscriber serves as well.
    let _ = ready.try_init();
    std::panic::set_hook(Box::new(|panic| {
        // A panic's message may quote the data it stumbled over, so only the place is logged.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

fn json_lines<S, W>(writer: W) -> impl tracing_subscriber::Layer<S>
where
    S: tracing::Subscriber + for<'span> tracing_subscriber::registry::LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_json_line_and_debug_events_are_dropped() {
        let lines = Lines::default();
        let sink = lines.clone();
        let subscriber = tracing_subscriber::registry()
            .with(MAX_LEVEL)
            .with(json_lines(move || sink.clone()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::debug!("a payload");
            tracing::info!(feeds = 3, "feeds read");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(
            text.starts_with('{') && text.contains(r#""message":"feeds read","feeds":3"#),
            "{text}"
        );
    }
}
