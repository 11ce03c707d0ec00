//! The registries that a cluster allows, blocks and trusts: `registry_config.registry_sources` of the cluster, and in
//! manifests the `registrySources` of Image and of a HostedCluster, and on a node the tables without mirrors.

use std::collections::BTreeSet;

use crate::model::{AttributeValue, ClusterCandidates, Input, InputKind, Mirror, RegistrySources};
use terraform_eval::address::Address;

/// The lists of registries of one cluster, as far as they are known, each in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ClusterRegistries {
    /// The only registries that images are pulled from. Empty if there is no such limit.
    pub allowed: Vec<String>,
    /// The registries that no image is pulled from.
    pub blocked: Vec<String>,
    /// The registries without TLS, or without a certificate to trust.
    pub insecure: Vec<String>,
    /// The registries that are tried for an image without a registry. Empty if the cluster has the default of OpenShift.
    pub search: Vec<String>,
    /// Why the lists may be incomplete or wrong, each reason once.
    pub unknown: BTreeSet<String>,
}

/// Collects the lists of one cluster from the clusters of Terraform and the manifests that its mirrors belong to, each
/// once.
#[derive(Default)]
pub(super) struct RegistriesBuilder<'a> {
    registries: ClusterRegistries,
    /// The cluster instances that are collected, with the positions of their inputs.
    instances: BTreeSet<(usize, &'a Address)>,
    /// The positions of the inputs whose own lists are collected.
    inputs: BTreeSet<usize>,
}

impl<'a> RegistriesBuilder<'a> {
    /// Adds the lists of the cluster of a mirror.
    pub(super) fn add_mirror(&mut self, position: usize, input: &'a Input, mirror: &'a Mirror) {
        if matches!(input.kind, InputKind::Manifest | InputKind::RegistriesConf) {
            self.add_lists(position, input);
            return;
        }
        let candidates = ClusterCandidates::for_mirror(input, mirror);
        let unresolved = candidates.unresolved;
        self.registries
            .unknown
            .extend(unresolved.map(|unknown| unknown.to_string()));
        for (_, instance) in candidates.instances {
            if self.instances.insert((position, &instance.address)) {
                self.registries.add(&instance.registry_sources);
            }
        }
    }

    /// Adds the lists of manifests or of a node.
    pub(super) fn add_lists(&mut self, position: usize, input: &Input) {
        if self.inputs.insert(position) {
            for sources in input.registry_sources() {
                self.registries.add(sources);
            }
        }
    }

    pub(super) fn build(self) -> ClusterRegistries {
        self.registries
    }
}

impl ClusterRegistries {
    fn add(&mut self, sources: &RegistrySources) {
        // A later Image configuration replaces the list.
        if !matches!(sources.search_registries.content, AttributeValue::Absent) {
            self.search.clear();
        }
        let lists = [
            (&sources.search_registries, &mut self.search),
            (&sources.allowed_registries, &mut self.allowed),
            (&sources.blocked_registries, &mut self.blocked),
            (&sources.insecure_registries, &mut self.insecure),
        ];
        for (list, collected) in lists {
            self.unknown.extend(list.as_unknown().map(ToString::to_string));
            for entry in list.value().into_iter().flatten() {
                let is_sensitive = list.sensitive || entry.sensitive;
                self.unknown
                    .extend(is_sensitive.then(|| "an entry of registry_config is sensitive".to_owned()));
                self.unknown.extend(entry.as_unknown().map(ToString::to_string));
                collected.extend(entry.value().filter(|_| !is_sensitive).cloned());
            }
        }
    }
}
