//! A function's zip: reproducible, and named by its content.

use std::fmt;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use stacks::Function;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::workspace::Workspace;

/// A packed function.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    /// Which function.
    pub function: Function,
    /// The zip.
    pub path: PathBuf,
    /// SHA-256 of the zip.
    pub sha256: [u8; 32],
    /// The zip's size.
    pub bytes: u64,
}

impl Artifact {
    /// SHA-256 of the zip, in hexadecimal.
    pub(crate) fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }

    /// The object's key in the artifact bucket: the same content is the same object.
    pub(crate) fn key(&self) -> String {
        format!("functions/{}.zip", hex(&self.sha256))
    }
}

/// The hash that an [`Artifact::key`] names.
pub(crate) fn sha256_of_key(key: &str) -> Option<[u8; 32]> {
    unhex(key.strip_prefix("functions/")?.strip_suffix(".zip")?)
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.bytes as f64 / 1e6;
        write!(
            f,
            "{:<20} {megabytes:>5.1} MB  {}",
            self.function.package(),
            self.path.display()
        )
    }
}

/// Packs a binary as `bootstrap`. The same binary always gives the same bytes, and is packed only once.
pub(crate) fn pack(workspace: &Workspace, function: Function, binary: &Path) -> Result<Artifact> {
    let folder = workspace.artifacts();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let code = sha256_of(binary)?;
    // Remembers which zip came from which binary, so that an unchanged binary is not compressed again.
    let memo = folder.join(format!("{}.packed", hex(&code)));
    if let Some((sha256, path, bytes)) = remembered(&folder, &memo, &function) {
        return Ok(Artifact {
            function,
            path,
            sha256,
            bytes,
        });
    }
    let code = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let bytes = zip(&code)?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let path = folder.join(zip_name(&function, &sha256));
    replace(&path, &bytes)?;
    replace(&memo, format!("{} {}", hex(&sha256), bytes.len()).as_bytes())?;
    Ok(Artifact {
        function,
        path,
        sha256,
        bytes: bytes.len() as u64,
    })
}

/// The zip that a memo tells of, if it is still there whole. Its bytes are hashed again when they are uploaded.
fn remembered(folder: &Path, memo: &Path, function: &Function) -> Option<([u8; 32], PathBuf, u64)> {
    let text = fs::read_to_string(memo).ok()?;
    let (hash, bytes) = text.split_once(' ')?;
    let (sha256, bytes) = (unhex(hash)?, bytes.parse().ok()?);
    let path = folder.join(zip_name(function, &sha256));
    let length = fs::metadata(&path).ok()?.len();
    (length == bytes).then_some((sha256, path, bytes))
}

fn zip_name(function: &Function, sha256: &[u8]) -> String {
    format!("{}-{}.zip", function.package(), hex(sha256))
}

/// A file's hash, read in pieces: a binary with debug information is large.
fn sha256_of(path: &Path) -> Result<[u8; 32]> {
    let cannot = || format!("cannot read {}", path.display());
    let mut file = File::open(path).with_context(cannot)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 18];
    loop {
        match file.read(&mut piece).with_context(cannot)? {
            0 => return Ok(hash.finalize().into()),
            read => hash.update(piece.get(..read).unwrap_or_default()),
        }
    }
}

/// The size in megabytes of the zip that a binary would make.
pub(crate) fn zip_size(binary: &Path) -> Result<f64> {
    let code = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    Ok(zip(&code)?.len() as f64 / 1e6)
}

fn zip(code: &[u8]) -> Result<Vec<u8>> {
    // The time is the format's first instant and the mode is fixed: neither may depend on the build.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(code)?;
    Ok(writer.finish()?.into_inner())
}

/// Writes a file so that no reader ever sees half of it.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = path.with_extension("draft");
    File::create(&draft)
        .and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("cannot write {}", draft.display()))?;
    fs::rename(&draft, path).with_context(|| format!("cannot write {}", path.display()))
}

/// Hexadecimal digits, as in an artifact's name.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_code_gives_the_same_zip() {
        let code = vec![7; 100_000];
        assert_eq!(zip(&code).unwrap(), zip(&code).unwrap());
        assert_ne!(zip(&code).unwrap(), zip(&code[1..]).unwrap());
    }

    #[test]
    fn a_key_names_the_hash_of_what_it_holds() {
        let hash: [u8; 32] = Sha256::digest(b"code").into();
        assert_eq!(
            sha256_of_key(&format!("functions/{}.zip", hex(&hash))),
            Some(hash)
        );
        for key in [
            "functions/abc.zip",
            "functions/.zip",
            "abc",
            &format!("functions/{}.zip", "x".repeat(64)),
        ] {
            assert_eq!(sha256_of_key(key), None, "{key}");
        }
    }

    #[test]
    fn the_zip_holds_one_executable_file_named_bootstrap() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip(b"code").unwrap())).unwrap();
        assert_eq!(archive.len(), 1);
        let file = archive.by_index(0).unwrap();
        assert_eq!(file.name().unwrap(), "bootstrap");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}
