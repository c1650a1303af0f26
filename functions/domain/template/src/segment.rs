//! What a text message costs: GSM 03.38 and UCS-2, in segments.
//!
//! One character outside GSM 03.38 makes the whole message UCS-2, which holds less than half as much: so the
//! characters that did it are named.

/// How a text message is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    /// Which alphabet it needs.
    pub encoding: Encoding,
    /// Its length in the encoding's units: septets, or UTF-16 code units.
    pub units: usize,
    /// How many messages are paid for.
    pub count: usize,
    /// The characters that GSM 03.38 lacks, each once, in the order of the text.
    pub unicode_offenders: Vec<char>,
}

/// The alphabets of text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// GSM 03.38 with its extension table: 160 septets, or 153 in each of several segments.
    Gsm7,
    /// UCS-2, in practice UTF-16: 70 code units, or 67 in each of several segments.
    Ucs2,
}

/// 3GPP TS 23.038, 6.2.1: the default alphabet, but for the escape.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// 3GPP TS 23.038, 6.2.1.1: characters that take an escape and another septet.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Counts what a text costs.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let mut unicode_offenders = Vec::new();
    for character in text.chars() {
        let is_gsm = BASIC.contains(character) || EXTENSION.contains(character);
        if !is_gsm && !unicode_offenders.contains(&character) {
            unicode_offenders.push(character);
        }
    }
    let (encoding, alone, shared) = if unicode_offenders.is_empty() {
        (Encoding::Gsm7, 160, 153)
    } else {
        (Encoding::Ucs2, 70, 67)
    };
    let sizes = text.chars().map(|character| match encoding {
        Encoding::Gsm7 => 1 + usize::from(EXTENSION.contains(character)),
        Encoding::Ucs2 => character.len_utf16(),
    });
    let units = sizes.clone().sum();
    Segments {
        encoding,
        units,
        count: count(sizes, units, alone, shared),
        unicode_offenders,
    }
}

/// A character of two units does not lie across two segments: the unit before the end stays empty.
fn count(sizes: impl Iterator<Item = usize>, units: usize, alone: usize, shared: usize) -> usize {
    if units <= alone {
        return usize::from(units > 0);
    }
    let (mut segments, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > shared {
            segments += 1;
            filled = 0;
        }
        filled += size;
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, encoding: Encoding, units: usize, count: usize) {
        let found = segments(text);
        assert_eq!(
            (found.encoding, found.units, found.count),
            (encoding, units, count),
            "{text}"
        );
    }

    #[test]
    fn a_text_of_the_basic_alphabet_is_split_at_160_and_153() {
        check("", Encoding::Gsm7, 0, 0);
        check(&"a".repeat(160), Encoding::Gsm7, 160, 1);
        check(&"a".repeat(161), Encoding::Gsm7, 161, 2);
        check(&"a".repeat(306), Encoding::Gsm7, 306, 2);
        check(&"a".repeat(307), Encoding::Gsm7, 307, 3);
        check("Ñandú", Encoding::Ucs2, 5, 1);
    }

    #[test]
    fn a_character_of_the_extension_takes_two_and_is_not_split() {
        check("€", Encoding::Gsm7, 2, 1);
        check(&"€".repeat(80), Encoding::Gsm7, 160, 1);
        // 152 septets, a pair that does not fit into the last one, 152 more: two of 153 would hold them all.
        let text = format!("{}€{}", "a".repeat(152), "a".repeat(152));
        check(&text, Encoding::Gsm7, 306, 3);
    }

    #[test]
    fn a_text_beyond_the_alphabet_is_split_at_70_and_67() {
        check(&"ж".repeat(70), Encoding::Ucs2, 70, 1);
        check(&"ж".repeat(71), Encoding::Ucs2, 71, 2);
        check(&"😀".repeat(35), Encoding::Ucs2, 70, 1);
        // 33 pairs to a segment, not 33 and a half.
        check(&"😀".repeat(67), Encoding::Ucs2, 134, 3);
    }

    #[test]
    fn each_character_that_makes_a_text_dear_is_named_once() {
        assert_eq!(
            segments("It’s “fine” – it’s ok").unicode_offenders,
            ['’', '“', '”', '–']
        );
        assert!(segments("It's \"fine\" - it's ok").unicode_offenders.is_empty());
    }
}
