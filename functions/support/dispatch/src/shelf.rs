//! The templates as they were last read, and what was made of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use template::Library;

/// Keeps templates parsed for as long as they are the same upload's.
#[derive(Default)]
pub struct Shelf(Mutex<Option<Parsed>>);

/// Templates of one upload, and the library of them.
type Parsed = (Arc<BTreeMap<String, String>>, Library);

impl Shelf {
    /// The library of these templates.
    pub fn library(&self, sources: Arc<BTreeMap<String, String>>) -> Library {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, library)) = known.as_ref().filter(|(of, _)| Arc::ptr_eq(of, &sources)) {
            return library.clone();
        }
        let library = Library::new((*sources).clone());
        *known = Some((sources, library.clone()));
        library
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}
