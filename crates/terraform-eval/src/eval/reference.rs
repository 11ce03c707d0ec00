//! References: a name and the steps after it.

use std::fmt;
use std::sync::Arc;

use crate::address::{InstanceKey, Mode, ResourceName, Subject};
use crate::cty::{self, AccessError, Marks, Number, Origin, Type, UnknownReason, Value, convert, index};
use crate::dialect::{Dialect, Feature};
use crate::modules::Callee;
use crate::schema::{self, ProviderSchemas};
use crate::source::{Span, clean_path};
use crate::syntax::tree::{Expression, ExpressionKind, Name, Step};

use super::functions::CONVERT;
use super::instance_id::InstanceId;
use super::memo::Node;
use super::partial_value::PartialBuilder;
use super::resource::no_attribute;
use super::scope::RepetitionData;
use super::walk::Walk;
use super::{EvalError, Evaluator, Expansion, Result, Scope};

impl Evaluator<'_> {
    /// Evaluates a name and the steps after it. A reference takes the steps that identify its object; the others
    /// are steps into its value.
    pub(super) fn traversal(
        &self,
        root: &Expression,
        steps: &[Step],
        span: Span,
        scope: Scope<'_>,
    ) -> Result<Value> {
        // Terraform continues with the partial value of a base that has an error.
        let mut parts = PartialBuilder::default();
        let (value, used, is_named_value) = match &root.kind {
            ExpressionKind::Variable(name) => match scope.lookup(name) {
                Some(value) => (value, 0, false),
                None => self
                    .reference(name, steps, scope, span)
                    .map_err(|error| error.with_partial(None))?,
            },
            _ => (parts.take(self.evaluate(root, scope))?, 0, false),
        };
        let result = self.follow_steps(value, steps.get(used..).unwrap_or_default(), scope);
        let value = parts.finish(result.map_err(|error| error.with_partial(None))?)?;
        // Only the result gets the trace step. To add it to a large value before each use of a part would cost the
        // size of the value each time.
        Ok(if is_named_value {
            value.with_trace_step(span)
        } else {
            value
        })
    }

    /// Follows steps into a value.
    fn follow_steps(&self, mut value: Value, steps: &[Step], scope: Scope<'_>) -> Result<Value> {
        for step in steps {
            value = match step {
                Step::Attribute(name) => get_attr(&value, name)?,
                Step::Index { key, .. } => {
                    let key = self.evaluate(key, scope)?;
                    self.element(&value, &key)
                        .map_err(|error| EvalError::invalid(error.to_string()))?
                }
            };
        }
        Ok(value)
    }

    /// The element of a value with a key.
    fn element(&self, value: &Value, key: &Value) -> std::result::Result<Value, AccessError> {
        let is_unknown_object = matches!(value.ty(), Type::Object(_)) && !value.is_known();
        if is_unknown_object
            && self.has(Feature::TypedIndexOfUnknownObject)
            && let Ok(name) = convert(key, &Type::String)
            && let Some(name) = name.as_str()
        {
            return Ok(cty::get_attr(value, name)?.with_marks(&key.marks().as_influence()));
        }
        index(value, key)
    }

    /// The value of a reference, the number of steps that it took, and whether it is a named value of its own.
    fn reference(
        &self,
        root: &Arc<str>,
        steps: &[Step],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize, bool)> {
        if scope.template.is_some() {
            return Err(EvalError::invalid(format!(
                "the template has no variable named {root:?}"
            )));
        }
        let Some(instance) = scope.instance else {
            return Err(only_literals());
        };
        let attribute = |position: usize| match steps.get(position) {
            Some(Step::Attribute(name)) => Ok(&name.text),
            _ => Err(incomplete(root, steps)),
        };
        match &**root {
            "var" => Ok((self.variable(instance, attribute(0)?)?, 1, true)),
            "local" => Ok((self.local(instance, attribute(0)?)?, 1, true)),
            "each" => Ok((each(scope, attribute(0)?)?, 1, true)),
            "count" => Ok((count(scope, attribute(0)?)?, 1, false)),
            "path" => Ok((self.path_value(instance, attribute(0)?)?, 1, false)),
            "terraform" | "tofu" if &**root == "terraform" || self.has(Feature::TofuObject) => {
                match &**attribute(0)? {
                    "workspace" => Ok((Value::string(&*self.variables.workspace), 1, false)),
                    // False in every phase before apply.
                    "applying" if self.has(Feature::EphemeralBlocks) => {
                        let value = Value::bool(false);
                        let marks = value.marks().with_ephemeral();
                        Ok((value.with_marks(&marks), 1, false))
                    }
                    other => Err(no_terraform_attribute(root, other)),
                }
            }
            "module" => {
                let (value, used) =
                    self.module_reference(instance, attribute(0)?, &steps[1..], scope, span)?;
                Ok((value, used + 1, true))
            }
            "data" => {
                let name = ResourceName {
                    mode: Mode::Data,
                    kind: attribute(0)?.clone(),
                    name: attribute(1)?.clone(),
                };
                let (value, used) = self.resource_reference(instance, name, &steps[2..], scope, span)?;
                Ok((value, used + 2, false))
            }
            "resource" => {
                let name = ResourceName {
                    mode: Mode::Managed,
                    kind: attribute(0)?.clone(),
                    name: attribute(1)?.clone(),
                };
                let (value, used) = self.resource_reference(instance, name, &steps[2..], scope, span)?;
                Ok((value, used + 2, false))
            }
            "self" if let (Some(name), Some(repetition)) = (scope.own_resource, scope.repetition) => {
                check_attribute(self.tree.schemas(), name, steps)?;
                match steps.first() {
                    Some(Step::Attribute(attribute)) => {
                        let attribute = &attribute.text;
                        let value = self.resource_attribute(instance, name, repetition, attribute, span)?;
                        Ok((value, 1, false))
                    }
                    _ => Ok((self.resource_object(instance, name, repetition, span)?, 0, false)),
                }
            }
            "self" => Err(unknown_name(root)),
            "ephemeral" => Ok((
                Value::dynamic()
                    .with_origin(Origin::from_reason(UnknownReason::EphemeralResource, Some(span))),
                0,
                false,
            )),
            _ => {
                if steps.is_empty() {
                    let error = incomplete(root, steps);
                    return Err(if is_type_name(root, self.dialect()) {
                        error.into_catchable()
                    } else {
                        error
                    });
                }
                if &**root == "tofu" {
                    return Err(unknown_name(root));
                }
                let name = ResourceName {
                    mode: Mode::Managed,
                    kind: root.clone(),
                    name: attribute(0)?.clone(),
                };
                let (value, used) = self.resource_reference(instance, name, &steps[1..], scope, span)?;
                Ok((value, used + 1, false))
            }
        }
    }

    /// Checks that the source of a module does not depend on an object that has no value before modules are installed.
    fn check_known_at_init(&self, object: &dyn fmt::Display) -> Result<()> {
        if self.walk != Walk::Init {
            return Ok(());
        }
        Err(EvalError::uncatchable(format!(
            "{object} has no value before modules are installed; only variables and local values have one"
        )))
    }

    fn path_value(&self, instance: InstanceId, name: &str) -> Result<Value> {
        let root = &self.module(InstanceId::ROOT).directory;
        match name {
            "root" => Ok(Value::string(".")),
            "module" => Ok(Value::string(super::expansion::module_path(
                root,
                &self.module(instance).directory,
            ))),
            "cwd" => {
                let path = std::path::absolute(root).unwrap_or_else(|_| root.clone());
                Ok(Value::string(clean_path(&path).to_string_lossy()))
            }
            _ => Err(no_path_attribute(name)),
        }
    }

    /// `module.call…`: an output, or an object of all outputs.
    fn module_reference(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        steps: &[Step],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize)> {
        let subject = Subject::Module(call.clone());
        let Some(declared) = self.module(instance).calls.get(call) else {
            return Err(undeclared(&subject));
        };
        if self.walk == Walk::Validate {
            return Ok((Value::dynamic(), steps.len()));
        }
        self.check_known_at_init(&subject)?;
        let is_missing = !matches!(
            self.tree.callee(self.module_id(instance), &declared.name),
            Some(Callee::Module(_))
        );
        let expansion = self.call_expansion(instance, call)?;
        let (repetition, used, marks) = match self.select_instance(&expansion, steps, scope)? {
            Selected::One(repetition, used, marks) => (repetition, used, marks),
            Selected::Disabled => return Ok((Value::null(Type::Dynamic), 0)),
            Selected::Unknown(used) => {
                return Ok((
                    self.unknown_from(instance, subject, unknown_key(used), None, span),
                    used,
                ));
            }
            Selected::All => {
                let all = self.all_instances(instance, (subject, span), &expansion, |repetition| {
                    self.call_object(instance, call, repetition, span)
                })?;
                return Ok((all, 0));
            }
        };
        match (steps.get(used), is_missing) {
            (Some(Step::Attribute(output)), true) => {
                let output = Some(output.text.clone());
                Ok((
                    self.unknown_from(instance, subject, repetition.key.clone(), output, span),
                    used + 1,
                ))
            }
            (_, true) => Ok((
                self.unknown_from(instance, subject, repetition.key.clone(), None, span),
                used,
            )),
            (Some(Step::Attribute(output)), false) => {
                let child = self.child(instance, call, &repetition);
                let child =
                    child.ok_or_else(|| EvalError::invalid(format!("the module {call:?} was not found")))?;
                Ok((self.output(child, &output.text)?.with_marks(&marks), used + 1))
            }
            (_, false) => {
                let object = self.call_object(instance, call, &repetition, span)?;
                Ok((object.with_marks(&marks), used))
            }
        }
    }

    fn call_object(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        repetition: &RepetitionData,
        span: Span,
    ) -> Result<Value> {
        match self.child(instance, call, repetition) {
            Some(child) => self.module_object(child),
            None => {
                let subject = Subject::Module(call.clone());
                Ok(self.unknown_from(instance, subject, repetition.key.clone(), None, span))
            }
        }
    }

    /// `type.name…`: an attribute, or the whole object.
    fn resource_reference(
        &self,
        instance: InstanceId,
        name: ResourceName,
        steps: &[Step],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize)> {
        let Some(resource) = self.module(instance).resources.get(&name) else {
            return Err(undeclared(&Subject::Resource(name)));
        };
        self.check_known_at_init(&name)?;
        let expansion = self.resource_expansion(instance, resource)?;
        check_key(&name, &expansion, steps)?;
        check_attribute(self.tree.schemas(), &name, steps)?;
        if self.walk == Walk::Validate {
            return Ok((Value::dynamic(), steps.len()));
        }
        match self.select_instance(&expansion, steps, scope)? {
            Selected::One(repetition, used, marks) => {
                let value = match steps.get(used) {
                    Some(Step::Attribute(attribute)) => {
                        self.resource_attribute(instance, &name, &repetition, &attribute.text, span)?
                    }
                    _ => self.resource_object(instance, &name, &repetition, span)?,
                };
                let used = match steps.get(used) {
                    Some(Step::Attribute(_)) => used + 1,
                    _ => used,
                };
                Ok((value.with_marks(&marks), used))
            }
            Selected::Disabled => {
                let schema = self.tree.schemas().get(&name);
                Ok((Value::null(schema.map_or(Type::Dynamic, schema::object_type)), 0))
            }
            Selected::Unknown(used) => {
                let subject = Subject::Resource(name);
                Ok((
                    self.unknown_from(instance, subject, unknown_key(used), None, span),
                    used,
                ))
            }
            Selected::All => {
                let reference = (Subject::Resource(name.clone()), span);
                let all = self.all_instances(instance, reference, &expansion, |repetition| {
                    self.resource_object(instance, &name, repetition, span)
                })?;
                Ok((all, 0))
            }
        }
    }

    /// Selects the instance that the steps after the name of a block identify.
    fn select_instance(&self, expansion: &Expansion, steps: &[Step], scope: Scope<'_>) -> Result<Selected> {
        let key_step = match expansion {
            Expansion::Single => {
                return Ok(Selected::One(Box::new(RepetitionData::single()), 0, Marks::new()));
            }
            Expansion::Disabled => return Ok(Selected::Disabled),
            Expansion::MaybeEnabled { .. } => return Ok(Selected::Unknown(0)),
            Expansion::Unknown { .. } => {
                let used = usize::from(matches!(steps.first(), Some(Step::Index { .. })));
                return Ok(Selected::Unknown(used));
            }
            Expansion::Count(_) | Expansion::Each(_) => steps.first(),
        };
        let key = match key_step {
            Some(Step::Index { key, .. }) => self.evaluate(key, scope)?,
            Some(Step::Attribute(name)) if matches!(expansion, Expansion::Each(_)) => {
                Value::shared_string(name.text.clone())
            }
            Some(Step::Attribute(name)) => {
                let message = format!(
                    "the object has several instances; select one with an index, as in `[0].{}`",
                    name.text
                );
                return Err(EvalError::invalid(message));
            }
            None => return Ok(Selected::All),
        };
        if !key.is_known() {
            return Ok(Selected::Unknown(1));
        }
        match expansion.instance(&key) {
            Some(repetition) => Ok(Selected::One(Box::new(repetition), 1, key.marks().as_influence())),
            None => Err(EvalError::invalid("no instance with this key")),
        }
    }

    /// The value of all instances of a block: a tuple, or an object by key. It is computed once for each reference,
    /// for any number of instances of the block that refers to it.
    fn all_instances(
        &self,
        instance: InstanceId,
        reference: (Subject, Span),
        expansion: &Expansion,
        evaluate: impl Fn(&RepetitionData) -> Result<Value>,
    ) -> Result<Value> {
        let (subject, span) = reference;
        let name = subject.to_string();
        let compute = || {
            let mut items = Vec::new();
            for repetition in expansion.instances() {
                self.charge(1)?;
                self.charge_elements(1)?;
                items.push((repetition.key.clone(), evaluate(&repetition)?));
            }
            Ok(match expansion {
                Expansion::Each(_) => {
                    let keyed = items.into_iter().filter_map(|(key, value)| match key {
                        Some(InstanceKey::Key(key)) => Some((key, value)),
                        _ => None,
                    });
                    Value::object(keyed.collect())
                }
                _ => Value::tuple(items.into_iter().map(|(_, value)| value).collect()),
            })
        };
        self.memoized(instance, Node::AllInstances(subject, span), || name, compute)
    }
}

