//! A directory of files, and nothing beside it.

use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use percent_encoding::percent_decode_str;

use super::answer::{CALENDAR, Document};

/// Larger files are not served: they are read whole.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a file below `root`. Whatever leads out of it, by its name or by a link, is as good as absent.
pub(super) async fn read(root: &Path, encoded: &str) -> Option<Document> {
    let relative = relative_path(encoded)?;
    let root = tokio::fs::canonicalize(root).await.ok()?;
    let path = tokio::fs::canonicalize(root.join(relative)).await.ok()?;
    if !path.starts_with(&root) {
        return None;
    }
    let metadata = tokio::fs::metadata(&path).await.ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return None;
    }
    Some(Document {
        bytes: tokio::fs::read(&path).await.ok()?.into(),
        content_type: CALENDAR,
        last_modified: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
    })
}

/// A path of plain names only.
fn relative_path(encoded: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(encoded).decode_utf8().ok()?;
    if decoded.is_empty() || decoded.contains(['\0', '\\']) {
        return None;
    }
    let path = PathBuf::from(decoded.as_ref());
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    is_plain.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_make_a_path() {
        for good in ["a.ics", "dir/a%20b.ics", "..a/b", "a//b", "a/./b"] {
            assert!(relative_path(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../a",
            "a/../../b",
            "%2e%2e/a",
            "%2Fetc/passwd",
            "a%00b",
            "..%5ca",
            "%ff",
            "./a",
        ] {
            assert!(relative_path(bad).is_none(), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_link_out_of_the_directory_is_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.ics"), "secret").unwrap();
        std::fs::write(root.path().join("feed.ics"), "feed").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.ics"), root.path().join("link.ics")).unwrap();
        assert_eq!(read(root.path(), "feed.ics").await.unwrap().bytes, "feed");
        assert!(read(root.path(), "link.ics").await.is_none());
        assert!(read(root.path(), "absent.ics").await.is_none());
    }
}
