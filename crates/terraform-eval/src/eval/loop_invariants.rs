//! Expressions that have the same value for each instance of a block and in each iteration of a `for`.
//!
//! A block with `element(rhcs_image_mirror.a[*].source, count.index)` is evaluated for each of its instances,
//! and each evaluation of the list costs its length. An expression that uses neither `each` nor `count`
//! nor a name of a `for` is therefore evaluated once for each module instance.

use std::mem::{Discriminant, discriminant};
use std::sync::Arc;

use crate::cty::Value;
use crate::hashing::HashMap;
use crate::modules::references;
use crate::source::Span;
use crate::syntax::tree::{Expression, ExpressionKind};

use super::instance_id::InstanceId;
use super::{EvalError, Evaluator, Result, Scope};

/// The identity of an expression in a file. An expression may share its span with the expression in it, but
/// not if both are of the same kind: operators, brackets and quotes make the outer one longer.
type ExpressionKey = (Span, Discriminant<ExpressionKind>);

fn key_of(expression: &Expression) -> ExpressionKey {
    (expression.span, discriminant(&expression.kind))
}

/// What is known of the expressions inside blocks with instances and inside `for`.
#[derive(Default)]
pub(super) struct LoopInvariants {
    /// Whether an expression is invariant.
    is_invariant: HashMap<ExpressionKey, bool>,
    /// The values of invariant expressions.
    values: HashMap<(InstanceId, ExpressionKey), Result<Value>>,
}

impl Evaluator<'_> {
    /// Evaluates an expression, or returns its value from an earlier iteration if it is invariant.
    pub(super) fn evaluate_hoisted(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        let Some(instance) = self.invariant_in(expression, scope) else {
            return self.evaluate_kind(expression, scope);
        };
        let key = (instance, key_of(expression));
        if let Some(result) = self.memo.invariants.borrow().values.get(&key) {
            return result.clone();
        }
        // Without the names of the loop, which the expression does not use, its parts are not memoized again.
        let result = self.evaluate_kind(expression, Scope::module(instance));
        // Cycles and limits depend on what is being evaluated outside.
        if !result.as_ref().is_err_and(EvalError::is_uncatchable) {
            let mut invariants = self.memo.invariants.borrow_mut();
            invariants.values.insert(key, result.clone());
        }
        result
    }

    /// The module instance in which an expression is invariant. `None` if its value may vary, if it is
    /// evaluated once anyway, or if its evaluation is cheap.
    fn invariant_in(&self, expression: &Expression, scope: Scope<'_>) -> Option<InstanceId> {
        let is_repeated = scope
            .repetition
            .is_some_and(|repetition| repetition.key.is_some());
        let is_in_loop = is_repeated || scope.bindings.is_some();
        if !is_in_loop || is_cheap(expression) || scope.element.is_some() || scope.template.is_some() {
            return None;
        }
        let instance = scope.instance?;
        let key = key_of(expression);
        let known = self.memo.invariants.borrow().is_invariant.get(&key).copied();
        let is_invariant = known.unwrap_or_else(|| {
            let varies = |name: &Arc<str>| {
                matches!(&**name, "each" | "count" | "self") || scope.lookup(name).is_some()
            };
            let is_invariant = !references::root_names(expression)
                .iter()
                .any(|(name, _)| varies(name));
            let mut invariants = self.memo.invariants.borrow_mut();
            invariants.is_invariant.insert(key, is_invariant);
            is_invariant
        });
        is_invariant.then_some(instance)
    }
}

