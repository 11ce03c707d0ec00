//! Manifests: the three kinds of mirror sets, and what HyperShift takes.
//!
//! The form is that of `oc` and oc-mirror: keys in alphabetical order inside an entry, entries sorted by
//! source, mirrors in the order that was declared.

use serde::Serialize;

use crate::cluster_mirrors::Merged;
use registries_conf::SourcePolicy;

use super::yaml::{Layout, indent, written};
use super::{Document, Part};

/// A kind of mirror set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    version: &'static str,
    name: &'static str,
    /// The list in `spec`.
    list: &'static str,
}

pub(super) const IDMS: Kind = Kind {
    version: "config.openshift.io/v1",
    name: "ImageDigestMirrorSet",
    list: "imageDigestMirrors",
};

pub(super) const ITMS: Kind = Kind {
    version: "config.openshift.io/v1",
    name: "ImageTagMirrorSet",
    list: "imageTagMirrors",
};

pub(super) const ICSP: Kind = Kind {
    version: "operator.openshift.io/v1alpha1",
    name: "ImageContentSourcePolicy",
    list: "repositoryDigestMirrors",
};

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    mirror_source_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    mirrors: &'a [&'a str],
    source: &'a str,
}

/// A mirror set for each cluster.
pub(super) fn documents(parts: &[Part<'_>], kind: Kind, layout: &Layout<'_>) -> Vec<Document> {
    let manifest = |part| document(part, layout.head() + &mirror_set(part, kind, layout));
    parts.iter().map(manifest).collect()
}

/// The `imageContentSources` of each cluster, for the `spec` of its `HostedCluster`.
pub(super) fn hosted_clusters(parts: &[Part<'_>], layout: &Layout<'_>) -> Vec<Document> {
    let manifest = |part| document(part, list("imageContentSources", part, 0, layout));
    parts.iter().map(manifest).collect()
}

/// A `ConfigMap` for each cluster, to be named in `NodePool.spec.config`. HyperShift reads its key `config`
/// (`nodepool/config.go`).
pub(super) fn node_pools(parts: &[Part<'_>], layout: &Layout<'_>) -> Vec<Document> {
    let manifest = |part: &Part<'_>| {
        let mut yaml = String::from("apiVersion: v1\nkind: ConfigMap\n");
        metadata(&mut yaml, part);
        yaml.push_str("data:\n  config: |\n");
        indent(&mut yaml, 4, &mirror_set(part, IDMS, layout));
        document(part, yaml)
    };
    parts.iter().map(manifest).collect()
}

fn document(part: &Part<'_>, text: String) -> Document {
    Document {
        file: format!("{}.yaml", part.name.as_str()),
        text,
    }
}

fn metadata(yaml: &mut String, part: &Part<'_>) {
    yaml.push_str("metadata:\n");
    let name = part.name.as_str();
    indent(yaml, 2, &written(&Metadata { name }));
}

fn mirror_set(part: &Part<'_>, kind: Kind, layout: &Layout<'_>) -> String {
    let mut yaml = format!("apiVersion: {}\nkind: {}\n", kind.version, kind.name);
    metadata(&mut yaml, part);
    yaml.push_str("spec:\n");
    yaml + &list(kind.list, part, 2, layout)
}

/// The list is put together from pieces, so that the comment over an entry stands over it: inside of a
/// list item it would come behind the dash.
fn list(key: &str, part: &Part<'_>, by: usize, layout: &Layout<'_>) -> String {
    let mut yaml = format!("{:by$}{key}:\n", "");
    for merged in &part.entries {
        layout.origin(&mut yaml, by, merged);
        indent(&mut yaml, by, &written(&[entry(merged)]));
    }
    yaml
}

fn entry<'a>(merged: &'a Merged<'_>) -> Entry<'a> {
    // What allows contacting the source is left unsaid, as it is the default.
    let never = merged.policy == SourcePolicy::NeverContact;
    Entry {
        mirror_source_policy: never.then_some("NeverContactSource"),
        mirrors: &merged.mirrors,
        source: merged.source,
    }
}
