//! The manifests that the resources of a Terraform input apply.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{Hides, Input, InputKind, SkipReason, Skipped};
use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::scalar::Word;
use terraform_eval::syntax::yaml::{Key, Node, NodeKind};

use crate::readers::manifest::assemble::assemble_input;
use crate::readers::manifest::collect::Collector;
use crate::readers::manifest::detect::has_manifest_marker;
use crate::readers::manifest::document::{ApplyingResource, ManifestDocument};
use crate::readers::manifest::embedded::embedded_documents;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::overwritten::mark_overwritten;
use crate::readers::manifest::resource_types::ManifestForm;
use crate::readers::manifest::unopened::WrapperKind;

/// The manifests of one input, by cluster.
#[derive(Debug, Default)]
pub(crate) struct AppliedManifests {
    /// By the provider of their resources. `None` is the default one.
    documents: BTreeMap<Option<Arc<str>>, Vec<ManifestDocument>>,
    /// What could not be read.
    pub(crate) skipped: Vec<Skipped>,
    /// What was skipped, by its text and the message: instances of one block have the same.
    reported: BTreeSet<(Span, String)>,
}

impl AppliedManifests {
    /// Adds the documents that a resource instance applies through a provider, which stands for a cluster.
    pub(crate) fn add(&mut self, provider: Option<&Arc<str>>, documents: Vec<ManifestDocument>) {
        if !documents.is_empty() {
            let of_provider = self.documents.entry(provider.cloned()).or_default();
            of_provider.extend(documents);
        }
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

    /// Adds a manifest of a block that cannot be read at all, and why.
    pub(crate) fn skip_manifest(&mut self, address: &str, span: Span, why: &str, names_mirror_set: bool) {
        let (what, hides) = if names_mirror_set {
            ("a mirror set", Hides::Certainly)
        } else {
            ("a manifest that may be a mirror set", Hides::Possibly)
        };
        let help = "use a plan, in which the value may be known (`terraform show -json PLAN`)";
        self.skip(
            address,
            span,
            format!("{what} cannot be read: {why}"),
            help,
            hides,
        );
    }

    /// The inputs: each HostedCluster is a cluster of its own, and the other documents of one provider belong to one
    /// cluster. `name` is the name of the Terraform input.
    pub(crate) fn into_inputs(self, name: &str, kind: InputKind) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (provider, mut documents) in self.documents {
            mark_overwritten(documents.iter_mut().collect());
            let (hosted, others): (Vec<_>, Vec<_>) = documents
                .into_iter()
                .partition(|document| document.kind.is_hosted());
            for document in hosted {
                let cluster = document.name.clone().unwrap_or_else(|| name.into());
                inputs.push(assemble_input(name, &cluster, vec![document]));
            }
            if !others.is_empty() {
                let cluster = provider.as_deref().unwrap_or(name);
                inputs.push(assemble_input(name, cluster, others));
            }
        }
        for input in &mut inputs {
            input.manifest_facts.applied_by = Some(kind);
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
        names_mirror_set: &dyn Fn() -> bool,
    ) -> Vec<ManifestDocument> {
        let span = node.span;
        let mut collector = Collector::default();
        let result = match form {
            ManifestForm::Object => collector.add_document(&node, text),
            ManifestForm::ConfigMapData => {
                collector.add_document(&object_of("ConfigMap", "data", node), text)
            }
            ManifestForm::SecretData => collector.add_document(&object_of("Secret", "stringData", node), text),
            ManifestForm::FirstDocument => self.add_texts(&mut collector, &node, text, Some(1), resource),
            ManifestForm::Documents => self.add_texts(&mut collector, &node, text, None, resource),
        };
        if let Err(error) = result {
            let message = format!("a mirror set cannot be read: invalid YAML: {}", error.message);
            let help = "fix the manifest: the provider rejects it";
            self.skip(&resource.address, error.span, message, help, Hides::Certainly);
        }
        for unopened in &collector.unopened {
            let at = if unopened.span.range().is_empty() {
                span
            } else {
                unopened.span
            };
            if let WrapperKind::UnknownObject(reasons) = &unopened.kind {
                self.skip_manifest(&resource.address, at, &reasons.to_string(), names_mirror_set());
                continue;
            }
            let mut skipped = unopened.skipped(&resource.address);
            skipped.span = Some(at);
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

    /// Adds the documents of a text, of which the provider applies at most `count`.
    fn add_texts(
        &mut self,
        collector: &mut Collector,
        string: &Node,
        text: ManifestText<'_>,
        count: Option<usize>,
        resource: &ApplyingResource,
    ) -> Result<(), SyntaxError> {
        let Some(content) = string.as_str() else {
            return Ok(());
        };
        let documents = match embedded_documents(string, text.slice(string.span)) {
            Ok(documents) => documents,
            Err(error) if has_manifest_marker(content) => return Err(error),
            Err(_) => return Ok(()),
        };
        for (position, document) in documents.iter().enumerate() {
            if count.is_none_or(|count| position < count) {
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
                self.skip(
                    &resource.address,
                    document.span,
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
