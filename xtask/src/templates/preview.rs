//! `templates preview`: every message as its reader gets it, as files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use template::Library;

use super::files;
use crate::exit::{Exit, Invalid};
use crate::screen;
use crate::workspace::Workspace;

/// What a browser may be called.
const BROWSERS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
/// A phone's screen and a window, in CSS pixels.
const SCREENS: [(&str, &str); 2] = [("phone", "390,1300"), ("desktop", "800,1300")];
/// Chromium's number for each colour scheme.
const SCHEMES: [(&str, &str); 2] = [("light", "1"), ("dark", "0")];

/// A browser that draws and does nothing else.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=2",
];

/// What `templates preview` takes.
#[derive(Debug, Args)]
pub(crate) struct PreviewArgs {
    /// One mail, such as `booking-confirmation` [default: all].
    name: Option<String>,
    /// Where to [default: target/previews].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Writes each mail as HTML and text and, where a browser is found, as pictures.
pub(crate) fn run(workspace: &Workspace, args: &PreviewArgs) -> Result<Exit> {
    let root = files::folder(workspace);
    let library = Library::new(files::texts(&root)?);
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| workspace.target().join("previews"));
    let names: Vec<&str> = library
        .names()
        .filter(|name| args.name.as_deref().is_none_or(|wanted| wanted == *name))
        .collect();
    if names.is_empty() {
        let known: Vec<&str> = library.names().collect();
        return Err(Invalid(format!("there is no such mail: there are {}", known.join(", "))).into());
    }
    let browser = browser();
    let mut missing = Vec::new();
    if browser.is_none() {
        screen::step("no pictures: no Chromium was found (looked for chromium and google-chrome)");
    }
    for name in names {
        let email = library
            .email(name, &files::sample(&root, name)?)
            .map_err(|error| Invalid(error.to_string()))?;
        let folder = out.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        write(&folder.join("subject.txt"), &email.subject)?;
        write(&folder.join("body.html"), &email.html)?;
        write(&folder.join("body.txt"), &email.text)?;
        if let Some(browser) = &browser {
            missing.extend(draw(browser, &folder)?);
        }
        screen::answer(&format!("{}: {}", screen::bold(name), email.subject));
    }
    screen::answer(&format!("written to {}", out.display()));
    if let (Some(browser), false) = (&browser, missing.is_empty()) {
        let missing: Vec<String> = missing.iter().map(|path| path.display().to_string()).collect();
        bail!("{} made no picture of {}", browser.display(), missing.join(", "));
    }
    Ok(Exit::Ok)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// The first browser on the path.
pub(crate) fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let candidates = BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|candidate| candidate.is_file())
}

/// Light and dark, on a phone and on a desktop; those that came to nothing. The browser has a profile of its own, and no
/// reason to go online.
fn draw(browser: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let profile = folder.join(".profile");
    let mut missing = Vec::new();
    for (device, size) in SCREENS {
        for (scheme, number) in SCHEMES {
            let picture = folder.join(format!("{device}-{scheme}.png"));
            // An earlier one would pass for this one.
            let _ = std::fs::remove_file(&picture);
            let mut arguments: Vec<OsString> = FLAGS.map(OsString::from).to_vec();
            arguments.push(format!("--blink-settings=preferredColorScheme={number}").into());
            arguments.push(format!("--window-size={size}").into());
            arguments.push(with_path("--user-data-dir=", &profile));
            arguments.push(with_path("--screenshot=", &picture));
            arguments.push(folder.join("body.html").into());
            let status = Command::new(browser)
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .with_context(|| format!("cannot start {}", browser.display()))?;
            if !status.success() || !is_picture(&picture) {
                missing.push(picture);
            }
        }
    }
    // What the browser remembers is of no use to anybody.
    let _ = std::fs::remove_dir_all(profile);
    Ok(missing)
}

/// Whether a file is a whole PNG: it begins and ends as one.
fn is_picture(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap_or_default();
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.ends_with(b"IEND\xaeB\x60\x82")
}

fn with_path(flag: &str, path: &Path) -> OsString {
    let mut argument = OsString::from(flag);
    argument.push(path);
    argument
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A browser that does what a script says.
    #[track_caller]
    fn check(script: &str, expected: usize) {
        let folder = tempfile::tempdir().unwrap();
        let browser = folder.path().join("browser");
        std::fs::write(&browser, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::write(folder.path().join("phone-dark.png"), "of an earlier run").unwrap();
        assert_eq!(draw(&browser, folder.path()).unwrap().len(), expected, "{script}");
    }

    #[test]
    fn a_picture_that_came_to_nothing_is_told() {
        let out = "for a in \"$@\"; do case $a in --screenshot=*) o=${a#--screenshot=};; esac; done";
        let png = "printf '\\211PNG\\r\\n\\032\\nIEND\\256B\\140\\202'";
        check(&format!("{out}; {png} > $o"), 0);
        check(
            &format!("{out}; {png} > $o; case $o in *phone-dark*) exit 1;; esac"),
            1,
        );
        check(&format!("{out}; echo nothing > $o"), 4);
        check("exit 0", 4);
    }
}
