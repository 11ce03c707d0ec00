//! The manifests that the resources of a plan or state apply.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::model::{UnknownReason, UnknownReasons};
use crate::provider::is_provider_type;
use crate::readers::manifest::{
    AppliedManifests, ApplyingResource, Carrier, EvaluatedValues, HIDDEN_FIELD, ManifestResourceType,
    ManifestText, Texts, is_helm_release, manifest_type, names_mirror_set, names_mirrors,
};
use terraform_eval::address::{Address, Mode};
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::scalar::Word;
use terraform_eval::syntax::yaml::{self, Key, Node, NodeKind};

use crate::readers::plan::document::{
    Change, PlanDocument, RecordedConfiguration, ResourceConfiguration, ResourceValues, StateValues,
};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::instance_address::{change_address, module_path, resource_address, resource_mode};
use crate::readers::plan::mirrors::MirrorReader;
use crate::readers::plan::plan_text::{JsonMembers, PlanText, elements, is_true};

/// The depth to which marks are followed into a value; a deeper value is unknown or sensitive as a whole.
const MAX_DEPTH: usize = 64;

/// Reads the manifests that the resources in `values` apply.
pub(super) fn read_applied_manifests<'a>(
    reader: &MirrorReader<'_, 'a>,
    document: &PlanDocument<'a>,
    values: &StateValues<'a>,
    manifests: &mut AppliedManifests,
) -> Result<(), PlanError> {
    let mut changes: BTreeMap<&str, &Change<'a>> = BTreeMap::new();
    for change in document.resource_changes.iter().flatten() {
        if let (Some(address), Some(of_address), None) = (change.address, &change.change, change.deposed) {
            changes.insert(address.get(), of_address);
        }
    }
    let mut pending: Vec<_> = values.root_module.iter().collect();
    while let Some(module) = pending.pop() {
        let path = module_path(module.address.as_deref(), None)?;
        for resource in &module.resources {
            let kind = resource.kind.as_deref().unwrap_or_default();
            if resource_mode(resource.mode.as_deref()) != Mode::Managed {
                continue;
            }
            let Some(resource_type) = manifest_type(kind) else {
                let values = resource.values.filter(|_| !is_provider_type(kind));
                if values.is_some_and(|values| names_mirrors(values.get())) {
                    let (address, span) = resource_address(reader.text, &path, resource)?;
                    let carrier = if is_helm_release(kind) {
                        Carrier::HelmRelease
                    } else {
                        Carrier::Other
                    };
                    manifests.skip_carrier(&address.to_string(), span, carrier, Vec::new());
                }
                continue;
            };
            let (address, _) = resource_address(reader.text, &path, resource)?;
            let change = resource.address.and_then(|address| changes.get(address.get()));
            let instance = ManifestInstance {
                reader,
                resource_type,
                address,
                resource,
                change: change.copied(),
            };
            instance.read(manifests);
        }
        pending.extend(&module.child_modules);
    }
    for deferred in document.deferred_changes.iter().flatten() {
        let Some(change) = &deferred.resource_change else {
            continue;
        };
        let resource_type = change.kind.as_deref().and_then(manifest_type);
        if resource_type.is_some_and(|resource_type| resource_type.form.is_any_object()) {
            let (address, span) = change_address(reader.text, change)?;
            let after = change.change.as_ref().and_then(|change| change.after);
            let names_it = after.is_some_and(|after| names_mirror_set(after.get()));
            let why = UnknownReason::Deferred.to_string();
            manifests.skip_manifest(&address.to_string(), span, &why, names_it);
        }
    }
    Ok(())
}

/// The resources in a configuration, each with the address of its module and a dot before it: `module.a.`.
fn declared_resources<'c, 'a>(
    configuration: &'c RecordedConfiguration<'a>,
) -> Vec<(Rc<str>, &'c ResourceConfiguration<'a>)> {
    let mut found = Vec::new();
    let mut pending: Vec<(Rc<str>, _)> = (configuration.root_module.iter())
        .map(|root| ("".into(), root))
        .collect();
    while let Some((prefix, module)) = pending.pop() {
        let resources = module.resources.iter().flatten();
        found.extend(resources.map(|resource| (prefix.clone(), resource)));
        for (name, call) in module.module_calls.iter().flat_map(|calls| &calls.0) {
            let module = call.module.iter();
            pending.extend(module.map(|module| (format!("{prefix}module.{name}.").into(), module)));
        }
    }
    found
}

