//! `mirrorset diff`.

use std::path::Path;

use crate::cluster_mirrors::{by_cluster, manifest_issues};
use crate::compare::{Side, compare, select_cluster};
use crate::model::Hides;
use crate::output::diff;
use crate::rules::report_unfinished_plans;
use crate::workspace::{Loaded, Options};

use super::arguments::{DiffArguments, DiffFormat};
use super::exit::Exit;
use super::loading::{STDIN, load};
use super::terminal::{eprint_findings, eprint_load_status, print, stdout_style};

pub(super) fn run(arguments: &DiffArguments, options: &Options) -> anyhow::Result<Exit> {
    anyhow::ensure!(
        [&arguments.before, &arguments.after]
            .iter()
            .any(|path| *path != Path::new(STDIN)),
        "only one of the two inputs can be `-` (standard input)"
    );
    let read = |path: &Path| load(&[path.to_owned()], &arguments.reading, options);
    let (before, after) = (read(&arguments.before)?, read(&arguments.after)?);
    // A comparison of partially loaded inputs would be wrong.
    let [before_loaded, after_loaded] = [&before, &after].map(loaded_cleanly);
    if !(before_loaded && after_loaded) {
        return Ok(Exit::Failure);
    }
    let (all_before, all_after) = (by_cluster(&before.project), by_cluster(&after.project));
    let name = arguments.cluster.as_deref();
    let clusters_before = select_cluster(&all_before, name)?;
    let clusters_after = select_cluster(&all_after, name)?;
    let issue_counts = [(&before, &clusters_before), (&after, &clusters_after)].map(|(loaded, clusters)| {
        let mut issues = manifest_issues(&loaded.project, clusters);
        issues.extend(report_unfinished_plans(&loaded.project));
        eprint_findings(&issues, loaded);
        let skipped = loaded.project.coverage.skipped.iter();
        let hidden = skipped.filter(|skipped| skipped.is_gap() && skipped.hides == Hides::Certainly);
        issues.len() + hidden.count()
    });
    let comparison = compare(&clusters_before, &clusters_after)?;
    let sides = [&before, &after].map(|loaded| Side::of(&loaded.project));
    print(&match arguments.output_format {
        DiffFormat::Full => {
            diff::full(&comparison, [&before.sources, &after.sources], sides).wrapped(stdout_style())
        }
        DiffFormat::Json => diff::json(&comparison, sides),
    })?;
    // There may be differences in what is not read, and in what a plan lacks.
    Ok(if comparison.is_same() && issue_counts == [0, 0] {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Prints the errors and warnings of loading, and returns whether everything was loaded.
fn loaded_cleanly(loaded: &Loaded) -> bool {
    eprint_load_status(loaded);
    Exit::from_loaded(loaded) == Exit::Clean
}
