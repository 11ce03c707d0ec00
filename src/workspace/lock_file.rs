//! The dependency lock file, which has native syntax whatever the configuration is written in.

use std::path::Path;

use crate::model::FileRole;
use crate::provider;
use crate::workspace::input_files::InputFiles;
use terraform_eval::modules::requirements;
use terraform_eval::source::Span;
use terraform_eval::syntax::document::{Format, parse_file};

/// The name of the file.
pub(crate) const LOCK_FILE: &str = ".terraform.lock.hcl";

/// The version of the rhcs provider that the lock file of a root module selects. Terraform writes that file, so
/// errors in it are not reported.
pub(crate) fn locked_provider_version(
    directory: &Path,
    tree: &Path,
    files: &mut InputFiles,
) -> Option<(String, Span)> {
    let path = directory.join(LOCK_FILE);
    if !files.sources.files().is_file(&path) {
        return None;
    }
    let file = files.read_in_tree(&path, tree, FileRole::LockFile)?;
    let text = files.sources.text(file);
    let blocks = parse_file(file, text, Format::Native).items;
    let entry = blocks.iter().find(|block| {
        &*block.kind.text == "provider"
            && block
                .labels
                .first()
                .is_some_and(|label| provider::is_provider_source(&label.text))
    })?;
    requirements::locked_version(&entry.parse(text).0?.body)
}
