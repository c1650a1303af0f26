//! Patterns of IAM: `*` for any text, `?` for one character.

/// Whether every text that `inner` matches is matched by `outer`. It may say no for patterns that a deeper
/// analysis would accept; it never says yes wrongly.
pub(super) fn covers(outer: &str, inner: &str) -> bool {
    let (outer, inner): (Vec<char>, Vec<char>) = (outer.chars().collect(), inner.chars().collect());
    // The classic walk: on a mismatch the last `*` takes one more character.
    let (mut o, mut i) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while i < inner.len() {
        if outer.get(o) == Some(&'*') {
            retry = Some((o, i));
            o += 1;
        } else if outer.get(o).is_some_and(|pattern| takes(*pattern, inner[i])) {
            o += 1;
            i += 1;
        } else if let Some((star, from)) = retry {
            o = star + 1;
            i = from + 1;
            retry = Some((star, i));
        } else {
            return false;
        }
    }
    outer[o..].iter().all(|c| *c == '*')
}

/// A `*` in the inner pattern may be any length, so only a `*` takes it.
fn takes(pattern: char, c: char) -> bool {
    c != '*' && (pattern == '?' || pattern == c)
}
