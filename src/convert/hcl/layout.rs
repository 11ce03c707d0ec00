//! The layout of configuration: the spaces, line breaks and columns of `terraform fmt` (hashicorp/hcl,
//! `hclwrite/format.go`).
//!
//! hcl-rs builds the configuration; hcl-edit, which decides what stands between two tokens, prints it. Its defaults
//! already separate operators and arguments, so that only what differs is set here.

use hcl::edit::expr::{
    Array, BinaryOp, Expression, ForExpr, ForIntro, FuncArgs, Object, ObjectKey, ObjectValueTerminator,
    Traversal,
};
use hcl::edit::structure::Body;
use hcl::edit::template::Interpolation;
use hcl::edit::visit_mut::{
    VisitMut, visit_array_mut, visit_binary_op_mut, visit_expr_mut, visit_for_expr_mut, visit_for_intro_mut,
    visit_func_args_mut, visit_interpolation_mut, visit_object_mut, visit_traversal_mut,
};
use hcl::edit::{Decorate as _, Decorated, Ident};

/// The spaces of one level.
const INDENT: &str = "  ";

/// Prints configuration: blocks separated by empty lines, lists with one element per line.
pub(in crate::convert) fn format_body(body: hcl::Body) -> String {
    let mut body = Body::from(body);
    lay_out_body(&mut body, 0);
    body.to_string()
}

/// Prints an expression on one line.
pub(super) fn format_expression(expression: hcl::Expression) -> String {
    let mut expression = Expression::from(expression);
    OneLine.visit_expr_mut(&mut expression);
    expression.to_string()
}

/// One line of a body or an object, or an argument that spans several lines.
struct Row {
    name_width: usize,
    is_single_line: bool,
    /// Whether an empty line precedes it.
    starts_group: bool,
}

/// How many spaces follow each name, so that the equals signs of neighboring lines are in one column.
fn paddings(rows: &[Row]) -> Vec<String> {
    let is_neighbor = |row: &Row, next: &Row| row.is_single_line && next.is_single_line && !next.starts_group;
    let mut paddings = Vec::with_capacity(rows.len());
    for run in rows.chunk_by(is_neighbor) {
        let width = run.iter().map(|row| row.name_width).max().unwrap_or_default();
        paddings.extend(run.iter().map(|row| " ".repeat(width + 1 - row.name_width)));
    }
    paddings
}

fn lay_out_body(body: &mut Body, depth: usize) {
    let mut rows: Vec<Row> = Vec::with_capacity(body.len());
    let mut follows_for_each = false;
    for mut structure in body.iter_mut() {
        let is_first = rows.is_empty();
        let row = if let Some(block) = structure.as_block_mut() {
            lay_out_body(&mut block.body, depth + 1);
            block.body.decor_mut().set_suffix(INDENT.repeat(depth));
            Row {
                name_width: 0,
                is_single_line: false,
                starts_group: !is_first,
            }
        } else if let Some(mut attribute) = structure.as_attribute_mut() {
            let name = attribute.get().key.as_str().to_owned();
            // Terraform's style guide sets `for_each` and `depends_on` apart from the other arguments.
            let starts_group = !is_first && (follows_for_each || name == "depends_on");
            follows_for_each = name == "for_each";
            let value = attribute.value_mut();
            if name == "depends_on" {
                OneLine.visit_expr_mut(value);
            } else {
                lay_out_value(value, depth);
            }
            Row {
                name_width: name.chars().count(),
                is_single_line: is_single_line(value),
                starts_group,
            }
        } else {
            continue;
        };
        rows.push(row);
    }
    let paddings = paddings(&rows);
    for ((mut structure, row), padding) in body.iter_mut().zip(&rows).zip(paddings) {
        let line_break = if row.starts_group { "\n" } else { "" };
        let prefix = format!("{line_break}{}", INDENT.repeat(depth));
        if let Some(block) = structure.as_block_mut() {
            block.decor_mut().set_prefix(prefix);
        } else if let Some(mut attribute) = structure.as_attribute_mut() {
            attribute.key_decor_mut().set_suffix(padding);
            attribute.decor_mut().set_prefix(prefix);
        }
    }
}