/// The instance that the steps after the name of a block identify.
enum Selected {
    /// One instance, the number of steps that identify it, and the marks of the key.
    One(Box<RepetitionData>, usize, Marks),
    /// An unknown instance, and the number of steps that identify it.
    Unknown(usize),
    /// All instances.
    All,
    /// None, because the block is disabled: the reference is null.
    Disabled,
}

/// Checks whether a key follows the name of a resource. Terraform does this before it evaluates anything.
fn check_key(name: &ResourceName, expansion: &Expansion, steps: &[Step]) -> Result<()> {
    if let [
        Step::Index { key: first, .. },
        Step::Index { key: second, .. },
        ..,
    ] = steps
        && literal_key(first).is_some()
        && literal_key(second).is_some()
    {
        return Err(EvalError::uncatchable(
            "only an attribute can follow an instance key, as in `[0].id`",
        ));
    }
    match (expansion, steps.first()) {
        (expansion, Some(Step::Index { key, .. }))
            if expansion.is_without_keys() && literal_key(key).is_some() =>
        {
            Err(EvalError::uncatchable(format!(
                "{name} has neither count nor for_each, so no key can follow it"
            )))
        }
        (
            Expansion::Count(_) | Expansion::Each(_) | Expansion::Unknown { .. },
            Some(Step::Attribute(attribute)),
        ) => Err(EvalError::uncatchable(format!(
            "{name} has several instances; select one with an index before `.{}`",
            attribute.text
        ))),
        _ => Ok(()),
    }
}