fn is_cheap(expression: &Expression) -> bool {
    use ExpressionKind as Kind;
    matches!(
        expression.kind,
        Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Variable(_)
            | Kind::Traversal { .. }
            | Kind::SplatElement
            | Kind::Parenthesis(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hashing::HashSet;
    use crate::source::Sources;
    use crate::syntax::native::parse_expression;
    use crate::syntax::tree::{ObjectKey, Step, Template, TemplatePart};

    /// Visits an expression and all expressions in it.
    fn visit(expression: &Expression, visitor: &mut dyn FnMut(&Expression)) {
        use ExpressionKind as Kind;
        visitor(expression);
        match &expression.kind {
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Variable(_)
            | Kind::SplatElement => {}
            Kind::Template(template) => visit_template(template, visitor),
            Kind::Tuple(items) => items.iter().for_each(|item| visit(item, visitor)),
            Kind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expression(key) = &item.key {
                        visit(key, visitor);
                    }
                    visit(&item.value, visitor);
                }
            }
            Kind::Parenthesis(inner) => visit(inner, visitor),
            Kind::Traversal { base, steps } => {
                visit(base, visitor);
                steps
                    .iter()
                    .filter_map(Step::key)
                    .for_each(|key| visit(key, visitor));
            }
            Kind::Splat { base, each, .. } => {
                visit(base, visitor);
                visit(each, visitor);
            }
            Kind::Call(call) => call.arguments.iter().for_each(|item| visit(item, visitor)),
            Kind::Unary { operand, .. } => visit(operand, visitor),
            Kind::Binary { first, rest } => {
                visit(first, visitor);
                for operation in rest {
                    visit(&operation.operand, visitor);
                }
            }
            Kind::Conditional { branches, otherwise } => {
                for branch in branches {
                    visit(&branch.condition, visitor);
                    visit(&branch.value, visitor);
                }
                visit(otherwise, visitor);
            }
            Kind::For(parts) => {
                visit(&parts.collection, visitor);
                parts.key.iter().for_each(|key| visit(key, visitor));
                visit(&parts.value, visitor);
                parts.condition.iter().for_each(|item| visit(item, visitor));
            }
        }
    }

    fn visit_template(template: &Template, visitor: &mut dyn FnMut(&Expression)) {
        for part in &template.parts {
            match part {
                TemplatePart::Literal { .. } => {}
                TemplatePart::Interpolation(expression) => visit(expression, visitor),
                TemplatePart::If {
                    condition, yes, no, ..
                } => {
                    visit(condition, visitor);
                    visit_template(yes, visitor);
                    visit_template(no, visitor);
                }
                TemplatePart::For { collection, body, .. } => {
                    visit(collection, visitor);
                    visit_template(body, visitor);
                }
            }
        }
    }

    #[test]
    fn expressions_of_a_file_have_different_keys() {
        let recorded = [
            include_str!("../../fixtures/expressions/collections.jsonl"),
            include_str!("../../fixtures/expressions/language.jsonl"),
            include_str!("../../fixtures/expressions/strings.jsonl"),
        ];
        let recorded = recorded.iter().flat_map(|text| text.lines()).map(|line| {
            let case: serde_json::Value = serde_json::from_str(line).expect("a case on every line");
            case["expr"].as_str().expect("an expression").to_owned()
        });
        let others = [
            "a[*][*][*].b[*]",
            "a.*.b[*].c[*]",
            "\"${\"${\"${a + 1}\"}\"}\"",
            "- -(-1)",
            "!!!a",
            "[[[]]]",
            "{ (({})) = {} }",
            "f(f(f()))",
            "<<-E\n  ${<<-F\n  ${\"${a}\"}\n  F\n  }\n  E\n",
            "[for a in [for b in [] : [for c in [] : c]] : {for d in [] : d => d}]",
        ];
        for text in recorded.chain(others.map(str::to_owned)) {
            let mut sources = Sources::new();
            let file = sources.add("expression.tf", &text);
            let (Some(expression), _) = parse_expression(file, &text, 0..text.len()) else {
                continue;
            };
            let mut keys = HashSet::default();
            visit(&expression, &mut |expression| {
                assert!(
                    is_cheap(expression) || keys.insert(key_of(expression)),
                    "{text}: {expression:?}"
                );
            });
        }
    }
}
