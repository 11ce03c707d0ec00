//! Which policies verify the signature of an image (`policy.json` of a node and of its namespaces).

use std::collections::BTreeMap;

use crate::model::{ImagePolicy, ManifestKind};
use registries_conf::{ImageReference, ScopeMap};

/// A policy that verifies an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignatureCheck {
    /// The manifest.
    pub policy: String,
    /// The namespace whose pods the policy is for. `None` if it is for all pods.
    pub namespace: Option<String>,
    /// The scope that matches.
    pub scope: String,
    /// The name that the signature has to have. `None` if it is not known.
    pub signed_name: Option<String>,
}

/// The policies of a cluster, by their scopes.
#[derive(Debug, Default)]
pub(crate) struct SignaturePolicies<'a> {
    policies: Vec<&'a ImagePolicy>,
    /// The positions of the policies for all pods, by scope.
    for_all: ScopeMap<Vec<usize>>,
    /// The positions of those of namespaces. A scope of a namespace that is in one for all pods has no effect.
    of_namespaces: ScopeMap<Vec<usize>>,
}

impl<'a> SignaturePolicies<'a> {
    /// The policies of a cluster.
    #[must_use]
    pub(crate) fn new(policies: &[&'a ImagePolicy]) -> Self {
        let is_for_all = |policy: &ImagePolicy| policy.document.kind == ManifestKind::ClusterImagePolicy;
        let (mut for_all, mut of_namespaces) = (BTreeMap::new(), BTreeMap::new());
        for (position, policy) in policies.iter().enumerate() {
            let positions: &mut BTreeMap<&str, Vec<usize>> = if is_for_all(policy) {
                &mut for_all
            } else {
                &mut of_namespaces
            };
            for scope in policy.spec.known_scopes() {
                positions.entry(scope).or_default().push(position);
            }
        }
        let for_all = ScopeMap::from_iter(for_all);
        let of_namespaces = of_namespaces.into_iter();
        let effective = of_namespaces.filter(|(scope, _)| for_all.containing(scope).next().is_none());
        Self {
            policies: policies.to_vec(),
            of_namespaces: effective.collect(),
            for_all,
        }
    }

    /// The policies for an image, by its name in the pod: of those for all pods, the ones with the longest scope; of each
    /// namespace as well, if it has a longer one.
    #[must_use]
    pub(crate) fn checks(&self, image: &ImageReference) -> Vec<SignatureCheck> {
        if self.policies.is_empty() {
            return Vec::new();
        }
        // A scope may be the image with its tag or digest.
        let full = image.to_string();
        let whole = self
            .for_all
            .get(&full)
            .map(|positions| (full.as_str(), positions));
        let of_all = whole.or_else(|| self.for_all.longest_containing(image.name()));
        let mut scopes: BTreeMap<usize, &str> = BTreeMap::new();
        if let Some((scope, positions)) = of_all {
            scopes.extend(positions.iter().map(|position| (*position, scope)));
        }
        let least = of_all.map_or(0, |(scope, _)| scope.len());
        let whole = self
            .of_namespaces
            .get(&full)
            .map(|positions| (full.as_str(), positions));
        for (scope, positions) in self.of_namespaces.containing(image.name()).chain(whole) {
            for position in positions.iter().filter(|_| scope.len() > least) {
                let longest = scopes.entry(*position).or_insert(scope);
                if scope.len() > longest.len() {
                    *longest = scope;
                }
            }
        }
        let check = |(position, scope): (usize, &str)| {
            let policy = self.policies.get(position)?;
            Some(SignatureCheck {
                policy: policy.document.to_string(),
                namespace: policy.spec.namespace.clone(),
                scope: scope.to_owned(),
                signed_name: policy.spec.identity.signed_name(image.name()),
            })
        };
        scopes.into_iter().filter_map(check).collect()
    }
}
