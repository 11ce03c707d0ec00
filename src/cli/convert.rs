//! `mirrorset convert`.

use std::path::Path;

use anyhow::Context as _;

use crate::convert::{self, idms};
use crate::diagnostic::Diagnostic;
use crate::load::{Loaded, Options};
use crate::output;

use super::arguments::{ConvertArguments, Target};
use super::{Exit, complain, complain_of, load, print, refuses_settings};

pub(super) fn run(arguments: &ConvertArguments, options: &Options) -> anyhow::Result<Exit> {
    let loaded = load(&arguments.input, options)?;
    if refuses_settings(&loaded) {
        return Ok(Exit::Failure);
    }
    complain_of(&loaded);
    let broken = !loaded.project.problems.is_empty();
    show(&loaded.project.problems, &loaded);
    let incomplete = !loaded.failures.is_empty() || loaded.project.unreadable > 0;
    let exit = match (incomplete, broken) {
        (true, _) => Exit::Failure,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Clean,
    };
    match arguments.to {
        Target::Json => {
            print(&convert::json::convert(&loaded.project))?;
            Ok(exit)
        }
        // Half a mirror set would be taken for a whole one.
        Target::Idms if exit != Exit::Clean => Ok(exit),
        Target::Idms => manifests(arguments, &loaded),
    }
}

fn manifests(arguments: &ConvertArguments, loaded: &Loaded) -> anyhow::Result<Exit> {
    let options = idms::Options {
        name: arguments.name.clone(),
        skip_unresolved: arguments.skip_unresolved,
    };
    let conversion = match idms::convert(&loaded.project, &loaded.sources, &options) {
        Ok(conversion) => conversion,
        Err(findings) => {
            show(&findings, loaded);
            return Ok(Exit::Findings);
        }
    };
    for address in &conversion.skipped {
        complain(&format!(
            "warning: {address} is left out: not all of its values are known and may be written"
        ));
    }
    if let Some(directory) = &arguments.output {
        write(directory, &conversion.documents)?;
    } else {
        let documents: Vec<&str> = conversion
            .documents
            .iter()
            .map(|document| document.yaml.as_str())
            .collect();
        print(&documents.join("---\n"))?;
    }
    if conversion.documents.is_empty() && conversion.skipped.is_empty() {
        complain("warning: there is no image mirror to convert");
    }
    Ok(Exit::Clean)
}

fn write(directory: &Path, documents: &[idms::Document]) -> anyhow::Result<()> {
    std::fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    for document in documents {
        let path = directory.join(format!("{}.yaml", document.name.as_str()));
        std::fs::write(&path, &document.yaml)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Prints findings on standard error: standard output is the conversion's.
fn show(findings: &[Diagnostic], loaded: &Loaded) {
    if findings.is_empty() {
        return;
    }
    let text = output::full::findings(findings, &loaded.project.sensitive, &loaded.sources, false);
    complain(text.trim_end());
}
