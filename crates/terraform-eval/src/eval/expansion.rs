//! `count` and `for_each`: the instances of a block.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::address::InstanceKey;
use crate::cty::{Marks, Type, Value, ValueRef, convert};
use crate::dialect::{Engine, Feature};
use crate::modules::Resource;
use crate::source::{Span, clean_path};
use crate::syntax::tree::{Attribute, Body};

use super::for_expression::keyed_elements;
use super::instance_id::InstanceId;
use super::limits::MAX_INSTANCES;
use super::memo::Block;
use super::scope::RepetitionData;
use super::{EvalError, Evaluator, Result, Scope};

/// The maximum number of instances of one block.
const MAX_BLOCK_INSTANCES: usize = MAX_INSTANCES;

/// The instances of a block.
#[derive(Debug, Default)]
pub enum Expansion {
    /// One instance without a key.
    #[default]
    Single,
    /// This many instances, by index.
    Count(usize),
    /// One instance for each element: the key, `each.key` and `each.value`. Sorted by key.
    Each(Vec<(Arc<str>, Value, Value)>),
    /// No instance, because of `lifecycle { enabled = false }`. A reference to the block is null.
    Disabled,
    /// One instance without a key, or none: the value of `enabled` is unknown.
    MaybeEnabled {
        /// The value of `enabled`, whose origins are the reason.
        value: Value,
        /// The span of the expression.
        span: Span,
    },
    /// The number of instances is unknown.
    Unknown {
        /// The value of `count` or `for_each`, whose origins are the reason.
        value: Value,
        /// `each.key` and `each.value`, as far as they are known. `None` for `count`.
        each: Option<(Value, Value)>,
        /// The span of the expression of `count` or `for_each`.
        span: Span,
    },
}

impl Expansion {
    /// All instances, in Terraform's order. An unknown expansion has one instance that stands for all.
    pub fn instances(&self) -> Vec<RepetitionData> {
        match self {
            Self::Single | Self::MaybeEnabled { .. } => vec![RepetitionData::single()],
            Self::Disabled => Vec::new(),
            Self::Count(count) => (0..*count).map(indexed_instance).collect(),
            Self::Each(elements) => elements.iter().map(keyed_instance).collect(),
            Self::Unknown { value, each, .. } => {
                let index = each
                    .is_none()
                    .then(|| Value::unknown(Type::Number).with_marks(&value.marks().as_influence()));
                vec![RepetitionData {
                    key: Some(InstanceKey::Unknown),
                    index,
                    each: each.clone(),
                }]
            }
        }
    }

    /// Whether no key can follow the name of the block.
    pub(super) fn is_without_keys(&self) -> bool {
        matches!(self, Self::Single | Self::Disabled | Self::MaybeEnabled { .. })
    }

