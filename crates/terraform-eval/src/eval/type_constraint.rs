//! Type constraints of variables: `map(object({ mirrors = list(string), type = optional(string) }))`.

use std::collections::BTreeMap;

use crate::cty::{Defaults, NestedDefaults, Type, Value, convert};
use crate::hashing::HashSet;
use crate::syntax::tree::{Body, Expression, ExpressionKind, ObjectKey};

use super::{EvalError, Evaluator, Result, Scope};

/// The type of a variable, and the defaults of its optional attributes.
#[derive(Debug)]
pub(super) struct TypeConstraint {
    pub(super) ty: Type,
    defaults: Defaults,
}

impl TypeConstraint {
    /// Applies the defaults to a value and converts it. A null value stays null: defaults apply inside it only.
    pub(super) fn apply(&self, value: &Value) -> Result<Value> {
        let value = self.defaults.apply(value);
        convert(&value, &self.ty).map_err(|error| EvalError::invalid(error.message_with_path()))
    }
}

impl Evaluator<'_> {
    /// The constraint of a variable block. Without `type`, any value is allowed.
    pub(super) fn constraint(&self, body: &Body) -> Result<TypeConstraint> {
        match body.attribute("type") {
            Some(attribute) => {
                // Older modules have `list` and `map` alone.
                let ty = match &attribute.value.kind {
                    ExpressionKind::Variable(name) if &**name == "list" => Some(Type::list(Type::Dynamic)),
                    ExpressionKind::Variable(name) if &**name == "map" => Some(Type::map(Type::Dynamic)),
                    _ => None,
                };
                let (ty, defaults) = match ty {
                    Some(ty) => (ty, Defaults::default()),
                    None => self.parse_type(&attribute.value)?,
                };
                Ok(TypeConstraint { ty, defaults })
            }
            None => Ok(TypeConstraint {
                ty: Type::Dynamic,
                defaults: Defaults::default(),
            }),
        }
    }

    /// The constraint that is an argument of a function.
    pub(super) fn type_argument(&self, expression: &Expression) -> Result<TypeConstraint> {
        // Even what must not refer to anything is an error of the function alone.
        let (ty, defaults) = self.parse_type(expression).map_err(EvalError::into_catchable)?;
        Ok(TypeConstraint { ty, defaults })
    }

    fn parse_type(&self, expression: &Expression) -> Result<(Type, Defaults)> {
        let without_defaults = |ty: Type| Ok((ty, Defaults::default()));
        let invalid = |message: &str| Err(EvalError::invalid(message).with_span(expression.span));
        match &expression.kind {
            ExpressionKind::Variable(name) => match &**name {
                "string" => without_defaults(Type::String),
                "number" => without_defaults(Type::Number),
                "bool" => without_defaults(Type::Bool),
                "any" => without_defaults(Type::Dynamic),
                "list" | "map" | "set" => invalid(&format!(
                    "{name} requires the type of its elements, as in `{name}(string)`"
                )),
                other => invalid(&format!("{other} is not a type")),
            },
            // As in Terraform 0.11.
            ExpressionKind::String(_) => invalid("a type must not be quoted"),
            ExpressionKind::Call(call) => {
                let [argument] = &*call.arguments else {
                    return invalid(&format!("{} requires one type", call.name.text));
                };
                let container: fn(Type) -> Type = match &*call.name.text {
                    "list" => Type::list,
                    "set" => Type::set,
                    "map" => Type::map,
                    "tuple" => return self.tuple_type(argument),
                    "object" => return self.object_type(argument),
                    other => return invalid(&format!("{other} is not a type")),
                };
                let (element, inner) = self.limits.with_depth(|| self.parse_type(argument))?;
                let children = if inner.is_empty() {
                    NestedDefaults::None
                } else {
                    NestedDefaults::Element(Box::new(inner))
                };
                let defaults = Defaults {
                    values: BTreeMap::new(),
                    nested: children,
                };
                Ok((container(element), defaults))
            }
            _ => invalid("invalid type"),
        }
    }

    fn tuple_type(&self, argument: &Expression) -> Result<(Type, Defaults)> {
        let ExpressionKind::Tuple(items) = &argument.kind else {
            return Err(EvalError::invalid("tuple requires a list of types").with_span(argument.span));
        };
        let mut types = Vec::with_capacity(items.len());
        let mut positions = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            let (ty, inner) = self.limits.with_depth(|| self.parse_type(item))?;
            types.push(ty);
            if !inner.is_empty() {
                positions.insert(position, inner);
            }
        }
        let children = if positions.is_empty() {
            NestedDefaults::None
        } else {
            NestedDefaults::Positions(positions)
        };
        let defaults = Defaults {
            values: BTreeMap::new(),
            nested: children,
        };
        Ok((Type::tuple(types), defaults))
    }

    fn object_type(&self, argument: &Expression) -> Result<(Type, Defaults)> {
        let ExpressionKind::Object(items) = &argument.kind else {
            return Err(
                EvalError::invalid("object requires attributes with their types").with_span(argument.span)
            );
        };
        let mut names = HashSet::default();
        let mut attributes = Vec::new();
        let mut optional = Vec::new();
        let mut values = BTreeMap::new();
        let mut nested = BTreeMap::new();
        for item in items {
            let name = match &item.key {
                ObjectKey::Word(name) if names.insert(name.text.clone()) => name.text.clone(),
                ObjectKey::Word(name) => {
                    let message = format!("the attribute {} has two types", name.text);
                    return Err(EvalError::invalid(message).with_span(name.span));
                }
                ObjectKey::Expression(other) => {
                    return Err(EvalError::invalid("invalid attribute name").with_span(other.span));
                }
            };
            let (expression, default) = match &item.value.kind {
                ExpressionKind::Call(call) if &*call.name.text == "optional" => {
                    optional.push(name.clone());
                    match &*call.arguments {
                        [ty] => (ty, None),
                        [ty, default] => (ty, Some(default)),
                        _ => {
                            let message = "optional requires a type, and accepts a default";
                            return Err(EvalError::invalid(message).with_span(item.value.span));
                        }
                    }
                }
                _ => (&item.value, None),
            };
            let (ty, inner) = self.limits.with_depth(|| self.parse_type(expression))?;
            if let Some(default) = default {
                let value = self.evaluate(default, Scope::empty())?;
                let value = convert(&value, &ty).map_err(|error| {
                    let message = format!(
                        "the default is not of the attribute's type: {}",
                        error.message_with_path()
                    );
                    EvalError::invalid(message).with_span(default.span)
                })?;
                values.insert(name.clone(), value);
            }
            if !inner.is_empty() {
                nested.insert(name.clone(), inner);
            }
            attributes.push((name, ty));
        }
        let children = if nested.is_empty() {
            NestedDefaults::None
        } else {
            NestedDefaults::Attributes(nested)
        };
        let ty = Type::object_with_optional(attributes, optional.into_iter().collect());
        Ok((
            ty,
            Defaults {
                values,
                nested: children,
            },
        ))
    }
}
