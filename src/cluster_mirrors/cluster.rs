//! The clusters of a project.

/// A cluster of a project. Two inputs that name one id mean one cluster, while `rhcs_cluster_rosa_hcp.main` is another
/// cluster in each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cluster {
    /// By its id.
    Known(String),
    /// By the object that its id is read from, and the position of the input that reads it. If two clusters have the
    /// same name, it begins with the name of the input.
    Named(String, usize),
    /// The clusters of all mirrors of an input whose cluster is unknown: any of the others, or another one. The position of
    /// the input.
    Unknown(usize),
}

impl Cluster {
    /// The name that people use for it.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Known(name) | Self::Named(name, _) => name,
            Self::Unknown(_) => "(unknown cluster)",
        }
    }

    /// Whether it is not known which cluster it is.
    #[must_use]
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// Its id. `None` if it is unknown or must not be shown.
    #[must_use]
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::Named(..) | Self::Unknown(_) => None,
        }
    }
}
