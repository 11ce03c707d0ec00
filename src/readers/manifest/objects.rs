//! The kinds of objects about mirrors, and how each is read.

use crate::model::{Attribute, ManifestIssueKind, ManifestKind};
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::diagnostic::nearest_of;
use crate::readers::manifest::document::{Delivery, Identity, ManifestDocument};
use crate::readers::manifest::entries::read_entries;
use crate::readers::manifest::image_policy::read_image_policy;
use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::names::read_name;
use crate::readers::manifest::nodes::{field, first_line, value_span};
use crate::readers::manifest::registry_sources::{read_list, read_registry_sources};
use crate::readers::manifest::unopened::Unopened;

/// The schema of a kind.
pub(super) struct Schema {
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
const SCHEMAS: [Schema; 8] = [
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
    Schema {
        kind: ManifestKind::CredentialProvider,
        versions: &["config.openshift.io/v1", "config.openshift.io/v1alpha1"],
        list: None,
        registries: None,
        spec_fields: Some(&[MATCH_IMAGES]),
    },
    Schema {
        kind: ManifestKind::ClusterImagePolicy,
        versions: &["config.openshift.io/v1", "config.openshift.io/v1alpha1"],
        list: None,
        registries: None,
        spec_fields: Some(IMAGE_POLICY_FIELDS),
    },
    Schema {
        kind: ManifestKind::ImagePolicy,
        versions: &["config.openshift.io/v1", "config.openshift.io/v1alpha1"],
        list: None,
        registries: None,
        spec_fields: Some(IMAGE_POLICY_FIELDS),
    },
];

/// The fields of an `ImagePolicy` and a `ClusterImagePolicy`.
const IMAGE_POLICY_FIELDS: &[&str] = &["scopes", "policy"];

/// The list of a `CRIOCredentialProviderConfig`.
const MATCH_IMAGES: &str = "matchImages";

/// The list of a HostedCluster, which also occurs alone and in an `install-config.yaml`.
const IMAGE_CONTENT_SOURCES: &str = "imageContentSources";

/// The list of an `install-config.yaml`, which also occurs alone.
const IMAGE_DIGEST_SOURCES: &str = "imageDigestSources";

/// The top-level fields of every object.
const OBJECT_FIELDS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// The schema of an object.
pub(super) struct ObjectSchema {
    schema: &'static Schema,
    /// Whether the object has the name of the kind.
    is_known_kind: bool,
}

impl ObjectSchema {
    /// The schema of an object by its kind, or by its version and its list if the kind is unknown. `None` if the object is
    /// not about mirrors.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let kind = node.get("kind").and_then(Node::as_str);
        let by_kind = SCHEMAS
            .iter()
            .find(|schema| kind == Some(&*schema.kind.to_string()) && schema.can_be(node));
        let is_known_kind = by_kind.is_some();
        let schema = by_kind.or_else(|| intended_schema(node, kind))?;
        Some(Self {
            schema,
            is_known_kind,
        })
    }

    /// Whether an object is complete, so that it is one wherever it is found, and not a reference or a description.
    pub(super) fn is_complete(&self, node: &Node) -> bool {
        let has_version = node
            .get("apiVersion")
            .is_some_and(|version| version.as_str().is_some());
        let spec = node.get("spec").map_or(&[] as &[_], Node::entries);
        has_version
            && self
                .schema
                .list
                .is_some_and(|list| spec.iter().any(|(key, _)| key.text == list))
    }
}

impl Schema {
    /// Whether an object with the name of this kind is of this kind: other projects have an `Image` as well.
    fn can_be(&self, node: &Node) -> bool {
        let version = || node.get("apiVersion").and_then(Node::as_str);
        self.list.is_some() || version().is_some_and(|version| self.versions.contains(&version))
    }

    fn group(&self) -> &'static str {
        self.versions
            .first()
            .and_then(|version| version.split_once('/'))
            .map_or("", |(group, _)| group)
    }
}

