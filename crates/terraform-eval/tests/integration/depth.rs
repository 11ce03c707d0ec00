//! Long chains and deep nesting: what Terraform 1.11.4 reads is read, with the same values, and what is deeper than the limit
//! is reported as such.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::messages;
use proptest::prelude::*;
use terraform_eval::cty::to_json;
use terraform_eval::eval::{Evaluator, InstanceId, RootInputs, Scope, with_stack};
use terraform_eval::modules::{Module, ModuleTree, references};
use terraform_eval::schema::ProviderSchemas;
use terraform_eval::source::Sources;
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::native::{parse_expression, parse_template};
use terraform_eval::syntax::tree::{Expression, ExpressionKind};
use terraform_eval::syntax::yaml;

fn parse(text: &str) -> Result<Expression, String> {
    let file = Sources::new().add("expression", text);
    let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
    expression.ok_or_else(|| messages(&syntax_errors))
}

/// The value of an expression in an empty module, as JSON.
fn value(text: &str) -> String {
    let sources = Sources::new();
    let directory = Path::new("/module");
    let mut tree = ModuleTree::new(ProviderSchemas::builtin());
    let module = Module::new(directory, Vec::new(), Vec::new(), Vec::new(), tree.schemas());
    let root = tree.add(directory.to_owned(), module);
    let inputs = RootInputs::default();
    let evaluate = || {
        let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
        let value = evaluator.evaluate(&parse(text)?, Scope::module(InstanceId::ROOT));
        value.map_err(|error| error.to_string())
    };
    match with_stack(evaluate).unwrap() {
        Ok(value) => to_json(&value.without_marks()).unwrap(),
        Err(error) => error,
    }
}

fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("{}{inner}{}", open.repeat(count), close.repeat(count))
}

#[test]
fn chains_of_ten_thousand_operators_are_evaluated() {
    let chain = |part: &str, last: &str| value(&(part.repeat(10_000) + last));
    assert_eq!(chain("1 + ", "1"), "10001");
    assert_eq!(chain("1 - ", "1"), "-9999");
    assert_eq!(chain("1 * ", "7"), "7");
    assert_eq!(chain("false || ", "true"), "true");
    assert_eq!(chain("true && ", "false"), "false");
    assert_eq!(chain("true == ", "true"), "true");
    assert_eq!(chain("1 + 2 * 3 - 4 / 2 + ", "1"), "50001");
    assert_eq!(chain("1 == 2 && 3 < 4 + 5 || ", "!false"), "true");
    assert_eq!(chain("- 1 + ", "1"), "-9999");
}

#[test]
fn chains_of_ten_thousand_conditionals_are_evaluated() {
    let chain = |part: &str, last: &str| value(&(part.repeat(10_000) + last));
    assert_eq!(chain("false ? 1 : ", "2"), "2");
    assert_eq!(chain("true ? 1 : ", "2"), "1");
    assert_eq!(chain("1 == 2 || 3 > 4 ? 1 + 1 : ", "2 * 3"), "6");
    assert_eq!(
        chain("false ? 1 : ", "[]"),
        "The true and false result expressions must have consistent types. The 'true' value is number, but the 'false' value is tuple."
    );
}

#[test]
fn traversals_of_ten_thousand_steps_are_references() {
    let text = format!("local.a{}", ".b[0].c".repeat(10_000));
    let expression = parse(&text).unwrap();
    let ExpressionKind::Traversal { steps, .. } = &expression.kind else {
        panic!("{:?}", expression.span);
    };
    assert_eq!(steps.len(), 30_001);
    let references = references::in_expression(&expression);
    assert_eq!(references.len(), 1);
    assert_eq!(references[0].span.range(), 0..text.len());
}

#[test]
fn a_thousand_brackets_of_every_kind_are_evaluated() {
    let deep = |open: &str, inner: &str, close: &str| value(&nested(open, inner, close, 1_000));
    assert_eq!(deep("(", "1", ")"), "1");
    assert_eq!(deep("[", "1", "]"), nested("[", "1", "]", 1_000));
    assert_eq!(deep("{a=", "1", "}"), nested("{\"a\":", "1", "}", 1_000));
    assert_eq!(deep("abs(", "-1", ")"), "1");
    assert_eq!(deep("abs(1 + ", "1", ")"), "1001");
    // The key of each is the element of the next: 0, 1, 0 and so on.
    assert_eq!(deep("[1, 0][0 + ", "0", "]"), "0");
    assert_eq!(deep("\"${", "1", "}\""), "1");
    assert_eq!(deep("\"a${", "1", "}\""), format!("\"{}1\"", "a".repeat(1_000)));
    assert_eq!(
        value(&format!(
            "\"{}\"",
            nested("%{ if true }", "x", "%{ endif }", 1_000)
        )),
        "\"x\""
    );
    assert_eq!(deep("[for x in ", "[1]", ": x + 1]"), "[1001]");
    assert_eq!(deep("[for x in [1]: ", "x", "]"), nested("[", "1", "]", 1_000));
    assert_eq!(deep("{for k, v in ", "{a = 1}", ": k => v}"), "{\"a\":1}");
    assert_eq!(deep("!", "true", ""), "true");
    assert_eq!(deep("-", "1", ""), "1");
    assert_eq!(deep("true ? ", "1", " : 2"), "1");
    assert_eq!(
        value(&format!("[1]{}", "[*]".repeat(1_000))),
        nested("[", "1", "]", 1_000)
    );
    let object = nested("{a=", "1", "}", 1_000);
    assert_eq!(value(&format!("{object}{}", ".a".repeat(1_000))), "1");
}

