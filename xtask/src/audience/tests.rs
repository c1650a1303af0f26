//! Files imported by a function that judges lines as the real one does.

use std::collections::{BTreeMap, BTreeSet};

use contract::campaign::CampaignRequest;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::campaign::tests::answering;

fn function(asked: &Value) -> Option<Value> {
    let CampaignRequest::Import { head, lines, .. } = serde_json::from_value(asked.clone()).unwrap() else {
        return None;
    };
    assert!(lines.len() <= 500, "the function takes no more");
    let (mut contacts, mut errors) = (0, Vec::new());
    for (line, values) in &lines {
        match campaign::import(&head, *line, values) {
            Ok(read) => contacts += read.len(),
            Err(found) => errors.extend(found.iter().map(|error| serde_json::to_value(error).unwrap())),
        }
    }
    Some(json!({"answer": "imported", "contacts": contacts, "errors": errors}))
}

/// What came of an import.
struct Came {
    sum: Sum,
    refusals: Vec<row::Refusal>,
    asked: Vec<Value>,
    written: Option<String>,
}

async fn came_of(text: &[u8]) -> Came {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("refused.csv");
    let scheduler = answering(function);
    let mut rows = Rows::open(text, Needs::Address).unwrap_or_else(|why| panic!("{why:?}"));
    let refused = RefusedFile::create(&path, &rows.head.columns, rows.head.separator).unwrap();
    let mut refusals = Vec::new();
    let mut tell = |event: Event<'_>| {
        if let Event::Refused(refusal) = event {
            refusals.push(refusal.clone());
        }
    };
    let mut import = Import {
        scheduler: &scheduler,
        of: ImportInto::Bookings,
        dry_run: false,
        refused: Some(refused),
        tell: &mut tell,
        sum: Sum::default(),
    };
    import.run(&mut rows).await.unwrap();
    let Import { refused, sum, .. } = import;
    let is_written = refused.unwrap().finish().unwrap();
    assert_eq!(path.exists(), is_written);
    Came {
        sum,
        refusals,
        asked: scheduler.asked(),
        written: is_written.then(|| std::fs::read_to_string(path).unwrap()),
    }
}

const MIXED: &[u8] = b"email,phone,name,time_zone\n\
    a@example.com,+1 555 123 4567,Alex,Europe/Berlin\n\
    b at example.com,,Bo,Mars/Olympus\n\
    c@example.com,,\"Chris\nK\",\n\
    d@example.com,+5,Dana,\n\
    e@example.com,,Eve,\n\
    f@example.com,=1+1\n";

#[tokio::test]
async fn what_is_wrong_is_told_by_line_and_the_rest_is_imported() {
    let came = came_of(MIXED).await;
    let told: Vec<String> = came
        .refusals
        .iter()
        .map(|one| format!("contacts.csv:{one}"))
        .collect();
    insta::assert_snapshot!(format!("{}\n{}", told.join("\n"), came.sum.line(false)));
    insta::assert_snapshot!("refused_lines_are_written_to_be_mended", came.written.unwrap());
    let json: Vec<Value> = came.refusals.iter().map(row::Refusal::to_json).collect();
    assert_eq!(
        json[2],
        json!({"line": 4, "last_line": 5, "column": null,
        "message": "a quote is opened in this line and closed in line 5: a value has no line break"})
    );
}

#[tokio::test]
async fn a_refused_line_that_was_mended_is_imported() {
    let written = came_of(b"email,phone,name\nx,+15551234567,-Al\n")
        .await
        .written
        .unwrap();
    insta::assert_snapshot!(written, @r#"
        email,phone,name
        x,'+15551234567,'-Al
        "#);
    let came = came_of(written.replace("x,", "x@example.com,").as_bytes()).await;
    assert_eq!(came.sum.line(false), "imported 1 (2 contacts), refused 0");
    assert_eq!(
        came.asked[0]["lines"],
        json!([[2, ["x@example.com", "+15551234567", "-Al"]]])
    );
    assert_eq!(came.written, None);
}

#[tokio::test]
async fn a_large_file_goes_in_parts_that_the_function_takes() {
    let mut text = "email,note\n".to_owned();
    for number in 0..1203 {
        text += &format!("guest{number}@example.com,x\n");
    }
    let came = came_of(text.as_bytes()).await;
    assert_eq!((came.sum.lines, came.sum.refused, came.asked.len()), (1203, 0, 3));
    let mut text = b"email,note\n".to_vec();
    for _ in 0..9 {
        text.extend(b"a@example.com,");
        text.extend(vec![b'x'; 1_000_000]);
        text.push(b'\n');
    }
    let came = came_of(&text).await;
    assert_eq!((came.sum.refused, came.asked.len()), (9, 3));
    assert!(came.asked.iter().all(|asked| asked.to_string().len() < 6_000_000));
}

#[tokio::test]
async fn an_import_that_breaks_off_says_how_far_it_came() {
    let mut text = "email\n".to_owned();
    for number in 0..600 {
        text += &format!("guest{number}@example.com\n");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contacts.csv");
    std::fs::write(&file, text).unwrap();
    let args = args(&["--audience", "news"], &file);
    let mut answers = 0;
    let scheduler = answering(move |asked| {
        answers += 1;
        (answers == 1).then(|| function(asked)).flatten()
    });
    let source = Source::open(&args).unwrap();
    let error = import(&scheduler, source, args).await.unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @"imported 500, refused 0 so far: cannot import the lines 502 to 601; to import the file again is safe, because nobody is kept twice: the script ends here");
}

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: ImportArgs,
}