/// Lays out the value of an argument: lists and maps on lines of their own, any other expression on one line.
fn lay_out_value(value: &mut Expression, depth: usize) {
    match value {
        Expression::Array(array) if !array.is_empty() => lay_out_list(array, depth),
        Expression::Object(object) if !object.is_empty() => lay_out_map(object, depth),
        other => OneLine.visit_expr_mut(other),
    }
}

fn lay_out_list(array: &mut Array, depth: usize) {
    for element in array.iter_mut() {
        OneLine.visit_expr_mut(element);
        element
            .decor_mut()
            .set_prefix(format!("\n{}", INDENT.repeat(depth + 1)));
    }
    array.set_trailing_comma(true);
    array.set_trailing(format!("\n{}", INDENT.repeat(depth)));
}

fn lay_out_map(object: &mut Object, depth: usize) {
    let rows: Vec<Row> = object
        .iter_mut()
        .map(|(key, value)| {
            lay_out_value(value.expr_mut(), depth + 1);
            value.set_terminator(ObjectValueTerminator::Newline);
            Row {
                name_width: key_width(key.get()),
                is_single_line: is_single_line(value.expr()),
                starts_group: false,
            }
        })
        .collect();
    let paddings = paddings(&rows);
    for (index, ((mut key, _), padding)) in object.iter_mut().zip(paddings).enumerate() {
        let line_break = if index == 0 { "\n" } else { "" };
        key.decor_mut()
            .set_prefix(format!("{line_break}{}", INDENT.repeat(depth + 1)));
        key.decor_mut().set_suffix(padding);
    }
    object.set_trailing(INDENT.repeat(depth));
}

fn key_width(key: &ObjectKey) -> usize {
    match key {
        ObjectKey::Ident(name) => name.as_str().chars().count(),
        ObjectKey::Expression(expression) => expression.to_string().trim().chars().count(),
    }
}

fn is_single_line(value: &Expression) -> bool {
    !value.to_string().contains('\n')
}

/// Sets the spaces of an expression on one line. Templates keep the spaces that they were parsed with, so every space is
/// reset, and then set where hcl-edit's default is not that of `terraform fmt`.
struct OneLine;

