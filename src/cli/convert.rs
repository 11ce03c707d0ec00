//! `mirrorset convert`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::convert::{self, Conversion, Document, Refusal, hcl};
use crate::workspace::{Loaded, Options};

use super::arguments::{ConvertArguments, Style, Target};
use super::{Exit, beside, complain, load, print, show, whole};

pub(super) fn run(arguments: &ConvertArguments, options: &Options) -> anyhow::Result<Exit> {
    fits(arguments)?;
    let wanted = wanted(arguments)?;
    let loaded = load(&arguments.input.paths, &arguments.input.reading, options)?;
    let exit = whole(&loaded);
    // Half of the mirrors would be taken for all of them. JSON says of each what is known.
    if exit != Exit::Clean && (arguments.to != Target::Json || !loaded.configs.problems.is_empty()) {
        return Ok(exit);
    }
    let target = target(arguments.to);
    match convert::convert(&loaded.project, &loaded.sources, target, &wanted) {
        Ok(conversion) => {
            tell(&conversion, &loaded);
            write(arguments, &conversion.documents)?;
            Ok(exit)
        }
        Err(Refusal::Findings(findings)) => {
            show(&findings, &loaded);
            Ok(Exit::Findings)
        }
        Err(Refusal::Options(message)) => anyhow::bail!(message),
    }
}

/// Refuses what a target has no use for: whoever asks for it expects something else of the output.
fn fits(arguments: &ConvertArguments) -> anyhow::Result<()> {
    let to = arguments.to;
    let (hcl, registries) = (&arguments.hcl, &arguments.registries);
    let for_hcl = [
        ("--style", hcl.style.is_some()),
        ("--cluster-id", hcl.cluster_id.is_some()),
        ("--import", hcl.import.is_some()),
    ];
    let for_nodes = [
        ("--blocked", !registries.blocked.is_empty()),
        ("--insecure", !registries.insecure.is_empty()),
    ];
    let given =
        |options: &[(&'static str, bool)]| options.iter().find(|(_, given)| *given).map(|(name, _)| *name);
    if let Some(name) = given(&for_hcl).filter(|_| to != Target::Hcl) {
        anyhow::bail!("`{name}` requires `--to hcl`");
    }
    if let Some(name) = given(&for_nodes).filter(|_| to != Target::RegistriesConf) {
        anyhow::bail!("`{name}` requires `--to registries-conf`");
    }
    Ok(())
}

fn wanted(arguments: &ConvertArguments) -> anyhow::Result<convert::Options> {
    let style = match arguments.hcl.style {
        None | Some(Style::Resources) => hcl::Style::Resources,
        Some(Style::ForEach) => hcl::Style::ForEach,
        Some(Style::Module) => hcl::Style::Module,
    };
    let read = |path: &Path| -> anyhow::Result<hcl::Listed> {
        let text = beside(path, &arguments.input.paths)?;
        hcl::Listed::read(&text).with_context(|| path.display().to_string())
    };
    Ok(convert::Options {
        name: arguments.name.clone(),
        cluster: arguments.cluster.clone(),
        skip_unresolved: arguments.skip_unresolved,
        strict: arguments.strict,
        no_notes: arguments.no_notes,
        separate: arguments.output_dir.is_some(),
        blocked: arguments.registries.blocked.clone(),
        insecure: arguments.registries.insecure.clone(),
        hcl: hcl::Options {
            style,
            cluster_id: arguments.hcl.cluster_id.clone(),
            listed: arguments.hcl.import.as_deref().map(read).transpose()?,
        },
    })
}

fn target(to: Target) -> convert::Target {
    match to {
        Target::Idms => convert::Target::Idms,
        Target::Itms => convert::Target::Itms,
        Target::Icsp => convert::Target::Icsp,
        Target::Hostedcluster => convert::Target::HostedCluster,
        Target::Nodepool => convert::Target::NodePool,
        Target::RegistriesConf => convert::Target::RegistriesConf,
        Target::Rosa => convert::Target::Rosa,
        Target::Hcl => convert::Target::Hcl,
        Target::Json => convert::Target::Json,
    }
}

/// Says what is not in the texts, and what to know about them.
fn tell(conversion: &Conversion, loaded: &Loaded) {
    show(&conversion.losses, loaded);
    for address in &conversion.skipped {
        complain(&format!(
            "warning: skipped {address}: some of its values are unknown or sensitive"
        ));
    }
    for note in &conversion.notes {
        complain(&format!("note: {note}"));
    }
    if conversion.documents.is_empty() && conversion.skipped.is_empty() && conversion.losses.is_empty() {
        complain("warning: no image mirrors to convert");
    }
}

fn write(arguments: &ConvertArguments, documents: &[Document]) -> anyhow::Result<()> {
    let Some(directory) = &arguments.output_dir else {
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        return print(&texts.join("---\n"));
    };
    std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let paths: Vec<PathBuf> = documents
        .iter()
        .map(|document| directory.join(&document.file))
        .collect();
    for path in &paths {
        // A link would lead out of the directory.
        let is_there = std::fs::symlink_metadata(path);
        anyhow::ensure!(
            is_there.is_err() || is_there.is_ok_and(|entry| entry.is_file()),
            "{} exists and is not a regular file; no files were written",
            path.display()
        );
    }
    for (path, document) in paths.iter().zip(documents) {
        std::fs::write(path, &document.text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}
