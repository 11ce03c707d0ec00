//! Finds the objects about mirrors in a document: the document itself, or objects and texts that wrap them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::detect::{declares_mirrors, has_manifest_marker, names_lists};
use crate::readers::manifest::document::{Delivery, ManifestDocument};
use crate::readers::manifest::embedded::embedded_documents;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::{field, first_line};
use crate::readers::manifest::objects::{
    ObjectSchema, is_list, read_azure_cluster, read_bare_lists, read_object, read_source_list,
};
use crate::readers::manifest::template::{Parameters, TooLarge};
use crate::readers::manifest::unopened::{Unopened, WrapperKind};

/// How many wrappers within each other are opened.
const MAX_WRAPPERS: usize = 8;

/// The fields with patches of kustomize: in its own file, and in objects of Flux, Argo CD and the policy generator.
const PATCHES: [&str; 3] = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/// What is found in the documents of a text.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) documents: Vec<ManifestDocument>,
    pub(super) unopened: Vec<Unopened>,
}

/// Where a node is.
#[derive(Clone, Copy)]
struct Place<'t> {
    text: ManifestText<'t>,
    /// The number of wrappers around it.
    depth: usize,
    delivery: Delivery,
    /// The kind of the object around it, for messages.
    object: Option<&'t str>,
}

/// Objects that wrap others, by their kinds. Others are searched for complete objects.
enum Wrapper {
    /// `List`, and the lists of the API.
    List,
    /// `template.openshift.io/v1`.
    Template,
    /// `Policy` of Advanced Cluster Management.
    Policy,
    /// `ConfigurationPolicy` of Advanced Cluster Management.
    ConfigurationPolicy,
    /// `SyncSet` and `SelectorSyncSet` of Hive.
    SyncSet,
    /// `ManifestWork` and the like, by the path to the list.
    Work(&'static [&'static str]),
    /// `ConfigMap` and `Secret`, by the field with the texts, and the one with texts in base64.
    Texts(&'static str, &'static str),
    /// Objects that describe kinds, with examples in them that are not applied.
    Description,
}

impl Wrapper {
    fn of(node: &Node) -> Option<Self> {
        let kind = node.get("kind").and_then(Node::as_str)?;
        let version = node.get("apiVersion").and_then(Node::as_str).unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Some(match (kind, group) {
            (kind, _) if is_list(kind) => Self::List,
            ("Template", "template.openshift.io" | "") => Self::Template,
            ("Policy", "policy.open-cluster-management.io") => Self::Policy,
            ("ConfigurationPolicy", "policy.open-cluster-management.io") => Self::ConfigurationPolicy,
            ("SyncSet" | "SelectorSyncSet", "hive.openshift.io") => Self::SyncSet,
            ("ManifestWork", "work.open-cluster-management.io") => {
                Self::Work(&["spec", "workload", "manifests"])
            }
            ("ManifestWorkReplicaSet", "work.open-cluster-management.io") => {
                Self::Work(&["spec", "manifestWorkTemplate", "workload", "manifests"])
            }
            ("ConfigMap", "") => Self::Texts("data", "binaryData"),
            ("Secret", "") => Self::Texts("stringData", "data"),
            ("CustomResourceDefinition", "apiextensions.k8s.io")
            | ("ConsoleYAMLSample" | "ConsoleQuickStart", "console.openshift.io")
            | ("ClusterServiceVersion", "operators.coreos.com") => Self::Description,
            _ => return None,
        })
    }
}

impl Collector {
    /// Collects what a document contains. It is an error if the configuration of a `NodePool` is invalid YAML.
    pub(super) fn add_document(&mut self, node: &Node, text: ManifestText<'_>) -> Result<(), SyntaxError> {
        let place = Place {
            text,
            depth: 0,
            delivery: Delivery::default(),
            object: None,
        };
        let unknown_key = text.unknown_key(node);
        if let Some(reasons) = unknown_key.or_else(|| text.evaluated_reasons(node)) {
            self.add_unopened(node.span, WrapperKind::UnknownObject(reasons), place);
            return Ok(());
        }
        if is_encrypted(node) {
            self.add_unopened(node.span, WrapperKind::Encrypted, place);
            return Ok(());
        }
        self.document(node, place)
    }

