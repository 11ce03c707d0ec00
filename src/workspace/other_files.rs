//! Files of other kinds below the given paths: they are counted, and reported if they may hide mirrors.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::baseline::is_baseline;
use crate::model::{FileRole, Hides, SkipReason, Skipped};
use crate::provider;
use crate::readers::manifest;
use crate::workspace::input_files::InputFiles;
use crate::workspace::name_kind::{NameKind, is_compressed, may_be_text};
use terraform_eval::source::display_name;

/// Words by which a file of another tool passes on mirrors, or calls what declares them.
const WORDS: [&str; 2] = ["irror", "terraform-redhat/"];

/// Why a plan or a state that was found is not read.
pub(crate) const UNNAMED_PLAN: &str = "a plan or state is read only if it is named";

/// What to do about a file of variables that is not loaded.
const UNUSED_VARIABLES: &str =
    "no root module loads this file of variables: give it with `--var-file` or list it in `var-files`";

/// Counts files that were found and are not read, unless a root module uses them.
pub(crate) fn report_other_files(
    others: &BTreeSet<PathBuf>,
    is_used: &dyn Fn(&Path) -> bool,
    files: &mut InputFiles,
) {
    let loaded = loaded_variables(files);
    for path in others
        .iter()
        .filter(|path| !is_used(path) && !loaded.contains(*path))
    {
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
        NameKind::Variables | NameKind::AutomaticVariables => (
            Skipped::new(name, SkipReason::UnusedVariables, UNUSED_VARIABLES),
            is_hiding(&["irror"]),
        ),
        NameKind::State => (Skipped::new(name, SkipReason::UnnamedPlan, UNNAMED_PLAN), false),
        NameKind::Other(message) => (
            Skipped::new(name, SkipReason::UnknownKind, message),
            is_hiding(&WORDS),
        ),
        _ if is_compressed(path) => {
            let message = "compressed files are not read";
            (Skipped::new(name, SkipReason::UnknownKind, message), false)
        }
        _ => return unopened_text(path, files),
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

/// A template, a script or another text that declares a set of mirrors; `None` for any other file.
pub(crate) fn unopened_text(path: &Path, files: &InputFiles) -> Option<Skipped> {
    let kind = NameKind::of(path);
    let why = match kind {
        NameKind::Template => "it is the template of a file",
        NameKind::Script => "it is a script",
        _ if may_be_text(path) => "its name does not end in `.yaml`, `.yml` or `.json`",
        _ => return None,
    };
    let text = read_lossy(path, files);
    let is_manifest = manifest::declares_mirrors(&text) || manifest::names_lists(&text);
    // Notes and logs name resources as well.
    let is_elsewhere = matches!(kind, NameKind::Template | NameKind::Script) && declares_elsewhere(&text);
    if !is_manifest && !is_elsewhere {
        return None;
    }
    let name = display_name(&files.trees.shown_path(path));
    let message = format!("the file names a mirror set, and it is not read because {why}");
    let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
    skipped.help = Some("check the manifest that results from it".to_owned());
    Some(skipped)
}

/// A file of another tool that passes on mirrors; `None` for any other file. It is YAML or JSON, and no manifest.
pub(crate) fn of_other_tool(
    name: String,
    path: Option<&Path>,
    text: &str,
    files: &InputFiles,
) -> Option<Skipped> {
    // A report or a baseline of this program names mirrors as well. A report has the name of the tool or links to its rules.
    let names_tool = ["\"mirrorset\"", "/mirrorset/mirrorset/"]
        .iter()
        .any(|name| text.contains(name));
    let is_report = text.trim_start().starts_with(['{', '[']) && names_tool;
    let (message, help) = if declares_elsewhere(text) && !is_report && !is_baseline(text) {
        (
            "the file names image mirrors of another tool, and no configuration reads it",
            "check the configuration or the plan that results from it",
        )
    } else if text.contains("irror") && path.is_some_and(|path| is_of_chart(path, files)) {
        (
            "the file belongs to a Helm chart, which is not rendered",
            "render the chart with `helm template`, and check the output",
        )
    } else {
        return None;
    };
    let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
    skipped.help = Some(help.to_owned());
    Some(skipped)
}

/// Whether a file lies in the directory of a Helm chart, or next to the templates in it.
fn is_of_chart(path: &Path, files: &InputFiles) -> bool {
    let mut directories = path.ancestors().skip(1).take(2);
    directories.any(|directory| files.sources.files().is_file(&directory.join("Chart.yaml")))
}

/// Whether a text declares mirrors in another form than a manifest, as far as its words tell: for Terraform, for the rosa
/// command, in a program for Pulumi or CDK for Terraform, or as a file of the nodes.
fn declares_elsewhere(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        provider::types::IMAGE_MIRROR,
        provider::modules::IMAGE_MIRRORS_INPUT,
        "create image-mirror",
        "index:ImageMirror",
        "rhcs:ImageMirror",
        provider::types::SOURCE,
        "/containers/registries.conf",
        "[[registry.mirror]]",
    ];
    WORDS.iter().any(|word| text.contains(word))
}
