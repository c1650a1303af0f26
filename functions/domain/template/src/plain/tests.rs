use super::*;

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(plain_text(html), expected, "{html}");
}

#[test]
fn a_link_is_followed_by_its_address_unless_it_is_one() {
    check(
        r#"<p>See <a href="https://example.com/b?a=1&amp;b=2">your  booking</a>, please.</p>"#,
        "See your booking (https://example.com/b?a=1&b=2), please.\n",
    );
    check(
        r#"<a href="https://example.com">https://example.com</a>"#,
        "https://example.com\n",
    );
    check(
        r#"<a href="mailto:a@example.com">a@example.com</a>"#,
        "a@example.com\n",
    );
    check(r##"<a href="#top">Up</a>"##, "Up\n");
}

#[test]
fn a_table_is_read_row_by_row() {
    check(
        "<table><tr><td>From</td><td>Friday</td></tr>\n<tr><td>To</td><td>Sunday</td></tr></table>After",
        "From Friday\nTo Sunday\n\nAfter\n",
    );
}

#[test]
fn a_row_of_cells_with_paragraphs_has_a_line_for_each() {
    check(
        "<table><tr><td><p>From</p><p>Fri</p></td><td><p>Until</p><p>Sun</p></td></tr></table>",
        "From Fri\nUntil Sun\n",
    );
    check(
        "<table><tr><td><p>1</p><p>2</p><p>3</p><p>4</p><p>5</p></td><td>x</td></tr></table>",
        "1\n\n2\n\n3\n\n4\n\n5\n\nx\n",
    );
    check(
        "<a href=\"tel:+12125550142\">+1 212 555 0142</a>",
        "+1 212 555 0142\n",
    );
}

#[test]
fn lists_have_dashes_and_numbers() {
    check(
        "<ul><li>One<li>Two<ul><li>Inner</ul></ul><ol><li>First</li><li>Second</li></ol>",
        "- One\n- Two\n\n  - Inner\n\n1. First\n2. Second\n",
    );
}

#[test]
fn what_is_not_shown_is_not_read() {
    check(
        "<head><title>T</title><style>p{}</style></head><div style=\"DISPLAY: none\">Pre<div>header</div>\
         &zwnj;&nbsp;</div><!-- c --><script>1<2</script><p>Shown</p>",
        "Shown\n",
    );
}

#[test]
fn characters_are_decoded_and_white_space_is_one_space() {
    check(
        "<h1>Tom &amp;\n  J&eacute;r&#244;me</h1>text<br>more",
        "Tom & Jérôme\n\ntext\nmore\n",
    );
}

#[test]
fn hostile_nesting_costs_no_more_than_its_length() {
    let patterns = [
        "<div hidden>",
        "<div hidden></b>",
        "<a href=x>t<br>",
        "<table><tr><td>x",
        "<ul><li>x",
        "<ol><li>",
        "<p>",
    ];
    for pattern in patterns {
        let html = pattern.repeat(20_000);
        let began = std::time::Instant::now();
        let text = plain_text(&html);
        assert!(text.len() <= 2 * html.len(), "{pattern}: {} bytes", text.len());
        assert!(began.elapsed().as_secs() < 5, "{pattern}: {:?}", began.elapsed());
    }
}
