//! Instances of modules, and the values that a module declares.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{InstanceKey, ModulePath, Reference, Subject};
use crate::cty::{Marks, Origin, Type, Value, convert};
use crate::dialect::Feature;
use crate::modules::{Callee, ModuleId, references};
use crate::source::Span;
use crate::syntax::tree::Body;

use super::instance_id::InstanceId;
use super::memo::Node;
use super::reference::undeclared;
use super::scope::{RepetitionData, Scope};
use super::type_constraint::TypeConstraint;
use super::walk::Walk;
use super::{EvalError, Evaluator, Result};

/// A module instance.
pub(super) struct ModuleInstance {
    pub(super) module: ModuleId,
    pub(super) path: ModulePath,
    pub(super) caller: Option<Caller>,
}

/// The module call that an instance belongs to.
#[derive(Clone)]
pub(super) struct Caller {
    pub(super) instance: InstanceId,
    pub(super) call: Arc<str>,
    pub(super) repetition: Rc<RepetitionData>,
}

impl Evaluator<'_> {
    /// The instance of a called module. `None` if the module is not installed.
    pub fn child(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        repetition: &RepetitionData,
    ) -> Option<InstanceId> {
        let Some(Callee::Module(module)) = self.tree.callee(self.module_id(instance), call) else {
            return None;
        };
        let key = (instance, call.clone(), repetition.key.clone());
        if let Some(child) = self.children.borrow().get(&key) {
            return Some(*child);
        }
        let path = self.path(instance).child(call.clone(), repetition.key.clone());
        let caller = Caller {
            instance,
            call: call.clone(),
            repetition: Rc::new(repetition.clone()),
        };
        let mut instances = self.instances.borrow_mut();
        let id = InstanceId::new(instances.len());
        instances.push(ModuleInstance {
            module: *module,
            path,
            caller: Some(caller),
        });
        self.children.borrow_mut().insert(key, id);
        Some(id)
    }

    /// The call that a module instance belongs to. Its arguments are evaluated in the scope of the caller.
    pub(super) fn caller(&self, instance: InstanceId) -> Option<Caller> {
        self.instances.borrow()[instance.index()].caller.clone()
    }

    /// The calling instance, the name of the call and the instance of its block. `None` for the root module.
    #[must_use]
    pub fn called_from(&self, instance: InstanceId) -> Option<(InstanceId, Arc<str>, Rc<RepetitionData>)> {
        self.caller(instance)
            .map(|caller| (caller.instance, caller.call, caller.repetition))
    }

    /// The value of `local.name`.
    pub(super) fn local(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        if !self.is_evaluated(instance, name) {
            self.evaluate_dependencies(instance, name);
        }
        self.single_local(instance, name)
    }

    fn is_evaluated(&self, instance: InstanceId, local: &Arc<str>) -> bool {
        self.memo.values.is_done(&(instance, Node::Local(local.clone())))
    }

    fn single_local(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(local) = self.module(instance).locals(self.sources).get(name) else {
            return Err(undeclared(&Subject::Local(name.clone())));
        };
        let node = Node::Local(name.clone());
        self.memoized(
            instance,
            node,
            || format!("local.{name}"),
            || self.evaluate(&local.value, Scope::module(instance)),
        )
    }

    /// Evaluates the locals that a local depends on, innermost first, so that a long chain of locals does not nest
    /// evaluations.
    fn evaluate_dependencies(&self, instance: InstanceId, name: &Arc<str>) {
        let module = self.module(instance);
        let dependencies = |name: &Arc<str>| -> Vec<Arc<str>> {
            let Some(local) = module.locals(self.sources).get(name) else {
                return Vec::new();
            };
            let traversals = references::in_expression(&local.value).into_iter();
            traversals
                .filter_map(|traversal| match traversal.subject {
                    Subject::Local(name) => Some(name),
                    _ => None,
                })
                .collect()
        };
        let mut seen = BTreeSet::from([name.clone()]);
        let mut stack = vec![(name.clone(), dependencies(name))];
        while let Some((_, pending)) = stack.last_mut() {
            if self.charge(1).is_err() {
                return;
            }
            match pending.pop() {
                Some(next) => {
                    if seen.insert(next.clone()) && !self.is_evaluated(instance, &next) {
                        let pending = dependencies(&next);
                        stack.push((next, pending));
                    }
                }
                None => {
                    // The caller evaluates the requested local itself and gets its error.
                    if let Some((name, _)) = stack.pop()
                        && !stack.is_empty()
                    {
                        let _ = self.single_local(instance, &name);
                    }
                }
            }
        }
    }

    /// The value of `var.name`.
    pub fn variable(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(block) = self.module(instance).variables.get(name) else {
            return Err(undeclared(&Subject::Variable(name.clone())));
        };
        let node = Node::Variable(name.clone());
        self.memoized(
            instance,
            node,
            || format!("var.{name}"),
            || {
                let declaration = block;
                let Some(block) = declaration.parse(self.sources) else {
                    return Err(
                        EvalError::unreadable(format!("the variable {name:?} cannot be read"))
                            .with_span(declaration.header()),
                    );
                };
                let mut marks = self.variable_marks(&block.body);
                // The argument that hides the value may be the one with the syntax error.
                let text = self.sources.slice(block.span);
                if declaration.has_syntax_errors()
                    && (text.contains("sensitive") || text.contains("ephemeral"))
                {
                    marks = marks.with_sensitive();
                }
                let value = match self.walk {
                    Walk::Validate => Value::unknown(self.constraint(&block.body)?.ty.without_optional()),
                    Walk::Init => {
                        self.check_const(name, &block.body)?;
                        self.variable_value(instance, name, &block.body, &marks)?
                    }
                    Walk::Plan => self.variable_value(instance, name, &block.body, &marks)?,
                };
                Ok(value.with_marks(&marks))
            },
        )
    }

    /// A value as a variable with this block takes it: with the defaults of its type, and converted.
    pub fn convert_to_variable(&self, variable: &Body, value: &Value) -> Result<Value> {
        let value = value.clone().with_marks(&self.variable_marks(variable));
        self.constraint(variable)?.apply(&value)
    }

    /// The marks that a variable gives to its value. A message about a value that does not convert respects them, too.
    fn variable_marks(&self, variable: &Body) -> Marks {
        let mut marks = Marks::new();
        if self.flag(variable, "sensitive") == Some(true) {
            marks = marks.with_sensitive();
        }
        if self.flag(variable, "ephemeral") == Some(true) {
            marks = marks.with_ephemeral();
        }
        marks
    }

    /// Checks that the source of a module may depend on a variable: Terraform requires `const = true`, and OpenTofu that
    /// it is not false.
    fn check_const(&self, name: &str, body: &Body) -> Result<()> {
        let is_const = match self.flag(body, "const") {
            Some(is_const) => is_const,
            None => self.has(Feature::EarlyEvaluation),
        };
        if is_const {
            return Ok(());
        }
        Err(EvalError::uncatchable(format!(
            "var.{name} has no value before modules are installed: the variable is not `const`"
        )))
    }

    /// The source of a module call, as programs evaluate it before they install modules. `None` if the block has none.
    pub fn module_source(&self, instance: InstanceId, call: &Arc<str>) -> Option<Result<Value>> {
        let block = self.module(instance).calls.get(call)?.block.parse(self.sources)?;
        let source = &block.body.attribute("source")?.value;
        let evaluate = || {
            if !self.has(Feature::EarlyEvaluation)
                && let Some(since) = self.dialect().lacks(Feature::ConstModuleSources)
            {
                let message =
                    format!("the source of a module is not a literal; one with `const` variables {since}");
                return Err(EvalError::uncatchable(message).with_span(source.span));
            }
            let value = self.evaluate(source, Scope::module(instance))?;
            let invalid = |message: String| Err(EvalError::invalid(message).with_span(source.span));
            if value.is_null() {
                return invalid("the source of a module must not be null".to_owned());
            }
            if value.marks().is_sensitive() || value.marks().is_ephemeral() {
                return invalid("the source of a module must be neither sensitive nor ephemeral".to_owned());
            }
            match convert(&value, &Type::String) {
                Ok(text) => Ok(text),
                Err(error) => invalid(format!("the source of a module is not a string: {error}")),
            }
        };
        Some(self.limits.with_depth(evaluate))
    }

    fn flag(&self, body: &Body, name: &str) -> Option<bool> {
        let value = self.evaluate(&body.attribute(name)?.value, Scope::empty()).ok()?;
        value.as_bool()
    }

    fn variable_value(
        &self,
        instance: InstanceId,
        name: &Arc<str>,
        body: &Body,
        marks: &Marks,
    ) -> Result<Value> {
        let constraint = self.constraint(body)?;
        let default = || match body.attribute("default") {
            Some(attribute) => {
                let value = self.evaluate(&attribute.value, Scope::empty())?.with_marks(marks);
                constraint
                    .apply(&value)
                    .map(Some)
                    .map_err(|error| error.with_span(attribute.value.span))
            }
            None => Ok(None),
        };
        let Some(assigned) = self.assigned_value(instance, name)? else {
            return match default()? {
                Some(value) => Ok(value),
                None if self.caller(instance).is_none() => {
                    Ok(self.unset_variable(instance, name, &constraint))
                }
                None => Err(EvalError::invalid(format!(
                    "the module call does not set the variable {name:?}"
                ))),
            };
        };
        let value = constraint.apply(&assigned.with_marks(marks))?;
        self.charge_memory(value.owned_bytes())?;
        let nullable = self.flag(body, "nullable").unwrap_or(true);
        if !nullable && value.is_null() {
            return match default()? {
                Some(default) => Ok(default),
                None => Err(EvalError::invalid(format!(
                    "the variable {name:?} must not be null"
                ))),
            };
        }
        Ok(value)
    }

    /// The value that the caller, or the input, assigns to a variable.
    fn assigned_value(&self, instance: InstanceId, name: &Arc<str>) -> Result<Option<Value>> {
        let Some(caller) = self.caller(instance) else {
            let expression = self.variables.expressions.get(name);
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
        let scope = Scope::module(caller.instance).with_repetition(&caller.repetition);
        self.evaluate(&argument.value, scope).map(Some)
    }

    /// The unknown value of a root variable without a value.
    fn unset_variable(&self, instance: InstanceId, name: &Arc<str>, constraint: &TypeConstraint) -> Value {
        let reference = Reference::new(self.path(instance), Subject::Variable(name.clone()));
        Value::unknown(constraint.ty.without_optional()).with_origin(Origin::from_reference(reference, None))
    }

    /// The value of an output of a module instance.
    pub(super) fn output(&self, instance: InstanceId, name: &Arc<str>) -> Result<Value> {
        let Some(block) = self.module(instance).outputs.get(name) else {
            return Err(EvalError::invalid(format!(
                "the module has no output named {name:?}"
            )));
        };
        let path = self.path(instance);
        self.memoized(
            instance,
            Node::Output(name.clone()),
            || format!("{path}.{name}"),
            || {
                let parsed = block
                    .parse(self.sources)
                    .and_then(|block| block.body.attribute("value"));
                let Some(attribute) = parsed else {
                    return Err(
                        EvalError::unreadable(format!("the output {name:?} cannot be read"))
                            .with_span(block.header()),
                    );
                };
                // `sensitive` hides an output when Terraform prints it, but does not mark the value for the caller.
                let value = self.evaluate(&attribute.value, Scope::module(instance))?;
                let block = block.parse(self.sources);
                let typed = block
                    .filter(|block| block.body.attribute("type").is_some() && self.has(Feature::OutputType));
                match typed {
                    Some(block) => self.constraint(&block.body)?.apply(&value),
                    None => Ok(value),
                }
            },
        )
    }

    /// The value of `module.call`: an object of all outputs.
    pub(super) fn module_object(&self, instance: InstanceId) -> Result<Value> {
        let names: Vec<Arc<str>> = self.module(instance).outputs.keys().cloned().collect();
        let outputs = names
            .into_iter()
            .map(|name| Ok((name.clone(), self.output(instance, &name)?)));
        Ok(Value::object(outputs.collect::<Result<_>>()?))
    }

    /// An unknown value whose origin is `subject`.
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

    /// An origin in a module instance.
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
        Origin::from_reference(reference, Some(span))
    }
}
