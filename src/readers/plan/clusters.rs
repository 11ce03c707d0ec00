//! The clusters of a plan or state, and the ids that lead to them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Cluster, ClusterInstance, ClusterWaiter, Mirror, OriginCandidate, OriginTarget};
use terraform_eval::address::{Address, Mode, ResourcePath};
use terraform_eval::reference_graph::{Node, ReferenceGraph};
use terraform_eval::source::Span;

use crate::provider::{cluster_kind, waits_for_cluster};
use crate::readers::plan::changes::Changes;
use crate::readers::plan::cluster_values;
use crate::readers::plan::configuration::{Block, Modules};
use crate::readers::plan::document::ClusterFields;
use crate::readers::plan::error::PlanError;
use crate::readers::plan::instances::Instances;
use crate::readers::plan::json::Text;
use crate::readers::plan::mirrors::unrecorded;

/// The clusters, and what is known of their instances.
#[derive(Debug, Default)]
pub(super) struct Clusters {
    /// The blocks, for the model, by path.
    pub(super) blocks: Vec<Cluster>,
    /// The known ids.
    by_id: BTreeMap<String, Vec<Address>>,
    /// All instances, their ids known or not.
    instances: BTreeSet<Address>,
}

/// Finds the clusters of the planned (or stored) instances, of what is stored already, and of what
/// will be read during apply.
pub(super) fn read<'a>(
    text: Text<'a>,
    modules: &Modules<'_>,
    planned: &Instances<'a>,
    prior: &Instances<'a>,
    changes: &Changes<'_, 'a>,
) -> Result<Clusters, PlanError> {
    let mut found: BTreeMap<ResourcePath, Cluster> = BTreeMap::new();
    let mut clusters = Clusters::default();
    // Managed clusters of the state before the plan that are not planned are going to be deleted.
    let stored = prior
        .resources
        .iter()
        .filter(|(address, _)| address.resource().mode == Mode::Data);
    let known = planned
        .resources
        .iter()
        .chain(stored)
        .map(|(address, instance)| (address.clone(), instance.span, instance.values));
    let later = changes
        .read_later(text)
        .map(|(address, span)| (address, span, None));
    for (address, span, values) in known.chain(later) {
        let Some(kind) = cluster_kind(address.resource()) else {
            continue;
        };
        let block = ResourcePath {
            module: address.path.module.without_keys(),
            resource: address.path.resource.clone(),
        };
        let cluster = found.entry(block).or_insert_with_key(|block| Cluster {
            path: block.clone(),
            kind,
            instances: Vec::new(),
            span: span_of(modules, block).unwrap_or(span),
            argument_insertion: None,
        });
        if !clusters.instances.insert(address.clone()) {
            continue;
        }
        let fields = values
            .map(|raw| text.piece::<ClusterFields<'a>>(raw))
            .transpose()?
            .unwrap_or_default();
        let id = match fields.id {
            Some(raw) => Some(text.string(raw, "a cluster's id")?.into_owned()),
            None => None,
        };
        let change = changes
            .current
            .get(&address)
            .and_then(|change| change.body.as_ref());
        let marks = cluster_values::Marks::read(
            change.and_then(|body| body.after_unknown),
            block_of(modules, &cluster.path),
        );
        cluster.instances.push(ClusterInstance {
            address: address.clone(),
            id: id.clone(),
            wait_for_create_complete: cluster_values::waits(text, &fields, &marks),
            registry_sources: cluster_values::registry_sources(text, &fields, &marks)?,
        });
        if let Some(id) = id {
            clusters.by_id.entry(id).or_default().push(address);
        }
    }
    clusters.blocks = found.into_values().collect();
    Ok(clusters)
}

/// The resources that wait for clusters, of those that there are.
pub(super) fn waiters(
    modules: &Modules<'_>,
    graph: &ReferenceGraph,
    is_there: impl Fn(&ResourcePath) -> bool,
) -> Vec<ClusterWaiter> {
    let blocks = modules.iter().flat_map(|(module, declared)| {
        let path = |resource: &_| ResourcePath {
            module: module.clone(),
            resource: Clone::clone(resource),
        };
        declared
            .resources
            .keys()
            .filter(|resource| waits_for_cluster(resource))
            .map(path)
    });
    let waiter = |path: ResourcePath| {
        let before = graph.reachable_from([Node::Resource(path.clone())]);
        ClusterWaiter {
            instances: None,
            unresolved_dependencies: unrecorded(&before),
            dependencies: before.resources,
            path,
        }
    };
    blocks.filter(is_there).map(waiter).collect()
}

/// The block's address in the configuration.
fn span_of(modules: &Modules<'_>, block: &ResourcePath) -> Option<Span> {
    Some(block_of(modules, block)?.span)
}

fn block_of<'m, 'a>(modules: &'m Modules<'a>, path: &ResourcePath) -> Option<&'m Block<'a>> {
    modules.get(&path.module)?.resources.get(&path.resource)
}

impl Clusters {
    /// Adds to a mirror's leads what its `cluster_id` itself says.
    pub(super) fn settle(&self, mirror: &mut Mirror) {
        let Some(mirror) = mirror.resource_mut() else {
            return;
        };
        if let Some(id) = mirror.cluster_id.value() {
            let leads = &mut mirror.cluster_origin;
            let Some(address) = self
                .by_id
                .get(id)
                .and_then(|addresses| choose(addresses, &leads.candidates))
            else {
                // A cluster whose id is not known yet cannot be the one whose id is known: what could not
                // be followed leads to none of these.
                leads.unresolved.clear();
                return;
            };
            leads.unresolved.clear();
            leads
                .candidates
                .retain(|lead| lead.is_certain || lead.target.may_refer_to(address));
            match leads
                .candidates
                .iter_mut()
                .find(|lead| lead.target.may_refer_to(address))
            {
                Some(lead) => {
                    lead.is_certain = true;
                    if let OriginTarget::Resource { path, key, attribute } = &mut lead.target {
                        path.clone_from(&address.path);
                        key.clone_from(&address.key);
                        attribute.get_or_insert_with(|| "id".to_owned());
                    }
                }
                None => leads.candidates.push(OriginCandidate {
                    target: target(address),
                    is_certain: true,
                    span: self.span(address),
                    trace: Vec::new(),
                }),
            }
        } else if mirror.cluster_id.as_unknown().is_some() {
            let open = !mirror.cluster_origin.unresolved.is_empty()
                || mirror
                    .cluster_origin
                    .candidates
                    .iter()
                    .any(|lead| !lead.is_certain);
            let mut all = self.instances.iter();
            if let (true, Some(only), None) = (open, all.next(), all.next()) {
                mirror.cluster_origin.sole_candidate = Some(target(only));
            }
        }
    }

    fn span(&self, address: &Address) -> Option<Span> {
        let block = ResourcePath {
            module: address.path.module.without_keys(),
            resource: address.path.resource.clone(),
        };
        let at = self.blocks.binary_search_by(|cluster| cluster.path.cmp(&block));
        Some(self.blocks.get(at.ok()?)?.span)
    }
}

fn target(address: &Address) -> OriginTarget {
    OriginTarget::Resource {
        path: address.path.clone(),
        key: address.key.clone(),
        attribute: Some("id".to_owned()),
    }
}

/// Of several objects with one id, a resource and a data source that reads it, the one that is referred
/// to, or else the one that is created.
fn choose<'c>(addresses: &'c [Address], leads: &[OriginCandidate]) -> Option<&'c Address> {
    let referred = addresses
        .iter()
        .find(|address| leads.iter().any(|lead| lead.target.may_refer_to(address)));
    referred.or_else(|| addresses.iter().min_by_key(|address| address.resource().mode))
}
