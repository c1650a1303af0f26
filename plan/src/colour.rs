//! Colour for a terminal. It repeats what signs and words say, and adds nothing.

use anstyle::{AnsiColor, Style};

use crate::model::Plan;

/// Whether the text is coloured. Who prints decides: never off a terminal, and never with `NO_COLOR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Plain text, the same as the plan's `Display`.
    Never,
    /// With ANSI sequences. Without them it is the same text.
    Ansi,
}

/// The plan as text.
#[must_use]
pub fn text(plan: &Plan, colour: Colour) -> String {
    let plain = plan.to_string();
    if colour == Colour::Never {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() * 2);
    for (number, line) in plain.lines().enumerate() {
        let style = style(number, line);
        if style.is_plain() {
            out.push_str(line);
        } else {
            out.push_str(&format!("{style}{line}{style:#}"));
        }
        out.push('\n');
    }
    out
}

fn style(number: usize, line: &str) -> Style {
    let of = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    let Some(entry) = line.strip_prefix("  ") else {
        // The first line and the headings begin at the margin.
        return if number == 1 {
            Style::new()
        } else {
            Style::new().bold()
        };
    };
    let sign = entry.trim_start().split(' ').next().unwrap_or_default();
    match sign {
        "!" => of(AnsiColor::Red).bold(),
        "-/+" | "-" => of(AnsiColor::Red),
        "+" => of(AnsiColor::Green),
        "~" => of(AnsiColor::Yellow),
        "?" => of(AnsiColor::Magenta),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_has_its_colour_and_other_lines_none() {
        let shown = |line: &str| style(5, line).to_string();
        let red = shown("  - Old (T) in s: DESTROY");
        assert_eq!(red, shown("  -/+ New (T) in s: will REPLACE"));
        assert_ne!(red, shown("      ! it holds data"));
        let all = [
            red,
            shown("  + A"),
            shown("  ~ A"),
            shown("  ? A"),
            shown("  A: - b"),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[..n].contains(one), "{n}");
        }
        assert_eq!(all[4], "");
    }
}
