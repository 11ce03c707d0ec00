//! `mirrorset diff`.

use std::path::Path;

use crate::cluster_mirrors::{by_cluster, manifest_issues};
use crate::compare::{compare, select_cluster};
use crate::output::diff;
use crate::workspace::{Loaded, Options};

use super::arguments::{DiffArguments, DiffFormat};
use super::exit::Exit;
use super::loading::load;
use super::terminal::{eprint_findings, eprint_load_status, print};

pub(super) fn run(arguments: &DiffArguments, options: &Options) -> anyhow::Result<Exit> {
    let (first, second) = (&arguments.before, &arguments.after);
    anyhow::ensure!(
        [first, second].iter().any(|path| *path != Path::new("-")),
        "only one of the two inputs can be `-` (standard input)"
    );
    let read = |path: &Path| load(&[path.to_owned()], &arguments.reading, options);
    let (before, after) = (read(first)?, read(second)?);
    // A part of the mirrors must not be taken for all of them.
    let [before_loaded, after_loaded] = [&before, &after].map(loaded_cleanly);
    if !(before_loaded && after_loaded) {
        return Ok(Exit::Failure);
    }
    let (first, second) = (by_cluster(&before.project), by_cluster(&after.project));
    let wanted = arguments.cluster.as_deref();
    let (first, second) = (select_cluster(&first, wanted)?, select_cluster(&second, wanted)?);
    let issue_counts = [(&before, &first), (&after, &second)].map(|(loaded, clusters)| {
        let issues = manifest_issues(&loaded.project, clusters);
        eprint_findings(&issues, loaded);
        issues.len()
    });
    let comparison = compare(&first, &second)?;
    print(&match arguments.output_format {
        DiffFormat::Full => diff::full(&comparison, [&before.sources, &after.sources]),
        DiffFormat::Json => diff::json(&comparison),
    })?;
    // A part of a manifest that cannot be read may hold a difference.
    Ok(if comparison.is_same() && issue_counts == [0, 0] {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Prints what was not loaded, and returns whether everything was.
fn loaded_cleanly(loaded: &Loaded) -> bool {
    eprint_load_status(loaded);
    Exit::from_loaded(loaded) == Exit::Clean
}
