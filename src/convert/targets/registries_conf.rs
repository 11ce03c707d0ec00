//! `registries-conf`: the file that the Machine Config Operator makes for the nodes.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;

use crate::cluster_mirrors::{Caveat, ClusterMirrors, NODE_CONFIG_HELP, NodeConfig};
use crate::convert::cluster_part::{ClusterPart, cluster_names};
use crate::convert::error::{ConvertError, as_error};
use crate::convert::options::Options;
use crate::convert::target::{
    Capabilities, Context, Document, EntryMerging, ExpressiblePulls, OptionGroup, TargetOutput, TargetSpec,
};
use crate::diagnostic::{Code, Diagnostic, Severity};
use registries_conf::{MirrorTable, RegistryTable};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "registries-conf",
    help: "The `registries.conf` that the Machine Config Operator generates for the nodes",
    label: "registries.conf",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Any,
        source_policy: true,
        empty_entries: true,
        // Nodes have a configuration without mirrors, too.
        empty_clusters: true,
        unresolved_mirrors: false,
        all_characters: true,
    },
    merging: EntryMerging::ByNodes,
    api_schema: None,
    option_group: Some(OptionGroup::NodeRegistries),
    terraform_note: None,
    write,
};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Conf<'a> {
    unqualified_search_registries: &'a [String],
    short_name_mode: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registry: Vec<RegistryConf<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    aliases: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct RegistryConf<'a> {
    prefix: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    location: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    insecure: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    blocked: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mirror: Vec<MirrorConf<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct MirrorConf<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    location: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    insecure: bool,
    pull_from_mirror: &'a str,
}

/// The file for each cluster. What keeps real nodes from getting or loading it is a loss; that there is no such file is an
/// error.
fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    let options = context.options;
    if parts.len() > 1 && !options.separate {
        return Err(ConvertError::Options(format!(
            "the input has mirrors of several clusters ({}), and each has its own registries.conf: choose one with \
             `--cluster`, or write one file per cluster with `--output-dir DIR`",
            cluster_names(parts)
        )));
    }
    let mut output = TargetOutput::default();
    for part in parts {
        let (nodes, search_registries) = node_config(part.cluster_mirrors, options);
        let finding = |message: &dyn Display, help: &str| {
            let message = format!("{}: {message}", part.cluster().name());
            Diagnostic::new(Code::LossyConversion, Severity::Warning, message).help(help)
        };
        match &nodes.tables {
            Err(error) => output.errors.push(as_error(finding(error, NODE_CONFIG_HELP))),
            Ok(tables) => {
                output
                    .documents
                    .push(document(part, tables, &search_registries, &nodes, options));
                let caveats = nodes.caveats.iter();
                output
                    .losses
                    .extend(caveats.map(|caveat| finding(&caveat.message, caveat.help)));
                let error = nodes.conf.as_ref().err();
                output
                    .losses
                    .extend(error.map(|error| finding(error, NODE_CONFIG_HELP)));
            }
        }
    }
    Ok(output)
}

/// The configuration of the nodes of a cluster, and its search registries. That of a node is in its own files.
fn node_config(cluster: &ClusterMirrors<'_>, options: &Options) -> (NodeConfig, Vec<String>) {
    let Some(node) = cluster.node else {
        let settings = cluster.registry_settings(&options.blocked, &options.insecure);
        let nodes = NodeConfig::new(&settings, &cluster.registries.unknown);
        return (nodes, settings.search_registries());
    };
    let mut nodes = NodeConfig::of_node(node);
    if !(options.blocked.is_empty() && options.insecure.is_empty()) {
        nodes.caveats.push(Caveat::of_registry_options());
    }
    (nodes, cluster.registries.search.clone())
}

/// The file has what a node gets in drop-ins as well.
fn document(
    part: &ClusterPart<'_>,
    tables: &[RegistryTable],
    search_registries: &[String],
    nodes: &NodeConfig,
    options: &Options,
) -> Document {
    let aliases = nodes.conf.as_ref().map(|conf| conf.aliases.iter().collect());
    let conf = Conf {
        unqualified_search_registries: search_registries,
        short_name_mode: "",
        registry: tables.iter().map(registry).collect(),
        aliases: aliases.unwrap_or_default(),
    };
    // Tables of strings and truth values always have a TOML form.
    let text = toml::to_string(&conf).unwrap_or_default();
    let file = if options.separate {
        format!("{}.conf", part.name.as_str())
    } else {
        "registries.conf".to_owned()
    };
    Document { file, text }
}

fn registry(table: &RegistryTable) -> RegistryConf<'_> {
    RegistryConf {
        prefix: &table.prefix,
        location: &table.location,
        insecure: table.insecure,
        blocked: table.blocked,
        mirror: table.mirrors.iter().map(mirror).collect(),
    }
}

fn mirror(mirror: &MirrorTable) -> MirrorConf<'_> {
    MirrorConf {
        location: &mirror.location,
        insecure: mirror.insecure,
        pull_from_mirror: mirror.pull_from_mirror.word(),
    }
}
