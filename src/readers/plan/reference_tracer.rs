//! Traces references in a plan's configuration to the resources that a value comes from.
//!
//! A trace goes from expression to expression: through module inputs and outputs, through `for_each`, and through
//! resources that pass the id of a cluster on. A plan records what an expression refers to, but not how it combines the
//! references, so an expression with several references may have the value of any of them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{ClusterOrigin, OriginCandidate, OriginTarget, TraceStep, UnknownReason};
use terraform_eval::address::{
    EachAttribute, InstanceKey, Mode, ModulePath, RelativeReference, ResourceName, ResourcePath, Subject,
};

use crate::provider::{
    ClusterRole, cluster_id_argument, cluster_role, is_provider_type, modules, passed_id_argument,
};
use crate::readers::plan::configuration::{Modules, RecordedReference, References, Repetition};
use crate::readers::plan::instances::Instances;

/// The length of one chain of expressions.
const MAX_DEPTH: usize = 64;
/// The number of expressions that the trace of one value visits.
const MAX_EXPRESSIONS: usize = 4096;

/// The scope of an expression: the instance of the block that contains it.
#[derive(Debug, Clone)]
pub(super) struct Scope<'p, 'a> {
    module: ModulePath,
    /// The `count` or `for_each` of the block.
    repetition: Option<&'p Repetition<'a>>,
}

impl<'p, 'a> Scope<'p, 'a> {
    /// The scope of an argument of a block.
    pub(super) fn new(module: ModulePath, repetition: Option<&'p Repetition<'a>>) -> Self {
        Self { module, repetition }
    }
}

/// Traces references through a plan's configuration.
#[derive(Debug)]
pub(super) struct ReferenceTracer<'p, 'a> {
    modules: &'p Modules<'a>,
    instances: &'p Instances<'a>,
    /// Whether to trace a resource that passes a cluster's id on to the cluster.
    traces_passed_ids: bool,
    /// The number of expressions visited for the current value.
    visited: Cell<usize>,
}

/// A reference of an expression.
struct Reference<'p, 'a> {
    recorded: &'p RecordedReference<'a>,
    parsed: RelativeReference,
}

/// The resource instances that a reference may come from.
type Objects = BTreeSet<(ResourcePath, Option<InstanceKey>)>;

impl<'p, 'a> ReferenceTracer<'p, 'a> {
    pub(super) fn new(
        modules: &'p Modules<'a>,
        instances: &'p Instances<'a>,
        traces_passed_ids: bool,
    ) -> Self {
        Self {
            modules,
            instances,
            traces_passed_ids,
            visited: Cell::new(0),
        }
    }

    /// Traces the references of an expression to their origin.
    pub(super) fn trace(&self, scope: &Scope<'p, 'a>, references: &'p References<'a>) -> ClusterOrigin {
        self.visited.set(0);
        let mut origin = self.trace_expression(scope, references, None, 0);
        origin.unresolved.sort();
        origin.unresolved.dedup();
        origin
    }

    /// Traces an expression. `attribute` is the attribute of its value that the outer expression reads.
    fn trace_expression(
        &self,
        scope: &Scope<'p, 'a>,
        references: &'p References<'a>,
        attribute: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        self.visited.set(self.visited.get() + 1);
        if depth > MAX_DEPTH || self.visited.get() > MAX_EXPRESSIONS {
            return unresolved(UnknownReason::TooManyReferences);
        }
        let references: Vec<Reference<'p, 'a>> = references
            .iter()
            .filter_map(|recorded| {
                RelativeReference::parse(&recorded.text).map(|parsed| Reference { recorded, parsed })
            })
            .collect();
        let attribute = attribute.filter(|_| references.len() == 1);
        let has_index_references = self.has_index_references(scope, &references);
        let mut origin = ClusterOrigin::default();
        let mut first_objects: Option<Objects> = None;
        let mut is_ambiguous = false;
        for reference in &references {
            if has_index_references && is_index(&reference.parsed.subject) {
                continue;
            }
            let mut branch = self.trace_reference(scope, reference, attribute, depth);
            origin.unresolved.append(&mut branch.unresolved);
            if branch.candidates.is_empty() {
                continue;
            }
            for candidate in &mut branch.candidates {
                candidate.trace.push(TraceStep {
                    span: reference.recorded.span,
                    text: reference.recorded.text.clone().into_owned(),
                });
            }
            let objects: Objects = branch
                .candidates
                .iter()
                .filter_map(|candidate| object(&candidate.target))
                .collect();
            is_ambiguous |= first_objects
                .as_ref()
                .is_some_and(|first| objects.is_empty() || *first != objects);
            first_objects.get_or_insert(objects);
            origin.candidates.append(&mut branch.candidates);
        }
        if self.traces_passed_ids {
            origin.candidates = merge_by_object(origin.candidates);
        }
        if is_ambiguous {
            for candidate in &mut origin.candidates {
                candidate.is_certain = false;
            }
        }
        origin
    }

