//! Resources and data sources: values that the configuration sets are known, computed values are not.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::{Mode, ResourceName, Subject};
use crate::cty::{Type, Value, ValueRef, convert};
use crate::schema::{self, Attribute, Schema, SetBy};
use crate::source::Span;
use crate::syntax::tree::{Block, Expression};

use super::instance_id::InstanceId;
use super::memo::Node;
use super::scope::RepetitionData;
use super::{EvalError, Evaluator, Result, Scope};

/// The meta-arguments of resource blocks, which are not attributes.
const META_ARGUMENTS: &[&str] = &[
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "connection",
    "provisioner",
];

/// The type of a resource of Terraform itself, of which one attribute is that of another one.
const TERRAFORM_DATA: &str = "terraform_data";

impl Evaluator<'_> {
    /// The object of a resource instance. Without a schema its attributes are unknown, so the object is unknown and
    /// has the resource as its origin.
    pub(super) fn resource_object(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &RepetitionData,
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

    /// An attribute of a resource instance, with the resource as its origin.
    pub(super) fn resource_attribute(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &RepetitionData,
        attribute: &Arc<str>,
        span: Span,
    ) -> Result<Value> {
        // After an instance key that had to be evaluated, `try` can catch this error.
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
        let resource = self.module(instance).resources.get(name);
        let block = resource.and_then(|resource| {
            let block = resource.block.parse(self.sources)?;
            Some((block, resource.block.has_syntax_errors()))
        });
        let compute = || match block {
            Some(block) => self.attribute_value(instance, (name, block), repetition, attribute),
            None => Err(EvalError::unreadable(format!("{name} cannot be read"))),
        };
        let shown = || format!("{name}.{attribute}");
        // Most attributes that other blocks refer to are computed ones, which take less time than to look up what they were.
        let is_evaluated = block.is_some_and(|(block, _)| block.body.attribute(attribute).is_some());
        let value = if is_evaluated || &*name.kind == TERRAFORM_DATA {
            let node = Node::Attribute(name.clone(), repetition.key.clone(), attribute.clone());
            self.memoized(instance, node, shown, compute)
        } else {
            compute().map_err(|error| error.through_named_value(shown))
        };
        Ok(value?.with_origin(origin))
    }

    fn attribute_value(
        &self,
        instance: InstanceId,
        (name, (block, has_syntax_errors)): (&ResourceName, (&Block, bool)),
        repetition: &RepetitionData,
        attribute: &Arc<str>,
    ) -> Result<Value> {
        let argument = block
            .body
            .attribute(attribute)
            .filter(|_| !META_ARGUMENTS.contains(&&**attribute));
        let evaluate = |expression: &Expression| {
            self.evaluate(expression, Scope::module(instance).with_repetition(repetition))
        };
        let Some(schema) = self.tree.schemas().get(name) else {
            // Without a schema, the value that the provider sets in place of null is unknown.
            return match argument {
                Some(argument) => evaluate(&argument.value)
                    .map(|value| if value.is_null() { Value::dynamic() } else { value }),
                None => Ok(Value::dynamic()),
            };
        };
        let Some(declared) = schema.get(attribute) else {
            return Err(no_attribute(name, attribute));
        };
        let argument = argument.filter(|_| declared.set_by != SetBy::Computed);
        let value = match argument {
            Some(argument) => {
                let value = evaluate(&argument.value)?;
                convert(&value, &declared.ty).map_err(|error| {
                    EvalError::invalid(format!("{attribute}: {}", error.message_with_path()))
                        .with_span(argument.value.span)
                })?
            }
            None if has_syntax_errors => {
                return Err(
                    EvalError::unreadable("the block is not completely readable").with_span(block.header)
                );
            }
            None => Value::null(declared.ty.without_optional()),
        };
        if value.is_null() && declared.set_by == SetBy::Required {
            let message = format!("{name} does not set {attribute:?}, which is required");
            return Err(EvalError::invalid(message).with_span(block.header));
        }
        Ok(match (name.mode, &*name.kind, &**attribute) {
            // The output is the input after apply.
            (Mode::Managed, TERRAFORM_DATA, "output") => {
                let input = self.attribute_value(
                    instance,
                    (name, (block, has_syntax_errors)),
                    repetition,
                    &"input".into(),
                )?;
                if input.is_null() {
                    input
                } else {
                    Value::unknown(input.ty().clone())
                }
            }
            (Mode::Managed, TERRAFORM_DATA, "id") => Value::unknown(Type::String).refine_not_null(),
            _ => with_computed(&value, declared),
        })
    }
}

/// The error of a reference to an attribute that does not exist.
pub(super) fn no_attribute(resource: &ResourceName, attribute: &str) -> EvalError {
    EvalError::invalid(format!("{} has no attribute named {attribute:?}", resource.kind))
}

/// The value with the values that the provider sets in place of null: defaults, or values known after apply.
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
    with_nested_computed(value, &attribute.nested)
}

/// Applies [`with_computed`] to the attributes of nested objects.
fn with_nested_computed(value: &Value, schema: &Schema) -> Value {
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
            let items: Vec<Value> = items
                .iter()
                .map(|item| with_nested_computed(item, schema))
                .collect();
            let element = items[0].ty().clone();
            Value::list(element, items)
        }
        ValueRef::Map(items) if !items.is_empty() => {
            let items: BTreeMap<Arc<str>, Value> = items
                .iter()
                .map(|(name, item)| (name.clone(), with_nested_computed(item, schema)))
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
        Some(span) => changed.with_span(span),
        None => changed,
    }
}
