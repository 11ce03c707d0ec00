//! The files of a directory that Terraform reads, in the order in which it reads them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::FileRole;
use crate::workspace::configuration_names::{
    is_automatic_variables, is_configuration, is_for_opentofu, name_of,
};
use crate::workspace::input_files::InputFiles;
use terraform_eval::dialect::Engine;
use terraform_eval::source::{FileKind, Files};
use terraform_eval::syntax::document::{Format, parse_variables};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Attribute;

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
        let names: BTreeSet<String> = paths.iter().map(|path| name_of(path).into_owned()).collect();
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

fn list_files(directory: &Path, files: &dyn Files, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = files.list(directory).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter(|entry| entry.kind != FileKind::Directory)
        .map(|entry| directory.join(&*entry.name))
        .filter(|path| is_wanted(path))
        .collect();
    paths.sort();
    paths
}
