//! The syntax tree of native HCL. Every text and error agrees with Terraform 1.11.4.

use crate::support::{messages, show, show_block};
use terraform_eval::source::Sources;
use terraform_eval::syntax::document::{Format, parse_file};
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::outline::outline;

/// The expression of `a` in a block.
fn value(source: &str) -> String {
    let mut sources = Sources::new();
    let text = format!("locals {{\n  a = {source}\n}}\n");
    let file = sources.add("main.tf", text.clone());
    let document = parse_file(file, &text, Format::Native);
    assert_eq!(messages(&document.syntax_errors), "", "{source}");
    let (block, syntax_errors) = document.items[0].parse(&text);
    assert_eq!(messages(&syntax_errors), "", "{source}");
    show(&block.unwrap().body.attribute("a").unwrap().value)
}

/// The syntax errors of a file, as `line:column text message`.
fn syntax_errors(text: &str) -> String {
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text);
    let document = parse_file(file, text, Format::Native);
    let mut all = document.syntax_errors;
    for item in &document.items {
        all.extend(item.parse(text).1);
    }
    let mut lines = String::new();
    for error in &all {
        let place = sources.file(file).location(error.span.start as usize);
        let covered = sources.slice(error.span);
        lines += &format!("{}:{} {covered:?} {}\n", place.line, place.column, error.message);
    }
    lines
}

fn error(source: &str) -> String {
    syntax_errors(&format!("locals {{\n  a = {source}\n}}\n"))
}

#[test]
fn literals_keep_their_text() {
    assert_eq!(value("1e3"), "1e3");
    assert_eq!(value("18446744073709551616.50"), "18446744073709551616.50");
    assert_eq!(value("-1"), "(- 1)");
    assert_eq!(value("- 1"), "(- 1)");
    assert_eq!(value("[true, false, null]"), "[true false null]");
    assert_eq!(value(&"9".repeat(400)), "9".repeat(400));
    assert_eq!(value("1e999"), "1e999");
}

#[test]
fn operators_bind_as_in_hcl() {
    assert_eq!(value("1 + 2 * 3"), "(+ 1 (* 2 3))");
    assert_eq!(value("10 - 2 - 3"), "(- (- 10 2) 3)");
    assert_eq!(value("1 + 2 == 3"), "(== (+ 1 2) 3)");
    assert_eq!(value("a || b && c"), "(|| a (&& b c))");
    assert_eq!(value("1 < 2 == true"), "(== (< 1 2) true)");
    assert_eq!(value("-1 + 2"), "(+ (- 1) 2)");
    assert_eq!(value("!a || b"), "(|| (! a) b)");
    assert_eq!(value("2 * 7 % 4"), "(% (* 2 7) 4)");
    assert_eq!(value("a ? b ? 1 : 2 : 3"), "(? a (? b 1 2) 3)");
    assert_eq!(value("a == b ? c : d ? e : f"), "(? (== a b) c (? d e f))");
    assert_eq!(value("-a.b[0]"), "(- a.b[0])");
    assert_eq!(value("a-b - c"), "(- a-b c)");
}

#[test]
fn traversals_and_splats_are_parsed() {
    assert_eq!(value("var.a.b[\"c\"].0"), "var.a.b[\"c\"][0]");
    assert_eq!(value("a[*].b[0].c[*].d"), "a[*](_.b[0].c[*](_.d))");
    assert_eq!(value("a.*.b.c[0]"), "a.*(_.b.c)[0]");
    assert_eq!(value("a.01.b.2"), "a[01].b[2]");
    assert_eq!(value("1. 50"), "1[50]");
    assert_eq!(value("a.*.0"), "a.*(_[0])");
    assert_eq!(value("a.*.b[*].c"), "a.*(_.b)[*](_.c)");
    assert_eq!(value("[1, 2][0]"), "[1 2][0]");
    assert_eq!(value("(local.\n  a.b)"), "(local.a.b)");
}

#[test]
fn calls_are_parsed() {
    assert_eq!(value("f()"), "f()");
    assert_eq!(value("f(1, [2]...)"), "f(1 [2] ...)");
    assert_eq!(value("upper (\n \"x\"\n ,\n)"), "upper(\"x\")");
    assert_eq!(value("provider::a::b(1)"), "provider::a::b(1)");
}

#[test]
fn for_expressions_may_contain_line_breaks_anywhere() {
    assert_eq!(value("[for v in a : v if v]"), "[for v in a: v if v]");
    assert_eq!(
        value("{for k, v in a.\n  b :\n k =>\n v ?\n 1 :\n 2... if k &&\n v}"),
        "{for k v in a.b: k => (? v 1 2) ... if (&& k v)}"
    );
    assert_eq!(value("{ # c }\n for k in a : k => 1 }"), "{for k in a: k => 1}");
}

