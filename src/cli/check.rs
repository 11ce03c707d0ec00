//! `mirrorset check`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::baseline::{Entry, is_baseline};
use crate::config;
use crate::model::Requirements;
use crate::output::Text;
use crate::output::check::ReportView;
use crate::session::{Session, SessionOptions};
use crate::settings::RuleSelection;
use crate::untrusted::{Untrusted, line_start};
use crate::workspace::{Loaded, Options, PlanConfiguration};

use terraform_eval::source::Files;

use super::arguments::{CheckArguments, RuleArguments};
use super::exit::Exit;
use super::fix;
use super::images::read_image_files;
use super::loading::{input_paths, today, with_reading};
use super::pull_secret::read_pull_secret;
use super::terminal::{eprint, eprint_findings, eprint_line, eprint_load_messages, print, use_colors};
use super::write::write_file;

pub(super) fn run(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let options = session_options(arguments, options)?;
    if arguments.fixes.diff {
        return fix::print_diff(arguments, &options);
    }
    if arguments.fixes.fix {
        fix::apply(arguments, &options)?;
    }
    let mut session = Session::open(&options)?;
    if !session.configuration_errors().is_empty() {
        eprint_findings(session.configuration_errors(), &session.loaded);
        return Ok(Exit::Failure);
    }
    if arguments.show_files {
        return print_files(&session.loaded);
    }
    if arguments.show_settings {
        return print_settings(&mut session);
    }
    if let Some(path) = &arguments.write_baseline {
        let text = session.render_baseline(path);
        write_file(path, &text, &is_baseline, arguments.force)?;
        session.read_baseline(path)?;
    }
    let report = session.check();
    eprint_load_messages(&session.loaded);
    let directory = directory_in_repository(&*options.load.files);
    let rendered = (arguments.output_format.render)(&ReportView {
        report: &report,
        project: &session.loaded.project,
        errors: &session.loaded.errors,
        sources: &session.loaded.sources,
        directory_in_repository: &directory,
        use_colors: use_colors(arguments.color),
    });
    print(&rendered.stdout)?;
    eprint(&rendered.stderr);
    if let Some(path) = &arguments.baseline {
        eprint_stale_entries(path, &report.stale_baseline_entries);
    }
    Ok(Exit::from_report(&session.loaded, &report).without_findings(arguments.exit_zero))
}

fn session_options(arguments: &CheckArguments, options: &Options) -> anyhow::Result<SessionOptions> {
    let reading = &arguments.input.reading;
    let mut load = with_reading(options, reading);
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
    Ok(SessionOptions {
        inputs: input_paths(&arguments.input.paths, reading)?,
        load,
        selection: rule_selection(&arguments.rules),
        changes_info: !arguments.no_changes_info,
        baseline: arguments.baseline.clone(),
        requirements: Requirements {
            pull_secret: read_pull_secret(&arguments.input.paths, &arguments.secrets, &*options.files)?
                .map(Arc::new),
            images: match arguments.images.as_slice() {
                [] => None,
                files => Some(Arc::new(read_image_files(
                    files,
                    &arguments.input.paths,
                    &*options.files,
                )?)),
            },
            policy: None,
        },
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

/// The current directory below `GITHUB_WORKSPACE`, the top of the repository that a workflow of GitHub checked out; empty
/// if it is not below.
fn directory_in_repository(files: &dyn Files) -> PathBuf {
    let Some(top) = std::env::var_os("GITHUB_WORKSPACE").filter(|top| !top.is_empty()) else {
        return PathBuf::new();
    };
    let top = files.canonical_path(Path::new(&top));
    let current = files.canonical_path(Path::new("."));
    current.strip_prefix(top).map(Path::to_owned).unwrap_or_default()
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

/// Lists what was read and what was skipped, a line each.
fn print_files(loaded: &Loaded) -> anyhow::Result<Exit> {
    eprint_load_messages(loaded);
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
    print(&text)?;
    Ok(if loaded.is_complete() {
        Exit::Clean
    } else {
        Exit::Failure
    })
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
