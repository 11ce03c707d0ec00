//! A plan joined with the configuration that it was made of: the values are the plan's, the places and the
//! way that a value took are the configuration's.
//!
//! Mirrors meet by their whole address. Where the configuration cannot know how many instances a block or
//! a module call has, one mirror of it stands for all of the plan's that it can mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::model::{
    self, Attribute, AttributeValue, Cluster, ClusterInstance, ClusterOrigin, ClusterWaiter, Input, Mirror,
    MirrorAddress, OriginCandidate, OriginTarget, ResourceDeclaration,
};
use crate::provider::cluster_kind;
use crate::rules::PLAN_MISMATCH;
use terraform_eval::address::{Address, InstanceKey, ModuleStep, ResourcePath};
use terraform_eval::source::Span;

/// Takes over the places of `configuration` into `plan`. What the two say differently is given back.
pub(crate) fn join(plan: &mut Input, configuration: Input) -> Vec<Diagnostic> {
    let mut join = Join {
        clusters: configuration
            .clusters
            .iter()
            .map(|cluster| (cluster.path.clone(), cluster.span))
            .collect(),
        differences: Vec::new(),
    };
    join_clusters(&mut plan.clusters, configuration.clusters);
    join_waiters(&mut plan.waiters, configuration.waiters);
    plan.has_configuration = true;
    plan.data_sources = configuration.data_sources;
    plan.imports = configuration.imports;
    plan.provider = configuration.provider;
    let mut written = Written::new(configuration.mirrors);
    for mirror in &mut plan.mirrors {
        let own = mirror
            .address
            .resource()
            .and_then(|address| written.find(address));
        match own {
            Some(own) => join.mirror(mirror, own),
            None => join.differences.push(missing(mirror, "not in the configuration")),
        }
    }
    // What was left out of the plan on purpose is no difference: by `-target`, by `-destroy`.
    let destroys =
        plan.mirrors.is_empty() && plan.changes.mirrors.iter().all(|change| change.action.deletes());
    if plan.changes.incomplete.is_none() && plan.changes.errored.is_none() && !destroys {
        for mirror in written.unmet() {
            join.differences.push(missing(mirror, "not in the plan"));
        }
    }
    join.differences
}

/// Points at the clusters' blocks, and at their arguments where both sides give them the same value.
fn join_clusters(planned: &mut [Cluster], own: Vec<Cluster>) {
    let mut own: BTreeMap<ResourcePath, Cluster> = own
        .into_iter()
        .map(|cluster| (cluster.path.clone(), cluster))
        .collect();
    for cluster in planned {
        let Some(written) = own.remove(&cluster.path) else {
            continue;
        };
        cluster.span = written.span;
        cluster.argument_insertion = written.argument_insertion;
        for instance in &mut cluster.instances {
            let same = |other: &&ClusterInstance| {
                other.address == instance.address || stands_for(&other.address, &instance.address)
            };
            let Some(own) = written.instances.iter().find(same) else {
                continue;
            };
            let (there, here) = (&mut instance.registry_sources, &own.registry_sources);
            place_list(&mut there.allowed_registries, &here.allowed_registries);
            place_list(&mut there.blocked_registries, &here.blocked_registries);
            place_list(&mut there.insecure_registries, &here.insecure_registries);
            if instance.wait_for_create_complete.content == own.wait_for_create_complete.content {
                take_place(
                    &mut instance.wait_for_create_complete,
                    &own.wait_for_create_complete,
                );
            }
        }
    }
}

/// Which waiters there are, the plan knows, and what comes before them the configuration.
fn join_waiters(planned: &mut Vec<ClusterWaiter>, own: Vec<ClusterWaiter>) {
    let there: BTreeSet<ResourcePath> = planned.iter().map(|waiter| waiter.path.clone()).collect();
    let known = own
        .into_iter()
        .filter(|waiter| waiter.instances.is_none() || there.contains(&waiter.path));
    *planned = known
        .map(|waiter| ClusterWaiter {
            instances: None,
            ..waiter
        })
        .collect();
}

fn place_list(planned: &mut Attribute<Vec<Attribute<String>>>, own: &Attribute<Vec<Attribute<String>>>) {
    let (AttributeValue::Known(there), AttributeValue::Known(here)) = (&mut planned.content, &own.content)
    else {
        return;
    };
    for (element, own) in there.iter_mut().zip(here) {
        if agree(&element.content, &own.content) {
            take_place(element, own);
        }
    }
    take_place(planned, own);
}

/// The mirrors of a configuration by address.
struct Written {
    exact: BTreeMap<Address, (Mirror, bool)>,
    /// Those of which it is unknown how many there are.
    patterns: Vec<Mirror>,
}

