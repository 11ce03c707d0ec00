//! Terraform's names for things: module paths, resource addresses, instance keys, references.
//!
//! The forms are those that Terraform prints (`internal/addrs` in its source): a finding can be
//! searched for in a plan as it stands here.

use std::fmt;
use std::sync::Arc;

/// The key that tells the instances of one resource or module call apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// `[0]`, from `count`.
    Index(u64),
    /// `["a"]`, from `for_each`.
    Key(Arc<str>),
    /// `[*]`: the expansion is not known, and this one instance stands for all that there may be.
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

/// `text` as Terraform quotes it in an address, with template openings escaped.
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
    /// The instance key, where the call has `count` or `for_each`.
    pub key: Option<InstanceKey>,
}

/// The path from the root module to a module instance; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ModulePath(Arc<[ModuleStep]>);

impl ModulePath {
    /// The root module.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[ModuleStep] {
        &self.0
    }

    /// Whether this is the root module.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of a module that this one calls.
    #[must_use]
    pub fn child(&self, call: impl Into<Arc<str>>, key: Option<InstanceKey>) -> Self {
        let step = ModuleStep {
            call: call.into(),
            key,
        };
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// The path of the module that calls this one; none for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.into()))
    }

    /// The path without instance keys: the place in the configuration.
    #[must_use]
    pub fn without_keys(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|step| ModuleStep {
                    call: step.call.clone(),
                    key: None,
                })
                .collect(),
        )
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
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

/// A resource block's name inside its module: `rhcs_image_mirror.nginx`, `data.rhcs_groups.all`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)
    }
}

/// A resource in a module: `module.a["x"].rhcs_cluster_rosa_hcp.main`, without an instance key of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourcePath {
    /// The module that holds the block.
    pub module: ModulePath,
    /// The block.
    pub resource: ResourceName,
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
    /// The resource in its module.
    pub path: ResourcePath,
    /// The instance key, where the resource has `count` or `for_each`.
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

    /// The module instance that holds the resource.
    #[must_use]
    pub fn module(&self) -> &ModulePath {
        &self.path.module
    }

    /// The resource inside its module.
    #[must_use]
    pub fn resource(&self) -> &ResourceName {
        &self.path.resource
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

/// What a reference names, inside the module that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A resource or data source, all its instances.
    Resource(ResourceName),
    /// An input variable, `var.name`.
    Variable(Arc<str>),
    /// A local value, `local.name`.
    Local(Arc<str>),
    /// A module call, `module.name`.
    Module(Arc<str>),
    /// Anything else that Terraform knows by a word: `each.key`, `terraform.workspace`, a function.
    Other(Arc<str>),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(resource) => write!(f, "{resource}"),
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Local(name) => write!(f, "local.{name}"),
            Self::Module(name) => write!(f, "module.{name}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// A reference as it is written, with the module that it is written in: `rhcs_cluster_rosa_hcp.main[0].id`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The module instance that holds the expression.
    pub module: ModulePath,
    /// What it names.
    pub subject: Subject,
    /// The instance of it, where one is named: `[0]`.
    pub key: Option<InstanceKey>,
    /// The attribute that is read of it, first step only: `id`; none where the whole object is meant.
    pub attribute: Option<Arc<str>>,
}

impl Reference {
    /// A reference to the whole of `subject`.
    #[must_use]
    pub fn new(module: ModulePath, subject: Subject) -> Self {
        Self {
            module,
            subject,
            key: None,
            attribute: None,
        }
    }

    /// The resource that is referred to, if it is one.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceName> {
        match &self.subject {
            Subject::Resource(resource) => Some(resource),
            _ => None,
        }
    }

    /// The reference to the object itself, without the attribute that is read of it.
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
    fn an_address_prints_as_terraform_prints_it() {
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
}
