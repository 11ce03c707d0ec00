//! Evaluates an expression with placeholders for what is unknown, so that the known parts of a text can be read.
//!
//! A text with an unknown part is unknown as a whole. Here, the unknown parts of templates and of functions that pass
//! their arguments on become placeholders, and the expression is evaluated with them.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::UnknownReasons;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::provenance::unknown_reasons;
use crate::readers::manifest::EvaluatedValues;
use terraform_eval::address::Subject;
use terraform_eval::cty::{Marks, Value, ValueRef};
use terraform_eval::eval::{InstanceId, RepetitionData, Scope};
use terraform_eval::modules::references;
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{
    Call, Expression, ExpressionKind, Name, ObjectItem, ObjectKey, Template, TemplatePart,
};

/// How many expressions within each other, and references, are followed.
const MAX_DEPTH: usize = 64;

/// The largest value in which placeholders are put, in parts.
const MAX_PARTS: usize = 1 << 16;

/// Functions whose result contains their arguments as they are.
const PASSING_FUNCTIONS: [&str; 15] = [
    "chomp",
    "concat",
    "format",
    "indent",
    "join",
    "jsondecode",
    "jsonencode",
    "merge",
    "templatefile",
    "tolist",
    "tomap",
    "tostring",
    "trimspace",
    "yamldecode",
    "yamlencode",
];

/// Evaluates expressions with placeholders.
pub(crate) struct PlaceholderEvaluator<'s, 'a> {
    pub(crate) context: &'s EvaluationContext<'a>,
    /// The reasons of the placeholders.
    pub(crate) values: &'s mut EvaluatedValues,
}

/// The operands of an expression as literals, which have no marks.
#[derive(Default)]
struct Operands {
    /// Whether one of them is sensitive.
    are_sensitive: bool,
}

impl Operands {
    /// An expression without references that has a known value.
    fn literal(&mut self, value: &Value, span: Span) -> Expression {
        self.are_sensitive |= value.marks_deep().is_sensitive();
        literal_of(value, span)
    }
}

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Place<'s> {
    pub(crate) instance: InstanceId,
    pub(crate) repetition: &'s Rc<RepetitionData>,
}

impl PlaceholderEvaluator<'_, '_> {
    /// The value of an expression, in which placeholders stand for what is unknown. `None` if it cannot be evaluated with
    /// them.
    pub(crate) fn evaluate(&mut self, expression: &Expression, place: Place<'_>) -> Option<Value> {
        self.resolve(expression, place, 0)
    }

    fn resolve(&mut self, expression: &Expression, place: Place<'_>, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let scope = Scope::module(place.instance).with_repetition(place.repetition);
        let value = self.context.evaluator.evaluate(expression, scope).ok()?;
        if value.marks_deep().is_ephemeral() {
            return None;
        }
        if value.is_wholly_known() {
            return Some(value);
        }
        if value.size() > MAX_PARTS {
            return None;
        }
        let depth = depth + 1;
        match &expression.kind {
            ExpressionKind::Parenthesis(inner) => self.resolve(inner, place, depth),
            ExpressionKind::Template(template) => {
                let mut operands = Operands::default();
                let mut parts = Vec::new();
                self.add_parts(template, place, depth, &mut operands, &mut parts)?;
                let kind = ExpressionKind::Template(Template { parts });
                self.evaluate_literal(kind, expression.span, place, &operands)
            }
            ExpressionKind::Tuple(items) => {
                let items: Option<Vec<Value>> = items
                    .iter()
                    .map(|item| self.resolve(item, place, depth))
                    .collect();
                Some(Value::tuple(items?).with_span(expression.span))
            }
            ExpressionKind::Object(items) => {
                let mut attributes = BTreeMap::new();
                for item in items {
                    let name = match &item.key {
                        ObjectKey::Word(name) => name.text.clone(),
                        ObjectKey::Expression(key) => {
                            let name = self.context.evaluator.evaluate(key, scope).ok()?;
                            if name.marks().is_sensitive() {
                                return None;
                            }
                            name.as_str()?.clone()
                        }
                    };
                    let value = self.resolve(&item.value, place, depth)?;
                    attributes.insert(name, value.with_key_span(Some(item.key.span())));
                }
                Some(Value::object(attributes).with_span(expression.span))
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                for branch in branches {
                    let condition = self.context.evaluator.evaluate(&branch.condition, scope).ok()?;
                    match condition.as_bool() {
                        Some(true) => return self.resolve(&branch.value, place, depth),
                        Some(false) => {}
                        None => return Some(self.with_placeholders(&value, &Marks::new())),
                    }
                }
                self.resolve(otherwise, place, depth)
            }
            ExpressionKind::Call(call) if PASSING_FUNCTIONS.contains(&&*call.name.text) => {
                if &*call.name.text == "templatefile" && !self.inserts_unknown_variables(call, place) {
                    return None;
                }
                let mut operands = Operands::default();
                let arguments: Option<Box<[Expression]>> = call
                    .arguments
                    .iter()
                    .map(|argument| {
                        let value = self.resolve(argument, place, depth)?;
                        Some(operands.literal(&value, argument.span))
                    })
                    .collect();
                let call = Call {
                    arguments: arguments?,
                    ..Call::clone(call)
                };
                let kind = ExpressionKind::Call(Box::new(call));
                self.evaluate_literal(kind, expression.span, place, &operands)
            }
            _ => match self.follow_reference(expression, place, depth) {
                Some(value) => Some(value),
                None => Some(self.with_placeholders(&value, &Marks::new())),
            },
        }
    }

