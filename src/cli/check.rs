//! `mirrorset check`.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;

use crate::baseline::{Entry, is_baseline};
use crate::check::Report;
use crate::config;
use crate::model::Requirements;
use crate::output::check::{FORMATS, Fixed, Format, ReportView, Repository};
use crate::output::{self, Style, Text};
use crate::progress::Stage;
use crate::session::{Session, SessionOptions};
use crate::settings::RuleSelection;
use crate::untrusted::{Untrusted, line_start};
use crate::workspace::{Loaded, Options, PlanConfiguration};

use terraform_eval::source::Files;

use super::arguments::{CheckArguments, Output, RuleArguments};
use super::exit::Exit;
use super::fix;
use super::images::{ImageFile, all_images, read_image_files};
use super::loading::{input_paths, today, with_reading};
use super::progress_line::with_progress;
use super::pull_secret::read_pull_secret;
use super::terminal::{
    eprint, eprint_findings, eprint_line, eprint_load_messages, print, stderr_style, stdout_style,
};
use super::write::write_file;

pub(super) fn run(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let options = session_options(arguments, options)?;
    if arguments.fixes.diff {
        return fix::print_diff(arguments, &options);
    }
    // What is wrong with the arguments is said before a file is changed.
    outputs(arguments, None)?;
    let fixed = if arguments.fixes.fix {
        Some(fix::apply(arguments, &options)?)
    } else {
        None
    };
    let progress = &options.load.progress;
    // The program ends after the report. The system takes the memory back at once, and faster than piece by piece.
    let mut session = ManuallyDrop::new(with_progress(progress, || Session::open(&options))?);
    if !session.configuration_errors().is_empty() {
        eprint_findings(session.configuration_errors(), &session.loaded);
        return Ok(Exit::Failure);
    }
    if arguments.show_files {
        eprint_load_messages(&session.loaded);
        print(&files_text(&session.loaded).wrapped(stdout_style()))?;
        return Ok(Exit::from_coverage(&session.loaded));
    }
    if arguments.verbose {
        eprint(&files_text(&session.loaded).wrapped(stderr_style()));
    }
    if arguments.show_settings {
        return print_settings(&mut session);
    }
    let default = match session.output_format() {
        Ok(format) => format,
        Err(error) => {
            eprint_findings(&[*error], &session.loaded);
            return Ok(Exit::Failure);
        }
    };
    let outputs = outputs(arguments, default)?;
    if let Some(path) = &arguments.write_baseline {
        let text = session.render_baseline(path);
        write_file(path, &text, &is_baseline, arguments.force)?;
        session.read_baseline(path)?;
    }
    progress.begin(Stage::Check, 0);
    let report = ManuallyDrop::new(with_progress(progress, || session.check()));
    eprint_load_messages(&session.loaded);
    write_report(arguments, &outputs, fixed.as_ref(), &session.loaded, &report)?;
    if let Some(path) = arguments.baseline.as_ref().filter(|_| !arguments.quiet) {
        eprint_stale_entries(path, &report.stale_baseline_entries);
    }
    Ok(Exit::from_report(&session.loaded, &report).without_findings(arguments.exit_zero))
}

fn session_options(arguments: &CheckArguments, options: &Options) -> anyhow::Result<SessionOptions> {
    let reading = &arguments.input.reading;
    let mut load = with_reading(options, reading);
    load.reads_neighbors = true;
    if load.plan_configuration == PlanConfiguration::None {
        load.plan_configuration = PlanConfiguration::Near(PathBuf::from("."));
    }
    load.reads_all_modules = arguments.show_settings;
    if let Some(path) = &arguments.config {
        anyhow::ensure!(
            !load.files.is_directory(path),
            "{}: is a directory, not a configuration file; `--plan-config` takes the root module of a plan",
            path.display()
        );
        if !reading.isolated {
            load.config = config::ConfigSource::File(path.clone());
        }
    }
    let image_files = read_image_files(&arguments.images, &arguments.input.paths, &*options.files)?;
    Ok(SessionOptions {
        inputs: input_paths(&arguments.input.paths, reading)?,
        load,
        selection: rule_selection(&arguments.rules),
        changes_info: !arguments.no_changes_info,
        baseline: arguments.baseline.clone(),
        requirements: Requirements {
            pull_secret: read_pull_secret(&arguments.input.paths, &arguments.secrets, &*options.files)?
                .map(Arc::new),
            images: (!image_files.is_empty()).then(|| Arc::new(all_images(&image_files))),
            ..Requirements::default()
        },
        image_sets: image_files
            .into_iter()
            .filter_map(ImageFile::into_image_set)
            .collect(),
        today: today()?,
    })
}

pub(super) fn rule_selection(arguments: &RuleArguments) -> RuleSelection {
    RuleSelection {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        strict: arguments.strict,
        fail_on: arguments.fail_on,
    }
}