#[test]
fn objects_keep_repeated_keys() {
    assert_eq!(value("{x = 1, x = 2}"), "{x:1 x:2}");
    assert_eq!(value("{\n a : 1, # c, d = 3\n b = 2 }"), "{a:1 b:2}");
    assert_eq!(
        value("{ true = 1, null = 2, 3 = 4, a-b = 5 }"),
        "{true:1 null:2 <3>:4 a-b:5}"
    );
    assert_eq!(
        value("{ (a) = 1, upper(\"x\") = 2, \"${b}c\" = 3, a.b = 4 }"),
        "{<(a)>:1 <upper(\"x\")>:2 <`{b}c`>:3 <a.b>:4}"
    );
    assert_eq!(
        value("{ true ? \"x\" : \"y\" : 1 }"),
        "{<(? true \"x\" \"y\")>:1}"
    );
    assert_eq!(value("{ a = { b = [{ c = 1 }] } }"), "{a:{b:[{c:1}]}}");
    assert_eq!(
        value("{ a = provider::x::y(1), provider::a::b(2) = 3 }"),
        "{a:provider::x::y(1) <provider::a::b(2)>:3}"
    );
    assert_eq!(value("{}"), "{}");
    assert_eq!(value("{ a = <<EOT\nq\nEOT\n y = 2}"), "{a:\"q\\n\" y:2}");
}