    /// Whether `each.key` and `count.index` are taken for the index of another reference, and not for values.
    ///
    /// A plan records `a[each.key].id` as `a` and `each.key`, as it records `a[f(each.key)].id`. So such an index does not
    /// tell which of several instances of `a` is meant.
    fn has_index_references(&self, scope: &Scope<'p, 'a>, references: &[Reference<'p, 'a>]) -> bool {
        let is_repeated_block = |reference: &Reference<'p, 'a>| {
            reference.parsed.key.is_none()
                && reference.parsed.attributes.is_empty()
                && self.is_repeated(&scope.module, &reference.parsed.subject)
        };
        references
            .iter()
            .any(|reference| is_index(&reference.parsed.subject))
            && references.iter().any(is_repeated_block)
    }

    /// Whether a block has instances with keys. A plan does not record a `for_each` without references, so the
    /// instances count as well.
    fn is_repeated(&self, module: &ModulePath, subject: &Subject) -> bool {
        let has_keys = |keys: BTreeSet<Option<InstanceKey>>| keys.iter().any(Option::is_some);
        match subject {
            Subject::Resource(name) => {
                let path = ResourcePath {
                    module: module.clone(),
                    resource: name.clone(),
                };
                self.modules
                    .block(&path)
                    .is_some_and(|block| block.repetition.is_some())
                    || has_keys(self.instances.resource_keys(&path))
            }
            Subject::Module(name) => {
                self.modules
                    .call(module, name)
                    .is_some_and(|call| call.repetition.is_some())
                    || has_keys(self.instances.module_keys(module, name))
            }
            _ => false,
        }
    }

    fn trace_reference(
        &self,
        scope: &Scope<'p, 'a>,
        reference: &Reference<'p, 'a>,
        attribute: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let RelativeReference {
            subject,
            key,
            attributes,
        } = &reference.parsed;
        match subject {
            Subject::Resource(resource) => {
                let attribute = attributes.first().or(attribute);
                self.trace_resource(scope, resource, key.as_ref(), attribute, depth)
            }
            Subject::Module(call) => self.trace_module(scope, call, &reference.parsed, depth),
            Subject::Variable(variable) => self.trace_variable(scope, variable, attributes.first(), depth),
            Subject::Local(_) => {
                let name = qualified_name(&scope.module, &reference.recorded.text);
                unresolved(UnknownReason::NotRecorded(name))
            }
            Subject::Each(_) => {
                let for_each = scope
                    .repetition
                    .and_then(|repetition| repetition.for_each.as_ref());
                let Some(references) = for_each else {
                    return ClusterOrigin::default();
                };
                let scope = Scope::new(scope.module.clone(), None);
                self.trace_expression(&scope, references, attributes.first(), depth + 1)
            }
            Subject::Count
            | Subject::Path(_)
            | Subject::Terraform(_)
            | Subject::SelfObject
            | Subject::Ephemeral { .. } => ClusterOrigin::default(),
        }
    }