impl Written {
    fn new(mirrors: Vec<Mirror>) -> Self {
        let mut written = Self {
            exact: BTreeMap::new(),
            patterns: Vec::new(),
        };
        for mirror in mirrors {
            match mirror.address.resource() {
                Some(address) if !is_pattern(address) => {
                    written.exact.insert(address.clone(), (mirror, false));
                }
                _ => written.patterns.push(mirror),
            }
        }
        written
    }

    fn find(&mut self, address: &Address) -> Option<&Mirror> {
        if let Some((mirror, met)) = self.exact.get_mut(address) {
            *met = true;
            return Some(mirror);
        }
        self.patterns
            .iter()
            .find(|mirror| matches!(mirror.address.resource(), Some(own) if stands_for(own, address)))
    }

    /// Those that the plan has nothing for.
    fn unmet(&self) -> impl Iterator<Item = &Mirror> {
        let unmet = self.exact.values().filter(|(_, met)| !met);
        unmet.map(|(mirror, _)| mirror)
    }
}

fn keys(address: &Address) -> impl Iterator<Item = Option<&InstanceKey>> {
    let steps = address.module().steps().iter();
    steps.map(|step| step.key.as_ref()).chain([address.key.as_ref()])
}

fn is_pattern(address: &Address) -> bool {
    keys(address).any(|key| key == Some(&InstanceKey::Unknown))
}

fn stands_for(pattern: &Address, address: &Address) -> bool {
    let calls = |address: &Address| -> Vec<_> {
        let name = |step: &ModuleStep| step.call.clone();
        address.module().steps().iter().map(name).collect()
    };
    pattern.resource() == address.resource()
        && calls(pattern) == calls(address)
        && keys(pattern)
            .zip(keys(address))
            .all(|(pattern, key)| pattern == key || (pattern == Some(&InstanceKey::Unknown) && key.is_some()))
}

fn missing(mirror: &Mirror, what: &str) -> Diagnostic {
    difference(&mirror.address, what).at(mirror.span, "")
}

fn difference(address: &MirrorAddress, what: &str) -> Diagnostic {
    PLAN_MISMATCH
        .diagnostic(what)
        .about_mirror(address.clone())
        .help("create the plan again; if it was created from exactly this configuration, please report a bug")
}

struct Join {
    clusters: BTreeMap<ResourcePath, Span>,
    differences: Vec<Diagnostic>,
}

impl Join {
    fn mirror(&mut self, planned: &mut Mirror, own: &Mirror) {
        let address = planned.address.clone();
        planned.span = own.span;
        self.string(&address, "source", &mut planned.source, &own.source);
        self.list(&address, &mut planned.mirrors, &own.mirrors);
        if let (Some(planned), Some(own)) = (planned.resource_mut(), own.resource()) {
            self.declaration(&address, planned, own);
        }
    }

    fn declaration(
        &mut self,
        address: &MirrorAddress,
        planned: &mut ResourceDeclaration,
        own: &ResourceDeclaration,
    ) {
        planned.calls.clone_from(&own.calls);
        planned.block.clone_from(&own.block);
        self.string(address, "cluster_id", &mut planned.cluster_id, &own.cluster_id);
        self.string(address, "type", &mut planned.mirror_type, &own.mirror_type);
        let is_known = planned.cluster_id.value().is_some();
        self.leads(&mut planned.cluster_origin, &own.cluster_origin, is_known);
        // A plan records no locals, so the configuration always knows at least as much of the order.
        planned.depends_on.clone_from(&own.depends_on);
        planned.depends_on_span = own.depends_on_span;
        planned.dependencies.clone_from(&own.dependencies);
        planned
            .unresolved_dependencies
            .clone_from(&own.unresolved_dependencies);
    }

    fn string(
        &mut self,
        address: &MirrorAddress,
        name: &str,
        planned: &mut Attribute<String>,
        own: &Attribute<String>,
    ) {
        if agree(&planned.content, &own.content) {
            take_place(planned, own);
            return;
        }
        let mut secret = own.clone();
        secret.sensitive |= planned.sensitive;
        let (there, here) = (planned.describe(), secret.describe());
        self.differ(
            address,
            &format!("{name} is {there} in the plan, but {here} in the configuration"),
            planned,
            own,
        );
    }

