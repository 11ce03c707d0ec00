//! Terraform's names for things: module paths, resource addresses, instance keys, references.
//!
//! Each type prints as Terraform prints it (`internal/addrs` in its source), so that an address in a finding
//! can be searched for in a plan.

mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use parse::RelativeReference;

/// The key of one instance of a resource or module call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// `[0]`, from `count`.
    Index(u64),
    /// `["a"]`, from `for_each`.
    Key(Arc<str>),
    /// `[*]`: the expansion is unknown, and this instance represents all possible ones.
    Unknown,
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
            Self::Unknown => f.write_str("[*]"),
        }
    }
}

/// `text` as Terraform quotes it in an address, with `${` and `%{` escaped (`toHCLQuotedString`).
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(character);
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// One step of a module path: a module call and the key of its instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleStep {
    /// The name of the `module` block.
    pub call: Arc<str>,
    /// The instance key, if the call has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

/// The path from the root module to a module instance; empty for the root. That is `None`: there are many copies of it, and
/// threads that count references to one place wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ModulePath(Option<Arc<[ModuleStep]>>);

impl ModulePath {
    /// The root module.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The module calls from the root module on.
    #[must_use]
    pub fn steps(&self) -> &[ModuleStep] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether this is the root module.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_none()
    }

    /// The path of a child module.
    #[must_use]
    pub fn child(&self, call: impl Into<Arc<str>>, key: Option<InstanceKey>) -> Self {
        let step = ModuleStep {
            call: call.into(),
            key,
        };
        self.steps().iter().cloned().chain([step]).collect()
    }

    /// The path of the calling module; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.steps().split_last()?;
        Some(rest.iter().cloned().collect())
    }

    /// Whether the instance key of a step is unknown, so that the path represents several module instances.
    #[must_use]
    pub fn has_unknown_key(&self) -> bool {
        let mut steps = self.steps().iter();
        steps.any(|step| step.key == Some(InstanceKey::Unknown))
    }

    /// The path without instance keys, which is the module as the configuration declares it.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        if self.steps().iter().all(|step| step.key.is_none()) {
            return self.clone();
        }
        let without_key = |step: &ModuleStep| ModuleStep {
            call: step.call.clone(),
            key: None,
        };
        self.steps().iter().map(without_key).collect()
    }
}

impl FromIterator<ModuleStep> for ModulePath {
    fn from_iter<I: IntoIterator<Item = ModuleStep>>(steps: I) -> Self {
        let steps: Vec<ModuleStep> = steps.into_iter().collect();
        Self((!steps.is_empty()).then(|| steps.into()))
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps().iter().enumerate() {
            if position > 0 {
                f.write_str(".")?;
            }
            write!(f, "module.{}", step.call)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

/// Whether a resource block is `resource` or `data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A `resource` block: Terraform creates, changes and deletes the object.
    Managed,
    /// A `data` block: Terraform reads it.
    Data,
}

/// The name of a resource block inside its module: `rhcs_image_mirror.nginx`, `data.rhcs_groups.all`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceName {
    /// Managed or data.
    pub mode: Mode,
    /// The resource type, `rhcs_image_mirror`.
    pub kind: Arc<str>,
    /// The block's second label.
    pub name: Arc<str>,
}

impl ResourceName {
    /// A managed resource.
    #[must_use]
    pub fn managed(kind: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            mode: Mode::Managed,
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// A data source.
    #[must_use]
    pub fn data(kind: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> Self {
        Self {
            mode: Mode::Data,
            kind: kind.into(),
            name: name.into(),
        }
    }
}

impl Ord for ResourceName {
    fn cmp(&self, other: &Self) -> Ordering {
        // Most names of a module that are compared have the same type, and share its text.
        let kinds = if Arc::ptr_eq(&self.kind, &other.kind) {
            Ordering::Equal
        } else {
            self.kind.cmp(&other.kind)
        };
        let modes = self.mode.cmp(&other.mode);
        modes.then(kinds).then_with(|| self.name.cmp(&other.name))
    }
}

impl PartialOrd for ResourceName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// A resource with its module, without an instance key of its own: `module.a["x"].rhcs_cluster_rosa_hcp.main`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath {
    /// The module instance that contains the block.
    pub module: ModulePath,
    /// The block inside that module.
    pub resource: ResourceName,
}

impl ResourcePath {
    /// The path without instance keys, which is the block as the configuration declares it.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        Self {
            module: self.module.without_keys(),
            resource: self.resource.clone(),
        }
    }
}

impl fmt::Display for ResourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.resource)
    }
}

/// The address of one resource instance, as Terraform prints it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The resource and its module.
    pub path: ResourcePath,
    /// The instance key, if the resource has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

impl Address {
    /// The address of an instance.
    #[must_use]
    pub fn new(module: ModulePath, resource: ResourceName, key: Option<InstanceKey>) -> Self {
        Self {
            path: ResourcePath { module, resource },
            key,
        }
    }

