//! `required_providers`, and what the dependency lock file says of a provider.

use crate::source::{Sources, Span};
use crate::syntax::tree::{Body, Expression, ExpressionKind, ObjectKey};

use super::module::{Module, literal};

/// An entry of `required_providers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Where the provider comes from, as written: `terraform-redhat/rhcs`.
    pub source: String,
    /// The version constraint, and where it stands.
    pub version: Option<(String, Span)>,
}

/// The providers that a module requires by their source. Both arguments are plain strings, as Terraform
/// wants them.
#[must_use]
pub fn of(module: &Module, sources: &Sources) -> Vec<Requirement> {
    let settings = module.settings().iter().filter_map(|block| block.parse(sources));
    let required = settings.flat_map(|block| block.body.blocks("required_providers"));
    let entries = required.flat_map(|block| &block.body.attributes);
    entries.filter_map(|entry| requirement(&entry.value)).collect()
}

fn requirement(value: &Expression) -> Option<Requirement> {
    let ExpressionKind::Object(items) = &value.kind else {
        return None;
    };
    let named = |wanted: &str| {
        let item = items.iter().find(|item| match &item.key {
            ObjectKey::Word(name) => &*name.text == wanted,
            ObjectKey::Expression(key) => literal(key) == Some(wanted),
        })?;
        Some((literal(&item.value)?.to_owned(), item.value.span))
    };
    Some(Requirement {
        source: named("source")?.0,
        version: named("version"),
    })
}

/// The version that a lock file's entry for a provider has: `provider "registry…/name" { version = … }`.
#[must_use]
pub fn locked(body: &Body) -> Option<(String, Span)> {
    let version = &body.attribute("version")?.value;
    Some((literal(version)?.to_owned(), version.span))
}