    /// The value of what an expression refers to, if it is nothing but a reference to a local value or a variable.
    fn follow_reference(&mut self, expression: &Expression, place: Place<'_>, depth: usize) -> Option<Value> {
        let mut traversals = references::in_expression(expression).into_iter();
        let first = traversals.next().filter(|first| first.span == expression.span)?;
        if traversals.next().is_some() || first.attribute.is_some() || first.key.is_some() {
            return None;
        }
        let evaluator = &self.context.evaluator;
        match &first.subject {
            Subject::Local(name) => {
                let module = evaluator.module(place.instance);
                let local = module.locals(self.context.sources).get(name)?;
                self.resolve(&local.value, place, depth)
            }
            Subject::Variable(name) => {
                let (caller, call, repetition) = evaluator.called_from(place.instance)?;
                let declared = evaluator.module(caller).calls.get(&call)?;
                let block = declared.block.parse(self.context.sources)?;
                let argument = block.body.attribute(name)?;
                let place = Place {
                    instance: caller,
                    repetition: &repetition,
                };
                self.resolve(&argument.value, place, depth)
            }
            _ => None,
        }
    }

    fn add_parts(
        &mut self,
        template: &Template,
        place: Place<'_>,
        depth: usize,
        operands: &mut Operands,
        parts: &mut Vec<TemplatePart>,
    ) -> Option<()> {
        for part in &template.parts {
            match part {
                TemplatePart::Literal { .. } => parts.push(part.clone()),
                TemplatePart::Interpolation(inner) => {
                    let value = self.resolve(inner, place, depth)?;
                    parts.push(TemplatePart::Interpolation(operands.literal(&value, inner.span)));
                }
                TemplatePart::If {
                    condition, yes, no, ..
                } => {
                    let scope = Scope::module(place.instance).with_repetition(place.repetition);
                    let condition = self.context.evaluator.evaluate(condition, scope).ok()?;
                    let branch = if condition.as_bool()? { yes } else { no };
                    operands.are_sensitive |= condition.marks().is_sensitive();
                    self.add_parts(branch, place, depth, operands, parts)?;
                }
                // A loop is evaluated as a whole, so everything in it is known or nothing is.
                TemplatePart::For { span, .. } => {
                    let parts_of_loop = vec![part.clone()];
                    let kind = ExpressionKind::Template(Template { parts: parts_of_loop });
                    let whole = Expression::new(kind, *span);
                    let scope = Scope::module(place.instance).with_repetition(place.repetition);
                    let value = self.context.evaluator.evaluate(&whole, scope).ok()?;
                    value.is_wholly_known().then_some(())?;
                    parts.push(TemplatePart::Interpolation(operands.literal(&value, *span)));
                }
            }
        }
        Some(())
    }

    /// Evaluates an expression whose operands are literals.
    fn evaluate_literal(
        &mut self,
        kind: ExpressionKind,
        span: Span,
        place: Place<'_>,
        operands: &Operands,
    ) -> Option<Value> {
        let expression = Expression::new(kind, span);
        // The expression has the span of another one, so it must not be memoized as an expression of a repeated block is.
        let scope = Scope::module(place.instance);
        let value = self.context.evaluator.evaluate(&expression, scope).ok()?;
        let value = self.with_placeholders(&value, &Marks::new());
        Some(if operands.are_sensitive {
            value.with_marks(&Marks::sensitive())
        } else {
            value
        })
    }

