//! Trees as short text, for the tests of `syntax`.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part")]

use mirrorset::syntax::problem::Problem;
use mirrorset::syntax::tree::{
    BinaryOperator, Block, Expression, ExpressionKind, ObjectKey, Template, TemplatePart, UnaryOperator,
};

pub fn messages(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

fn list(expressions: &[Expression]) -> String {
    expressions.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// An expression, in prefix notation.
pub fn show(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Null => "null".into(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Number(text) => text.to_string(),
        ExpressionKind::String(text) => format!("{text:?}"),
        ExpressionKind::Template(template) => format!("`{}`", show_template(template)),
        ExpressionKind::Tuple(items) => format!("[{}]", list(items)),
        ExpressionKind::Object(items) => {
            let items = items.iter().map(|item| match &item.key {
                ObjectKey::Word(name) => format!("{}:{}", name.text, show(&item.value)),
                ObjectKey::Expression(key) => format!("<{}>:{}", show(key), show(&item.value)),
            });
            format!("{{{}}}", items.collect::<Vec<_>>().join(" "))
        }
        ExpressionKind::Variable(name) => name.to_string(),
        ExpressionKind::GetAttr { base, name } => format!("{}.{}", show(base), name.text),
        ExpressionKind::Index { base, key } => format!("{}[{}]", show(base), show(key)),
        ExpressionKind::Splat { base, full, each } => {
            format!(
                "{}{}({})",
                show(base),
                if *full { "[*]" } else { ".*" },
                show(each)
            )
        }
        ExpressionKind::SplatElement => "_".into(),
        ExpressionKind::Call(call) => {
            let dots = if call.expand_last { " ..." } else { "" };
            format!("{}({}{dots})", call.name.text, list(&call.arguments))
        }
        ExpressionKind::Unary { operator, operand } => {
            let operator = match operator {
                UnaryOperator::Negate => "-",
                UnaryOperator::Not => "!",
            };
            format!("({operator} {})", show(operand))
        }
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => {
            format!("({} {} {})", symbol(*operator), show(left), show(right))
        }
        ExpressionKind::Conditional { condition, yes, no } => {
            format!("(? {} {} {})", show(condition), show(yes), show(no))
        }
        ExpressionKind::For(source) => {
            let key = source
                .key_variable
                .as_ref()
                .map_or(String::new(), |name| format!("{} ", name.text));
            let result = source
                .key
                .as_ref()
                .map_or(String::new(), |key| format!("{} => ", show(key)));
            let dots = if source.grouping { " ..." } else { "" };
            let condition = source
                .condition
                .as_ref()
                .map_or(String::new(), |c| format!(" if {}", show(c)));
            let inner = format!(
                "for {key}{} in {}: {result}{}{dots}{condition}",
                source.value_variable.text,
                show(&source.collection),
                show(&source.value)
            );
            if source.key.is_some() {
                format!("{{{inner}}}")
            } else {
                format!("[{inner}]")
            }
        }
        ExpressionKind::Parenthesis(inner) => match inner.kind {
            ExpressionKind::Binary { .. } | ExpressionKind::Unary { .. } => show(inner),
            _ => format!("({})", show(inner)),
        },
    }
}

fn symbol(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Modulo => "%",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}

fn show_template(template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        TemplatePart::Literal { text, .. } => {
            let quoted = format!("{text:?}");
            quoted[1..quoted.len() - 1].to_owned()
        }
        TemplatePart::Interpolation(expression) => format!("{{{}}}", show(expression)),
        TemplatePart::If {
            condition, yes, no, ..
        } => {
            format!(
                "%if {}({})({})",
                show(condition),
                show_template(yes),
                show_template(no)
            )
        }
        TemplatePart::For {
            key_variable,
            value_variable,
            collection,
            body,
            ..
        } => {
            let key = key_variable
                .as_ref()
                .map_or(String::new(), |name| format!("{} ", name.text));
            format!(
                "%for {key}{} in {}({})",
                value_variable.text,
                show(collection),
                show_template(body)
            )
        }
    });
    parts.collect()
}

/// A block: its kind, its labels, its attributes, its blocks.
pub fn show_block(block: &Block) -> String {
    let mut text = block.kind.text.to_string();
    for label in &block.labels {
        text += &format!(" {}", label.text);
    }
    text += " {";
    for attribute in &block.body.attributes {
        text += &format!(" {}={}", attribute.name.text, show(&attribute.value));
    }
    for inner in &block.body.blocks {
        text += &format!(" {}", show_block(inner));
    }
    text + " }"
}
