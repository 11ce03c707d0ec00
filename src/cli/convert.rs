//! `mirrorset convert`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;

use crate::cluster_mirrors::{by_cluster, select_cluster};
use crate::convert::{
    Conversion, ConvertError, Document, OptionGroup, Options as ConvertOptions, TARGETS, convert, hcl,
};
use crate::diagnostic::{Diagnostic, Severity, Subject};
use crate::model::{MirrorAddress, Requirements, SkipReason};
use crate::output::Text;
use crate::rules::{SKIPPED_INPUT, report_skipped};
use crate::session::{Session, SessionOptions};
use crate::settings::RuleSelection;
use crate::workspace::{Loaded, Options};
use terraform_eval::source::Files;

use super::arguments::{ConvertArguments, Style};
use super::exit::Exit;
use super::images::{all_images, read_image_files};
use super::loading::{input_paths, read_auxiliary, today, with_reading};
use super::progress_line::with_progress;
use super::terminal::{eprint_findings, eprint_line, eprint_load_status, print};
use super::write::write_files;

pub(super) fn run(arguments: &ConvertArguments, options: &Options) -> anyhow::Result<Exit> {
    validate_options(arguments)?;
    let convert_options = convert_options(arguments, &*options.files)?;
    let target = arguments.to;
    let options = SessionOptions {
        requirements: Requirements::default(),
        image_sets: Vec::new(),
        inputs: input_paths(&arguments.input.paths, &arguments.input.reading)?,
        load: with_reading(options, &arguments.input.reading),
        selection: RuleSelection::default(),
        changes_info: false,
        baseline: None,
        today: today()?,
    };
    let session = with_progress(&options.load.progress, || Session::open(&options))?;
    let loaded = &session.loaded;
    eprint_load_status(loaded);
    let exit = Exit::from_loaded(loaded);
    // A partially loaded project is converted only to targets that mark unknown values.
    let accepts_unresolved = target.capabilities.unresolved_mirrors && loaded.configs.diagnostics.is_empty();
    if exit != Exit::Clean && !accepts_unresolved {
        return Ok(exit);
    }
    let conversion = match convert(&loaded.project, &loaded.sources, target, &convert_options) {
        Ok(conversion) => conversion,
        Err(ConvertError::Findings(findings)) => {
            eprint_findings(&findings, loaded);
            return Ok(Exit::Findings);
        }
        Err(ConvertError::Options(message)) => anyhow::bail!(message),
    };
    let errors = check_errors(&session, &conversion, arguments);
    if arguments.strict && !errors.is_empty() {
        eprint_findings(&errors, loaded);
        return Ok(Exit::Findings);
    }
    print_notes(&conversion, loaded);
    if let Some(line) = describe_errors(&errors) {
        eprint_line(&line);
    }
    output_documents(arguments, &conversion.documents)?;
    let unopened = unopened_wrappers(loaded);
    if conversion.documents.is_empty() && !unopened.is_empty() {
        eprint_findings(&unopened, loaded);
        return Ok(Exit::Failure);
    }
    Ok(exit)
}

/// What was skipped because a mirror set is in something that could not be opened.
fn unopened_wrappers(loaded: &Loaded) -> Vec<Diagnostic> {
    let skipped = loaded.project.coverage.skipped.iter();
    let unopened = skipped.filter(|skipped| skipped.reason == SkipReason::UnopenedWrapper);
    unopened.filter_map(report_skipped).collect()
}

/// The errors that `check` reports of the mirrors that are converted, and of anything that is not about one mirror, unless
/// the conversion reports them already. They do not keep the documents from saying what the input says.
fn check_errors(session: &Session, conversion: &Conversion, arguments: &ConvertArguments) -> Vec<Diagnostic> {
    let project = &session.loaded.project;
    let clusters = by_cluster(project);
    let selected = select_cluster(&clusters, arguments.cluster.as_deref()).unwrap_or_default();
    let converted: BTreeSet<&MirrorAddress> = selected
        .iter()
        .flat_map(|cluster| cluster.declarations())
        .map(|mirror| &mirror.address)
        .collect();
    let place = |finding: &Diagnostic| (finding.code, finding.primary.as_ref().map(|label| label.span));
    let reported = project.diagnostics.iter().chain(&conversion.losses);
    let reported: BTreeSet<_> = reported.map(place).collect();
    let mut errors = session.check().findings;
    errors.retain(|finding| {
        let is_converted = match &finding.subject {
            Some(Subject::Mirror(address)) => converted.contains(address),
            _ => true,
        };
        let is_gap = finding.code == SKIPPED_INPUT.code() && arguments.strict;
        (finding.severity == Severity::Error || is_gap) && is_converted && !reported.contains(&place(finding))
    });
    errors
}

/// A line about errors that do not prevent the conversion.
fn describe_errors(errors: &[Diagnostic]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for error in errors {
        *counts.entry(error.code.as_str()).or_default() += 1;
    }
    let rules = counts.iter().map(|(rule, count)| format!("{rule} ({count})"));
    let rules: Vec<String> = rules.collect();
    (!rules.is_empty()).then(|| {
        format!(
            "warning: the input has errors, which `mirrorset check` shows and which `--strict` makes errors of the \
             conversion: {}",
            rules.join(", ")
        )
    })
}

/// Rejects options that have no effect on the target.
fn validate_options(arguments: &ConvertArguments) -> anyhow::Result<()> {
    let (hcl, registries) = (&arguments.hcl, &arguments.registries);
    let options = [
        ("--style", OptionGroup::Hcl, hcl.style.is_some()),
        ("--cluster-id", OptionGroup::Hcl, hcl.cluster_id.is_some()),
        ("--import", OptionGroup::Hcl, hcl.import.is_some()),
        ("--images", OptionGroup::Images, !arguments.images.is_empty()),
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
        images: all_images(&read_image_files(
            &arguments.images,
            &arguments.input.paths,
            files,
        )?),
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
        return print(&Text::from_document(&texts.join("---\n")));
    };
    let files = documents
        .iter()
        .map(|document| (document.file.as_str(), document.text.as_str()));
    write_files(directory, files, arguments.force)
}
