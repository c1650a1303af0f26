//! What the HTML standard's own parser minds, for information: most of it changes nothing that a reader sees.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

use super::{Class, Report};

/// More of one kind than this tell nothing more.
const MAX_OF_A_KIND: usize = 3;

/// Parses the document, and tells what the parser had to repair.
pub(super) fn check(report: &mut Report<'_>) {
    let complaints =
        parse_document(Listener::default(), ParseOpts::default()).one(StrTendril::from(report.text));
    let mut told: Vec<(String, usize)> = Vec::new();
    for (line, message) in complaints {
        let message = plain(&message);
        let count = match told.iter_mut().find(|(kind, _)| *kind == message) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                told.push((message.clone(), 1));
                1
            }
        };
        if count <= MAX_OF_A_KIND {
            let at = report
                .lines
                .get(line.saturating_sub(1))
                .copied()
                .unwrap_or_default();
            let text = report.text.get(at..).unwrap_or_default();
            let indent = text.len() - text.trim_start_matches([' ', '\t']).len();
            report.add(Class::Info, "html-syntax", at + indent, message);
        }
    }
}

/// The parser's own words, without the state that it was in.
fn plain(message: &str) -> String {
    let message = message.split(" in state ").next().unwrap_or(message);
    format!("the HTML parser says: {message}")
}

/// A tree that keeps the names of its elements and nothing else: complaints depend on no more.
#[derive(Default)]
struct Listener {
    names: RefCell<Vec<Option<QualName>>>,
    complaints: RefCell<Vec<(usize, String)>>,
    line: Cell<usize>,
}

impl Listener {
    fn node(&self, name: Option<QualName>) -> usize {
        let mut names = self.names.borrow_mut();
        names.push(name);
        names.len()
    }
}

/// A name, shared so that it can be lent while more elements come.
#[derive(Debug, Clone)]
struct Name(QualName);

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &html5ever::LocalName {
        &self.0.local
    }
}

impl TreeSink for Listener {
    type Handle = usize;
    type Output = Vec<(usize, String)>;
    type ElemName<'a> = Name;

    fn finish(self) -> Self::Output {
        self.complaints.into_inner()
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.complaints
            .borrow_mut()
            .push((self.line.get(), message.into_owned()));
    }

    fn set_current_line(&self, line: u64) {
        self.line.set(usize::try_from(line).unwrap_or(usize::MAX));
    }

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Name {
        let names = self.names.borrow();
        let name = names.get(target.wrapping_sub(1)).cloned().flatten();
        Name(
            name.unwrap_or_else(|| QualName::new(None, html5ever::ns!(html), html5ever::local_name!("html"))),
        )
    }

    fn create_element(&self, name: QualName, _: Vec<Attribute>, _: ElementFlags) -> usize {
        self.node(Some(name))
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.node(None)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        self.node(None)
    }

    fn append(&self, _: &usize, _: NodeOrText<usize>) {}

    fn append_based_on_parent_node(&self, _: &usize, _: &usize, _: NodeOrText<usize>) {}

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, _: &usize, _: NodeOrText<usize>) {}

    fn add_attrs_if_missing(&self, _: &usize, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, _: &usize) {}

    fn reparent_children(&self, _: &usize, _: &usize) {}
}
