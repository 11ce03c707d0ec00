//! `required_providers`, and the provider versions in the dependency lock file.

use crate::source::{Sources, Span};
use crate::syntax::tree::{Body, Expression, ExpressionKind, ObjectKey};

use super::module::{Module, literal};

/// An entry of `required_providers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The source address, as spelled: `terraform-redhat/rhcs`.
    pub source: String,
    /// The version constraint and its span.
    pub version: Option<(String, Span)>,
}

/// The providers that a module requires with a `source`. Both arguments have to be literal strings, as in Terraform.
#[must_use]
pub fn required_providers(module: &Module, sources: &Sources) -> Vec<Requirement> {
    let settings = module.settings().iter().filter_map(|block| block.parse(sources));
    let required = settings.flat_map(|block| block.body.blocks("required_providers"));
    let entries = required.flat_map(|block| &block.body.attributes);
    entries.filter_map(|entry| requirement(&entry.value)).collect()
}

fn requirement(value: &Expression) -> Option<Requirement> {
    let ExpressionKind::Object(items) = &value.kind else {
        return None;
    };
    let argument = |name: &str| {
        let item = items.iter().find(|item| match &item.key {
            ObjectKey::Word(word) => &*word.text == name,
            ObjectKey::Expression(key) => literal(key) == Some(name),
        })?;
        Some((literal(&item.value)?.to_owned(), item.value.span))
    };
    Some(Requirement {
        source: argument("source")?.0,
        version: argument("version"),
    })
}

/// The version in a lock file's entry for a provider: `provider "registry…/name" { version = … }`.
#[must_use]
pub fn locked_version(body: &Body) -> Option<(String, Span)> {
    let version = &body.attribute("version")?.value;
    Some((literal(version)?.to_owned(), version.span))
}
