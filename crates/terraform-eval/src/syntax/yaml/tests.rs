//! What is read of YAML and JSON, and what is rejected.

use std::fmt::Write as _;

use super::*;
use crate::source::Sources;

/// The documents in short: `{a: "x", b: [no?]}`, words other than strings with a question mark.
fn shown(text: &str) -> Result<Vec<String>, String> {
    let file = Sources::new().add("a", text);
    let documents = documents(file, text).map_err(|error| error.message)?;
    Ok(documents.iter().map(show).collect())
}

fn show(node: &Node) -> String {
    match &node.kind {
        NodeKind::Mapping(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}: {}", key.text, show(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        NodeKind::Sequence(elements) => {
            let elements: Vec<String> = elements.iter().map(show).collect();
            format!("[{}]", elements.join(", "))
        }
        NodeKind::String(text) => format!("{text:?}"),
        NodeKind::Word(_, text) => format!("{text}?"),
    }
}

fn one(text: &str) -> String {
    let documents = shown(text).unwrap_or_else(|message| vec![message]);
    documents.join(" | ")
}

#[test]
fn plain_words_are_values_and_quoted_ones_are_strings() {
    assert_eq!(
        one("a: [no, 'no', \"no\", 12:30, 1e3, ~, '~', !!str no]\nb:\nc: |\n  no\n"),
        r#"{a: [no?, "no", "no", "12:30", 1e3?, ~?, "~", "no"], b: ~?, c: "no\n"}"#
    );
}

#[test]
fn documents_without_content_are_none() {
    assert_eq!(shown("").unwrap(), [] as [&str; 0]);
    assert_eq!(shown("# a comment\n").unwrap(), [] as [&str; 0]);
    assert_eq!(
        shown("---\n---\na: b\n---\n# c\n---\nc: d\n...\n").unwrap().len(),
        2
    );
}

