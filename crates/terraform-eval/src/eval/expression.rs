//! Expressions: one function for each kind, the values from `cty`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::Subject;
use crate::cty::marks::Marks;
use crate::cty::{Number, Type, Value, convert, normalize};
use crate::source::Span;
use crate::syntax::tree::{Call, Expression, ExpressionKind, ObjectItem, ObjectKey};

use super::remains::{Parts, left_of};
use super::{Evaluator, Failure, InstanceId, Result, Scope, functions, operators};

impl Evaluator<'_> {
    /// What an expression is worth.
    pub fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        self.spend(1)?;
        let value = self
            .deeper(|| self.once(expression, scope))
            .map_err(|failure| left_of(expression, failure.at(expression.span)))?;
        Ok(if value.span().is_none() {
            value.with_span(expression.span)
        } else {
            value
        })
    }

    /// What an expression is worth, by its kind.
    pub(super) fn kind(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        use ExpressionKind as Kind;
        match &expression.kind {
            Kind::Null => Ok(Value::null(Type::Dynamic)),
            Kind::Bool(value) => Ok(Value::bool(*value)),
            Kind::Number(text) => {
                let number = Number::parse(text).map_err(|error| Failure::invalid(error.to_string()))?;
                Ok(Value::number(number))
            }
            Kind::String(text) => Ok(Value::shared_string(text.clone())),
            Kind::Template(template) => self.template(template, scope),
            Kind::Tuple(items) => {
                let mut parts = Parts::default();
                let items: Result<_> = items
                    .iter()
                    .map(|item| parts.take(self.evaluate(item, scope)))
                    .collect();
                parts.finish(Value::tuple(items?))
            }
            Kind::Object(items) => self.object(items, scope),
            Kind::Variable(_) | Kind::GetAttr { .. } | Kind::Index { .. } => {
                self.traversal(expression, scope)
            }
            Kind::Splat { base, each, .. } => self.splat(base, each, scope),
            Kind::SplatElement => match scope.element {
                Some(element) => Ok(element.clone()),
                None => Err(Failure::invalid(
                    "a splat element is outside of a splat expression",
                )),
            },
            Kind::Call(call) => self.call(call, scope),
            Kind::Unary { operator, operand } => {
                let operand = self.evaluate(operand, scope)?;
                operators::unary(*operator, &operand)
            }
            Kind::Binary {
                operator,
                left,
                right,
            } => {
                let left = self.evaluate(left, scope)?;
                let right = self.evaluate(right, scope)?;
                // A comparison walks through both values.
                self.spend(left.size().min(right.size()))?;
                operators::binary(*operator, &left, &right)
            }
            Kind::Conditional { condition, yes, no } => self.conditional(condition, yes, no, scope),
            Kind::For(parts) => self.comprehension(parts, scope),
            Kind::Parenthesis(inner) => self.evaluate(inner, scope),
        }
    }

    fn object(&self, items: &[ObjectItem], scope: Scope<'_>) -> Result<Value> {
        let mut attributes = BTreeMap::new();
        let mut marks = Marks::new();
        let mut open = false;
        let mut parts = Parts::default();
        for item in items {
            let key = match &item.key {
                ObjectKey::Word(name) => Ok(Value::shared_string(name.text.clone()).with_span(name.span)),
                ObjectKey::Expression(expression) => self.evaluate(expression, scope),
            };
            let value = parts.take(self.evaluate(&item.value, scope))?;
            let name = key.and_then(|key| {
                marks = marks.union(&key.marks().as_influence());
                let name = object_key(&key).map_err(|failure| failure.at(item.key.span()))?;
                Ok(name.map(|name| (name, key.span())))
            });
            match name {
                Ok(Some((name, place))) => {
                    attributes.insert(name, value.with_key_span(place));
                }
                Ok(None) => open = true,
                Err(failure) => {
                    parts.take(Err(failure))?;
                    open = true;
                }
            }
        }
        // With one key unknown, nothing is known of the object's type; and as in Terraform, that some
        // other key is sensitive is then forgotten.
        parts.finish(if open {
            Value::dynamic().with_marks(&marks.origins_only())
        } else {
            Value::object(attributes).with_marks(&marks)
        })
    }

    fn call(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let name = call.name.text.strip_prefix("core::").unwrap_or(&call.name.text);
        functions::check_call(name, scope)?;
        let (given, expanded) = match call.arguments.split_last() {
            Some((last, given)) if call.expand_last => (given, Some(last)),
            _ => (call.arguments.as_slice(), None),
        };
        let expanded = match expanded {
            Some(last) => {
                let last = self.evaluate(last, scope)?;
                match expand(&last)? {
                    Some(items) => items,
                    // How many arguments there are is not known, and nothing is looked at.
                    None => {
                        return Ok(Value::dynamic().with_marks(&last.marks().origins_only().as_influence()));
                    }
                }
            }
            None => Vec::new(),
        };
        self.spend(given.len() + expanded.len())?;
        let worths = given
            .iter()
            .enumerate()
            .map(|(position, argument)| {
                if position == 0 && functions::is_literal_template(name, argument) {
                    // It is refused for its form, and its worth is not looked at.
                    Ok(Value::string(""))
                } else {
                    self.evaluate(argument, scope)
                }
            })
            .chain(expanded.into_iter().map(Ok));
        match name {
            "try" => return first_success(worths),
            "can" => return success(worths),
            _ => {}
        }
        let arguments = worths.collect::<Result<Vec<Value>>>()?;
        functions::check_template(name, given, &arguments)?;
        if let Some(function) = name.strip_prefix("provider::") {
            return self.provider_function(function, &arguments, scope, call.name.span);
        }
        functions::call(self, name, &arguments)
    }

    /// A function of a provider's: only the provider knows what it gives.
    fn provider_function(
        &self,
        name: &str,
        arguments: &[Value],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<Value> {
        let instance = scope.instance.unwrap_or(InstanceId::ROOT);
        let provider = name.split("::").next().unwrap_or(name);
        if !self.module(instance).requires_provider(provider, self.sources) {
            return Err(Failure::invalid(format!(
                "unknown function provider::{name}: {provider:?} is not in the module's required_providers"
            )));
        }
        let subject = Subject::Other(format!("provider::{name} is implemented by the provider").into());
        let value = self.unknown_from(instance, subject, None, None, span);
        let given = arguments.iter().map(Value::marks_deep);
        Ok(given.fold(value, |value, marks| value.with_marks(&marks.as_influence())))
    }
}

