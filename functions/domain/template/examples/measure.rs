//! How long the crate's tasks take, for `cargo xtask bench templates`: prints one JSON object.
//!
//! `measure render <templates> <mail> <context> <runs>` renders a mail's HTML; `measure check <runs> <file>...` inlines
//! and checks files. The first tenth of the runs warms up, and does not count.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use template::lint::{Purpose, check_message};
use template::{Library, inline_css};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["render", templates, mail, context, runs] => {
            render(Path::new(templates), mail, context, runs.parse()?)
        }
        ["check", runs, files @ ..] => check(runs.parse()?, files),
        _ => Err("usage: render <templates> <mail> <context> <runs>, or check <runs> <file>...".into()),
    }
}

fn render(templates: &Path, mail: &str, context: &str, runs: usize) -> Result<(), Box<dyn Error>> {
    let mut texts = BTreeMap::new();
    for folder in std::fs::read_dir(templates)?
        .flatten()
        .filter(|entry| entry.path().is_dir())
    {
        for file in std::fs::read_dir(folder.path())?.flatten() {
            let name = format!("{}/{}", folder.file_name().display(), file.file_name().display());
            texts.insert(name, std::fs::read_to_string(file.path())?);
        }
    }
    let library = Library::new(texts);
    let context = serde_json::from_str(&std::fs::read_to_string(context)?)?;
    let path = format!("{mail}/body.html.j2");
    let mut began = Instant::now();
    let mut text = String::new();
    for run in 0..runs + runs / 10 {
        if run == runs / 10 {
            began = Instant::now();
        }
        text = library.text(&path, &context)?;
    }
    let sum: u64 = text.bytes().map(u64::from).sum();
    let ms = began.elapsed().as_secs_f64() * 1e3 / runs as f64;
    println!(
        "{}",
        serde_json::json!({"ms": ms, "letters": text.chars().count(), "sum": sum})
    );
    Ok(())
}

fn check(runs: usize, files: &[&str]) -> Result<(), Box<dyn Error>> {
    let read = |file: &&str| std::fs::read_to_string(file);
    let texts = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut began = Instant::now();
    let mut findings = 0;
    for run in 0..runs + runs / 10 {
        if run == runs / 10 {
            began = Instant::now();
        }
        findings = 0;
        for text in &texts {
            findings += check_message("mail.html", &inline_css(text)?, Purpose::Unknown).len();
        }
    }
    let ms = began.elapsed().as_secs_f64() * 1e3 / (runs * texts.len()) as f64;
    println!("{}", serde_json::json!({"ms": ms, "letters": findings, "sum": 0}));
    Ok(())
}