#[test]
fn quoted_strings_are_decoded() {
    assert_eq!(
        value(r#""\n\t\r\"\\ \u00e9 \U0001F600 $${x} %%{y} $$${z} $$ $""#),
        r#""\n\t\r\"\\ é 😀 ${x} %{y} $${z} $$ $""#
    );
    assert_eq!(value("\"e\u{301}\""), "\"\u{e9}\"");
    assert_eq!(value("\"${x}\""), "`{x}`");
    assert_eq!(value("\"a  ${~ 1 ~}  \\n b\""), "`a{1}b`");
    assert_eq!(value("\"a ${\"b ${c} }\"} d\""), "`a {`b {c} }`} d`");
    assert_eq!(value("\"${1 /* } */ + 2}\""), "`{(+ 1 2)}`");
    assert_eq!(value("\"${1\n + # c }\n 2}\""), "`{(+ 1 2)}`");
}

#[test]
fn template_directives_are_parsed() {
    assert_eq!(
        value("\"x %{ if a }b%{ else }c%{ endif } y\""),
        "`x %if a(b)(c) y`"
    );
    assert_eq!(value("\"a %{~ if a ~} b %{~ endif ~} c\""), "`a%if a(b)()c`");
    assert_eq!(
        value("\"%{ for k, v in m }${k}=${v};%{ endfor }\""),
        "`%for k v in m({k}={v};)`"
    );
    assert_eq!(
        value("\"%{for in in in}${in}%{endfor}\""),
        "`%for in in in({in})`"
    );
}

#[test]
fn heredocs_are_parsed() {
    assert_eq!(value("<<EOT\nx\n  y\nEOT"), r#""x\n  y\n""#);
    assert_eq!(value("<<EOT\nEOT"), r#""""#);
    assert_eq!(
        value("<<EOT\n\\n $${x} %%{y} $$${z} $$ $ % \\\" $\nEOT"),
        r#""\\n ${x} %{y} $${z} $$ $ % \\\" $\n""#
    );
    assert_eq!(value("<<EOT\nEOT is\nEOT)\n  EOT  "), r#""EOT is\nEOT)\n""#);
    assert_eq!(value("<<EOT\n${1\n}EOT\nEOT"), r"`{1}EOT\n`");
    assert_eq!(value("upper(<<EOT\nx\nEOT\n)"), r#"upper("x\n")"#);
    assert_eq!(value("<<EOT\r\nx\r\ny\r\nEOT\r"), r#""x\r\ny\r\n""#);
}

#[test]
fn strip_markers_in_heredocs_apply_to_the_end_of_the_line() {
    assert_eq!(value("<<EOT\nx${1 ~}\n\n   y\nEOT"), r"`x{1}\n   y\n`");
    assert_eq!(value("<<EOT\nx\n\n  ${~ 1}\n   y\nEOT"), r"`x\n\n{1}\n   y\n`");
    assert_eq!(
        value("<<EOT\r\nx${1}\r\ny${2 ~}\r\n  z\r\nEOT\r"),
        r"`x{1}\r\ny{2}  z\r\n`"
    );
}

#[test]
fn indented_heredocs_lose_the_least_indentation() {
    assert_eq!(value("<<-EOT\n    x\n  \n\n     y\n  EOT"), r#""x\n  \n\n y\n""#);
    assert_eq!(value("<<-EOT\n\t\tx\n\t y\n\tEOT"), r#""x\ny\n""#);
    assert_eq!(value("<<-EOT\n \u{a0}x\n  y\n\tEOT"), r#""x\ny\n""#);
    assert_eq!(
        value("<<-EOT\r\n   x\r\n  y\r\n\r\n   EOT\r"),
        r#"" x\r\ny\r\n\r\n""#
    );
    assert_eq!(
        value("<<-EOT\n    x\n${1}\n    z\n  EOT"),
        r"`    x\n{1}\n    z\n`"
    );
    assert_eq!(value("<<-EOT\n    x${1 ~}\n  y\n    z\n  EOT"), r"`x{1}  y\nz\n`");
    assert_eq!(
        value(
            "<<-EOT\n    %{ if true ~}\n    yes\n      deep\n    %{ else ~}\n    no\n    %{ endif ~}\n    end\n  EOT"
        ),
        r"`%if true(    yes\n  deep\n)(    no\n)    end\n`"
    );
    assert_eq!(
        value("<<-EOT\n    %{ for x in [1,2] ~}\n    v${x}\n    %{ endfor ~}\n    end\n  EOT"),
        r"`%for x in [1 2](    v{x}\n)    end\n`"
    );
}

#[test]
fn text_that_only_hcl_edit_accepts_is_rejected() {
    // F: a line break in a quoted string.
    assert_eq!(
        error("\"abc\n  b = 2"),
        "2:7 \"\\\"\" the string is not closed on its line\n"
    );
    // G: a line break after a dot.
    assert_eq!(
        error("a.\n  b"),
        "3:3 \"b\" `b` is neither an argument nor a block\n2:8 \".\" the expression is not complete\n"
    );
    // H: numbers and indexes with dots.
    assert_eq!(
        error("10.11.10.12/32"),
        "2:7 \"10.11.1\" a number can have only one dot\n"
    );
    assert_eq!(
        error("\"x\".0.1"),
        "2:11 \"0.1\" two indexes in a row cannot be written with dots\n"
    );
    assert_eq!(
        error("[for i inrange(3) : i]"),
        "2:14 \"in\" `in` is not a keyword here\n"
    );
    // I: a line break after a bracket ends the expression.
    assert_eq!(
        error("f(x)\n  ? 1 : 2"),
        "3:3 \"?\" an argument or a block is expected here\n"
    );
    assert_eq!(
        error("[]\n  == b"),
        "3:3 \"=\" an argument or a block is expected here\n"
    );
    // J: a heredoc whose marker is the end of the file.
    assert_eq!(
        syntax_errors("a {\n  b = <<EOT\nEOT"),
        "2:7 \"<<EOT\" the heredoc is not closed\n"
    );
    // E: a lone carriage return outside of a comment.
    assert_eq!(error("1\r"), "");
    assert_eq!(error("1\r b"), "2:8 \"\\r\" carriage return without line feed\n");
}

#[test]
fn frequent_syntax_errors_have_specific_messages() {
    assert_eq!(error("1 & 2"), "2:9 \"&\" unknown operator `&`\n");
    assert_eq!(error("'x'"), "2:7 \"'\" single quotes are not valid\n");
    assert_eq!(error("1,"), "2:8 \",\" a comma follows the argument\n");
    assert_eq!(
        error("1 b = 2"),
        "2:9 \"b\" missing line break after the argument\n"
    );
    assert_eq!(error("1 +"), "2:9 \"+\" the expression is not complete\n");
    assert_eq!(error("1 * ::0"), "2:11 \":\" `:` is not expected here\n");
    assert_eq!(error("log(10..., 1)"), "2:16 \",\" `,` is not expected here\n");
    assert_eq!(
        error("\"a\r\""),
        "2:9 \"\\r\" carriage return without line feed\n"
    );
    assert_eq!(error("[1 2]"), "2:10 \"2\" `2` is not expected here\n");
    assert_eq!(error("f(1"), "2:8 \"(\" `(` is not closed\n");
    assert_eq!(
        error("[1)"),
        "2:9 \")\" unmatched closing `)`\n2:7 \"[\" `[` is not closed\n"
    );
    assert_eq!(error(""), "2:3 \"a =\" `a` has no value\n");
    assert_eq!(error("\"\\d\""), "2:8 \"\\\\d\" invalid escape sequence `\\d`\n");
    assert_eq!(
        error("\"\\ud800\""),
        "2:8 \"\\\\u\" `\\u` is not followed by the digits of a character\n"
    );
    assert_eq!(error("{ a = 1\n , b = 2 }"), "3:2 \",\" a key is expected here\n");
    assert_eq!(error("{ a\n = 1 }"), "2:9 \"a\" the key has no value\n");
    assert_eq!(error("{ a =\n 1 }"), "2:9 \"a =\" the key has no value\n");
    assert_eq!(
        error("\"${x\""),
        "2:8 \"${\" the template sequence is not closed\n"
    );
    assert_eq!(
        error("\"%{ if a }\""),
        "2:8 \"%{ if a }\" the directive has no matching `endif`\n"
    );
    assert_eq!(error("\"%{ endif }\""), "2:8 \"%{ endif }\" unmatched `endif`\n");
    assert_eq!(error("\"${}\""), "2:10 \"\" an expression is expected here\n");
    assert_eq!(
        error("a.*.b.*.c"),
        "2:12 \".*\" a splat `.*` cannot be nested in another\n"
    );
    assert_eq!(
        syntax_errors("a {\n x 1\n y = 2 }\n"),
        "2:2 \"x\" `x` is neither an argument nor a block\n3:8 \"}\" missing line break after the argument\n"
    );
    assert_eq!(
        syntax_errors("a {\n x: 1\n}\n"),
        "2:3 \":\" `x` is followed by `:`, but an argument is set with `=`\n"
    );
    assert_eq!(
        syntax_errors("a {\n \"x\" = 1\n}\n"),
        "2:2 \"\\\"\" an argument name must not be quoted\n"
    );
    assert_eq!(
        syntax_errors("a {} b {}\n"),
        "1:6 \"b\" missing line break after the block\n"
    );
    assert_eq!(
        syntax_errors("a { b = 1, c = 2 }\n"),
        "1:10 \",\" a comma follows the argument\n1:12 \"c\" a block on one line holds a single argument\n"
    );
    assert_eq!(syntax_errors("a {\n}\n}\n"), "3:1 \"}\" unmatched closing `}`\n");
    assert_eq!(
        syntax_errors("a {\n b = 1\n b = 2\n}\n"),
        "3:2 \"b\" the argument `b` is set twice\n"
    );
}

#[test]
fn a_missing_brace_affects_only_its_block() {
    let text = r#"resource "a" "b" {
  x = 1

resource "c" "d" {
  y = 2
}
"#;
    assert_eq!(syntax_errors(text), "1:18 \"{\" `{` is not closed\n");
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text);
    let shown: Vec<String> = parse_file(file, text, Format::Native)
        .items
        .iter()
        .map(|item| show_block(&item.parse(text).0.unwrap()))
        .collect();
    assert_eq!(shown, ["resource a b { x=1 }", "resource c d { y=2 }"]);
}

#[test]
fn broken_arguments_are_omitted_and_the_others_are_parsed() {
    let text = r#"module "m" {
  source = "./x"
  mirrors = [1 2]
  deep {
    a = 'x'
    b = 1
  }
  depends_on = [a.b]
}
"#;
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text);
    let document = parse_file(file, text, Format::Native);
    let (block, syntax_errors) = document.items[0].parse(text);
    assert_eq!(
        show_block(&block.unwrap()),
        "module m { source=\"./x\" depends_on=[a.b] deep { b=1 } }"
    );
    assert_eq!(syntax_errors.len(), 2);
}

#[test]
fn one_syntax_error_does_not_hide_another() {
    let text = r#"a {
  b = "x
  c = 1 & 2
  d = 3
  e {
    f = (1
    g = 2
  }
}
"#;
    assert_eq!(
        syntax_errors(text),
        "2:7 \"\\\"\" the string is not closed on its line\n6:9 \"(\" `(` is not closed\n3:9 \"&\" unknown operator `&`\n"
    );
}

#[test]
fn a_byte_order_mark_is_skipped_but_counts_in_offsets() {
    let text = "\u{feff}a {\n  b = 1\n}\n";
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text);
    let outline = outline(file, text);
    assert_eq!(sources.slice(outline.items[0].name), "a");
    assert_eq!(outline.items[0].name.start, 3);
}

#[test]
fn a_standalone_expression_may_contain_line_breaks() {
    let mut sources = Sources::new();
    let text = "1 +\n 2";
    let file = sources.add("<eval>", text);
    let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
    assert_eq!(messages(&syntax_errors), "");
    assert_eq!(show(&expression.unwrap()), "(+ 1 2)");
    let (expression, syntax_errors) = parse_expression(file, "f(]", 0..3);
    assert!(expression.is_none());
    assert_eq!(syntax_errors.len(), 1);
}
