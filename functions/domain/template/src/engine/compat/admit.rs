//! Texts that Jinja2 would read differently, or not at all.

use minijinja::{Error, ErrorKind};

/// Refuses a text that Jinja2 would read differently, or not at all.
pub(crate) fn admit(source: &str) -> Result<(), Error> {
    if source.contains("macro") && source.contains(".arguments") {
        return Err(refused("a macro's `arguments` are not supported"));
    }
    for tag in tags(source) {
        let words: Vec<&str> = tag.split_whitespace().collect();
        match words.as_slice() {
            ["include", .., "without", "context"] => {
                return Err(refused(
                    "`include` without context is not supported: pass what it needs by `with`",
                ));
            }
            ["with", rest @ ..] if rest.concat().matches('=').count() > 1 && refers_back(&rest.concat()) => {
                return Err(refused(
                    "one `with` gives a name and uses it again: nest two, since Jinja2 knows it only inside",
                ));
            }
            ["set", name, "=", value @ ..] if name.contains('.') && nests(name, &value.concat()) => {
                return Err(refused(
                    "the value holds itself, deeper each time: add to a list by `+` instead",
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a name stands within brackets: what lies in itself thousands deep cannot be freed again.
fn nests(name: &str, value: &str) -> bool {
    value.match_indices(name).any(|(at, _)| {
        let before = value.get(..at).unwrap_or_default();
        before.matches(['[', '{']).count() > before.matches([']', '}']).count()
    })
}

/// The insides of `{% %}`. Good enough for a refusal: what stands in a `raw` block or a comment is looked at too.
fn tags(source: &str) -> impl Iterator<Item = &str> {
    source.split("{%").skip(1).filter_map(|rest| {
        let tag = rest.split_once("%}")?.0;
        Some(tag.trim_matches(['-', '+', ' ', '\n']))
    })
}

/// Whether a later value of `a=1,b=a` names an earlier name.
fn refers_back(assignments: &str) -> bool {
    let is_name = |character: char| character.is_alphanumeric() || character == '_';
    let mut names: Vec<&str> = Vec::new();
    for assignment in assignments.split(',') {
        let Some((name, value)) = assignment.split_once('=') else {
            continue;
        };
        if value
            .split(|character| !is_name(character))
            .any(|word| names.contains(&word))
        {
            return true;
        }
        names.push(name);
    }
    false
}

fn refused(why: &'static str) -> Error {
    Error::new(ErrorKind::SyntaxError, why)
}