    /// A document of a file or of a text in an object.
    fn document(&mut self, node: &Node, place: Place<'_>) -> Result<(), SyntaxError> {
        if let Some(list) = read_source_list(node, place.text, &mut self.unopened) {
            self.documents.push(list);
            return Ok(());
        }
        if let Some(cluster) = read_azure_cluster(node, place.text, &mut self.unopened) {
            self.documents.push(cluster);
            return Ok(());
        }
        let is_wrapper = ObjectSchema::of(node).is_some() || Wrapper::of(node).is_some();
        if !is_wrapper {
            let lists = read_bare_lists(node, place.text, &mut self.unopened);
            if !lists.is_empty() {
                self.documents.extend(lists);
                return Ok(());
            }
        }
        self.object(node, place)
    }

    /// An object: one about mirrors, a wrapper, or another one.
    fn object(&mut self, node: &Node, place: Place<'_>) -> Result<(), SyntaxError> {
        if let Some(schema) = ObjectSchema::of(node) {
            let document = read_object(&schema, node, place.text, place.delivery, &mut self.unopened);
            self.documents.push(document);
            return Ok(());
        }
        let Some(wrapper) = Wrapper::of(node) else {
            let kind = node.get("kind");
            if let Some(reasons) = kind.and_then(|kind| place.text.evaluated_reasons(kind)) {
                self.add_unopened(node.span, WrapperKind::UnknownObject(reasons), place);
                return Ok(());
            }
            return self.search(node, place);
        };
        if place.depth >= MAX_WRAPPERS {
            self.add_too_deep(node, place);
            return Ok(());
        }
        let inside = Place {
            depth: place.depth + 1,
            object: node.get("kind").and_then(Node::as_str),
            delivery: match wrapper {
                Wrapper::List => place.delivery,
                _ => Delivery(place.delivery.0.or(Some(node.span))),
            },
            ..place
        };
        match wrapper {
            Wrapper::List => self.objects(node.get("items"), inside),
            Wrapper::Template => self.template(node, inside),
            Wrapper::Policy => {
                for template in elements(at(node, &["spec", "policy-templates"])) {
                    self.objects_of(template.get("objectDefinition"), inside)?;
                }
                Ok(())
            }
            Wrapper::ConfigurationPolicy => self.configuration_policy(node, inside),
            Wrapper::SyncSet => {
                for patch in elements(at(node, &["spec", "patches"])) {
                    self.patch(patch, inside);
                }
                self.objects(at(node, &["spec", "resources"]), inside)
            }
            Wrapper::Work(path) => self.objects(at(node, path), inside),
            Wrapper::Texts(plain, encoded) => {
                self.texts(node.get(plain), inside)?;
                self.texts(node.get(encoded).map(decode_values).as_ref(), inside)
            }
            Wrapper::Description => Ok(()),
        }
    }

    /// The objects in a list.
    fn objects(&mut self, list: Option<&Node>, place: Place<'_>) -> Result<(), SyntaxError> {
        if list.is_some_and(|list| list.as_str().is_some()) {
            return self.objects_of(list, place);
        }
        for element in elements(list) {
            self.objects_of(Some(element), place)?;
        }
        Ok(())
    }

    /// An object, or a text in its place.
    fn objects_of(&mut self, node: Option<&Node>, place: Place<'_>) -> Result<(), SyntaxError> {
        match node {
            Some(node) if matches!(node.kind, NodeKind::Mapping(_)) => self.object(node, place),
            Some(node) => match place.text.evaluated_reasons(node) {
                Some(reasons) => {
                    self.add_unopened(node.span, WrapperKind::UnknownObject(reasons), place);
                    Ok(())
                }
                None => self.search(node, place),
            },
            None => Ok(()),
        }
    }

