//! The kinds of objects about mirrors, and the documents of these kinds in a tree of YAML.

use std::sync::Arc;

use crate::model::{ManifestIssueKind, ManifestKind};
use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::detect::has_manifest_marker;
use crate::readers::manifest::document::ManifestDocument;
use crate::readers::manifest::embedded::embedded_documents;
use crate::readers::manifest::entries::read_entries;
use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::{field, first_line, value_span};
use crate::readers::manifest::registry_sources::read_registry_sources;

/// The schema of a kind.
struct Schema {
    kind: ManifestKind,
    versions: &'static [&'static str],
    /// The field of `spec` with the list of mirrors, if the kind declares mirrors.
    list: Option<&'static str>,
    /// The path from `spec` to the registry settings, if the kind has any.
    registries: Option<&'static [&'static str]>,
    /// The fields of `spec`, if all of them are about mirrors.
    spec_fields: Option<&'static [&'static str]>,
}

/// The kinds with a `spec`, by the types of openshift/api and hypershift.
const SCHEMAS: [Schema; 5] = [
    Schema {
        kind: ManifestKind::DigestMirrorSet,
        versions: &["config.openshift.io/v1"],
        list: Some("imageDigestMirrors"),
        registries: None,
        spec_fields: Some(&["imageDigestMirrors"]),
    },
    Schema {
        kind: ManifestKind::TagMirrorSet,
        versions: &["config.openshift.io/v1"],
        list: Some("imageTagMirrors"),
        registries: None,
        spec_fields: Some(&["imageTagMirrors"]),
    },
    Schema {
        kind: ManifestKind::ContentSourcePolicy,
        versions: &["operator.openshift.io/v1alpha1"],
        list: Some("repositoryDigestMirrors"),
        registries: None,
        spec_fields: Some(&["repositoryDigestMirrors"]),
    },
    Schema {
        kind: ManifestKind::HostedCluster,
        versions: &[
            "hypershift.openshift.io/v1beta1",
            "hypershift.openshift.io/v1alpha1",
        ],
        list: Some(IMAGE_CONTENT_SOURCES),
        registries: Some(&["configuration", "image", "registrySources"]),
        spec_fields: None,
    },
    Schema {
        kind: ManifestKind::Image,
        versions: &["config.openshift.io/v1"],
        list: None,
        registries: Some(&["registrySources"]),
        spec_fields: None,
    },
];

impl Schema {
    /// Whether an object with the name of this kind is of this kind: other projects have an `Image` as well.
    fn can_be(&self, node: &Node) -> bool {
        let version = || node.get("apiVersion").and_then(Node::as_str);
        self.list.is_some() || version().is_some_and(|version| self.versions.contains(&version))
    }
}

/// The list of a HostedCluster, which also occurs alone.
const IMAGE_CONTENT_SOURCES: &str = "imageContentSources";

/// The top-level fields of every object.
const OBJECT_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// Collects the documents about mirrors in a tree.
pub(super) fn collect_documents(
    node: &Node,
    text: ManifestText<'_>,
    documents: &mut Vec<ManifestDocument>,
) -> Result<(), SyntaxError> {
    if let [(key, list)] = node.entries()
        && key.text == IMAGE_CONTENT_SOURCES
    {
        documents.push(read_bare_list(key, list, text));
        return Ok(());
    }
    let kind = node.get("kind").and_then(Node::as_str);
    if kind.is_some_and(is_list) {
        if let Some(NodeKind::Sequence(items)) = node.get("items").map(|items| &items.kind) {
            for item in items {
                collect_documents(item, text, documents)?;
            }
        }
        return Ok(());
    }
    if kind == Some("ConfigMap") {
        let config = node.get("data").and_then(|data| data.get("config"));
        if let Some(string) = config.filter(|config| config.as_str().is_some_and(has_manifest_marker)) {
            for document in embedded_documents(string, text.text)? {
                // A ConfigMap inside a ConfigMap is not the configuration of a NodePool.
                if document.get("kind").and_then(Node::as_str) != Some("ConfigMap") {
                    collect_documents(&document, text, documents)?;
                }
            }
        }
        return Ok(());
    }
    let by_kind = SCHEMAS
        .iter()
        .find(|schema| kind == Some(&*schema.kind.to_string()) && schema.can_be(node));
    if let Some(schema) = by_kind.or_else(|| intended_schema(node)) {
        documents.push(read_object(schema, by_kind.is_some(), node, text));
    }
    Ok(())
}

