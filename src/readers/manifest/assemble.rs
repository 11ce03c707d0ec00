//! The documents of one cluster as an input of the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::manifest::ManifestFacts;
use crate::model::{
    Attribute, DocumentAddress, EntryAddress, ImagePolicy, Input, InputKind, ManifestDeclaration,
    ManifestIssue, ManifestKind, Mirror, OverwrittenDocument,
};

use crate::readers::manifest::document::{ManifestDocument, ManifestEntry};

/// What documents that are numbered together have in common: the kind, the name, and the resource that applies them.
type SameName = (ManifestKind, Option<Arc<str>>, Option<Arc<str>>);

/// The input of the documents of one cluster. `name` is the name of the file or the directory, `cluster` the name of
/// the cluster.
pub(crate) fn assemble_input(name: &str, cluster: &str, documents: Vec<ManifestDocument>) -> Input {
    let mut input = Input::new(InputKind::Manifest, name);
    let mut facts = ManifestFacts {
        documents: documents.len(),
        ..ManifestFacts::default()
    };
    let cluster: Arc<str> = cluster.into();
    let mut counts: BTreeMap<SameName, usize> = BTreeMap::new();
    for (position, document) in documents.into_iter().enumerate() {
        let resource = document.applied_by.as_ref();
        let resource = resource.map(|resource| Arc::clone(&resource.address));
        let count = counts
            .entry((document.kind, document.name.clone(), resource.clone()))
            .or_default();
        let address = DocumentAddress {
            position,
            cluster: Arc::clone(&cluster),
            kind: document.kind,
            name: document.name,
            before: *count,
            resource,
        };
        *count += 1;
        let is_overwritten = document.overwritten_by.is_some();
        facts
            .registry_sources
            .extend(document.registry_sources.filter(|_| !is_overwritten));
        let images = document.credential_images.value().into_iter().flatten();
        let images = images.filter(|image| !is_overwritten && !image.sensitive);
        facts
            .credential_images
            .extend(images.filter_map(|image| image.value().cloned()));
        let policy = document.image_policy.filter(|_| !is_overwritten);
        facts.image_policies.extend(policy.map(|spec| ImagePolicy {
            document: address.clone(),
            spec,
        }));
        facts
            .overwritten
            .extend(document.overwritten_by.map(|overwritten_by| OverwrittenDocument {
                document: address.clone(),
                span: document.span,
                overwritten_by,
            }));
        facts
            .issues
            .extend(document.issues.into_iter().map(|issue| ManifestIssue {
                document: address.clone(),
                entry: issue.entry,
                span: issue.span,
                kind: issue.kind,
            }));
        let applied_by = document.applied_by.as_ref();
        let declaration = ManifestDeclaration {
            policy: Attribute::absent(),
            is_overwritten,
            calls: applied_by
                .map(|resource| resource.calls.clone())
                .unwrap_or_default(),
            instances: applied_by.and_then(|resource| resource.instances.clone()),
        };
        let entries = document.entries.into_iter();
        input
            .mirrors
            .extend(entries.map(|entry| mirror(&address, entry, declaration.clone())));
    }
    input.manifest_facts = Some(Box::new(facts));
    input
}

fn mirror(document: &DocumentAddress, entry: ManifestEntry, declaration: ManifestDeclaration) -> Box<Mirror> {
    let address = EntryAddress {
        document: document.clone(),
        index: entry.index,
        pull: document.kind.pull(),
    };
    Mirror::from_manifest_entry(
        address,
        entry.span,
        entry.source,
        entry.mirrors,
        ManifestDeclaration {
            policy: entry.policy,
            ..declaration
        },
    )
}
