//! JSON.

use crate::cty::{Duplicates, Refinement, Type, Value, from_json, to_json};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("jsondecode", json_decode)
        .param(Parameter::new("str", ConstType::String))
        .returns_type_of(json_decode_type)
        .may_be_null(),
    Function::new("jsonencode", json_encode)
        .param(
            Parameter::new("val", ConstType::Any)
                .allow_null()
                .allow_unknown()
                .allow_dynamic(),
        )
        .returns(ConstType::String),
];

/// The type of a JSON document; the known prefix of an unknown string may determine it.
fn json_decode_type(args: Args<'_>) -> FunctionResult<Type> {
    let source = args.value(0);
    if source.is_known() {
        return Ok(Type::Dynamic);
    }
    match source.refinement().prefix.trim().chars().next() {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '.' | '0'..='9') => Ok(Type::Number),
        Some(other) => Err(format!("a JSON document cannot begin with the character {other:?}").into()),
    }
}

fn json_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let source = args.string(0);
    call.charge(source.len() / 8)?;
    // Every value but the first follows one of these.
    let values = source
        .bytes()
        .filter(|byte| matches!(byte, b',' | b':' | b'['))
        .count();
    call.charge_elements(values)?;
    let objects = source.bytes().filter(|byte| *byte == b'{').count();
    call.charge_memory(Value::fields_bytes(1).saturating_mul(objects))?;
    // The two differ in what they refuse.
    let decode = |duplicates| {
        let value = from_json(source, duplicates);
        value.map_err(|error| FunctionError::from(error.to_string()))
    };
    let decoded = call
        .host
        .decode_once("jsondecode", source, &mut || decode(Duplicates::SameType));
    match decoded {
        Err(_) if !args.has(Feature::TypedJsonDuplicates) => decode(Duplicates::Convertible),
        decoded => decoded,
    }
}

fn json_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    if value.is_wholly_known() {
        let encoded = to_json(value).map_err(|error| FunctionError::from(error.to_string()))?;
        call.charge_bytes(encoded.len())?;
        return Ok(Value::string(encoded));
    }
    let mut refinement = Refinement::not_null();
    if value.is_definitely_not_null() {
        refinement.prefix = match value.ty() {
            Type::String => "\"".into(),
            Type::Object(_) | Type::Map(_) => "{".into(),
            Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[".into(),
            _ => "".into(),
        };
    }
    Ok(Value::refined(Type::String, refinement))
}
