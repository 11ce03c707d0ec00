//! `mirrorset check`.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::baseline::{self, Baseline, Entry};
use crate::check::{self, Choice, Decided, Report};
use crate::load::{Counterpart, Loaded, Options};
use crate::output;
use crate::suppress::Suppressions;

use super::arguments::{CheckArguments, OutputFormat};
use super::{Exit, complain, complain_of, is_coloured, load, print};

pub(super) fn run(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let here = || Counterpart::Near(PathBuf::from("."));
    let options = Options {
        counterpart: arguments.config.clone().map_or_else(here, Counterpart::At),
        ..options.clone()
    };
    let loaded = load(&arguments.input, &options)?;
    let settings = settings(arguments);
    let suppressions = Suppressions::find(&loaded.sources, &loaded.aside, today()?);
    let baseline = arguments.baseline.as_deref().map(read_baseline).transpose()?;
    let mut given = check::Given {
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
            print(&output::full::render(
                &report,
                &loaded.project,
                &loaded.sources,
                coloured,
            ))?;
        }
        OutputFormat::Concise => {
            print(&output::concise::render(&report, &loaded.sources))?;
            complain(&output::summary_line(
                &report.summary,
                &loaded.project,
                &report.findings,
            ));
        }
        OutputFormat::Json => print(&output::json::render(&report, &loaded.sources))?,
    }
    if let Some(path) = &arguments.baseline {
        complain_of_unmatched(path, &report.unmatched);
    }
    let found = report.failed && !arguments.exit_zero;
    Ok(
        match (
            loaded.failures.is_empty() && loaded.project.unreadable == 0,
            found,
        ) {
            (false, _) => Exit::Failure,
            (true, true) => Exit::Findings,
            (true, false) => Exit::Clean,
        },
    )
}

/// What was decided by the command line.
fn settings(arguments: &CheckArguments) -> check::Settings {
    let choice = Choice {
        select: arguments.rules.select.clone(),
        ignore: arguments.rules.ignore.clone(),
        strict: arguments.rules.strict,
        fail_on: arguments.rules.fail_on,
    };
    let mut decided = Decided::default();
    decided.lay_over(&choice);
    check::Settings {
        changes_info: !arguments.no_changes_info,
        otherwise: Rc::new(decided),
        ..check::Settings::default()
    }
}

/// The day on which suppressions are looked at, the same everywhere on earth: today, or the day of
/// `SOURCE_DATE_EPOCH` for those who want the same output again (reproducible-builds.org).
fn today() -> anyhow::Result<Date> {
    let time = match std::env::var_os("SOURCE_DATE_EPOCH") {
        None => Timestamp::now(),
        Some(text) => {
            let seconds = text.to_str().and_then(|text| text.trim().parse().ok());
            let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.context("SOURCE_DATE_EPOCH is not a number of seconds since 1970")?
        }
    };
    Ok(time.to_zoned(TimeZone::UTC).date())
}

fn read_baseline(path: &Path) -> anyhow::Result<Baseline> {
    Baseline::read(path).map_err(|error| anyhow!("{}: {error}", path.display()))
}

fn write_baseline(path: &Path, report: &Report<'_>, loaded: &Loaded) -> anyhow::Result<Baseline> {
    let text = baseline::render(&report.findings, &loaded.sources, &loaded.project.sensitive, path);
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    read_baseline(path)
}

/// Entries that match nothing any more would take in the next mistake of their kind.
fn complain_of_unmatched(path: &Path, unmatched: &[Entry]) {
    for entry in unmatched {
        let times = match entry.count {
            1 => String::new(),
            count => format!(" ({count} times)"),
        };
        let place = [entry.file.as_str(), entry.address.as_str()];
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        complain(&format!(
            "warning: {}: {} of {} is not found any more{times}",
            path.display(),
            entry.rule,
            place.join(": ")
        ));
    }
    if !unmatched.is_empty() {
        complain("help: write the baseline anew with `--write-baseline`");
    }
}