/// `List`, as `oc get` prints it, and the lists of the API.
fn is_list(kind: &str) -> bool {
    let Some(item_kind) = kind.strip_suffix("List") else {
        return false;
    };
    item_kind.is_empty() || SCHEMAS.iter().any(|schema| schema.kind.to_string() == item_kind)
}

/// The schema of an object with an unknown kind, by its version and its list.
fn intended_schema(node: &Node) -> Option<&'static Schema> {
    let version = node.get("apiVersion")?.as_str()?;
    let spec = node.get("spec")?;
    SCHEMAS.iter().find(|schema| {
        schema.versions.contains(&version) && schema.list.is_some_and(|list| spec.get(list).is_some())
    })
}

fn read_bare_list(key: &Key, list: &Node, text: ManifestText<'_>) -> ManifestDocument {
    let mut issues = IssueCollector::default();
    let kind = ManifestKind::ContentSources;
    ManifestDocument {
        kind,
        name: None,
        entries: read_entries(kind, key, list, text, &mut issues),
        registry_sources: None,
        issues: issues.issues,
    }
}

fn read_object(
    schema: &Schema,
    is_known_kind: bool,
    node: &Node,
    text: ManifestText<'_>,
) -> ManifestDocument {
    let mut issues = IssueCollector::default();
    let name = node.get("metadata").and_then(|metadata| metadata.get("name"));
    let name = name.and_then(Node::as_str).map(Arc::from);
    let mut document = ManifestDocument {
        kind: schema.kind,
        name,
        entries: Vec::new(),
        registry_sources: None,
        issues: Vec::new(),
    };
    issues.check_keys(None, node, Some(OBJECT_FIELDS));
    let kind_span = kind_span(node, text);
    if !is_known_kind {
        let found = node.get("kind").and_then(Node::as_str).map(str::to_owned);
        issues.add(None, kind_span, ManifestIssueKind::Kind { found });
    }
    check_version(schema, node, kind_span, &mut issues);
    match field(node, "spec") {
        Some((key, spec)) => match &spec.kind {
            NodeKind::Mapping(_) => {
                issues.check_keys(None, spec, schema.spec_fields);
                if let Some((key, list)) = schema.list.and_then(|list| field(spec, list)) {
                    document.entries = read_entries(schema.kind, key, list, text, &mut issues);
                }
                document.registry_sources = schema
                    .registries
                    .and_then(|path| read_registry_sources(spec, path, &mut issues));
            }
            _ => issues.add_wrong_type(None, "spec", key, spec, "an object"),
        },
        None => issues.add(None, kind_span, ManifestIssueKind::Missing { field: "spec" }),
    }
    document.issues = issues.issues;
    document
}

fn check_version(schema: &Schema, node: &Node, kind_span: Span, issues: &mut IssueCollector) {
    let version = field(node, "apiVersion");
    let found = version.and_then(|(_, value)| value.as_str());
    if !found.is_some_and(|found| schema.versions.contains(&found)) {
        let span = version.map_or(kind_span, |(key, value)| value_span(key, value));
        let kind = ManifestIssueKind::Version {
            found: found.map(str::to_owned),
            expected: schema.versions,
        };
        issues.add(None, span, kind);
    }
}

/// The span for an issue of a whole document: its kind, or its first line.
fn kind_span(node: &Node, text: ManifestText<'_>) -> Span {
    match field(node, "kind") {
        Some((key, value)) => value_span(key, value),
        None => first_line(node.span, text),
    }
}
