//! Files for which Terraform and other HCL parsers differ. Each has `locals`, whose values are those of
//! Terraform.

use std::path::Path;

use terraform_eval::source::Sources;
use terraform_eval::syntax::document::{Format, parse_file};

use crate::support::{messages, show};

/// The attributes of the `locals` block of a fixture, and the messages of its syntax errors.
fn locals(name: &str) -> (Vec<String>, String) {
    let mut sources = Sources::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/syntax")
        .join(name);
    let file = sources.read(&path).unwrap();
    let text = sources.text(file);
    let document = parse_file(file, text, Format::from_path(&path));
    let mut syntax_errors = document.syntax_errors;
    let mut attributes = Vec::new();
    for item in &document.items {
        let (block, more) = item.parse(text);
        syntax_errors.extend(more);
        for attribute in block.iter().flat_map(|block| &block.body.attributes) {
            assert_eq!(sources.slice(attribute.name.span), &*attribute.name.text);
            attributes.push(format!("{} = {}", attribute.name.text, show(&attribute.value)));
        }
    }
    (attributes, messages(&syntax_errors))
}

fn expected(name: &str, attributes: &[&str]) {
    let (found, syntax_errors) = locals(name);
    assert_eq!(syntax_errors, "");
    assert_eq!(found, attributes);
}

#[test]
fn a_key_may_be_repeated_in_an_object() {
    expected("a_duplicate_key.tf", &["a = {x:1 x:2}"]);
}

#[test]
fn line_breaks_are_allowed_in_an_object_for_expression() {
    expected(
        "b_object_for_newlines.tf",
        &[
            "a = {for k v in local.m.n: k => (? (== v 1) \"one\" \"other\")}",
            "m = {n:{k:1}}",
        ],
    );
}

#[test]
fn a_byte_order_mark_is_skipped() {
    expected("c_byte_order_mark.tf", &["a = 1"]);
}

#[test]
fn a_heredoc_ends_at_the_marker_alone_on_its_line() {
    expected(
        "d_heredoc_marker_in_text.tf",
        &[r#"a = "EOT is text\nEOT)\nEOT # c\n""#, "b = 1"],
    );
}

#[test]
fn a_comment_may_contain_a_carriage_return() {
    expected("e_carriage_return_in_comment.tf", &["a = 1"]);
}

#[test]
fn a_string_ends_on_its_line() {
    let (attributes, syntax_errors) = locals("f_newline_in_string.tf");
    assert_eq!(
        syntax_errors,
        "the string is not closed on its line\nthe string is not closed on its line"
    );
    assert_eq!(attributes, ["before = 1", "after = 2"]);
}

#[test]
fn windows_line_ends_are_kept_only_in_heredocs() {
    expected(
        "crlf.tf",
        &[
            r#"a = "x\r\n  y\r\n""#,
            "b = {c:1 d:[1 2]}",
            r#"e = " x\r\ny\r\n""#,
        ],
    );
}

#[test]
fn every_form_of_heredoc_is_parsed() {
    expected(
        "heredocs.tf",
        &[
            r#"plain = "  x\n\ty\n""#,
            r#"indented = "x\n  y\n\nz\n""#,
            // The `~` has removed the whitespace before the directive, so the line has no indentation to remove.
            r"template = `    Hello {local.name}!\n%if true(    yes\n)(    no\n)`",
            "in_call = upper(\"x\\n\")",
            "name = \"n\"",
        ],
    );
}

#[test]
fn labels_and_nested_blocks_have_their_spans() {
    let text = r#"resource "a\u0062" bare {
  x { y = 1 }
}
"#;
    let mut sources = Sources::new();
    let file = sources.add("a.tf", text);
    let document = parse_file(file, text, Format::Native);
    let (block, syntax_errors) = document.items[0].parse(text);
    let block = block.unwrap();
    assert_eq!(sources.slice(block.body.span), "\n  x { y = 1 }\n");
    assert_eq!(messages(&syntax_errors), "");
    assert_eq!(sources.slice(block.header), "resource \"a\\u0062\" bare");
    assert_eq!(&*block.labels[0].text, "ab");
    assert_eq!(sources.slice(block.labels[0].span), "\"a\\u0062\"");
    assert_eq!(&*block.labels[1].text, "bare");
    assert_eq!(sources.slice(block.body.blocks[0].span), "x { y = 1 }");
    assert_eq!(sources.slice(block.body.blocks[0].body.span), " y = 1 ");
}
