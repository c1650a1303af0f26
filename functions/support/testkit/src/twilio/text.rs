//! How long a text is, in the segments that are paid for.

/// GSM 03.38: the basic alphabet, and what takes two of its characters.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ\
    ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED: &str = "^{}\\[~]|€";

/// The number of segments.
pub(super) fn segments(text: &str) -> usize {
    let septets: Option<usize> = text
        .chars()
        .map(|letter| match letter {
            letter if BASIC.contains(letter) => Some(1),
            letter if EXTENDED.contains(letter) => Some(2),
            _ => None,
        })
        .sum();
    let (length, alone, joined) = match septets {
        Some(septets) => (septets, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    if length <= alone {
        1
    } else {
        length.div_ceil(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::segments;

    #[test]
    fn a_letter_outside_of_the_alphabet_makes_segments_shorter() {
        for (text, count) in [
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("ж".repeat(70), 1),
            ("ж".repeat(71), 2),
            ("😀".repeat(36), 2),
        ] {
            assert_eq!(segments(&text), count, "{text}");
        }
    }
}
