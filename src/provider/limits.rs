//! How much the service takes.

/// The most sources of a cluster, and the most mirrors of a source: `imageContentSources` of a HostedCluster and
/// the `mirrors` in it are lists with `MaxItems=255` (hypershift, `api/hypershift/v1beta1/hostedcluster_types.go`).
///
/// The same type limits the length of a source and of a mirror: `registries_conf::LENGTH_LIMIT`.
pub const MAX_LIST_ITEMS: usize = 255;