/// Checks the attributes of a resource with a known schema, as far as the steps are literal. They have to exist
/// even if the resource has no instances.
pub(super) fn check_attribute(schemas: &ProviderSchemas, name: &ResourceName, steps: &[Step]) -> Result<()> {
    let (attribute, rest) = match steps {
        [Step::Attribute(attribute), rest @ ..] => (attribute, rest),
        [Step::Index { key, .. }, Step::Attribute(attribute), rest @ ..] if literal_key(key).is_some() => {
            (attribute, rest)
        }
        _ => return Ok(()),
    };
    let Some(schema) = schemas.get(name) else {
        return Ok(());
    };
    let Some(declared) = schema.get(&attribute.text) else {
        return Err(no_attribute(name, &attribute.text)
            .into_uncatchable()
            .with_span(attribute.span));
    };
    if rest.is_empty() {
        return Ok(());
    }
    let mut value = Value::unknown(declared.ty.without_optional());
    for step in rest {
        value = match step {
            Step::Attribute(name) => get_attr(&value, name).map_err(EvalError::into_uncatchable)?,
            Step::Index { key, .. } => match literal_key(key) {
                Some(key) => {
                    index(&value, &key).map_err(|error| EvalError::uncatchable(error.to_string()))?
                }
                None => return Ok(()),
            },
        };
    }
    Ok(())
}

