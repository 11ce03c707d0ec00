//! The manifests that the resources of a Terraform input apply.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{Hides, Input, InputKind, SkipReason, Skipped};
use terraform_eval::source::{FileId, Span};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::scalar::Word;
use terraform_eval::syntax::yaml::{self, Key, Node, NodeKind};

use crate::readers::manifest::assemble::assemble_input;
use crate::readers::manifest::carrier::Carrier;
use crate::readers::manifest::collect::Collector;
use crate::readers::manifest::detect::has_manifest_marker;
use crate::readers::manifest::document::{ApplyingResource, ManifestDocument};
use crate::readers::manifest::embedded::embedded_documents;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::overwritten::mark_overwritten;
use crate::readers::manifest::resource_types::ManifestForm;
use crate::readers::manifest::unopened::WrapperKind;

/// The manifests of one input, by cluster.
#[derive(Debug, Clone)]
pub(crate) struct AppliedManifests {
    /// The kind of the Terraform input.
    kind: InputKind,
    /// By the provider of their resources. `None` is the default one.
    parts: BTreeMap<Option<Arc<str>>, Vec<Part>>,
    /// What could not be read.
    pub(crate) skipped: Vec<Skipped>,
    /// What was skipped, by its text and the message: instances of one block have the same.
    reported: BTreeSet<(Span, String)>,
}

/// What one resource instance applies.
#[derive(Debug, Clone)]
enum Part {
    Documents(Vec<ManifestDocument>),
    /// A file that is read later.
    File {
        path: PathBuf,
        form: ManifestForm,
        resource: Arc<ApplyingResource>,
    },
}

impl AppliedManifests {
    /// No manifests, of an input of this kind.
    pub(crate) fn new(kind: InputKind) -> Self {
        Self {
            kind,
            parts: BTreeMap::new(),
            skipped: Vec::new(),
            reported: BTreeSet::new(),
        }
    }

