//! `registry_config.registry_sources` of a cluster, as the model has it.

use crate::model::{Attribute, RegistrySources};
use terraform_eval::cty::{Type, Value, convert, get_attr};
use terraform_eval::eval::EvalError;
use terraform_eval::syntax::tree::Expression;

use crate::readers::configuration::block_reader::Site;

/// Reads the lists of a cluster's block.
pub(crate) fn registry_sources(site: &mut Site<'_, '_>) -> RegistrySources {
    let Some(expression) = site.expression("registry_config") else {
        return RegistrySources::all(&site.absent());
    };
    let value = site
        .value("registry_config")
        .unwrap_or_else(|| Ok(Value::dynamic()));
    match value.and_then(|value| attribute(&value, "registry_sources")) {
        Ok(value) => RegistrySources {
            allowed_registries: list(site, &value, "allowed_registries", expression),
            blocked_registries: list(site, &value, "blocked_registries", expression),
            insecure_registries: list(site, &value, "insecure_registries", expression),
        },
        Err(failure) => RegistrySources::all(&site.failed(&failure, expression)),
    }
}

fn list(
    site: &mut Site<'_, '_>,
    registries: &Value,
    name: &str,
    expression: &Expression,
) -> Attribute<Vec<Attribute<String>>> {
    let value = attribute(registries, name).and_then(|value| {
        convert(&value, &Type::list(Type::String))
            .map_err(|error| EvalError::invalid(error.message_with_path()))
    });
    match value {
        Ok(value) => site.list_of(&value, expression),
        Err(failure) => site.failed(&failure, expression),
    }
}

/// An attribute of an object; null where the object has none of this name, or is null itself.
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
