//! Where an argument leads: from expression to expression, through module inputs and outputs,
//! `for_each` and resources that echo a cluster's id, to the resources that its value comes from.
//!
//! A plan records which things an expression refers to and not how it combines them, so what an
//! expression with several references yields is a choice that cannot be seen.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{ClusterOrigin, OriginCandidate, OriginTarget, TraceStep, UnknownReason};
use terraform_eval::address::{EachAttribute, InstanceKey, ModulePath, ResourceName, ResourcePath, Subject};

use crate::provider::{ClusterRole, cluster_id_argument, cluster_role, id_argument_echoed_by, modules};
use crate::readers::plan::address_parser::{self, Name};
use crate::readers::plan::configuration::{Block, ModuleCall, Modules, References, Repetition, Written};
use crate::readers::plan::instances::Instances;

/// How many expressions one value is followed through in a row.
const MAX_DEPTH: usize = 64;
/// How many expressions one value is followed through in all.
const MAX_WORK: usize = 4096;

/// Where an expression stands.
#[derive(Debug, Clone)]
pub(super) struct Place<'p, 'a> {
    /// The module instance.
    pub(super) module: ModulePath,
    /// The `for_each` of the block that holds it.
    pub(super) repetition: Option<&'p Repetition<'a>>,
    /// The instance key of the block that holds it.
    pub(super) key: Option<InstanceKey>,
    /// Whether it is itself the `for_each` of that block.
    pub(super) in_for_each: bool,
}

impl<'p, 'a> Place<'p, 'a> {
    /// An argument of a block.
    pub(super) fn new(
        module: ModulePath,
        repetition: Option<&'p Repetition<'a>>,
        key: Option<InstanceKey>,
    ) -> Self {
        Self {
            module,
            repetition,
            key,
            in_for_each: false,
        }
    }
}

/// Follows references through a plan's configuration.
#[derive(Debug)]
pub(super) struct Follower<'p, 'a> {
    modules: &'p Modules<'a>,
    instances: &'p Instances<'a>,
    /// Whether an echo is followed to the cluster whose id it echoes.
    through_echoes: bool,
    work: Cell<usize>,
}

/// Which instance the references of one expression mean, where they name none.
struct Index {
    /// Whether `each.key` and `count.index` are indexes here and lead nowhere themselves.
    skips: bool,
    /// The key, where it can be told.
    key: Option<InstanceKey>,
}

/// A reference with its parts.
struct Part<'p, 'a> {
    written: &'p Written<'a>,
    name: Name,
}

impl<'p, 'a> Follower<'p, 'a> {
    pub(super) fn new(modules: &'p Modules<'a>, instances: &'p Instances<'a>, through_echoes: bool) -> Self {
        Self {
            modules,
            instances,
            through_echoes,
            work: Cell::new(0),
        }
    }

    /// Where the references of an expression lead.
    pub(super) fn follow(&self, place: &Place<'p, 'a>, references: &'p References<'a>) -> ClusterOrigin {
        self.work.set(0);
        let mut leads = self.expression(place, references, None, 0);
        leads.unresolved.sort();
        leads.unresolved.dedup();
        leads
    }

    /// `wanted` is the attribute that the reader of this expression takes of its value.
    fn expression(
        &self,
        place: &Place<'p, 'a>,
        references: &'p References<'a>,
        wanted: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        self.work.set(self.work.get() + 1);
        if depth > MAX_DEPTH || self.work.get() > MAX_WORK {
            return ClusterOrigin {
                unresolved: vec![UnknownReason::TooManyReferences],
                ..ClusterOrigin::default()
            };
        }
        let parts: Vec<Part<'p, 'a>> = references
            .iter()
            .filter_map(|written| address_parser::reference(&written.text).map(|name| Part { written, name }))
            .collect();
        let wanted = wanted.filter(|_| parts.len() == 1);
        let index = self.index(place, &parts);
        let mut all = ClusterOrigin::default();
        let mut branch: Option<BTreeSet<(ResourcePath, Option<InstanceKey>)>> = None;
        let mut several = false;
        for part in &parts {
            if index.skips && is_index(&part.name.subject) {
                continue;
            }
            let mut found = self.part(place, part, &index, wanted, depth);
            for lead in &mut found.candidates {
                lead.trace.push(TraceStep {
                    span: part.written.span,
                    text: part.written.text.clone().into_owned(),
                });
            }
            all.unresolved.append(&mut found.unresolved);
            if found.candidates.is_empty() {
                continue;
            }
            let targets: BTreeSet<_> = found
                .candidates
                .iter()
                .filter_map(|lead| object(&lead.target))
                .collect();
            several |= branch
                .as_ref()
                .is_some_and(|first| targets.is_empty() || *first != targets);
            branch.get_or_insert(targets);
            all.candidates.append(&mut found.candidates);
        }
        if self.through_echoes {
            all.candidates = merged(all.candidates);
        }
        if several {
            for lead in &mut all.candidates {
                lead.is_certain = false;
            }
        }
        all
    }

