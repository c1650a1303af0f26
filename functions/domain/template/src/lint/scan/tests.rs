use super::*;

#[track_caller]
fn check(html: &str, expected: &[&str]) {
    let (pieces, faults) = scan(html);
    let shown = |piece: &Piece<'_>| match &piece.kind {
        PieceKind::Open(tag) => {
            let attributes = tag
                .attributes
                .iter()
                .map(|attribute| format!(" {}={:?}", attribute.name, attribute.value));
            format!("{} <{}{}>", piece.at, tag.name, attributes.collect::<String>())
        }
        PieceKind::Close(name) => format!("{} </{name}>", piece.at),
        PieceKind::Text(text) => format!("{} {text:?}", piece.at),
        PieceKind::Raw(text) => format!("{} raw {text:?}", piece.at),
        PieceKind::Comment(text) => format!("{} comment {text:?}", piece.at),
        PieceKind::Doctype => format!("{} doctype", piece.at),
    };
    let mut found: Vec<String> = pieces.iter().map(shown).collect();
    found.extend(faults.iter().map(|(at, fault)| format!("{at} {fault:?}")));
    assert_eq!(found, expected, "{html}");
}

#[test]
fn tags_and_their_attributes_are_found_as_the_standard_finds_them() {
    check(
        "<A HREF=x B='y z' c>t</A>",
        &["0 <a href=\"x\" b=\"y z\" c=\"\">", "20 \"t\"", "21 </a>"],
    );
    check("1 < 2 <b>", &["0 \"1 \"", "2 \"< 2 \"", "6 <b>"]);
    check("<br/><img src=a/>", &["0 <br>", "5 <img src=\"a/\">"]);
    check("<p\n\tclass = \"a\"\n>", &["0 <p class=\"a\">"]);
}

#[test]
fn comments_declarations_and_raw_texts_are_one_piece() {
    check(
        "<!DOCTYPE html><!-- <b> --><!--[if !mso]><!-->x<!--<![endif]-->",
        &[
            "0 doctype",
            "15 comment \" <b> \"",
            "27 comment \"[if !mso]><!\"",
            "46 \"x\"",
            "47 comment \"<![endif]\"",
        ],
    );
    check(
        "<style>a > b { }</STYLE>",
        &["0 <style>", "7 raw \"a > b { }\"", "16 </style>"],
    );
    check("<![endif]>x", &["0 comment \"[endif]\"", "10 \"x\""]);
}

#[test]
fn what_loses_the_rest_is_a_fault() {
    check("a<!-- b", &["0 \"a\"", "1 comment \" b\"", "1 Comment"]);
    check("<a href=\"x>y", &["0 <a>", "0 Tag"]);
    check("<style>p{}", &["0 <style>", "7 raw \"p{}\"", "0 Raw"]);
}