    fn template(&mut self, node: &Node, place: Place<'_>) -> Result<(), SyntaxError> {
        let parameters = Parameters::read(node);
        let place = Place {
            text: place.text.with_unset_parameters(&parameters.unset),
            ..place
        };
        for object in elements(node.get("objects")) {
            match parameters.substitute(object) {
                Ok(object) => self.objects_of(Some(&object), place)?,
                Err(TooLarge) => self.add_unopened(object.span, WrapperKind::TooLarge, place),
            }
        }
        Ok(())
    }

    fn configuration_policy(&mut self, node: &Node, place: Place<'_>) -> Result<(), SyntaxError> {
        self.object_templates(at(node, &["spec", "object-templates"]), place)?;
        let Some(raw) = at(node, &["spec", "object-templates-raw"]) else {
            return Ok(());
        };
        if !raw.as_str().is_some_and(has_manifest_marker) {
            return Ok(());
        }
        let is_template = raw.as_str().is_some_and(|raw| raw.contains("{{"));
        match embedded_documents(raw, place.text.slice(raw.span)) {
            Ok(documents) if !is_template => {
                for document in &documents {
                    self.object_templates(Some(document), place)?;
                }
            }
            _ => self.add_unopened(raw.span, WrapperKind::RawObjectTemplates, place),
        }
        Ok(())
    }

    /// The objects that a policy demands. One that must not exist declares nothing.
    fn object_templates(&mut self, list: Option<&Node>, place: Place<'_>) -> Result<(), SyntaxError> {
        for template in elements(list) {
            let compliance = template.get("complianceType").and_then(Node::as_str);
            if !compliance.is_some_and(|compliance| compliance.eq_ignore_ascii_case("mustnothave")) {
                self.objects_of(template.get("objectDefinition"), place)?;
            }
        }
        Ok(())
    }

    /// A patch of an object, which has only a part of it.
    fn patch(&mut self, patch: &Node, place: Place<'_>) {
        let kind = patch.get("kind").and_then(Node::as_str).unwrap_or_default();
        let is_mirror_set = declares_mirrors(&format!("kind: {kind}"));
        let text = patch.get("patch");
        if is_mirror_set || text.and_then(Node::as_str).is_some_and(declares_mirrors) {
            let object = place.object.unwrap_or_default().to_owned();
            let span = text.unwrap_or(patch).span;
            self.add_unopened(span, WrapperKind::Patch(object), place);
        }
    }

    /// Patches, as kustomize takes them. Each has a part of an object.
    fn patches(&mut self, patches: &Node, place: Place<'_>) {
        // One that is in a file is counted with the file.
        let is_inline = |patch: &&Node| {
            patch
                .get("path")
                .and_then(Node::as_str)
                .is_none_or(|path| path.starts_with('/'))
        };
        for patch in elements(Some(patches)).iter().filter(is_inline) {
            let text = place.text.slice(patch.span);
            if declares_mirrors(text) || names_lists(text) {
                let kind = WrapperKind::Patch(place.object.unwrap_or("Kustomization").to_owned());
                self.add_unopened(patch.span, kind, place);
            }
        }
    }

    /// The values of a `ConfigMap` or `Secret`: of these, `config` is the configuration of a `NodePool`.
    fn texts(&mut self, values: Option<&Node>, place: Place<'_>) -> Result<(), SyntaxError> {
        for (key, value) in values.map_or(&[] as &[_], Node::entries) {
            let Some(string) = value.as_str().filter(|string| has_manifest_marker(string)) else {
                continue;
            };
            let is_node_pool = key.text == "config" && !string.contains("{{") && declares_mirrors(string);
            match embedded_documents(value, place.text.slice(value.span)) {
                Err(error) if is_node_pool => return Err(error),
                result => self.text(value, &result.unwrap_or_default(), place)?,
            }
        }
        Ok(())
    }

    /// A string that may contain manifests.
    fn text(&mut self, string: &Node, documents: &[Node], place: Place<'_>) -> Result<(), SyntaxError> {
        let found = (self.documents.len(), self.unopened.len());
        for document in documents {
            self.document(document, place)?;
        }
        let is_found = found != (self.documents.len(), self.unopened.len());
        if !is_found && string.as_str().is_some_and(declares_mirrors) && !has_description(documents) {
            let kind = WrapperKind::Text(place.object.map(str::to_owned));
            self.add_unopened(string.span, kind, place);
        }
        Ok(())
    }

