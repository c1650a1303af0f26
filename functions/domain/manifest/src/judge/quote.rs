//! A value of the file inside a message.

const MAX_CHARS: usize = 60;

/// The text between backticks, shortened, with control characters escaped: a message goes to a terminal, and the file
/// must not steer it.
pub(crate) fn quote(text: &str) -> String {
    let escaped: String = text
        .chars()
        .take(MAX_CHARS)
        .flat_map(|c| {
            let raw = (!c.is_control()).then_some(c);
            raw.into_iter()
                .chain(c.escape_default().filter(move |_| raw.is_none()))
        })
        .collect();
    let more = if text.chars().nth(MAX_CHARS).is_some() {
        "…"
    } else {
        ""
    };
    format!("`{escaped}{more}`")
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn control_characters_are_escaped_and_long_texts_shortened() {
        assert_eq!(quote("Bootshaus Süd"), "`Bootshaus Süd`");
        assert_eq!(quote("a\u{1b}[31m\nb"), "`a\\u{1b}[31m\\nb`");
        assert_eq!(quote(&"x".repeat(60)), format!("`{}`", "x".repeat(60)));
        assert_eq!(quote(&"x".repeat(61)), format!("`{}…`", "x".repeat(60)));
    }
}