fn args(more: &[&str], file: &Path) -> ImportArgs {
    let file = file.to_str().unwrap();
    let line = ["import", file].into_iter().chain(more.iter().copied());
    <Line as clap::Parser>::try_parse_from(line).unwrap().args
}

#[tokio::test]
async fn the_end_says_whether_any_line_was_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contacts.csv");
    std::fs::write(&file, MIXED).unwrap();
    let args = args(&["--crew", "Dock crew", "--dry-run", "--json"], &file);
    let scheduler = answering(function);
    let source = Source::open(&args).unwrap();
    let outcome = import(&scheduler, source, args).await.unwrap();
    assert_eq!(outcome.exit, Exit::Invalid);
    assert_eq!(outcome.text, "would import 2 (3 contacts), refused 5");
    assert_eq!(outcome.value["errors"].as_array().unwrap().len(), 5);
    let asked = scheduler.asked();
    assert_eq!(asked[0]["of"], json!({"type": "crew", "name": "Dock crew"}));
    assert_eq!(asked[0]["dry_run"], json!(true));
}

#[test]
fn a_file_that_cannot_be_imported_is_told_before_anybody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contacts.csv");
    let told = |more: &[&str]| {
        let error = Source::open(&args(more, &file)).err().unwrap();
        assert_eq!(Exit::of(&error), Exit::Invalid);
        error.to_string().replace(folder.path().to_str().unwrap(), "")
    };
    assert!(told(&["--bookings"]).starts_with("cannot read /contacts.csv: "));
    std::fs::write(&file, "email,name\n").unwrap();
    assert_eq!(
        told(&["--bookings"]),
        "/contacts.csv:1: no column is called `booking`: each line has to name its booking"
    );
    let taken = file.to_str().unwrap();
    assert_eq!(
        told(&["--audience", "news", "--write-refused", taken]),
        "there is a file /contacts.csv already: name another one for --write-refused"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "email,name\n");
}

/// Bytes as they are in such files, and any others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => proptest::sample::select(vec![
            &b"a@example.com"[..], b"+15551234567", b",", b";", b"\"", b"\n", b"\r\n", b"\r", b"'", b"=", b" ", b"x",
            b"\"\"", b"\xef\xbb\xbf", b"\0"
        ]).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// The numbers of the lines that have anything in them.
fn lines_of(text: &[u8]) -> BTreeMap<u64, bool> {
    let mut lines = vec![Vec::new()];
    let mut bytes = text.iter().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' if bytes.peek() == Some(&&b'\n') => {}
            b'\r' | b'\n' => lines.push(Vec::new()),
            byte => lines.last_mut().unwrap().push(*byte),
        }
    }
    let is_full = |line: &Vec<u8>| !line.trim_ascii().is_empty();
    (1..).zip(lines.iter().map(is_full)).collect()
}

proptest! {
    #[test]
    fn every_line_is_imported_or_named_and_none_is_both(
        head in proptest::sample::select(vec!["email,name\n", "email\r\n", "\u{feff}phone;email\r"]),
        body in bytes(),
    ) {
        // An LF after a CR would be a part of it.
        prop_assume!(!(head.ends_with('\r') && body.first() == Some(&b'\n')));
        let text = [head.as_bytes(), &body].concat();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let came = runtime.block_on(came_of(&text));

        let asked = came.asked.iter().flat_map(|asked| asked["lines"].as_array().unwrap());
        let mut imported: BTreeSet<u64> = asked.map(|line| line[0].as_u64().unwrap()).collect();
        let mut named = BTreeSet::new();
        for refusal in &came.refusals {
            if refusal.column.is_some() {
                imported.remove(&refusal.first);
            }
            named.extend(refusal.first..=refusal.last);
        }
        prop_assert!(imported.is_disjoint(&named));
        prop_assert_eq!(came.sum.lines, imported.len() as u64);
        prop_assert_eq!(came.sum.refused, named.len() as u64);
        for (number, is_full) in lines_of(&text) {
            prop_assert!(number == 1 || !is_full || imported.contains(&number) || named.contains(&number), "line {} is lost", number);
        }
    }

    #[test]
    fn no_first_line_makes_it_fail(text in bytes()) {
        let _ = Rows::open(text.as_slice(), Needs::Address);
    }

    #[test]
    fn what_is_written_as_refused_reads_the_same(cells in proptest::collection::vec("[=+@\\-'\";, a-zé]{0,6}", 2..4)) {
        // What was read has no apostrophe before a formula any more.
        let cells: Vec<String> = cells.iter().map(|cell| cell.trim_start_matches('\'').to_owned()).collect();
        let line: Vec<String> = cells.iter().map(|cell| cells::escape(cell)).collect();
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(&line).unwrap();
        let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        prop_assert_eq!(cells::read(written.trim_end_matches('\n'), b';').unwrap(), cells);
    }
}
