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
}

impl Cluster {
    /// The name that people use for it.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        let (Self::Known(name) | Self::Named(name, _)) = self;
        name
    }

    /// Its id. `None` if it is unknown or must not be shown.
    #[must_use]
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Known(id) => Some(id),
            Self::Named(..) => None,
        }
    }
}
