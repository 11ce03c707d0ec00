//! The names that an expression can refer to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::{InstanceKey, ResourceName};
use crate::cty::Value;

use super::instance_id::InstanceId;

/// The values that identify one instance of a block with `count` or `for_each` (Terraform:
/// `instances.RepetitionData`).
#[derive(Debug, Clone)]
pub struct RepetitionData {
    /// The instance key. `None` for a block without `count` and `for_each`.
    pub key: Option<InstanceKey>,
    /// `count.index`.
    pub index: Option<Value>,
    /// `each.key` and `each.value`.
    pub each: Option<(Value, Value)>,
}

impl RepetitionData {
    /// The only instance of a block without `count` and `for_each`.
    #[must_use]
    pub fn single() -> Self {
        Self {
            key: None,
            index: None,
            each: None,
        }
    }
}

/// Where an expression is evaluated: its module instance, the instance of its block, and the names that
/// enclosing `for` and splat expressions bind.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// The module instance. `None` if no references are allowed, as in a tfvars file.
    pub(super) instance: Option<InstanceId>,
    /// The instance of the block.
    pub(super) repetition: Option<&'s RepetitionData>,
    /// The resource whose instance `self` is, in its postconditions.
    pub(super) own_resource: Option<&'s ResourceName>,
    /// The names of enclosing `for` expressions.
    pub(super) bindings: Option<&'s ForBindings<'s>>,
    /// The current element of the enclosing splat expression.
    pub(super) element: Option<&'s Value>,
    /// The template that a function renders, if the expression is part of one.
    pub(super) template: Option<&'s TemplateScope<'s>>,
    /// Whether the references of what is evaluated have been checked.
    pub(super) has_checked_references: bool,
}

/// The scope of a template that a function renders: only the variables of the call are known.
pub(super) struct TemplateScope<'s> {
    /// `templatefile` or `templatestring`.
    pub(super) function: &'static str,
    pub(super) variables: &'s BTreeMap<Arc<str>, Value>,
}

/// The names that one `for` expression binds, in one iteration.
pub(super) struct ForBindings<'s> {
    pub(super) key: Option<(&'s Arc<str>, Value)>,
    pub(super) value: (&'s Arc<str>, Value),
    pub(super) outer: Option<&'s ForBindings<'s>>,
}

impl<'s> Scope<'s> {
    /// The scope of a module instance.
    #[must_use]
    pub fn module(instance: InstanceId) -> Self {
        Self {
            instance: Some(instance),
            ..Self::empty()
        }
    }

    /// A scope without any names.
    pub(super) fn empty() -> Self {
        Self {
            instance: None,
            repetition: None,
            own_resource: None,
            bindings: None,
            element: None,
            template: None,
            has_checked_references: false,
        }
    }

    /// The scope of a template that a function renders.
    pub(super) fn template(template: &'s TemplateScope<'s>) -> Self {
        Self {
            template: Some(template),
            ..Self::empty()
        }
    }

    /// This scope inside an instance of a block.
    #[must_use]
    pub fn with_repetition(self, repetition: &'s RepetitionData) -> Self {
        Self {
            repetition: Some(repetition),
            ..self
        }
    }

    /// This scope in a postcondition of a resource, where `self` is the instance of the block.
    #[must_use]
    pub fn with_self(self, resource: &'s ResourceName) -> Self {
        Self {
            own_resource: Some(resource),
            ..self
        }
    }

    /// This scope inside an iteration of a `for` expression.
    pub(super) fn with_bindings<'t>(self, bindings: &'t ForBindings<'t>) -> Scope<'t>
    where
        's: 't,
    {
        Scope {
            bindings: Some(bindings),
            ..self
        }
    }

    /// This scope for one element of a splat expression.
    pub(super) fn with_element<'t>(self, element: &'t Value) -> Scope<'t>
    where
        's: 't,
    {
        Scope {
            element: Some(element),
            ..self
        }
    }

    /// The value of a name that an enclosing `for` binds, or of a template variable.
    pub(super) fn lookup(&self, name: &str) -> Option<Value> {
        let mut innermost = self.bindings;
        while let Some(bindings) = innermost {
            if &**bindings.value.0 == name {
                return Some(bindings.value.1.clone());
            }
            if let Some((key, value)) = &bindings.key
                && &***key == name
            {
                return Some(value.clone());
            }
            innermost = bindings.outer;
        }
        self.template
            .and_then(|template| template.variables.get(name))
            .cloned()
    }
}