    fn trace_resource(
        &self,
        scope: &Scope<'p, 'a>,
        resource: &ResourceName,
        key: Option<&InstanceKey>,
        attribute: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let path = ResourcePath {
            module: scope.module.clone(),
            resource: resource.clone(),
        };
        let block = self.modules.block(&path);
        let keys = self.instances.resource_keys(&path);
        let is_listed = resource.mode == Mode::Managed && is_provider_type(&resource.kind);
        if self.instances.are_complete && is_listed && keys.is_empty() {
            // `count` is 0, so a value cannot come from it.
            return ClusterOrigin::default();
        }
        let key = match key {
            Some(key) => Some(key.clone()),
            None if !self.is_repeated(&scope.module, &Subject::Resource(resource.clone())) => None,
            None => Some(referenced_key(&keys)),
        };
        let target = OriginTarget::Resource {
            path,
            key: key.clone(),
            attribute: attribute.map(ToString::to_string),
        };
        let mut origin = certain_origin(target);
        if let Some(candidate) = origin.candidates.first_mut() {
            candidate.span = block.map(|block| block.span);
        }
        let passed = passed_id_argument(resource, attribute.map(|attribute| &**attribute));
        if let (true, Some(argument), Some(block)) = (self.traces_passed_ids, passed, block) {
            let scope = Scope::new(scope.module.clone(), Some(&block.repetition));
            if let Some(references) = block.arguments.get(argument) {
                let passed_origin = self.trace_expression(&scope, references, None, depth + 1);
                origin.candidates.extend(passed_origin.candidates);
                origin.unresolved.extend(passed_origin.unresolved);
            }
        }
        origin
    }

    /// Traces a variable to the argument of the module call; a variable of the root module comes from no resource.
    fn trace_variable(
        &self,
        scope: &Scope<'p, 'a>,
        variable: &str,
        attribute: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let (Some(parent), Some(step)) = (scope.module.parent(), scope.module.steps().last()) else {
            return ClusterOrigin::default();
        };
        let Some(call) = self.modules.call(&parent, &step.call) else {
            return ClusterOrigin::default();
        };
        let scope = Scope::new(parent, Some(&call.repetition));
        match call.inputs.get(variable) {
            Some(references) => self.trace_expression(&scope, references, attribute, depth + 1),
            None => ClusterOrigin::default(),
        }
    }

    fn trace_module(
        &self,
        scope: &Scope<'p, 'a>,
        name: &Arc<str>,
        reference: &RelativeReference,
        depth: usize,
    ) -> ClusterOrigin {
        let call = self.modules.call(&scope.module, name);
        let key = match &reference.key {
            Some(key) => Some(key.clone()),
            None if !self.is_repeated(&scope.module, &reference.subject) => None,
            None => {
                let keys = self.instances.module_keys(&scope.module, name);
                Some(referenced_key(&keys))
            }
        };
        let module = scope.module.child(name.clone(), key);
        let output = reference.attributes.first();
        let origin = match output {
            Some(output) => self.trace_output(&module, output, reference.attributes.get(1), depth),
            None => self.trace_any_output(&module, depth),
        };
        let source = call.map(|call| &*call.source).unwrap_or_default();
        let is_opaque = modules::cluster_kind(source).is_some() || call.is_some_and(|call| !call.has_body);
        if origin.candidates.is_empty() && is_opaque {
            return certain_origin(OriginTarget::Module {
                call: module.to_string(),
                source: source.to_owned(),
                output: output.map(ToString::to_string),
            });
        }
        origin
    }

    fn trace_output(
        &self,
        path: &ModulePath,
        output: &str,
        attribute: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let module = self.modules.module(path);
        match module.and_then(|module| module.outputs.get(output)) {
            Some(references) => {
                let scope = Scope::new(path.clone(), None);
                self.trace_expression(&scope, references, attribute, depth + 1)
            }
            None => ClusterOrigin::default(),
        }
    }

