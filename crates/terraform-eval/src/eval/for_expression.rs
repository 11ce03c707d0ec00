//! `for` expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Type, Value, ValueRef, convert};
use crate::source::Span;
use crate::syntax::tree::For;

use super::expression::object_key;
use super::partial_value::PartialBuilder;
use super::scope::ForBindings;
use super::{EvalError, Evaluator, Result, Scope};

/// The result of a `for` expression while it is collected.
enum Collected {
    Tuple(Vec<Value>),
    Object(BTreeMap<Arc<str>, Value>),
    Groups(BTreeMap<Arc<str>, Vec<Value>>),
}

impl Evaluator<'_> {
    pub(super) fn for_expression(&self, parts: &For, scope: Scope<'_>) -> Result<Value> {
        let mut results = PartialBuilder::default();
        let collection = results.take(self.evaluate(&parts.collection, scope))?;
        let collected = self.collect(parts, scope, &collection, &mut results);
        results.finish(collected.map_err(|error| error.with_partial(None))?)
    }

    /// Evaluates a `for` expression for a collection; `results` keeps the errors of its values.
    fn collect(
        &self,
        parts: &For,
        scope: Scope<'_>,
        collection: &Value,
        results: &mut PartialBuilder,
    ) -> Result<Value> {
        let mut marks = collection.marks().as_influence();
        let elements = keyed_elements(collection).map_err(|error| error.with_span(parts.collection.span))?;
        if let Some(condition) = &parts.condition
            && *collection.ty() != Type::Dynamic
        {
            // Terraform checks the condition with unknown names before it evaluates any element.
            let bindings = ForBindings {
                key: parts
                    .key_variable
                    .as_ref()
                    .map(|name| (&name.text, Value::dynamic())),
                value: (&parts.value_variable.text, Value::dynamic()),
                outer: scope.bindings,
            };
            let checked = self.evaluate(condition, scope.with_bindings(&bindings))?;
            is_true(&checked).map_err(|error| error.with_span(condition.span))?;
            if elements.is_none() {
                marks = marks.union(&checked.marks().as_influence());
            }
        }
        let Some(elements) = elements else {
            return Ok(Value::dynamic().with_marks(&marks));
        };
        let mut is_unknown = false;
        let mut collected = match (&parts.key, parts.grouping) {
            (None, _) => Collected::Tuple(Vec::new()),
            (Some(_), false) => Collected::Object(BTreeMap::new()),
            (Some(_), true) => Collected::Groups(BTreeMap::new()),
        };
        for (key, element) in elements {
            self.charge(1)?;
            self.charge_elements(1)?;
            let bindings = ForBindings {
                key: parts.key_variable.as_ref().map(|name| (&name.text, key)),
                value: (&parts.value_variable.text, element),
                outer: scope.bindings,
            };
            let scope = scope.with_bindings(&bindings);
            if let Some(condition) = &parts.condition {
                let value = self.evaluate(condition, scope)?;
                marks = marks.union(&value.marks().as_influence());
                match is_true(&value) {
                    Ok(Some(true)) => {}
                    Ok(Some(false)) => continue,
                    Ok(None) => {
                        is_unknown = true;
                        continue;
                    }
                    // After the first unknown key or condition, Terraform ignores later errors.
                    Err(_) if is_unknown => continue,
                    Err(error) => return Err(error.with_span(condition.span)),
                }
            }
            let name = match &parts.key {
                None => None,
                Some(expression) => {
                    let key = self.evaluate(expression, scope)?;
                    marks = marks.union(&key.marks().as_influence());
                    let name = if key.is_known() {
                        object_key(&key)
                    } else {
                        Ok(None)
                    };
                    match name {
                        Ok(Some(name)) => Some(ItemKey {
                            name,
                            span: key.span(),
                            is_hidden: key.marks().hides_value() || collection.marks().hides_value(),
                        }),
                        Ok(None) => {
                            is_unknown = true;
                            continue;
                        }
                        Err(_) if is_unknown => continue,
                        Err(error) => return Err(error.with_span(expression.span)),
                    }
                }
            };
            let value = results.take(self.evaluate(&parts.value, scope))?;
            // The first item with a key is kept.
            if let Err(error) = insert(&mut collected, name, value) {
                results.take(Err(error.with_span(parts.value.span)))?;
            }
        }
        if is_unknown {
            return Ok(Value::dynamic().with_marks(&marks));
        }
        Ok(finish(collected).with_marks(&marks))
    }
}

/// Whether a condition is true. `None` if it is unknown.
fn is_true(value: &Value) -> Result<Option<bool>> {
    if value.is_null() {
        return Err(EvalError::invalid("the condition is null"));
    }
    let condition = convert(value, &Type::Bool)
        .map_err(|error| EvalError::invalid(format!("the condition is not a bool: {error}")))?;
    Ok(condition.as_bool())
}

/// The key of an item.
struct ItemKey {
    name: Arc<str>,
    span: Option<Span>,
    /// Whether the key is sensitive or ephemeral.
    is_hidden: bool,
}

/// Inserts a value under its key, if it has one, with the span of the key.
fn insert(collected: &mut Collected, key: Option<ItemKey>, value: Value) -> Result<()> {
    match (collected, key) {
        (Collected::Tuple(items), _) => items.push(value),
        (
            Collected::Object(items),
            Some(ItemKey {
                name,
                span,
                is_hidden,
            }),
        ) => {
            if items.contains_key(&name) {
                let shown = if is_hidden {
                    "(sensitive value)".to_owned()
                } else {
                    format!("{name:?}")
                };
                return Err(EvalError::invalid(format!(
                    "two items have the key {shown}; add `...` after the value to group them"
                )));
            }
            items.insert(name, value.with_key_span(span));
        }
        (Collected::Groups(groups), Some(ItemKey { name, .. })) => {
            groups.entry(name).or_default().push(value);
        }
        (Collected::Object(_) | Collected::Groups(_), None) => {}
    }
    Ok(())
}

fn finish(collected: Collected) -> Value {
    match collected {
        Collected::Tuple(items) => Value::tuple(items),
        Collected::Object(items) => Value::object(items),
        Collected::Groups(groups) => Value::object(
            groups
                .into_iter()
                .map(|(name, items)| (name, Value::tuple(items)))
                .collect(),
        ),
    }
}

/// The elements of a collection with their keys. `None` if the collection is unknown.
///
/// The keys of a list or tuple are its indices, those of a set its elements.
pub(super) fn keyed_elements(collection: &Value) -> Result<Option<Vec<(Value, Value)>>> {
    match collection.view() {
        ValueRef::Null => Err(EvalError::invalid("the collection is null")),
        ValueRef::Unknown(_) if !collection.ty().is_primitive() => Ok(None),
        _ => match collection.elements() {
            Some(elements) => Ok(Some(elements.collect())),
            None => Err(not_a_collection(collection.ty())),
        },
    }
}

fn not_a_collection(ty: &Type) -> EvalError {
    EvalError::invalid(format!("a {} cannot be iterated over", ty.friendly_name()))
}