/// The variables in which CI systems name the top of the repository that they checked out: GitHub, GitLab, Azure Pipelines
/// and Jenkins.
const REPOSITORY_VARIABLES: [&str; 4] = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILD_SOURCESDIRECTORY",
    "WORKSPACE",
];

/// The repository that a CI system checked out.
fn repository(files: &dyn Files) -> Repository {
    let tops = REPOSITORY_VARIABLES.iter().filter_map(std::env::var_os);
    match tops.into_iter().find(|top| !top.is_empty()) {
        Some(top) => Repository::new(
            &files.canonical_path(Path::new(&top)),
            &files.canonical_path(Path::new(".")),
        ),
        None => Repository::default(),
    }
}

/// The outputs that the arguments ask for, or the one that the configuration file sets. At most one is printed.
fn outputs(arguments: &CheckArguments, default: Option<&'static Format>) -> anyhow::Result<Vec<Output>> {
    let mut outputs = arguments.output_format.clone();
    if outputs.is_empty() {
        let format = default.or(FORMATS.first().copied());
        outputs.extend(format.map(|format| Output { format, file: None }));
    }
    let printed: Vec<&str> = outputs
        .iter()
        .filter(|output| output.file.is_none())
        .map(|output| output.format.name)
        .collect();
    anyhow::ensure!(
        printed.len() <= 1,
        "only one format can be printed: write the others to files, as in `--output-format {}=FILE`",
        printed.last().copied().unwrap_or_default()
    );
    if let Some(file) = &arguments.output_file {
        let output = outputs.iter_mut().find(|output| output.file.is_none());
        let output = output.context("every format has a file, so that none is left for `--output-file`")?;
        output.file = Some(file.clone());
    }
    Ok(outputs)
}

/// Prints the report or writes it to files.
fn write_report(
    arguments: &CheckArguments,
    outputs: &[Output],
    fixed: Option<&Fixed>,
    loaded: &Loaded,
    report: &Report<'_>,
) -> anyhow::Result<()> {
    let repository = repository(loaded.sources.files());
    let mut view = ReportView {
        report,
        project: &loaded.project,
        errors: &loaded.errors,
        fixed,
        sources: &loaded.sources,
        repository: &repository,
        style: Style::default(),
        is_quiet: arguments.quiet,
        is_file: true,
    };
    for output in outputs {
        let Some(path) = &output.file else {
            continue;
        };
        let rendered = (output.format.render)(&view);
        let is_report = |text: &str| output.format.is_document(text);
        write_file(path, rendered.document.as_str(), &is_report, arguments.force)?;
    }
    view.style = stdout_style();
    view.is_file = false;
    let summary = match outputs.iter().find(|output| output.file.is_none()) {
        Some(_) if arguments.statistics => {
            print(&output::check::statistics(&view))?;
            Some(view.summary())
        }
        Some(output) => {
            let rendered = (output.format.render)(&view);
            print(&rendered.document)?;
            rendered.summary
        }
        None => Some(view.summary()),
    };
    if !arguments.quiet {
        eprint(&summary.unwrap_or_default());
    }
    Ok(())
}

fn print_settings(session: &mut Session) -> anyhow::Result<Exit> {
    eprint_load_messages(&session.loaded);
    print(&Text::from_document(&session.render_settings()))?;
    Ok(if session.loaded.errors.is_empty() {
        Exit::Clean
    } else {
        Exit::Failure
    })
}

/// What was read and what was skipped, a line each.
fn files_text(loaded: &Loaded) -> Text {
    let coverage = &loaded.project.coverage;
    let read = coverage
        .read
        .iter()
        .map(|read| format!("{}: {}", line_start(&read.name), read.role.as_str()));
    let skipped = coverage.skipped.iter().map(|skipped| {
        format!(
            "{}: skipped ({}): {}",
            line_start(&skipped.name),
            skipped.reason.as_str(),
            Untrusted(&skipped.message)
        )
    });
    let mut text = Text::new();
    for line in read.chain(skipped) {
        text.push_line(line);
    }
    text
}

/// Warns about entries of the baseline that match no finding. They would hide the next finding that matches them.
fn eprint_stale_entries(path: &Path, stale: &[Entry]) {
    for entry in stale {
        let times = match entry.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let subject = [entry.file.as_str(), entry.address.as_str()];
        let subject: Vec<&str> = subject.into_iter().filter(|part| !part.is_empty()).collect();
        eprint_line(&format!(
            "warning: {}: stale entry: {} in {}{times}",
            path.display(),
            entry.rule,
            subject.join(": ")
        ));
    }
    if !stale.is_empty() {
        eprint_line("help: run `mirrorset check --write-baseline` to update the baseline");
    }
}