    /// Whether one of the references looks like the index of another, and with which key.
    ///
    /// `a[each.key].id` is recorded as `a` and `each.key`. Beside a reference to all instances of a
    /// repeated block, `each.key` and `count.index` are taken for its index.
    fn index(&self, place: &Place<'p, 'a>, parts: &[Part<'p, 'a>]) -> Index {
        // `for_each = a` makes one instance for each of `a`'s, by its key.
        if let (true, [_]) = (place.in_for_each, parts) {
            return Index {
                skips: false,
                key: place.key.clone(),
            };
        }
        let whole = parts.iter().any(|part| {
            part.name.key.is_none()
                && part.name.path.is_empty()
                && self.is_repeated(&place.module, &part.name.subject)
        });
        let skips = whole && parts.iter().any(|part| is_index(&part.name.subject));
        // With a third reference, the key may be computed, or stand in another's index.
        let key = place.key.as_ref().filter(|_| skips && parts.len() == 2).cloned();
        Index { skips, key }
    }

    /// Whether a block has instances with keys. A plan leaves out a `for_each` that refers to nothing,
    /// so the instances count as well.
    fn is_repeated(&self, module: &ModulePath, subject: &Subject) -> bool {
        let has_keys = |keys: BTreeSet<Option<InstanceKey>>| keys.iter().any(Option::is_some);
        match subject {
            Subject::Resource(name) => {
                let path = ResourcePath {
                    module: module.clone(),
                    resource: name.clone(),
                };
                self.block(&path).is_some_and(|block| block.repetition.is_some())
                    || has_keys(self.instances.keys(&path))
            }
            Subject::Module(name) => {
                self.call(module, name)
                    .is_some_and(|call| call.repetition.is_some())
                    || has_keys(self.instances.module_keys(module, name))
            }
            _ => false,
        }
    }

    fn part(
        &self,
        place: &Place<'p, 'a>,
        part: &Part<'p, 'a>,
        index: &Index,
        wanted: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let name = &part.name;
        match &name.subject {
            Subject::Resource(resource) => {
                let attribute = name.path.first().or(wanted);
                self.resource(place, resource, name.key.as_ref(), attribute, index, depth)
            }
            Subject::Module(call) => self.module(place, call, name, index, depth),
            Subject::Variable(variable) => self.variable(place, variable, name.path.first(), depth),
            Subject::Local(_) => unfollowed(UnknownReason::NotRecorded(qualified(
                &place.module,
                &part.written.text,
            ))),
            Subject::Each(_) => {
                let for_each = place
                    .repetition
                    .and_then(|repetition| repetition.for_each.as_ref());
                match for_each {
                    Some(references) => {
                        let place = Place {
                            repetition: None,
                            in_for_each: true,
                            ..place.clone()
                        };
                        self.expression(&place, references, name.path.first(), depth + 1)
                    }
                    None => ClusterOrigin::default(),
                }
            }
            Subject::Count
            | Subject::Path(_)
            | Subject::Terraform(_)
            | Subject::SelfObject
            | Subject::Ephemeral { .. } => ClusterOrigin::default(),
        }
    }

