//! The versions that a module requires, and those in the dependency lock file.

use crate::dialect::Engine;
use crate::source::{Sources, Span};
use crate::syntax::tree::{Body, literal};

use super::module::Module;

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

/// The version in a lock file's entry for a provider: `provider "registry…/name" { version = … }`.
#[must_use]
pub fn locked_version(body: &Body) -> Option<(String, Span)> {
    let version = &body.attribute("version")?.value;
    Some((literal(version)?.to_owned(), version.span))
}
