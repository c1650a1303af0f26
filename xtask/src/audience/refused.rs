//! The file of refused lines, to be mended and imported again.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cells::escape;
use crate::exit::Invalid;

/// The file. It has people's addresses, so that only its owner may read it.
pub(super) struct RefusedFile {
    path: PathBuf,
    writer: csv::Writer<File>,
    head: Vec<String>,
    is_empty: bool,
}

impl RefusedFile {
    /// Makes the file, before anything is imported: a folder that cannot be written to is told in time.
    ///
    /// # Errors
    /// [`Invalid`] when there is a file of that name, which may be the one that is imported.
    pub(super) fn create(path: &Path, head: &[String], separator: u8) -> Result<Self> {
        let options = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .clone();
        let file = options.open(path).map_err(|error| {
            let path = path.display();
            Invalid(match error.kind() {
                std::io::ErrorKind::AlreadyExists => {
                    format!("there is a file {path} already: name another one for --write-refused")
                }
                _ => format!("cannot make {path}: {error}"),
            })
        })?;
        let writer = csv::WriterBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .from_writer(file);
        Ok(Self {
            path: path.to_owned(),
            writer,
            head: head.to_vec(),
            is_empty: true,
        })
    }

    /// Writes a line.
    pub(super) fn line(&mut self, cells: &[String]) -> Result<()> {
        if self.is_empty {
            self.is_empty = false;
            let head = std::mem::take(&mut self.head);
            self.line(&head)?;
        }
        let escaped = cells.iter().map(|cell| escape(cell));
        self.writer
            .write_record(escaped)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Ends the file, and takes it away when no line was refused. Whether it is there.
    pub(super) fn finish(mut self) -> Result<bool> {
        let shown = self.path.display();
        self.writer
            .flush()
            .with_context(|| format!("cannot write {shown}"))?;
        if self.is_empty {
            std::fs::remove_file(&self.path)
                .with_context(|| format!("cannot remove {shown}, which is empty"))?;
        }
        Ok(!self.is_empty)
    }
}
