//! Joins a plan with the configuration from which it was created: values are those of the plan, positions and traces
//! are those of the configuration.
//!
//! Mirrors are matched by their address. If the configuration does not determine the instances of a block or of a
//! module call, one configured mirror represents all planned mirrors that its address matches.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{
    Attribute, AttributeValue, Cluster, ClusterInstance, ClusterOrigin, ClusterWaiter, Clusters, Editability,
    Input, Mirror, MirrorAddress, MirrorChange, OriginCandidate, OriginTarget, ResourceDeclaration,
};
use crate::provider::cluster_kind;
use crate::rules::PLAN_MISMATCH;
use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::source::Span;

/// Joins the positions and traces of `configuration` into `plan`, and returns the differences between the two.
pub(crate) fn join(plan: &mut Input, configuration: Input) -> Vec<Diagnostic> {
    let mut joiner = Joiner {
        cluster_spans: (&configuration.clusters)
            .into_iter()
            .map(|cluster| (cluster.path.clone(), cluster.span))
            .collect(),
        differences: Vec::new(),
    };
    plan.clusters = join_clusters(mem::take(&mut plan.clusters), configuration.clusters);
    join_waiters(&mut plan.waiters, configuration.waiters);
    plan.has_configuration = true;
    plan.data_sources = configuration.data_sources;
    plan.imports = configuration.imports;
    plan.provider = configuration.provider;
    let configured_mirrors: ByAddress<Box<Mirror>> = (configuration.mirrors.into_iter())
        .filter_map(|mirror| Some((mirror.address.resource()?.clone(), mirror)))
        .collect();
    let changes = plan
        .changes
        .as_deref()
        .map_or(&[][..], |changes| &changes.mirrors);
    for mirror in &mut plan.mirrors {
        let configured = mirror
            .address
            .resource()
            .and_then(|address| configured_mirrors.find(address));
        match configured {
            Some(configured) => joiner.join_mirror(mirror, configured),
            None if is_generated(changes, mirror) => {}
            None => joiner
                .differences
                .push(missing_mirror(mirror, "not in the configuration")),
        }
    }
    // `-target` and `-destroy` leave mirrors out of the plan on purpose.
    let is_destroy_plan = plan.mirrors.is_empty()
        && plan
            .changes()
            .mirrors
            .iter()
            .all(|change| change.action.deletes());
    if plan.changes().incomplete.is_none() && plan.changes().errored.is_none() && !is_destroy_plan {
        // A pattern may represent zero instances, so patterns do not count.
        let exact = configured_mirrors.exact.iter();
        let missing = exact.filter(|(address, _)| plan.mirror(address).is_none());
        joiner
            .differences
            .extend(missing.map(|(_, mirror)| missing_mirror(mirror, "not in the plan")));
    }
    joiner.differences
}

/// Whether Terraform generates the block of a mirror that it imports, so that the configuration does not have it yet.
fn is_generated(changes: &[MirrorChange], mirror: &Mirror) -> bool {
    let change = mirror.address.resource().and_then(|address| {
        let position =
            changes.binary_search_by(|change| (&change.address, change.deposed).cmp(&(address, false)));
        changes.get(position.ok()?)
    });
    change.is_some_and(|change| change.is_generated)
}

/// Takes the positions of clusters from the configuration, and those of arguments with equal values.
fn join_clusters(planned: Clusters, configured: Clusters) -> Clusters {
    let mut configured: BTreeMap<ResourcePath, Cluster> = configured
        .into_iter()
        .map(|cluster| (cluster.path.clone(), cluster))
        .collect();
    let join = |mut cluster: Cluster| {
        let Some(configured) = configured.remove(&cluster.path) else {
            return cluster;
        };
        cluster.span = configured.span;
        cluster.argument_insertion = configured.argument_insertion;
        let configured: ByAddress<ClusterInstance> = (configured.instances.into_iter())
            .map(|instance| (instance.address.clone(), instance))
            .collect();
        for instance in &mut cluster.instances {
            let Some(configured) = configured.find(&instance.address) else {
                continue;
            };
            let sources = Arc::make_mut(&mut instance.registry_sources);
            let configured_sources = &configured.registry_sources;
            join_equal_elements(
                sources.allowed_registries.attribute_mut(),
                &configured_sources.allowed_registries,
            );
            join_equal_elements(
                sources.blocked_registries.attribute_mut(),
                &configured_sources.blocked_registries,
            );
            join_equal_elements(
                sources.insecure_registries.attribute_mut(),
                &configured_sources.insecure_registries,
            );
            let configured_wait = &configured.wait_for_create_complete;
            if instance.wait_for_create_complete.content == configured_wait.content {
                take_position(&mut instance.wait_for_create_complete, configured_wait);
            }
        }
        cluster
    };
    planned.into_iter().map(join).collect()
}