#[test]
fn deep_nesting_has_its_spans() {
    let text = nested("( ", "1 + 2", " )", 1_000);
    let expression = parse(&text).unwrap();
    let mut inner = &expression;
    for level in 0..1_000 {
        assert_eq!(inner.span.range(), 2 * level..text.len() - 2 * level);
        let ExpressionKind::Parenthesis(next) = &inner.kind else {
            panic!("{level}");
        };
        inner = next;
    }
    assert_eq!(&text[inner.span.range()], "1 + 2");
}

#[test]
fn operands_of_long_chains_have_their_spans() {
    let text = vec!["local.a"; 10_000].join(" + ");
    let expression = parse(&text).unwrap();
    let references = references::in_expression(&expression);
    assert_eq!(references.len(), 10_000);
    for (position, reference) in references.iter().enumerate() {
        assert_eq!(reference.span.range().start, position * "local.a + ".len());
        assert_eq!(&text[reference.span.range()], "local.a");
    }
}

/// Parsing, copying, comparing, collecting references and dropping, on a stack of 256 kB.
#[test]
fn deep_trees_need_no_large_stack_of_their_user() {
    let walk = || {
        for (open, inner, close) in [
            ("(", "local.a", ")"),
            ("[", "local.a", "]"),
            ("{a=", "local.a", "}"),
            ("f(1 + ", "local.a", ")"),
            ("a[", "local.a", "]"),
            ("\"${", "local.a", "}\""),
            ("[for x in ", "local.a", ": x]"),
            ("!", "local.a", ""),
            ("true ? ", "local.a", " : 2"),
        ] {
            let expression = parse(&nested(open, inner, close, 1_000)).unwrap();
            let copy = expression.clone();
            assert!(copy == expression, "{open}");
            let references = references::in_expression(&copy);
            assert!(
                references.iter().any(|reference| reference.attribute.is_none()),
                "{open}"
            );
        }
        let text = nested("[", "1", "]", 1_000);
        let file = Sources::new().add("a.tf.json", &*text);
        let text = format!("{{\"locals\": {{\"a\": {text}}}}}");
        assert!(parse_file(file, &text, Format::Json).syntax_errors.is_empty());
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    assert!(thread.spawn(walk).unwrap().join().is_ok());
}

const TOO_DEEP: &str = "the expression is nested too deeply; the limit is 2048 levels";

#[test]
fn expressions_deeper_than_the_limit_are_reported_as_such() {
    for count in [2_050, 100_000] {
        for (open, inner, close) in [
            ("(", "1", ")"),
            ("[", "1", "]"),
            ("{a=", "1", "}"),
            ("{a={b=", "1", "}}"),
            ("f(", "1", ")"),
            ("a[", "1", "]"),
            ("\"${", "1", "}\""),
            ("[for x in ", "a", ": x]"),
            ("{for x in a: x => ", "x", "}"),
            ("!", "true", ""),
            ("-", "1", ""),
            ("true ? ", "1", " : 2"),
            ("", "a", "[*]"),
            ("(", "1", ") + 1"),
        ] {
            let text = nested(open, inner, close, count);
            assert_eq!(parse(&text).unwrap_err(), TOO_DEEP, "{count} {open}");
            let block = format!("locals {{\n  a = {text}\n}}\n");
            let file = Sources::new().add("a.tf", "");
            let document = parse_file(file, &block, Format::Native);
            let mut syntax_errors = document.syntax_errors;
            syntax_errors.extend(document.items.iter().flat_map(|item| item.parse(&block).1));
            assert_eq!(messages(&syntax_errors), TOO_DEEP, "{count} {open}");
            let variables = format!("a = {text}\n");
            let (_, syntax_errors) = parse_variables(file, &variables, Format::Native);
            assert_eq!(messages(&syntax_errors), TOO_DEEP, "{count} {open}");
        }
        let file = Sources::new().add("template", "");
        for text in [
            nested("${\"", "x", "\"}", count),
            nested("%{ if a }", "x", "%{ endif }", count),
        ] {
            let (_, syntax_errors) = parse_template(file, &text, 0..text.len());
            assert_eq!(messages(&syntax_errors), TOO_DEEP, "{count}");
        }
    }
}

#[test]
fn other_syntaxes_report_their_limits() {
    let file = Sources::new().add("file", "");
    let deep = nested("[", "1", "]", 100_000);
    let block = format!("{{\"locals\": {{\"a\": {deep}, \"b\": 1}}}}");
    let document = parse_file(file, &block, Format::Json);
    assert_eq!(
        messages(&document.syntax_errors),
        "the value is nested too deeply; the limit is 2048 levels"
    );
    let (block, _) = document.items[0].parse(&block);
    assert!(block.unwrap().body.attribute("b").is_some());
    let blocks = format!("{{\"locals\": {deep}}}");
    assert_eq!(
        messages(&parse_file(file, &blocks, Format::Json).syntax_errors),
        "the blocks are nested too deeply; the limit is 2048 levels"
    );
    let (_, syntax_errors) = parse_variables(file, &format!("{{\"a\": {deep}}}"), Format::Json);
    assert_eq!(
        messages(&syntax_errors),
        "the value is nested too deeply; the limit is 2048 levels"
    );
    let template = format!(
        "{{\"locals\": {{\"a\": \"${{{}}}\"}}}}",
        nested("(", "1", ")", 3_000)
    );
    assert_eq!(
        messages(&parse_file(file, &template, Format::Json).syntax_errors),
        TOO_DEEP
    );
    let in_yaml = "the document is nested too deeply; the limit is 1024 levels";
    let mapping: String = (0..2_000).map(|level| " ".repeat(level) + "a:\n").collect();
    for text in [
        &deep,
        &format!("a: {deep}"),
        &nested("{\"a\":", "1", "}", 100_000),
        &mapping,
    ] {
        assert_eq!(yaml::documents(file, text).unwrap_err().message, in_yaml);
    }
    assert_eq!(
        value(&format!("yamldecode(\"{deep}\")")),
        "the YAML is nested too deeply; the limit is 1024 levels"
    );
    let blocks = nested("a {\n", "", "}\n", 40);
    let document = parse_file(file, &blocks, Format::Native);
    assert_eq!(
        messages(&document.items[0].parse(&blocks).1),
        "the blocks are nested too deeply; the limit is 32 levels"
    );
}

/// Quadratic time would take minutes; a busy machine may take some seconds.
#[test]
fn the_cost_is_linear_in_the_size_of_the_text() {
    let long = "x".repeat(1 << 20);
    for (what, text) in [
        ("operators", "1 + ".repeat(200_000) + "1"),
        ("mixed operators", "1 + 2 * 3 - ".repeat(100_000) + "1"),
        ("conditionals", "false ? 1 : ".repeat(100_000) + "1"),
        (
            "a long string in a thousand brackets",
            nested("[", &format!("\"{long}\""), "]", 1_000),
        ),
        (
            "a long string in a thousand objects",
            nested("{a=", &format!("\"{long}\""), "}", 1_000),
        ),
        (
            "a long string in a thousand templates",
            nested("\"${", &format!("\"{long}\""), "}\"", 1_000),
        ),
        (
            "a long string in a thousand `for`",
            nested("[for x in [1]: ", &format!("\"{long}\""), "]", 1_000),
        ),
    ] {
        let start = Instant::now();
        assert!(parse(&text).is_ok(), "{what}");
        let taken = start.elapsed();
        println!("{what}: {taken:?}");
        assert!(taken < Duration::from_secs(20), "{what}: {taken:?}");
    }
    let text = format!(
        "{{\"locals\": {{\"a\": {}}}}}",
        nested("[", &format!("\"{long}\""), "]", 1_000)
    );
    let start = Instant::now();
    let file = Sources::new().add("a.tf.json", "");
    assert!(parse_file(file, &text, Format::Json).syntax_errors.is_empty());
    let taken = start.elapsed();
    println!("JSON: {taken:?}");
    assert!(taken < Duration::from_secs(20), "{taken:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nesting_that_keeps_a_value_does_not_change_it(shells in proptest::collection::vec(proptest::sample::select(vec![
        ("(", ")"),
        ("[", "][0]"),
        ("[[0, ", "][1]][0]"),
        ("{ a = ", " }.a"),
        ("{ \"a\" : ", " }[\"a\"]"),
        ("abs(", ")"),
        ("max(0, ", ")"),
        ("[for x in [", "] : x][0]"),
        ("{for k, v in { a = ", " } : k => v if k == \"a\"}.a"),
        ("\"${", "}\""),
        ("(false ? 0 : ", ")"),
        ("(0 + 2 * ", " / 2 - 0)"),
        ("- -", ""),
        ("([", "][*])[0]"),
    ]), 0..300)) {
        let wrap = |inner: String, (open, close): &(&str, &str)| format!("{open}{inner}{close}");
        let text = shells.iter().fold("42".to_owned(), wrap);
        prop_assert_eq!(value(&format!("tonumber({text})")), "42", "{}", text);
    }
}
