//! Function calls, and what functions need from the evaluator.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::cty::{Marks, Origin, Type, UnknownReason, Value};
use crate::dialect::{Dialect, Feature};
use crate::source::Span;
use crate::source::sandbox::FileSandbox;
use crate::syntax::tree::{Call, Expression};

use super::decoded_texts::Decoded;
use super::functions::{self, FunctionError, FunctionHost, FunctionResult};
use super::reference::only_literals;
use super::scope::TemplateScope;
use super::{EvalError, Evaluator, InstanceId, Result, Scope};

impl FunctionHost for Evaluator<'_> {
    fn charge(&self, steps: usize) -> std::result::Result<(), FunctionError> {
        let result = self.limits.charge(steps);
        result.map_err(FunctionError::Evaluation)
    }

    fn charge_memory(&self, bytes: usize) -> std::result::Result<(), FunctionError> {
        let result = self.limits.charge_memory(bytes);
        result.map_err(FunctionError::Evaluation)
    }

    fn has(&self, feature: Feature) -> bool {
        self.has(feature)
    }

    fn root_directory(&self) -> &Path {
        &self.module(InstanceId::ROOT).directory
    }

    fn sandbox(&self) -> &FileSandbox {
        self.sandbox()
    }

    fn decode_once(
        &self,
        function: &'static str,
        text: &str,
        decode: &mut dyn FnMut() -> FunctionResult,
    ) -> FunctionResult {
        let texts = &self.variables.decoded_texts;
        if let Some(known) = texts.get(function, text)
            && self.limits.try_charge(known.steps, known.memory)
        {
            return Ok(known.value);
        }
        let (steps, memory) = self.limits.remaining();
        let before = (self.limits.remaining_reserve(), self.feature_uses.get());
        let value = decode()?;
        if (self.limits.remaining_reserve(), self.feature_uses.get()) == before {
            let (remaining_steps, remaining_memory) = self.limits.remaining();
            let decoded = Decoded {
                value: value.clone(),
                steps: steps.saturating_sub(remaining_steps),
                memory: memory.saturating_sub(remaining_memory),
            };
            texts.insert(function, text, decoded);
        }
        Ok(value)
    }

    fn render_template(
        &self,
        template: &Expression,
        function: &'static str,
        variables: &BTreeMap<Arc<str>, Value>,
    ) -> Result<Value> {
        let scope = TemplateScope { function, variables };
        self.evaluate(template, Scope::template(&scope))
    }

    fn evaluate_constant(&self, expression: &Expression) -> Result<Value> {
        self.evaluate(expression, Scope::empty())
    }
}

