//! What a cluster allows, blocks and trusts: `registry_config.registry_sources`, and in manifests the
//! `registrySources` of Image and of a HostedCluster.

use std::collections::BTreeSet;

use crate::model::{ClusterCandidates, Input, InputKind, Mirror, RegistrySources};

/// The lists of registries of one cluster, as far as they are known, each in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registries {
    /// The only ones that images are pulled from; empty where any is.
    pub allowed: Vec<String>,
    /// Those that no image is pulled from.
    pub blocked: Vec<String>,
    /// Those without TLS, or without a certificate to trust.
    pub insecure: Vec<String>,
    /// Why there may be more than these, or others, each reason once.
    pub open: BTreeSet<String>,
}

impl Registries {
    /// What is said of the clusters that these mirrors lead to, and in the manifests that they stand in.
    pub(super) fn of(mirrors: Vec<(&Input, &Mirror)>) -> Self {
        let mut registries = Self::default();
        let mut instances = BTreeSet::new();
        let mut manifests = BTreeSet::new();
        for (configuration, mirror) in mirrors {
            if configuration.kind == InputKind::Manifest {
                if manifests.insert(std::ptr::from_ref(configuration)) {
                    registries.add_manifests(configuration);
                }
                continue;
            }
            let led = ClusterCandidates::for_mirror(configuration, mirror);
            registries
                .open
                .extend(led.unresolved.map(|unknown| unknown.to_string()));
            for (_, instance) in led.instances {
                if instances.insert(std::ptr::from_ref(instance)) {
                    registries.add(&instance.registry_sources);
                }
            }
        }
        registries
    }

    /// What manifests say that declare no mirrors.
    pub(super) fn of_manifests(configuration: &Input) -> Self {
        let mut registries = Self::default();
        registries.add_manifests(configuration);
        registries
    }

    fn add_manifests(&mut self, configuration: &Input) {
        for sources in &configuration.manifest_facts.registry_sources {
            self.add(sources);
        }
    }

    fn add(&mut self, sources: &RegistrySources) {
        let lists = [
            (&sources.allowed_registries, &mut self.allowed),
            (&sources.blocked_registries, &mut self.blocked),
            (&sources.insecure_registries, &mut self.insecure),
        ];
        for (list, into) in lists {
            self.open.extend(list.as_unknown().map(ToString::to_string));
            for entry in list.value().into_iter().flatten() {
                let is_secret = list.sensitive || entry.sensitive;
                self.open.extend(secret(is_secret));
                self.open.extend(entry.as_unknown().map(ToString::to_string));
                into.extend(entry.value().filter(|_| !is_secret).cloned());
            }
        }
    }
}

fn secret(is_secret: bool) -> Option<String> {
    is_secret.then(|| "an entry of registry_config is sensitive".to_owned())
}