    /// Searches a node for complete objects about mirrors, for wrappers, and for texts that contain some.
    fn search(&mut self, node: &Node, place: Place<'_>) -> Result<(), SyntaxError> {
        match &node.kind {
            NodeKind::Mapping(entries) => {
                let schema = ObjectSchema::of(node);
                if schema.is_some_and(|schema| schema.is_complete(node)) || Wrapper::of(node).is_some() {
                    return self.object(node, place);
                }
                let kind = node.get("kind").and_then(Node::as_str);
                let kind = kind.filter(|_| node.get("apiVersion").is_some());
                let place = Place {
                    delivery: Delivery(place.delivery.0.or(Some(node.span))),
                    object: kind.or(place.object),
                    ..place
                };
                for (key, value) in entries {
                    match key.text.as_str() {
                        // The annotations of an object may contain an earlier version of it.
                        "metadata" | "status" if kind.is_some() => {}
                        key if PATCHES.contains(&key) => self.patches(value, place),
                        _ => self.search(value, place)?,
                    }
                }
            }
            NodeKind::Sequence(elements) => {
                for element in elements {
                    self.search(element, place)?;
                }
            }
            NodeKind::String(string) if declares_mirrors(string) => {
                if place.depth >= MAX_WRAPPERS {
                    self.add_unopened(node.span, WrapperKind::TooDeep, place);
                    return Ok(());
                }
                // Text that only begins like an object may be a part of one, or of a program.
                let mut documents = embedded_documents(node, place.text.slice(node.span)).unwrap_or_default();
                let inside = Place {
                    depth: place.depth + 1,
                    ..place
                };
                documents.retain(|document| {
                    ObjectSchema::of(document).is_none_or(|schema| schema.is_complete(document))
                });
                self.text(node, &documents, inside)?;
            }
            NodeKind::String(_) | NodeKind::Word(..) => {}
        }
        Ok(())
    }

    fn add_too_deep(&mut self, node: &Node, place: Place<'_>) {
        if declares_mirrors(place.text.slice(node.span)) {
            self.add_unopened(node.span, WrapperKind::TooDeep, place);
        }
    }

    fn add_unopened(&mut self, span: Span, kind: WrapperKind, place: Place<'_>) {
        let span = first_line(span, place.text);
        self.unopened.push(Unopened { span, kind });
    }
}

/// Whether an object is encrypted: SOPS adds a field with what it needs to decrypt the values, and removes it then.
fn is_encrypted(node: &Node) -> bool {
    let sops = node.get("sops");
    sops.is_some_and(|sops| sops.get("mac").is_some() || sops.get("lastmodified").is_some())
}

/// Whether documents only describe mirror sets.
fn has_description(documents: &[Node]) -> bool {
    documents
        .iter()
        .any(|document| matches!(Wrapper::of(document), Some(Wrapper::Description)))
}

/// The value at the end of a path of fields.
fn at<'n>(node: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter()
        .try_fold(node, |node, name| field(node, name).map(|(_, value)| value))
}

/// An object with the texts that its values have in base64. Values that are not text are left out.
fn decode_values(node: &Node) -> Node {
    let decode = |value: &Node| {
        let bytes = STANDARD.decode(value.as_str()?.trim()).ok()?;
        let kind = NodeKind::String(String::from_utf8(bytes).ok()?);
        Some(Node {
            kind,
            span: value.span,
        })
    };
    let entries = node.entries().iter();
    let entries = entries.filter_map(|(key, value)| Some((key.clone(), decode(value)?)));
    Node {
        kind: NodeKind::Mapping(entries.collect()),
        span: node.span,
    }
}

/// The elements of a list. Empty for other nodes.
fn elements(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(NodeKind::Sequence(elements)) => elements,
        _ => &[],
    }
}