impl Evaluator<'_> {
    pub(super) fn call(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let core = call.name.text.strip_prefix("core::");
        if core.is_some()
            && let Some(since) = self.dialect().lacks(Feature::CoreNamespace)
        {
            let message = format!("{}: it {since}", Feature::CoreNamespace.description());
            return Err(EvalError::uncatchable(message));
        }
        if core.is_some() {
            self.note_use(Feature::CoreNamespace.availability());
        }
        let name = core.unwrap_or(&call.name.text);
        if scope.instance.is_none() && scope.template.is_none() {
            return Err(only_literals());
        }
        if !self.dialect().has(Feature::NestedTemplates) {
            functions::check_call(name, scope.template.map(|template| template.function))?;
        }
        if let Some(since) = self.dialect().lacks_function(name) {
            // The type that `convert` takes is a reference where there is no such function.
            self.with_checked_references(&call.arguments, scope)?;
            return Err(EvalError::invalid(format!(
                "no function named {name:?}: it {since}"
            )));
        }
        if let Some(availability) = Dialect::function_availability(name) {
            self.note_use(availability);
        }
        if name == functions::CONVERT {
            return self.convert_call(call, scope);
        }
        let allows_literal_template = self.dialect().has(Feature::LiteralTemplateString);
        let (expressions, expanded) = match call.arguments.split_last() {
            Some((last, expressions)) if call.expand_last => (expressions, Some(last)),
            _ => (&*call.arguments, None),
        };
        let expanded = match expanded {
            Some(last) => {
                let last = self.evaluate(last, scope)?;
                match expand(&last)? {
                    Some(items) => items,
                    // The number of arguments is unknown, so Terraform does not check the call.
                    None => {
                        return Ok(Value::dynamic().with_marks(&last.marks().origins_only().as_influence()));
                    }
                }
            }
            None => Vec::new(),
        };
        self.charge(expressions.len() + expanded.len())?;
        let results = expressions
            .iter()
            .enumerate()
            .map(|(position, argument)| {
                if position == 0 && !allows_literal_template && functions::is_literal_template(name, argument)
                {
                    // Terraform rejects the form of the argument, so its value does not matter.
                    Ok(Value::string(""))
                } else {
                    self.evaluate(argument, scope)
                }
            })
            .chain(expanded.into_iter().map(Ok));
        match name {
            "try" => return first_success(results),
            "can" => return success(results),
            _ => {}
        }
        let arguments = results.collect::<Result<Vec<Value>>>()?;
        if !allows_literal_template {
            functions::check_template(name, expressions, &arguments)?;
        }
        if let Some(function) = name.strip_prefix("provider::") {
            return self.provider_function(function, &arguments, scope, call.name.span);
        }
        let before = self.limits.remaining_memory();
        let value = functions::call(self, name, &arguments)?;
        let charged = before.saturating_sub(self.limits.remaining_memory());
        let charged = usize::try_from(charged).unwrap_or(usize::MAX);
        self.charge_memory(value.owned_bytes().saturating_sub(charged))?;
        Ok(value)
    }

    /// `convert(value, type)`, whose second argument is a type constraint.
    fn convert_call(&self, call: &Call, scope: Scope<'_>) -> Result<Value> {
        let ([value, ty], false) = (&*call.arguments, call.expand_last) else {
            let count = call.arguments.len();
            return Err(EvalError::invalid(format!(
                "convert takes a value and a type, not {count} arguments"
            )));
        };
        self.with_checked_references(std::slice::from_ref(ty), scope)?;
        let constraint = self.type_argument(ty)?;
        let value = self.evaluate(value, scope)?;
        self.charge(value.size())?;
        let convert = |value: &Value| {
            let converted = constraint.apply(value);
            converted.map_err(|error| EvalError::invalid(format!("call to function convert failed: {error}")))
        };
        if self.has(Feature::ConvertLooksInside) {
            return convert(&value);
        }
        let marks = value.marks_deep().without_origins();
        // An unknown value of any type has the type of the constraint.
        let value = if value.is_known() {
            value
        } else {
            Value::dynamic().with_marks(value.marks())
        };
        Ok(convert(&value.map_marks(&Marks::origins_only))?.with_marks(&marks))
    }

    /// A call of a function of a provider. Those of the provider that is built into the program have a value, all others
    /// an unknown one.
    fn provider_function(
        &self,
        name: &str,
        arguments: &[Value],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<Value> {
        let instance = scope.instance.unwrap_or(InstanceId::ROOT);
        let (provider, function) = name.split_once("::").unwrap_or((name, ""));
        if let Some(since) = self.dialect().lacks(Feature::ProviderFunctions) {
            let message = format!("provider::{name} is a function of a provider, which {since}");
            return Err(EvalError::uncatchable(message));
        }
        let providers = self.module(instance).providers(self.sources);
        let Some(entry) = providers.requirement(provider) else {
            return Err(EvalError::invalid(format!(
                "unknown function provider::{name}: {provider:?} is not in the module's required_providers"
            )));
        };
        if is_builtin(provider, entry.source.as_deref()) {
            if let Some(since) = self.dialect().lacks(Feature::TerraformFunctions) {
                let message = format!("no function named \"provider::{name}\": it {since}");
                return Err(EvalError::invalid(message));
            }
            self.note_use(Feature::TerraformFunctions.availability());
            return functions::call_builtin(self, function, arguments);
        }
        let reason = UnknownReason::ProviderFunction(name.into());
        let value = Value::dynamic().with_origin(Origin::from_reason(reason, Some(span)));
        let argument_marks = arguments.iter().map(Value::marks_deep);
        Ok(argument_marks.fold(value, |value, marks| value.with_marks(&marks.as_influence())))
    }
}

/// Whether a required provider is the one that is built into the program.
fn is_builtin(name: &str, source: Option<&str>) -> bool {
    match source {
        Some(source) => source == "terraform.io/builtin/terraform",
        None => name == "terraform",
    }
}

/// `try`: the first argument without an error.
fn first_success(arguments: impl Iterator<Item = Result<Value>>) -> Result<Value> {
    let mut last_error = EvalError::invalid("`try` needs at least one argument");
    for argument in arguments {
        match argument {
            // An argument that is not wholly known may have an error once it is known.
            Ok(value) if !value.is_wholly_known() => {
                return Ok(Value::dynamic().with_marks(&value.marks_deep().origins_only()));
            }
            Ok(value) => return Ok(value),
            Err(error) if error.is_uncatchable() => return Err(error),
            Err(error) => last_error = error,
        }
    }
    Err(EvalError::invalid(format!(
        "no argument of `try` succeeded; the last error: {last_error}"
    )))
}

/// `can`: whether the argument has no error. The result is not sensitive, even if the value is.
fn success(mut arguments: impl Iterator<Item = Result<Value>>) -> Result<Value> {
    let (Some(argument), None) = (arguments.next(), arguments.next()) else {
        return Err(EvalError::invalid("`can` takes one argument"));
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
        Err(error) if error.is_uncatchable() => return Err(error),
        Err(_) => Value::bool(false),
    };
    Ok(success)
}

/// Expands `value...` to arguments with the marks of the value. `None` if the elements are unknown.
fn expand(value: &Value) -> Result<Option<Vec<Value>>> {
    let is_sequence = match value.ty() {
        Type::Dynamic => !value.is_null(),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => true,
        _ => false,
    };
    if !is_sequence {
        return Err(EvalError::invalid(
            "only a list, tuple or set can be expanded with `...`",
        ));
    }
    if value.is_null() {
        return Err(EvalError::invalid("null cannot be expanded with `...`"));
    }
    let marks = value.marks().as_influence();
    let items = value.as_slice();
    Ok(items.map(|items| items.iter().map(|item| item.clone().with_marks(&marks)).collect()))
}