#[test]
fn line_ends_and_a_byte_order_mark_make_no_difference() {
    assert_eq!(one("\u{feff}a: b\r\nc:\r\n- d\r\n"), r#"{a: "b", c: ["d"]}"#);
    assert_eq!(one("\u{feff}{\"a\": \"b\"}\r\n"), r#"{a: "b"}"#);
}

#[test]
fn json_is_read_as_json() {
    let text = "{\"a\":\t\"\\/ \\ud83d\\ude00\", \"b\": [1, true, null]}\n{\"c\": {}}";
    assert_eq!(
        shown(text).unwrap(),
        ["{a: \"/ \u{1f600}\", b: [1?, true?, null?]}", "{c: {}}"]
    );
    let key = "k".repeat(5_000);
    assert_eq!(one(&format!("{{\"{key}\": 1}}")), format!("{{{key}: 1?}}"));
}

#[test]
fn text_that_only_starts_like_json_is_yaml() {
    assert_eq!(one("{a: b, c: [d]}"), r#"{a: "b", c: ["d"]}"#);
    assert_eq!(one("[a]"), r#"["a"]"#);
    assert_eq!(one(r#"{"a": "#), "unexpected end of JSON");
}

#[test]
fn an_alias_has_the_value_of_its_anchor() {
    assert_eq!(
        one("a: &x [b, &y c]\nd: *x\ne: *y\n"),
        r#"{a: ["b", "c"], d: ["b", "c"], e: "c"}"#
    );
}

#[test]
fn aliases_that_expand_too_much_are_rejected() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
    }
    assert!(one(&text).starts_with("the aliases expand to more than"));
    assert!(one("a: &a [*a]").contains("alias"));
}

#[test]
fn a_merge_key_adds_the_entries_of_mappings() {
    // In brackets the values that an entry with the same key overrides. The last one counts.
    let cases = [
        ("x: &x {b: c}\na: {<<: *x}\n", r#"{x: {b: "c"}, a: {b: "c"}}"#),
        ("a:\n  <<: {b: c}\n  d: e\n", r#"{a: {b: "c", d: "e"}}"#),
        (
            "x: &x {b: c}\nz: &z {<<: *x, b: d}\na:\n- <<: *z\n  e: f\n",
            r#"{x: {b: "c"}, z: {b: "c", b: "d"}, a: [{b: "c", b: "d", e: "f"}]}"#,
        ),
        (
            "a: {<<: [{b: first}, {b: second, c: d}]}\n",
            r#"{a: {b: "second", c: "d", b: "first"}}"#,
        ),
        (
            "a: {b: explicit, <<: {b: merged}}\n",
            r#"{a: {b: "explicit", b: "merged"}}"#,
        ),
        ("a: {'<<': {b: c}}\n", r#"{a: {<<: {b: "c"}}}"#),
        ("a: {!!str <<: {b: c}}\n", r#"{a: {<<: {b: "c"}}}"#),
        ("a: {!!merge <<: {b: c}}\n", r#"{a: {b: "c"}}"#),
        ("a: [<<]\n", r#"{a: ["<<"]}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(one(text), expected, "{text}");
    }
    for value in ["1", "[1]", "", "~", "[[{b: c}]]"] {
        let message = one(&format!("a:\n  <<: {value}\n"));
        assert!(
            message.starts_with("the value of a merge key"),
            "{value}: {message}"
        );
    }
    // An alias stands for a mapping, but not for a list of them.
    let message = one("x: &x [{b: c}]\na: {<<: *x}\n");
    assert!(message.starts_with("the value of a merge key"), "{message}");
}

#[test]
fn merge_keys_that_expand_too_much_are_rejected() {
    let mut text = String::from("a0: &a0 {b: c}\n");
    for level in 1..40 {
        let before = level - 1;
        let _ = writeln!(text, "a{level}: &a{level} {{<<: [*a{before}, *a{before}]}}");
    }
    assert!(one(&text).starts_with("the aliases expand to more than"));
}

#[test]
fn a_key_can_be_an_alias_or_have_an_anchor() {
    assert_eq!(one("a: &x b\n*x : c\n"), r#"{a: "b", b: "c"}"#);
    assert_eq!(one("&k a: 1\nb: *k\n"), r#"{a: 1?, b: "a"}"#);
    assert_eq!(one("a: &x [b]\n*x : c\n"), "a key must be a string");
}

#[test]
fn unsupported_yaml_is_rejected() {
    assert_eq!(one("? [a, b]\n: c\n"), "a key must be a string");
    assert_eq!(one("a: !x b"), "\"b\" with the tag !x is not supported");
    assert_eq!(one("a: !x [b]"), "the tag !x is not supported");
    assert_eq!(
        one("a: !!int b"),
        "\"b\" with the tag tag:yaml.org,2002:int is not supported"
    );
    assert!(one("a:\n\tb: c").contains("tab"));
    assert!(one("- a\n-\tb: c").contains("tab"));
    let deep = "[".repeat(2_000) + &"]".repeat(2_000);
    assert!(shown(&deep).is_err());
    assert!(shown(&format!("{{\"a\":{deep}}}")).is_err());
}

#[test]
fn every_value_has_its_span() {
    let text = "é: 'q'\nb: plain # c\nc: [x, \"y\"]\nd: &a z\ne: *a\n";
    let file = Sources::new().add("a", text);
    let documents = documents(file, text).unwrap();
    let at = |key: &str| &text[documents[0].get(key).unwrap().span.range()];
    assert_eq!([at("é"), at("b"), at("c")], ["'q'", "plain", "[x, \"y\"]"]);
    // An alias has the span of the value of its anchor, because that is the text to change.
    assert_eq!([at("d"), at("e")], ["z", "z"]);
    let json = r#"{"a": ["b"]}"#;
    let documents = super::documents(file, json).unwrap();
    let list = documents[0].get("a").unwrap();
    assert_eq!(&json[list.span.range()], r#"["b"]"#);
}
