//! What is due -> deliveries, page by page.

use campaign::{Channel, Contact, Delivery, Due, Purpose, Recipient, Subject, Suppression, plan};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use manifest::{Campaign, Manifest};
use store::{ContactsOf, Deliveries, StoreError};

use crate::month;

/// So many contacts are held in memory at once.
const PAGE: u16 = 100;
/// So many addresses are looked up at the same time.
const CONCURRENT: usize = 16;

/// What planning one page gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Planned {
    /// New deliveries that are to be sent.
    pub new: Vec<Delivery>,
    /// How many of the page get it, whether their delivery is new or not.
    pub recipients: u64,
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
        parts: (&Manifest, &Campaign),
        due: &Due,
        after: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let page = Self::page_for(deliveries, parts, (due, u64::MAX), after, now).await?;
        Ok(page.unwrap_or_default())
    }

    /// Plans one page of what is due, and stores it; `None` when it would go to more than `most`. Then nothing is stored.
    ///
    /// # Errors
    /// See [`StoreError`]: plan it again, and what was stored is known.
    pub async fn page_for(
        deliveries: &Deliveries,
        (manifest, campaign): (&Manifest, &Campaign),
        (due, most): (&Due, u64),
        after: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        // No page holds more than may get it. Where nobody may, it only matters whether somebody would.
        let size = match u16::try_from(most) {
            Ok(few @ 1..PAGE) => few,
            _ => PAGE,
        };
        let (found, next) = page_of((deliveries, size), (manifest, campaign), due, after, now).await?;
        let plan = plan((manifest, campaign), due, &found, now);
        let recipients = plan.deliveries.len() as u64;
        if recipients > most {
            return Ok(None);
        }
        let excluded: Vec<Delivery> = plan.excluded.into_iter().map(|(delivery, _)| delivery).collect();
        let total = recipients + excluded.len() as u64;
        let (new, excluded) = match &due.subject {
            // Its batch has a row since before anybody was planned.
            Subject::Audience(_) => (plan.deliveries, excluded),
            _ => {
                let new = unknown(deliveries, plan.deliveries).await?;
                let excluded = unknown(deliveries, excluded).await?;
                // Before they are stored: if we end in between, what nobody put into the queue is found again.
                if !new.is_empty() || !excluded.is_empty() {
                    let batch = (due.occurrence.campaign.as_str(), due.occurrence.batch.as_str());
                    let look_at = new.iter().filter_map(|new| new.look_at).min();
                    month::note(deliveries, batch, now, look_at).await?;
                }
                (new, excluded)
            }
        };
        let made = deliveries.create(&new).await?;
        let made_excluded = deliveries.create(&excluded).await?;
        let is_new = |made: &[bool]| made.iter().filter(|is_new| **is_new).count() as u64;
        let known = total - is_new(&made) - is_new(&made_excluded);
        let new = new.into_iter().zip(made).filter(|(_, is_new)| *is_new);
        Ok(Some(Self {
            new: new.map(|(delivery, _)| delivery).collect(),
            recipients,
            excluded: is_new(&made_excluded),
            known,
            next,
        }))
    }
}

/// Those that are not stored yet.
async fn unknown(deliveries: &Deliveries, planned: Vec<Delivery>) -> Result<Vec<Delivery>, StoreError> {
    let each = futures_util::stream::iter(planned).map(|delivery| async move {
        let known = deliveries.load(&delivery.id).await?;
        Ok(known.is_none().then_some(delivery))
    });
    let found: Vec<Result<Option<Delivery>, StoreError>> = each.buffered(CONCURRENT).collect().await;
    let found: Result<Vec<Option<Delivery>>, StoreError> = found.into_iter().collect();
    Ok(found?.into_iter().flatten().collect())
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
    page_of((deliveries, PAGE), (manifest, campaign), due, after, now).await
}

async fn page_of(
    (deliveries, size): (&Deliveries, u16),
    (manifest, campaign): (&Manifest, &Campaign),
    due: &Due,
    after: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Vec<Recipient>, Option<String>), StoreError> {
    let (contacts, next) = match &due.subject {
        Subject::Audience(name) | Subject::AudienceAbout(name, _) => {
            let of = ContactsOf::Audience(name.clone());
            deliveries.contacts(&of, after, size).await?
        }
        Subject::Crew(crew, _) => {
            deliveries
                .contacts(&ContactsOf::Crew(crew.clone()), after, size)
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
    // Who has addresses for several channels is asked by the one that fits. Who has none that fits is still somebody: the
    // plan leaves them out, and says so.
    let channel = Channel::from(campaign.channel);
    let people = contacts
        .into_iter()
        .filter(|contact| contact.address.channel() == channel || !contact.other_channels.contains(&channel));
    let purpose = Purpose::from(campaign.purpose);
    let cap = manifest
        .messages
        .frequency_cap
        .filter(|_| purpose == Purpose::Marketing);
    let known = futures_util::stream::iter(people).map(|contact| async move {
        if contact.address.channel() != channel {
            return Ok(Recipient {
                contact,
                suppression: Suppression::default(),
                recent_marketing: 0,
            });
        }
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