    fn resource(
        &self,
        place: &Place<'p, 'a>,
        resource: &ResourceName,
        key: Option<&InstanceKey>,
        attribute: Option<&Arc<str>>,
        index: &Index,
        depth: usize,
    ) -> ClusterOrigin {
        let path = ResourcePath {
            module: place.module.clone(),
            resource: resource.clone(),
        };
        let block = self.block(&path);
        let key = match key {
            Some(key) => Some(key.clone()),
            None if !self.is_repeated(&place.module, &Subject::Resource(resource.clone())) => None,
            None => Some(one_key(&self.instances.keys(&path), index)),
        };
        let mut leads = ClusterOrigin {
            candidates: vec![OriginCandidate {
                target: OriginTarget::Resource {
                    path: path.clone(),
                    key: key.clone(),
                    attribute: attribute.map(ToString::to_string),
                },
                is_certain: true,
                span: block.map(|block| block.span),
                trace: Vec::new(),
            }],
            ..ClusterOrigin::default()
        };
        let argument = id_argument_echoed_by(resource, attribute.map(|attribute| &**attribute));
        if let (true, Some(argument), Some(block)) = (self.through_echoes, argument, block) {
            let place = Place::new(place.module.clone(), Some(&block.repetition), key);
            if let Some(references) = block.arguments.get(argument) {
                let behind = self.expression(&place, references, None, depth + 1);
                leads.candidates.extend(behind.candidates);
                leads.unresolved.extend(behind.unresolved);
            }
        }
        leads
    }

    fn block(&self, path: &ResourcePath) -> Option<&'p Block<'a>> {
        self.modules
            .get(&path.module.without_keys())?
            .resources
            .get(&path.resource)
    }

    fn call(&self, module: &ModulePath, call: &str) -> Option<&'p ModuleCall<'a>> {
        self.modules.get(&module.without_keys())?.calls.get(call)
    }

    /// The value of a module's input: what its call gives to it.
    fn variable(
        &self,
        place: &Place<'p, 'a>,
        variable: &str,
        wanted: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let (Some(parent), Some(step)) = (place.module.parent(), place.module.steps().last()) else {
            return ClusterOrigin::default();
        };
        let Some(call) = self.call(&parent, &step.call) else {
            return ClusterOrigin::default();
        };
        let place = Place::new(parent, Some(&call.repetition), step.key.clone());
        match call.inputs.get(variable) {
            Some(references) => self.expression(&place, references, wanted, depth + 1),
            None => ClusterOrigin::default(),
        }
    }

    fn module(
        &self,
        place: &Place<'p, 'a>,
        name: &Arc<str>,
        reference: &Name,
        index: &Index,
        depth: usize,
    ) -> ClusterOrigin {
        let call = self.call(&place.module, name);
        let key = match &reference.key {
            Some(key) => Some(key.clone()),
            None if !self.is_repeated(&place.module, &reference.subject) => None,
            None => Some(one_key(&self.instances.module_keys(&place.module, name), index)),
        };
        let inside = place.module.child(name.clone(), key);
        let output = reference.path.first();
        let leads = match output {
            Some(output) => self.output(&inside, output, reference.path.get(1), depth),
            None => self.any_output(&inside, depth),
        };
        let source = call.map(|call| &*call.source).unwrap_or_default();
        let opaque = modules::cluster_kind(source).is_some() || call.is_some_and(|call| !call.has_body);
        if leads.candidates.is_empty() && opaque {
            let target = OriginTarget::Module {
                call: inside.to_string(),
                source: source.to_owned(),
                output: output.map(ToString::to_string),
            };
            return ClusterOrigin {
                candidates: vec![OriginCandidate {
                    target,
                    is_certain: true,
                    span: None,
                    trace: Vec::new(),
                }],
                ..ClusterOrigin::default()
            };
        }
        leads
    }

    fn output(
        &self,
        inside: &ModulePath,
        output: &str,
        wanted: Option<&Arc<str>>,
        depth: usize,
    ) -> ClusterOrigin {
        let module = self.modules.get(&inside.without_keys());
        match module.and_then(|module| module.outputs.get(output)) {
            Some(references) => {
                let place = Place::new(inside.clone(), None, None);
                self.expression(&place, references, wanted, depth + 1)
            }
            None => ClusterOrigin::default(),
        }
    }

