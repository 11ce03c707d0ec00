//! `mirrorset check --fix` and `--diff`.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use similar::TextDiff;

use crate::check;
use crate::diagnostic::{Applicability, Diagnostic, pluralize};
use crate::fix::{self, FixOutcome};
use crate::suppress::Suppressions;
use crate::workspace::Options;
use terraform_eval::source::{Files, Sources};

use super::arguments::CheckArguments;
use super::check::{choice, read_baseline, settings, today};
use super::{Exit, complain, complain_of, load, print, refuses_settings};

/// Makes the fixes and writes the files.
pub(super) fn write(arguments: &CheckArguments, options: &Options) -> anyhow::Result<()> {
    let outcome = outcome(arguments, options)?;
    fix::write(&outcome)
        .map_err(|(path, error)| anyhow::Error::new(error).context(path.display().to_string()))
        .context("some fixes could not be written")?;
    if outcome.fixed > 0 {
        let files = outcome.changes.len();
        complain(&format!(
            "{} fixed in {}",
            pluralize(outcome.fixed, "finding"),
            pluralize(files, "file")
        ));
    }
    Ok(())
}

/// Prints what the fixes would change.
pub(super) fn diff(arguments: &CheckArguments, options: &Options) -> anyhow::Result<Exit> {
    let loaded = load(&arguments.input.paths, &arguments.input.reading, options)?;
    complain_of(&loaded);
    let outcome = outcome(arguments, options)?;
    let mut text = String::new();
    for change in outcome.changes.values() {
        let diff = TextDiff::from_lines(&change.before, &change.after);
        let (old, new) = (format!("a/{}", change.name), format!("b/{}", change.name));
        text.push_str(&diff.unified_diff().header(&old, &new).to_string());
    }
    print(&text)?;
    let incomplete = !loaded.errors.is_empty() || loaded.project.unreadable > 0;
    Ok(match (incomplete, text.is_empty() || arguments.exit_zero) {
        (true, _) => Exit::Failure,
        (false, false) => Exit::Findings,
        (false, true) => Exit::Clean,
    })
}

fn outcome(arguments: &CheckArguments, options: &Options) -> anyhow::Result<FixOutcome> {
    let stdin = arguments.input.paths.iter().any(|path| path == Path::new("-"));
    anyhow::ensure!(!stdin, "cannot fix standard input");
    let most = if arguments.fixes.unsafe_fixes {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    };
    let outcome = fix::fix(&options.files, most, |files| findings(arguments, options, files))?;
    for fix in &outcome.skipped {
        complain(&format!(
            "warning: {fix}: fix skipped because it would introduce a new error"
        ));
    }
    if outcome.has_more {
        complain("warning: fixes did not converge; keeping the result of the last round");
    }
    Ok(outcome)
}

/// The findings with these files.
fn findings(
    arguments: &CheckArguments,
    options: &Options,
    files: Arc<dyn Files>,
) -> anyhow::Result<(Vec<Diagnostic>, Sources)> {
    let options = Options {
        files,
        ..options.clone()
    };
    let mut loaded = load(&arguments.input.paths, &arguments.input.reading, &options)?;
    let settings = settings(arguments, &choice(&arguments.rules), &mut loaded);
    anyhow::ensure!(
        !refuses_settings(&loaded),
        "no fixes applied because of errors in the settings"
    );
    let suppressions = Suppressions::find(&loaded.sources, &loaded.unrelated_files, today()?);
    let baseline = arguments
        .baseline
        .as_deref()
        .map(|path| read_baseline(path, loaded.sources.files()))
        .transpose()?;
    let given = check::CheckContext {
        sources: &loaded.sources,
        settings: &settings,
        suppressions: &suppressions,
        baseline: baseline.as_ref(),
    };
    let findings = check::check(&loaded.project, given).findings;
    Ok((findings, loaded.sources))
}
