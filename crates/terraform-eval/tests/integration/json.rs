//! The syntax tree of JSON configuration. Statements about Terraform were verified with Terraform 1.11.4.

use crate::support::{messages, show, show_block};
use terraform_eval::source::Sources;
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::tree::{ExpressionKind, TemplatePart};

/// All blocks of a file, and its syntax errors as `line:column message`.
fn read(text: &str) -> (Vec<String>, String) {
    let mut sources = Sources::new();
    let file = sources.add("main.tf.json", text);
    let document = parse_file(file, text, Format::Json);
    let mut syntax_errors = String::new();
    for error in &document.syntax_errors {
        let place = sources.file(file).location(error.span.start as usize);
        syntax_errors += &format!("{}:{} {}\n", place.line, place.column, error.message);
    }
    let blocks = document
        .items
        .iter()
        .map(|item| show_block(&item.parse(text).0.unwrap()));
    (blocks.collect(), syntax_errors)
}

fn blocks(text: &str) -> Vec<String> {
    let (blocks, syntax_errors) = read(text);
    assert_eq!(syntax_errors, "", "{text}");
    blocks
}

fn value(json: &str) -> String {
    let blocks = blocks(&format!("{{\"locals\": {{\"a\": {json}}}}}"));
    blocks[0]
        .strip_prefix("locals { a=")
        .unwrap()
        .strip_suffix(" }")
        .unwrap()
        .to_owned()
}

