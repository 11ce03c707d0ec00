//! `mirrorset check --fix` and `--diff`.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};

use crate::diagnostic::{Applicability, Diagnostic, pluralize};
use crate::fix::{self, FixOutcome};
use crate::output::check::Fixed;
use crate::output::patch;
use crate::session::{Session, SessionOptions};
use crate::workspace::InputPaths;
use terraform_eval::source::{Files, Sources};

use super::arguments::CheckArguments;
use super::exit::Exit;
use super::progress_line::with_progress;
use super::terminal::{eprint_findings, eprint_line, eprint_load_messages, print};

/// Applies the fixes and writes the files.
pub(super) fn apply(arguments: &CheckArguments, options: &SessionOptions) -> anyhow::Result<Fixed> {
    let outcome = run_fixes(arguments, options)?;
    fix::write(&outcome)
        .map_err(|(path, error)| anyhow!("{} {error}", path.display()))
        .context("the fixes could not be written")?;
    if outcome.fixed > 0 && !arguments.quiet {
        let files = outcome.changes.len();
        eprint_line(&format!(
            "{} fixed in {}",
            pluralize(outcome.fixed, "finding"),
            pluralize(files, "file")
        ));
    }
    let mut files: Vec<String> = outcome
        .changes
        .values()
        .map(|change| change.name.clone())
        .collect();
    files.sort();
    Ok(Fixed {
        findings: outcome.fixed,
        files,
    })
}

/// Prints the changes that the fixes would make.
pub(super) fn print_diff(arguments: &CheckArguments, options: &SessionOptions) -> anyhow::Result<Exit> {
    let loaded = with_progress(&options.load.progress, || options.inputs.load(&options.load));
    eprint_load_messages(&loaded);
    let outcome = run_fixes(arguments, options)?;
    let text = patch::render(
        outcome.changes.values(),
        &loaded.project.sensitive,
        &loaded.sources,
    );
    print(&text)?;
    if !loaded.is_complete() {
        return Ok(Exit::Failure);
    }
    let exit = if text.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    };
    Ok(exit.without_findings(arguments.exit_zero))
}

/// Applies the fixes in memory, and prints warnings about them.
fn run_fixes(arguments: &CheckArguments, options: &SessionOptions) -> anyhow::Result<FixOutcome> {
    anyhow::ensure!(
        matches!(options.inputs, InputPaths::Paths(_)),
        "cannot fix standard input"
    );
    let max_applicability = if arguments.fixes.unsafe_fixes {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    };
    let check = |files| check_files(options, files);
    let outcome = fix::fix(&options.load.files, max_applicability, check)?;
    for fix in &outcome.skipped {
        eprint_line(&format!(
            "warning: {fix}: fix skipped because it would introduce a new error"
        ));
    }
    if outcome.has_more {
        eprint_line("warning: fixes did not converge; keeping the result of the last round");
    }
    Ok(outcome)
}

/// Checks the inputs as `files` has them.
fn check_files(
    options: &SessionOptions,
    files: Arc<dyn Files>,
) -> anyhow::Result<(Vec<Diagnostic>, Sources)> {
    let session = with_progress(&options.load.progress, || Session::open_over(options, files))?;
    if !session.configuration_errors().is_empty() {
        eprint_findings(session.configuration_errors(), &session.loaded);
        anyhow::bail!("no fixes applied because of errors in the settings");
    }
    let findings = session.check().findings;
    Ok((findings, session.loaded.sources))
}
