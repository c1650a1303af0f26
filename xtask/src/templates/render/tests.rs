use super::*;

#[test]
fn a_template_anywhere_extends_what_lies_beside_it_above_it_or_in_the_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("layouts/frame.j2", "[{% block a %}{% endblock %}]");
    write("x/part.j2", "part");
    write(
        "x/body.html.j2",
        "{% extends \"layouts/frame.j2\" %}{% block a %}{{ name }} {% include \"part.j2\" %} {% include \"x/part.j2\" %} \
         {% include \"ours/y.j2\" %}{% endblock %}",
    );
    write("checkout/ours/y.j2", "ours");
    let (texts, name) = texts(
        &folder.path().join("checkout"),
        &folder.path().join("x/body.html.j2"),
    )
    .unwrap();
    assert_eq!(name, "x/body.html.j2");
    assert_eq!(
        Library::new(texts)
            .text_of_json(&name, r#"{"name": "<A>"}"#)
            .unwrap(),
        "[&lt;A&gt; part part ours]"
    );
}

#[test]
fn a_template_of_the_checkout_has_its_path_there() {
    let workspace = Workspace::find().unwrap();
    let root = files::folder(&workspace);
    let (texts, name) = texts(&root, &root.join("sms/conflict.j2")).unwrap();
    assert_eq!(name, "sms/conflict.j2");
    let sample = files::sample(&root, "sms").unwrap();
    let text = Library::new(texts).text(&name, &sample).unwrap();
    assert!(text.contains("booked twice"));
}

#[test]
fn a_file_whose_name_does_not_say_whether_it_is_html_is_rendered_only_where_that_does_not_matter() {
    let check = |name: &str, context: &str| {
        let texts = [
            (name, "{{ name }}"),
            ("outer.html", &format!("{{% include \"{name}\" %}}")),
        ];
        let texts: Texts = texts
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into();
        let shown = |name: &str| alike(&texts, name, context).map(Result::unwrap);
        (shown(name).ok(), shown("outer.html").ok())
    };
    let plain = (Some("Ada".to_owned()), Some("Ada".to_owned()));
    assert_eq!(check("main.j2", r#"{"name": "Ada"}"#), plain);
    assert_eq!(check("main.j2", r#"{"name": "<b>"}"#), (None, None));
    let escaped = (Some("&lt;b&gt;".to_owned()), Some("&lt;b&gt;".to_owned()));
    assert_eq!(check("main.html.j2", r#"{"name": "<b>"}"#), escaped);
    assert!(is_text("x/main.txt.j2") && !is_text("x.txt/main.html"));
}

#[test]
fn what_a_message_would_refuse_is_told() {
    let texts = |text: &str| Texts::from([("x".to_owned(), text.to_owned())]);
    let context = r#"{"prices": {"b": 1, "a": 2}}"#;
    let walk = texts("{% for k in prices %}{{ k }}{% endfor %}");
    assert_eq!(
        Library::new(walk.clone()).text_of_json("x", context).unwrap(),
        "ba"
    );
    assert!(refusal(walk, "x", context).unwrap().message.contains("dictsort"));
    assert_eq!(refusal(texts("{{ prices.a }}"), "x", context), None);
}
