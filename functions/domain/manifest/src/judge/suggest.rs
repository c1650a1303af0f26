//! "Did you mean": the nearest of the words that would have been right.

/// Longer words are no typing errors of ids, fields or zones.
const MAX_BYTES: usize = 80;
/// So that a broken file with thousands of references to thousands of ids is judged in bounded time.
const MAX_CANDIDATES: usize = 1_000;

/// The nearest candidate, if one is near enough to be meant: at most a third of the letters differ.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > MAX_BYTES {
        return None;
    }
    let word = plain(word);
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(|candidate| candidate.len() <= MAX_BYTES)
        .map(|candidate| (strsim::damerau_levenshtein(&word, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The word without what people mix up without meaning anything by it.
pub(super) fn plain(word: &str) -> String {
    word.to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        let candidates = ["pontoon", "sloop", "time_zone", "turnover_minutes"];
        assert_eq!(nearest(word, candidates), expected);
    }

    #[test]
    fn a_typing_error_finds_what_was_meant() {
        check("pontoons", Some("pontoon"));
        check("Pontoon", Some("pontoon"));
        check("slopo", Some("sloop"));
        check("time-zone", Some("time_zone"));
        check("turnoverminutes", Some("turnover_minutes"));
    }

    #[test]
    fn a_word_of_its_own_suggests_nothing() {
        check("kayak", None);
        check("", None);
        check("minutes", None);
    }
}