/// Whether a kind is a list: `List`, as `oc get` prints it, or a list of the API.
pub(super) fn is_list(kind: &str) -> bool {
    let Some(item_kind) = kind.strip_suffix("List") else {
        return false;
    };
    item_kind.is_empty() || SCHEMAS.iter().any(|schema| schema.kind.to_string() == item_kind)
}

/// The schema of an object with an unknown kind: the kind with its list whose group it has, or whose name is similar.
fn intended_schema(node: &Node, kind: Option<&str>) -> Option<&'static Schema> {
    let version = node.get("apiVersion")?.as_str()?;
    let spec = node.get("spec")?;
    SCHEMAS.iter().find(|schema| {
        let name = schema.kind.to_string();
        let is_similar = || kind.is_some_and(|kind| nearest_of(kind, [name.as_str()]).is_some());
        let has_group = version.split('/').next() == Some(schema.group());
        schema.list.is_some_and(|list| spec.get(list).is_some()) && (has_group || is_similar())
    })
}

/// Reads the lists of a document that has no object around them: `imageContentSources` or `imageDigestSources` alone, or
/// the same lists in an `install-config.yaml`. Empty if the document is none of these.
pub(super) fn read_bare_lists(
    node: &Node,
    text: ManifestText<'_>,
    unopened: &mut Vec<Unopened>,
) -> Vec<ManifestDocument> {
    let entries = node.entries();
    if let [(key, list)] = entries
        && key.text == IMAGE_CONTENT_SOURCES
    {
        return vec![read_bare_list(
            ManifestKind::ContentSources,
            key,
            list,
            text,
            unopened,
        )];
    }
    let is_alone = entries
        .iter()
        .all(|(key, _)| [IMAGE_CONTENT_SOURCES, IMAGE_DIGEST_SOURCES].contains(&key.text.as_str()));
    if !is_alone && !is_install_config(node) {
        return Vec::new();
    }
    let lists = [
        (IMAGE_DIGEST_SOURCES, ManifestKind::InstallDigestSources),
        (IMAGE_CONTENT_SOURCES, ManifestKind::InstallContentSources),
    ];
    let found = lists
        .into_iter()
        .filter_map(|(name, kind)| Some((kind, field(node, name)?)));
    found
        .map(|(kind, (key, list))| read_bare_list(kind, key, list, text, unopened))
        .collect()
}

/// Reads the properties of a cluster with hosted control planes of Azure Red Hat OpenShift, as `azapi_resource` has them in
/// its body. `None` if the document is another one.
pub(super) fn read_azure_cluster(
    node: &Node,
    text: ManifestText<'_>,
    unopened: &mut Vec<Unopened>,
) -> Option<ManifestDocument> {
    let (_, properties) = field(node, "properties").filter(|_| field(node, "kind").is_none())?;
    let (key, list) = field(properties, "imageDigestMirrors")?;
    let kind = ManifestKind::AzureHostedCluster;
    Some(read_bare_list(kind, key, list, text, unopened))
}

/// Whether a document is the configuration of an installation: it has no kind that the API server knows, but fields that
/// the installer requires (openshift/installer, `pkg/types/installconfig.go` and `pkg/types/imagebased`).
fn is_install_config(node: &Node) -> bool {
    let has = |name: &str| field(node, name).is_some();
    has("baseDomain") || has("pullSecret") || (has("platform") && has("metadata"))
}

/// Reads a document that is a list of sources and mirrors, as the option `--image-content-sources` of `hcp create cluster`
/// takes it. `None` if the elements have other fields.
pub(super) fn read_source_list(
    node: &Node,
    text: ManifestText<'_>,
    unopened: &mut Vec<Unopened>,
) -> Option<ManifestDocument> {
    let NodeKind::Sequence(elements) = &node.kind else {
        return None;
    };
    let is_entry = |element: &Node| {
        let names: Vec<&str> = element
            .entries()
            .iter()
            .map(|(key, _)| key.text.as_str())
            .collect();
        names.contains(&"source") && names.iter().all(|name| ["source", "mirrors"].contains(name))
    };
    let is_list = !elements.is_empty() && elements.iter().all(is_entry);
    let has_mirrors = elements.iter().any(|element| field(element, "mirrors").is_some());
    if !is_list || !has_mirrors {
        return None;
    }
    let key = Key {
        span: first_line(node.span, text),
        text: IMAGE_CONTENT_SOURCES.to_owned(),
        merged_by: None,
    };
    Some(read_bare_list(
        ManifestKind::ContentSources,
        &key,
        node,
        text,
        unopened,
    ))
}

