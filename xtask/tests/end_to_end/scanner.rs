//! What a link scanner does with a mail, as the reader's own mail server runs one, and what a reader does.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::cloud::Cloud;
use super::messages::campaign;

/// Follows every link that a mail and its pages have, as a scanner does, and then presses the button.
pub(super) fn unsubscribes_nobody_and_a_click_does(cloud: &Cloud, mail: &Value) {
    let post = header(mail, "List-Unsubscribe-Post");
    assert_eq!(post.as_deref(), Some("List-Unsubscribe=One-Click"));
    let leave = header(mail, "List-Unsubscribe").unwrap();
    let leave = leave.trim_matches(['<', '>']);
    // Mails name the API as the world does, and not by the address at which the emulator answers for it.
    let (api, _) = leave.split_once("/unsubscribe/").unwrap();
    let path = path_of(api, leave).unwrap();
    assert!(
        links(mail["html"].as_str().unwrap())
            .iter()
            .any(|link| link.ends_with(&path))
    );
    assert!(
        links(mail["text"].as_str().unwrap())
            .iter()
            .any(|link| link.ends_with(&path))
    );

    let followed = follow_everything((cloud, api), mail);
    assert!(followed.keys().any(|(_, own)| *own == path), "{followed:?}");
    assert_eq!(followed[&("GET", path.clone())], 200);
    let altered = alter(&path);
    for (method, path) in [
        ("GET", &altered),
        ("POST", &altered),
        ("GET", &format!("{path}x")),
        ("POST", &format!("{path}x")),
    ] {
        let answer = cloud.follow(method, path);
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
    }
    let plan = campaign(cloud, &["plan", "summer-regatta"]);
    assert_eq!(plan["recipients"], 1, "nobody has clicked yet");
    println!(
        "a scanner made {} requests and unsubscribed nobody",
        followed.len()
    );

    let page = cloud.follow("GET", &path).with_status(200);
    assert!(page.text.contains("Unsubscribe?"), "{}", page.text);
    let page = cloud.follow("POST", &path).with_status(200);
    assert!(page.text.contains("You are unsubscribed"), "{}", page.text);
}

/// Each link to the API that the mail has, in any part and header, and each that the pages have to which they lead, asked for
/// with `GET` and with `HEAD`; the answers' statuses.
fn follow_everything((cloud, api): (&Cloud, &str), mail: &Value) -> BTreeMap<(&'static str, String), u16> {
    let mut waiting: VecDeque<String> = ["html", "text"]
        .iter()
        .flat_map(|part| links(mail[part].as_str().unwrap()))
        .collect();
    for pair in mail["headers"].as_array().unwrap() {
        waiting.extend(links(pair[1].as_str().unwrap()));
    }
    assert!(!waiting.is_empty());
    let mut followed = BTreeMap::new();
    let mut elsewhere = BTreeSet::new();
    while let Some(link) = waiting.pop_front() {
        let Some(path) = path_of(api, &link) else {
            elsewhere.insert(link);
            continue;
        };
        if followed.contains_key(&("GET", path.clone())) {
            continue;
        }
        for method in ["HEAD", "GET", "GET"] {
            let answer = cloud.follow(method, &path);
            waiting.extend(links(&answer.text));
            let location = answer.headers.iter().filter(|(name, _)| name == "location");
            waiting.extend(location.map(|(_, link)| link.clone()));
            followed.insert((method, path.clone()), answer.status);
        }
    }
    // What leads elsewhere tells nobody there how to unsubscribe the reader.
    for link in elsewhere {
        assert!(!link.contains("unsubscribe"), "{link}");
    }
    followed
}

/// Every address of the web in a text, whatever is around it, and every other that a page has in `href`, `src` and `action`.
fn links(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for start in ["http://", "https://"] {
        for (at, _) in text.match_indices(start) {
            let end = text[at..].find(|letter: char| letter.is_whitespace() || "\"'<>)".contains(letter));
            let link = end.map_or(&text[at..], |end| &text[at..at + end]);
            found.insert(link.replace("&amp;", "&"));
        }
    }
    for name in ["href=\"", "src=\"", "action=\""] {
        for (at, _) in text.match_indices(name) {
            let rest = &text[at + name.len()..];
            if let Some(path) = rest.split('"').next().filter(|path| path.starts_with('/')) {
                found.insert(path.replace("&amp;", "&"));
            }
        }
    }
    found
}

/// The path at our API to which a link leads; `None` when it leads elsewhere.
fn path_of(api: &str, link: &str) -> Option<String> {
    if link.starts_with('/') {
        return Some(link.to_owned());
    }
    let path = link.strip_prefix(api)?;
    Some(path.to_owned()).filter(|path| path.starts_with('/'))
}

/// The same link with one letter of its token changed.
fn alter(path: &str) -> String {
    let at = path.len() - 5;
    let other = if path.as_bytes()[at] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &path[..at], &path[at + 1..])
}

fn header(mail: &Value, name: &str) -> Option<String> {
    let headers = mail["headers"].as_array().unwrap();
    let found = headers
        .iter()
        .find(|pair| pair[0].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name)));
    found.map(|pair| pair[1].as_str().unwrap().to_owned())
}
