//! Reads the version constraints of the rhcs provider.

use crate::model::{Attribute, ProviderVersions};
use crate::provider::is_provider_source;
use terraform_eval::modules::{Module, requirements};
use terraform_eval::source::{Sources, Span};

/// The version constraints of the modules, and the version in the lock file.
pub(crate) fn read_provider_versions<'m>(
    modules: impl Iterator<Item = &'m Module>,
    locked: Option<&(String, Span)>,
    sources: &Sources,
) -> ProviderVersions {
    let constraints = modules.flat_map(|module| requirements::required_providers(module, sources));
    ProviderVersions {
        constraints: constraints
            .filter(|required| is_provider_source(&required.source))
            .filter_map(|required| required.version)
            .map(|(text, span)| Attribute::known(text, Some(span)))
            .collect(),
        locked: locked.map(|(version, span)| Attribute::known(version.clone(), Some(*span))),
    }
}
