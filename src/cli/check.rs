//! `mirrorset check`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::baseline::{self, Baseline, Entry};
use crate::check::{self, Report};
use crate::config;
use crate::output;
use crate::settings::{RuleSelection, RuleSettings};
use crate::suppress::Suppressions;
use crate::workspace::{Loaded, Options, PlanConfiguration};
use terraform_eval::source::{FileId, Files, display_name};

use super::arguments::{CheckArguments, OutputFormat, RuleArguments};
use super::fix;
use super::write::write_file;
use super::{Exit, complain, complain_of, is_coloured, load, print, refuses_settings};

pub(super) fn run(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let mut options = options.clone();
    options.plan_configuration = PlanConfiguration::Near(PathBuf::from("."));
    if let Some(path) = &arguments.config {
        anyhow::ensure!(
            !options.files.is_directory(path),
            "{}: is a directory, not a configuration file; `--plan-config` takes the root module of a plan",
            path.display()
        );
        options.config = config::ConfigSource::File(path.clone());
    }
    if !arguments.plan_config.is_empty() {
        options.plan_configuration = PlanConfiguration::At(arguments.plan_config.clone());
    }
    if arguments.fixes.diff {
        return fix::diff(arguments, &options);
    }
    if arguments.fixes.fix {
        fix::write(arguments, &options)?;
    }
    let mut loaded = load(&arguments.input.paths, &arguments.input.reading, &options)?;
    let choice = choice(&arguments.rules);
    let settings = settings(arguments, &choice, &mut loaded);
    if refuses_settings(&loaded) {
        return Ok(Exit::Failure);
    }
    if arguments.show_settings {
        complain_of(&loaded);
        print(&shown_settings(&choice, &mut loaded))?;
        return Ok(if loaded.errors.is_empty() {
            Exit::Clean
        } else {
            Exit::Failure
        });
    }
    let suppressions = Suppressions::find(&loaded.sources, &loaded.unrelated_files, today()?);
    let baseline = arguments
        .baseline
        .as_deref()
        .map(|path| read_baseline(path, loaded.sources.files()))
        .transpose()?;
    let mut given = check::CheckContext {
        sources: &loaded.sources,
        settings: &settings,
        suppressions: &suppressions,
        baseline: baseline.as_ref(),
    };
    let mut report = check::check(&loaded.project, given);
    let written = match &arguments.write_baseline {
        Some(path) => Some(write_baseline(path, &report, &loaded)?),
        None => None,
    };
    if written.is_some() {
        given.baseline = written.as_ref();
        report = check::check(&loaded.project, given);
    }
    complain_of(&loaded);
    match arguments.output_format {
        OutputFormat::Full => {
            let coloured = is_coloured(arguments.color);
            print(&output::check::full::render(
                &report,
                &loaded.project,
                &loaded.sources,
                coloured,
            ))?;
        }
        OutputFormat::Concise | OutputFormat::JsonLines | OutputFormat::Github => {
            let sources = &loaded.sources;
            print(&match arguments.output_format {
                OutputFormat::JsonLines => output::check::json_lines::render(&report, sources),
                OutputFormat::Github => output::check::github::render(&report, sources),
                _ => output::check::concise::render(&report, sources),
            })?;
            complain(&output::summary_line(
                &report.summary,
                &loaded.project,
                &report.findings,
            ));
        }
        OutputFormat::Json => print(&output::check::json::render(&report, &loaded.sources))?,
    }
    if let Some(path) = &arguments.baseline {
        complain_of_stale_entries(path, &report.stale_baseline_entries);
    }
    let found = report.exceeds_fail_on && !arguments.exit_zero;
    Ok(
        match (loaded.errors.is_empty() && loaded.project.unreadable == 0, found) {
            (false, _) => Exit::Failure,
            (true, true) => Exit::Findings,
            (true, false) => Exit::Clean,
        },
    )
}

/// What the command line says about rules.
pub(super) fn choice(arguments: &RuleArguments) -> RuleSelection {
    RuleSelection {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        strict: arguments.strict,
        fail_on: arguments.fail_on,
    }
}

