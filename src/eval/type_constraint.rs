//! Type constraints of variables: `map(object({ mirrors = list(string), type = optional(string) }))`.

use crate::cty::{Type, Value, convert};
use crate::syntax::tree::{Body, Expression, ExpressionKind, ObjectKey};

use super::{Failure, Result};

/// A variable's type.
#[derive(Debug)]
pub(super) struct TypeConstraint {
    pub(super) ty: Type,
}

impl TypeConstraint {
    /// The constraint of a variable block; without a `type`, anything goes.
    pub(super) fn of_variable(body: &Body) -> Result<Self> {
        match body.attribute("type") {
            Some(attribute) => Ok(Self {
                ty: parse(&attribute.value)?,
            }),
            None => Ok(Self { ty: Type::Dynamic }),
        }
    }

    /// A value as this type has it.
    pub(super) fn apply(&self, value: &Value) -> Result<Value> {
        convert(value, &self.ty).map_err(|error| Failure::invalid(error.located()))
    }
}

fn parse(expression: &Expression) -> Result<Type> {
    let invalid = |message: &str| Failure::invalid(message).at(expression.span);
    match &expression.kind {
        ExpressionKind::Variable(name) => match &**name {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "any" => Ok(Type::Dynamic),
            "list" => Ok(Type::list(Type::Dynamic)),
            "map" => Ok(Type::map(Type::Dynamic)),
            "set" => Ok(Type::set(Type::Dynamic)),
            other => Err(invalid(&format!("{other} is no type"))),
        },
        // Terraform 0.11 wrote types as strings, and Terraform still reads these three.
        ExpressionKind::String(text) => match &**text {
            "string" => Ok(Type::String),
            "list" => Ok(Type::list(Type::Dynamic)),
            "map" => Ok(Type::map(Type::Dynamic)),
            _ => Err(invalid("a type is written without quotes")),
        },
        ExpressionKind::Parenthesis(inner) => parse(inner),
        ExpressionKind::Call(call) => {
            let [argument] = call.arguments.as_slice() else {
                return Err(invalid(&format!("{} takes one type", call.name.text)));
            };
            match &*call.name.text {
                "list" => Ok(Type::list(parse(argument)?)),
                "set" => Ok(Type::set(parse(argument)?)),
                "map" => Ok(Type::map(parse(argument)?)),
                "tuple" => match &argument.kind {
                    ExpressionKind::Tuple(items) => {
                        Ok(Type::tuple(items.iter().map(parse).collect::<Result<Vec<_>>>()?))
                    }
                    _ => Err(invalid("tuple takes a list of types")),
                },
                "object" => object(argument),
                other => Err(invalid(&format!("{other} is no type"))),
            }
        }
        _ => Err(invalid("this is no type")),
    }
}

fn object(argument: &Expression) -> Result<Type> {
    let ExpressionKind::Object(items) = &argument.kind else {
        return Err(Failure::invalid("object takes attributes with their types").at(argument.span));
    };
    let mut attributes = Vec::new();
    let mut optional = Vec::new();
    for item in items {
        let name = match &item.key {
            ObjectKey::Word(name) => name.text.clone(),
            ObjectKey::Expression(Expression {
                kind: ExpressionKind::String(text),
                ..
            }) => text.clone(),
            ObjectKey::Expression(other) => {
                return Err(Failure::invalid("this is no attribute name").at(other.span));
            }
        };
        match &item.value.kind {
            ExpressionKind::Call(call) if &*call.name.text == "optional" => {
                let Some(ty) = call.arguments.first() else {
                    return Err(Failure::invalid("optional takes a type").at(item.value.span));
                };
                attributes.push((name.clone(), parse(ty)?));
                optional.push(name);
            }
            _ => attributes.push((name, parse(&item.value)?)),
        }
    }
    Ok(Type::object_with_optional(
        attributes,
        optional.into_iter().collect(),
    ))
}