    /// What to do about an unknown value.
    fn help_with_unknown_value(&self) -> &'static str {
        match self.kind {
            InputKind::Configuration | InputKind::TofuConfigJson => {
                "use a plan, in which the value may be known (`terraform show -json PLAN`)"
            }
            InputKind::Plan => "apply the plan first, then use the state (`terraform show -json`)",
            InputKind::State | InputKind::Manifest | InputKind::RegistriesConf => {
                "check the manifest that results from it"
            }
        }
    }

    /// Adds the documents that a resource instance applies through a provider, which stands for a cluster.
    pub(crate) fn add(&mut self, provider: Option<&Arc<str>>, documents: Vec<ManifestDocument>) {
        if !documents.is_empty() {
            let of_provider = self.parts.entry(provider.cloned()).or_default();
            of_provider.push(Part::Documents(documents));
        }
    }

    /// Adds a file with documents that a resource instance applies.
    pub(crate) fn add_file(
        &mut self,
        provider: Option<&Arc<str>>,
        path: PathBuf,
        form: ManifestForm,
        resource: Arc<ApplyingResource>,
    ) {
        let of_provider = self.parts.entry(provider.cloned()).or_default();
        of_provider.push(Part::File { path, form, resource });
    }

    /// The canonical paths of the files to read.
    pub(crate) fn files(&self) -> BTreeSet<PathBuf> {
        let parts = self.parts.values().flatten();
        let files = parts.filter_map(|part| match part {
            Part::File { path, .. } => Some(path.clone()),
            Part::Documents(_) => None,
        });
        files.collect()
    }

    /// Reads the files. `texts` has those that could be read.
    pub(crate) fn read_files(&mut self, texts: &BTreeMap<PathBuf, (FileId, &str)>) {
        let mut all = std::mem::take(&mut self.parts);
        for part in all.values_mut().flatten() {
            let Part::File { path, form, resource } = part else {
                continue;
            };
            let documents = match texts.get(path) {
                Some((file, text)) => self.read_file(*form, *file, text, resource),
                None => Vec::new(),
            };
            *part = Part::Documents(documents);
        }
        self.parts = all;
    }

    fn read_file(
        &mut self,
        form: ManifestForm,
        file: FileId,
        text: &str,
        resource: &Arc<ApplyingResource>,
    ) -> Vec<ManifestDocument> {
        // Other texts cannot be mirror sets.
        if !has_manifest_marker(text) {
            return Vec::new();
        }
        let mut collector = Collector::default();
        let documents = yaml::documents(file, text);
        let manifest = ManifestText::new(text);
        let result = documents
            .and_then(|documents| self.add_documents(&mut collector, &documents, manifest, form, resource));
        let whole = Span::new(file, 0, text.len());
        self.finish(collector, result, resource, whole, true)
    }

    /// Adds something that could not be read, with its address and span.
    pub(crate) fn skip(&mut self, address: &str, span: Span, message: String, help: &str, hides: Hides) {
        if !self.reported.insert((span, message.clone())) {
            return;
        }
        let mut skipped = Skipped::new(address, SkipReason::UnopenedWrapper, message);
        skipped.span = Some(span);
        skipped.help = Some(help.to_owned());
        skipped.hides = hides;
        self.skipped.push(skipped);
    }

    /// Adds a block that carries a mirror set in a form that is not read, with the files that hold it.
    pub(crate) fn skip_carrier(
        &mut self,
        address: &str,
        span: Span,
        carrier: Carrier,
        held_in: Vec<PathBuf>,
    ) {
        let before = self.skipped.len();
        let what = carrier.description().to_owned();
        self.skip(address, span, what, carrier.help(), Hides::Possibly);
        if let Some(skipped) = self.skipped.get_mut(before) {
            skipped.held_in = held_in;
        }
    }

    /// Adds a manifest of a block that cannot be read at all, and why.
    pub(crate) fn skip_manifest(&mut self, address: &str, span: Span, why: &str, names_mirror_set: bool) {
        let (what, hides) = if names_mirror_set {
            ("a mirror set", Hides::Certainly)
        } else {
            ("a manifest that may be a mirror set", Hides::Possibly)
        };
        let help = self.help_with_unknown_value();
        self.skip(
            address,
            span,
            format!("{what} cannot be read: {why}"),
            help,
            hides,
        );
    }

    /// The inputs: each hosted cluster is a cluster of its own, and the other documents of one provider belong to one
    /// cluster. `name` is the name of the Terraform input.
    pub(crate) fn into_inputs(self, name: &str) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (provider, parts) in self.parts {
            let mut documents: Vec<ManifestDocument> = parts
                .into_iter()
                .flat_map(|part| match part {
                    Part::Documents(documents) => documents,
                    Part::File { .. } => Vec::new(),
                })
                .collect();
            mark_overwritten(documents.iter_mut().collect());
            let (hosted, others): (Vec<_>, Vec<_>) = documents
                .into_iter()
                .partition(|document| document.kind.is_hosted());
            for document in hosted {
                let resource = document.applied_by.as_ref();
                let address = resource.map(|resource| Arc::clone(&resource.address));
                let cluster = document.name.clone().or(address).unwrap_or_else(|| name.into());
                inputs.push(assemble_input(name, &cluster, vec![document]));
            }
            if !others.is_empty() {
                let cluster = provider.as_deref().unwrap_or(name);
                inputs.push(assemble_input(name, cluster, others));
            }
        }
        for input in &mut inputs {
            input.manifest_facts.get_or_insert_default().applied_by = Some(self.kind);
        }
        inputs
    }

    /// Reads the manifest of a resource instance: the node of its argument. Returns its documents. `names_mirror_set` says
    /// whether the text of the manifest names a mirror set.
    pub(crate) fn read(
        &mut self,
        form: ManifestForm,
        node: Node,
        text: ManifestText<'_>,
        resource: &Arc<ApplyingResource>,
        names_mirror_set: bool,
    ) -> Vec<ManifestDocument> {
        let span = node.span;
        let mut collector = Collector::default();
        let result = match form {
            ManifestForm::ObjectOrText if node.as_str().is_some() => {
                self.add_text(&mut collector, &node, text, form, resource)
            }
            ManifestForm::Object | ManifestForm::ObjectOrText => collector.add_document(&node, text),
            ManifestForm::ConfigMapData => {
                collector.add_document(&object_of("ConfigMap", "data", node), text)
            }
            ManifestForm::SecretData => {
                collector.add_document(&object_of("Secret", "stringData", node), text)
            }
            ManifestForm::FirstDocument | ManifestForm::Documents => {
                self.add_text(&mut collector, &node, text, form, resource)
            }
        };
        self.finish(collector, result, resource, span, names_mirror_set)
    }

    /// The documents that were found in the text at `span`; reports what could not be read.
    fn finish(
        &mut self,
        collector: Collector,
        result: Result<(), SyntaxError>,
        resource: &Arc<ApplyingResource>,
        span: Span,
        names_mirror_set: bool,
    ) -> Vec<ManifestDocument> {
        if let Err(error) = result {
            let message = format!("a mirror set cannot be read: {}", error.message);
            let help = "fix the manifest: the provider rejects it";
            self.skip(&resource.address, error.span, message, help, Hides::Certainly);
        }
        // The mirror set that the text names may be one that was read.
        let names_mirror_set = names_mirror_set && collector.documents.is_empty();
        for unopened in &collector.unopened {
            let at = if unopened.span.range().is_empty() {
                span
            } else {
                unopened.span
            };
            if let WrapperKind::UnknownObject(reasons) = &unopened.kind {
                self.skip_manifest(&resource.address, at, &reasons.to_string(), names_mirror_set);
                continue;
            }
            let mut skipped = unopened.skipped(&resource.address);
            skipped.span = Some(at);
            if skipped.hides == Hides::Certainly {
                skipped.help = Some(self.help_with_unknown_value().to_owned());
            }
            if self.reported.insert((at, skipped.message.clone())) {
                self.skipped.push(skipped);
            }
        }
        let mut documents = collector.documents;
        for document in &mut documents {
            document.applied_by = Some(Arc::clone(resource));
        }
        documents
    }

    /// Adds the documents of a string.
    fn add_text(
        &mut self,
        collector: &mut Collector,
        string: &Node,
        text: ManifestText<'_>,
        form: ManifestForm,
        resource: &ApplyingResource,
    ) -> Result<(), SyntaxError> {
        let Some(content) = string.as_str() else {
            return Ok(());
        };
        match embedded_documents(string, text.slice(string.span)) {
            Ok(documents) => self.add_documents(collector, &documents, text, form, resource),
            Err(error) if has_manifest_marker(content) => Err(error),
            Err(_) => Ok(()),
        }
    }

    /// Adds documents; reports those that the provider ignores.
    fn add_documents(
        &mut self,
        collector: &mut Collector,
        documents: &[Node],
        text: ManifestText<'_>,
        form: ManifestForm,
        resource: &ApplyingResource,
    ) -> Result<(), SyntaxError> {
        for (position, document) in documents.iter().enumerate() {
            if position == 0 || form != ManifestForm::FirstDocument {
                collector.add_document(document, text)?;
                continue;
            }
            let mut ignored = Collector::default();
            ignored.add_document(document, text)?;
            if !ignored.documents.is_empty() || !ignored.unopened.is_empty() {
                let message = "the provider applies the first document of the text alone, so this mirror set does not \
                               reach the cluster";
                let help = "give each document a resource of its own, for example with `for_each` over the `manifests` \
                            of `data.kubectl_file_documents`";
                let span = ignored
                    .documents
                    .first()
                    .map_or(document.span, |found| found.span);
                self.skip(
                    &resource.address,
                    span,
                    message.to_owned(),
                    help,
                    Hides::Certainly,
                );
            }
        }
        Ok(())
    }
}

/// An object of a kind with one more field.
fn object_of(kind: &str, field: &str, value: Node) -> Node {
    let span = value.span;
    let entry = |name: &str, value: Node| {
        let key = Key {
            span,
            text: name.to_owned(),
            merged_by: None,
        };
        (key, value)
    };
    let string = |text: &str| Node {
        span,
        kind: NodeKind::String(text.to_owned()),
    };
    let value = if matches!(value.kind, NodeKind::Mapping(_)) {
        value
    } else {
        Node {
            span,
            kind: NodeKind::Word(Word::Null, String::new()),
        }
    };
    Node {
        span,
        kind: NodeKind::Mapping(vec![
            entry("apiVersion", string("v1")),
            entry("kind", string(kind)),
            entry(field, value),
        ]),
    }
}
