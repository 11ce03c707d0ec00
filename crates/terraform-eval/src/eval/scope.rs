//! What names mean where an expression stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::InstanceKey;
use crate::cty::Value;

use super::instance::InstanceId;

/// The instance of a repeated block that an expression is evaluated for.
#[derive(Debug, Clone)]
pub struct Repetition {
    /// The instance key; none for a block without `count` and `for_each`.
    pub key: Option<InstanceKey>,
    /// `count.index`.
    pub index: Option<Value>,
    /// `each.key` and `each.value`.
    pub each: Option<(Value, Value)>,
}

impl Repetition {
    /// The one instance of a block that is not repeated.
    #[must_use]
    pub fn single() -> Self {
        Self {
            key: None,
            index: None,
            each: None,
        }
    }
}

/// Where an expression stands: its module instance, the instance of its block, and the names that
/// `for` and splat expressions around it bind.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// The module instance; none where no names are known at all, as in a tfvars file.
    pub(super) instance: Option<InstanceId>,
    /// The instance of the block.
    pub(super) repetition: Option<&'s Repetition>,
    pub(super) names: Option<&'s Frame<'s>>,
    pub(super) element: Option<&'s Value>,
    /// The template that the expression is part of, where that stands on its own.
    pub(super) template: Option<&'s Rendered<'s>>,
}

/// A template that a function renders: it knows the names that the function was given and no others.
pub(super) struct Rendered<'s> {
    /// `templatefile` or `templatestring`.
    pub(super) function: &'static str,
    pub(super) variables: &'s BTreeMap<Arc<str>, Value>,
}

/// The names that one `for` binds.
pub(super) struct Frame<'s> {
    pub(super) key: Option<(&'s Arc<str>, Value)>,
    pub(super) value: (&'s Arc<str>, Value),
    pub(super) outer: Option<&'s Frame<'s>>,
}

impl<'s> Scope<'s> {
    /// The scope of a module instance.
    #[must_use]
    pub fn module(instance: InstanceId) -> Self {
        Self {
            instance: Some(instance),
            repetition: None,
            names: None,
            element: None,
            template: None,
        }
    }

    /// No names at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            instance: None,
            repetition: None,
            names: None,
            element: None,
            template: None,
        }
    }

    /// The scope of a template that a function renders.
    pub(super) fn rendered(template: &'s Rendered<'s>) -> Self {
        Self {
            template: Some(template),
            ..Self::empty()
        }
    }

    /// This scope inside an instance of a block.
    #[must_use]
    pub fn repeated(self, repetition: &'s Repetition) -> Self {
        Self {
            repetition: Some(repetition),
            ..self
        }
    }

    pub(super) fn with_names<'t>(self, names: &'t Frame<'t>) -> Scope<'t>
    where
        's: 't,
    {
        Scope {
            instance: self.instance,
            repetition: self.repetition,
            names: Some(names),
            element: self.element,
            template: self.template,
        }
    }

    pub(super) fn with_element<'t>(self, element: &'t Value) -> Scope<'t>
    where
        's: 't,
    {
        Scope {
            instance: self.instance,
            repetition: self.repetition,
            names: self.names,
            element: Some(element),
            template: self.template,
        }
    }

    /// The value that a `for` around binds to a name, or that a template was given for it.
    pub(super) fn name(&self, name: &str) -> Option<Value> {
        let mut frame = self.names;
        while let Some(names) = frame {
            if &**names.value.0 == name {
                return Some(names.value.1.clone());
            }
            if let Some((key, value)) = &names.key
                && &***key == name
            {
                return Some(value.clone());
            }
            frame = names.outer;
        }
        self.template
            .and_then(|template| template.variables.get(name))
            .cloned()
    }
}
