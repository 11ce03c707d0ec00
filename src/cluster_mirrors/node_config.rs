//! What the nodes of a cluster get of its mirrors and its lists of registries.

use std::collections::BTreeSet;

use registries_conf::{Registries, Settings, Table};

/// The configuration of a cluster's nodes.
#[derive(Debug)]
pub struct Nodes {
    /// The tables of `registries.conf`; else why the machine config operator makes none.
    pub tables: Result<Vec<Table>, String>,
    /// What the runtime reads from them; else why it cannot.
    pub registries: Result<Registries, String>,
    /// Why real nodes may have something else.
    pub doubts: Vec<Doubt>,
}

/// A reason for which real nodes may have something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The reason.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

/// What to do about settings that are not taken.
pub const CHECK: &str = "run `mirrorset check` to find what to change";

impl Nodes {
    /// The configuration that settings become. `open` says what is not known of them.
    #[must_use]
    pub fn of(settings: &Settings, open: &BTreeSet<String>) -> Self {
        let unknown = |reason| Doubt {
            message: format!(
                "the allowed, blocked or insecure registries of the cluster are not completely known: {reason}"
            ),
            help: "use a plan, in which more values are known",
        };
        let mut doubts: Vec<Doubt> = open.iter().map(unknown).collect();
        if let Err(error) = settings.validate() {
            doubts.push(Doubt {
                message: format!("the machine config operator rejects these settings and does not apply them to any node: {error}"),
                help: CHECK,
            });
        }
        let tables = settings.tables().map_err(|error| {
            format!("the machine config operator fails and does not configure any node: {error}")
        });
        let registries = match &tables {
            Ok(tables) => Registries::load(tables).map_err(|error| {
                format!("nodes cannot load their registry configuration, so every pull fails: {error}")
            }),
            Err(error) => Err(error.clone()),
        };
        Self {
            tables,
            registries,
            doubts,
        }
    }
}
