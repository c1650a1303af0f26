use super::Guarded;

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(Guarded::new(source).text, expected);
}

#[test]
fn comparisons_call_a_function_that_sees_both_sides() {
    check("{% if a.b < 3 %}", "{% if __lt((a.b), (3)) %}");
    check(
        "{{ a|length + 1 >= b ~ \"<\" }}",
        "{{ __ge((a|length + 1), (b ~ \"<\")) }}",
    );
    check(
        "{{ not a == b and c or d != e }}",
        "{{ not __eq((a), (b)) and c or __ne((d), (e)) }}",
    );
    check(
        "{{ x if a > b else (y if c <= d) }}",
        "{{ x if __gt((a), (b)) else (y if __le((c), (d))) }}",
    );
    check(
        "{{ f(a < b, k=c < d)[e < 1] }}",
        "{{ f(__lt((a), (b)), k=__lt((c), (d)))[__lt((e), (1))] }}",
    );
    check("{%- set x = a < b -%}", "{%- set x = __lt((a), (b)) -%}");
    check("{{- -a < -1 -}}", "{{- __lt((-a), (-1)) -}}");
    check("{% call(x) f(a < b) %}", "{% call(x) f(__lt((a), (b))) %}");
}

#[test]
fn what_is_in_something_is_looked_for_by_a_function() {
    check("{{ x if a in [1,  2] }}", "{{ x if __in((a), ([1,  2])) }}");
    check("{{ not a not in b }}", "{{ not (not __in((a), (b))) }}");
}

#[test]
fn chains_are_read_as_python_reads_them() {
    check("{{ 1 < a <= 3 }}", "{{ (__lt((1), (a)) and __le((a), (3))) }}");
    check(
        "{{ a not in b == c }}",
        "{{ (not __in((a), (b)) and __eq((b), (c))) }}",
    );
}

#[test]
fn loops_call_a_function_that_sees_what_they_go_through() {
    check("{% for a in b %}", "{% for a in __each((b)) %}");
    check(
        "{%- for k, v in m.items() if v < 3 recursive -%}",
        "{%- for k, v in __each((m.items())) if __lt((v), (3)) recursive -%}",
    );
    check(
        "{% for a in 1, 2 %}{{ loop(a.of) }}",
        "{% for a in __each((1, 2)) %}{{ loop(__each((a.of))) }}",
    );
}

#[test]
fn what_compares_nothing_stays_as_it_is() {
    for source in [
        "a < b { { {x} {",
        "{# {{ a < b }} #}",
        "{% raw %}{{ a < b }}{% if %}{%- endraw %}",
        "{{ \"a < b\" }} {{ 'it\\'s < ' }}",
        "{{ {\"a\": {\"b\": 1}} }}",
        "{{ a is not in b }} {{ a.in.if }}",
        "{% include \"x\" ignore missing %}{% import \"y\" as z %}{% else %}{% macro f( a , b=1 ) %}",
        "{{ a b",
        "{{ (a }}",
        "{% if é  and  b %}\n{{ é | f() }}",
    ] {
        check(source, source);
    }
}

#[test]
fn a_place_in_what_was_rewritten_is_one_of_the_author_s() {
    let source = "é {% if a < b.c %}{{ nothing }}";
    let guarded = Guarded::new(source);
    for word in ["é", "a", "b.c", "nothing", "%}{{"] {
        let (there, here) = (guarded.text.rfind(word).unwrap(), source.rfind(word).unwrap());
        let range = guarded.original(&(there..there + word.len()));
        assert_eq!(range, here..here + word.len(), "{word}");
    }
    let call = guarded.text.find("__lt").unwrap();
    let range = guarded.original(&(call..call + "__lt((a), (b.c))".len()));
    assert_eq!(source.get(range), Some("a < b.c"));
}

proptest::proptest! {
    /// Nothing gets lost: without what was inserted, the author's own words are there in their order.
    #[test]
    fn every_text_is_rewritten_without_a_panic_and_keeps_its_words(source in r#"([{}%#<>=!()\[\]a-c1"' .,|~é\n-]|\{\{ | \}\}|\{% | %\}|for | in | if |raw|not ){0,40}"#) {
        let guarded = Guarded::new(&source);
        let words = |text: &str| text.matches(['a', 'b', 'c', '1', 'é', '"']).count();
        proptest::prop_assert!(words(&guarded.text) >= words(&source));
        for at in 0..=guarded.text.len() {
            let range = guarded.original(&(at..at));
            proptest::prop_assert!(range.end <= source.len());
        }
    }
}
