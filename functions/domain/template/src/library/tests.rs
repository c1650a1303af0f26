use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::lint::{self, Class, Purpose};

fn library(files: &[(&str, &str)]) -> Library {
    let texts = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Library::new(texts.collect())
}

#[track_caller]
fn check_error(files: &[(&str, &str)], expected: &str) {
    let context = json!({"guest": {"name": "Alex"}, "booking": {"start": "2026-06-05T14:00:00Z"}});
    let error = library(files).email("x", &context).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_mail_has_a_subject_html_with_its_styles_inlined_and_a_text() {
    let library = library(&[
        ("x/subject.txt.j2", "Hello {{ guest.name }}\n"),
        (
            "x/body.html.j2",
            "<html><head><style>p { color: red } @media (prefers-color-scheme: dark) { p { color: blue } }</style>\
             </head><body><p>{{ guest.name }}</p></body></html>",
        ),
    ]);
    let email = library
        .email("x", &json!({"guest": {"name": "O'Brien & <b>"}}))
        .unwrap();
    assert_eq!(email.subject, "Hello O'Brien & <b>");
    assert_eq!(email.text, "O'Brien & <b>\n");
    insta::assert_snapshot!(email.html);
    assert_eq!(library.names().collect::<Vec<_>>(), ["x"]);
}

#[test]
fn a_missing_name_is_told_with_its_place_and_what_was_meant() {
    let subject = ("x/subject.txt.j2", "s");
    check_error(
        &[subject, ("x/body.html.j2", "<p>\n  {{ gest.name }}</p>")],
        "x/body.html.j2:2:6: `gest` is not defined; did you mean `guest`?",
    );
    check_error(
        &[subject, ("x/body.html.j2", "é {{ guest.nam | upper }}")],
        "x/body.html.j2:1:6: `guest.nam` is not defined; did you mean `guest.name`?",
    );
    check_error(
        &[
            subject,
            ("x/body.html.j2", "{% for a in [guest] %}{{ a.nme }}{% endfor %}"),
        ],
        "x/body.html.j2:1:26: `a.nme` is not defined",
    );
    check_error(
        &[subject, ("x/body.html.j2", "{% if promo %}{% endif %}")],
        "x/body.html.j2:1:7: `promo` is not defined",
    );
    check_error(
        &[
            subject,
            ("x/body.html.j2", "{% include \"parts.html.j2\" %}"),
            ("parts.html.j2", "\n{{ gest.name }}"),
        ],
        "parts.html.j2:2:4: `gest` is not defined; did you mean `guest`?",
    );
}

#[test]
fn a_template_that_is_missing_or_no_template_is_told_with_its_place() {
    check_error(&[], "x/subject.txt.j2: there is no template `x/subject.txt.j2`");
    let subject = ("x/subject.txt.j2", "s");
    check_error(
        &[
            subject,
            ("x/body.html.j2", "{% extends \"layout/base.html.j2\" %}"),
            ("layouts/base.html.j2", ""),
        ],
        "x/body.html.j2:1:4: there is no template `layout/base.html.j2`; did you mean `layouts/base.html.j2`?",
    );
    check_error(
        &[subject, ("x/body.html.j2", "a\n{% if %}")],
        "x/body.html.j2:2:7: unexpected end of block",
    );
    check_error(
        &[
            subject,
            ("x/body.html.j2", "{{ booking.start | local(\"Mars\", \"%A\") }}"),
        ],
        "x/body.html.j2:1:20: the zone given to `local` is not an IANA time zone",
    );
    check_error(
        &[subject, ("x/body.html.j2", "{{ \"%.2f\" % 3 }}")],
        "x/body.html.j2:1:4: `%` does not format texts here; write `\"%.2f\" | format(value)`",
    );
}

#[test]
fn a_template_that_does_not_end_is_stopped() {
    let subject = ("x/subject.txt.j2", "s");
    check_error(
        &[
            subject,
            (
                "x/body.html.j2",
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
            ),
        ],
        "x/body.html.j2:1: the template does not come to an end: a loop runs too often",
    );
    check_error(
        &[
            subject,
            (
                "x/body.html.j2",
                "{% for a in range(9999) %}{{ \"x\" * 999 }}{% endfor %}",
            ),
        ],
        "x/body.html.j2: the text grows beyond 1 MiB: a loop runs too often",
    );
    let grown = "{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set y = [ns.x] %}{% set ns.x = y %}{% endfor %}";
    for written in ["{{ ns.x }}", "{{ ns.x | tojson }}", "{{ ns.x | string }}"] {
        let error = library(&[("x", &format!("{grown}{written}"))])
            .text("x", &json!({}))
            .unwrap_err();
        assert_eq!(
            error.message,
            "lists and maps lie more than 64 deep in one another: nobody reads that"
        );
    }
    let nested = library(&[("x", "{% set ns.x = [ns.x] %}")])
        .text("x", &json!({}))
        .unwrap_err();
    assert_eq!(
        nested.message,
        "the value holds itself, deeper each time: add to a list by `+` instead"
    );
    let flat = "{% set ns = namespace(x=[]) %}{% for i in [1, 2] %}{% set ns.x = ns.x + [i] %}{% endfor %}{{ ns.x }}";
    assert_eq!(library(&[("x", flat)]).text("x", &json!({})).unwrap(), "[1, 2]");
    let deep = library(&[("x", "{% include \"x\" %}")])
        .text("x", &json!({}))
        .unwrap_err();
    assert_eq!(deep.path, "x");
}

#[test]
fn a_subject_is_one_line() {
    let body = ("x/body.html.j2", "<p>");
    check_error(
        &[("x/subject.txt.j2", "a\r\nBcc: b@example.com"), body],
        "x/subject.txt.j2: the subject has a line break or another control character: write one line",
    );
    check_error(
        &[("x/subject.txt.j2", " \n"), body],
        "x/subject.txt.j2: the subject is empty: write one line",
    );
    let long = "a".repeat(256);
    check_error(
        &[("x/subject.txt.j2", &long), body],
        "x/subject.txt.j2: the subject has more than 255 characters: shorten it",
    );
}

#[test]
fn an_instant_is_told_at_the_wall_clock_of_its_place() {
    let check = |zone: &str, expected: &str| {
        let library = library(&[("t", "{{ start | local(zone, \"%A, %B %-d at %-I:%M %p\") }}")]);
        let context = json!({"start": "2026-11-01T05:30:00Z", "zone": zone});
        assert_eq!(library.text("t", &context).unwrap(), expected);
    };
    // The hour that comes twice is the first of the two here.
    check("America/New_York", "Sunday, November 1 at 1:30 AM");
    check("Europe/Berlin", "Sunday, November 1 at 6:30 AM");
    check("Pacific/Honolulu", "Saturday, October 31 at 7:30 PM");
}

#[test]
fn a_text_message_is_trimmed_and_counted() {
    let library = library(&[
        ("sms/a.j2", "\n Hi {{ guest.name }}\n\n"),
        ("sms/b.j2", "{# nothing #}\n"),
    ]);
    let sms = library.sms("a", &json!({"guest": {"name": "Zoë"}})).unwrap();
    assert_eq!((sms.text.as_str(), sms.segments.count), ("Hi Zoë", 1));
    assert_eq!(library.sms("b", &json!({})).unwrap_err().kind, Kind::NotAMessage);
    assert_eq!(library.sms_names().collect::<Vec<_>>(), ["a", "b"]);
}

/// The checkout's templates and the sample context of one of them.
fn ours() -> (Library, impl Fn(&str) -> Value) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../templates");
    let mut texts = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "j2") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                texts.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let read = |path: PathBuf| {
        std::fs::read_to_string(path).map_or(json!({}), |text| serde_json::from_str(&text).unwrap())
    };
    let sample = move |name: &str| {
        let mut sample = read(root.join("sample.json"));
        let own = read(root.join(name).join("sample.json"));
        sample
            .as_object_mut()
            .unwrap()
            .extend(own.as_object().unwrap().clone());
        sample
    };
    (Library::new(texts), sample)
}

