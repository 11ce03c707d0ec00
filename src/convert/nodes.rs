//! `registries-conf`: the file that the machine config operator makes for the nodes.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::registry::{MirrorTable, Pull, Registries, SEARCH_REGISTRIES, Table};

use super::{Document, Options, Part, Refusal};

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
            "there are mirrors of several clusters ({}), each with its own registries.conf: choose one with `--cluster`, \
             or write files with `--output DIR`",
            names.join(", ")
        )));
    }
    let mut refused = Vec::new();
    let mut documents = Vec::new();
    for part in parts {
        match document(part, options, warnings) {
            Ok(document) => documents.push(document),
            Err(finding) => refused.push(finding),
        }
    }
    refused.extend(warnings.drain(..).filter(|_| options.strict));
    if refused.is_empty() {
        Ok(documents)
    } else {
        Err(Refusal::Findings(refused))
    }
}

fn document(
    part: &Part<'_>,
    options: &Options,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Document, Diagnostic> {
    let mut settings = part.set.settings();
    settings.blocked.extend(options.blocked.iter().cloned());
    settings.insecure.extend(options.insecure.iter().cloned());
    let severity = if options.strict {
        Severity::Error
    } else {
        Severity::Warning
    };
    let told = |severity, what: String| {
        Diagnostic::new(
            super::loss::LOSS,
            severity,
            format!("{}: {what}", part.cluster.name()),
        )
    };
    for reason in &part.set.registries.open {
        warnings.push(told(
            severity,
            format!("not everything is known that the cluster allows, blocks and trusts: {reason}"),
        ));
    }
    if let Err(error) = settings.validate() {
        let help = "`mirrorset check` says what to change";
        warnings.push(
            told(
                severity,
                format!("the machine config operator refuses this, so no node gets it: {error}"),
            )
            .help(help),
        );
    }
    let tables = settings.tables().map_err(|error| {
        told(
            Severity::Error,
            format!("the machine config operator fails, and no node gets a configuration: {error}"),
        )
    })?;
    if let Err(error) = Registries::load(&tables) {
        warnings.push(told(
            severity,
            format!("nodes cannot read this file, and every pull fails: {error}"),
        ));
    }
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
    Ok(Document { file, text })
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
