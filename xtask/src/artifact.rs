//! A function's zip: reproducible, and named by its content.

use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
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
    let code = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    let folder = workspace.artifacts();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // Remembers which zip came from which binary, so that an unchanged binary is not compressed again.
    let memo = folder.join(format!("{}.packed", hex(&Sha256::digest(&code))));
    if let Ok(name) = fs::read_to_string(&memo) {
        let path = folder.join(name);
        if let Ok(bytes) = fs::read(&path) {
            return Ok(Artifact {
                function,
                path,
                sha256: Sha256::digest(&bytes).into(),
                bytes: bytes.len() as u64,
            });
        }
    }
    let bytes = zip(&code)?;
    let sha256: [u8; 32] = Sha256::digest(&bytes).into();
    let name = format!("{}-{}.zip", function.package(), hex(&sha256));
    let path = folder.join(&name);
    replace(&path, &bytes)?;
    replace(&memo, name.as_bytes())?;
    Ok(Artifact {
        function,
        path,
        sha256,
        bytes: bytes.len() as u64,
    })
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
    fn the_zip_holds_one_executable_file_named_bootstrap() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip(b"code").unwrap())).unwrap();
        assert_eq!(archive.len(), 1);
        let file = archive.by_index(0).unwrap();
        assert_eq!(file.name().unwrap(), "bootstrap");
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    }
}