    /// Traces all outputs of a module: a plan records `module.a[each.key].id` as `module.a`, without the output.
    ///
    /// A cluster id can only come from an output that comes from a cluster or from a resource that passes its id on. If
    /// there are such outputs, the others are ignored; if all of them come from one cluster, that cluster is certain.
    fn trace_any_output(&self, path: &ModulePath, depth: usize) -> ClusterOrigin {
        let Some(module) = self.modules.module(path) else {
            return ClusterOrigin::default();
        };
        let mut origin = ClusterOrigin::default();
        for output in module.outputs.keys() {
            let mut output_origin = self.trace_output(path, output, None, depth);
            origin.unresolved.append(&mut output_origin.unresolved);
            for mut candidate in output_origin.candidates {
                candidate.is_certain = false;
                if let OriginTarget::Resource { attribute, .. } = &mut candidate.target {
                    *attribute = None;
                }
                origin.candidates.push(candidate);
            }
        }
        origin.candidates = merge_by_object(origin.candidates);
        let role = |candidate: &OriginCandidate| match &candidate.target {
            OriginTarget::Resource { path, .. } => cluster_role(&path.resource),
            OriginTarget::Module { .. } => None,
        };
        if origin
            .candidates
            .iter()
            .any(|candidate| role(candidate).is_some())
        {
            origin.candidates.retain(|candidate| role(candidate).is_some());
        }
        let is_cluster =
            |candidate: &&mut OriginCandidate| matches!(role(candidate), Some(ClusterRole::Cluster(_)));
        let mut clusters = origin.candidates.iter_mut().filter(is_cluster);
        if let (Some(only), None) = (clusters.next(), clusters.next()) {
            only.is_certain = origin.unresolved.is_empty();
        }
        // A resource that passes the id on is part of the trace of some outputs only, and the plan does not record which
        // output is read.
        if origin.candidates.iter().any(|candidate| candidate.is_certain) {
            origin.candidates.retain(|candidate| candidate.is_certain);
        }
        origin
    }
}

fn is_index(subject: &Subject) -> bool {
    matches!(subject, Subject::Each(EachAttribute::Key) | Subject::Count)
}

/// The key of the instance to which a reference without a key refers: unknown if there are several instances.
fn referenced_key(keys: &BTreeSet<Option<InstanceKey>>) -> InstanceKey {
    let only = match (keys.len(), keys.first()) {
        (1, Some(only)) => only.clone(),
        _ => None,
    };
    only.unwrap_or(InstanceKey::Unknown)
}

fn unresolved(reason: UnknownReason) -> ClusterOrigin {
    ClusterOrigin {
        unresolved: vec![reason],
        ..ClusterOrigin::default()
    }
}

fn certain_origin(target: OriginTarget) -> ClusterOrigin {
    ClusterOrigin {
        candidates: vec![OriginCandidate {
            target,
            is_certain: true,
            span: None,
            trace: Vec::new(),
        }],
        ..ClusterOrigin::default()
    }
}

/// The name of an object of a module, as seen from the root module.
pub(super) fn qualified_name(module: &ModulePath, name: &str) -> String {
    if module.is_root() {
        name.to_owned()
    } else {
        format!("{module}.{name}")
    }
}

fn object(target: &OriginTarget) -> Option<(ResourcePath, Option<InstanceKey>)> {
    match target {
        OriginTarget::Resource { path, key, .. } => Some((path.clone(), key.clone())),
        OriginTarget::Module { .. } => None,
    }
}

/// Keeps one candidate per object, in the order of the first candidates of the objects.
///
/// Of several attributes of an object, the attribute that identifies the cluster is kept: in
/// `c.state == "ready" ? c.id : …` the other attributes are part of the condition.
fn merge_by_object(candidates: Vec<OriginCandidate>) -> Vec<OriginCandidate> {
    let identifies_cluster = |target: &OriginTarget| match target {
        OriginTarget::Resource { path, attribute, .. } => attribute
            .as_deref()
            .is_some_and(|attribute| attribute == "id" || attribute == cluster_id_argument(&path.resource)),
        OriginTarget::Module { .. } => true,
    };
    let mut merged: Vec<OriginCandidate> = Vec::new();
    let mut positions: BTreeMap<OriginTarget, usize> = BTreeMap::new();
    for candidate in candidates {
        let mut object = candidate.target.clone();
        if let OriginTarget::Resource { attribute, .. } = &mut object {
            *attribute = None;
        }
        let position = *positions.entry(object).or_insert(merged.len());
        match merged.get_mut(position) {
            None => merged.push(candidate),
            Some(same) if !identifies_cluster(&same.target) && identifies_cluster(&candidate.target) => {
                *same = candidate;
            }
            Some(_) => {}
        }
    }
    merged
}
