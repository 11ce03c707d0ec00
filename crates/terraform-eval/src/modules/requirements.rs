//! `required_providers`, and the provider versions in the dependency lock file.

use std::sync::Arc;

use crate::dialect::Engine;
use crate::source::{Sources, Span};
use crate::syntax::tree::{Attribute, Body, ExpressionKind, ObjectKey, literal};

use super::lazy_block::LazyBlock;
use super::module::Module;

/// An entry of `required_providers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The local name of the provider.
    pub name: Arc<str>,
    /// The span of the whole entry.
    pub span: Span,
    /// The source address, as spelled: `terraform-redhat/rhcs`. Without one, Terraform uses `hashicorp/NAME`.
    pub source: Option<String>,
    /// The version constraint and its span.
    pub version: Option<(String, Span)>,
}

/// The providers that a module requires: objects, and the older form in which the entry is the constraint. Source and
/// version have to be literal strings, as in Terraform.
#[must_use]
pub fn required_providers(module: &Module, sources: &Sources) -> Vec<Requirement> {
    let settings = module.settings().iter().filter_map(|block| block.parse(sources));
    let required = settings.flat_map(|block| block.body.blocks("required_providers"));
    let entries = required.flat_map(|block| &block.body.attributes);
    entries.filter_map(requirement).collect()
}

fn requirement(entry: &Attribute) -> Option<Requirement> {
    let requirement = |source: Option<(String, Span)>, version| Requirement {
        name: entry.name.text.clone(),
        span: entry.span,
        source: source.map(|(text, _)| text),
        version,
    };
    if let Some(constraint) = literal(&entry.value) {
        return Some(requirement(None, Some((constraint.to_owned(), entry.value.span))));
    }
    let ExpressionKind::Object(items) = &entry.value.kind else {
        return None;
    };
    let argument = |name: &str| {
        let item = items.iter().find(|item| match &item.key {
            ObjectKey::Word(word) => &*word.text == name,
            ObjectKey::Expression(key) => literal(key) == Some(name),
        })?;
        Some((literal(&item.value)?.to_owned(), item.value.span))
    };
    Some(requirement(argument("source"), argument("version")))
}

/// The versions of a program that a module requires: `required_version`, which both programs read, and what the
/// `language` blocks of `OpenTofu` require of it.
#[must_use]
pub fn required_versions(module: &Module, engine: Engine, sources: &Sources) -> Vec<(String, Span)> {
    let constraint = |body: &Body, name: &str| {
        let value = &body.attribute(name)?.value;
        Some((literal(value)?.to_owned(), value.span))
    };
    let settings = module.settings().iter().filter_map(|block| block.parse(sources));
    let mut constraints: Vec<_> = settings
        .filter_map(|block| constraint(&block.body, "required_version"))
        .collect();
    if engine == Engine::OpenTofu {
        let others = module.others().iter().filter(|block| block.kind() == "language");
        let languages = others.filter_map(|block| block.parse(sources));
        let compatible = languages.flat_map(|block| block.body.blocks("compatible_with"));
        constraints.extend(compatible.filter_map(|block| constraint(&block.body, "opentofu")));
    }
    constraints
}

/// The version constraints in `provider` blocks of a provider, which Terraform deprecates and honors.
#[must_use]
pub fn provider_block_versions(module: &Module, name: &str, sources: &Sources) -> Vec<(String, Span)> {
    let blocks = module.others().iter().filter(|block| {
        block.kind() == "provider" && block.labels().first().is_some_and(|label| &*label.text == name)
    });
    let bodies = blocks.filter_map(|block| block.parse(sources));
    bodies.filter_map(|block| locked_version(&block.body)).collect()
}

/// Whether a module configures a provider under an alias, or expects that of its caller.
#[must_use]
pub fn has_provider_alias(module: &Module, name: &str, alias: &str, sources: &Sources) -> bool {
    let is_named = |block: &&LazyBlock| {
        block.kind() == "provider" && block.labels().first().is_some_and(|label| &*label.text == name)
    };
    let bodies = module
        .others()
        .iter()
        .filter(is_named)
        .map(|block| block.parse(sources));
    bodies.flatten().any(|block| {
        let declared = block.body.attribute("alias");
        declared.is_some_and(|declared| literal(&declared.value).is_none_or(|text| text == alias))
    })
}

/// The version in a lock file's entry for a provider: `provider "registry…/name" { version = … }`.
#[must_use]
pub fn locked_version(body: &Body) -> Option<(String, Span)> {
    let version = &body.attribute("version")?.value;
    Some((literal(version)?.to_owned(), version.span))
}
