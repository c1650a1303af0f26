//! Twilio: what became of an SMS, and what somebody wrote to one of the numbers.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use campaign::twilio::{Credential, Word, fate, word};
use campaign::{Address, DeliveryId, Fate, Lasting, News, Reason, Told};
use chrono::{DateTime, TimeDelta, Utc};
use store::StoreError;
use webhook::{TWILIO_SIGNATURE, is_twilios};

use crate::answer::Answer;
use crate::request::{Request, TWILIO};
use crate::service::Service;

/// The parameter of the callback's address that names the delivery. It is signed with the address.
const DELIVERY: &str = "delivery";
/// Whatever Twilio sends again comes within a day.
const REMEMBERED: TimeDelta = TimeDelta::days(3);

/// Sees to a callback.
pub(crate) async fn receive(service: &Service, request: &Request, now: DateTime<Utc>) -> Answer {
    // Load.
    let form: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let credential = match credential(service, now).await {
        Ok(credential) => credential,
        Err(answer) => return answer,
    };

    // Decide.
    let url = match request.query() {
        "" => format!("{}{TWILIO}", service.api_url),
        query => format!("{}{TWILIO}?{query}", service.api_url),
    };
    let signature = request.header(TWILIO_SIGNATURE).unwrap_or_default();
    if !is_twilios(credential.reveal(), &url, &form, signature) {
        return Answer::unauthorized("the signature is missing or wrong");
    }
    let field = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    // Another account may share the token of a parent account.
    if field("AccountSid") != Some(credential.account()) {
        return Answer::unauthorized("another account");
    }

    // Carry out.
    let Some(sid) = field("MessageSid").or_else(|| field("SmsSid")) else {
        return Answer::malformed();
    };
    match field("MessageStatus") {
        Some(status) => {
            let what = fate(status, field("ErrorCode"));
            let delivery = url::form_urlencoded::parse(request.query().as_bytes())
                .find(|(name, _)| name == DELIVERY)
                .and_then(|(_, value)| value.parse::<DeliveryId>().ok());
            let told = what.map(|what| Told {
                what,
                message_id: sid.to_owned(),
            });
            take_status(service, delivery.zip(told), now).await
        }
        None => take_words(service, (sid, field("From"), field("Body")), now).await,
    }
}

async fn credential(service: &Service, now: DateTime<Utc>) -> Result<Credential, Answer> {
    let manifest = service.content.manifest(now).await;
    let manifest = manifest.map_err(|error| Answer::unavailable(&error.to_string()))?;
    let Some(sender) = &manifest.messages.sms else {
        return Err(Answer::unauthorized("nobody sends by sms"));
    };
    let secret = service.secrets.value(sender.secret.as_str(), now).await;
    let secret = secret.map_err(|error| match error {
        lambda_boot::SecretError::Unavailable => Answer::unavailable(&error.to_string()),
        _ => Answer::unauthorized("the secret cannot be read"),
    })?;
    Credential::parse(secret.reveal()).map_err(|_| Answer::unauthorized("the secret is no credential"))
}

/// What is told of no delivery of ours, or tells nothing new, is taken all the same: Twilio need not send it again.
async fn take_status(service: &Service, told: Option<(DeliveryId, Told)>, now: DateTime<Utc>) -> Answer {
    let Some((id, told)) = told else {
        return Answer::silence();
    };
    // The suppression comes first: if we end in between, it is told again.
    if let Fate::Bounced { .. } = &told.what
        && let Err(error) = number_is_dead(service, &id, now).await
    {
        return Answer::unavailable(&error.to_string());
    }
    match service.deliveries.told(&id, told, now).await {
        Ok(_) => Answer::silence(),
        Err(error) => Answer::unavailable(&error.to_string()),
    }
}

/// What never arrives at this number is not sent there again. Only our own delivery says whose number it is.
async fn number_is_dead(service: &Service, id: &DeliveryId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(delivery) = service.deliveries.load(id).await? else {
        return Ok(());
    };
    let lasting = Lasting {
        reason: Reason::HardBounce,
        since: now,
        source: id.to_string(),
    };
    service
        .deliveries
        .learn(&delivery.address, &News::Lasting(lasting))
        .await?;
    Ok(())
}

/// `STOP` and `START` are kept. Twilio itself answers them, and keeps the number from sending.
async fn take_words(
    service: &Service,
    (sid, from, body): (&str, Option<&str>, Option<&str>),
    now: DateTime<Utc>,
) -> Answer {
    let Some(said) = body.and_then(word) else {
        return Answer::silence();
    };
    let Some(address) = from.and_then(|from| Address::phone(from).ok()) else {
        return Answer::silence();
    };
    // Nothing says when it was said: a STOP that is sent again after a START would undo it.
    match service.ledger.was_webhook_seen(SENDER, sid, now).await {
        Ok(false) => {}
        Ok(true) => return Answer::silence(),
        Err(error) => return Answer::unavailable(&error.to_string()),
    }
    let news = News::Word(campaign::Word {
        is_stop: said == Word::Stop,
        at: now,
    });
    if let Err(error) = service.deliveries.learn(&address, &news).await {
        return Answer::unavailable(&error.to_string());
    }
    match service.ledger.seen_webhook(SENDER, sid, now, REMEMBERED).await {
        Ok(_) => Answer::silence(),
        Err(error) => Answer::unavailable(&error.to_string()),
    }
}

/// In the place of a platform's id; no platform has an id with a capital letter.
const SENDER: &str = "Twilio";