/// `try`: the first argument that is worth something.
fn first_success(arguments: impl Iterator<Item = Result<Value>>) -> Result<Value> {
    let mut last = Failure::invalid("`try` needs at least one argument");
    for argument in arguments {
        match argument {
            // What is not wholly known may still fail when it is, so that another argument counts.
            Ok(value) if !value.is_wholly_known() => {
                return Ok(Value::dynamic().with_marks(&value.marks_deep().origins_only()));
            }
            Ok(value) => return Ok(value),
            Err(failure) if failure.is_final() => return Err(failure),
            Err(failure) => last = failure,
        }
    }
    Err(Failure::invalid(format!(
        "no argument of `try` succeeded; the last error: {last}"
    )))
}

/// `can`: whether the argument is worth something. That is no secret even where the value is one.
fn success(mut arguments: impl Iterator<Item = Result<Value>>) -> Result<Value> {
    let (Some(argument), None) = (arguments.next(), arguments.next()) else {
        return Err(Failure::invalid("`can` takes one argument"));
    };
    let success = match argument {
        Ok(value) => {
            let success = if value.is_wholly_known() {
                Value::bool(true)
            } else {
                Value::unknown(Type::Bool)
            };
            success.with_marks(&value.marks_deep().origins_only().as_influence())
        }
        Err(failure) if failure.is_final() => return Err(failure),
        Err(_) => Value::bool(false),
    };
    Ok(success)
}

/// The arguments that `value...` stands for, with its marks; none where they are not known.
fn expand(value: &Value) -> Result<Option<Vec<Value>>> {
    let possible = match value.ty() {
        Type::Dynamic => !value.is_null(),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => true,
        _ => false,
    };
    if !possible {
        return Err(Failure::invalid(
            "only a list, tuple or set can be expanded with `...`",
        ));
    }
    if value.is_null() {
        return Err(Failure::invalid("null cannot be expanded with `...`"));
    }
    let marks = value.marks().as_influence();
    let items = value.as_slice();
    Ok(items.map(|items| items.iter().map(|item| item.clone().with_marks(&marks)).collect()))
}

/// A value as an object's key; none where it is unknown.
pub(super) fn object_key(key: &Value) -> Result<Option<Arc<str>>> {
    if key.is_null() {
        return Err(Failure::invalid("a key must not be null"));
    }
    let text = convert(key, &Type::String)
        .map_err(|error| Failure::invalid(format!("the key is not a string: {error}")))?;
    Ok(text.as_str().map(|text| normalize(text)))
}
