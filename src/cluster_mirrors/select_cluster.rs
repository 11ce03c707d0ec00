//! The cluster that a user asks for.

use std::fmt;

use super::mirrors::ClusterMirrors;

/// No mirror belongs to the cluster that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSuchCluster {
    /// The name that is asked for.
    pub wanted: String,
    /// The names of the clusters with mirrors.
    pub known: Vec<String>,
}

impl fmt::Display for NoSuchCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no mirrors of cluster {}: ", self.wanted)?;
        match self.known.as_slice() {
            [] => f.write_str("the input has no mirrors"),
            known => write!(f, "the input has mirrors of {}", known.join(", ")),
        }
    }
}

impl std::error::Error for NoSuchCluster {}

/// The mirrors of the cluster with this name, or of all clusters if none is asked for. Mirrors of an unknown cluster may
/// belong to any cluster.
pub(crate) fn select_cluster<'s, 'a>(
    clusters: &'s [ClusterMirrors<'a>],
    wanted: Option<&str>,
) -> Result<Vec<&'s ClusterMirrors<'a>>, NoSuchCluster> {
    let is_wanted =
        |cluster: &&ClusterMirrors<'_>| wanted.is_none_or(|wanted| cluster.cluster.name() == wanted);
    let is_unknown = |cluster: &&ClusterMirrors<'_>| cluster.cluster.is_unknown();
    let selected: Vec<_> = clusters
        .iter()
        .filter(|cluster| is_wanted(cluster) || is_unknown(cluster))
        .collect();
    match wanted {
        Some(wanted) if selected.iter().all(|cluster| !is_wanted(cluster)) => Err(NoSuchCluster {
            wanted: wanted.to_owned(),
            known: clusters
                .iter()
                .map(|cluster| cluster.cluster.name().to_owned())
                .collect(),
        }),
        _ => Ok(selected),
    }
}
