use super::*;

/// Checks files that somebody names, and shows what is told.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let answer = given(&[folder.path().to_owned()]).unwrap();
    let prefix = format!("{}/", folder.path().display());
    let told: Vec<String> = answer
        .findings
        .iter()
        .filter(|finding| finding.class == Class::Error)
        .map(|finding| line(finding).replace(&prefix, ""))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn files_anywhere_are_checked_by_themselves() {
    check(
        &[
            (
                "good.html",
                "<!doctype html><html lang=en><title>T</title><p>x</p></html>",
            ),
            ("a/bad.html", "<p>x\n <a href=\"javascript:x()\">y</a>"),
            ("a/bad.html.j2", "{% if %}"),
            ("notes.md", "<a href=\"\">not a mail</a>"),
        ],
        &[
            "a/bad.html:2:11: error script-link: `javascript:` does not open from a mail, and filters take it for an attack",
            "a/bad.html.j2:1:7: error template-syntax: unexpected end of block",
        ],
    );
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let Err(error) = given(&[PathBuf::from("no/such/mail.html")]) else {
        panic!("it was found");
    };
    assert_eq!(Exit::of(&error), Exit::Invalid);
}

#[test]
fn the_checkouts_templates_have_no_errors_and_no_warnings() {
    let answer = checkout(&Workspace::find().unwrap()).unwrap();
    let told: Vec<_> = answer
        .findings
        .iter()
        .filter(|finding| finding.class != Class::Info)
        .map(line)
        .collect();
    assert!(answer.files >= 20, "only {} files", answer.files);
    assert_eq!(told, [""; 0]);
    refuse_errors(&Workspace::find().unwrap()).unwrap();
}

#[test]
fn the_json_answer_is_one_documented_object() {
    let answer = Answer {
        version: 1,
        files: 1,
        findings: lint::check("m.html.j2", "{% if %}"),
    };
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        r#"{"version":1,"files":1,"findings":[{"class":"error","rule":"template-syntax","path":"m.html.j2","line":1,"column":7,"message":"unexpected end of block","hint":null}]}"#
    );
}
