//! The files of a node: `registries.conf` and its drop-ins.

use registries_conf::{ConfError, RegistriesConf};
use terraform_eval::source::Span;

use super::cluster::RegistrySources;

/// Facts that only files of nodes have.
#[derive(Debug, Clone)]
pub struct NodeFacts {
    /// What the container runtime loads, or why it rejects the files.
    pub conf: Result<RegistriesConf, RejectedConf>,
    /// The `[[registry]]` tables that have no effect, because the node uses another one for the same images.
    pub unused_tables: Vec<UnusedTable>,
    /// The registries that the tables block or trust, and those that are tried for an image without a registry.
    pub registry_sources: RegistrySources,
}

/// Files that the container runtime rejects: no image at all can be pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedConf {
    /// Why.
    pub error: ConfError,
    /// The text to change. `None` if there are no files.
    pub span: Option<Span>,
}

/// A table without effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedTable {
    /// The images that it is for.
    pub scope: String,
    /// Its `prefix` or `location`.
    pub span: Span,
    /// That of the table that is used.
    pub used: Span,
    /// Whether both are in one file, of which the first is used. Of several files, the last one is.
    pub is_same_file: bool,
}