/// Counts the provisioners that declare mirrors. Of a command with references, a plan records the references alone.
pub(super) fn count_provisioners(
    text: PlanText<'_>,
    configuration: &RecordedConfiguration<'_>,
    manifests: &mut AppliedManifests,
) {
    for (prefix, resource) in declared_resources(configuration) {
        if let (Some(provisioners), Some(address)) = (resource.provisioners, resource.address)
            && names_mirrors(provisioners.get())
        {
            let span = text.span_of(address);
            let name: String = serde_json::from_str(address.get()).unwrap_or_default();
            manifests.skip_carrier(&format!("{prefix}{name}"), span, Carrier::Commands, Vec::new());
        }
    }
}

/// Counts the manifests in a configuration without values: of an expression, it has the references alone.
pub(super) fn count_declared_manifests(
    text: PlanText<'_>,
    configuration: &RecordedConfiguration<'_>,
    manifests: &mut AppliedManifests,
) {
    for (prefix, resource) in declared_resources(configuration) {
        let kind = resource.kind.as_deref().unwrap_or_default();
        let (Some(resource_type), Some(address)) = (manifest_type(kind), resource.address) else {
            continue;
        };
        if resource_mode(resource.mode.as_deref()) != Mode::Managed {
            continue;
        }
        let arguments = resource.expressions.and_then(members).unwrap_or_default();
        let arguments = arguments.by_name();
        let argument = arguments.get(resource_type.argument).map(|raw| **raw);
        let names_it = argument.is_some_and(|raw| names_mirror_set(raw.get()));
        let is_constant = argument.is_none_or(|raw| raw.get().contains("constant_value"));
        if names_it || (resource_type.form.is_any_object() && !is_constant) {
            let span = text.span_of(address);
            let name: String = serde_json::from_str(address.get()).unwrap_or_default();
            let why = "`tofu show -config` has no values";
            manifests.skip_manifest(&format!("{prefix}{name}"), span, why, names_it);
        }
    }
}

/// An instance of a resource that applies manifests.
struct ManifestInstance<'r, 'p, 'a> {
    reader: &'r MirrorReader<'p, 'a>,
    resource_type: &'static ManifestResourceType,
    address: Address,
    resource: &'r ResourceValues<'a>,
    change: Option<&'r Change<'a>>,
}

/// The value of an attribute, and its marks.
#[derive(Clone, Copy)]
struct MarkedValue<'a> {
    value: Option<&'a RawValue>,
    unknown: Option<&'a RawValue>,
    sensitive: [Option<&'a RawValue>; 2],
}

impl MarkedValue<'_> {
    fn is_sensitive(&self) -> bool {
        self.sensitive.into_iter().any(is_true)
    }

    fn has_hidden_fields(&self) -> bool {
        self.value.is_some_and(|value| value.get().contains(HIDDEN_FIELD))
    }

    fn is_known(&self) -> bool {
        !is_true(self.unknown) && self.value.is_some_and(|value| value.get() != "null")
    }
}

impl<'a> ManifestInstance<'_, '_, 'a> {
    fn read(&self, manifests: &mut AppliedManifests) {
        let resource_type = self.resource_type;
        let argument = self.attribute(resource_type.argument);
        let public = resource_type.public_attribute.map(|name| self.attribute(name));
        let public = public
            .filter(|public| public.is_known() && !public.is_sensitive() && !public.has_hidden_fields());
        let argument = match public {
            Some(public) if argument.is_sensitive() => public,
            _ => argument,
        };
        let applying = Arc::new(ApplyingResource {
            address: self.address.to_string().into(),
            calls: Arc::default(),
            instances: None,
        });
        let mut values = EvaluatedValues::default();
        let Some(node) = self.node(argument, &mut values) else {
            return;
        };
        let names_it = argument.value.is_some_and(|value| names_mirror_set(value.get()));
        if !resource_type.form.is_any_object() && !names_it {
            return;
        }
        let text = ManifestText::evaluated(Texts::One(self.reader.text.after(0)), &values);
        let documents = manifests.read(resource_type.form, node, text, &applying, names_it);
        manifests.add(self.provider().as_ref(), documents);
    }

