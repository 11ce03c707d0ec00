//! The documents in a text: what kind each is, and where its list stands.

use std::sync::Arc;

use crate::model::{ManifestIssueKind, ManifestKind};
use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::embedded;
use crate::readers::manifest::entry::{self, Mistakes};
use crate::readers::manifest::literals::Text;
use crate::readers::manifest::registries;
use crate::readers::manifest::{Document, recognise};

/// What is known of a kind.
struct Schema {
    kind: ManifestKind,
    versions: &'static [&'static str],
    /// The field of `spec` that holds the list, where mirrors are declared.
    list: Option<&'static str>,
    /// The way from `spec` to what is said of registries, where that is.
    registries: Option<&'static [&'static str]>,
    /// The fields of `spec`, where it has no others than those about mirrors.
    spec: Option<&'static [&'static str]>,
}

/// The kinds with a `spec`, by the types of openshift/api and hypershift.
const SCHEMAS: [Schema; 5] = [
    Schema {
        kind: ManifestKind::DigestMirrorSet,
        versions: &["config.openshift.io/v1"],
        list: Some("imageDigestMirrors"),
        registries: None,
        spec: Some(&["imageDigestMirrors"]),
    },
    Schema {
        kind: ManifestKind::TagMirrorSet,
        versions: &["config.openshift.io/v1"],
        list: Some("imageTagMirrors"),
        registries: None,
        spec: Some(&["imageTagMirrors"]),
    },
    Schema {
        kind: ManifestKind::ContentSourcePolicy,
        versions: &["operator.openshift.io/v1alpha1"],
        list: Some("repositoryDigestMirrors"),
        registries: None,
        spec: Some(&["repositoryDigestMirrors"]),
    },
    Schema {
        kind: ManifestKind::HostedCluster,
        versions: &[
            "hypershift.openshift.io/v1beta1",
            "hypershift.openshift.io/v1alpha1",
        ],
        list: Some(FRAGMENT),
        registries: Some(&["configuration", "image", "registrySources"]),
        spec: None,
    },
    Schema {
        kind: ManifestKind::Image,
        versions: &["config.openshift.io/v1"],
        list: None,
        registries: Some(&["registrySources"]),
        spec: None,
    },
];

impl Schema {
    /// Whether an object of this name can be what is meant: other projects have an `Image` as well.
    fn may_be(&self, node: &Node) -> bool {
        let version = || node.get("apiVersion").and_then(Node::as_str);
        self.list.is_some() || version().is_some_and(|version| self.versions.contains(&version))
    }
}

/// The list of a HostedCluster.
const FRAGMENT: &str = "imageContentSources";

/// The fields of every object.
const OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// Finds the documents about mirrors in a tree.
pub(super) fn find(node: &Node, text: Text<'_>, found: &mut Vec<Document>) -> Result<(), SyntaxError> {
    if let [(key, list)] = node.entries()
        && key.text == FRAGMENT
    {
        found.push(fragment(key, list, text));
        return Ok(());
    }
    let kind = node.get("kind").and_then(Node::as_str);
    if kind.is_some_and(is_list) {
        if let Some(NodeKind::Sequence(items)) = node.get("items").map(|items| &items.kind) {
            for item in items {
                find(item, text, found)?;
            }
        }
        return Ok(());
    }
    if kind == Some("ConfigMap") {
        let config = node.get("data").and_then(|data| data.get("config"));
        if let Some(inner) = config.filter(|config| config.as_str().is_some_and(recognise)) {
            for document in embedded::documents(inner, text.all)? {
                // A ConfigMap holds no other one.
                if document.get("kind").and_then(Node::as_str) != Some("ConfigMap") {
                    find(&document, text, found)?;
                }
            }
        }
        return Ok(());
    }
    let by_kind = SCHEMAS
        .iter()
        .find(|schema| kind == Some(&*schema.kind.to_string()) && schema.may_be(node));
    if let Some(schema) = by_kind.or_else(|| meant(node)) {
        found.push(object(schema, by_kind.is_some(), node, text));
    }
    Ok(())
}

/// `List`, as `oc get` prints it, and the lists of the API.
fn is_list(kind: &str) -> bool {
    let Some(of) = kind.strip_suffix("List") else {
        return false;
    };
    of.is_empty() || SCHEMAS.iter().any(|schema| schema.kind.to_string() == of)
}

/// The kind that was meant by another word: by the version and the list.
fn meant(node: &Node) -> Option<&'static Schema> {
    let version = node.get("apiVersion")?.as_str()?;
    let spec = node.get("spec")?;
    SCHEMAS.iter().find(|schema| {
        schema.versions.contains(&version) && schema.list.is_some_and(|list| spec.get(list).is_some())
    })
}

fn fragment(key: &Key, list: &Node, text: Text<'_>) -> Document {
    let mut mistakes = Mistakes::default();
    let kind = ManifestKind::ContentSources;
    Document {
        kind,
        name: None,
        entries: entry::entries(kind, key, list, text, &mut mistakes),
        registry_sources: None,
        mistakes: mistakes.found,
    }
}

fn object(schema: &Schema, is_known: bool, node: &Node, text: Text<'_>) -> Document {
    let mut mistakes = Mistakes::default();
    let name = node.get("metadata").and_then(|metadata| metadata.get("name"));
    let name = name.and_then(Node::as_str).map(Arc::from);
    let mut document = Document {
        kind: schema.kind,
        name,
        entries: Vec::new(),
        registry_sources: None,
        mistakes: Vec::new(),
    };
    mistakes.keys(None, node, Some(OBJECT));
    let place = place_of_kind(node, text);
    if !is_known {
        let found = node.get("kind").and_then(Node::as_str).map(str::to_owned);
        mistakes.add(None, place, ManifestIssueKind::Kind { found });
    }
    version(schema, node, place, &mut mistakes);
    match entry::field(node, "spec") {
        Some((key, spec)) => match &spec.kind {
            NodeKind::Mapping(_) => {
                mistakes.keys(None, spec, schema.spec);
                if let Some((key, list)) = schema.list.and_then(|list| entry::field(spec, list)) {
                    document.entries = entry::entries(schema.kind, key, list, text, &mut mistakes);
                }
                document.registry_sources = schema
                    .registries
                    .and_then(|way| registries::at(spec, way, &mut mistakes));
            }
            _ => mistakes.wrong_type(None, "spec", key, spec, "an object"),
        },
        None => mistakes.add(None, place, ManifestIssueKind::Missing { field: "spec" }),
    }
    document.mistakes = mistakes.found;
    document
}

fn version(schema: &Schema, node: &Node, place: Span, mistakes: &mut Mistakes) {
    let written = entry::field(node, "apiVersion");
    let found = written.and_then(|(_, value)| value.as_str());
    if !found.is_some_and(|found| schema.versions.contains(&found)) {
        let span = written.map_or(place, |(key, value)| entry::place(key, value));
        let kind = ManifestIssueKind::Version {
            found: found.map(str::to_owned),
            expected: schema.versions,
        };
        mistakes.add(None, span, kind);
    }
}

/// The place for what is wrong with a document as a whole: its kind, or its first line.
fn place_of_kind(node: &Node, text: Text<'_>) -> Span {
    match entry::field(node, "kind") {
        Some((key, value)) => entry::place(key, value),
        None => entry::first_line(node.span, text),
    }
}
