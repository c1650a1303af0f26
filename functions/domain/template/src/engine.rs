//! The template engine, set so that it does what Jinja2 does.
//!
//! Jinja2 is what authors know and what published templates are written for. Where the engine differs from it, a
//! template is refused: a mail that silently says something else is worse than none.

mod compat;
mod context;
mod escape;
mod guard;
mod local;
mod order;
mod output;
mod range;

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::error::RenderError;
pub(crate) use context::{names, unordered};
pub(crate) use guard::Guarded;
use output::Bounded;

/// Instructions that one rendering may take: some 40 ms. The longest of our own templates takes 760.
const MAX_FUEL: u64 = 2_000_000;
/// How deep templates may include and macros call each other.
const MAX_DEPTH: usize = 60;

/// The texts that templates may extend and include, by their paths.
pub(crate) type Sources = Arc<BTreeMap<String, String>>;

/// Takes texts as Jinja2 does: what was written on Windows renders as what was not.
pub(crate) fn sources(texts: BTreeMap<String, String>) -> Sources {
    let unix = |text: String| text.replace("\r\n", "\n").replace('\r', "\n");
    Arc::new(texts.into_iter().map(|(path, text)| (path, unix(text))).collect())
}

/// Which names are written as HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escaping {
    /// Those with `.html` in them.
    ByName,
    /// All, as Jinja2 with `autoescape=True`.
    Always,
}

/// A set of templates that is ready to render.
pub(crate) struct Engine {
    environment: Environment<'static>,
    sources: Sources,
}

impl Engine {
    /// Nothing is parsed before it is used, and then once.
    pub(crate) fn new(sources: &Sources, escaping: Escaping) -> Self {
        Self::with(sources, UndefinedBehavior::Strict, escaping)
    }

    pub(crate) fn with(sources: &Sources, undefined: UndefinedBehavior, escaping: Escaping) -> Self {
        let mut environment = Environment::new();
        let texts = Arc::clone(sources);
        environment.set_loader(move |name| match texts.get(name) {
            Some(text) => compat::admit(text).map(|()| Some(Guarded::new(text).text)),
            None => Ok(None),
        });
        environment.set_undefined_behavior(undefined);
        environment.set_auto_escape_callback(move |name| match escaping {
            Escaping::ByName if !name.contains(".html") => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        environment.set_formatter(escape::write);
        environment.set_debug(true);
        environment.set_fuel(Some(MAX_FUEL));
        environment.set_recursion_limit(MAX_DEPTH);
        compat::install(&mut environment);
        order::install(&mut environment);
        environment.add_filter("local", local::local);
        Self {
            environment,
            sources: Arc::clone(sources),
        }
    }

    /// Renders one template.
    pub(crate) fn render(&self, path: &str, context: &Value) -> Result<String, RenderError> {
        let mut output = Bounded::new();
        let rendered = self.environment.get_template(path).and_then(|template| {
            template
                .render_captured_to(context.clone(), &mut output)
                .map(drop)
        });
        match rendered {
            Ok(()) => Ok(output.into_text()),
            Err(_) if output.is_full() => Err(RenderError::too_long(path)),
            Err(error) => Err(RenderError::of(path, &error, &self.sources, context)),
        }
    }

    /// Parses one template, without rendering it.
    pub(crate) fn parse(&self, path: &str) -> Result<(), RenderError> {
        match self.environment.get_template(path) {
            Ok(_) => Ok(()),
            Err(error) => Err(RenderError::of(path, &error, &self.sources, &Value::UNDEFINED)),
        }
    }
}

#[cfg(test)]
mod tests;