impl VisitMut for OneLine {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        node.decor_mut().clear();
        visit_expr_mut(self, node);
    }

    fn visit_ident_mut(&mut self, node: &mut Decorated<Ident>) {
        node.decor_mut().clear();
    }

    fn visit_array_mut(&mut self, node: &mut Array) {
        visit_array_mut(self, node);
        node.set_trailing("");
        node.set_trailing_comma(false);
    }

    fn visit_object_mut(&mut self, node: &mut Object) {
        visit_object_mut(self, node);
        let last = node.len().saturating_sub(1);
        for (index, (mut key, value)) in node.iter_mut().enumerate() {
            key.decor_mut().set_prefix(" ");
            key.decor_mut().set_suffix(" ");
            value.set_terminator(if index == last {
                ObjectValueTerminator::None
            } else {
                ObjectValueTerminator::Comma
            });
        }
        node.set_trailing(if node.is_empty() { "" } else { " " });
    }

    fn visit_binary_op_mut(&mut self, node: &mut BinaryOp) {
        visit_binary_op_mut(self, node);
        node.operator.decor_mut().clear();
    }

    fn visit_traversal_mut(&mut self, node: &mut Traversal) {
        visit_traversal_mut(self, node);
        for operator in &mut node.operators {
            operator.decor_mut().clear();
        }
    }

    fn visit_func_args_mut(&mut self, node: &mut FuncArgs) {
        visit_func_args_mut(self, node);
        node.decor_mut().clear();
        node.set_trailing("");
        node.set_trailing_comma(false);
    }

    fn visit_for_expr_mut(&mut self, node: &mut ForExpr) {
        visit_for_expr_mut(self, node);
        node.intro.decor_mut().clear();
        if let Some(condition) = &mut node.cond {
            condition.decor_mut().clear();
        }
        if node.key_expr.is_none() {
            return;
        }
        node.intro.decor_mut().set_prefix(" ");
        if let Some(condition) = &mut node.cond {
            condition.decor_mut().set_prefix(" ");
            condition.decor_mut().set_suffix(" ");
            return;
        }
        // hcl-edit has no place for a space after `...`.
        let end = if node.grouping { "... " } else { " " };
        node.grouping = false;
        node.value_expr.decor_mut().set_prefix(" ");
        node.value_expr.decor_mut().set_suffix(end);
    }

    fn visit_for_intro_mut(&mut self, node: &mut ForIntro) {
        visit_for_intro_mut(self, node);
        node.value_var.decor_mut().set_prefix(" ");
        node.value_var.decor_mut().set_suffix(" ");
    }

    fn visit_interpolation_mut(&mut self, node: &mut Interpolation) {
        visit_interpolation_mut(self, node);
        // Terraform separates neighboring braces.
        let is_brace = node.expr.to_string().trim_start().starts_with('{');
        node.expr.decor_mut().set_prefix(if is_brace { " " } else { "" });
        node.expr.decor_mut().set_suffix("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results of `terraform fmt` of Terraform 1.11.
    #[test]
    fn whitespace_is_formatted_as_by_terraform_fmt() {
        for (given, expected) in [
            ("var . ids [ \"a\" ]", "var.ids[\"a\"]"),
            (
                "one( rhcs_cluster_rosa_hcp.c[ * ].id )",
                "one(rhcs_cluster_rosa_hcp.c[*].id)",
            ),
            ("var.prod?\"a\":local.id", "var.prod ? \"a\" : local.id"),
            ("try(local.id,\"x ,y\" )", "try(local.id, \"x ,y\")"),
            ("[for k,v in var.ids:v][0]", "[for k, v in var.ids : v][0]"),
            (
                "values({for k,v in var.ids:k=>v...})[0][0]",
                "values({ for k, v in var.ids : k => v... })[0][0]",
            ),
            (
                "values({for k,v in var.ids:k=>v if v!=\"\"})[0]",
                "values({ for k, v in var.ids : k => v if v != \"\" })[0]",
            ),
            ("{a=\"x\"}.a", "{ a = \"x\" }.a"),
            ("{a=\"x\",\"b\"=1}.a", "{ a = \"x\", \"b\" = 1 }.a"),
            ("!true?\"a\":\"b\"", "!true ? \"a\" : \"b\""),
            ("\"a\"==\"b\"?\"c\":\"d\"", "\"a\" == \"b\" ? \"c\" : \"d\""),
            ("var.ids[ -1 ]", "var.ids[-1]"),
            ("var.list[local.n -1]", "var.list[local.n - 1]"),
            ("local.n>=1.5&&  local.a-b", "local.n >= 1.5 && local.a-b"),
            ("\"${var.ids[\"a}\"]}$${x\"", "\"${var.ids[\"a}\"]}$${x\""),
            (
                "\"${a==b ? f(a,b) : [x , y][ 0 ]}-\"",
                "\"${a == b ? f(a, b) : [x, y][0]}-\"",
            ),
            ("\"${ var.a }${ {a=1}.a }\"", "\"${var.a}${ { a = 1 }.a}\""),
            ("merge( {} , var.x ).id", "merge({}, var.x).id"),
            ("[ ]", "[]"),
        ] {
            let spaced = |text: &str| format_expression(text.parse().unwrap());
            assert_eq!(spaced(given), expected);
            assert_eq!(spaced(expected), expected);
        }
    }
}
