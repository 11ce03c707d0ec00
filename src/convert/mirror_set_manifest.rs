//! Manifests with a list of mirrors, as `oc` and oc-mirror write them: keys in alphabetical order inside an entry,
//! entries sorted by source, mirrors in the declared order.

use serde::Serialize;

use super::cluster_part::ClusterPart;
use super::target::{Context, Document, TargetOutput};
use super::yaml::{YamlComments, push_indented, to_yaml};
use crate::cluster_mirrors::MergedEntry;
use registries_conf::SourcePolicy;

/// A kind of mirror set.
#[derive(Debug, Clone, Copy)]
pub(super) struct MirrorSetKind {
    pub(super) api_version: &'static str,
    pub(super) name: &'static str,
    /// The key of the list in `spec`.
    pub(super) list: &'static str,
}

impl MirrorSetKind {
    /// What the HyperShift operator takes in the `ConfigMap` of a `NodePool`, too.
    pub(super) const IMAGE_DIGEST_MIRROR_SET: Self = Self {
        api_version: "config.openshift.io/v1",
        name: "ImageDigestMirrorSet",
        list: "imageDigestMirrors",
    };
}

/// What to know before one of the mirror sets is applied to a hosted cluster (hypershift, `kas/admissionpolicies.go`:
/// the policies `mirror` and `icsp`).
pub(super) const REJECTED_BY_ROSA: &str = "a ROSA cluster with hosted control planes rejects this manifest: its ValidatingAdmissionPolicy \
     denies all changes to mirror sets";

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryYaml<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mirror_source_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    mirrors: &'a [&'a str],
    source: &'a str,
}

/// Writes a mirror set for each cluster.
pub(super) fn write_mirror_sets(
    kind: MirrorSetKind,
    context: &Context<'_>,
    parts: &[ClusterPart<'_>],
) -> TargetOutput {
    let comments = YamlComments::new(context);
    let documents = parts
        .iter()
        .map(|part| document(part, comments.head() + &mirror_set(part, kind, &comments)));
    TargetOutput::from_documents(documents.collect())
}

/// A document with the name of its cluster.
pub(super) fn document(part: &ClusterPart<'_>, text: String) -> Document {
    Document {
        file: format!("{}.yaml", part.name.as_str()),
        text,
    }
}

/// Appends the metadata of an object that is named for its cluster.
pub(super) fn push_metadata(yaml: &mut String, part: &ClusterPart<'_>) {
    yaml.push_str("metadata:\n");
    let name = part.name.as_str();
    push_indented(yaml, 2, &to_yaml(&Metadata { name }));
}

/// The mirror set of a cluster.
pub(super) fn mirror_set(part: &ClusterPart<'_>, kind: MirrorSetKind, comments: &YamlComments<'_>) -> String {
    let mut yaml = format!("apiVersion: {}\nkind: {}\n", kind.api_version, kind.name);
    push_metadata(&mut yaml, part);
    yaml.push_str("spec:\n");
    yaml + &entry_list(kind.list, part, 2, comments)
}

/// A list of entries. It is put together from its entries, because a serializer would write the comment of an entry
/// after the dash of its list item.
pub(super) fn entry_list(
    key: &str,
    part: &ClusterPart<'_>,
    spaces: usize,
    comments: &YamlComments<'_>,
) -> String {
    let mut yaml = format!("{:spaces$}{key}:\n", "");
    for merged in &part.entries {
        comments.push_origin(&mut yaml, spaces, merged);
        push_indented(&mut yaml, spaces, &to_yaml(&[entry_yaml(merged)]));
    }
    yaml
}

fn entry_yaml<'a>(merged: &'a MergedEntry<'_>) -> EntryYaml<'a> {
    // `AllowContactingSource` is the default.
    let never_contact = merged.policy == SourcePolicy::NeverContact;
    EntryYaml {
        mirror_source_policy: never_contact.then_some("NeverContactSource"),
        mirrors: &merged.mirrors,
        source: merged.source,
    }
}
