//! What a user says about nodes, in addition to what the inputs say.

use registries_conf::{Aliases, NodeVersion};

/// What a user says about nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct NodeOptions {
    /// Registries that are blocked, in addition to those of the cluster.
    pub blocked: Vec<String>,
    /// Registries that are insecure, in addition to those of the cluster.
    pub insecure: Vec<String>,
    /// The release of the nodes.
    pub version: Option<NodeVersion>,
    /// The aliases of short names. `None` if they are not known.
    pub aliases: Option<Aliases>,
}
