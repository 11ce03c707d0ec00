//! Which policies verify the signature of an image (`policy.json` of a node and of its namespaces).

use crate::model::{ImagePolicy, ManifestKind};
use registries_conf::{ImageReference, is_within_scope};

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

/// The policies for an image, by its name in the pod: of a policy for all pods, those with the longest scope; of each
/// namespace as well, if it has a longer one. A scope of a namespace that is in one for all pods has no effect.
#[must_use]
pub(crate) fn signature_checks(policies: &[&ImagePolicy], image: &ImageReference) -> Vec<SignatureCheck> {
    let is_for_all = |policy: &&&ImagePolicy| policy.document.kind == ManifestKind::ClusterImagePolicy;
    let for_all = || policies.iter().filter(is_for_all);
    let of_all = longest(for_all().flat_map(|policy| policy.spec.known_scopes()), image);
    let is_overridden = |scope: &str| {
        for_all().any(|policy| {
            policy
                .spec
                .known_scopes()
                .any(|outer| is_within_scope(scope, outer))
        })
    };
    let mut checks = Vec::new();
    for policy in policies {
        let scopes = policy.spec.known_scopes();
        let scope = if is_for_all(&policy) {
            of_all.filter(|scope| policy.spec.known_scopes().any(|known| known == *scope))
        } else {
            let scope = longest(scopes.filter(|scope| !is_overridden(scope)), image);
            scope.filter(|scope| of_all.is_none_or(|of_all| of_all.len() < scope.len()))
        };
        checks.extend(scope.map(|scope| SignatureCheck {
            policy: policy.document.to_string(),
            namespace: policy.spec.namespace.clone(),
            scope: scope.to_owned(),
            signed_name: policy.spec.identity.signed_name(image.name()),
        }));
    }
    checks
}

/// The longest scope that an image is in: its own name, with its tag or digest or without, or a part of it.
fn longest<'s>(scopes: impl Iterator<Item = &'s str>, image: &ImageReference) -> Option<&'s str> {
    let full = image.to_string();
    scopes
        .filter(|scope| *scope == full || is_within_scope(image.name(), scope))
        .max_by_key(|scope| scope.len())
}
