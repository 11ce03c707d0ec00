//! What a file of Terraform is, by its name.

use std::borrow::Cow;
use std::path::Path;

/// The name of the dependency lock file.
pub(crate) const LOCK_FILE: &str = ".terraform.lock.hcl";

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

/// Whether a file overrides what others declare (`override.tf`, `x_override.tf.json`).
pub(crate) fn is_override(path: &Path) -> bool {
    let name = name_of(path);
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

/// The name of a file, without its directory.
pub(crate) fn name_of(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}
