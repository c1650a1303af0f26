use super::*;

fn read(text: &[u8]) -> Vec<String> {
    let mut rows = Rows::open(text, Needs::Address).unwrap();
    let mut found = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        found.push(match row {
            Row::Values(line, values) => format!("{line} {values:?}"),
            Row::Unread(cells) => format!("unread {cells:?}"),
            Row::Refused(refusal) => format!("file.csv:{refusal}"),
        });
    }
    found
}

#[test]
fn every_line_is_a_row_or_is_named() {
    let text = b"email;name\n\
        a@example.com;Alex\n\
        \n\
        b@example.com\n\
        c@example.com;\"Chris\nof the \"\"sloop\"\"\"\n\
        d@example.com;\"Dana\" K\n\
        e@example.com;\xff\n\
        'f@example.com;'=1+1\r\n\
        g@example.com;\"Gus\n\
        h@example.com;Hal";
    insta::assert_snapshot!(read(text).join("\n"));
}

#[test]
fn a_line_that_is_too_long_or_has_too_many_control_characters_is_named() {
    let mut text = b"email,name\n".to_vec();
    text.extend(vec![b'x'; 1024 * 1024 + 1]);
    text.extend(b"\na@example.com,");
    text.extend(vec![1; MOST_CONTROLS + 1]);
    text.extend(b"\nb@example.com,Bo\n");
    let rows = read(&text);
    assert_eq!(rows[0], "file.csv:2: the line is longer than 1 MiB");
    assert_eq!(
        rows[2],
        "file.csv:3: the line has more than 1000 control characters"
    );
    assert_eq!(rows[3], r#"4 ["b@example.com", "Bo"]"#);
}

#[test]
fn a_file_without_a_head_is_no_file_of_contacts() {
    for (text, expected) in [
        (&b""[..], "the file is empty"),
        (b"\nemail\n", "the line is empty"),
    ] {
        match Rows::open(text, Needs::Address) {
            Err(Unreadable::Head(message)) => assert_eq!(message, expected),
            _ => panic!("it was read"),
        }
    }
}