/// Keeps the waiters that the plan has, with the dependencies that the configuration has.
fn join_waiters(planned: &mut Vec<ClusterWaiter>, configured: Vec<ClusterWaiter>) {
    let planned_paths: BTreeSet<ResourcePath> = planned.iter().map(|waiter| waiter.path.clone()).collect();
    *planned = configured
        .into_iter()
        .filter(|waiter| waiter.instances.is_none() || planned_paths.contains(&waiter.path))
        .map(|waiter| ClusterWaiter {
            instances: None,
            ..waiter
        })
        .collect();
}

fn join_equal_elements(
    planned: &mut Attribute<Vec<Attribute<String>>>,
    configured: &Attribute<Vec<Attribute<String>>>,
) {
    let (AttributeValue::Known(elements), AttributeValue::Known(configured_elements)) =
        (&mut planned.content, &configured.content)
    else {
        return;
    };
    for (element, configured) in elements.iter_mut().zip(configured_elements) {
        if can_equal(&element.content, &configured.content) {
            take_position(element, configured);
        }
    }
    take_position(planned, configured);
}

/// Objects of a configuration by address.
struct ByAddress<T> {
    exact: BTreeMap<Address, T>,
    /// Objects whose address has an unknown key, so that each represents any number of instances; by the path of the block.
    patterns: BTreeMap<ResourcePath, Vec<(Address, T)>>,
}

impl<T> FromIterator<(Address, T)> for ByAddress<T> {
    fn from_iter<I: IntoIterator<Item = (Address, T)>>(objects: I) -> Self {
        let mut exact = BTreeMap::new();
        let mut patterns: BTreeMap<ResourcePath, Vec<(Address, T)>> = BTreeMap::new();
        for (address, object) in objects {
            if address.has_unknown_key() {
                let path = address.path.without_keys();
                patterns.entry(path).or_default().push((address, object));
            } else {
                exact.insert(address, object);
            }
        }
        Self { exact, patterns }
    }
}

impl<T> ByAddress<T> {
    /// The object with this address, or else the one that represents it.
    fn find(&self, address: &Address) -> Option<&T> {
        let exact = self.exact.get(address);
        exact.or_else(|| {
            let mut patterns = self.patterns.get(&address.path.without_keys())?.iter();
            let (_, object) = patterns.find(|(pattern, _)| matches_address(pattern, address))?;
            Some(object)
        })
    }
}

/// Whether an address matches a pattern: an address in which an unknown key represents any key.
fn matches_address(pattern: &Address, address: &Address) -> bool {
    fn calls(address: &Address) -> impl Iterator<Item = &str> {
        address.module().steps().iter().map(|step| &*step.call)
    }
    fn keys(address: &Address) -> impl Iterator<Item = Option<&InstanceKey>> {
        let steps = address.module().steps().iter();
        steps.map(|step| step.key.as_ref()).chain([address.key.as_ref()])
    }
    pattern.resource() == address.resource()
        && calls(pattern).eq(calls(address))
        && keys(pattern)
            .zip(keys(address))
            .all(|(pattern, key)| pattern == key || (pattern == Some(&InstanceKey::Unknown) && key.is_some()))
}

fn missing_mirror(mirror: &Mirror, message: &str) -> Diagnostic {
    difference(&mirror.address, message).at(mirror.span, "")
}

fn difference(address: &MirrorAddress, message: &str) -> Diagnostic {
    PLAN_MISMATCH
        .diagnostic(message)
        .about_mirror(address.clone())
        .help("create the plan again; if it was created from exactly this configuration, please report a bug")
}

