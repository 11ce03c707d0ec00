//! References: a name and the steps behind it.

use std::sync::Arc;

use crate::address::{InstanceKey, Mode, ResourceName, Subject};
use crate::cty::{self, Type, Value, convert, index};
use crate::source::Span;
use crate::syntax::tree::{Body, Expression, ExpressionKind, Name};
use crate::terraform::Callee;

use super::instance::InstanceId;
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
        let (value, used, passed_on) = match &root.kind {
            ExpressionKind::Variable(name) => match scope.name(name) {
                Some(value) => (value, 0, false),
                None => self.named(name, &steps, scope, expression.span)?,
            },
            _ => (self.evaluate(root, scope)?, 0, false),
        };
        let mut value = value;
        for step in steps.into_iter().skip(used) {
            value = match step {
                Step::Attribute(name) => get_attr(&value, name)?,
                Step::Index(key) => {
                    let key = self.evaluate(key, scope)?;
                    index(&value, &key).map_err(|error| Failure::invalid(error.to_string()))?
                }
            };
        }
        // Only what comes out is marked with the step: marking all of a large value for each use of a
        // part of it would cost its size each time.
        Ok(if passed_on {
            value.with_hop(expression.span)
        } else {
            value
        })
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
            return Err(Failure::invalid(
                "only literal values can stand here, no references and no functions",
            ));
        };
        let attribute = |position: usize| match steps.get(position) {
            Some(Step::Attribute(name)) => Ok(&name.text),
            _ => Err(Failure::invalid(format!(
                "{root} is followed by a name, as in `{root}.name`"
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
                other => Err(Failure::invalid(format!("terraform.{other} does not exist"))),
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
            "self" | "ephemeral" => Ok((
                self.unknown_from(instance, Subject::Other(root.clone()), None, None, span),
                0,
                false,
            )),
            _ => {
                if steps.is_empty() {
                    return Err(Failure::invalid(format!(
                        "{root:?} is not a name that is known here"
                    )));
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
            _ => Err(Failure::invalid(format!(
                "path.{name} does not exist; there are cwd, module and root"
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
            return Err(Failure::invalid(format!(
                "there is no module call named {call:?}"
            )));
        };
        let missing = !matches!(
            self.tree.callee(self.module_id(instance), &declared.name),
            Some(Callee::Module(_))
        );
        let expansion = self.call_expansion(instance, call)?;
        let (repetition, used) = match self.choose(&expansion, steps, scope)? {
            Chosen::One(repetition, used) => (repetition, used),
            Chosen::Open(used) => {
                return Ok((
                    self.unknown_from(instance, subject, open_key(used), None, span),
                    used,
                ));
            }
            Chosen::All => {
                let all = self.every(&expansion, |repetition| {
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
                    child.ok_or_else(|| Failure::invalid(format!("the module {call:?} is not here")))?;
                Ok((self.output(child, &output.text)?, used + 1))
            }
            (_, false) => Ok((self.call_object(instance, call, &repetition, span)?, used)),
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
            return Err(Failure::invalid(format!(
                "there is no resource {name} in this module"
            )));
        }
        let expansion = self.resource_expansion(instance, &name)?;
        match self.choose(&expansion, steps, scope)? {
            Chosen::One(repetition, used) => match steps.get(used) {
                Some(Step::Attribute(attribute)) => {
                    let value =
                        self.resource_attribute(instance, &name, &repetition, &attribute.text, span)?;
                    Ok((value, used + 1))
                }
                _ => Ok((self.resource_object(instance, &name, &repetition, span)?, used)),
            },
            Chosen::Open(used) => {
                let subject = Subject::Resource(name);
                Ok((
                    self.unknown_from(instance, subject, open_key(used), None, span),
                    used,
                ))
            }
            Chosen::All => {
                let all = self.every(&expansion, |repetition| {
                    self.resource_object(instance, &name, repetition, span)
                })?;
                Ok((all, 0))
            }
        }
    }

    /// A whole resource object. Without the provider's schema nobody can say which attributes it has, so
    /// it is unknown and leads to the resource; the attributes of an image mirror are known.
    fn resource_object(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &Repetition,
        span: Span,
    ) -> Result<Value> {
        let subject = Subject::Resource(name.clone());
        if name.mode == Mode::Managed && &*name.kind == MIRROR {
            let attributes = MIRROR_ATTRIBUTES.iter().map(|attribute| {
                let attribute: Arc<str> = (*attribute).into();
                let value = self.resource_attribute(instance, name, repetition, &attribute, span)?;
                Ok((attribute, value))
            });
            return Ok(Value::object(attributes.collect::<Result<_>>()?));
        }
        Ok(self.unknown_from(instance, subject, repetition.key.clone(), None, span))
    }

    /// An attribute of a resource instance: what the configuration sets is known, everything else is
    /// the provider's and unknown until apply. Both lead to the resource.
    fn resource_attribute(
        &self,
        instance: InstanceId,
        name: &ResourceName,
        repetition: &Repetition,
        attribute: &Arc<str>,
        span: Span,
    ) -> Result<Value> {
        let origin = self.origin(
            instance,
            Subject::Resource(name.clone()),
            repetition.key.clone(),
            Some(attribute.clone()),
            span,
        );
        let node = Node::Attribute(name.clone(), repetition.key.clone(), attribute.clone());
        let value = self.remembered(
            instance,
            node,
            || format!("{name}.{attribute}"),
            || {
                let block = self
                    .module(instance)
                    .resources
                    .get(name)
                    .and_then(|resource| resource.block.parse(self.sources));
                match block.and_then(|block| configured(&block.body, attribute)) {
                    Some(expression) => {
                        let value =
                            self.evaluate(expression, Scope::module(instance).repeated(repetition))?;
                        as_argument(name, attribute, &value)
                    }
                    None => Ok(default_of(name, attribute)),
                }
            },
        )?;
        Ok(value.with_origin(origin))
    }

    /// Which instance the steps behind a repeated block's name choose.
    fn choose(&self, expansion: &Expansion, steps: &[Step<'_>], scope: Scope<'_>) -> Result<Chosen> {
        let keyed = match expansion {
            Expansion::Single => return Ok(Chosen::One(Box::new(Repetition::single()), 0)),
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
                    "it has several instances; say which one, as in `[0].{}`",
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
            Some(repetition) => Ok(Chosen::One(Box::new(repetition), 1)),
            None => Err(Failure::invalid("there is no instance with this key")),
        }
    }

    /// The value of a repeated block as a whole: a tuple of its instances, or an object by key.
    fn every(&self, expansion: &Expansion, one: impl Fn(&Repetition) -> Result<Value>) -> Result<Value> {
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
    }
}

/// What the steps behind a repeated block's name choose.
enum Chosen {
    /// One instance, and how many steps said so.
    One(Box<Repetition>, usize),
    /// An instance that is not known.
    Open(usize),
    /// All of them.
    All,
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
        (Some(_), _) => Err(Failure::invalid(format!(
            "each.{name} does not exist; there are each.key and each.value"
        ))),
        (None, _) => Err(Failure::invalid(
            "`each` can be used in a block with `for_each` only",
        )),
    }
}

fn count(scope: Scope<'_>, name: &str) -> Result<Value> {
    match (
        scope.repetition.and_then(|repetition| repetition.index.as_ref()),
        name,
    ) {
        (Some(index), "index") => Ok(index.clone()),
        (Some(_), _) => Err(Failure::invalid(format!(
            "count.{name} does not exist; there is count.index"
        ))),
        (None, _) => Err(Failure::invalid(
            "`count` can be used in a block with `count` only",
        )),
    }
}

/// The type of the resource that this is all about.
const MIRROR: &str = "rhcs_image_mirror";

/// Its attributes (terraform-provider-rhcs v1.7.7, `provider/imagemirror`).
const MIRROR_ATTRIBUTES: &[&str] = &[
    "cluster_id",
    "creation_timestamp",
    "id",
    "last_update_timestamp",
    "mirrors",
    "source",
    "type",
];

/// The expression that the configuration sets an attribute to.
fn configured<'b>(body: &'b Body, attribute: &str) -> Option<&'b Expression> {
    const META: &[&str] = &["count", "for_each", "depends_on", "provider", "lifecycle"];
    if META.contains(&attribute) {
        None
    } else {
        body.attribute(attribute).map(|attribute| &attribute.value)
    }
}

/// A configured value as the provider's schema has it, where that is known.
fn as_argument(resource: &ResourceName, attribute: &str, value: &Value) -> Result<Value> {
    let ty = match (&*resource.kind, attribute) {
        (MIRROR, "mirrors") => Type::list(Type::String),
        (MIRROR, _) => Type::String,
        _ => return Ok(value.clone()),
    };
    if value.is_null() && attribute == "type" {
        return Ok(Value::string("digest"));
    }
    convert(value, &ty).map_err(|error| Failure::invalid(format!("{attribute}: {error}")))
}

/// The value of an attribute that the configuration does not set.
fn default_of(resource: &ResourceName, attribute: &str) -> Value {
    match (&*resource.kind, attribute) {
        (MIRROR, "type") => Value::string("digest"),
        (MIRROR, "mirrors") => Value::null(Type::list(Type::String)),
        (MIRROR, "source" | "cluster_id") => Value::null(Type::String),
        (kind, "id") if kind.starts_with("rhcs_") => Value::unknown(Type::String).refine_not_null(),
        (MIRROR, _) => Value::unknown(Type::String),
        _ => Value::dynamic(),
    }
}
