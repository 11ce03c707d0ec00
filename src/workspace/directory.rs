//! The files of a directory that Terraform reads, in its order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use terraform_eval::source::{FileId, FileKind, Files};
use terraform_eval::syntax::document::{Format, parse_variables};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::Attribute;

use crate::workspace::Loaded;
use crate::workspace::discovery::is_configuration;

/// Reads a file; one that cannot be read is a finding.
pub(crate) fn read(path: &Path, loaded: &mut Loaded) -> Option<FileId> {
    match loaded.sources.read(path) {
        Ok(file) => {
            loaded.project.files += 1;
            Some(file)
        }
        Err(error) => {
            loaded.refuse(path, &error);
            None
        }
    }
}

/// The configuration files of a directory, by name. Where `main.tofu` and `main.tf` are both there, the
/// first one counts, as it does for OpenTofu.
pub(crate) fn configuration_files(directory: &Path, files: &dyn Files) -> Vec<PathBuf> {
    let files = files_of(directory, files, is_configuration);
    let names: BTreeSet<String> = files.iter().map(|path| name_of(path)).collect();
    let replaced = |path: &PathBuf| {
        let name = name_of(path);
        let other = match name.strip_suffix(".tf.json") {
            Some(stem) => format!("{stem}.tofu.json"),
            None => format!("{}.tofu", name.strip_suffix(".tf").unwrap_or(&name)),
        };
        other != name && names.contains(&other)
    };
    files.into_iter().filter(|path| !replaced(path)).collect()
}

/// The arguments of the tfvars files that Terraform reads on its own, in its order.
pub(crate) fn read_values(
    directory: &Path,
    loaded: &mut Loaded,
    problems: &mut Vec<SyntaxError>,
) -> Vec<Attribute> {
    let ends = |path: &Path, endings: [&str; 2]| endings.iter().any(|ending| name_of(path).ends_with(ending));
    let mut files = Vec::new();
    for name in ["terraform.tfvars", "terraform.tfvars.json"] {
        files.extend(files_of(directory, loaded.sources.files(), |path| {
            name_of(path) == name
        }));
    }
    files.extend(files_of(directory, loaded.sources.files(), |path| {
        ends(path, [".auto.tfvars", ".auto.tfvars.json"])
    }));
    let mut values = Vec::new();
    for path in files {
        let Some(file) = read(&path, loaded) else { continue };
        let (attributes, found) = parse_variables(file, loaded.sources.text(file), Format::from_path(&path));
        values.extend(attributes);
        problems.extend(found);
    }
    values
}

/// Whether a file changes what others declare (`override.tf`, `x_override.tf.json`).
pub(crate) fn is_override(path: &Path) -> bool {
    let name = name_of(path);
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

fn files_of(directory: &Path, files: &dyn Files, is_wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let entries = files.list(directory).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| entry.kind != FileKind::Directory)
        .map(|entry| directory.join(entry.name))
        .filter(|path| is_wanted(path))
        .collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
