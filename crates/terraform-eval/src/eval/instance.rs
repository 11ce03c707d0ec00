//! Instances of modules, and the values of what a module declares.

use std::rc::Rc;
use std::sync::Arc;

use crate::address::{InstanceKey, ModulePath, Reference, Subject};
use crate::cty::marks::{Origin, Role};
use crate::cty::{Type, Value};
use crate::modules::{Callee, ModuleId, references};
use crate::source::Span;
use crate::syntax::tree::Body;

use super::scope::{Repetition, Scope};
use super::{Evaluator, Failure, Node, Result};

/// A module instance of one evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceId(usize);

impl InstanceId {
    /// The root module's instance.
    pub const ROOT: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0
    }
}

/// A module, and who called it for what.
pub(super) struct ModuleInstance {
    pub(super) module: ModuleId,
    pub(super) path: ModulePath,
    pub(super) caller: Option<Caller>,
}

/// The call that an instance comes from.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) instance: InstanceId,
    pub(super) call: Arc<str>,
    pub(super) repetition: Rc<Repetition>,
}

impl Evaluator<'_> {
    /// The instance of a module that `instance` calls; none where the module's files are not here.
    pub fn child(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        repetition: &Repetition,
    ) -> Option<InstanceId> {
        let Some(Callee::Module(module)) = self.tree.callee(self.module_id(instance), call) else {
            return None;
        };
        let key = (instance, call.clone(), repetition.key.clone());
        if let Some(known) = self.children.borrow().get(&key) {
            return Some(*known);
        }
        let path = self.path(instance).child(call.clone(), repetition.key.clone());
        let caller = Caller {
            instance,
            call: call.clone(),
            repetition: Rc::new(repetition.clone()),
        };
        let mut instances = self.instances.borrow_mut();
        let id = InstanceId(instances.len());
        instances.push(ModuleInstance {
            module: *module,
            path,
            caller: Some(caller),
        });
        self.children.borrow_mut().insert(key, id);
        Some(id)
    }

    /// The call that a module instance comes from: the caller's scope is that of the arguments.
    pub(super) fn caller(&self, instance: InstanceId) -> Option<Caller> {
        self.instances.borrow()[instance.0].caller.clone()
    }

    /// The call that a module instance comes from, and the instance of its block; none for the root.
    #[must_use]
    pub fn called_from(&self, instance: InstanceId) -> Option<(InstanceId, Arc<str>, Rc<Repetition>)> {
        self.caller(instance)
            .map(|caller| (caller.instance, caller.call, caller.repetition))
    }

    /// `local.name`.
    pub fn local(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        if !self.is_done(instance, &Node::Local(name.clone())) {
            self.prepare_locals(instance, name);
        }
        self.one_local(instance, name)
    }

    fn one_local(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(local) = self.module(instance).locals(self.sources).get(name) else {
            return Err(Failure::refused(format!(
                "there is no local value named {name:?}"
            )));
        };
        let node = Node::Local(name.clone());
        self.remembered(
            instance,
            node,
            || format!("local.{name}"),
            || self.evaluate(&local.value, Scope::module(instance)),
        )
    }

    /// Works out the locals that a local refers to, innermost first, so that a long chain of them
    /// does not nest.
    fn prepare_locals(&self, instance: InstanceId, name: &Arc<str>) {
        let module = self.module(instance);
        let refers_to = |name: &Arc<str>| -> Vec<Arc<str>> {
            let Some(local) = module.locals(self.sources).get(name) else {
                return Vec::new();
            };
            let found = references::of_expression(&local.value).into_iter();
            found
                .filter_map(|traversal| match traversal.subject {
                    Subject::Local(name) => Some(name),
                    _ => None,
                })
                .collect()
        };
        let mut seen = std::collections::BTreeSet::from([name.clone()]);
        let mut stack = vec![(name.clone(), refers_to(name))];
        while let Some((_, pending)) = stack.last_mut() {
            match pending.pop() {
                Some(next) => {
                    if seen.insert(next.clone()) && !self.is_done(instance, &Node::Local(next.clone())) {
                        let further = refers_to(&next);
                        stack.push((next, further));
                    }
                }
                None => {
                    // The last one is what was asked for; its caller evaluates it and sees its failure.
                    if let Some((name, _)) = stack.pop()
                        && !stack.is_empty()
                    {
                        let _ = self.one_local(instance, &name);
                    }
                }
            }
        }
    }

    /// `var.name`.
    pub fn variable(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(block) = self.module(instance).variables.get(name) else {
            return Err(Failure::refused(format!("there is no variable named {name:?}")));
        };
        let node = Node::Variable(name.clone());
        self.remembered(
            instance,
            node,
            || format!("var.{name}"),
            || {
                let Some(block) = block.parse(self.sources) else {
                    return Err(
                        Failure::invalid(format!("the variable {name:?} cannot be read")).at(block.header())
                    );
                };
                let value = self.variable_value(instance, name, &block.body)?;
                let mut marks = value.marks().clone();
                if self.flag(&block.body, "sensitive") == Some(true) {
                    marks = marks.with_sensitive();
                }
                if self.flag(&block.body, "ephemeral") == Some(true) {
                    marks = marks.with_ephemeral();
                }
                Ok(value.with_marks(&marks))
            },
        )
    }

    fn flag(&self, body: &Body, name: &str) -> Option<bool> {
        let value = self.evaluate(&body.attribute(name)?.value, Scope::empty()).ok()?;
        value.as_bool()
    }

    fn variable_value(&self, instance: InstanceId, name: &Arc<str>, body: &Body) -> Result<Value> {
        let constraint = self.constraint(body)?;
        let default = || match body.attribute("default") {
            Some(attribute) => {
                let value = self.evaluate(&attribute.value, Scope::empty())?;
                constraint
                    .apply(&value)
                    .map(Some)
                    .map_err(|failure| failure.at(attribute.value.span))
            }
            None => Ok(None),
        };
        let Some(given) = self.given(instance, name)? else {
            return match default()? {
                Some(value) => Ok(value),
                None if self.caller(instance).is_none() => {
                    Ok(self.without_value(instance, name, &constraint.ty))
                }
                None => Err(Failure::invalid(format!(
                    "the module call does not set the variable {name:?}"
                ))),
            };
        };
        let value = constraint.apply(&given)?;
        let nullable = self.flag(body, "nullable").unwrap_or(true);
        if !nullable && value.is_null() {
            return match default()? {
                Some(default) => Ok(default),
                None => Err(Failure::invalid(format!(
                    "the variable {name:?} must not be null"
                ))),
            };
        }
        Ok(value)
    }

    /// The value that the caller, or the user, gives a variable.
    fn given(&self, instance: InstanceId, name: &Arc<str>) -> Result<Option<Value>> {
        let Some(caller) = self.caller(instance) else {
            let expression = self.inputs.expressions.get(name);
            return expression
                .map(|expression| self.evaluate(expression, Scope::empty()))
                .transpose();
        };
        let module = self.module(caller.instance);
        let block = module
            .calls
            .get(&caller.call)
            .and_then(|call| call.block.parse(self.sources));
        let Some(argument) = block.and_then(|block| block.body.attribute(name)) else {
            return Ok(None);
        };
        let scope = Scope::module(caller.instance).repeated(&caller.repetition);
        self.evaluate(&argument.value, scope).map(Some)
    }

    fn without_value(&self, instance: InstanceId, name: &Arc<str>, ty: &Type) -> Value {
        let reference = Reference::new(self.path(instance), Subject::Variable(name.clone()));
        let origin = Origin {
            reference: Arc::new(reference),
            span: None,
            role: Role::Exact,
            trace: None,
        };
        Value::unknown(ty.without_optional()).with_origin(origin)
    }

    /// An output of a module instance.
    pub fn output(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(block) = self.module(instance).outputs.get(name) else {
            return Err(Failure::invalid(format!(
                "the module has no output named {name:?}"
            )));
        };
        let path = self.path(instance);
        self.remembered(
            instance,
            Node::Output(name.clone()),
            || format!("{path}.{name}"),
            || {
                let parsed = block
                    .parse(self.sources)
                    .and_then(|block| block.body.attribute("value"));
                let Some(attribute) = parsed else {
                    return Err(
                        Failure::invalid(format!("the output {name:?} cannot be read")).at(block.header())
                    );
                };
                // `sensitive` keeps an output out of what Terraform prints of the root module. It does
                // not mark what a caller reads.
                self.evaluate(&attribute.value, Scope::module(instance))
            },
        )
    }

    /// Everything that is known of `module.call` as a whole: an object of its outputs.
    pub(super) fn module_object(&self, instance: InstanceId) -> Result<Value> {
        let names: Vec<Arc<str>> = self.module(instance).outputs.keys().cloned().collect();
        let outputs = names
            .into_iter()
            .map(|name| Ok((name.clone(), self.output(instance, &name)?)));
        Ok(Value::object(outputs.collect::<Result<_>>()?))
    }

    /// An unknown value that leads to `subject`.
    pub(super) fn unknown_from(
        &self,
        instance: InstanceId,
        subject: Subject,
        key: Option<InstanceKey>,
        attribute: Option<Arc<str>>,
        span: Span,
    ) -> Value {
        Value::dynamic().with_origin(self.origin(instance, subject, key, attribute, span))
    }

    pub(super) fn origin(
        &self,
        instance: InstanceId,
        subject: Subject,
        key: Option<InstanceKey>,
        attribute: Option<Arc<str>>,
        span: Span,
    ) -> Origin {
        let reference = Reference {
            module: self.path(instance),
            subject,
            key,
            attribute,
        };
        Origin {
            reference: Arc::new(reference),
            span: Some(span),
            role: Role::Exact,
            trace: None,
        }
    }
}
