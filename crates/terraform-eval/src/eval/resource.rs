//! Resources and data sources: what the configuration sets is known, what the provider sets is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::{Mode, ResourceName, Subject};
use crate::cty::{Type, Value, ValueRef, convert};
use crate::schema::{self, Attribute, Schema, SetBy};
use crate::source::Span;
use crate::syntax::tree::Expression;

use super::instance::InstanceId;
use super::scope::Repetition;
use super::{Evaluator, Failure, Node, Result, Scope};

/// Arguments of every resource block that are no attributes.
const META: &[&str] = &[
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "connection",
    "provisioner",
];

impl Evaluator<'_> {
    /// A whole resource object. Without the provider's schema nobody can say which attributes it has, so
    /// it is unknown and leads to the resource.
    pub(super) fn resource_object(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &Repetition,
        span: Span,
    ) -> Result<Value> {
        let Some(schema) = self.tree.schemas().get(name) else {
            let subject = Subject::Resource(name.clone());
            return Ok(self.unknown_from(instance, subject, repetition.key.clone(), None, span));
        };
        let attributes = schema.keys().map(|attribute| {
            let value = self.resource_attribute(instance, name, repetition, attribute, span)?;
            Ok((attribute.clone(), value))
        });
        Ok(Value::object(attributes.collect::<Result<_>>()?))
    }

    /// An attribute of a resource instance. It leads to the resource, known or not.
    pub(super) fn resource_attribute(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &Repetition,
        attribute: &Arc<str>,
        span: Span,
    ) -> Result<Value> {
        // Behind a key that had to be evaluated, this is a failure like others: `try` may catch it.
        if self
            .tree
            .schemas()
            .get(name)
            .is_some_and(|schema| !schema.contains_key(attribute))
        {
            return Err(no_attribute(name, attribute));
        }
        let origin = self.origin(
            instance,
            Subject::Resource(name.clone()),
            repetition.key.clone(),
            Some(attribute.clone()),
            span,
        );
        let node = Node::Attribute(name.clone(), repetition.key.clone(), attribute.clone());
        let value = self.remembered(
            instance,
            node,
            || format!("{name}.{attribute}"),
            || self.attribute_value(instance, name, repetition, attribute),
        )?;
        Ok(value.with_origin(origin))
    }

    fn attribute_value(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &Repetition,
        attribute: &Arc<str>,
    ) -> Result<Value> {
        let resource = self.module(instance).resources.get(name);
        let block = resource.and_then(|resource| {
            let block = resource.block.parse(self.sources)?;
            Some((block, !resource.block.problems().is_empty()))
        });
        let Some((block, broken)) = block else {
            return Err(Failure::invalid(format!("{name} cannot be read")));
        };
        let written = block
            .body
            .attribute(attribute)
            .filter(|_| !META.contains(&&**attribute));
        let configured =
            |expression: &Expression| self.evaluate(expression, Scope::module(instance).repeated(repetition));
        let Some(schema) = self.tree.schemas().get(name) else {
            // What another provider makes of null, nobody knows here.
            return match written {
                Some(written) => configured(&written.value)
                    .map(|value| if value.is_null() { Value::dynamic() } else { value }),
                None => Ok(Value::dynamic()),
            };
        };
        let Some(declared) = schema.get(attribute) else {
            return Err(no_attribute(name, attribute));
        };
        let written = written.filter(|_| declared.set_by != SetBy::Computed);
        let value = match written {
            Some(written) => {
                let value = configured(&written.value)?;
                convert(&value, &declared.ty).map_err(|error| {
                    Failure::invalid(format!("{attribute}: {}", error.message_with_path()))
                        .at(written.value.span)
                })?
            }
            None if broken => {
                return Err(Failure::invalid("the block is not completely readable").at(block.header));
            }
            None => Value::null(declared.ty.without_optional()),
        };
        if value.is_null() && declared.set_by == SetBy::Required {
            let message = format!("{name} does not set {attribute:?}, which is required");
            return Err(Failure::invalid(message).at(block.header));
        }
        Ok(match (name.mode, &*name.kind, &**attribute) {
            // It will be the input once more.
            (Mode::Managed, "terraform_data", "output") => {
                let input = self.attribute_value(instance, name, repetition, &"input".into())?;
                if input.is_null() {
                    input
                } else {
                    Value::unknown(input.ty().clone())
                }
            }
            (Mode::Managed, "terraform_data", "id") => Value::unknown(Type::String).refine_not_null(),
            _ => with_computed(&value, declared),
        })
    }
}

/// A resource has no attribute of this name.
pub(super) fn no_attribute(resource: &ResourceName, attribute: &str) -> Failure {
    Failure::invalid(format!("{} has no attribute named {attribute:?}", resource.kind))
}

/// The value with what the provider puts where nothing is: its defaults, and else what is known at apply.
fn with_computed(value: &Value, attribute: &Attribute) -> Value {
    if value.is_null() {
        return match (&attribute.default, attribute.set_by) {
            (Some(default), _) => default.clone().with_marks(value.marks()),
            (None, SetBy::Computed | SetBy::Either) => {
                Value::unknown(attribute.ty.without_optional()).with_marks(value.marks())
            }
            (None, _) => value.clone(),
        };
    }
    if !schema::has_computed_attributes(&attribute.nested) {
        return value.clone();
    }
    inside(value, &attribute.nested)
}

/// The same for the objects that a value is made of.
fn inside(value: &Value, schema: &Schema) -> Value {
    let changed = match value.view() {
        ValueRef::Object(items) => {
            let items: BTreeMap<Arc<str>, Value> = items
                .iter()
                .map(|(name, item)| match schema.get(name) {
                    Some(attribute) => (name.clone(), with_computed(item, attribute)),
                    None => (name.clone(), item.clone()),
                })
                .collect();
            Value::object(items)
        }
        ValueRef::List(items) if !items.is_empty() => {
            let items: Vec<Value> = items.iter().map(|item| inside(item, schema)).collect();
            let element = items[0].ty().clone();
            Value::list(element, items)
        }
        ValueRef::Map(items) if !items.is_empty() => {
            let items: BTreeMap<Arc<str>, Value> = items
                .iter()
                .map(|(name, item)| (name.clone(), inside(item, schema)))
                .collect();
            let element = items
                .values()
                .next()
                .map_or(Type::Dynamic, |item| item.ty().clone());
            Value::map(element, items)
        }
        _ => return value.clone(),
    };
    let changed = changed.with_marks(value.marks());
    match value.span() {
        Some(place) => changed.with_span(place),
        None => changed,
    }
}
