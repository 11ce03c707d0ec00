//! `for` expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Type, Value, ValueRef, convert};
use crate::source::Span;
use crate::syntax::tree::For;

use super::expression::object_key;
use super::remains::Parts;
use super::scope::Frame;
use super::{Evaluator, Failure, Result, Scope};

/// What a comprehension collects.
enum Collected {
    Tuple(Vec<Value>),
    Object(BTreeMap<Arc<str>, Value>),
    Groups(BTreeMap<Arc<str>, Vec<Value>>),
}

impl Evaluator<'_> {
    pub(super) fn comprehension(&self, parts: &For, scope: Scope<'_>) -> Result<Value> {
        let mut failed = Parts::default();
        let collection = failed.take(self.evaluate(&parts.collection, scope))?;
        let collected = self.collected(parts, scope, &collection, &mut failed);
        failed.finish(collected.map_err(|failure| failure.leaving(None))?)
    }

    /// What a comprehension makes of a collection; values that fail are left to `failed`.
    fn collected(
        &self,
        parts: &For,
        scope: Scope<'_>,
        collection: &Value,
        failed: &mut Parts,
    ) -> Result<Value> {
        let mut marks = collection.marks().as_influence();
        let elements = each_element(collection).map_err(|failure| failure.at(parts.collection.span))?;
        if let Some(condition) = &parts.condition
            && *collection.ty() != Type::Dynamic
        {
            // Terraform tries the condition out before it looks at any element.
            let frame = Frame {
                key: parts
                    .key_variable
                    .as_ref()
                    .map(|name| (&name.text, Value::dynamic())),
                value: (&parts.value_variable.text, Value::dynamic()),
                outer: scope.names,
            };
            let tried = self.evaluate(condition, scope.with_names(&frame))?;
            holds(&tried).map_err(|failure| failure.at(condition.span))?;
            if elements.is_none() {
                marks = marks.union(&tried.marks().as_influence());
            }
        }
        let Some(elements) = elements else {
            return Ok(Value::dynamic().with_marks(&marks));
        };
        let mut open = false;
        let mut collected = match (&parts.key, parts.grouping) {
            (None, _) => Collected::Tuple(Vec::new()),
            (Some(_), false) => Collected::Object(BTreeMap::new()),
            (Some(_), true) => Collected::Groups(BTreeMap::new()),
        };
        for (key, element) in elements {
            self.spend(1)?;
            let frame = Frame {
                key: parts.key_variable.as_ref().map(|name| (&name.text, key)),
                value: (&parts.value_variable.text, element),
                outer: scope.names,
            };
            let scope = scope.with_names(&frame);
            if let Some(condition) = &parts.condition {
                let value = self.evaluate(condition, scope)?;
                marks = marks.union(&value.marks().as_influence());
                match holds(&value) {
                    Ok(Some(true)) => {}
                    Ok(Some(false)) => continue,
                    Ok(None) => {
                        open = true;
                        continue;
                    }
                    // Once something is not known, Terraform passes over what is wrong later on.
                    Err(_) if open => continue,
                    Err(failure) => return Err(failure.at(condition.span)),
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
                        Ok(Some(name)) => Some((name, key.span())),
                        Ok(None) => {
                            open = true;
                            continue;
                        }
                        Err(_) if open => continue,
                        Err(failure) => return Err(failure.at(expression.span)),
                    }
                }
            };
            let value = failed.take(self.evaluate(&parts.value, scope))?;
            // A key that is there already is passed over.
            if let Err(failure) = collect(&mut collected, name, value) {
                failed.take(Err(failure.at(parts.value.span)))?;
            }
        }
        if open {
            return Ok(Value::dynamic().with_marks(&marks));
        }
        Ok(finish(collected).with_marks(&marks))
    }
}

/// Whether a condition holds; none where it is not known.
fn holds(value: &Value) -> Result<Option<bool>> {
    if value.is_null() {
        return Err(Failure::invalid("the condition is null"));
    }
    let decided = convert(value, &Type::Bool)
        .map_err(|error| Failure::invalid(format!("the condition is not a bool: {error}")))?;
    Ok(decided.as_bool())
}

/// Takes a value in, under its key if it has one, and where that was written.
fn collect(collected: &mut Collected, key: Option<(Arc<str>, Option<Span>)>, value: Value) -> Result<()> {
    match (collected, key) {
        (Collected::Tuple(items), _) => items.push(value),
        (Collected::Object(items), Some((name, place))) => {
            if items.contains_key(&name) {
                return Err(Failure::invalid(format!(
                    "two items have the key {name:?}; add `...` after the value to group them"
                )));
            }
            items.insert(name, value.with_key_span(place));
        }
        (Collected::Groups(groups), Some((name, _))) => groups.entry(name).or_default().push(value),
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

/// The elements of a collection with their keys; none where it is unknown.
///
/// The key of a list or tuple is the index, of a set the element itself.
pub(super) fn each_element(collection: &Value) -> Result<Option<Vec<(Value, Value)>>> {
    match collection.view() {
        ValueRef::Null => Err(Failure::invalid("the collection is null")),
        ValueRef::Unknown(_) if !collection.ty().is_primitive() => Ok(None),
        _ => match collection.elements() {
            Some(elements) => Ok(Some(elements.collect())),
            None => Err(no_collection(collection.ty())),
        },
    }
}

fn no_collection(ty: &Type) -> Failure {
    Failure::invalid(format!("a {} cannot be iterated over", ty.friendly_name()))
}
