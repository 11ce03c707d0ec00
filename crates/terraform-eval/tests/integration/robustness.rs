//! For any text, nothing panics, spans are inside the text, and hostile texts take linear time.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::support::{messages, show, spans_of_block, spans_of_expression};
use proptest::prelude::*;
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::native::{parse_expression, parse_template};
use terraform_eval::syntax::outline::{Outline, outline};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Block;

fn file() -> FileId {
    Sources::new().add("any.tf", "")
}

fn assert_inside(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
}

fn assert_syntax_errors(text: &str, syntax_errors: &[SyntaxError]) {
    for error in syntax_errors {
        assert_inside(text, error.span);
        let first = error.message.chars().next().unwrap();
        assert!(
            !first.is_uppercase() || error.message.starts_with("JSON"),
            "{}",
            error.message
        );
        assert!(!error.message.ends_with('.'), "{}", error.message);
    }
}

/// Parses a text in every format, and checks all spans.
fn read(text: &str) {
    let file = file();
    for format in [Format::Native, Format::Json] {
        let document = parse_file(file, text, format);
        assert_syntax_errors(text, &document.syntax_errors);
        for item in &document.items {
            assert_inside(text, item.span);
            let (block, syntax_errors) = item.parse(text);
            assert_syntax_errors(text, &syntax_errors);
            for span in block.iter().flat_map(spans_of_block) {
                assert_inside(text, span);
            }
        }
        let (attributes, syntax_errors) = parse_variables(file, text, format);
        assert_syntax_errors(text, &syntax_errors);
        for attribute in &attributes {
            assert_inside(text, attribute.name.span);
            for span in spans_of_expression(&attribute.value) {
                assert_inside(text, span);
            }
        }
    }
    for (expression, syntax_errors) in [
        parse_expression(file, text, 0..text.len()),
        parse_template(file, text, 0..text.len()),
    ] {
        assert_syntax_errors(text, &syntax_errors);
        assert!(
            expression.is_some() || !syntax_errors.is_empty(),
            "{text:?} fails without a word"
        );
        for span in expression.iter().flat_map(spans_of_expression) {
            assert_inside(text, span);
        }
    }
}

/// Without errors, everything outside of the items is white space or a comment.
fn assert_total(text: &str, outline: &Outline) {
    if !outline.syntax_errors.is_empty() {
        return;
    }
    let mut rest = text.to_owned();
    for item in &outline.items {
        rest.replace_range(item.span.range(), &" ".repeat(item.span.range().len()));
    }
    let mut rest = rest.trim_start_matches('\u{feff}');
    while let Some(first) = rest.chars().next() {
        rest = if rest.starts_with('#') || rest.starts_with("//") {
            rest.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").unwrap().1
        } else {
            assert!(first.is_ascii_whitespace(), "{text:?}");
            &rest[1..]
        };
    }
}

/// Syntactically meaningful fragments in any order.
fn fragments() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "b-c",
        "é",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "=",
        "==",
        "=>",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "\\",
        "\\\"",
        "\\u00e9",
        "${",
        "%{",
        "$${",
        "~}",
        "~",
        "%{ if a }",
        "%{ else }",
        "%{ endif }",
        "%{ for x in y }",
        "%{ endfor }",
        "<<EOT\n",
        "<<-EOT\n",
        "\nEOT\n",
        "  EOT",
        "#",
        "//",
        "/*",
        "*/",
        ".",
        "...",
        "*",
        "[*]",
        ".*",
        "0",
        "1.5",
        "1e3",
        "?",
        ":",
        "::",
        ",",
        "&&",
        "&",
        "|",
        "!",
        "-",
        "+",
        "for x in y :",
        "{for k, v in m : k => v...}",
        "if",
        "null",
        "true",
        "a = 1\n",
        "b \"c\" {\n",
        "f(",
        "'",
        "\u{feff}",
        "😀",
        "\u{301}",
        "null",
        "{\"locals\": {\"a\": \"${x}\"}}",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..40)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_parsed(text in ".{0,200}") {
        read(&text);
    }

    #[test]
    fn any_fragments_are_parsed(text in fragments()) {
        read(&text);
        read(&format!("b \"l\" {{\n  a = {text}\n}}\n"));
        read(&format!("{{\"locals\": {{\"a\": {text:?}}}}}"));
        assert_total(&text, &outline(file(), &text));
    }

    #[test]
    fn items_are_ordered_and_disjoint(text in fragments()) {
        let outline = outline(file(), &text);
        for pair in outline.items.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start);
        }
    }

    #[test]
    fn generated_blocks_parse_to_their_content(names in proptest::collection::vec("[a-z][a-z0-9_-]{0,8}", 1..8), texts in proptest::collection::vec("[ -~é😀]{0,12}", 8), crlf: bool) {
        let mut source = String::from("resource \"kind\" \"name\" {\n");
        let mut expected = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let text = &texts[index];
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
            writeln!(source, "  {name}{index} = \"{quoted}\" # comment }}").unwrap();
            expected.push((format!("{name}{index}"), text.clone()));
        }
        source.push_str("}\n");
        let source = if crlf { source.replace('\n', "\r\n") } else { source };
        let mut sources = Sources::new();
        let file = sources.add("a.tf", source.clone());
        let document = parse_file(file, &source, Format::Native);
        prop_assert_eq!(messages(&document.syntax_errors), "");
        let (block, syntax_errors) = document.items[0].parse(&source);
        prop_assert_eq!(messages(&syntax_errors), "");
        let block: Block = block.unwrap();
        for (attribute, (name, text)) in block.body.attributes.iter().zip(&expected) {
            prop_assert_eq!(sources.slice(attribute.name.span), name.as_str());
            let escaped = text.contains("$${") || text.contains("%%{");
            if !escaped {
                let normal: String = unicode_normalization::UnicodeNormalization::nfc(text.chars()).collect();
                prop_assert_eq!(show(&attribute.value), format!("{:?}", normal));
            }
        }
        prop_assert_eq!(block.body.attributes.len(), expected.len());
    }
}