#[test]
fn blocks_are_objects_and_arrays_of_objects() {
    assert_eq!(blocks(r#"{"locals": {"a": 1}}"#), ["locals { a=1 }"]);
    assert_eq!(
        blocks(r#"[{"locals": {"a": 1}}, {"locals": {"b": 2}}]"#),
        ["locals { a=1 }", "locals { b=2 }"]
    );
    assert_eq!(
        blocks(r#"{"locals": [{"a": 1}, {"b": 2}]}"#),
        ["locals { a=1 }", "locals { b=2 }"]
    );
    assert_eq!(
        blocks(r#"{"locals": {"a": 1}, "locals": {"b": 2}}"#),
        ["locals { a=1 }", "locals { b=2 }"]
    );
    assert_eq!(blocks(r#"{"locals": null, "variable": {"v": null}}"#), [""; 0]);
    assert_eq!(
        blocks(r#"{"variable": [{"v": {"nullable": true}}, {"w": [{"sensitive": true}]}]}"#),
        ["variable v { nullable=true }", "variable w { sensitive=true }"]
    );
    assert_eq!(
        blocks(r#"{"resource": {"a": {"b": {"x": 1}, "c": {"x": 2}}}, "module": {"m": {"source": "./m"}}}"#),
        [
            "resource a b { x=1 }",
            "resource a c { x=2 }",
            "module m { source=\"./m\" }"
        ]
    );
}

#[test]
fn comments_are_properties_of_bodies_and_not_of_values() {
    assert_eq!(
        blocks(r#"{"//": "c", "locals": {"//": "c", "a": {"//": 1}}}"#),
        ["locals { a={<\"//\">:1} }"]
    );
}

#[test]
fn meta_arguments_are_blocks() {
    let text = r#"{"resource": {"t": {"x": {
        "provisioner": [{"local-exec": {"command": "c", "when": "destroy"}}, {"remote-exec": [{}]}],
        "dynamic": {"d": {"for_each": [1], "iterator": "it", "content": {"v": "${it.value}"}}},
        "lifecycle": {"ignore_changes": ["tags[\"a\"]"], "precondition": {"condition": "${true}"}},
        "tags": {"k": "v"}
    }}}}"#;
    assert_eq!(
        blocks(text),
        [
            "resource t x { tags={<\"k\">:\"v\"} provisioner local-exec { command=\"c\" when=destroy } \
          provisioner remote-exec { } dynamic d { for_each=[1] iterator=it content { v=`{it.value}` } } \
          lifecycle { ignore_changes=[tags[\"a\"]] precondition { condition=`{true}` } } }"
        ]
    );
}

#[test]
fn references_are_parsed_as_in_native_syntax() {
    assert_eq!(
        blocks(r#"{"resource": {"t": {"x": {"depends_on": ["t.y", "module.m"], "provider": "aws.east"}}}}"#),
        ["resource t x { depends_on=[t.y module.m] provider=aws.east }"]
    );
    assert_eq!(
        blocks(
            r#"{"module": {"m": {"providers": {"aws": "aws.east", "aws.x": "aws"}, "source": "./${x}"}}}"#
        ),
        ["module m { providers={aws:aws.east <aws.x>:aws} source=\"./${x}\" }"]
    );
    assert_eq!(
        blocks(
            r#"{"moved": [{"from": "a.b", "to": "a.c[0]"}], "import": {"to": "a.b", "id": "i"}, "removed": {"from": "a.d"}}"#
        ),
        [
            "moved { from=a.b to=a.c[0] }",
            "import { to=a.b id=\"i\" }",
            "removed { from=a.d }"
        ]
    );
    assert_eq!(
        blocks(r#"{"variable": {"v": {"type": "map(object({a = optional(string, \"x\")}))"}}}"#),
        ["variable v { type=map(object({a:optional(string \"x\")})) }"]
    );
    // Terraform rejects a template where it expects a reference.
    assert!(
        read(r#"{"moved": {"from": "${a.b}", "to": "a.c"}}"#)
            .1
            .contains("`$` is not expected here")
    );
}

#[test]
fn defaults_and_descriptions_are_literal() {
    assert_eq!(
        blocks(r#"{"variable": {"v": {"default": {"${x}": "%{if}$${y}"}, "description": "${z}"}}}"#),
        ["variable v { default={<\"${x}\">:\"%{if}$${y}\"} description=\"${z}\" }"]
    );
}

#[test]
fn strings_are_templates() {
    assert_eq!(value(r#""${local.b}""#), "`{local.b}`");
    assert_eq!(
        value(r#""${local.b}-$${y} \"\\n\" %{ if true }q%{ endif }""#),
        r#"`{local.b}-${y} \"\\n\" %if true(q)()`"#
    );
    assert_eq!(value(r#""x ${1 ~}\n\n  y\n  ${~ 2} z""#), r"`x {1}\n  y\n{2} z`");
    assert_eq!(
        value(r#"{"${local.b}": 1, "$${x}": 2}"#),
        r#"{<`{local.b}`>:1 <"${x}">:2}"#
    );
    assert_eq!(value(r#""\ud800x\ud83d\ude00""#), "\"\u{fffd}x😀\"");
    assert_eq!(value(r#""e\u0301""#), "\"\u{e9}\"");
    assert_eq!(value(r#""a\/b\u0024{f(\"c\")}""#), "`a/b{f(\"c\")}`");
}

#[test]
fn other_values_are_literal() {
    assert_eq!(
        value("[1e3, 0.50, 18446744073709551616, -1, null, true, []]"),
        "[1e3 0.50 18446744073709551616 (- 1) null true []]"
    );
}

#[test]
fn spans_point_into_the_escaped_string() {
    let text = r#"{"locals": {"a": "\u00e9\"${ upper(\"x\") }\n"}}"#;
    let mut sources = Sources::new();
    let file = sources.add("main.tf.json", text);
    let block = parse_file(file, text, Format::Json).items[0]
        .parse(text)
        .0
        .unwrap();
    let value = &block.body.attributes[0].value;
    assert_eq!(sources.slice(value.span), r#""\u00e9\"${ upper(\"x\") }\n""#);
    let ExpressionKind::Template(template) = &value.kind else {
        panic!("{value:?}")
    };
    let TemplatePart::Literal { span, .. } = &template.parts[0] else {
        panic!("{template:?}")
    };
    assert_eq!(sources.slice(*span), r#"\u00e9\""#);
    let TemplatePart::Interpolation(call) = &template.parts[1] else {
        panic!("{template:?}")
    };
    assert_eq!(sources.slice(call.span), r#"upper(\"x\")"#);
    let ExpressionKind::Call(call) = &call.kind else {
        panic!("{call:?}")
    };
    assert_eq!(sources.slice(call.arguments[0].span), r#"\"x\""#);
    assert_eq!(
        sources.slice(block.body.attributes[0].span),
        &text[12..text.len() - 2]
    );
}

#[test]
fn syntax_errors_have_their_span() {
    assert_eq!(
        read("{\n  \"locals\": {\"a\": 1,}\n}").1,
        "2:21 invalid JSON: trailing comma\n"
    );
    assert_eq!(read("{\"locals\": {").1, "1:12 unexpected end of JSON\n");
    assert_eq!(read("").1, "1:1 unexpected end of JSON\n");
    assert_eq!(read("{} x").1, "1:4 invalid JSON: trailing characters\n");
    assert_eq!(read("[1]").1, "1:2 an object is expected here\n");
    assert_eq!(read(r#"{"foo": {}}"#).1, "1:2 unknown block type `foo`\n");
    assert_eq!(
        read(r#"{"variable": {"//": "c"}}"#).1,
        "1:21 `variable` takes an object here\n"
    );
    assert_eq!(
        read(r#"{"locals": {"a": "x${"}}"#).1,
        "1:20 the template sequence is not closed\n"
    );
    assert_eq!(
        read(r#"{"locals": {"a": 1, "a": 2, "b": {"c": 1, "c": 2}}}"#),
        (
            vec!["locals { a=1 }".into()],
            "1:21 the argument `a` is set twice\n1:43 duplicate key `c`\n".into()
        )
    );
    assert_eq!(
        read("\u{feff}{\"locals\": {\"a\": 1}}"),
        (
            vec!["locals { a=1 }".into()],
            "1:1 the file starts with a byte order mark\n".into()
        )
    );
}

#[test]
fn depth_is_bounded() {
    let deep = format!(
        "{{\"locals\": {{\"a\": {}1{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    assert!(read(&deep).1.contains("nested too deeply"));
    let deep = format!("{{\"locals\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(read(&deep).1.contains("nested too deeply"));
}

#[test]
fn variable_values_are_parsed() {
    let text = r#"{"v": "${1+1}", "w": {"//": "c", "k": ["%{if}"]}}"#;
    let mut sources = Sources::new();
    let file = sources.add("a.tfvars.json", text);
    let (attributes, syntax_errors) = parse_variables(file, text, Format::Json);
    assert_eq!(messages(&syntax_errors), "");
    let shown: Vec<String> = attributes
        .iter()
        .map(|a| format!("{}={}", a.name.text, show(&a.value)))
        .collect();
    assert_eq!(shown, ["v=\"${1+1}\"", "w={<\"//\">:\"c\" <\"k\">:[\"%{if}\"]}"]);

    let text = "a = 1 # c
b = [
  2,
]
a = 3
c {
}
";
    let file = sources.add("a.tfvars", text);
    let (attributes, syntax_errors) = parse_variables(file, text, Format::Native);
    let shown: Vec<String> = attributes
        .iter()
        .map(|a| format!("{}={}", a.name.text, show(&a.value)))
        .collect();
    assert_eq!(shown, ["a=1", "b=[2]"]);
    assert_eq!(
        messages(&syntax_errors),
        "the argument `a` is set twice\nblocks are not allowed in a variable values file"
    );
}
