//! `mirrorset convert`.

use std::path::Path;

use anyhow::Context as _;

use crate::convert::{
    Conversion, ConvertError, Document, OptionGroup, Options as ConvertOptions, TARGETS, convert, hcl,
};
use crate::workspace::{Loaded, Options};
use terraform_eval::source::Files;

use super::arguments::{ConvertArguments, Style};
use super::exit::Exit;
use super::loading::{load, read_auxiliary};
use super::terminal::{eprint_findings, eprint_line, eprint_load_status, print};
use super::write::write_files;

pub(super) fn run(arguments: &ConvertArguments, options: &Options) -> anyhow::Result<Exit> {
    validate_options(arguments)?;
    let convert_options = convert_options(arguments, &*options.files)?;
    let target = arguments.to;
    let loaded = load(&arguments.input.paths, &arguments.input.reading, options)?;
    eprint_load_status(&loaded);
    let exit = Exit::from_loaded(&loaded);
    // A partially loaded project is converted only to targets that mark unknown values.
    let accepts_unresolved = target.capabilities.unresolved_mirrors && loaded.configs.diagnostics.is_empty();
    if exit != Exit::Clean && !accepts_unresolved {
        return Ok(exit);
    }
    match convert(&loaded.project, &loaded.sources, target, &convert_options) {
        Ok(conversion) => {
            print_notes(&conversion, &loaded);
            output_documents(arguments, &conversion.documents)?;
            Ok(exit)
        }
        Err(ConvertError::Findings(findings)) => {
            eprint_findings(&findings, &loaded);
            Ok(Exit::Findings)
        }
        Err(ConvertError::Options(message)) => anyhow::bail!(message),
    }
}

/// Rejects options that have no effect on the target.
fn validate_options(arguments: &ConvertArguments) -> anyhow::Result<()> {
    let (hcl, registries) = (&arguments.hcl, &arguments.registries);
    let options = [
        ("--style", OptionGroup::Hcl, hcl.style.is_some()),
        ("--cluster-id", OptionGroup::Hcl, hcl.cluster_id.is_some()),
        ("--import", OptionGroup::Hcl, hcl.import.is_some()),
        (
            "--blocked",
            OptionGroup::NodeRegistries,
            !registries.blocked.is_empty(),
        ),
        (
            "--insecure",
            OptionGroup::NodeRegistries,
            !registries.insecure.is_empty(),
        ),
    ];
    for (name, group, is_present) in options {
        if is_present && arguments.to.option_group != Some(group) {
            let targets = TARGETS.iter().filter(|target| target.option_group == Some(group));
            let flags: Vec<String> = targets.map(|target| format!("`--to {}`", target.flag)).collect();
            anyhow::bail!("`{name}` requires {}", flags.join(" or "));
        }
    }
    Ok(())
}

fn convert_options(arguments: &ConvertArguments, files: &dyn Files) -> anyhow::Result<ConvertOptions> {
    let style = match arguments.hcl.style {
        None | Some(Style::Resources) => hcl::Style::Resources,
        Some(Style::ForEach) => hcl::Style::ForEach,
        Some(Style::Module) => hcl::Style::Module,
    };
    let read = |path: &Path| -> anyhow::Result<hcl::ExistingMirrors> {
        let text = read_auxiliary(path, &arguments.input.paths, files)?;
        hcl::ExistingMirrors::parse(&text).with_context(|| path.display().to_string())
    };
    Ok(ConvertOptions {
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
            existing_mirrors: arguments.hcl.import.as_deref().map(read).transpose()?,
        },
    })
}

/// Prints what was skipped, what the target cannot express, and notes about the documents.
fn print_notes(conversion: &Conversion, loaded: &Loaded) {
    eprint_findings(&conversion.losses, loaded);
    for address in &conversion.skipped {
        eprint_line(&format!(
            "warning: skipped {address}: some of its values are unknown or sensitive"
        ));
    }
    for note in &conversion.notes {
        eprint_line(&format!("note: {note}"));
    }
    if conversion.documents.is_empty() && conversion.skipped.is_empty() && conversion.losses.is_empty() {
        eprint_line("warning: no image mirrors to convert");
    }
}

/// Writes the documents to standard output or into `--output-dir`.
fn output_documents(arguments: &ConvertArguments, documents: &[Document]) -> anyhow::Result<()> {
    let Some(directory) = &arguments.output_dir else {
        let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
        return print(&texts.join("---\n"));
    };
    let files = documents
        .iter()
        .map(|document| (document.file.as_str(), document.text.as_str()));
    write_files(directory, files)
}
