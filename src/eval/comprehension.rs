//! `for` expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::marks::Marks;
use crate::cty::{Kind, Type, Value, convert};
use crate::source::Span;
use crate::syntax::tree::{Expression, For};

use super::expression::object_key;
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
        let collection = self.evaluate(&parts.collection, scope)?;
        let mut marks = collection.marks().demoted();
        let Some(elements) =
            each_element(&collection).map_err(|failure| failure.at(parts.collection.span))?
        else {
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
                match self.holds(condition, scope, &mut marks)? {
                    Some(true) => {}
                    Some(false) => continue,
                    None => {
                        open = true;
                        continue;
                    }
                }
            }
            let name = match &parts.key {
                None => None,
                Some(expression) => {
                    let key = self.evaluate(expression, scope)?;
                    marks = marks.union(&key.marks().demoted());
                    let Some(name) = object_key(&key).map_err(|failure| failure.at(expression.span))? else {
                        open = true;
                        continue;
                    };
                    Some((name, key.place()))
                }
            };
            let value = self.evaluate(&parts.value, scope)?;
            collect(&mut collected, name, value).map_err(|failure| failure.at(parts.value.span))?;
        }
        if open {
            return Ok(Value::dynamic().with_marks(&marks));
        }
        Ok(finish(collected).with_marks(&marks))
    }

    fn holds(&self, condition: &Expression, scope: Scope<'_>, marks: &mut Marks) -> Result<Option<bool>> {
        let value = self.evaluate(condition, scope)?;
        *marks = marks.union(&value.marks().demoted());
        if value.is_null() {
            return Err(Failure::invalid("the condition is null").at(condition.span));
        }
        let decided = convert(&value, &Type::Bool).map_err(|error| {
            Failure::invalid(format!("the condition is no bool: {error}")).at(condition.span)
        })?;
        Ok(decided.as_bool())
    }
}

/// Takes a value in, under its key if it has one, and where that was written.
fn collect(collected: &mut Collected, key: Option<(Arc<str>, Option<Span>)>, value: Value) -> Result<()> {
    match (collected, key) {
        (Collected::Tuple(items), _) => items.push(value),
        (Collected::Object(items), Some((name, place))) => {
            if items.contains_key(&name) {
                return Err(Failure::invalid(format!(
                    "two items have the key {name:?}; `...` behind the value would group them"
                )));
            }
            items.insert(name, value.with_key_place(place));
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
    match collection.kind() {
        Kind::Null => Err(Failure::invalid("the collection is null")),
        Kind::Unknown(_) if !collection.ty().is_primitive() => Ok(None),
        _ => match collection.elements() {
            Some(elements) => Ok(Some(elements.collect())),
            None => Err(no_collection(collection.ty())),
        },
    }
}

fn no_collection(ty: &Type) -> Failure {
    Failure::invalid(format!(
        "a {} has no elements to walk through",
        ty.friendly_name()
    ))
}
