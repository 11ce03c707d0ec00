//! The clusters of a plan or state, and the mirrors that have their ids.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Cluster, ClusterInstance, ClusterOrigin, ClusterWaiter, Mirror, OriginCandidate, OriginTarget,
};
use terraform_eval::address::{Address, Mode, ResourcePath};
use terraform_eval::reference_graph::{Node, ReferenceGraph};
use terraform_eval::source::Span;

use crate::provider::{cluster_kind, waits_for_cluster};
use crate::readers::plan::changes::Changes;
use crate::readers::plan::cluster_values::{self, UnknownMarks};
use crate::readers::plan::configuration::Modules;
use crate::readers::plan::document::ClusterFields;
use crate::readers::plan::error::PlanError;
use crate::readers::plan::instances::Instances;
use crate::readers::plan::mirrors::unrecorded_locals;
use crate::readers::plan::plan_text::PlanText;

/// The clusters, and the known ids of their instances.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// The blocks, by path.
    pub(super) blocks: Vec<Cluster>,
    by_id: BTreeMap<String, Vec<Address>>,
    /// All instances, with known and unknown ids.
    instances: BTreeSet<Address>,
}

/// Reads the clusters of the planned (or stored) instances, and the data sources of the prior state and of the
/// changes.
pub(super) fn read_clusters<'a>(
    text: PlanText<'a>,
    modules: &Modules<'_>,
    planned: &Instances<'a>,
    prior: &Instances<'a>,
    changes: &Changes<'_, 'a>,
) -> Result<Clusters, PlanError> {
    let mut blocks: BTreeMap<ResourcePath, Cluster> = BTreeMap::new();
    let mut clusters = Clusters::default();
    // A managed cluster of the prior state that is not planned is going to be deleted.
    let prior_data_sources = prior
        .resources
        .iter()
        .filter(|(address, _)| address.resource().mode == Mode::Data);
    let with_values = planned
        .resources
        .iter()
        .chain(prior_data_sources)
        .map(|(address, instance)| (address.clone(), instance.span, instance.values));
    let without_values = changes
        .data_sources_read_later(text)
        .map(|(address, span)| (address, span, None));
    for (address, span, values) in with_values.chain(without_values) {
        let Some(kind) = cluster_kind(address.resource()) else {
            continue;
        };
        let path = address.path.without_keys();
        let block = modules.block(&path);
        let cluster = blocks.entry(path).or_insert_with_key(|path| Cluster {
            path: path.clone(),
            kind,
            instances: Vec::new(),
            span: block.map_or(span, |block| block.span),
            argument_insertion: None,
        });
        if !clusters.instances.insert(address.clone()) {
            continue;
        }
        let fields = values
            .map(|raw| text.parse_raw::<ClusterFields<'a>>(raw))
            .transpose()?
            .unwrap_or_default();
        let id = match fields.id {
            Some(raw) => Some(text.parse_string(raw, "a cluster's id")?.into_owned()),
            None => None,
        };
        let change = changes.of_instance(&address);
        let is_managed = address.resource().mode == Mode::Managed;
        let marks = UnknownMarks::read(change.and_then(|change| change.after_unknown), block);
        cluster.instances.push(ClusterInstance {
            address: address.clone(),
            id: id.clone(),
            wait_for_create_complete: cluster_values::read_wait_for_create_complete(text, &fields, &marks),
            registry_sources: cluster_values::read_registry_sources(text, &fields, &marks)?.into(),
            incomplete_registry_config: cluster_values::incomplete_registry_config(text, &fields, &marks)?
                .filter(|_| is_managed && id.is_none()),
        });
        if let Some(id) = id {
            clusters.by_id.entry(id).or_default().push(address);
        }
    }
    clusters.blocks = blocks.into_values().collect();
    Ok(clusters)
}

/// The resources that wait for clusters, of those with instances.
pub(super) fn collect_waiters(
    modules: &Modules<'_>,
    graph: &ReferenceGraph,
    has_instances: impl Fn(&ResourcePath) -> bool,
) -> Vec<ClusterWaiter> {
    let paths = modules
        .resource_paths()
        .filter(|path| waits_for_cluster(&path.resource));
    let waiter = |path: ResourcePath| {
        let dependencies = graph.reachable_from([Node::Resource(path.clone())]);
        ClusterWaiter {
            instances: None,
            unresolved_dependencies: unrecorded_locals(&dependencies),
            dependencies: dependencies.resources.into_iter().collect(),
            path,
        }
    };
    paths.filter(has_instances).map(waiter).collect()
}

impl Clusters {
    /// Completes a mirror's cluster origin with what the value of its `cluster_id` implies.
    pub(super) fn resolve_origin(&self, mirror: &mut Mirror) {
        let Some(mirror) = mirror.resource_mut() else {
            return;
        };
        let origin = &mut mirror.cluster_origin;
        if let Some(id) = mirror.cluster_id.value() {
            // Unresolved references cannot lead to a cluster whose id is unknown, since this id is known.
            origin.unresolved.clear();
            let owner = self
                .by_id
                .get(id)
                .and_then(|addresses| choose_owner(addresses, &origin.candidates));
            if let Some(address) = owner {
                self.make_certain(origin, address);
            }
        } else if mirror.cluster_id.as_unknown().is_some() {
            let is_uncertain = !origin.unresolved.is_empty()
                || origin.candidates.iter().any(|candidate| !candidate.is_certain);
            let mut instances = self.instances.iter();
            if let (true, Some(only), None) = (is_uncertain, instances.next(), instances.next()) {
                origin.sole_candidate = Some(target(only));
            }
        }
    }

    /// Makes the cluster at `address` a certain candidate, and drops the uncertain candidates that are not it.
    fn make_certain(&self, origin: &mut ClusterOrigin, address: &Address) {
        let candidates = &mut origin.candidates;
        candidates.retain(|candidate| candidate.is_certain || candidate.target.may_refer_to(address));
        let candidate = candidates
            .iter_mut()
            .find(|candidate| candidate.target.may_refer_to(address));
        match candidate {
            Some(candidate) => {
                candidate.is_certain = true;
                if let OriginTarget::Resource { path, key, attribute } = &mut candidate.target {
                    path.clone_from(&address.path);
                    key.clone_from(&address.key);
                    attribute.get_or_insert_with(|| "id".to_owned());
                }
            }
            None => candidates.push(OriginCandidate {
                target: target(address),
                is_certain: true,
                span: self.span(address),
                trace: Vec::new(),
            }),
        }
    }

    fn span(&self, address: &Address) -> Option<Span> {
        let path = address.path.without_keys();
        let position = self.blocks.binary_search_by(|cluster| cluster.path.cmp(&path));
        Some(self.blocks.get(position.ok()?)?.span)
    }
}

fn target(address: &Address) -> OriginTarget {
    OriginTarget::Resource {
        path: address.path.clone(),
        key: address.key.clone(),
        attribute: Some("id".to_owned()),
    }
}

/// Chooses among objects with the same id (a resource, and data sources that read it): the one that the candidates
/// refer to, or else the managed resource.
fn choose_owner<'c>(addresses: &'c [Address], candidates: &[OriginCandidate]) -> Option<&'c Address> {
    let referenced = addresses.iter().find(|address| {
        candidates
            .iter()
            .any(|candidate| candidate.target.may_refer_to(address))
    });
    referenced.or_else(|| addresses.iter().min_by_key(|address| address.resource().mode))
}
