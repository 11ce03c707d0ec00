//! What a module says of its providers: which it requires, and which configurations of them it has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::source::{Sources, Span};
use crate::syntax::tree::{Attribute, ExpressionKind, ObjectKey, literal};

use super::lazy_block::LazyBlock;

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

/// The providers of a module.
#[derive(Debug, Default)]
pub struct Providers {
    required: Vec<Requirement>,
    /// The position of the first entry with each name.
    by_name: BTreeMap<Arc<str>, usize>,
    configured: BTreeMap<Arc<str>, Aliases>,
}

/// The configurations of one provider.
#[derive(Debug, Default)]
struct Aliases {
    names: BTreeSet<Arc<str>>,
    /// Whether an alias is not a literal, so that it may be any name.
    has_other: bool,
}

impl Providers {
    /// Reads the `terraform` blocks and the `provider` blocks of a module.
    pub(super) fn read<'b>(
        settings: &[LazyBlock],
        provider_blocks: impl Iterator<Item = &'b LazyBlock>,
        sources: &Sources,
    ) -> Self {
        let settings = settings.iter().filter_map(|block| block.parse(sources));
        let required = settings.flat_map(|block| block.body.blocks("required_providers"));
        let entries = required.flat_map(|block| &block.body.attributes);
        let mut providers = Self {
            required: entries.filter_map(requirement).collect(),
            ..Self::default()
        };
        for (position, entry) in providers.required.iter().enumerate() {
            providers.by_name.entry(entry.name.clone()).or_insert(position);
        }
        for block in provider_blocks {
            let Some(label) = block.labels().first() else {
                continue;
            };
            let aliases = providers.configured.entry(label.text.clone()).or_default();
            let alias = block
                .parse(sources)
                .and_then(|block| block.body.attribute("alias"));
            match alias.map(|alias| literal(&alias.value)) {
                Some(Some(name)) => {
                    aliases.names.insert(name.into());
                }
                Some(None) => aliases.has_other = true,
                None => {}
            }
        }
        providers
    }

    /// The entries of `required_providers`: objects, and the older form in which the entry is the constraint. Source and
    /// version have to be literal strings, as in Terraform.
    #[must_use]
    pub fn required(&self) -> &[Requirement] {
        &self.required
    }

    /// The first entry of `required_providers` with a name.
    #[must_use]
    pub fn requirement(&self, name: &str) -> Option<&Requirement> {
        self.required.get(*self.by_name.get(name)?)
    }

    /// Whether the module has a `provider` block for a provider.
    #[must_use]
    pub fn is_configured(&self, name: &str) -> bool {
        self.configured.contains_key(name)
    }

    /// Whether the module may have a `provider` block for a provider under an alias.
    #[must_use]
    pub fn has_alias(&self, name: &str, alias: &str) -> bool {
        let aliases = self.configured.get(name);
        aliases.is_some_and(|aliases| aliases.has_other || aliases.names.contains(alias))
    }
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
