//! `inbox explain`: what the manifest's rules would make of a message.

use std::path::{Path, PathBuf};

use anyhow::Result;
use calendar::Period;
use chrono::{DateTime, TimeDelta, Utc};
use inbox::answer::{
    BookingFact, Decision, Facts, History, Misfit, booking_is, context, decide, fits, words_of,
};
use inbox::{Message, MessageId, Native, Private, Role, SchemaVersion, Sender, Source, ThreadId};
use manifest::Manifest;
use serde_json::{Value, json};
use stacks::Stage;

use super::lines;
use crate::exit::{Exit, Invalid};
use crate::manifest_file;
use crate::screen;
use crate::table::{Table, plain};
use crate::templates;
use crate::workspace::Workspace;

/// A message that nobody has written.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// What the guest would write.
    text: String,
    /// The message's subject.
    #[arg(long, default_value = "")]
    subject: String,
    /// The asset that it would be about; its site follows.
    #[arg(long, value_name = "ID", conflicts_with = "site")]
    asset: Option<String>,
    /// The site, if the asset is not known.
    #[arg(long, value_name = "ID")]
    site: Option<String>,
    /// The platform by which it would come [default: the manifest's first].
    #[arg(long, value_name = "ID")]
    platform: Option<String>,
    /// How it would stand with the guest's booking, which is a day before or after.
    #[arg(long, default_value = "none", value_parser = ["none", "hold", "reservation", "past", "cancelled"])]
    booking: String,
    /// When it would be written (RFC 3339) [default: now].
    #[arg(long, value_name = "INSTANT")]
    at: Option<DateTime<Utc>>,
    /// The manifest.
    #[arg(long, value_name = "FILE", default_value = manifest_file::NAME)]
    manifest: PathBuf,
    /// Print JSON: each rule, the decision and its words.
    #[arg(long)]
    json: bool,
}

/// What would become of it.
struct Explained {
    /// Each rule's id, and what is held against it.
    rules: Vec<(String, Option<Misfit>)>,
    decision: Decision,
}

/// Says what would become of the message, with the checkout's manifest and templates.
pub(super) fn run(workspace: &Workspace, args: &ExplainArgs) -> Result<Exit> {
    let manifest = read(workspace, &args.manifest)?;
    let explained = explain(workspace, &manifest, args)?;
    if args.json {
        screen::answer(&serde_json::to_string_pretty(&explained.json())?);
    } else {
        screen::answer(&explained.text());
    }
    Ok(Exit::Ok)
}

fn read(workspace: &Workspace, file: &Path) -> Result<Manifest> {
    Ok(manifest_file::read_deployable(workspace, file, Stage::Local)?.manifest)
}

fn explain(workspace: &Workspace, manifest: &Manifest, args: &ExplainArgs) -> Result<Explained> {
    let now = args.at.unwrap_or_else(Utc::now);
    let message = message(manifest, args, now)?;
    let booking = booking(&args.booking, now);
    let facts = Facts {
        message: &message,
        manifest,
        booking: booking_is(booking.as_ref(), now),
        history: &History::default(),
        now,
    };
    let library = templates::checked_out(workspace)?;
    let context = context(manifest, &message, booking.as_ref());
    let decision = decide(&facts, |rule| words_of(&library, rule, &context));
    let rules = fits(&facts).map(|(rule, misfit)| (rule.id.to_string(), misfit));
    Ok(Explained {
        rules: rules.collect(),
        decision,
    })
}

fn message(manifest: &Manifest, args: &ExplainArgs, now: DateTime<Utc>) -> Result<Message> {
    let no = |what: &str, id: &str| Invalid(format!("the manifest has no {what} `{id}`"));
    let site = match (&args.asset, &args.site) {
        (Some(asset), _) => Some(manifest.asset(asset).ok_or_else(|| no("asset", asset))?.0),
        (None, Some(site)) => Some(manifest.site(site).ok_or_else(|| no("site", site))?),
        (None, None) => None,
    };
    let platform = match &args.platform {
        Some(id) => Some(manifest.platform(id).ok_or_else(|| no("platform", id))?),
        None => manifest.platforms.first(),
    };
    let platform = platform
        .map(|platform| platform.id.to_string())
        .unwrap_or_default();
    let name = "explained";
    let source = source(manifest, &platform);
    Ok(Message {
        schema: SchemaVersion,
        id: MessageId::of(&platform, name),
        thread: ThreadId::of(&platform, name),
        platform,
        listing: None,
        asset: args.asset.clone(),
        site: site.map(|site| site.id.to_string()),
        sender: Sender {
            role: Role::Guest,
            name: None,
        },
        sent_at: now,
        edited_at: None,
        text: Private::from(args.text.as_str()),
        is_html_original: false,
        attachments: Vec::new(),
        booking: None,
        subject: Some(Private::from(args.subject.as_str())),
        is_automatic: false,
        revision: 1,
        source,
        native: Native {
            thread: Private::from(name),
            message: Private::from(name),
        },
        original: String::new(),
    })
}

/// By the way that the platform has: its API, or a mail that is proven to be from it.
fn source(manifest: &Manifest, platform: &str) -> Source {
    let inbox = manifest
        .platform(platform)
        .and_then(|platform| platform.inbox.as_ref());
    match inbox {
        Some(inbox) if inbox.api.is_none() && inbox.mail.is_some() => Source::Mail {
            reply_to: Some(Private::from("guest@platform.invalid")),
            is_proven: true,
        },
        _ => Source::Api,
    }
}

/// A booking of four hours, a day before or after.
fn booking(state: &str, now: DateTime<Utc>) -> Option<BookingFact> {
    let days = if state == "past" { -1 } else { 1 };
    let start = now + TimeDelta::days(days);
    (state != "none").then(|| BookingFact {
        period: Period::new(start, start + TimeDelta::hours(4)),
        is_firm: state != "hold",
        is_cancelled: state == "cancelled",
    })
}

impl Explained {
    fn text(&self) -> String {
        let mut table = Table::new(["rule", "fits", "why not"]);
        let mut is_decided = false;
        for (rule, misfit) in &self.rules {
            let (fits, why) = match misfit {
                Some(misfit) => ("no", misfit.why()),
                None if is_decided => ("yes", "a rule before it fits, too"),
                None => ("yes", ""),
            };
            is_decided |= misfit.is_none();
            table.row([rule.clone(), fits.to_owned(), why.to_owned()]);
        }
        let decision = &self.decision;
        let by = decision.rule.as_ref().map(|rule| format!(" by rule {rule}"));
        let person = decision.person.as_ref().map(|person| format!(" ({person})"));
        let mut text = format!(
            "{table}\n{}{}{}: {}",
            decision.act.name(),
            by.unwrap_or_default(),
            person.unwrap_or_default(),
            plain(&decision.why)
        );
        if let Some(words) = &decision.text {
            text.push('\n');
            text.push_str(&lines(words.reveal()));
        }
        text
    }

    fn json(&self) -> Value {
        let rules = self.rules.iter().map(|(rule, misfit)| {
            json!({"rule": rule, "fits": misfit.is_none(), "why_not": misfit.map(Misfit::why)})
        });
        let decision = &self.decision;
        json!({
            "rules": rules.collect::<Vec<_>>(),
            "what": decision.act.name(),
            "why": decision.why,
            "rule": decision.rule,
            "person": decision.person,
            "text": decision.text.as_ref().map(Private::reveal),
        })
    }
}

#[cfg(test)]
mod tests;
