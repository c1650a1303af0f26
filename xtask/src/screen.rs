//! What the terminal shows: results on stdout, progress and problems on stderr, colour only where it helps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

static QUIET: AtomicBool = AtomicBool::new(false);

/// Whether steps are told at all.
pub(crate) fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// A line about what is being done. Silent with `--quiet`.
pub(crate) fn step(text: &str) {
    if !QUIET.load(Ordering::Relaxed) {
        anstream::eprintln!("{}", text);
    }
}

/// A line of the answer itself.
pub(crate) fn answer(text: &str) {
    anstream::println!("{text}");
}

/// The answer as it is, to the byte.
pub(crate) fn text(text: &str) {
    use std::io::Write as _;
    // A closed pipe is the reader's choice.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// An error with its causes, the most specific last: where the eye ends.
pub(crate) fn error(error: &anyhow::Error) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    anstream::eprintln!("{style}error{style:#}: {error}");
    for cause in error.chain().skip(1) {
        anstream::eprintln!("  because {cause}");
    }
}

/// The text in bold, where the terminal can.
pub(crate) fn bold(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// A spinner with a message for work of unknown length: hidden off a terminal and with `--quiet`.
pub(crate) fn spinner(message: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, draw_target()).with_style(ProgressStyle::default_spinner());
    bar.set_message(message.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar for work of `total` steps: hidden off a terminal and with `--quiet`.
pub(crate) fn bar(message: &str, total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), draw_target());
    if let Ok(style) = ProgressStyle::with_template("  {msg} [{bar:24}] {pos}/{len} {elapsed}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(message.to_owned());
    bar
}

fn draw_target() -> ProgressDrawTarget {
    if QUIET.load(Ordering::Relaxed) {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    }
}

/// A question, with the cursor behind it.
pub(crate) fn ask(question: &str) {
    anstream::eprint!("{question}");
}

/// Asks for a yes on the terminal. Without a terminal nobody can say yes, which is an error that says what to do.
pub(crate) fn confirm(question: &str) -> Result<bool> {
    use std::io::IsTerminal as _;
    if !std::io::stdin().is_terminal() {
        bail!("this needs a yes, and there is no terminal to ask on: pass --yes");
    }
    ask(&format!("{question} [y/N] "));
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read the answer")?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
