//! Styles, moved from the `<style>` of a document into its elements: most clients drop the former.

use css_inline::{CSSInliner, InlineOptions};

/// Inlines a document's styles. Media queries and other at-rules stay in its `<style>`, where phones and dark mode
/// find them; nothing is fetched.
///
/// # Errors
/// If a style sheet of the document cannot be read.
pub fn inline_css(html: &str) -> Result<String, String> {
    let options: InlineOptions<'_> = CSSInliner::options()
        .load_remote_stylesheets(false)
        .keep_link_tags(true)
        .keep_at_rules(true);
    options
        .build()
        .inline(html)
        .map_err(|error| format!("the styles cannot be inlined: {error}"))
}
