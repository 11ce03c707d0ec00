//! All that mirrorset knows of the rhcs provider (terraform-redhat/rhcs) and of Red Hat's registry modules.
//!
//! A new release of the provider is a change of this directory alone. The facts are those of commit 60b118a4 of
//! terraform-provider-rhcs (branch `main`, 2026-08-21).
//!
//! | question | where |
//! |---|---|
//! | Which address and which prefix do the provider and its types have? | [`types`] |
//! | Is this a mirror, or the data source that lists mirrors? What does an import of one look like? | [`types`] |
//! | What does a mirror have if its block does not set `type`? | [`types::DEFAULT_MIRROR_TYPE`] |
//! | Which types are clusters, pass the id of one on, or wait for one? | [`clusters`] |
//! | Which registries are always allowed on a cluster? | [`clusters::ALWAYS_ALLOWED_REGISTRIES`] |
//! | Which attributes does a type have, and who sets them? | [`schema`], with the table `schema.txt` |
//! | Which releases have mirrors, and does a constraint admit them? | [`versions`] |
//! | What is in Red Hat's registry modules? | [`modules`] |
//! | How many sources does a cluster take, how many mirrors a source, how long may they be? | [`registries_conf::MAX_SOURCES`], [`registries_conf::MAX_MIRRORS_PER_SOURCE`], [`registries_conf::MAX_LOCATION_LENGTH`]: facts of the HostedCluster |

pub(crate) mod clusters;
pub(crate) mod modules;
pub(crate) mod schema;
pub(crate) mod types;
pub(crate) mod validators;
pub(crate) mod versions;

pub(crate) use clusters::{
    ALWAYS_ALLOWED_REGISTRIES, ClusterKind, ClusterRole, NO_REGISTRY_SOURCES, cluster_id_argument,
    cluster_kind, cluster_role, is_cluster_wait, passed_id_argument, passes_id_on, waits_for_cluster,
};
pub(crate) use schema::schemas;
pub(crate) use types::{
    DEFAULT_MIRROR_TYPE, IMAGE_MIRROR, is_image_mirror, is_image_mirrors_data_source, is_provider_source,
    is_provider_type, similar_type,
};
pub(crate) use validators::value_error;

use terraform_eval::address::ResourceName;

/// Whether a block of this type matters for mirrors: a mirror, a cluster, a block that waits for one, or a data source that
/// lists mirrors.
#[must_use]
pub(crate) fn is_relevant_type(name: &ResourceName) -> bool {
    is_image_mirror(name)
        || cluster_kind(name).is_some()
        || waits_for_cluster(name)
        || is_image_mirrors_data_source(name)
}
