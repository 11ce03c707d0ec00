//! Files of other kinds below the given paths: they are counted, and reported if they may hide mirrors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::{FileRole, Hides, SkipReason, Skipped};
use crate::readers::manifest;
use crate::workspace::input_files::InputFiles;
use crate::workspace::name_kind::NameKind;
use terraform_eval::source::display_name;

/// Words by which Terraform's mirrors are declared: the resource, the input of Red Hat's module, and its submodule.
const TERRAFORM_WORDS: [&str; 2] = ["image_mirror", "image-mirror"];

/// Why a plan or a state that was found is not read.
pub(crate) const UNNAMED_PLAN: &str = "a plan or state is read only if it is named";

/// What to do about a file of variables that is not loaded.
const UNUSED_VARIABLES: &str =
    "no root module loads this file of variables: give it with `--var-file` or list it in `var-files`";

/// Counts files that were found and are not read. `accessed` are the files that the configuration reads.
pub(crate) fn report_other_files(others: &[PathBuf], accessed: &BTreeSet<PathBuf>, files: &mut InputFiles) {
    let loaded = loaded_variables(files);
    let is_used = |path: &&PathBuf| accessed.contains(*path) || loaded.contains(*path);
    for path in others.iter().filter(|path| !is_used(path)) {
        let skipped = skipped_file(path, NameKind::of(path), files);
        files.skipped.extend(skipped);
    }
}

/// The canonical paths of the files of variables that were read.
fn loaded_variables(files: &InputFiles) -> BTreeSet<PathBuf> {
    let variables = files
        .roles
        .iter()
        .filter(|(_, role)| **role == FileRole::Variables);
    let paths = variables.filter_map(|(file, _)| files.sources.file(*file).path());
    paths
        .map(|path| files.sources.files().canonical_path(path))
        .collect()
}

/// What is reported of a file of another kind; `None` if it has nothing to do with mirrors.
pub(crate) fn skipped_file(path: &Path, kind: NameKind, files: &InputFiles) -> Option<Skipped> {
    let name = display_name(&files.trees.shown_path(path));
    let is_hiding = |words: &[&str]| {
        let text = read_lossy(path, files);
        words.iter().any(|word| text.contains(word))
    };
    let (mut skipped, hides) = match kind {
        NameKind::Variables => (
            Skipped::new(name, SkipReason::UnusedVariables, UNUSED_VARIABLES),
            is_hiding(&["irror"]),
        ),
        NameKind::State => (Skipped::new(name, SkipReason::UnnamedPlan, UNNAMED_PLAN), false),
        NameKind::Other(message) => (
            Skipped::new(name, SkipReason::UnknownKind, message),
            is_hiding(&TERRAFORM_WORDS),
        ),
        _ => return unopened_template(path, files),
    };
    if hides {
        skipped.hides = Hides::Possibly;
    }
    Some(skipped)
}

fn read_lossy(path: &Path, files: &InputFiles) -> String {
    let bytes = files.sources.files().read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A template of a text that declares a set of mirrors; `None` for any other file.
pub(crate) fn unopened_template(path: &Path, files: &InputFiles) -> Option<Skipped> {
    if NameKind::of(path) != NameKind::Template {
        return None;
    }
    let text = read_lossy(path, files);
    if !manifest::declares_mirrors(&text) && !manifest::names_lists(&text) {
        return None;
    }
    let name = display_name(&files.trees.shown_path(path));
    let message = "the file names a mirror set, and it is not read because it is the template of a file";
    let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
    skipped.help = Some("check the manifest that results from it".to_owned());
    Some(skipped)
}
