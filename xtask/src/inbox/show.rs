//! Threads in words.

use contract::replies::{DecisionShown, MessageShown, ThreadAnswer, ThreadLine, ThreadShown};

use crate::table::{Table, plain};

pub(super) fn shown(answer: &ThreadAnswer) -> String {
    match answer {
        ThreadAnswer::Threads { threads, next } => listed(threads, next.as_deref()),
        ThreadAnswer::Thread(shown) => thread(shown),
        ThreadAnswer::Replied { delivery } => {
            format!("it is on its way; what becomes of it: GET /deliveries, or `inbox show` ({delivery})")
        }
        ThreadAnswer::Closed {} => "closed".to_owned(),
        ThreadAnswer::Looked { reopened, open } => {
            format!("{reopened} wait again, {open} answers are on their way")
        }
        ThreadAnswer::Unknown {} | ThreadAnswer::Changed {} | ThreadAnswer::Refused { .. } => String::new(),
    }
}

/// What guests wrote stays where it is: an id, a time and a platform say which thread it is.
fn listed(threads: &[ThreadLine], next: Option<&str>) -> String {
    if threads.is_empty() {
        // So many others were looked through that the list goes on elsewhere.
        return match next {
            Some(next) => format!("none so far\nmore: --cursor {next}"),
            None => "no thread waits for you".to_owned(),
        };
    }
    let mut table = Table::new(["last", "id", "state", "platform", "asset", "messages", "for"]);
    for thread in threads {
        table.row([
            thread.last_at.clone(),
            thread.id.clone(),
            thread.state.clone(),
            thread.platform.clone(),
            thread.asset.clone().unwrap_or_else(|| "-".to_owned()),
            thread.messages.to_string(),
            thread.person.clone().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    match next {
        Some(next) => format!("{table}\nmore: --cursor {next}"),
        None => table.to_string(),
    }
}

fn thread(shown: &ThreadShown) -> String {
    let line = &shown.thread;
    let mut text = vec![format!("{} at {}: {}", line.id, line.platform, line.state)];
    if shown.older > 0 {
        text.push(format!("({} older messages are not shown)", shown.older));
    }
    text.extend(shown.messages.iter().map(message));
    text.extend(shown.decisions.iter().map(decision));
    if let Some(newest) = shown.messages.last() {
        text.push(format!("seen {}", newest.id));
    }
    if let Some(draft) = &line.draft {
        text.push(format!("draft {}\n{}", draft.id, lines(&draft.text)));
    }
    text.join("\n")
}

fn message(message: &MessageShown) -> String {
    let marks = [
        (message.is_automatic, " (by a machine)"),
        (message.is_edited, " (edited)"),
    ];
    let marks: String = marks
        .into_iter()
        .filter_map(|(is, mark)| is.then_some(mark))
        .collect();
    let parts = message.attachments.len();
    let parts = if parts > 0 {
        format!("\n  [{parts} attached]")
    } else {
        String::new()
    };
    format!(
        "{} {}{marks}\n{}{parts}",
        message.at,
        message.from,
        lines(&message.text)
    )
}

fn decision(decision: &DecisionShown) -> String {
    let rule = decision.rule.as_deref().map(|rule| format!(" by rule {rule}"));
    let reply = decision
        .reply
        .as_ref()
        .map(|reply| format!(" [{}]", reply.standing));
    format!(
        "{} {}{}: {}{}",
        decision.at,
        decision.what,
        rule.unwrap_or_default(),
        plain(&decision.why),
        reply.unwrap_or_default()
    )
}

/// What somebody wrote, indented, and without what would steer the terminal.
pub(super) fn lines(text: &str) -> String {
    let lines = text.lines().map(|line| format!("  {}", plain(line)));
    lines.collect::<Vec<_>>().join("\n")
}