/// The error of a reference or a call where a constant is required.
pub(super) fn only_literals() -> EvalError {
    EvalError::uncatchable("only literal values are allowed here, not references or function calls")
}

fn literal_key(key: &Expression) -> Option<Value> {
    match &key.kind {
        ExpressionKind::String(text) => Some(Value::shared_string(text.clone())),
        ExpressionKind::Number(text) => Number::parse(text).ok().map(Value::number),
        _ => None,
    }
}

/// The key of an unknown instance, if it has one.
fn unknown_key(used: usize) -> Option<InstanceKey> {
    (used > 0).then_some(InstanceKey::Unknown)
}

fn get_attr(value: &Value, name: &Name) -> Result<Value> {
    cty::get_attr(value, &name.text)
        .map_err(|error| EvalError::invalid(error.to_string()).with_span(name.span))
}

fn each(scope: Scope<'_>, name: &str) -> Result<Value> {
    let each = scope.repetition.and_then(|repetition| repetition.each.as_ref());
    match (each, name) {
        (Some((key, _)), "key") => Ok(key.clone()),
        (Some((_, value)), "value") => Ok(value.clone()),
        _ => Err(no_each_attribute(each.is_some(), name)),
    }
}

fn count(scope: Scope<'_>, name: &str) -> Result<Value> {
    let index = scope.repetition.and_then(|repetition| repetition.index.as_ref());
    match (index, name) {
        (Some(index), "index") => Ok(index.clone()),
        _ => Err(no_count_attribute(index.is_some(), name)),
    }
}

