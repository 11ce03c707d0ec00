//! `count` and `for_each`: from a block to its instances.

use std::path::{Component, Path};
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{InstanceKey, ResourceName};
use crate::cty::{Type, Value, ValueRef, convert};
use crate::source::Span;
use crate::syntax::tree::Body;

use super::comprehension::each_element;
use super::instance::InstanceId;
use super::scope::Repetition;
use super::{Evaluator, Failure, Node, Result, Scope};

/// No block that anybody means has more instances.
const MOST: usize = 100_000;

/// The instances of a block.
#[derive(Debug)]
pub enum Expansion {
    /// One, without a key.
    Single,
    /// So many, by index.
    Count(usize),
    /// One for each element, by key.
    Each(Vec<(Arc<str>, Value, Value)>),
    /// How many is not known.
    Unknown {
        /// The value of `count` or `for_each`, which says why.
        value: Value,
        /// What is known of `each.key` and `each.value`; none for `count`.
        each: Option<(Value, Value)>,
        /// The expression.
        span: Span,
    },
}

impl Expansion {
    /// Every instance, in Terraform's order. An unknown expansion has one that stands for all.
    pub fn instances(&self) -> Vec<Repetition> {
        match self {
            Self::Single => vec![Repetition::single()],
            Self::Count(count) => (0..*count).map(by_index).collect(),
            Self::Each(elements) => elements.iter().map(by_key).collect(),
            Self::Unknown { value, each, .. } => {
                let index = each
                    .is_none()
                    .then(|| Value::unknown(Type::Number).with_marks(&value.marks().as_influence()));
                vec![Repetition {
                    key: Some(InstanceKey::Unknown),
                    index,
                    each: each.clone(),
                }]
            }
        }
    }

    /// The instance of this key.
    pub(super) fn instance(&self, key: &Value) -> Option<Repetition> {
        match self {
            Self::Count(count) => {
                let index = convert(key, &Type::Number).ok()?.as_number()?.to_index()?;
                (index < *count).then(|| by_index(index))
            }
            Self::Each(elements) => {
                let key = convert(key, &Type::String).ok()?;
                let key = key.as_str()?;
                let at = elements
                    .binary_search_by(|(other, ..)| other.as_bytes().cmp(key.as_bytes()))
                    .ok()?;
                elements.get(at).map(by_key)
            }
            Self::Single | Self::Unknown { .. } => None,
        }
    }

    /// How many instances there are; an unknown expansion has one that stands for all.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Single | Self::Unknown { .. } => 1,
            Self::Count(count) => *count,
            Self::Each(elements) => elements.len(),
        }
    }

    /// Whether there is no instance at all, for sure.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn by_index(index: usize) -> Repetition {
    let key = InstanceKey::Index(u64::try_from(index).unwrap_or(u64::MAX));
    Repetition {
        key: Some(key),
        index: Some(Value::from_len(index)),
        each: None,
    }
}

fn by_key((key, each_key, each_value): &(Arc<str>, Value, Value)) -> Repetition {
    Repetition {
        key: Some(InstanceKey::Key(key.clone())),
        index: None,
        each: Some((each_key.clone(), each_value.clone())),
    }
}

impl Evaluator<'_> {
    /// The instances of a resource block.
    pub fn resource_expansion(&self, instance: InstanceId, name: &ResourceName) -> Result<Rc<Expansion>> {
        let resource = self.module(instance).resources.get(name);
        let body = resource
            .and_then(|resource| resource.block.parse(self.sources))
            .map(|block| &block.body);
        self.expansion(instance, &Node::Resource(name.clone()), body)
    }

    /// The instances of a module call.
    pub fn call_expansion(&self, instance: InstanceId, call: &Arc<str>) -> Result<Rc<Expansion>> {
        let declared = self.module(instance).calls.get(call);
        let body = declared
            .and_then(|call| call.block.parse(self.sources))
            .map(|block| &block.body);
        self.expansion(instance, &Node::Call(call.clone()), body)
    }

    fn expansion(&self, instance: InstanceId, node: &Node, body: Option<&Body>) -> Result<Rc<Expansion>> {
        let Some(body) = body else {
            return Err(Failure::invalid("the block cannot be read"));
        };
        let name = || match node {
            Node::Resource(name) => name.to_string(),
            Node::Call(call) => format!("module.{call}"),
            _ => String::new(),
        };
        let key = (instance, node.clone());
        match self.expansions.borrow().get(&key) {
            Some(Some(known)) => return known.clone(),
            Some(None) => return Err(Failure::cycle(name())),
            None => {}
        }
        self.expansions.borrow_mut().insert(key.clone(), None);
        let expansion = self.expand(instance, body).and_then(|expansion| {
            self.make_room(expansion.len())?;
            Ok(Rc::new(expansion))
        });
        let expansion = expansion.map_err(|failure| failure.through(name));
        self.expansions.borrow_mut().insert(key, Some(expansion.clone()));
        expansion
    }

    fn expand(&self, instance: InstanceId, body: &Body) -> Result<Expansion> {
        let scope = Scope::module(instance);
        self.deeper(|| match (body.attribute("count"), body.attribute("for_each")) {
            (Some(count), Some(_)) => {
                let message = "a block cannot have both `count` and `for_each`";
                Err(Failure::refused(message).at(count.span))
            }
            (Some(count), None) => {
                let value = self.evaluate(&count.value, scope)?;
                by_count(&value, count.value.span).map_err(|failure| failure.at(count.value.span))
            }
            (None, Some(for_each)) => {
                let value = self
                    .evaluate(&for_each.value, scope)?
                    .with_trace_step(for_each.value.span);
                by_element(&value, for_each.value.span).map_err(|failure| failure.at(for_each.value.span))
            }
            (None, None) => Ok(Expansion::Single),
        })
    }
}

