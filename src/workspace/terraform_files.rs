//! The files of a directory that Terraform reads, in the order in which it reads them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::FileRole;
use crate::workspace::input_files::InputFiles;
use terraform_eval::dialect::Engine;
use terraform_eval::source::{FileKind, Files};
use terraform_eval::syntax::document::{Format, parse_variables};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Attribute;

/// Whether Terraform or OpenTofu reads a file of this name as configuration. Like Terraform, this ignores hidden
/// files and the backup files of editors.
pub(crate) fn is_configuration(path: &Path) -> bool {
    let name = name_of(path);
    let is_ignored =
        name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    !is_ignored
        && [".tf", ".tf.json", ".tofu", ".tofu.json"]
            .iter()
            .any(|ending| name.ends_with(ending))
}

/// Whether OpenTofu alone reads a configuration file of this name.
pub(crate) fn is_for_opentofu(path: &Path) -> bool {
    const ENDINGS: [&str; 2] = [".tofu", ".tofu.json"];
    let name = name_of(path);
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The files of a directory that Terraform or OpenTofu reads as configuration, by name.
pub(crate) fn configuration_files(directory: &Path, files: &dyn Files) -> Vec<PathBuf> {
    list_files(directory, files, is_configuration)
}

/// The configuration files of a directory, as one program reads them.
#[derive(Debug, Default)]
pub(crate) struct EngineFiles {
    /// The files that it reads, by name.
    pub(crate) read: Vec<PathBuf>,
    /// The files that the other program reads, with the reason.
    pub(crate) skipped: Vec<(PathBuf, String)>,
}

impl EngineFiles {
    /// Divides the configuration files of a directory. Terraform reads no `.tofu` file; if there are both `main.tofu` and
    /// `main.tf`, OpenTofu reads only `main.tofu`.
    pub(crate) fn of(directory: &Path, engine: Engine, files: &dyn Files) -> Self {
        let paths = configuration_files(directory, files);
        let names: BTreeSet<String> = paths.iter().map(|path| name_of(path)).collect();
        let mut divided = Self::default();
        for path in paths {
            let reason = match engine {
                Engine::Terraform => is_for_opentofu(&path).then(|| {
                    "only OpenTofu reads the file, and Terraform evaluates the configuration".to_owned()
                }),
                Engine::OpenTofu => opentofu_name(&path)
                    .filter(|name| names.contains(name))
                    .map(|name| {
                        format!("OpenTofu, which evaluates the configuration, reads {name} in its place")
                    }),
            };
            match reason {
                Some(reason) => divided.skipped.push((path, reason)),
                None => divided.read.push(path),
            }
        }
        divided
    }
}

/// The name of the file that takes the place of a `.tf` file in OpenTofu.
fn opentofu_name(path: &Path) -> Option<String> {
    let name = name_of(path);
    if let Some(stem) = name.strip_suffix(".tf.json") {
        return Some(format!("{stem}.tofu.json"));
    }
    name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu"))
}

/// The arguments of the tfvars files that Terraform loads automatically.
pub(crate) fn read_automatic_variables(
    directory: &Path,
    tree: &Path,
    files: &mut InputFiles,
    syntax_errors: &mut Vec<SyntaxError>,
) -> Vec<Attribute> {
    let disk = files.sources.files();
    let mut paths = Vec::new();
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        paths.extend(list_files(directory, disk, |path| name_of(path) == name));
    }
    paths.extend(list_files(directory, disk, |path| {
        is_automatic_variables(path) && !name_of(path).starts_with("terraform.tfvars")
    }));
    let mut attributes = Vec::new();
    for path in paths {
        attributes.extend(read_variables(&path, Some(tree), files, syntax_errors));
    }
    attributes
}

/// Whether Terraform loads a file of this name automatically.
pub(crate) fn is_automatic_variables(path: &Path) -> bool {
    let name = name_of(path);
    matches!(&*name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// Whether a file has values of variables, by its name.
pub(crate) fn is_variables(path: &Path) -> bool {
    let name = name_of(path);
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// The arguments of a tfvars file. `tree` is the project tree, unless a user names the file.
pub(crate) fn read_variables(
    path: &Path,
    tree: Option<&Path>,
    files: &mut InputFiles,
    syntax_errors: &mut Vec<SyntaxError>,
) -> Vec<Attribute> {
    let file = match tree {
        Some(tree) => files.read_in_tree(path, tree, FileRole::Variables),
        None => files.read(path, FileRole::Variables),
    };
    let Some(file) = file else {
        return Vec::new();
    };
    let (attributes, errors) = parse_variables(file, files.sources.text(file), Format::from_path(path));
    syntax_errors.extend(errors);
    attributes
}

/// Whether a file overrides what others declare (`override.tf`, `x_override.tf.json`).
pub(crate) fn is_override(path: &Path) -> bool {
    let name = name_of(path);
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

fn list_files(directory: &Path, files: &dyn Files, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = files.list(directory).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter(|entry| entry.kind != FileKind::Directory)
        .map(|entry| directory.join(entry.name))
        .filter(|path| is_wanted(path))
        .collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