/// Whether a name alone is a type, where a type can be an argument of a function. Terraform does not take it for a
/// reference.
pub(super) fn is_type_name(name: &str, dialect: Dialect) -> bool {
    matches!(name, "string" | "number" | "bool" | "any") && dialect.lacks_function(CONVERT).is_none()
}

/// The error of a reference to an object that the module does not declare.
pub(super) fn undeclared(subject: &Subject) -> EvalError {
    EvalError::uncatchable(match subject {
        Subject::Variable(name) => format!("no variable named {name:?}"),
        Subject::Local(name) => format!("no local value named {name:?}"),
        Subject::Module(name) => format!("no module call named {name:?}"),
        Subject::Resource(name) => format!("no resource {name} in this module"),
        other => format!("no {other} in this module"),
    })
}

/// The error of a reference without all its names.
pub(super) fn incomplete(root: &str, steps: &[Step]) -> EvalError {
    let keywords = [
        "var",
        "local",
        "each",
        "count",
        "path",
        "terraform",
        "module",
        "data",
        "resource",
    ];
    if steps.is_empty() && !keywords.contains(&root) {
        return unknown_name(root);
    }
    EvalError::uncatchable(format!("{root} must be followed by a name, as in `{root}.name`"))
}

/// The error of a name that names nothing here.
pub(super) fn unknown_name(root: &str) -> EvalError {
    EvalError::uncatchable(match root {
        "self" => "`self` can be used only in provisioners and conditions".to_owned(),
        "tofu" => format!(
            "no object named `tofu`: it {}",
            Feature::TofuObject.availability()
        ),
        _ => format!("unknown name {root:?}"),
    })
}

/// The error of an attribute of `each`, in a block that has `for_each` or has not.
pub(super) fn no_each_attribute(has_each: bool, name: &str) -> EvalError {
    EvalError::uncatchable(if has_each {
        format!("each.{name} does not exist; the attributes are each.key and each.value")
    } else {
        "`each` can be used only in a block with `for_each`".to_owned()
    })
}

/// The error of an attribute of `count`, in a block that has `count` or has not.
pub(super) fn no_count_attribute(has_count: bool, name: &str) -> EvalError {
    EvalError::uncatchable(if has_count {
        format!("count.{name} does not exist; the only attribute is count.index")
    } else {
        "`count` can be used only in a block with `count`".to_owned()
    })
}

pub(super) fn no_path_attribute(name: &str) -> EvalError {
    EvalError::uncatchable(format!(
        "path.{name} does not exist; the attributes are cwd, module and root"
    ))
}

pub(super) fn no_terraform_attribute(root: &str, name: &str) -> EvalError {
    EvalError::uncatchable(format!("{root}.{name} does not exist"))
}