fn by_count(value: &Value, span: Span) -> Result<Expansion> {
    if value.is_null() {
        return Err(Failure::invalid("count is null"));
    }
    if value.marks().is_ephemeral() {
        return Err(Failure::invalid("count is ephemeral"));
    }
    let number =
        convert(value, &Type::Number).map_err(|error| Failure::invalid(format!("count: {error}")))?;
    let Some(count) = number.as_number() else {
        return Ok(Expansion::Unknown {
            value: value.clone(),
            each: None,
            span,
        });
    };
    match count.to_index() {
        Some(count) if count <= MOST => Ok(Expansion::Count(count)),
        Some(_) => Err(Failure::limit(format!("count is larger than {MOST}"))),
        None => Err(Failure::invalid("count must be a whole number, zero or greater")),
    }
}

fn by_element(value: &Value, span: Span) -> Result<Expansion> {
    let open = |key: Value, element: Value| Expansion::Unknown {
        value: value.clone(),
        each: Some((key, element)),
        span,
    };
    // Keys are printed in addresses and kept in the state. A sensitive `count` gives nothing away.
    if value.marks().is_sensitive() {
        return Err(Failure::invalid("for_each is sensitive"));
    }
    if value.marks().is_ephemeral() {
        return Err(Failure::invalid("for_each is ephemeral"));
    }
    match (value.view(), value.ty()) {
        (ValueRef::Null, _) => Err(Failure::invalid("for_each is null")),
        (ValueRef::Unknown(_), Type::Map(element)) => {
            let marks = value.marks();
            let element = Value::unknown((**element).clone()).with_marks(marks);
            Ok(open(Value::unknown(Type::String).with_marks(marks), element))
        }
        (ValueRef::Unknown(_), Type::Set(_)) => {
            let element = Value::unknown(Type::String).with_marks(value.marks());
            Ok(open(element.clone(), element))
        }
        (ValueRef::Unknown(_), Type::Dynamic) => {
            let marks = value.marks();
            Ok(open(
                Value::unknown(Type::String).with_marks(marks),
                Value::dynamic().with_marks(marks),
            ))
        }
        (ValueRef::Map(_) | ValueRef::Object(_), _) => elements(value),
        (ValueRef::Set(_), Type::Set(element)) if **element == Type::String => {
            if value.is_wholly_known() {
                return elements(value);
            }
            let element = Value::unknown(Type::String).with_marks(&value.marks_deep());
            Ok(open(element.clone(), element))
        }
        (ValueRef::Set(items), Type::Set(element)) if items.is_empty() && **element == Type::Dynamic => {
            Ok(Expansion::Each(Vec::new()))
        }
        (_, ty) => Err(Failure::invalid(format!(
            "for_each requires a map or a set of strings, not a {}",
            ty.friendly_name()
        ))),
    }
}

fn elements(value: &Value) -> Result<Expansion> {
    let elements = each_element(value)?.unwrap_or_default();
    if elements.len() > MOST {
        return Err(Failure::limit(format!("for_each has more than {MOST} elements")));
    }
    let keyed = elements.into_iter().map(|(key, element)| match key.as_str() {
        Some(text) => Ok((text.clone(), key.clone(), element)),
        None => Err(Failure::invalid(
            "for_each has a key that is null or not a string",
        )),
    });
    Ok(Expansion::Each(keyed.collect::<Result<_>>()?))
}

/// A module's directory as `path.module` gives it: relative to the root module, `.` for that itself.
pub(super) fn module_path(root: &Path, module: &Path) -> String {
    let relative = module.strip_prefix(root).unwrap_or(module);
    let mut parts: Vec<String> = Vec::new();
    for component in relative.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if parts.last().is_some_and(|part| part != "..") => _ = parts.pop(),
            other => parts.push(other.as_os_str().to_string_lossy().into_owned()),
        }
    }
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}
