//! How long the crate's tasks take, for `cargo xtask bench templates`: prints one JSON object.
//!
//! `measure render <templates> <mail> <context> <runs>` renders a mail's HTML; `measure inline <runs> <file>...` inlines
//! the styles of files, and `measure check <runs> <file>...` checks them, too. The first tenth of the runs, and one at the
//! least, warms up and does not count.

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
        ["inline", runs, files @ ..] => each(runs.parse()?, files, |html| Ok(inline_css(html)?.len())),
        ["check", runs, files @ ..] => each(runs.parse()?, files, |html| {
            Ok(check_message("mail.html", &inline_css(html)?, Purpose::Unknown).len())
        }),
        _ => Err(
            "usage: render <templates> <mail> <context> <runs>, inline <runs> <file>..., or check <runs> <file>...".into(),
        ),
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

/// Does something to each file, and says how long one took and what came of all in the last run.
fn each(
    runs: usize,
    files: &[&str],
    work: impl Fn(&str) -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let read = |file: &&str| std::fs::read_to_string(file);
    let texts = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let warm = (runs / 10).max(1);
    let mut began = Instant::now();
    let mut made = 0;
    for run in 0..runs + warm {
        if run == warm {
            began = Instant::now();
        }
        made = 0;
        for text in &texts {
            made += work(text)?;
        }
    }
    let ms = began.elapsed().as_secs_f64() * 1e3 / (runs * texts.len()) as f64;
    println!("{}", serde_json::json!({"ms": ms, "letters": made, "sum": 0}));
    Ok(())
}
