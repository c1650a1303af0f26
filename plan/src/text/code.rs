//! Functions of which only the code changes.

use crate::model::CodeChange;

/// A size for people, in decimal units.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

pub(super) fn code(code: &CodeChange) -> String {
    let CodeChange {
        stack,
        logical_id,
        sha256,
        ..
    } = code;
    let size = match (code.after_bytes, code.delta_bytes()) {
        (Some(after), Some(delta)) => {
            let sign = if delta < 0 { "-" } else { "+" };
            format!("{} ({sign}{})", bytes(after), bytes(delta.unsigned_abs()))
        }
        (Some(after), None) => bytes(after),
        (None, _) => "size unknown".to_owned(),
    };
    format!("~ {logical_id} in {stack}: code {sha256}, {size}")
}
