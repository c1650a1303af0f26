//! What HTML consists of.

/// What a document consists of, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    /// The first byte's offset.
    pub at: usize,
    pub kind: PieceKind<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PieceKind<'a> {
    Open(Tag<'a>),
    Close(String),
    Text(&'a str),
    /// What is in a `<style>`, `<script>`, `<title>` or `<textarea>`.
    Raw(&'a str),
    /// Without `<!--` and `-->`.
    Comment(&'a str),
    Doctype,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// In lower case.
    pub name: String,
    pub attributes: Vec<Attribute<'a>>,
    pub is_self_closing: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    pub at: usize,
    /// In lower case.
    pub name: String,
    /// As written, character references and all.
    pub value: &'a str,
    pub value_at: usize,
}

/// What is not closed, so that the rest of a document disappears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A comment without `-->`.
    Comment,
    /// A tag without `>`, or with a value whose quote does not end.
    Tag,
    /// A `<style>`, `<script>`, `<title>` or `<textarea>` without its end tag.
    Raw,
}

impl<'a> Tag<'a> {
    /// An attribute's value, without white space around it.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|attribute| attribute.value.trim())
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}
