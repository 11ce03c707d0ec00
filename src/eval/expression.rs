//! Expressions: one function for each kind, the values from `cty`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::Subject;
use crate::cty::marks::Marks;
use crate::cty::{Number, Type, Value, convert, normalized};
use crate::syntax::tree::{Call, Expression, ExpressionKind, ObjectItem, ObjectKey};

use super::{Evaluator, Failure, InstanceId, Result, Scope, functions, operators};

impl Evaluator<'_> {
    /// What an expression is worth.
    pub fn evaluate(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        self.spend(1)?;
        let value = self
            .deeper(|| self.kind(expression, scope))
            .map_err(|failure| failure.at(expression.span))?;
        Ok(if value.place().is_none() {
            value.with_place(expression.span)
        } else {
            value
        })
    }

    fn kind(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
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
                let items: Result<_> = items.iter().map(|item| self.evaluate(item, scope)).collect();
                Ok(Value::tuple(items?))
            }
            Kind::Object(items) => self.object(items, scope),
            Kind::Variable(_) | Kind::GetAttr { .. } | Kind::Index { .. } => {
                self.traversal(expression, scope)
            }
            Kind::Splat { base, full, each } => self.splat(base, *full, each, scope),
            Kind::SplatElement => match scope.element {
                Some(element) => Ok(element.clone()),
                None => Err(Failure::invalid(
                    "a splat element stands outside of a splat expression",
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
                operators::binary(*operator, &left, &right)
            }
            Kind::Conditional { condition, yes, no } => self.conditional(condition, yes, no, scope),
            Kind::For(parts) => self.comprehension(parts, scope),
            Kind::Parenthesis(inner) => self.evaluate(inner, scope),
        }
    }

    fn object(&self, items: &[ObjectItem], scope: Scope<'_>) -> Result<Value> {
        let mut attributes = BTreeMap::new();
        let mut marks = Marks::none();
        let mut open = false;
        for item in items {
            let key = match &item.key {
                ObjectKey::Word(name) => Value::shared_string(name.text.clone()).with_place(name.span),
                ObjectKey::Expression(expression) => self.evaluate(expression, scope)?,
            };
            let value = self.evaluate(&item.value, scope)?;
            marks = marks.union(&key.marks().demoted());
            match object_key(&key).map_err(|failure| failure.at(item.key.span()))? {
                Some(name) => {
                    attributes.insert(name, value.with_key_place(key.place()));
                }
                None => open = true,
            }
        }
        // With one key unknown, nothing is known of the object's type.
        let object = if open {
            Value::dynamic()
        } else {
            Value::object(attributes)
        };
        Ok(object.with_marks(&marks))
    }

    fn call(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let name = call.name.text.strip_prefix("core::").unwrap_or(&call.name.text);
        match name {
            "try" => return self.first_success(call, scope),
            "can" => return self.success(call, scope),
            _ => functions::check_call(name, call, scope)?,
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.evaluate(argument, scope)?);
        }
        let mut marks = Marks::none();
        if call.expand_last {
            let Some(last) = arguments.pop() else {
                return Err(Failure::invalid("`...` needs an argument to expand"));
            };
            if !last.is_known() {
                return Ok(Value::dynamic().with_marks(&last.marks().demoted()));
            }
            let Some(items) = last.as_slice() else {
                return Err(Failure::invalid(
                    "only a list, tuple or set can be expanded with `...`",
                ));
            };
            marks = last.marks().demoted();
            arguments.extend(items.iter().cloned());
        }
        self.spend(arguments.len())?;
        if name.starts_with("provider::") {
            let subject = Subject::Other(format!("the function {name}").into());
            let instance = scope.instance.unwrap_or_else(|| InstanceId::ROOT);
            let value = self.unknown_from(instance, subject, None, None, call.name.span);
            let given = arguments.iter().map(Value::marks_deep);
            return Ok(given.fold(value, |value, marks| value.with_marks(&marks.demoted())));
        }
        functions::call(self, name, &arguments).map(|value| value.with_marks(&marks))
    }

    /// `try`: the first argument that is worth something.
    fn first_success(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let mut last = Failure::invalid("`try` needs at least one argument");
        for argument in &call.arguments {
            match self.evaluate(argument, scope) {
                // Whether an unknown value fails in the end cannot be said, so neither which one counts.
                Ok(value) if !value.is_type_wholly_known() => {
                    return Ok(Value::dynamic().with_marks(&value.marks_deep()));
                }
                Ok(value) => return Ok(value),
                Err(failure) if failure.is_final() => return Err(failure),
                Err(failure) => last = failure,
            }
        }
        Err(Failure::invalid(format!(
            "no argument of `try` is worth anything; the last one: {last}"
        )))
    }

    /// `can`: whether the argument is worth something.
    fn success(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let [argument] = call.arguments.as_slice() else {
            return Err(Failure::invalid("`can` takes one argument"));
        };
        match self.evaluate(argument, scope) {
            Ok(value) if !value.is_type_wholly_known() => {
                Ok(Value::unknown(Type::Bool).with_marks(&value.marks_deep().demoted()))
            }
            Ok(value) => Ok(Value::bool(true).with_marks(&value.marks_deep().demoted())),
            Err(failure) if failure.is_final() => Err(failure),
            Err(_) => Ok(Value::bool(false)),
        }
    }
}

/// A value as an object's key; none where it is unknown.
pub(super) fn object_key(key: &Value) -> Result<Option<Arc<str>>> {
    if key.is_null() {
        return Err(Failure::invalid("a key may not be null"));
    }
    let text = convert(key, &Type::String)
        .map_err(|error| Failure::invalid(format!("the key is no string: {error}")))?;
    Ok(text.as_str().map(|text| normalized(text)))
}
