//! The report about a loaded project, with default settings.

use mirrorset::testing::check::{CheckContext, CheckSettings, Report, check};
use mirrorset::testing::output::check::{Format, ReportView};
use mirrorset::testing::suppress::Suppressions;
use mirrorset::testing::workspace::Loaded;

/// Checks a project; suppressions apply.
pub(crate) fn report(loaded: &Loaded) -> Report<'_> {
    let today = jiff::civil::date(2026, 11, 22);
    let given = CheckContext {
        sources: &loaded.sources,
        settings: &CheckSettings::default(),
        suppressions: &Suppressions::find(&loaded.sources, &loaded.unrelated_files, today),
        baseline: None,
    };
    check(&loaded.project, given)
}

/// A report in a format, with colors.
pub(crate) fn render(format: &Format, report: &Report<'_>, loaded: &Loaded) -> String {
    let view = ReportView {
        report,
        project: &loaded.project,
        sources: &loaded.sources,
        use_colors: true,
    };
    (format.render)(&view).stdout
}
