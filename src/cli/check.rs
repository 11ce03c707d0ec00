//! `mirrorset check`.

use std::path::PathBuf;

use crate::check;
use crate::diagnostic::Severity;
use crate::load::{Counterpart, Options};
use crate::output;

use super::arguments::{CheckArguments, OutputFormat};
use super::{Exit, complain, complain_of, is_coloured, load, print};

pub(super) fn run(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let here = || Counterpart::Near(PathBuf::from("."));
    let options = Options {
        counterpart: arguments.config.clone().map_or_else(here, Counterpart::At),
        ..options.clone()
    };
    let loaded = load(&arguments.input, &options)?;
    let settings = check::Settings {
        changes_info: !arguments.no_changes_info,
    };
    let report = check::check(&loaded.project, settings);
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
    let found = report.worst() >= Some(Severity::Warning) && !arguments.exit_zero;
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