    /// `module.a[each.key].id` is recorded as `module.a`, without the output that is read.
    ///
    /// A cluster id can only come from an output that leads to a cluster or to an echo of one. Where
    /// there are such outputs the others are left out, and where all lead to one cluster it is certain.
    fn any_output(&self, inside: &ModulePath, depth: usize) -> ClusterOrigin {
        let Some(module) = self.modules.get(&inside.without_keys()) else {
            return ClusterOrigin::default();
        };
        let mut all = ClusterOrigin::default();
        for output in module.outputs.keys() {
            let mut found = self.output(inside, output, None, depth);
            all.unresolved.append(&mut found.unresolved);
            for mut lead in found.candidates {
                lead.is_certain = false;
                if let OriginTarget::Resource { attribute, .. } = &mut lead.target {
                    *attribute = None;
                }
                all.candidates.push(lead);
            }
        }
        all.candidates = merged(all.candidates);
        let role = |lead: &OriginCandidate| match &lead.target {
            OriginTarget::Resource { path, .. } => cluster_role(&path.resource),
            OriginTarget::Module { .. } => None,
        };
        if all.candidates.iter().any(|lead| role(lead).is_some()) {
            all.candidates.retain(|lead| role(lead).is_some());
        }
        let is_cluster = |lead: &&mut OriginCandidate| matches!(role(lead), Some(ClusterRole::Cluster(_)));
        let mut clusters = all.candidates.iter_mut().filter(is_cluster);
        if let (Some(only), None) = (clusters.next(), clusters.next()) {
            only.is_certain = all.unresolved.is_empty();
        }
        // An echo stands on the way of some outputs only, and which one is read cannot be seen.
        if all.candidates.iter().any(|lead| lead.is_certain) {
            all.candidates.retain(|lead| lead.is_certain);
        }
        all
    }
}

fn is_index(subject: &Subject) -> bool {
    matches!(subject, Subject::Each(EachAttribute::Key) | Subject::Count)
}

/// The instance that a reference without a key means.
fn one_key(keys: &BTreeSet<Option<InstanceKey>>, index: &Index) -> InstanceKey {
    let by_index = keys.get(&index.key).cloned().flatten();
    let single = || match (keys.len(), keys.first()) {
        (1, Some(only)) => only.clone(),
        _ => None,
    };
    by_index.or_else(single).unwrap_or(InstanceKey::Unknown)
}

fn unfollowed(cause: UnknownReason) -> ClusterOrigin {
    ClusterOrigin {
        unresolved: vec![cause],
        ..ClusterOrigin::default()
    }
}

/// What is written in a module, as it would be named from the root.
pub(super) fn qualified(module: &ModulePath, text: &str) -> String {
    if module.is_root() {
        text.to_owned()
    } else {
        format!("{module}.{text}")
    }
}

fn object(target: &OriginTarget) -> Option<(ResourcePath, Option<InstanceKey>)> {
    match target {
        OriginTarget::Resource { path, key, .. } => Some((path.clone(), key.clone())),
        OriginTarget::Module { .. } => None,
    }
}

/// The leads, one to each object, in the order in which the objects first come.
///
/// Of several attributes of one object the identifying one is kept: in `c.state == "ready" ? c.id : …`
/// the others stand in the condition.
fn merged(leads: Vec<OriginCandidate>) -> Vec<OriginCandidate> {
    let identifies = |target: &OriginTarget| match target {
        OriginTarget::Resource { path, attribute, .. } => attribute
            .as_deref()
            .is_some_and(|attribute| attribute == "id" || attribute == cluster_id_argument(&path.resource)),
        OriginTarget::Module { .. } => true,
    };
    let mut kept: Vec<OriginCandidate> = Vec::new();
    let mut places: BTreeMap<OriginTarget, usize> = BTreeMap::new();
    for lead in leads {
        let mut object = lead.target.clone();
        if let OriginTarget::Resource { attribute, .. } = &mut object {
            *attribute = None;
        }
        let place = *places.entry(object).or_insert(kept.len());
        match kept.get_mut(place) {
            None => kept.push(lead),
            Some(same) if !identifies(&same.target) && identifies(&lead.target) => *same = lead,
            Some(_) => {}
        }
    }
    kept
}