/// What was decided by configuration files, and above them by the command line.
pub(super) fn settings(
    arguments: &CheckArguments,
    choice: &RuleSelection,
    loaded: &mut Loaded,
) -> check::CheckSettings {
    let files: Vec<(FileId, PathBuf)> = loaded
        .sources
        .ids()
        .filter_map(|file| {
            Some((
                file,
                loaded
                    .sources
                    .files()
                    .canonical_path(loaded.sources.file(file).path()?),
            ))
        })
        .collect();
    let mut known: BTreeMap<PathBuf, Rc<RuleSettings>> = BTreeMap::new();
    let mut of = |directory: &Path, loaded: &mut Loaded| {
        let directory = loaded.sources.files().canonical_path(directory);
        let decide = || {
            let config = loaded.configs.nearest(&directory, &mut loaded.sources);
            let paths = files.iter().map(|(file, path)| (*file, path.as_path()));
            let mut decided = config.map_or_else(RuleSettings::default, |config| {
                config.rule_settings(&directory, paths)
            });
            decided.override_with(choice);
            Rc::new(decided)
        };
        known.entry(directory.clone()).or_insert_with(decide).clone()
    };
    let mut settings = check::CheckSettings {
        changes_info: !arguments.no_changes_info,
        ..check::CheckSettings::default()
    };
    let directories = loaded.directories.clone();
    for (position, directory) in directories.iter().enumerate() {
        settings.configurations.insert(position, of(directory, loaded));
    }
    for (file, path) in &files {
        let directory = path.parent().unwrap_or(path);
        settings.files.insert(*file, of(directory, loaded));
    }
    settings.otherwise = of(Path::new("."), loaded);
    settings
}

/// The settings of each root module, for people.
fn shown_settings(choice: &RuleSelection, loaded: &mut Loaded) -> String {
    let mut parts = Vec::new();
    for (position, directory) in loaded.directories.clone().into_iter().enumerate() {
        let configuration = loaded.project.inputs.get(position);
        let mirrors = configuration
            .into_iter()
            .flat_map(|configuration| &configuration.mirrors);
        let files = mirrors.filter_map(|mirror| loaded.sources.file(mirror.span.file).path());
        let files: BTreeSet<PathBuf> = files.map(Path::to_owned).collect();
        let Loaded { configs, sources, .. } = &mut *loaded;
        let config = configs.nearest(&directory, sources).cloned();
        let shown = config::show(&directory, &files, config.as_ref(), choice, sources);
        parts.push(format!("# {}\n{shown}", display_name(&directory)));
    }
    parts.join("\n")
}

/// The day on which suppressions are looked at, the same everywhere on earth: today, or the day of
/// `SOURCE_DATE_EPOCH` for those who want the same output again (reproducible-builds.org).
pub(super) fn today() -> anyhow::Result<Date> {
    let time = match std::env::var_os("SOURCE_DATE_EPOCH") {
        None => Timestamp::now(),
        Some(text) => {
            let seconds = text.to_str().and_then(|text| text.trim().parse().ok());
            let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.context("invalid SOURCE_DATE_EPOCH: expected the number of seconds since 1970")?
        }
    };
    Ok(time.to_zoned(TimeZone::UTC).date())
}

pub(super) fn read_baseline(path: &Path, files: &dyn Files) -> anyhow::Result<Baseline> {
    Baseline::read(path, files).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn write_baseline(path: &Path, report: &Report<'_>, loaded: &Loaded) -> anyhow::Result<Baseline> {
    let text = baseline::render(&report.findings, &loaded.sources, &loaded.project.sensitive, path);
    write_file(path, &text)?;
    read_baseline(path, loaded.sources.files())
}

/// Entries that match nothing any more would take in the next mistake of their kind.
fn complain_of_stale_entries(path: &Path, stale: &[Entry]) {
    for entry in stale {
        let times = match entry.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let place = [entry.file.as_str(), entry.address.as_str()];
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        complain(&format!(
            "warning: {}: stale entry: {} in {}{times}",
            path.display(),
            entry.rule,
            place.join(": ")
        ));
    }
    if !stale.is_empty() {
        complain("help: run `mirrorset check --write-baseline` to update the baseline");
    }
}