    /// The value that decides how many instances there are, if it is unknown.
    #[must_use]
    pub fn unknown_value(&self) -> Option<&Value> {
        match self {
            Self::Unknown { value, .. } | Self::MaybeEnabled { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The instance with a key.
    pub(super) fn instance(&self, key: &Value) -> Option<RepetitionData> {
        match self {
            Self::Count(count) => {
                let index = convert(key, &Type::Number).ok()?.as_number()?.to_index()?;
                (index < *count).then(|| indexed_instance(index))
            }
            Self::Each(elements) => {
                let key = convert(key, &Type::String).ok()?;
                let key = key.as_str()?;
                let position = elements
                    .binary_search_by(|(other, ..)| other.as_bytes().cmp(key.as_bytes()))
                    .ok()?;
                elements.get(position).map(keyed_instance)
            }
            Self::Single | Self::Disabled | Self::MaybeEnabled { .. } | Self::Unknown { .. } => None,
        }
    }

    /// The number of instances. An unknown expansion has one instance that stands for all.
    #[must_use]
    pub fn instance_count(&self) -> usize {
        match self {
            Self::Single | Self::MaybeEnabled { .. } | Self::Unknown { .. } => 1,
            Self::Disabled => 0,
            Self::Count(count) => *count,
            Self::Each(elements) => elements.len(),
        }
    }
}

fn indexed_instance(index: usize) -> RepetitionData {
    let key = InstanceKey::Index(u64::try_from(index).unwrap_or(u64::MAX));
    RepetitionData {
        key: Some(key),
        index: Some(Value::from_len(index)),
        each: None,
    }
}

fn keyed_instance((key, each_key, each_value): &(Arc<str>, Value, Value)) -> RepetitionData {
    RepetitionData {
        key: Some(InstanceKey::Key(key.clone())),
        index: None,
        each: Some((each_key.clone(), each_value.clone())),
    }
}

impl RepetitionData {
    /// The instance with a sensitive `each.value`.
    fn sensitive(self) -> Self {
        let sensitive = |(key, value): (Value, Value)| (key, value.with_marks(&Marks::sensitive()));
        Self {
            each: self.each.map(sensitive),
            ..self
        }
    }

    /// What `terraform validate` knows of the instances of a block: whether it has `count` or `for_each`.
    #[must_use]
    pub fn of_validation(body: &Body) -> Self {
        let each = || (Value::unknown(Type::String), Value::dynamic());
        Self {
            key: None,
            index: body.attribute("count").map(|_| Value::unknown(Type::Number)),
            each: body.attribute("for_each").map(|_| each()),
        }
    }
}

impl Evaluator<'_> {
    /// The instances of a resource block.
    pub fn resource_expansion(&self, instance: InstanceId, resource: &Resource) -> Result<Rc<Expansion>> {
        let body = resource.block.parse(self.sources).map(|block| &block.body);
        if body.is_some_and(is_single) {
            return self.single_expansion(instance, resource);
        }
        self.expansion(instance, Block::Resource(resource.name.clone()), body)
    }

    /// The instance of a block that cannot have several. It is counted once.
    fn single_expansion(&self, instance: InstanceId, resource: &Resource) -> Result<Rc<Expansion>> {
        let key = (instance, resource.block.header());
        if !self.memo.single.borrow().contains(&key) {
            self.limits
                .reserve_instances(1)
                .map_err(|error| error.through_named_value(|| resource.name.to_string()))?;
            self.memo.single.borrow_mut().insert(key);
        }
        Ok(self.memo.single_expansion.clone())
    }

    /// The instances of a module call.
    pub fn call_expansion(&self, instance: InstanceId, call: &Arc<str>) -> Result<Rc<Expansion>> {
        let declared = self.module(instance).calls.get(call);
        let body = declared
            .and_then(|call| call.block.parse(self.sources))
            .map(|block| &block.body);
        self.expansion(instance, Block::Call(call.clone()), body)
    }

    /// The instances of an `import` block of the root module. Its `for_each` may also be a list, with indices as keys, and
    /// null and sensitive in Terraform (`ImportValues` in `internal/terraform/eval_for_each.go`).
    pub fn import_instances(&self, body: &Body) -> Result<Vec<RepetitionData>> {
        let Some(for_each) = body.attribute("for_each") else {
            return Ok(vec![RepetitionData::single()]);
        };
        let expand = || {
            let value = self
                .evaluate(&for_each.value, Scope::module(InstanceId::ROOT))?
                .with_trace_step(for_each.value.span);
            let is_terraform = self.dialect().engine() == Engine::Terraform;
            if is_terraform && matches!(value.view(), ValueRef::Null) {
                return Ok(Vec::new());
            }
            if is_terraform && value.marks().is_sensitive() {
                let marks = value.marks().without_sensitive();
                let instances = expand_import(&value.with_only_marks(marks), for_each.value.span)?;
                return Ok(instances.into_iter().map(RepetitionData::sensitive).collect());
            }
            expand_import(&value, for_each.value.span)
        };
        let instances: Vec<RepetitionData> = self.limits.with_depth(expand)?;
        self.limits.reserve_instances(instances.len())?;
        Ok(instances)
    }

    fn expansion(&self, instance: InstanceId, block: Block, body: Option<&Body>) -> Result<Rc<Expansion>> {
        let Some(body) = body else {
            return Err(EvalError::unreadable("the block cannot be read"));
        };
        let is_call = matches!(block, Block::Call(_));
        let compute = || {
            let expansion = self.expand(instance, body)?;
            if is_call {
                let depth = self.path(instance).steps().len();
                self.limits
                    .reserve_module_instances(expansion.instance_count(), depth)?;
            }
            self.limits.reserve_instances(expansion.instance_count())?;
            Ok(Rc::new(expansion))
        };
        let name = |(_, block): &(InstanceId, Block)| match block {
            Block::Resource(name) => name.to_string(),
            Block::Call(call) => format!("module.{call}"),
        };
        self.memo
            .expansions
            .get_or_compute((instance, block), name, compute)
    }

    fn expand(&self, instance: InstanceId, body: &Body) -> Result<Expansion> {
        let scope = Scope::module(instance);
        let enabled = enabled_argument(body).filter(|_| self.has(Feature::LifecycleEnabled));
        let repeated = || body.attribute("count").or_else(|| body.attribute("for_each"));
        if let (Some(enabled), Some(_)) = (enabled, repeated()) {
            let message = "a block cannot have both `enabled` and `count` or `for_each`";
            return Err(EvalError::uncatchable(message).with_span(enabled.span));
        }
        if let Some(enabled) = enabled {
            let expand = || expand_enabled(&self.evaluate(&enabled.value, scope)?, enabled.value.span);
            return self
                .limits
                .with_depth(expand)
                .map_err(|error| error.with_span(enabled.value.span));
        }
        self.limits
            .with_depth(|| match (body.attribute("count"), body.attribute("for_each")) {
                (Some(count), Some(_)) => {
                    let message = "a block cannot have both `count` and `for_each`";
                    Err(EvalError::uncatchable(message).with_span(count.span))
                }
                (Some(count), None) => {
                    let value = self.evaluate(&count.value, scope)?;
                    expand_count(&value, count.value.span).map_err(|error| error.with_span(count.value.span))
                }
                (None, Some(for_each)) => {
                    let value = self
                        .evaluate(&for_each.value, scope)?
                        .with_trace_step(for_each.value.span);
                    expand_for_each(&value, for_each.value.span)
                        .map_err(|error| error.with_span(for_each.value.span))
                }
                (None, None) => Ok(Expansion::Single),
            })
    }
}

/// Whether a block has nothing that decides how many instances there are.
fn is_single(body: &Body) -> bool {
    let mut arguments = body.attributes.iter();
    body.blocks("lifecycle").next().is_none()
        && !arguments.any(|argument| matches!(&*argument.name.text, "count" | "for_each"))
}

/// The argument `enabled` of the `lifecycle` block of a resource or module call.
#[must_use]
pub fn enabled_argument(body: &Body) -> Option<&Attribute> {
    body.blocks("lifecycle")
        .find_map(|lifecycle| lifecycle.body.attribute("enabled"))
}

/// The instances of a block with `enabled` (`EvaluateEnabledExpression` in OpenTofu's `internal/lang/evalchecks`).
fn expand_enabled(value: &Value, span: Span) -> Result<Expansion> {
    if value.marks().is_sensitive() {
        return Err(EvalError::invalid("enabled is sensitive"));
    }
    if value.marks().is_ephemeral() {
        return Err(EvalError::invalid("enabled is ephemeral"));
    }
    if value.is_null() {
        return Err(EvalError::invalid("enabled is null"));
    }
    let enabled =
        convert(value, &Type::Bool).map_err(|error| EvalError::invalid(format!("enabled: {error}")))?;
    Ok(match enabled.as_bool() {
        Some(true) => Expansion::Single,
        Some(false) => Expansion::Disabled,
        None => Expansion::MaybeEnabled {
            value: value.clone(),
            span,
        },
    })
}

fn expand_count(value: &Value, span: Span) -> Result<Expansion> {
    if value.is_null() {
        return Err(EvalError::invalid("count is null"));
    }
    if value.marks().is_ephemeral() {
        return Err(EvalError::invalid("count is ephemeral"));
    }
    let number =
        convert(value, &Type::Number).map_err(|error| EvalError::invalid(format!("count: {error}")))?;
    let Some(count) = number.as_number() else {
        return Ok(Expansion::Unknown {
            value: value.clone(),
            each: None,
            span,
        });
    };
    match count.to_index() {
        Some(count) if count <= MAX_BLOCK_INSTANCES => Ok(Expansion::Count(count)),
        Some(_) => Err(EvalError::exhausted(format!(
            "count is larger than {MAX_BLOCK_INSTANCES}"
        ))),
        None => Err(EvalError::invalid(
            "count must be a whole number, zero or greater",
        )),
    }
}

fn expand_for_each(value: &Value, span: Span) -> Result<Expansion> {
    let unknown = |key: Value, element: Value| Expansion::Unknown {
        value: value.clone(),
        each: Some((key, element)),
        span,
    };
    // Keys appear in addresses and in the state. Terraform accepts a sensitive `count`.
    if value.marks().is_sensitive() {
        return Err(EvalError::invalid("for_each is sensitive"));
    }
    if value.marks().is_ephemeral() {
        return Err(EvalError::invalid("for_each is ephemeral"));
    }
    match (value.view(), value.ty()) {
        (ValueRef::Null, _) => Err(EvalError::invalid("for_each is null")),
        (ValueRef::Unknown(_), Type::Map(element)) => {
            let marks = value.marks();
            let element = Value::unknown((**element).clone()).with_marks(marks);
            Ok(unknown(Value::unknown(Type::String).with_marks(marks), element))
        }
        (ValueRef::Unknown(_), Type::Set(_)) => {
            let element = Value::unknown(Type::String).with_marks(value.marks());
            Ok(unknown(element.clone(), element))
        }
        (ValueRef::Unknown(_), Type::Dynamic | Type::Object(_)) => {
            let marks = value.marks();
            Ok(unknown(
                Value::unknown(Type::String).with_marks(marks),
                Value::dynamic().with_marks(marks),
            ))
        }
        (ValueRef::Map(_) | ValueRef::Object(_), _) => expand_elements(value),
        (ValueRef::Set(_), Type::Set(element)) if **element == Type::String => {
            if value.is_wholly_known() {
                return expand_elements(value);
            }
            let element = Value::unknown(Type::String).with_marks(&value.marks_deep());
            Ok(unknown(element.clone(), element))
        }
        (ValueRef::Set(items), Type::Set(element)) if items.is_empty() && **element == Type::Dynamic => {
            Ok(Expansion::Each(Vec::new()))
        }
        (_, ty) => Err(EvalError::invalid(format!(
            "for_each requires a map or a set of strings, not a {}",
            ty.friendly_name()
        ))),
    }
}

/// The instances of an import for each element of a value. A sensitive one is an error.
fn expand_import(value: &Value, span: Span) -> Result<Vec<RepetitionData>> {
    let items = match value.view() {
        ValueRef::List(items) | ValueRef::Tuple(items) if !value.marks().is_sensitive() => items,
        _ => {
            let expansion = expand_for_each(value, span).map_err(|error| error.with_span(span))?;
            return Ok(expansion.instances());
        }
    };
    if items.len() > MAX_BLOCK_INSTANCES {
        let message = format!("for_each has more than {MAX_BLOCK_INSTANCES} elements");
        return Err(EvalError::exhausted(message));
    }
    let instance = |(index, item): (usize, &Value)| RepetitionData {
        key: indexed_instance(index).key,
        index: None,
        each: Some((Value::from_len(index), item.clone())),
    };
    Ok(items.iter().enumerate().map(instance).collect())
}

fn expand_elements(value: &Value) -> Result<Expansion> {
    let elements = keyed_elements(value)?.unwrap_or_default();
    if elements.len() > MAX_BLOCK_INSTANCES {
        return Err(EvalError::exhausted(format!(
            "for_each has more than {MAX_BLOCK_INSTANCES} elements"
        )));
    }
    let keyed = elements.into_iter().map(|(key, element)| match key.as_str() {
        Some(text) => Ok((text.clone(), key.clone(), element)),
        None => Err(EvalError::invalid(
            "for_each has a key that is null or not a string",
        )),
    });
    Ok(Expansion::Each(keyed.collect::<Result<_>>()?))
}

/// The directory of a module as in `path.module`: relative to the root module, and `.` for the root module.
pub(super) fn module_path(root: &Path, module: &Path) -> String {
    let absolute = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        clean_path(&path)
    };
    let (root, module) = (absolute(root), absolute(module));
    let common = root
        .components()
        .zip(module.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = root.components().skip(common).map(|_| "..".to_owned());
    let down = module.components().skip(common);
    let down = down.map(|component| component.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}
