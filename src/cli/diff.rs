//! `mirrorset diff`.

use std::path::Path;

use crate::compare::{chosen, compare};
use crate::load::{Loaded, Options};
use crate::mirror_set::gather;
use crate::output::comparison;

use super::arguments::{DiffArguments, DiffFormat};
use super::{Exit, load, print, whole};

pub(super) fn run(arguments: &DiffArguments, options: &Options) -> anyhow::Result<Exit> {
    let (first, second) = (&arguments.before, &arguments.after);
    anyhow::ensure!(
        [first, second].iter().any(|path| *path != Path::new("-")),
        "`-` reads standard input, which can be one of the two inputs alone"
    );
    let read = |path: &Path| load(&[path.to_owned()], &arguments.reading, options);
    let (before, after) = (read(first)?, read(second)?);
    // Half of the mirrors would be taken for all of them: that is no comparison, and no difference either.
    if [&before, &after].map(whole_or_told) != [true, true] {
        return Ok(Exit::Failure);
    }
    let (first, second) = (gather(&before.project), gather(&after.project));
    let wanted = arguments.cluster.as_deref();
    let comparison = compare(&chosen(&first, wanted)?, &chosen(&second, wanted)?)?;
    print(&match arguments.output_format {
        DiffFormat::Full => comparison::full(&comparison, [&before.sources, &after.sources]),
        DiffFormat::Json => comparison::json(&comparison),
    })?;
    Ok(if comparison.is_same() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

fn whole_or_told(loaded: &Loaded) -> bool {
    whole(loaded) == Exit::Clean
}