    /// The value with placeholders for its unknown parts. `marks` are those of the enclosing values.
    fn with_placeholders(&mut self, value: &Value, marks: &Marks) -> Value {
        if value.is_wholly_known() {
            return value.clone();
        }
        let inner = marks.union(&value.marks().as_influence());
        let replaced = match value.view() {
            ValueRef::Unknown(_) => {
                let reasons = unknown_reasons(&value.clone().with_marks(marks));
                let placeholder = self.values.placeholder(UnknownReasons::from_reasons(reasons));
                Value::string(placeholder)
            }
            ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => Value::tuple(
                items
                    .iter()
                    .map(|item| self.with_placeholders(item, &inner))
                    .collect(),
            ),
            ValueRef::Map(items) | ValueRef::Object(items) => Value::object(
                items
                    .iter()
                    .map(|(name, item)| {
                        let replaced = self.with_placeholders(item, &inner);
                        (name.clone(), replaced.with_key_span(item.key_span()))
                    })
                    .collect(),
            ),
            ValueRef::Null | ValueRef::Bool(_) | ValueRef::Number(_) | ValueRef::String(_) => value.clone(),
        };
        let replaced = if value.marks().is_sensitive() {
            replaced.with_marks(&Marks::sensitive())
        } else {
            replaced
        };
        match value.span() {
            Some(span) => replaced.with_span(span),
            None => replaced,
        }
    }

    /// Whether the template of a call of `templatefile` inserts its unknown variables as they are and does not compute
    /// anything from them.
    fn inserts_unknown_variables(&self, call: &Call, place: Place<'_>) -> bool {
        let scope = Scope::module(place.instance).with_repetition(place.repetition);
        let evaluate = |expression| self.context.evaluator.evaluate(expression, scope).ok();
        let [path, variables] = &*call.arguments else {
            return false;
        };
        let text = call_of("file", vec![path.clone()], path.span);
        let (Some(text), Some(variables)) = (evaluate(&text), evaluate(variables)) else {
            return false;
        };
        let (Some(text), Some(variables)) = (text.as_str().cloned(), variables.as_map()) else {
            return false;
        };
        let unknown = variables.iter().filter(|(_, value)| !value.is_wholly_known());
        unknown
            .into_iter()
            .all(|(name, value)| !value.is_known() && is_inserted_as_it_is(&text, name))
    }
}

/// Whether a template contains a name only as an interpolation of its own, `${name}`.
fn is_inserted_as_it_is(template: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let starts = memchr::memmem::find_iter(template.as_bytes(), "{").filter(|at| {
        let before = template.get(..*at).unwrap_or_default();
        before.ends_with(['$', '%']) && !before.ends_with("$$") && !before.ends_with("%%")
    });
    starts.into_iter().all(|at| {
        let rest = template.get(at + 1..).unwrap_or_default();
        let content = rest.split('}').next().unwrap_or_default();
        let content = content.trim_matches('~').trim();
        let is_directive = template.get(..at).is_some_and(|before| before.ends_with('%'));
        (content == name && !is_directive) || !content.split(|c| !is_word(c)).any(|word| word == name)
    })
}

/// A call of a function.
pub(crate) fn call_of(name: &str, arguments: Vec<Expression>, span: Span) -> Expression {
    let name = Name {
        text: Arc::from(name),
        span,
    };
    let call = Call {
        name,
        arguments: arguments.into(),
        expand_last: false,
    };
    Expression::new(ExpressionKind::Call(Box::new(call)), span)
}

/// An expression without references that has a known value. `span` is that of values without a literal.
fn literal_of(value: &Value, span: Span) -> Expression {
    let span = value.span().unwrap_or(span);
    let kind = match value.view() {
        ValueRef::Bool(value) => ExpressionKind::Bool(value),
        ValueRef::Number(number) => ExpressionKind::Number(number.to_string().into()),
        ValueRef::String(text) => ExpressionKind::String(text.clone()),
        ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
            ExpressionKind::Tuple(items.iter().map(|item| literal_of(item, span)).collect())
        }
        ValueRef::Map(items) | ValueRef::Object(items) => ExpressionKind::Object(
            items
                .iter()
                .map(|(name, item)| item_of(name, item, span))
                .collect(),
        ),
        ValueRef::Null | ValueRef::Unknown(_) => ExpressionKind::Null,
    };
    Expression::new(kind, span)
}

fn item_of(name: &Arc<str>, value: &Value, span: Span) -> ObjectItem {
    let key_span = value.key_span().unwrap_or(span);
    let key = Expression::new(ExpressionKind::String(name.clone()), key_span);
    ObjectItem {
        key: ObjectKey::Expression(key),
        value: literal_of(value, span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_inserts_a_variable_as_it_is_or_computes_with_it() {
        for template in [
            "source: ${registry}/a\n",
            "${ registry }-${~ registry ~}",
            "%{ for m in mirrors ~}${m}${registry}%{ endfor ~}",
            "$${upper(registry)} # the registry",
            "${registry_name}",
        ] {
            assert!(is_inserted_as_it_is(template, "registry"), "{template}");
        }
        for template in [
            "${upper(registry)}",
            "%{ if registry == \"\" }a%{ endif }",
            "%{ for a in registry }${a}%{ endfor }",
        ] {
            assert!(!is_inserted_as_it_is(template, "registry"), "{template}");
        }
    }
}
