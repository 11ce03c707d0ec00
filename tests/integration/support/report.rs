//! What a check says of what was loaded, with nothing decided by the user but what stands in the files.

use mirrorset::check::{CheckContext, CheckSettings, Report, check};
use mirrorset::suppress::Suppressions;
use mirrorset::workspace::Loaded;

/// The report, suppressions included.
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
