//! Documents that meet in one cluster, as a configuration of the model.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Attribute, ClusterOrigin, DocumentAddress, EntryAddress, Input, InputKind, ManifestIssue, ManifestKind,
    Mirror, MirrorAddress, MirrorBlock,
};
use registries_conf::PullKind;

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
    let pull = match document.kind {
        ManifestKind::TagMirrorSet => PullKind::TagOnly,
        _ => PullKind::DigestOnly,
    };
    Mirror {
        address: MirrorAddress::Entry(EntryAddress {
            document: document.clone(),
            index: entry.index,
        }),
        span: entry.span,
        calls: Vec::new(),
        instances: None,
        cluster_id: Attribute::absent(),
        cluster_origin: ClusterOrigin::default(),
        source: entry.source,
        mirrors: entry.mirrors,
        mirror_type: Attribute::absent(),
        pull,
        policy: entry.policy,
        depends_on: None,
        depends_on_span: None,
        dependencies: BTreeSet::new(),
        unresolved_dependencies: Vec::new(),
        block: MirrorBlock::default(),
    }
}