struct Joiner {
    /// The spans of the configured clusters.
    cluster_spans: BTreeMap<ResourcePath, Span>,
    differences: Vec<Diagnostic>,
}

impl Joiner {
    fn join_mirror(&mut self, planned: &mut Mirror, configured: &Mirror) {
        let address = planned.address.clone();
        planned.span = configured.span;
        self.join_string(&address, "source", &mut planned.source, &configured.source);
        self.join_list(&address, &mut planned.mirrors, &configured.mirrors);
        if let (Some(planned), Some(configured)) = (planned.resource_mut(), configured.resource()) {
            self.join_declaration(&address, planned, configured);
        }
    }

    fn join_declaration(
        &mut self,
        address: &MirrorAddress,
        planned: &mut ResourceDeclaration,
        configured: &ResourceDeclaration,
    ) {
        planned.calls.clone_from(&configured.calls);
        planned.block.clone_from(&configured.block);
        self.join_string(
            address,
            "cluster_id",
            &mut planned.cluster_id,
            &configured.cluster_id,
        );
        self.join_string(address, "type", &mut planned.mirror_type, &configured.mirror_type);
        let is_known = planned.cluster_id.value().is_some();
        self.join_cluster_origin(&mut planned.cluster_origin, &configured.cluster_origin, is_known);
        // A plan does not record locals, so the configuration has all dependencies of the plan.
        planned.depends_on.clone_from(&configured.depends_on);
        planned.depends_on_span = configured.depends_on_span;
        planned.dependencies.clone_from(&configured.dependencies);
        planned
            .unresolved_dependencies
            .clone_from(&configured.unresolved_dependencies);
    }

    fn join_string(
        &mut self,
        address: &MirrorAddress,
        name: &str,
        planned: &mut Attribute<String>,
        configured: &Attribute<String>,
    ) {
        if can_equal(&planned.content, &configured.content) {
            take_position(planned, configured);
            return;
        }
        let mut masked = configured.clone();
        masked.sensitive |= planned.sensitive;
        let message = format!(
            "{name} is {} in the plan, but {} in the configuration",
            planned.describe(),
            masked.describe()
        );
        self.add_difference(address, &message, planned, configured);
    }

    fn join_list(
        &mut self,
        address: &MirrorAddress,
        planned: &mut Attribute<Vec<Attribute<String>>>,
        configured: &Attribute<Vec<Attribute<String>>>,
    ) {
        match (&mut planned.content, &configured.content) {
            (AttributeValue::Known(elements), AttributeValue::Known(configured_elements)) => {
                if elements.len() == configured_elements.len() {
                    for (index, (element, configured)) in
                        elements.iter_mut().zip(configured_elements).enumerate()
                    {
                        self.join_string(address, &format!("mirrors[{index}]"), element, configured);
                    }
                    take_position(planned, configured);
                } else {
                    let message = format!(
                        "mirrors has {} elements in the plan, but {} in the configuration",
                        elements.len(),
                        configured_elements.len()
                    );
                    self.add_difference(address, &message, planned, configured);
                }
            }
            (AttributeValue::Known(elements), AttributeValue::Unknown(_)) => {
                // Each element comes from somewhere in the expression of the list.
                for element in elements {
                    take_position(element, &element_in(configured));
                }
                take_position(planned, configured);
            }
            (AttributeValue::Absent, AttributeValue::Absent)
            | (AttributeValue::Unknown(_), AttributeValue::Unknown(_)) => {
                take_position(planned, configured);
            }
            (planned_value, configured_value) => {
                let message = format!(
                    "mirrors is {} in the plan, but {} in the configuration",
                    known_or_unknown(planned_value),
                    known_or_unknown(configured_value)
                );
                self.add_difference(address, &message, planned, configured);
            }
        }
    }

