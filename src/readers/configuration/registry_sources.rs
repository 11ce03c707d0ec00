//! Reads `registry_config.registry_sources` of a cluster.

use std::sync::Arc;

use crate::model::{Attribute, AttributeValue, RegistrySources};
use terraform_eval::cty::{Type, Value, convert, get_attr};
use terraform_eval::eval::EvalError;
use terraform_eval::syntax::tree::Expression;

use crate::readers::configuration::block_reader::BlockReader;

pub(crate) fn read_registry_sources(reader: &mut BlockReader<'_, '_>) -> Arc<RegistrySources> {
    let Some(expression) = reader.expression("registry_config") else {
        let absent = reader.absent();
        return if matches!(absent.content, AttributeValue::Absent) {
            RegistrySources::absent()
        } else {
            Arc::new(RegistrySources::all(&absent))
        };
    };
    let value = reader
        .value("registry_config")
        .unwrap_or_else(|| Ok(Value::dynamic()));
    Arc::new(
        match value.and_then(|value| attribute(&value, "registry_sources")) {
            Ok(value) => RegistrySources {
                allowed_registries: list(reader, &value, "allowed_registries", expression).into(),
                blocked_registries: list(reader, &value, "blocked_registries", expression).into(),
                insecure_registries: list(reader, &value, "insecure_registries", expression).into(),
                search_registries: Attribute::absent().into(),
            },
            Err(error) => RegistrySources::all(&reader.failed(&error, expression)),
        },
    )
}

fn list(
    reader: &mut BlockReader<'_, '_>,
    registries: &Value,
    name: &str,
    expression: &Expression,
) -> Attribute<Vec<Attribute<String>>> {
    let value = attribute(registries, name).and_then(|value| {
        convert(&value, &Type::list(Type::String))
            .map_err(|error| EvalError::invalid(error.message_with_path()))
    });
    match value {
        Ok(value) => reader.list_from_value(&value, expression),
        Err(error) => reader.failed(&error, expression),
    }
}

/// An attribute of an object; null if the object is null or has no attribute of this name.
fn attribute(value: &Value, name: &str) -> Result<Value, EvalError> {
    if value.is_null() {
        return Ok(Value::null(Type::Dynamic));
    }
    if value
        .as_map()
        .is_some_and(|attributes| !attributes.contains_key(name))
    {
        return Ok(Value::null(Type::Dynamic));
    }
    get_attr(value, name).map_err(|error| EvalError::invalid(error.to_string()))
}
