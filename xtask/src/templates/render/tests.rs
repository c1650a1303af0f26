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
    let (library, name) = library(
        &folder.path().join("checkout"),
        &folder.path().join("x/body.html.j2"),
    )
    .unwrap();
    assert_eq!(name, "x/body.html.j2");
    assert_eq!(
        library.text_of_json(&name, r#"{"name": "<A>"}"#).unwrap(),
        "[&lt;A&gt; part part ours]"
    );
}

#[test]
fn a_template_of_the_checkout_has_its_path_there() {
    let workspace = Workspace::find().unwrap();
    let root = files::folder(&workspace);
    let (library, name) = library(&root, &root.join("sms/conflict.j2")).unwrap();
    assert_eq!(name, "sms/conflict.j2");
    let sample = files::sample(&root, "sms").unwrap();
    assert!(library.text(&name, &sample).unwrap().contains("booked twice"));
}
