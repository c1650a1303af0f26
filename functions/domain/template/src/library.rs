//! Templates by name, and the messages that they make.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::{self, Engine, Escaping, Sources, unordered};
use crate::error::{Kind, RenderError};
use crate::inline::inline_css;
use crate::plain::plain_text;
use crate::segment::{Segments, segments};

/// The longest subject, in characters. Clients show some 60; what is longer than this is not meant.
pub const MAX_SUBJECT_CHARS: usize = 255;

const SUBJECT: &str = "subject.txt.j2";
const HTML: &str = "body.html.j2";
const TEXT: &str = "body.txt.j2";

/// All templates, by their paths below `templates/`. A clone shares them.
#[derive(Clone)]
pub struct Library {
    sources: Sources,
    engine: Arc<Engine>,
}

/// A rendered e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// One line of at most [`MAX_SUBJECT_CHARS`] characters.
    pub subject: String,
    /// The whole HTML document, with its styles inlined. Media queries stay in its `<style>`.
    pub html: String,
    /// The same for those who read text.
    pub text: String,
}

/// A rendered text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// What the guest reads.
    pub text: String,
    /// What it costs.
    pub segments: Segments,
}

impl Library {
    /// Takes templates by their paths below `templates/`, such as `booking-confirmation/body.html.j2`. Each is parsed
    /// when it is first used.
    #[must_use]
    pub fn new(sources: BTreeMap<String, String>) -> Self {
        Self::with(sources, Escaping::ByName)
    }

    /// As [`Self::new`], with every template written as HTML, whatever it is called: as Jinja2 with `autoescape=True`.
    #[must_use]
    pub fn html(sources: BTreeMap<String, String>) -> Self {
        Self::with(sources, Escaping::Always)
    }

    fn with(sources: BTreeMap<String, String>, escaping: Escaping) -> Self {
        let sources = engine::sources(sources);
        let engine = Arc::new(Engine::new(&sources, escaping));
        Self { sources, engine }
    }

    /// Renders the e-mail `<name>/`: its `subject.txt.j2`, its `body.html.j2` and, if it has one, its `body.txt.j2`.
    /// Otherwise its text is made of the HTML.
    ///
    /// # Errors
    /// If a template is missing, is not of the language, names what the context does not have, or does not end; or
    /// if the subject is empty, too long, or more than a line.
    pub fn email(&self, name: &str, context: &Value) -> Result<Email, RenderError> {
        let context = &unordered(context);
        let subject_path = format!("{name}/{SUBJECT}");
        let subject = subject(&subject_path, &self.engine.render(&subject_path, context)?)?;
        let html_path = format!("{name}/{HTML}");
        let html = inline_css(&self.engine.render(&html_path, context)?)
            .map_err(|why| RenderError::whole(&html_path, Kind::Invalid, why))?;
        let text_path = format!("{name}/{TEXT}");
        let text = if self.sources.contains_key(&text_path) {
            self.engine.render(&text_path, context)?
        } else {
            plain_text(&html)
        };
        Ok(Email { subject, html, text })
    }

    /// Renders the text message `sms/<name>.j2`, without the white space around it.
    ///
    /// # Errors
    /// As [`Self::email`], and if nothing is left.
    pub fn sms(&self, name: &str, context: &Value) -> Result<Sms, RenderError> {
        let text = self.message(&format!("sms/{name}.j2"), context)?;
        let segments = segments(&text);
        Ok(Sms { text, segments })
    }

    /// Renders the answer to a guest `replies/<name>.j2`, without the white space around it.
    ///
    /// # Errors
    /// As [`Self::sms`].
    pub fn reply(&self, name: &str, context: &Value) -> Result<String, RenderError> {
        self.message(&format!("replies/{name}.j2"), context)
    }

    fn message(&self, path: &str, context: &Value) -> Result<String, RenderError> {
        let text = self.text(path, context)?.trim().to_owned();
        if text.is_empty() {
            let message = "the message is empty: a text message needs a text".to_owned();
            return Err(RenderError::whole(path, Kind::NotAMessage, message));
        }
        Ok(text)
    }

    /// Renders one file, whatever it is for.
    ///
    /// A [`serde_json::Value`] has lost the order in which its objects' keys were written, and so has whatever a delivery
    /// keeps. To go through such an object is refused here and wherever a message is made; `dictsort` goes through it.
    ///
    /// # Errors
    /// As [`Self::email`], but for subjects.
    pub fn text(&self, path: &str, context: &Value) -> Result<String, RenderError> {
        self.engine.render(path, &unordered(context))
    }

    /// As [`Self::text`], with a context that is still JSON: its objects have the order in which they are written, and
    /// what goes through them goes in it, as in Jinja2. Nothing else is different: what both render is the same.
    ///
    /// # Errors
    /// As [`Self::text`], and if the context is no JSON.
    pub fn text_of_json(&self, path: &str, context: &str) -> Result<String, RenderError> {
        let context: minijinja::Value = serde_json::from_str(context).map_err(|error| {
            // The parser's own words quote what it stumbled over.
            let (line, column) = (error.line(), error.column());
            let message = format!("the context is no JSON: see its line {line}, column {column}");
            RenderError::whole(path, Kind::Invalid, message)
        })?;
        self.engine.render(path, &context)
    }

    /// The names of the e-mail templates, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let suffix = format!("/{SUBJECT}");
        self.sources
            .keys()
            .filter_map(move |path| path.strip_suffix(suffix.as_str()))
    }

    /// The names of the text messages, in order.
    pub fn sms_names(&self) -> impl Iterator<Item = &str> {
        self.sources
            .keys()
            .filter_map(|path| path.strip_prefix("sms/")?.strip_suffix(".j2"))
    }

    /// The names of the answers to guests, in order.
    pub fn reply_names(&self) -> impl Iterator<Item = &str> {
        self.sources
            .keys()
            .filter_map(|path| path.strip_prefix("replies/")?.strip_suffix(".j2"))
    }
}

/// A subject becomes a header: a line break in it would begin another one.
fn subject(path: &str, rendered: &str) -> Result<String, RenderError> {
    let subject = rendered.trim();
    let refuse = |message: &str| Err(RenderError::whole(path, Kind::NotAMessage, message.to_owned()));
    if subject.is_empty() {
        return refuse("the subject is empty: write one line");
    }
    if subject.chars().any(char::is_control) {
        return refuse("the subject has a line break or another control character: write one line");
    }
    if subject.chars().count() > MAX_SUBJECT_CHARS {
        return refuse("the subject has more than 255 characters: shorten it");
    }
    Ok(subject.to_owned())
}

#[cfg(test)]
mod tests;