    fn add_difference<T>(
        &mut self,
        address: &MirrorAddress,
        message: &str,
        planned: &Attribute<T>,
        configured: &Attribute<T>,
    ) {
        let mut finding = difference(address, message);
        match (configured.span, planned.span) {
            (Some(configured), Some(planned)) => {
                finding = finding
                    .at(configured, "in the configuration")
                    .related(planned, "in the plan");
            }
            (Some(configured), None) => finding = finding.at(configured, "in the configuration"),
            (None, Some(planned)) => finding = finding.at(planned, "in the plan"),
            (None, None) => {}
        }
        self.differences.push(finding);
    }

    /// Keeps the candidates of the plan if the plan resolved the origin of the id, and otherwise takes those of the
    /// configuration, which may have resolved it.
    fn join_cluster_origin(&self, planned: &mut ClusterOrigin, configured: &ClusterOrigin, is_known: bool) {
        let is_single = |candidate: &OriginCandidate| candidate.target.is_single_object();
        let is_resolved = planned.unresolved.is_empty()
            && planned.candidates.iter().all(|candidate| candidate.is_certain)
            // A plan does not record the key of an instance that is computed.
            && (planned.candidates.iter().all(is_single) || !configured.candidates.iter().all(is_single))
            && (has_cluster(planned) || !has_cluster(configured));
        let is_better = is_resolved
            || !configured.unresolved.is_empty()
            || (configured.candidates.is_empty() && !planned.candidates.is_empty());
        if !is_better {
            let sole_candidate = planned.sole_candidate.take().filter(|_| {
                configured
                    .candidates
                    .iter()
                    .any(|candidate| !candidate.is_certain)
            });
            *planned = ClusterOrigin {
                sole_candidate,
                ..configured.clone()
            };
            return;
        }
        for candidate in &mut planned.candidates {
            let configured = configured
                .candidates
                .iter()
                .find(|configured| has_same_target(configured, candidate));
            if let Some(configured) = configured {
                candidate.span = configured.span;
                candidate.trace.clone_from(&configured.trace);
                // A plan records the references of an expression, but not how it uses them.
                candidate.is_certain &= configured.is_certain || is_known;
            } else if let OriginTarget::Resource { path, .. } = &candidate.target {
                let span = self.cluster_spans.get(&path.without_keys());
                candidate.span = span.copied().or(candidate.span);
            }
        }
    }
}

fn has_cluster(origin: &ClusterOrigin) -> bool {
    origin.candidates.iter().any(|candidate| {
        matches!(&candidate.target, OriginTarget::Resource { path, .. }
            if cluster_kind(&path.resource).is_some())
    })
}

fn known_or_unknown<T>(value: &AttributeValue<T>) -> &'static str {
    match value {
        AttributeValue::Known(_) => "known",
        AttributeValue::Absent | AttributeValue::Unknown(_) => "unknown",
    }
}

/// Whether the configuration can evaluate to the value of the plan.
fn can_equal(planned: &AttributeValue<String>, configured: &AttributeValue<String>) -> bool {
    match (planned, configured) {
        (AttributeValue::Known(planned), AttributeValue::Known(configured)) => planned == configured,
        (_, AttributeValue::Unknown(_)) | (AttributeValue::Absent, AttributeValue::Absent) => true,
        _ => false,
    }
}

/// Replaces the position and the trace of a planned attribute by those of the configuration.
fn take_position<T>(planned: &mut Attribute<T>, configured: &Attribute<T>) {
    planned.sensitive |= configured.sensitive;
    if configured.span.is_some() {
        planned.planned_span = planned.span;
        planned.span = configured.span;
        planned.trace.clone_from(&configured.trace);
        planned.editability = configured.editability;
    }
}

/// An element of a list whose elements are unknown, with the position and the trace of the list.
fn element_in(list: &Attribute<Vec<Attribute<String>>>) -> Attribute<String> {
    Attribute {
        content: AttributeValue::Absent,
        sensitive: list.sensitive,
        span: list.span,
        trace: list.trace.clone(),
        planned_span: None,
        editability: Editability::Computed,
    }
}

fn has_same_target(a: &OriginCandidate, b: &OriginCandidate) -> bool {
    match (&a.target, &b.target) {
        (OriginTarget::Resource { path: a, .. }, OriginTarget::Resource { path: b, .. }) => {
            a.resource == b.resource && a.module.without_keys() == b.module.without_keys()
        }
        (a, b) => a == b,
    }
}