    /// The module instance that contains the resource.
    #[must_use]
    pub fn module(&self) -> &ModulePath {
        &self.path.module
    }

    /// The resource inside its module.
    #[must_use]
    pub fn resource(&self) -> &ResourceName {
        &self.path.resource
    }

    /// Whether the key of the resource or of a module is unknown, so that the address represents several instances.
    #[must_use]
    pub fn has_unknown_key(&self) -> bool {
        self.key == Some(InstanceKey::Unknown) || self.module().has_unknown_key()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(key) = &self.key {
            write!(f, "{key}")?;
        }
        Ok(())
    }
}

/// What a reference names inside a module (Terraform's `addrs.Referenceable`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A resource or data source with all its instances.
    Resource(ResourceName),
    /// An input variable, `var.name`.
    Variable(Arc<str>),
    /// A local value, `local.name`.
    Local(Arc<str>),
    /// A module call, `module.name`.
    Module(Arc<str>),
    /// `each.key` or `each.value`.
    Each(EachAttribute),
    /// `count.index`.
    Count,
    /// `path.module`, `path.root`, `path.cwd`.
    Path(Arc<str>),
    /// `terraform.workspace`.
    Terraform(Arc<str>),
    /// `self`.
    SelfObject,
    /// An ephemeral resource, `ephemeral.kind.name`.
    Ephemeral {
        /// The resource type.
        kind: Arc<str>,
        /// The block's second label.
        name: Arc<str>,
    },
}

/// An attribute of `each`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EachAttribute {
    /// `each.key`.
    Key,
    /// `each.value`.
    Value,
}

impl Subject {
    /// The subject of a reference that begins with `keyword` and `attribute`: `each.key`, `path.module`.
    /// `None` for other words, and for attributes that the object does not have.
    #[must_use]
    pub fn from_keyword(keyword: &str, attribute: &str) -> Option<Self> {
        match (keyword, attribute) {
            ("each", "key") => Some(Self::Each(EachAttribute::Key)),
            ("each", "value") => Some(Self::Each(EachAttribute::Value)),
            ("count", "index") => Some(Self::Count),
            ("path", name) => Some(Self::Path(name.into())),
            // OpenTofu knows the object by both names.
            ("terraform" | "tofu", name) => Some(Self::Terraform(name.into())),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(resource) => write!(f, "{resource}"),
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Module(name) => write!(f, "module.{name}"),
            Self::Each(EachAttribute::Key) => f.write_str("each.key"),
            Self::Each(EachAttribute::Value) => f.write_str("each.value"),
            Self::Count => f.write_str("count.index"),
            Self::Path(name) => write!(f, "path.{name}"),
            Self::Terraform(name) => write!(f, "terraform.{name}"),
            Self::SelfObject => f.write_str("self"),
            Self::Ephemeral { kind, name } => write!(f, "ephemeral.{kind}.{name}"),
        }
    }
}

/// A reference and the module instance in which it appears: `rhcs_cluster_rosa_hcp.main[0].id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The module instance that contains the expression.
    pub module: ModulePath,
    /// The object that the reference names.
    pub subject: Subject,
    /// The instance key, if the reference has one: `[0]`.
    pub key: Option<InstanceKey>,
    /// The first attribute of the object, `id`; `None` if the reference names the object itself.
    pub attribute: Option<Arc<str>>,
}

impl Reference {
    /// A reference to `subject` itself.
    #[must_use]
    pub fn new(module: ModulePath, subject: Subject) -> Self {
        Self {
            module,
            subject,
            key: None,
            attribute: None,
        }
    }

    /// The resource, if the reference names one.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceName> {
        match &self.subject {
            Subject::Resource(resource) => Some(resource),
            _ => None,
        }
    }

    /// The reference to the object itself.
    #[must_use]
    pub fn without_attribute(&self) -> Self {
        Self {
            attribute: None,
            ..self.clone()
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        write!(f, "{}", self.subject)?;
        if let Some(key) = &self.key {
            write!(f, "{key}")?;
        }
        if let Some(attribute) = &self.attribute {
            write!(f, ".{attribute}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_print_as_in_terraform() {
        let module = ModulePath::root()
            .child("a", Some(InstanceKey::Key("x\"y".into())))
            .child("b", Some(InstanceKey::Index(3)));
        let address = Address::new(
            module,
            ResourceName::data("rhcs_groups", "all"),
            Some(InstanceKey::Key("${no}".into())),
        );
        assert_eq!(
            address.to_string(),
            r#"module.a["x\"y"].module.b[3].data.rhcs_groups.all["$${no}"]"#
        );
    }

    #[test]
    fn keywords_have_fixed_attributes() {
        let printed = |keyword, attribute| Subject::from_keyword(keyword, attribute).map(|it| it.to_string());
        assert_eq!(printed("each", "value").as_deref(), Some("each.value"));
        assert_eq!(
            printed("tofu", "workspace").as_deref(),
            Some("terraform.workspace")
        );
        assert_eq!(printed("each", "index"), None);
        assert_eq!(printed("count", "key"), None);
    }
}
