//! One message: size, signature and time, replay, meaning, and then the sync.

use chrono::{DateTime, Utc};
use contract::sync::SyncRequest;
use lambda_boot::{Secret, SecretError};
use manifest::{Manifest, Webhook, WebhookMeaning, WebhookScheme};
use webhook::{Delivery, HeaderNames, Keys, Mapping, Meaning, Message, Refusal, Scheme, Wanted};

use crate::answer::Answer;
use crate::request::Request;
use crate::service::Service;

/// The header that a signature is in unless the manifest names another.
const HUB_SIGNATURE: &str = "X-Hub-Signature-256";

/// Sees to a message.
pub(crate) async fn receive(
    service: &Service,
    platform: &str,
    request: &Request,
    now: DateTime<Utc>,
) -> Answer {
    // Load. Without the manifest nobody is known, so the answer does not tell the platforms apart.
    let manifest = match service.content.manifest(now).await {
        Ok(manifest) => manifest,
        Err(error) => return Answer::unavailable(&error.to_string()),
    };
    let Some(webhook) = webhook_of(&manifest, platform) else {
        return Answer::unauthorized("no webhook is configured");
    };
    let secret = match service.secrets.value(webhook.secret.as_str(), now).await {
        Ok(secret) => secret,
        Err(error @ SecretError::Unavailable) => return Answer::unavailable(&error.to_string()),
        // The platform hears what a stranger hears; the log tells the operator.
        Err(error) => {
            tracing::error!(platform, cause = %error, "webhook secret not read");
            return Answer::unauthorized("the secret cannot be read");
        }
    };

    // Decide.
    let delivery = match verify(webhook, platform, (&secret, request), now) {
        Ok(delivery) => delivery,
        Err(Refusal::TooLarge) => return Answer::too_large(),
        Err(refusal) => return Answer::unauthorized(&refusal.to_string()),
    };
    match service.ledger.was_webhook_seen(platform, &delivery.id, now).await {
        Ok(true) => return Answer::accepted(),
        Ok(false) => {}
        Err(error) => return Answer::unavailable(&error.to_string()),
    }
    let wanted = mapping(webhook).wanted(request.body());

    // Carry out.
    act(service, platform, &delivery, wanted, now).await
}

/// The sync comes before the memory of the message: if it cannot be asked for, or if we end in between, the platform
/// sends the message again and it is seen to then. Twice does no harm.
async fn act(
    service: &Service,
    platform: &str,
    delivery: &Delivery,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Answer {
    if let Some(sync) = sync_request(platform, wanted)
        && let Err(error) = service.sync.ask(&sync).await
    {
        return Answer::unavailable(&error.to_string());
    }
    let remembered = service
        .ledger
        .seen_webhook(platform, &delivery.id, now, delivery.lifetime)
        .await;
    if let Err(error) = remembered {
        // It is seen to. Sent once more, it is seen to once more.
        tracing::warn!(cause = %error, "webhook not remembered");
    }
    Answer::accepted()
}

fn webhook_of<'a>(manifest: &'a Manifest, platform: &str) -> Option<&'a Webhook> {
    manifest.platform(platform)?.webhook.as_ref()
}

fn verify(
    webhook: &Webhook,
    platform: &str,
    (secret, request): (&Secret, &Request),
    now: DateTime<Utc>,
) -> Result<Delivery, Refusal> {
    let names = HeaderNames {
        // The manifest holds a header for a shared secret; without one nothing would be taken.
        proof: webhook
            .header
            .as_ref()
            .map_or(HUB_SIGNATURE, |name| name.as_str()),
        id: webhook.id_header.as_ref().map(|name| name.as_str()),
    };
    let (scheme, keys) = match webhook.scheme {
        WebhookScheme::StandardWebhooks => (Scheme::StandardWebhooks, Keys::standard(secret.reveal())),
        WebhookScheme::HmacSha256 => (Scheme::HmacSha256(names), Keys::plain(secret.reveal())),
        WebhookScheme::SharedSecret => (Scheme::SharedSecret(names), Keys::plain(secret.reveal())),
    };
    if keys.is_empty() {
        tracing::error!(platform, "webhook secret holds no usable key");
    }
    let message = Message {
        headers: &request.headers(),
        body: request.body(),
    };
    webhook::verify(scheme, &keys, &message, now)
}

fn mapping(webhook: &Webhook) -> Mapping<'_> {
    let meaning = |meaning: &WebhookMeaning| match meaning {
        WebhookMeaning::BookingsChanged => Meaning::BookingsChanged,
        WebhookMeaning::Nothing => Meaning::Nothing,
    };
    let listings = webhook.listings.iter();
    let events = webhook.events.iter();
    Mapping {
        listing: webhook.listing_pointer.as_ref().map(|pointer| pointer.as_str()),
        listings: listings
            .map(|(theirs, ours)| (theirs.as_str(), ours.as_str()))
            .collect(),
        event: webhook.event_pointer.as_ref().map(|pointer| pointer.as_str()),
        events: events
            .map(|(event, means)| (event.as_str(), meaning(means)))
            .collect(),
    }
}

/// A whole platform is named as such: an empty list of listings would be everybody's.
fn sync_request(platform: &str, wanted: Wanted) -> Option<SyncRequest> {
    let (platform, listings) = match wanted {
        Wanted::Nothing => return None,
        Wanted::All => (Some(platform.to_owned()), Vec::new()),
        Wanted::Listing(listing) => (None, vec![listing]),
    };
    Some(SyncRequest::Sync {
        platform,
        listings,
        assets: Vec::new(),
        dry_run: false,
    })
}