fn read_bare_list(
    kind: ManifestKind,
    key: &Key,
    list: &Node,
    text: ManifestText<'_>,
    unopened: &mut Vec<Unopened>,
) -> ManifestDocument {
    let mut issues = IssueCollector::default();
    ManifestDocument {
        kind,
        name: None,
        identity: None,
        span: key.span,
        entries: read_entries(kind, key, list, text, &mut issues, unopened),
        registry_sources: None,
        credential_images: Attribute::absent(),
        image_policy: None,
        issues: issues.into_issues(text),
        overwritten_by: None,
        applied_by: None,
    }
}

/// Reads an object.
pub(super) fn read_object(
    ObjectSchema {
        schema,
        is_known_kind,
    }: &ObjectSchema,
    node: &Node,
    text: ManifestText<'_>,
    delivery: Delivery,
    unopened: &mut Vec<Unopened>,
) -> ManifestDocument {
    let mut issues = IssueCollector::default();
    issues.check_keys(None, node, Some(OBJECT_FIELDS));
    let kind_span = kind_span(node, text);
    if !is_known_kind {
        let found = node.get("kind").and_then(Node::as_str).map(str::to_owned);
        issues.add(None, kind_span, ManifestIssueKind::Kind { found });
    }
    check_version(schema, node, kind_span, text, &mut issues);
    let name = read_name(node, kind_span, text, &mut issues);
    let namespace = (schema.kind == ManifestKind::ImagePolicy)
        .then(|| name.namespace.clone())
        .flatten();
    let mut document = ManifestDocument {
        kind: schema.kind,
        name: name.name,
        identity: name.known.map(|known| Identity {
            delivery,
            namespace: name.namespace,
            name: known,
        }),
        span: name.span.unwrap_or(kind_span),
        entries: Vec::new(),
        registry_sources: None,
        credential_images: Attribute::absent(),
        image_policy: None,
        issues: Vec::new(),
        overwritten_by: None,
        applied_by: None,
    };
    match field(node, "spec") {
        Some((key, spec)) => match &spec.kind {
            NodeKind::Mapping(_) => {
                issues.check_keys(None, spec, schema.spec_fields);
                if let Some((key, list)) = schema.list.and_then(|list| field(spec, list)) {
                    document.entries = read_entries(schema.kind, key, list, text, &mut issues, unopened);
                }
                if schema.kind == ManifestKind::CredentialProvider {
                    document.credential_images = read_list(spec, MATCH_IMAGES, text, &mut issues);
                }
                if let ManifestKind::ClusterImagePolicy | ManifestKind::ImagePolicy = schema.kind {
                    document.image_policy = Some(read_image_policy(spec, namespace, text, &mut issues));
                }
                document.registry_sources = schema
                    .registries
                    .and_then(|path| read_registry_sources(spec, path, text, &mut issues));
            }
            _ => match text.unknown_part(spec) {
                Some(kind) => unopened.push(Unopened {
                    span: spec.span,
                    kind,
                }),
                None => issues.add_wrong_type(None, "spec", key, spec, "an object"),
            },
        },
        None => issues.add(None, kind_span, ManifestIssueKind::Missing { field: "spec" }),
    }
    document.issues = issues.into_issues(text);
    document
}

fn check_version(
    schema: &Schema,
    node: &Node,
    kind_span: Span,
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
) {
    let version = field(node, "apiVersion");
    let found = version.and_then(|(_, value)| value.as_str());
    let is_unknown = version.is_some_and(|(_, value)| text.unknown_reasons(value).is_some());
    if !is_unknown && !found.is_some_and(|found| schema.versions.contains(&found)) {
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
