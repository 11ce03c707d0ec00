//! Limits of a HostedCluster (`hostedcluster_types.go` in openshift/hypershift), in which every mirror of a
//! cluster with hosted control planes is stored.

/// Maximum length of a source or mirror, in characters.
pub const MAX_LOCATION_LENGTH: usize = 255;

/// Maximum number of sources in a cluster (`imageContentSources`).
pub const MAX_SOURCES: usize = 255;

/// Maximum number of mirrors of one source.
pub const MAX_MIRRORS_PER_SOURCE: usize = 255;
