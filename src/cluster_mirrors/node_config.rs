//! The registry configuration that the nodes of a cluster get.

use std::collections::BTreeSet;
use std::fmt;

use crate::model::{NodeFacts, RejectedConf};
use registries_conf::{ConfErrorCause, NestedScopeError, RegistriesConf, RegistrySettings, RegistryTable};

/// The registry configuration of the nodes of a cluster.
#[derive(Debug)]
pub(crate) struct NodeConfig {
    /// The tables of `registries.conf` that the Machine Config Operator generates.
    pub tables: Result<Vec<RegistryTable>, NodeConfigError>,
    /// What the container runtime loads.
    pub conf: Result<RegistriesConf, NodeConfigError>,
    /// Why real nodes may have another configuration.
    pub caveats: Vec<Caveat>,
}

/// Why nodes have no registry configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeConfigError {
    /// The Machine Config Operator cannot generate it.
    Generate(NestedScopeError),
    /// The container runtime cannot load it.
    Load(ConfErrorCause),
}

impl fmt::Display for NodeConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate(error) => write!(
                f,
                "the Machine Config Operator fails and does not configure any node: {error}"
            ),
            Self::Load(error) => write!(
                f,
                "nodes cannot load their registry configuration, so every pull fails: {error}"
            ),
        }
    }
}

impl std::error::Error for NodeConfigError {}

/// Why real nodes may have another configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caveat {
    /// The reason.
    pub message: String,
    /// What to do about it.
    pub help: &'static str,
}

impl Caveat {
    /// `--blocked` and `--insecure` for a node that has its own files.
    #[must_use]
    pub(crate) fn of_registry_options() -> Self {
        Self {
            message: "`--blocked` and `--insecure` have no effect: the files of a node say what it blocks and trusts"
                .to_owned(),
            help: "change the files, or name the manifests that they are generated from",
        }
    }
}

/// What to do about settings that have no effect.
pub(crate) const NODE_CONFIG_HELP: &str = "run `mirrorset check` to find what to change";

impl NodeConfig {
    /// The configuration of a node that has its own files.
    #[must_use]
    pub(crate) fn of_node(node: &NodeFacts) -> Self {
        let rejected = |rejected: &RejectedConf| NodeConfigError::Load(rejected.error.cause.clone());
        let conf = node.conf.as_ref();
        Self {
            tables: conf
                .map(|conf| conf.registries.tables().cloned().collect())
                .map_err(rejected),
            conf: conf.cloned().map_err(rejected),
            caveats: Vec::new(),
        }
    }

    /// The configuration that is generated from settings. `unknown` holds the reasons why the settings may be
    /// incomplete.
    #[must_use]
    pub(crate) fn new(settings: &RegistrySettings, unknown: &BTreeSet<String>) -> Self {
        let incomplete = |reason| Caveat {
            message: format!(
                "the allowed, blocked or insecure registries of the cluster are not completely known: {reason}"
            ),
            help: "use a plan, in which more values are known",
        };
        let mut caveats: Vec<Caveat> = unknown.iter().map(incomplete).collect();
        if let Err(error) = settings.validate() {
            caveats.push(Caveat {
                message: format!(
                    "the Machine Config Operator rejects these settings and does not apply them to any node: {error}"
                ),
                help: NODE_CONFIG_HELP,
            });
        }
        let tables = settings.to_tables().map_err(NodeConfigError::Generate);
        let conf = match &tables {
            Ok(tables) => RegistriesConf::from_settings(settings, tables).map_err(NodeConfigError::Load),
            Err(error) => Err(error.clone()),
        };
        Self {
            tables,
            conf,
            caveats,
        }
    }
}
