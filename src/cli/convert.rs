//! `mirrorset convert`.

use std::path::Path;

use anyhow::{Context as _, anyhow};

use crate::convert::{self, Conversion, Document, Refusal, hcl};
use crate::load::{Loaded, Options};
use crate::source::read_text;

use super::arguments::{ConvertArguments, Style, Target};
use super::{Exit, complain, load, print, show, whole};

pub(super) fn run(arguments: &ConvertArguments, options: &Options) -> anyhow::Result<Exit> {
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

fn wanted(arguments: &ConvertArguments) -> anyhow::Result<convert::Options> {
    let style = match arguments.hcl.style {
        Style::Resources => hcl::Style::Resources,
        Style::ForEach => hcl::Style::ForEach,
        Style::Module => hcl::Style::Module,
    };
    let read = |path: &Path| -> anyhow::Result<hcl::Listed> {
        let text = read_text(path).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        hcl::Listed::read(&text).with_context(|| path.display().to_string())
    };
    Ok(convert::Options {
        name: arguments.name.clone(),
        cluster: arguments.cluster.clone(),
        skip_unresolved: arguments.skip_unresolved,
        strict: arguments.strict,
        no_notes: arguments.no_notes,
        separate: arguments.output.is_some(),
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
            "warning: {address} is left out: not all of its values are known and may be written"
        ));
    }
    for note in &conversion.notes {
        complain(&format!("note: {note}"));
    }
    if conversion.documents.is_empty() && conversion.skipped.is_empty() && conversion.losses.is_empty() {
        complain("warning: there is no image mirror to convert");
    }
}

fn write(arguments: &ConvertArguments, documents: &[Document]) -> anyhow::Result<()> {
    let Some(directory) = &arguments.output else {
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        return print(&texts.join("---\n"));
    };
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    for document in documents {
        let path = directory.join(&document.file);
        std::fs::write(&path, &document.text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}
