//! The conversations that guests have begun, by the time at which they did: a report reads its window and no more.
//!
//! ```text
//! pk          sk
//! inquiries   <began at>#<thread>
//! ```

use booking::report::Inquiry;
use booking::sync::State;
use calendar::Period;

use super::Ledger;
use super::rows::{body, written};
use crate::StoreError;
use crate::table::{Key, Part, SK, When, count, string};
use crate::wire::sortable;

const PARTITION: &str = "inquiries";
const WHAT: &str = "an inquiry";
/// So many are read at once.
const PAGE: u16 = 1_000;

/// Some inquiries, and where the next ones begin.
#[derive(Debug)]
pub struct InquiryPage {
    /// By the time at which they began.
    pub inquiries: Vec<Inquiry>,
    /// `None`: there are no more.
    pub next: Option<InquiryPlace>,
}

/// A place among the inquiries.
#[derive(Debug, Clone)]
pub struct InquiryPlace(String);

impl Ledger {
    /// Some of the inquiries that began in this window.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn inquiries(
        &self,
        window: Period,
        from: Option<InquiryPlace>,
    ) -> Result<InquiryPage, StoreError> {
        let after = from.map_or_else(|| sortable(window.start), |place| place.0);
        let last = sortable(window.end);
        let rows = self.table.page(PARTITION, (&after, &last), PAGE).await?;
        let end = rows
            .last()
            .map(|row| string(row, SK).ok_or(StoreError::Corrupt { what: WHAT }));
        let next = end.transpose()?.map(|sort| InquiryPlace(sort.to_owned()));
        let inquiries = rows.iter().map(body).collect::<Result<_, _>>()?;
        Ok(InquiryPage { inquiries, next })
    }

    /// Keeps what is now known of an inquiry. A thread's inquiry keeps the time at which it began, so that it is one row
    /// however often this is called.
    ///
    /// # Errors
    /// See [`StoreError`]. Doing it again changes nothing.
    pub async fn note_inquiry(&self, thread: &str, inquiry: &Inquiry) -> Result<(), StoreError> {
        self.table.transact(vec![part(thread, inquiry)?]).await?;
        Ok(())
    }
}

/// The row of an inquiry, to be written with the thread that it is.
pub(crate) fn part(thread: &str, inquiry: &Inquiry) -> Result<Part, StoreError> {
    let mut row = Key::new(PARTITION, format!("{}#{thread}", sortable(inquiry.at))).row();
    row.extend([written(inquiry)?, count("version", &State::VERSION)]);
    Ok(Part::Put(row, When::Always))
}
