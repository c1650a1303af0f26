use std::io::BufReader;

use super::*;

/// Each line as its number, its text, and `<`, `>` and `!` for what its quotes say. The buffer is as small as it can be.
fn read(text: &[u8]) -> Vec<String> {
    let mut lines = Lines::new(BufReader::with_capacity(1, text));
    let mut found = Vec::new();
    while let Some(line) = lines.next().unwrap() {
        let text = line.bytes.map_or("(too long)".to_owned(), |bytes| {
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let mark = |is: bool, mark: &'static str| if is { mark } else { "" };
        found.push(format!(
            "{} {text}{}{}{}",
            line.number,
            mark(line.begins_within, "<"),
            mark(line.ends_within, ">"),
            mark(line.has_stray_quote, "!")
        ));
    }
    assert_eq!(lines.position(), text.len() as u64);
    found
}

#[test]
fn lines_end_as_each_program_likes_it() {
    assert_eq!(read(b"a\r\nb\rc\nd"), ["1 a", "2 b", "3 c", "4 d"]);
    assert_eq!(read(b"a\n\n\r\n\rb\n"), ["1 a", "2 ", "3 ", "4 ", "5 b"]);
    assert_eq!(read(b""), [""; 0]);
    assert_eq!(read(b"\r\n"), ["1 "]);
}

#[test]
fn a_quote_that_is_open_at_a_lines_end_is_known() {
    assert_eq!(
        read(b"\"a,b\nc\nd\",e\nf"),
        ["1 \"a,b>", "2 c<>", "3 d\",e<", "4 f"]
    );
    assert_eq!(
        read(b"a \"b\" c,\"d\"\"e\"\nf"),
        ["1 a \"b\" c,\"d\"\"e\"", "2 f"]
    );
    assert_eq!(read(b"\"a\"b,c\nd"), ["1 \"a\"b,c!", "2 d"]);
}

#[test]
fn a_line_that_is_too_long_is_not_held_and_the_next_one_is_read() {
    let mut text = vec![b'a'; MOST_BYTES];
    text.extend_from_slice(b"\nb\n");
    let mut lines = Lines::new(text.as_slice());
    assert_eq!(
        lines.next().unwrap().unwrap().bytes.map(|bytes| bytes.len()),
        Some(MOST_BYTES)
    );
    text.insert(0, b'a');
    let mut lines = Lines::new(text.as_slice());
    assert_eq!(lines.next().unwrap().unwrap().bytes, None);
    assert_eq!(lines.next().unwrap().unwrap().bytes, Some(b"b".to_vec()));
}
