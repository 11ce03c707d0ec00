//! References: a name and the steps behind it.

use std::sync::Arc;

use crate::address::{InstanceKey, Mode, ResourceName, Subject};
use crate::cty::marks::Marks;
use crate::cty::{self, Number, Value, index};
use crate::modules::Callee;
use crate::schema::ProviderSchemas;
use crate::source::Span;
use crate::syntax::tree::{Expression, ExpressionKind, Name};

use super::instance::InstanceId;
use super::remains::Parts;
use super::resource::no_attribute;
use super::scope::Repetition;
use super::{Evaluator, Expansion, Failure, Node, Result, Scope};

/// A step behind a name.
#[derive(Clone, Copy)]
enum Step<'e> {
    Attribute(&'e Name),
    Index(&'e Expression),
}

impl Evaluator<'_> {
    /// A chain of steps. Names that Terraform knows take as many steps as they need; the rest are steps
    /// into the value.
    pub(super) fn traversal(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        let mut steps = Vec::new();
        let mut root = expression;
        loop {
            match &root.kind {
                ExpressionKind::GetAttr { base, name } => {
                    steps.push(Step::Attribute(name));
                    root = base;
                }
                ExpressionKind::Index { base, key } => {
                    steps.push(Step::Index(key));
                    root = base;
                }
                _ => break,
            }
        }
        steps.reverse();
        // What remains of a base that fails is still gone into.
        let mut parts = Parts::default();
        let (value, used, passed_on) = match &root.kind {
            ExpressionKind::Variable(name) => match scope.name(name) {
                Some(value) => (value, 0, false),
                None => self
                    .named(name, &steps, scope, expression.span)
                    .map_err(|failure| failure.leaving(None))?,
            },
            _ => (parts.take(self.evaluate(root, scope))?, 0, false),
        };
        let stepped = self.stepped(value, steps.into_iter().skip(used), scope);
        let value = parts.finish(stepped.map_err(|failure| failure.leaving(None))?)?;
        // Only what comes out is marked with the step: marking all of a large value for each use of a
        // part of it would cost its size each time.
        Ok(if passed_on {
            value.with_trace_step(expression.span)
        } else {
            value
        })
    }

    /// What the steps of a traversal lead to.
    fn stepped<'s>(
        &self,
        mut value: Value,
        steps: impl Iterator<Item = Step<'s>>,
        scope: Scope<'_>,
    ) -> Result<Value> {
        for step in steps {
            value = match step {
                Step::Attribute(name) => get_attr(&value, name)?,
                Step::Index(key) => {
                    let key = self.evaluate(key, scope)?;
                    index(&value, &key).map_err(|error| Failure::invalid(error.to_string()))?
                }
            };
        }
        Ok(value)
    }

    /// The value behind a name, how many steps it took, and whether it is the value of something else
    /// that has a name of its own.
    fn named(
        &self,
        root: &Arc<str>,
        steps: &[Step<'_>],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize, bool)> {
        if scope.template.is_some() {
            return Err(Failure::invalid(format!(
                "the template was not given a value for {root:?}"
            )));
        }
        let Some(instance) = scope.instance else {
            return Err(Failure::refused(
                "only literal values are allowed here, not references or function calls",
            ));
        };
        let attribute = |position: usize| match steps.get(position) {
            Some(Step::Attribute(name)) => Ok(&name.text),
            _ => Err(Failure::refused(format!(
                "{root} must be followed by a name, as in `{root}.name`"
            ))),
        };
        match &**root {
            "var" => Ok((self.variable(instance, attribute(0)?)?, 1, true)),
            "local" => Ok((self.local(instance, attribute(0)?)?, 1, true)),
            "each" => Ok((each(scope, attribute(0)?)?, 1, true)),
            "count" => Ok((count(scope, attribute(0)?)?, 1, false)),
            "path" => Ok((self.path_value(instance, attribute(0)?)?, 1, false)),
            "terraform" => match &**attribute(0)? {
                "workspace" => Ok((Value::string("default"), 1, false)),
                other => Err(Failure::refused(format!("terraform.{other} does not exist"))),
            },
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
            "self" => Err(Failure::refused(
                "`self` can be used only in provisioners and conditions",
            )),
            "ephemeral" => Ok((
                self.unknown_from(instance, Subject::Other(root.clone()), None, None, span),
                0,
                false,
            )),
            _ => {
                if steps.is_empty() {
                    return Err(Failure::refused(format!("unknown name {root:?}")));
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
                Ok(Value::string(path.to_string_lossy()))
            }
            _ => Err(Failure::refused(format!(
                "path.{name} does not exist; the attributes are cwd, module and root"
            ))),
        }
    }

    /// `module.call…`: an output, or an object of all of them.
    fn module_reference(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        steps: &[Step<'_>],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize)> {
        let subject = Subject::Module(call.clone());
        let Some(declared) = self.module(instance).calls.get(call) else {
            return Err(Failure::refused(format!(
                "there is no module call named {call:?}"
            )));
        };
        let missing = !matches!(
            self.tree.callee(self.module_id(instance), &declared.name),
            Some(Callee::Module(_))
        );
        let expansion = self.call_expansion(instance, call)?;
        let (repetition, used, marks) = match self.choose(&expansion, steps, scope)? {
            Chosen::One(repetition, used, marks) => (repetition, used, marks),
            Chosen::Open(used) => {
                return Ok((
                    self.unknown_from(instance, subject, open_key(used), None, span),
                    used,
                ));
            }
            Chosen::All => {
                let all = self.every(instance, (subject, span), &expansion, |repetition| {
                    self.call_object(instance, call, repetition, span)
                })?;
                return Ok((all, 0));
            }
        };
        match (steps.get(used), missing) {
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
                    child.ok_or_else(|| Failure::invalid(format!("the module {call:?} was not found")))?;
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
        repetition: &Repetition,
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
        steps: &[Step<'_>],
        scope: Scope<'_>,
        span: Span,
    ) -> Result<(Value, usize)> {
        if !self.module(instance).resources.contains_key(&name) {
            return Err(Failure::refused(format!(
                "there is no resource {name} in this module"
            )));
        }
        let expansion = self.resource_expansion(instance, &name)?;
        check_key(&name, &expansion, steps)?;
        check_attribute(self.tree.schemas(), &name, steps)?;
        match self.choose(&expansion, steps, scope)? {
            Chosen::One(repetition, used, marks) => {
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
            Chosen::Open(used) => {
                let subject = Subject::Resource(name);
                Ok((
                    self.unknown_from(instance, subject, open_key(used), None, span),
                    used,
                ))
            }
            Chosen::All => {
                let place = (Subject::Resource(name.clone()), span);
                let all = self.every(instance, place, &expansion, |repetition| {
                    self.resource_object(instance, &name, repetition, span)
                })?;
                Ok((all, 0))
            }
        }
    }

    /// Which instance the steps behind a repeated block's name choose.
    fn choose(&self, expansion: &Expansion, steps: &[Step<'_>], scope: Scope<'_>) -> Result<Chosen> {
        let keyed = match expansion {
            Expansion::Single => return Ok(Chosen::One(Box::new(Repetition::single()), 0, Marks::new())),
            Expansion::Unknown { .. } => {
                let used = usize::from(matches!(steps.first(), Some(Step::Index(_))));
                return Ok(Chosen::Open(used));
            }
            Expansion::Count(_) | Expansion::Each(_) => steps.first(),
        };
        let key = match keyed {
            Some(Step::Index(key)) => self.evaluate(key, scope)?,
            Some(Step::Attribute(name)) if matches!(expansion, Expansion::Each(_)) => {
                Value::shared_string(name.text.clone())
            }
            Some(Step::Attribute(name)) => {
                let message = format!(
                    "the object has several instances; select one with an index, as in `[0].{}`",
                    name.text
                );
                return Err(Failure::invalid(message));
            }
            None => return Ok(Chosen::All),
        };
        if !key.is_known() {
            return Ok(Chosen::Open(1));
        }
        match expansion.instance(&key) {
            Some(repetition) => Ok(Chosen::One(Box::new(repetition), 1, key.marks().as_influence())),
            None => Err(Failure::invalid("there is no instance with this key")),
        }
    }

    /// The value of a repeated block as a whole: a tuple of its instances, or an object by key. It is
    /// worked out once for each place that asks for it, however many instances that has.
    fn every(
        &self,
        instance: InstanceId,
        place: (Subject, Span),
        expansion: &Expansion,
        one: impl Fn(&Repetition) -> Result<Value>,
    ) -> Result<Value> {
        let (subject, span) = place;
        let name = subject.to_string();
        let all = || {
            let mut items = Vec::new();
            for repetition in expansion.instances() {
                self.spend(1)?;
                items.push((repetition.key.clone(), one(&repetition)?));
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
        self.remembered(instance, Node::Whole(subject, span), || name, all)
    }
}

/// What the steps behind a repeated block's name choose.
enum Chosen {
    /// One instance, how many steps said so, and the marks of the key.
    One(Box<Repetition>, usize, Marks),
    /// An instance that is not known.
    Open(usize),
    /// All of them.
    All,
}

/// Terraform looks at the text alone to see whether a key has to follow a resource's name.
fn check_key(name: &ResourceName, expansion: &Expansion, steps: &[Step<'_>]) -> Result<()> {
    if let [Step::Index(first), Step::Index(second), ..] = steps
        && literal_key(first).is_some()
        && literal_key(second).is_some()
    {
        return Err(Failure::refused(
            "only an attribute can follow an instance key, as in `[0].id`",
        ));
    }
    match (expansion, steps.first()) {
        (Expansion::Single, Some(Step::Index(key))) if literal_key(key).is_some() => Err(Failure::refused(
            format!("{name} has neither count nor for_each, so no key can follow it"),
        )),
        (
            Expansion::Count(_) | Expansion::Each(_) | Expansion::Unknown { .. },
            Some(Step::Attribute(attribute)),
        ) => Err(Failure::refused(format!(
            "{name} has several instances; select one with an index before `.{}`",
            attribute.text
        ))),
        _ => Ok(()),
    }
}

/// The same for the attributes of a resource whose schema is known, as far as the steps are literal: they
/// have to exist even where no instance does.
fn check_attribute(schemas: &ProviderSchemas, name: &ResourceName, steps: &[Step<'_>]) -> Result<()> {
    let (attribute, behind) = match steps {
        [Step::Attribute(attribute), behind @ ..] => (attribute, behind),
        [Step::Index(key), Step::Attribute(attribute), behind @ ..] if literal_key(key).is_some() => {
            (attribute, behind)
        }
        _ => return Ok(()),
    };
    let Some(schema) = schemas.get(name) else {
        return Ok(());
    };
    let Some(declared) = schema.get(&attribute.text) else {
        return Err(no_attribute(name, &attribute.text).finally().at(attribute.span));
    };
    if behind.is_empty() {
        return Ok(());
    }
    let mut value = Value::unknown(declared.ty.without_optional());
    for step in behind {
        value = match step {
            Step::Attribute(name) => get_attr(&value, name).map_err(Failure::finally)?,
            Step::Index(key) => match literal_key(key) {
                Some(key) => index(&value, &key).map_err(|error| Failure::refused(error.to_string()))?,
                None => return Ok(()),
            },
        };
    }
    Ok(())
}

fn literal_key(key: &Expression) -> Option<Value> {
    match &key.kind {
        ExpressionKind::String(text) => Some(Value::shared_string(text.clone())),
        ExpressionKind::Number(text) => Number::parse(text).ok().map(Value::number),
        _ => None,
    }
}

/// The key of an instance of which only that there is a key is known.
fn open_key(used: usize) -> Option<InstanceKey> {
    (used > 0).then_some(InstanceKey::Unknown)
}

fn get_attr(value: &Value, name: &Name) -> Result<Value> {
    cty::get_attr(value, &name.text).map_err(|error| Failure::invalid(error.to_string()).at(name.span))
}

fn each(scope: Scope<'_>, name: &str) -> Result<Value> {
    match (
        scope.repetition.and_then(|repetition| repetition.each.as_ref()),
        name,
    ) {
        (Some((key, _)), "key") => Ok(key.clone()),
        (Some((_, value)), "value") => Ok(value.clone()),
        (Some(_), _) => Err(Failure::refused(format!(
            "each.{name} does not exist; the attributes are each.key and each.value"
        ))),
        (None, _) => Err(Failure::refused(
            "`each` can be used only in a block with `for_each`",
        )),
    }
}

fn count(scope: Scope<'_>, name: &str) -> Result<Value> {
    match (
        scope.repetition.and_then(|repetition| repetition.index.as_ref()),
        name,
    ) {
        (Some(index), "index") => Ok(index.clone()),
        (Some(_), _) => Err(Failure::refused(format!(
            "count.{name} does not exist; the only attribute is count.index"
        ))),
        (None, _) => Err(Failure::refused(
            "`count` can be used only in a block with `count`",
        )),
    }
}
