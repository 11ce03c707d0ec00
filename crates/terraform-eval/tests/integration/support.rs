//! Prints syntax trees as short text.
use terraform_eval::cty::{BinaryOperator, UnaryOperator};
use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::{
    Block, Expression, ExpressionKind, ObjectKey, Step, Template, TemplatePart,
};

pub(crate) fn messages(syntax_errors: &[SyntaxError]) -> String {
    syntax_errors
        .iter()
        .map(|error| error.message.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

fn list(expressions: &[Expression]) -> String {
    expressions.iter().map(show).collect::<Vec<_>>().join(" ")
}

/// An expression, in prefix notation.
pub(crate) fn show(expression: &Expression) -> String {
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
        ExpressionKind::Traversal { base, steps } => {
            let steps = steps.iter().map(|step| match step {
                Step::Attribute(name) => format!(".{}", name.text),
                Step::Index { key, .. } => format!("[{}]", show(key)),
            });
            show(base) + &steps.collect::<String>()
        }
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
        ExpressionKind::Binary { first, rest } => rest.iter().fold(show(first), |left, operation| {
            let symbol = symbol(operation.operator);
            format!("({symbol} {left} {})", show(&operation.operand))
        }),
        ExpressionKind::Conditional { branches, otherwise } => {
            branches.iter().rev().fold(show(otherwise), |otherwise, branch| {
                format!(
                    "(? {} {} {otherwise})",
                    show(&branch.condition),
                    show(&branch.value)
                )
            })
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
pub(crate) fn show_block(block: &Block) -> String {
    let mut text = block.kind.text.to_string();
    for label in &*block.labels {
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

/// All spans in a block.
pub(crate) fn spans_of_block(block: &Block) -> Vec<Span> {
    let mut spans = vec![block.span, block.header, block.body.span, block.kind.span];
    spans.extend(block.labels.iter().map(|label| label.span));
    for attribute in &block.body.attributes {
        spans.extend([attribute.span, attribute.name.span]);
        spans.extend(spans_of_expression(&attribute.value));
    }
    spans.extend(block.body.blocks.iter().flat_map(spans_of_block));
    spans
}

/// All spans in an expression.
pub(crate) fn spans_of_expression(expression: &Expression) -> Vec<Span> {
    let mut spans = vec![expression.span];
    match &expression.kind {
        ExpressionKind::Template(template) => spans_of_template(template, &mut spans),
        ExpressionKind::Tuple(items) => spans.extend(items.iter().flat_map(spans_of_expression)),
        ExpressionKind::Object(items) => {
            for item in items {
                spans.push(item.key.span());
                spans.extend(spans_of_expression(&item.value));
            }
        }
        ExpressionKind::Traversal { base, steps } => {
            spans.extend(spans_of_expression(base));
            for step in steps {
                spans.push(step.span_from(expression.span));
                match step {
                    Step::Attribute(name) => spans.push(name.span),
                    Step::Index { key, span } => {
                        spans.push(*span);
                        spans.extend(spans_of_expression(key));
                    }
                }
            }
        }
        ExpressionKind::Splat { base, each, .. } => {
            spans.extend(spans_of_expression(base));
            spans.extend(spans_of_expression(each));
        }
        ExpressionKind::Call(call) => {
            spans.push(call.name.span);
            spans.extend(call.arguments.iter().flat_map(spans_of_expression));
        }
        ExpressionKind::Unary { operand, .. } => spans.extend(spans_of_expression(operand)),
        ExpressionKind::Binary { first, rest } => {
            spans.extend(spans_of_expression(first));
            let operands = rest.iter().map(|operation| &operation.operand);
            spans.extend(operands.flat_map(spans_of_expression));
        }
        ExpressionKind::Conditional { branches, otherwise } => {
            for branch in branches {
                spans.extend(spans_of_expression(&branch.condition));
                spans.extend(spans_of_expression(&branch.value));
            }
            spans.extend(spans_of_expression(otherwise));
        }
        ExpressionKind::For(source) => {
            spans.push(source.value_variable.span);
            spans.extend(spans_of_expression(&source.collection));
            spans.extend(spans_of_expression(&source.value));
        }
        ExpressionKind::Parenthesis(inner) => spans.extend(spans_of_expression(inner)),
        _ => {}
    }
    spans
}

fn spans_of_template(template: &Template, spans: &mut Vec<Span>) {
    for part in &template.parts {
        match part {
            TemplatePart::Literal { span, .. } => spans.push(*span),
            TemplatePart::Interpolation(expression) => spans.extend(spans_of_expression(expression)),
            TemplatePart::If {
                condition,
                yes,
                no,
                span,
            } => {
                spans.push(*span);
                spans.extend(spans_of_expression(condition));
                spans_of_template(yes, spans);
                spans_of_template(no, spans);
            }
            TemplatePart::For {
                collection,
                body,
                span,
                ..
            } => {
                spans.push(*span);
                spans.extend(spans_of_expression(collection));
                spans_of_template(body, spans);
            }
        }
    }
}