    /// The provider of the block. `None` for the default one.
    fn provider(&self) -> Option<Arc<str>> {
        let block = self.reader.modules.block(&self.address.path)?;
        let key = block.provider.as_deref()?;
        let kind = &*self.address.resource().kind;
        let default = kind.split_once('_').map_or(kind, |(prefix, _)| prefix);
        (key != default).then(|| key.into())
    }

    fn attribute(&self, name: &str) -> MarkedValue<'a> {
        let of = |object: Option<&'a RawValue>| match object {
            Some(raw) if is_true(Some(raw)) => Some(raw),
            Some(raw) => members(raw).and_then(|members| members.by_name().get(name).map(|raw| **raw)),
            None => None,
        };
        MarkedValue {
            value: of(self.resource.values),
            unknown: of(self.change.and_then(|change| change.after_unknown)),
            sensitive: [
                of(self.resource.sensitive_values),
                of(self.change.and_then(|change| change.after_sensitive)),
            ],
        }
    }

    /// The node of an attribute. `None` if it is null.
    fn node(&self, attribute: MarkedValue<'a>, values: &mut EvaluatedValues) -> Option<Node> {
        let mut node = match attribute.value.filter(|value| value.get() != "null") {
            Some(value) => self.parse(value)?,
            None => {
                let mark = attribute.unknown?;
                Node {
                    span: self.reader.text.span_of(mark),
                    kind: NodeKind::Word(Word::Null, "null".to_owned()),
                }
            }
        };
        let mut insert = |node: &mut Node| {
            let reasons = self.unknown_reasons();
            node.kind = NodeKind::String(values.placeholder(reasons));
        };
        mark_node(&mut node, attribute.unknown, 0, &mut insert);
        if matches!(node.kind, NodeKind::Word(Word::Null, _)) {
            return None;
        }
        for marks in attribute.sensitive {
            let mut add = |part: &mut Node| values.add_sensitive_node(part);
            mark_node(&mut node, marks, 0, &mut add);
        }
        Some(node)
    }

    fn parse(&self, value: &'a RawValue) -> Option<Node> {
        let span = self.reader.text.span_of(value);
        if value.get().starts_with('"') {
            let string = self.reader.text.parse_string(value, "a manifest").ok()?;
            return Some(Node {
                span,
                kind: NodeKind::String(string.into_owned()),
            });
        }
        let start = span.range().start;
        let mut documents = yaml::documents(span.file, value.get()).ok()?.into_iter();
        let document = documents.next()?;
        Some(document.with_spans(&|part| {
            let range = part.range();
            Span::new(span.file, start + range.start, start + range.end)
        }))
    }

    fn unknown_reasons(&self) -> UnknownReasons {
        self.reader
            .reasons_of_argument(&self.address, self.resource_type.argument)
    }
}

/// Calls a function for each part of a node that marks, a value of the same shape, have a `true` for.
fn mark_node(node: &mut Node, marks: Option<&RawValue>, depth: usize, mark: &mut dyn FnMut(&mut Node)) {
    let Some(marks) = marks.filter(|marks| marks.get().contains("true")) else {
        return;
    };
    if is_true(Some(marks)) || depth > MAX_DEPTH {
        mark(node);
        return;
    }
    if marks.get().starts_with('[') {
        if let NodeKind::Sequence(nodes) = &mut node.kind {
            for (node, marks) in nodes.iter_mut().zip(elements(Some(marks))) {
                mark_node(node, Some(marks), depth + 1, mark);
            }
            return;
        }
        mark(node);
        return;
    }
    let span = node.span;
    let (NodeKind::Mapping(entries), Some(members)) = (&mut node.kind, members(marks)) else {
        mark(node);
        return;
    };
    for (name, marks) in members.0 {
        let existing = entries.iter().position(|(key, _)| key.text == name);
        let position = existing.unwrap_or_else(|| {
            // Terraform leaves unknown values out.
            let key = Key {
                span,
                text: name.to_string(),
                merged_by: None,
            };
            let value = Node {
                span,
                kind: NodeKind::Word(Word::Null, "null".to_owned()),
            };
            entries.push((key, value));
            entries.len() - 1
        });
        if let Some((_, value)) = entries.get_mut(position) {
            mark_node(value, Some(marks), depth + 1, mark);
        }
    }
}

fn members(raw: &RawValue) -> Option<JsonMembers<'_, &RawValue>> {
    serde_json::from_str(raw.get()).ok()
}