    fn list(
        &mut self,
        address: &MirrorAddress,
        planned: &mut Attribute<Vec<Attribute<String>>>,
        own: &Attribute<Vec<Attribute<String>>>,
    ) {
        match (&mut planned.content, &own.content) {
            (AttributeValue::Known(elements), AttributeValue::Known(written))
                if elements.len() == written.len() =>
            {
                for (index, (element, own)) in elements.iter_mut().zip(written).enumerate() {
                    self.string(address, &format!("mirrors[{index}]"), element, own);
                }
                take_place(planned, own);
            }
            (AttributeValue::Known(elements), AttributeValue::Known(written)) => {
                let what = format!(
                    "mirrors has {} elements in the plan, but {} in the configuration",
                    elements.len(),
                    written.len()
                );
                self.differ(address, &what, planned, own);
            }
            (AttributeValue::Known(elements), AttributeValue::Unknown(_)) => {
                // Each element is somewhere in what is written there.
                for element in elements {
                    take_place(
                        element,
                        &Attribute {
                            content: AttributeValue::Absent,
                            ..element_place(own)
                        },
                    );
                }
                take_place(planned, own);
            }
            (AttributeValue::Absent, AttributeValue::Absent)
            | (AttributeValue::Unknown(_), AttributeValue::Unknown(_)) => {
                take_place(planned, own);
            }
            (there, here) => {
                let word = |known: bool| if known { "known" } else { "unknown" };
                let what = format!(
                    "mirrors is {} in the plan, but {} in the configuration",
                    word(matches!(there, AttributeValue::Known(_))),
                    word(matches!(here, AttributeValue::Known(_)))
                );
                self.differ(address, &what, planned, own);
            }
        }
    }

    fn differ<T>(&mut self, address: &MirrorAddress, what: &str, planned: &Attribute<T>, own: &Attribute<T>) {
        let mut finding = difference(address, what);
        match (own.span, planned.span) {
            (Some(here), Some(there)) => {
                finding = finding
                    .at(here, "in the configuration")
                    .related(there, "in the plan");
            }
            (Some(here), None) => finding = finding.at(here, "in the configuration"),
            (None, Some(there)) => finding = finding.at(there, "in the plan"),
            (None, None) => {}
        }
        self.differences.push(finding);
    }

    /// Where both sides followed the id, they say the same; where the plan could not, the configuration
    /// may have.
    fn leads(&self, planned: &mut ClusterOrigin, own: &ClusterOrigin, is_known: bool) {
        let settled = planned.unresolved.is_empty()
            && planned.candidates.iter().all(|lead| lead.is_certain)
            && (ends_at_a_cluster(planned) || !ends_at_a_cluster(own));
        if settled
            || !own.unresolved.is_empty()
            || (own.candidates.is_empty() && !planned.candidates.is_empty())
        {
            for lead in &mut planned.candidates {
                if let Some(same) = own.candidates.iter().find(|other| is_same(other, lead)) {
                    lead.span = same.span;
                    lead.trace.clone_from(&same.trace);
                    // A plan tells what is referred to, and not what becomes of it.
                    lead.is_certain &= same.is_certain || is_known;
                } else if let OriginTarget::Resource { path, .. } = &lead.target {
                    let block = ResourcePath {
                        module: path.module.without_keys(),
                        resource: path.resource.clone(),
                    };
                    lead.span = self.clusters.get(&block).copied().or(lead.span);
                }
            }
        } else {
            let only = planned
                .sole_candidate
                .take()
                .filter(|_| own.candidates.iter().any(|lead| !lead.is_certain));
            *planned = ClusterOrigin {
                sole_candidate: only,
                ..own.clone()
            };
        }
    }
}

fn ends_at_a_cluster(leads: &ClusterOrigin) -> bool {
    leads.candidates.iter().any(|lead| {
        matches!(&lead.target, OriginTarget::Resource { path, .. }
            if cluster_kind(&path.resource).is_some())
    })
}

/// Whether the configuration can be worth what the plan has.
fn agree(planned: &AttributeValue<String>, own: &AttributeValue<String>) -> bool {
    match (planned, own) {
        (AttributeValue::Known(there), AttributeValue::Known(here)) => there == here,
        (_, AttributeValue::Unknown(_)) | (AttributeValue::Absent, AttributeValue::Absent) => true,
        _ => false,
    }
}

/// Points at the configuration instead of the plan.
fn take_place<T>(planned: &mut Attribute<T>, own: &Attribute<T>) {
    planned.sensitive |= own.sensitive;
    if own.span.is_some() {
        planned.planned_span = planned.span;
        planned.span = own.span;
        planned.trace.clone_from(&own.trace);
        planned.editability = own.editability;
    }
}

fn element_place(list: &Attribute<Vec<Attribute<String>>>) -> Attribute<String> {
    Attribute {
        content: AttributeValue::Absent,
        sensitive: list.sensitive,
        span: list.span,
        trace: list.trace.clone(),
        planned_span: None,
        editability: model::Editability::Computed,
    }
}

fn is_same(one: &OriginCandidate, other: &OriginCandidate) -> bool {
    match (&one.target, &other.target) {
        (OriginTarget::Resource { path: one, .. }, OriginTarget::Resource { path: other, .. }) => {
            one.resource == other.resource && one.module.without_keys() == other.module.without_keys()
        }
        (one, other) => one == other,
    }
}
