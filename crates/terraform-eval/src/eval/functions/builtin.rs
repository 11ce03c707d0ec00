//! The functions of the provider `terraform.io/builtin/terraform`: values as source text, and back.

mod source_text;

use std::collections::BTreeMap;

use super::args::Args;
use super::error::FunctionResult;
use super::function::{ConstType, Function, Parameter};
use super::host::Call;
use super::template::without_detached_spans;
use crate::cty::{Refinement, Type, Value, ValueRef};
use crate::source::FileId;
use crate::syntax::document::{Format, parse_variables};
use crate::syntax::is_identifier;
use source_text::{assignments, expression};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("decode_tfvars", decode_tfvars)
        .param(Parameter::new("src", ConstType::String))
        .may_be_null(),
    Function::new("encode_expr", encode_expr)
        .param(
            Parameter::new("value", ConstType::Any)
                .allow_unknown()
                .allow_dynamic(),
        )
        .returns(ConstType::String),
    Function::new("encode_tfvars", encode_tfvars)
        .param(Parameter::new("value", ConstType::Any).allow_dynamic())
        .returns(ConstType::String),
];

fn decode_tfvars(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    call.charge_bytes(text.len())?;
    let (attributes, syntax_errors) = parse_variables(FileId::DETACHED, text, Format::Native);
    if let Some(error) = syntax_errors.first() {
        return Err(format!("invalid tfvars syntax: {}", error.message).into());
    }
    let mut values = BTreeMap::new();
    for attribute in &attributes {
        let name = &attribute.name.text;
        let value = call
            .host
            .evaluate_constant(&attribute.value)
            .map_err(|error| format!("invalid expression for variable {name:?}: {error}"))?;
        values.insert(name.clone(), without_detached_spans(&value));
    }
    call.charge_fields(values.len())?;
    Ok(Value::object(values))
}

fn encode_tfvars(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    if !value.is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    let (ValueRef::Map(items) | ValueRef::Object(items)) = value.view() else {
        return Err(
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names"
                .into(),
        );
    };
    if let Some(invalid) = items.keys().find(|name| !is_identifier(name)) {
        return Err(format!("invalid variable name {invalid:?}: must be a valid identifier").into());
    }
    let text = assignments(items);
    call.charge_text(text.len())?;
    Ok(Value::string(text.to_string()))
}

fn encode_expr(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    if value.is_wholly_known() {
        let text = expression(value);
        call.charge_text(text.len())?;
        return Ok(Value::string(text.to_string()));
    }
    let begin = match value.ty() {
        _ if !value.is_definitely_not_null() => "",
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        Type::String => "\"",
        _ => "",
    };
    let refinement = Refinement {
        prefix: begin.into(),
        ..Refinement::not_null()
    };
    Ok(Value::refined(Type::String, refinement))
}
