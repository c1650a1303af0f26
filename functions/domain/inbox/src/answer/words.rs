//! Words in what somebody wrote, whatever their case and accents.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// Whether one of the texts has one of the phrases: its words, one behind the other.
pub(super) fn has_any(texts: &[&str], phrases: &[&str]) -> bool {
    let texts: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    phrases.iter().any(|phrase| {
        let phrase = words(phrase);
        let has = |text: &Vec<String>| text.windows(phrase.len().max(1)).any(|some| some == phrase);
        !phrase.is_empty() && texts.iter().any(has)
    })
}

fn words(text: &str) -> Vec<String> {
    let plain: String = DecomposingNormalizerBorrowed::new_nfkd()
        .normalize(text)
        .chars()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .flat_map(char::to_lowercase)
        .collect();
    plain
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, phrase: &str, expected: bool) {
        assert_eq!(has_any(&[text], &[phrase]), expected, "{phrase} in {text}");
    }

    #[test]
    fn words_are_found_whole_in_any_case_and_without_accents() {
        check("Where do we PARK?", "park", true);
        check("the parking lot", "park", false);
        check("Où est le café?", "cafe", true);
        check("ou est le cafe", "Où est", true);
        check("where-do-we meet", "where do we", true);
        check("do where we", "where do we", false);
        check("", "where", false);
        check("anything", "?!", false);
        check("Ｗｈｅｒｅ now", "where", true);
    }
}
