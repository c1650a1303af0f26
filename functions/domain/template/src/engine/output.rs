//! Where a rendering goes.

use std::io;

/// The largest text that a template may make, in bytes: ten times what Gmail shows of a mail.
pub(crate) const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

/// The room that a text has from the beginning: most mails need no more, and are never moved while they grow.
const USUAL_BYTES: usize = 16 * 1024;

/// Text up to [`MAX_OUTPUT_BYTES`]; more is an error.
pub(crate) struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Bounded {
    pub(crate) fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(USUAL_BYTES),
            is_full: false,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    /// The engine writes whole texts, so that nothing is lost here.
    pub(crate) fn into_text(self) -> String {
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MAX_OUTPUT_BYTES {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