fn quickly(what: &str, text: &str) {
    let file = file();
    let start = Instant::now();
    let mut syntax_errors = 0;
    for format in [Format::Native, Format::Json] {
        let document = parse_file(file, text, format);
        syntax_errors += document.syntax_errors.len();
        for item in &document.items {
            syntax_errors += item.parse(text).1.len();
        }
    }
    syntax_errors += parse_expression(file, text, 0..text.len()).1.len();
    let took = start.elapsed();
    println!("{what}: {took:?}, {syntax_errors} syntax_errors");
    assert!(syntax_errors > 0, "{what}");
    // Quadratic time would take minutes; a busy machine may take some seconds.
    assert!(took < Duration::from_mins(1), "{what} took {took:?}");
}

#[test]
fn hostile_texts_are_parsed_quickly() {
    for open in [
        "(",
        "[",
        "{",
        "\"${",
        "<<E\n${",
        "a {\n",
        "a = {\n",
        "a = [",
        "a {\n b = ",
        "/*",
        "!",
        "-",
        "a.",
        "a[",
        "a ? ",
        "a ? b : ",
        "f(",
        "{for x in ",
        "%{ if a }",
        "a([",
    ] {
        quickly(&format!("10000 of {open:?}"), &open.repeat(10_000));
        quickly(
            &format!("a = 10000 of {open:?}"),
            &format!("a = {}", open.repeat(10_000)),
        );
        quickly(
            &format!("in a block, 10000 of {open:?}"),
            &format!("a {{\n  b = {}\n}}\n", open.repeat(10_000)),
        );
        quickly(
            &format!("in a string, 10000 of {open:?}"),
            &format!("a {{\n  b = \"{}\"\n}}\n", open.repeat(10_000)),
        );
    }
    quickly("a megabyte of quotes", &"\"".repeat(1 << 20));
    quickly(
        "a megabyte of quotes in a block",
        &format!("a {{\n b = {}\n}}\n", "\"".repeat(1 << 20)),
    );
    quickly("a line of ten megabytes", &"x".repeat(10 << 20));
    quickly(
        "a value of ten megabytes",
        &format!("a {{\n b = {}\n}}\n", "x ".repeat(5 << 20)),
    );
    quickly(
        "dollars in a heredoc",
        &format!("a = <<E\n{}", "$".repeat(1 << 20)),
    );
    quickly(
        "brackets that do not match",
        &format!("a = {}{}", "(".repeat(1 << 20), "]".repeat(1 << 20)),
    );
    quickly("blocks without end", &"a {\n".repeat(1 << 18));
    quickly("strings without end", &"a \"\n".repeat(1 << 18));
    quickly("equals signs", &"a = ".repeat(1 << 18));
    quickly("an operator chain", &format!("a = {}1", "1 + ".repeat(1 << 18)));
    quickly("a tuple without end", &format!("a = [{}", "1, ".repeat(1 << 18)));
    quickly(
        "keys without values",
        &format!("a = {{ {} }}", "b, ".repeat(1 << 18)),
    );
}

#[test]
fn deep_trees_fit_the_stack_of_a_thread() {
    for (open, middle, close) in [
        ("(", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!a", ")"),
        ("{ a = [", "(((1)))", "] }"),
        ("\"${", "a", "}\""),
        ("f(1 + ", "a.b.c.d", ")"),
        ("a ? 1 : (", "2", ")"),
    ] {
        for count in [1, 63, 64, 65, 200] {
            let text = format!("{}{middle}{}", open.repeat(count), close.repeat(count));
            read(&text);
        }
    }
}
