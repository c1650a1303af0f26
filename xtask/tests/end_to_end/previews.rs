//! Every mail as `templates preview` shows it: as files, as pictures, and in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::landfall::{Landfall, Said};

const MAILS: [&str; 6] = [
    "after-trip-thanks",
    "booking-confirmation",
    "cancellation",
    "crew-turnover",
    "day-before-reminder",
    "event-blast",
];
/// The pictures, and how wide each is: twice the screen's CSS pixels.
const PICTURES: [(&str, u32); 4] = [
    ("phone-light.png", 780),
    ("phone-dark.png", 780),
    ("desktop-light.png", 1600),
    ("desktop-dark.png", 1600),
];

#[test]
fn every_mail_is_drawn_fits_a_phone_and_can_be_read_in_light_and_dark() {
    let test = "every_mail_is_drawn_fits_a_phone_and_can_be_read_in_light_and_dark";
    let needs = ["LANDFALL_PLAYWRIGHT", "LANDFALL_AXE", "LANDFALL_CHROMIUM"];
    let [Some(modules), Some(axe), Some(chromium)] = needs.map(|variable| testkit::need(test, variable))
    else {
        return;
    };
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let out = landfall.dir().join("previews");
    let said = landfall.run(&["templates", "preview", "--out", out.to_str().unwrap()]);
    check_files(&said.succeeded(), &out);

    let arguments =
        json!({"folder": out, "mails": MAILS, "modules": modules, "axe": axe, "chromium": chromium});
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/end_to_end/browser/previews.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(arguments.to_string())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    check_what_was_seen(&serde_json::from_slice(&output.stdout).unwrap());
}

/// Each mail has its subject, its texts, and a picture of each screen that shows something.
fn check_files(said: &Said, out: &Path) {
    for mail in MAILS {
        let read = |name: &str| std::fs::read(out.join(mail).join(name)).unwrap();
        let subject = String::from_utf8(read("subject.txt")).unwrap();
        assert!(
            said.stdout.contains(&format!("{mail}: {subject}")),
            "{}",
            said.stdout
        );
        assert!(read("body.html").starts_with(b"<!DOCTYPE html>"), "{mail}");
        assert!(read("body.txt").len() > 200, "{mail}");
        for (name, width) in PICTURES {
            let picture = read(name);
            let big_endian = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
            assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n"), "{mail} {name}");
            assert_eq!(big_endian(16), width, "{mail} {name}");
            assert!(big_endian(20) >= 1200, "{mail} {name}");
            // A blank page of this size takes some 12 kB.
            assert!(picture.len() > 40_000, "{mail} {name}: {} bytes", picture.len());
        }
        let light = read("phone-light.png");
        assert_ne!(light, read("phone-dark.png"), "{mail} is the same in the dark");
    }
}

fn check_what_was_seen(seen: &Value) {
    let widths = seen["widths"].as_object().unwrap();
    assert_eq!(widths.len(), MAILS.len() * 4);
    for (screen, width) in widths {
        let least = if screen.contains("phone") { 390 } else { 800 };
        assert!(width.as_u64().unwrap() <= least, "{screen} is {width} wide");
    }
    let serious: Vec<&Value> = seen["violations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|violation| {
            ["serious", "critical"].contains(&violation["impact"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(serious, Vec::<&Value>::new());
    assert_eq!(
        seen["undecided"],
        json!([]),
        "text that cannot be read on its gradient"
    );
    // Of each mail on each screen: a headline, a lead, a button and much more.
    assert!(seen["judged"].as_u64().unwrap() >= 24 * 8, "{}", seen["judged"]);
    assert_eq!(seen["asked"], json!([]), "a preview asked the network");
}

/// A picture that is missing is no success: whoever looks at the previews would look at an older one.
#[test]
fn a_preview_without_its_pictures_fails() {
    let Some(landfall) = Landfall::shared() else {
        return;
    };
    let folder = landfall.dir().join("broken-browser");
    std::fs::create_dir_all(&folder).unwrap();
    let browser = folder.join("chromium");
    std::fs::write(&browser, "#!/bin/sh\nexit 0\n").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&browser, executable).unwrap();
    let out = folder.join("previews");
    let arguments = [
        "templates",
        "preview",
        "cancellation",
        "--out",
        out.to_str().unwrap(),
    ];
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let said = landfall.run_with(&arguments, &[("PATH", &path)]).ended(1);
    for (name, _) in PICTURES {
        assert!(said.stderr.contains(name), "{}", said.stderr);
    }
    assert!(out.join("cancellation/body.html").is_file());
}
