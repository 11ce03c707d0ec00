//! `mirrorset diff`.

use std::path::Path;

use crate::cluster_mirrors::{gather, mistakes};
use crate::compare::{chosen, compare};
use crate::output::diff;
use crate::workspace::{Loaded, Options};

use super::arguments::{DiffArguments, DiffFormat};
use super::{Exit, load, print, show, whole};

pub(super) fn run(arguments: &DiffArguments, options: &Options) -> anyhow::Result<Exit> {
    let (first, second) = (&arguments.before, &arguments.after);
    anyhow::ensure!(
        [first, second].iter().any(|path| *path != Path::new("-")),
        "only one of the two inputs can be `-` (standard input)"
    );
    let read = |path: &Path| load(&[path.to_owned()], &arguments.reading, options);
    let (before, after) = (read(first)?, read(second)?);
    // Half of the mirrors would be taken for all of them: that is no comparison, and no difference either.
    if [&before, &after].map(whole_or_told) != [true, true] {
        return Ok(Exit::Failure);
    }
    let (first, second) = (gather(&before.project), gather(&after.project));
    let wanted = arguments.cluster.as_deref();
    let (first, second) = (chosen(&first, wanted)?, chosen(&second, wanted)?);
    let wrong = [(&before, &first), (&after, &second)].map(|(loaded, sets)| {
        let mistakes = mistakes(&loaded.project, sets);
        show(&mistakes, loaded);
        !mistakes.is_empty()
    });
    let comparison = compare(&first, &second)?;
    print(&match arguments.output_format {
        DiffFormat::Full => diff::full(&comparison, [&before.sources, &after.sources]),
        DiffFormat::Json => diff::json(&comparison),
    })?;
    // What a mistake in a manifest keeps from being read may be a difference.
    Ok(if comparison.is_same() && wrong == [false, false] {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

fn whole_or_told(loaded: &Loaded) -> bool {
    whole(loaded) == Exit::Clean
}
