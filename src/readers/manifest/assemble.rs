//! Documents that meet in one cluster, as a configuration of the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{DocumentAddress, EntryAddress, Input, InputKind, ManifestIssue, ManifestKind, Mirror};

use crate::readers::manifest::{Document, Entry};

/// The configuration of these documents. `name` is that of the file or the directory, `cluster` that of
/// the cluster in which they meet.
#[must_use]
pub fn configuration(name: &str, cluster: &str, documents: Vec<Document>) -> Input {
    let mut configuration = Input::new(InputKind::Manifest, name);
    configuration.manifest_facts.documents = documents.len();
    let cluster: Arc<str> = cluster.into();
    let mut named: BTreeMap<(ManifestKind, Option<Arc<str>>), usize> = BTreeMap::new();
    for (position, document) in documents.into_iter().enumerate() {
        let before = named.entry((document.kind, document.name.clone())).or_default();
        let address = DocumentAddress {
            position,
            cluster: Arc::clone(&cluster),
            kind: document.kind,
            name: document.name,
            before: *before,
        };
        *before += 1;
        (configuration.manifest_facts.registry_sources).extend(document.registry_sources);
        let entries = document.entries.into_iter();
        (configuration.mirrors).extend(entries.map(|entry| mirror(&address, entry)));
        let mistakes = document.mistakes.into_iter();
        (configuration.manifest_facts.issues).extend(mistakes.map(|found| ManifestIssue {
            document: address.clone(),
            entry: found.entry,
            span: found.span,
            kind: found.kind,
        }));
    }
    configuration
}

fn mirror(document: &DocumentAddress, entry: Entry) -> Mirror {
    let address = EntryAddress {
        document: document.clone(),
        index: entry.index,
    };
    Mirror::from_manifest_entry(address, entry.span, entry.source, entry.mirrors, entry.policy)
}
