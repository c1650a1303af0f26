use super::*;

const GOOD: &str = "<!doctype html>\n<html lang=\"en\">\n<head><title>Hi</title></head>\n<body>\n%\n\
                    <a href=\"https://example.com/unsubscribe\">Unsubscribe</a>\n</body>\n</html>\n";

/// The findings of a mail with this in its body, which begins at line 5.
#[track_caller]
fn check_body(body: &str, expected: &[&str]) {
    let html = GOOD.replace('%', body);
    let found: Vec<String> = check_message("m.html", &html, Purpose::Unknown)
        .iter()
        .filter(|finding| finding.class != Class::Info)
        .map(|finding| {
            format!(
                "{}:{} {:?} {}",
                finding.line, finding.column, finding.class, finding.rule
            )
        })
        .collect();
    assert_eq!(found, expected, "{body}");
}

#[test]
fn a_good_mail_has_nothing_to_be_told() {
    check_body("<p>Hello<br>you<p>and you", &[]);
    check_body(
        "<!--[if mso]><table><tr><td><![endif]--><div>x</div><!--[if mso]></td></tr></table><![endif]-->",
        &[],
    );
    check_body("<table><tr><td>1<td>2<tr><td>3</table>", &[]);
    check_body(
        "<a href=\"tel:+12125550142\">Call</a> <img src=\"https://example.com/a.png\" alt=\"\">",
        &[],
    );
}

#[test]
fn links_that_lead_nowhere_are_told_at_their_address() {
    check_body("é <a href=\"\">x</a>", &["5:12 Error empty-link"]);
    check_body(
        "<a href=' java\nscript:alert(1)'>x</a>",
        &["5:10 Error script-link"],
    );
    check_body("<a href=\"#\">x</a>", &["5:10 Warning placeholder-link"]);
    check_body("<a href=\"htp:/example.com\">x</a>", &["5:10 Error broken-link"]);
    check_body(
        "<a href=\"https:/example.com\">x</a>",
        &["5:10 Error broken-link"],
    );
    check_body(
        "<a href=\"https://exa mple.com\">x</a>",
        &["5:10 Error broken-link"],
    );
    check_body("<a href=\"/about\">x</a>", &["5:10 Warning relative-link"]);
    check_body(
        "<a href=\"https://example.com\"></a>",
        &["5:1 Warning empty-link-text"],
    );
}

#[test]
fn elements_that_swallow_what_follows_are_told_where_they_begin() {
    check_body(
        "<table><tr><td><div>x</td></tr></table>",
        &["5:16 Warning unclosed-element"],
    );
    check_body("<table><tr><td>x</td></tr>", &["5:1 Error unclosed-element"]);
    check_body(
        "<a href=\"https://example.com\">x",
        &["5:1 Error unclosed-element"],
    );
    check_body(
        "<table>oops<tr><td>x</td></tr></table>",
        &["5:8 Error text-in-table"],
    );
    check_body("<!-- oops", &["5:1 Error unclosed-comment"]);
    check_body(
        "<a href=\"https://example.com title=\"x\">y</a>",
        &["5:10 Error broken-link", "5:37 Error attribute-quote"],
    );
}

#[test]
fn what_mail_programs_strip_is_told() {
    check_body("<script>alert(1)</script>", &["5:1 Error stripped-element"]);
    check_body("<p onclick=\"x()\">x</p>", &["5:4 Error event-handler"]);
    check_body(
        "<form action=\"/x\"><input></form>",
        &["5:1 Error stripped-element", "5:19 Error stripped-element"],
    );
    check_body(
        "<div style=\"display: flex\">x</div>",
        &["5:13 Warning client-support"],
    );
}

#[test]
fn what_nobody_filled_in_is_told() {
    check_body("Dear {{ guest.name }}", &["5:6 Error left-over-braces"]);
    check_body(
        "Hello None, see you at NaN",
        &["5:7 Warning missing-value", "5:24 Warning missing-value"],
    );
    check_body("None of us is undefined-ish", &[]);
    check_body("cafÃ©", &["5:4 Warning mojibake"]);
}

#[test]
fn a_mail_to_many_needs_a_way_out() {
    let without = GOOD.replace("nsubscribe", "x");
    let class = |purpose| {
        let findings = check_message("m.html", &without, purpose);
        findings
            .into_iter()
            .find(|finding| finding.rule == "missing-unsubscribe")
            .map(|finding| finding.class)
    };
    assert_eq!(class(Purpose::Marketing), Some(Class::Error));
    assert_eq!(class(Purpose::Unknown), Some(Class::Warning));
    assert_eq!(class(Purpose::Transactional), None);
}

#[test]
fn a_mail_that_gmail_clips_is_told() {
    let class = |kib: usize| {
        let html = GOOD.replace('%', &"word word word\n".repeat(kib * 1024 / 15));
        let findings = check_message("m.html", &html, Purpose::Unknown);
        findings
            .into_iter()
            .find(|finding| finding.rule == "too-large")
            .map(|finding| finding.class)
    };
    assert_eq!(class(70), None);
    assert_eq!(class(90), Some(Class::Warning));
    assert_eq!(class(103), Some(Class::Error));
}

#[test]
fn a_template_is_read_by_its_syntax_and_its_tags() {
    let rules = |source: &str| {
        let findings = check("x/body.html.j2", source);
        let shown = |finding: &Finding| format!("{}:{} {}", finding.line, finding.column, finding.rule);
        findings.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(rules("{% block a %}<td>{{ x }}</td>{% endblock %}"), [""; 0]);
    assert_eq!(rules("<p>\n{% if x %}</p>"), ["2:11 template-syntax"]);
    assert_eq!(
        rules("<a href=\"{{ url }}\">x</a><a href=\"\">y</a>"),
        ["1:35 empty-link"]
    );
    assert_eq!(
        rules("{% include \"a\" without context %}"),
        ["1:1 template-syntax"]
    );
}

#[test]
fn a_reference_to_nothing_is_told() {
    let check = |source: &str| {
        let findings = check_references("x", source, |name| name == "there");
        findings
            .iter()
            .map(|finding| (finding.line, finding.column))
            .collect::<Vec<_>>()
    };
    assert_eq!(check("{% extends \"there\" %}{% include 'there' %}"), []);
    assert_eq!(
        check("{# {% include \"gone\" %} #}\n {% from \"gone\" import a %}"),
        [(2, 11)]
    );
    assert_eq!(
        check("{% include \"gone\" ignore missing %}{% include [\"gone\", \"there\"] %}"),
        []
    );
}

proptest::proptest! {
    #[test]
    fn nothing_that_somebody_writes_makes_it_panic(text in "[<>a-z/=\"' !\\-{}%é\\[\\]]{0,80}") {
        let _ = check("a.html", &text);
        let _ = check("a.html.j2", &text);
        let _ = crate::plain_text(&text);
        let _ = crate::inline_css(&text);
    }
}
