//! Documents that a later one replaces: the API server has one object for each kind and name.

use std::collections::BTreeMap;

use crate::model::{Attribute, ManifestKind, RegistrySources};

use crate::readers::manifest::document::{Identity, ManifestDocument, ManifestEntry};

/// Marks the documents of one cluster that a later one with the same kind and name replaces, as `oc apply` does. A copy
/// of the later document is not marked: what it declares reaches the cluster.
pub(crate) fn mark_overwritten(documents: Vec<&mut ManifestDocument>) {
    let mut last: BTreeMap<(ManifestKind, Identity), &ManifestDocument> = BTreeMap::new();
    for document in documents.into_iter().rev() {
        let Some(identity) = document.identity.clone() else {
            continue;
        };
        if document.issues.iter().any(|issue| issue.kind.is_rejection()) {
            continue;
        }
        match last.get(&(document.kind, identity.clone())) {
            Some(last) if declares_the_same(document, last) => {}
            Some(last) => document.overwritten_by = Some(last.span),
            None => _ = last.insert((document.kind, identity), document),
        }
    }
}

fn declares_the_same(document: &ManifestDocument, other: &ManifestDocument) -> bool {
    let is_same_entry = |(a, b): (&ManifestEntry, &ManifestEntry)| {
        a.source.content == b.source.content
            && has_same_elements(&a.mirrors, &b.mirrors)
            && a.policy.content == b.policy.content
    };
    let scopes = |document: &ManifestDocument| {
        let policy = document.image_policy.as_ref();
        policy.map_or_else(Attribute::absent, |policy| policy.scopes.clone())
    };
    has_same_elements(&scopes(document), &scopes(other))
        && document.entries.len() == other.entries.len()
        && document.entries.iter().zip(&other.entries).all(is_same_entry)
        && has_same_registries(
            document.registry_sources.as_ref(),
            other.registry_sources.as_ref(),
        )
}

fn has_same_registries(a: Option<&RegistrySources>, b: Option<&RegistrySources>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            has_same_elements(&a.allowed_registries, &b.allowed_registries)
                && has_same_elements(&a.blocked_registries, &b.blocked_registries)
                && has_same_elements(&a.insecure_registries, &b.insecure_registries)
                && has_same_elements(&a.search_registries, &b.search_registries)
        }
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn has_same_elements(a: &Attribute<Vec<Attribute<String>>>, b: &Attribute<Vec<Attribute<String>>>) -> bool {
    let contents = |list: &Attribute<Vec<Attribute<String>>>| {
        let list = list.value()?;
        Some(
            list.iter()
                .map(|element| element.content.clone())
                .collect::<Vec<_>>(),
        )
    };
    a.as_unknown() == b.as_unknown() && contents(a) == contents(b)
}