#[test]
fn our_own_mails_render_and_have_nothing_to_be_told() {
    let (library, sample) = ours();
    assert_eq!(library.names().count(), 6);
    for name in library.names() {
        let email = library.email(name, &sample(name)).unwrap();
        let purpose = if name == "event-blast" {
            Purpose::Marketing
        } else {
            Purpose::Transactional
        };
        let findings = lint::check_message(name, &email.html, purpose);
        let told: Vec<_> = findings
            .iter()
            .filter(|finding| finding.class != Class::Info)
            .collect();
        assert!(told.is_empty(), "{told:#?}");
        insta::assert_snapshot!(
            format!("{name}.txt"),
            format!("{}\n\n{}", email.subject, email.text)
        );
    }
}

/// What a site or a campaign may leave out.
#[test]
fn our_own_messages_do_without_what_is_optional() {
    let (library, sample) = ours();
    let bare = |name: &str| {
        let mut context = sample(name);
        let all = context.as_object_mut().unwrap();
        all.remove("links");
        all.remove("unsubscribe_url");
        if name != "event-blast" {
            all.remove("extra");
        }
        all["site"]
            .as_object_mut()
            .unwrap()
            .retain(|key, _| key == "name" || key == "time_zone");
        all["booking"].as_object_mut().unwrap().remove("code");
        context
    };
    for name in library.names() {
        library.email(name, &bare(name)).unwrap();
    }
    for name in library.sms_names() {
        library.sms(name, &bare("sms")).unwrap();
    }
    assert_eq!(library.reply_names().count(), 3);
    for name in library.reply_names() {
        library.reply(name, &bare("replies")).unwrap();
        library.reply(name, &sample("replies")).unwrap();
    }
}

#[test]
fn our_own_text_messages_cost_one_segment() {
    let (library, sample) = ours();
    assert_eq!(library.sms_names().count(), 5);
    for name in library.sms_names() {
        let sms = library.sms(name, &sample("sms")).unwrap();
        assert_eq!(sms.segments.count, 1, "{}", sms.text);
    }
}
