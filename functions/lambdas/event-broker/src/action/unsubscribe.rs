//! `GET` and `POST /unsubscribe/{token}`: a link shows, and only a click on its button acts. Whoever follows links to look
//! for harm in them unsubscribes nobody.
//!
//! A mail client that offers the button itself posts by itself (RFC 8058).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use campaign::{Delivery, Lasting, News, Purpose, Reason, UnsubscribeKey};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::broker::{Broker, Moment};
use crate::input::Input;
use crate::problem::{Details, Problem};

/// The longest token that is read, in characters.
const MAX_TOKEN_CHARS: usize = 400;
const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = ":root{color-scheme:light dark;--ink:#14212b;--paper:#f4f7f8;--card:#fff;--line:#d5dfe3;--accent:#0b6b73}\
@media(prefers-color-scheme:dark){:root{--ink:#e8eff1;--paper:#0f171c;--card:#18232a;--line:#2b3a43;--accent:#3fb6bf}}\
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 system-ui,sans-serif}\
main{max-width:26rem;margin:12vh auto 0;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:14px}\
h1{font-size:1.35rem;margin:0 0 .75rem}p{margin:0 0 1.25rem}\
button{font:inherit;font-weight:600;width:100%;padding:.8rem;border:0;border-radius:10px;background:var(--accent);color:var(--card);cursor:pointer}\
button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}";

#[utoipa::path(
    get,
    path = "/unsubscribe/{token}",
    operation_id = "show-unsubscribe",
    summary = "What an unsubscribe link shows; it changes nothing",
    params(("token" = String, Path, description = "As it stands in the mail.")),
    responses(
        (status = 200, description = "A page with a button.", body = String, content_type = "text/html"),
        (status = 404, description = "`unknown`: it is not one of our links.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(crate) async fn show(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let delivery = delivery(broker, fields, moment).await?;
    let kept = broker.deliveries.suppression(&delivery.address).await?;
    let address = escaped(&delivery.address.masked());
    if kept.forbids(Purpose::Marketing).is_some() {
        return Ok(page(
            "You are unsubscribed",
            &format!("<p>{address} gets no more news from us.</p>"),
        ));
    }
    let form = format!(
        "<p>{address} will get no more news and offers from us. Messages about your own bookings still come.</p>\
         <form method=\"post\"><button type=\"submit\">Unsubscribe</button></form>"
    );
    Ok(page("Unsubscribe?", &form))
}

#[utoipa::path(
    post,
    path = "/unsubscribe/{token}",
    operation_id = "unsubscribe",
    summary = "Send an address no marketing any more (RFC 8058)",
    params(("token" = String, Path, description = "As it stands in the mail.")),
    responses(
        (status = 200, description = "A page that says so. The same however often it is asked for.", body = String, content_type = "text/html"),
        (status = 404, description = "`unknown`: it is not one of our links.", body = Details, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`.", body = Details, content_type = "application/problem+json"),
    ),
    security(())
)]
pub(crate) async fn unsubscribe(
    broker: &Broker,
    fields: Map<String, Value>,
    moment: &Moment,
) -> Result<Answer, Problem> {
    let delivery = delivery(broker, fields, moment).await?;
    let news = News::Lasting(Lasting {
        reason: Reason::Unsubscribed,
        since: moment.now,
        source: delivery.id.to_string(),
    });
    broker.deliveries.learn(&delivery.address, &news).await?;
    let address = escaped(&delivery.address.masked());
    let text = format!(
        "<p>{address} gets no more news and offers from us. Messages about your own bookings still come.</p>"
    );
    Ok(page("You are unsubscribed", &text))
}

/// The delivery whose mail the link stood in. One answer for every link that is not ours.
async fn delivery(broker: &Broker, fields: Map<String, Value>, moment: &Moment) -> Result<Delivery, Problem> {
    let mut input = Input::new(fields);
    let token = input.required_text("token", MAX_TOKEN_CHARS).unwrap_or_default();
    input.finish()?;
    let unknown = || Problem::unknown("this is not one of our unsubscribe links");
    let (secrets, name) = &broker.unsubscribe_key;
    let secret = secrets.value(name, moment.now).await;
    let secret = secret.map_err(|error| Problem::unavailable(error.to_string()))?;
    let id = UnsubscribeKey::new(secret.reveal().as_bytes())
        .read(&token)
        .map_err(|_| unknown())?;
    broker.deliveries.load(&id).await?.ok_or_else(unknown)
}

fn page(title: &str, body: &str) -> Answer {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let style = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    Answer::text(200, HTML, html)
        .with_header("content-security-policy", policy)
        .with_header("referrer-policy", "no-referrer".to_owned())
        .with_header("x-robots-tag", "noindex".to_owned())
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
