//! What is due -> deliveries, page by page.

use campaign::{Channel, Contact, Delivery, Due, Purpose, Recipient, Subject, plan};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use manifest::{Campaign, Manifest};
use store::{ContactsOf, Deliveries, StoreError};

/// So many contacts are held in memory at once.
const PAGE: u16 = 100;
/// So many addresses are looked up at the same time.
const CONCURRENT: usize = 16;

/// What planning one page gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planned {
    /// New deliveries that are to be sent.
    pub new: Vec<Delivery>,
    /// How many were new, and are not to be sent.
    pub excluded: u64,
    /// How many there were already.
    pub known: u64,
    /// Where the next page begins; none: there is no more.
    pub next: Option<String>,
}

impl Planned {
    /// Plans one page of what is due, and stores it.
    ///
    /// # Errors
    /// See [`StoreError`]: plan it again, and what was stored is known.
    pub async fn page(
        deliveries: &Deliveries,
        (manifest, campaign): (&Manifest, &Campaign),
        due: &Due,
        after: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let (found, next) = recipients(deliveries, (manifest, campaign), due, after, now).await?;
        let plan = plan((manifest, campaign), due, &found, now);
        let excluded: Vec<Delivery> = plan.excluded.into_iter().map(|(delivery, _)| delivery).collect();
        let made = deliveries.create(&plan.deliveries).await?;
        let made_excluded = deliveries.create(&excluded).await?;
        let is_new = |made: &[bool]| made.iter().filter(|is_new| **is_new).count() as u64;
        let known = (made.len() + made_excluded.len()) as u64 - is_new(&made) - is_new(&made_excluded);
        let new = plan
            .deliveries
            .into_iter()
            .zip(made)
            .filter(|(_, is_new)| *is_new);
        Ok(Self {
            new: new.map(|(delivery, _)| delivery).collect(),
            excluded: is_new(&made_excluded),
            known,
            next,
        })
    }
}

/// One page of those whom a due message could go to, with what is kept of their addresses; and where the next page begins.
///
/// # Errors
/// See [`StoreError`].
pub async fn recipients(
    deliveries: &Deliveries,
    (manifest, campaign): (&Manifest, &Campaign),
    due: &Due,
    after: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Vec<Recipient>, Option<String>), StoreError> {
    let (contacts, next) = match &due.subject {
        Subject::Audience(name) | Subject::AudienceAbout(name, _) => {
            let of = ContactsOf::Audience(name.clone());
            deliveries.contacts(&of, after, PAGE).await?
        }
        Subject::Crew(crew, _) => {
            deliveries
                .contacts(&ContactsOf::Crew(crew.clone()), after, PAGE)
                .await?
        }
        Subject::Guest(fact) => {
            // Guests are few: those of the code and those of the id are one page.
            let mut contacts: Vec<Contact> = Vec::new();
            for code in fact.code.iter().chain([&fact.id]) {
                let of = ContactsOf::Booking(code.clone());
                contacts.extend(deliveries.contacts(&of, None, PAGE).await?.0);
            }
            contacts.sort_by(|a, b| a.address.cmp(&b.address));
            contacts.dedup_by(|a, b| a.address == b.address);
            (contacts, None)
        }
    };
    // Who has an address for another channel only is left out by the plan where there is no contact for this one; a
    // person with both has two contacts, and is not told of twice.
    let channel = Channel::from(campaign.channel);
    let fitting = contacts
        .into_iter()
        .filter(|contact| contact.address.channel() == channel);
    let purpose = Purpose::from(campaign.purpose);
    let cap = manifest
        .messages
        .frequency_cap
        .filter(|_| purpose == Purpose::Marketing);
    let known = futures_util::stream::iter(fitting).map(|contact| async move {
        let suppression = deliveries.suppression(&contact.address).await?;
        let recent_marketing = match cap {
            None => 0,
            Some(cap) => {
                let since = now - TimeDelta::days(cap.days.get().into());
                let most = u16::try_from(cap.messages.get()).unwrap_or(u16::MAX);
                deliveries
                    .marketing_since(&contact.address, since, most, None)
                    .await?
            }
        };
        Ok(Recipient {
            contact,
            suppression,
            recent_marketing,
        })
    });
    let known: Vec<Result<Recipient, StoreError>> = known.buffered(CONCURRENT).collect().await;
    let known: Result<Vec<Recipient>, StoreError> = known.into_iter().collect();
    Ok((known?, next))
}
