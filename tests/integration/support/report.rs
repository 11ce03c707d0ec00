//! The report about a loaded project, with default settings.

use mirrorset::testing::check::{CheckContext, CheckSettings, Report, check};
use mirrorset::testing::diagnostic::Severity;
use mirrorset::testing::output::Style;
use mirrorset::testing::output::check::{Format, ReportView, Repository};
use mirrorset::testing::parallel::Threads;
use mirrorset::testing::suppress::Suppressions;
use mirrorset::testing::workspace::Loaded;

use crate::support::program::UNDECLARED_PROVIDER;

/// Checks a project; suppressions apply. Tests leave out the declaration of the provider, and what is reported about
/// that.
pub(crate) fn report(loaded: &Loaded) -> Report<'_> {
    report_by(loaded, Threads::OF_PROCESSOR)
}

/// The same, with a number of threads.
pub(crate) fn report_by(loaded: &Loaded, threads: Threads) -> Report<'_> {
    let today = jiff::civil::date(2026, 11, 22);
    let given = CheckContext {
        sources: &loaded.sources,
        settings: &CheckSettings::default(),
        suppressions: &Suppressions::find(&loaded.sources, &loaded.unrelated_files, today),
        baseline: None,
        threads,
    };
    let mut report = check(&loaded.project, given);
    report
        .findings
        .retain(|finding| finding.severity != Severity::Info || finding.message != UNDECLARED_PROVIDER);
    report
}

/// A report in a format, with colors.
pub(crate) fn render(format: &Format, report: &Report<'_>, loaded: &Loaded) -> String {
    let view = ReportView {
        report,
        project: &loaded.project,
        errors: &loaded.errors,
        fixed: None,
        sources: &loaded.sources,
        repository: &Repository::default(),
        style: Style {
            colors: true,
            ..Style::default()
        },
        is_quiet: false,
        is_file: false,
    };
    (format.render)(&view).document.as_str().to_owned()
}
