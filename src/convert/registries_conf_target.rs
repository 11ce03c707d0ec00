//! `registries-conf`: the file that the machine config operator makes for the nodes.

use serde::Serialize;

use crate::cluster_mirrors::{CHECK, Nodes};
use crate::diagnostic::{Diagnostic, Severity};
use registries_conf::{MirrorTable, Pull, SEARCH_REGISTRIES, Table};

use crate::convert::capabilities::LOSS;
use crate::convert::{Document, Options, Part, Refusal, as_error};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Conf<'a> {
    unqualified_search_registries: [&'a str; 2],
    short_name_mode: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registry: Vec<RegistryConf<'a>>,
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

/// The file for each cluster. What keeps real nodes from getting or reading it is added to `warnings`; an
/// error where there is no such file at all.
pub(super) fn documents(
    parts: &[Part<'_>],
    options: &Options,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<Document>, Refusal> {
    if parts.len() > 1 && !options.separate {
        let names: Vec<&str> = parts.iter().map(|part| part.cluster.name()).collect();
        return Err(Refusal::Options(format!(
            "the input has mirrors of several clusters ({}), and each has its own registries.conf: choose one with \
             `--cluster`, or write one file per cluster with `--output-dir DIR`",
            names.join(", ")
        )));
    }
    let mut refused = Vec::new();
    let mut documents = Vec::new();
    for part in parts {
        let settings = part.set.settings(&options.blocked, &options.insecure);
        let nodes = Nodes::of(&settings, &part.set.registries.open);
        let told = |message: &str, help: &str| {
            let message = format!("{}: {message}", part.cluster.name());
            Diagnostic::new(LOSS, Severity::Warning, message).help(help)
        };
        match (&nodes.tables, &nodes.registries) {
            (Err(error), _) => refused.push(as_error(told(error, CHECK))),
            (Ok(tables), registries) => {
                documents.push(document(part, tables, options));
                let doubts = nodes.doubts.iter().map(|doubt| told(&doubt.message, doubt.help));
                warnings.extend(doubts.chain(registries.as_ref().err().map(|error| told(error, CHECK))));
            }
        }
    }
    if options.strict {
        refused.extend(warnings.drain(..).map(as_error));
    }
    if refused.is_empty() {
        Ok(documents)
    } else {
        Err(Refusal::Findings(refused))
    }
}

fn document(part: &Part<'_>, tables: &[Table], options: &Options) -> Document {
    let conf = Conf {
        unqualified_search_registries: SEARCH_REGISTRIES,
        short_name_mode: "",
        registry: tables.iter().map(registry).collect(),
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

fn registry(table: &Table) -> RegistryConf<'_> {
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
        pull_from_mirror: match mirror.pull {
            Pull::DigestOnly => "digest-only",
            Pull::TagOnly => "tag-only",
        },
    }
}
