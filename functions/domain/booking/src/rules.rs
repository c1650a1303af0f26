//! A platform's mapping, as plain values: the manifest holds it, and the caller passes it in.

use crate::Kind;

/// What the events in one platform's feeds mean. The default knows no rule: the phrases and places that are known
/// of most platforms still hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The first one that matches decides.
    pub rules: Vec<Rule>,
    /// What an event is when nothing is known of it.
    pub otherwise: Kind,
    /// Where a reservation's code may stand; the first place that holds one decides.
    pub codes: Vec<CodePlace>,
    /// Where it may stand what a booking pays; the first place that holds an amount decides.
    pub values: Vec<CodePlace>,
}

/// When the field matches the pattern, the event is of this kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Which property to read.
    pub field: Field,
    /// What the whole property must match.
    pub pattern: Pattern,
    /// What the event then is.
    pub kind: Kind,
}

/// Where a code or an amount stands: directly after a fixed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlace {
    /// Which property to read.
    pub field: Field,
    /// The text directly before it; the case of ASCII letters does not matter.
    pub after: String,
}

/// A property of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `SUMMARY`
    Summary,
    /// `DESCRIPTION`
    Description,
    /// `LOCATION`
    Location,
    /// `URL`
    Url,
    /// `UID`
    Uid,
    /// `CATEGORIES`: any one of them.
    Categories,
}

/// A text in which `*` stands for any text, also none. Case and the width of blanks do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            otherwise: Kind::Reservation,
            codes: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl Field {
    /// The property's texts: at most one, except for `CATEGORIES`.
    pub(crate) fn of(self, event: &calendar::Event) -> Vec<&str> {
        match self {
            Self::Summary => event.summary.as_deref().into_iter().collect(),
            Self::Description => event.description.as_deref().into_iter().collect(),
            Self::Location => event.location.as_deref().into_iter().collect(),
            Self::Url => event.url.as_deref().into_iter().collect(),
            Self::Uid => vec![event.uid.as_str()],
            Self::Categories => event.categories.iter().map(String::as_str).collect(),
        }
    }
}

impl Pattern {
    /// Reads a pattern. Every text is one.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            parts: normal(text).split('*').map(str::to_owned).collect(),
        }
    }

    /// Whether the whole text matches. It costs one pass over the text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text = normal(text);
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| *only == text);
        };
        let Some(rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else {
            return false;
        };
        // Leftmost is enough: taking a part as early as possible leaves the most for the parts that follow.
        for part in middle {
            match rest.split_once(part.as_str()) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        true
    }
}

/// Lower case, with every run of white space as one blank and none around.
pub(crate) fn normal(text: &str) -> String {
    text.to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let read = Pattern::new(pattern);
        for text in matching {
            assert!(read.matches(text), "{pattern} should match {text}");
        }
        for text in other {
            assert!(!read.matches(text), "{pattern} should not match {text}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        check(
            "Not available*",
            &["Not available", "NOT  AVAILABLE (owner)"],
            &["Now not available"],
        );
        check(
            "*request*",
            &["Request", "A request of A-1", "prerequest"],
            &["reques"],
        );
        check("a*b*c", &["abc", "a-b-b-c"], &["ab", "acb", "xabc", "abcx"]);
        check("ab*ba", &["abba", "ab-ba"], &["aba"]);
        check("*", &["", "anything"], &[]);
        check("**x**", &["x", "axb"], &[""]);
    }

    #[test]
    fn without_a_star_the_whole_text_must_match() {
        check("Busy", &["busy", " BUSY "], &["Busy day", "unbusy", ""]);
        check("", &["", "  "], &["a"]);
        check("a.c", &["a.c"], &["abc"]);
    }

    proptest! {
        #[test]
        fn a_match_needs_every_fixed_part_in_order(parts in prop::collection::vec("[ab]{1,2}", 1..4), text in "[ab]{0,8}") {
            let pattern = Pattern::new(&format!("*{}*", parts.join("*")));
            let mut rest = text.as_str();
            let naive = parts.iter().all(|part| match rest.find(part.as_str()) {
                Some(at) => { rest = &rest[at + part.len()..]; true }
                None => false,
            });
            prop_assert_eq!(pattern.matches(&text), naive);
        }

        #[test]
        fn a_star_may_stand_for_any_part_of_a_text(before in "[A-z0-9ä]{0,6}", hidden in "\\PC{0,20}", after in "[A-z0-9ä]{0,6}") {
            // A blank at the very edge of a text does not count, so the hidden part gets firm edges.
            let text = format!("{before}({hidden}){after}");
            let [pattern, other] = ["", "!"].map(|more| Pattern::new(&format!("{before}*{after}{more}")));
            prop_assert!(pattern.matches(&text));
            prop_assert!(!other.matches(&text));
        }
    }
}
