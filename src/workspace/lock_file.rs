//! The dependency lock file, which has native syntax whatever the configuration is written in.

use std::path::Path;

use crate::model::FileRole;
use crate::provider;
use crate::workspace::configuration_names::LOCK_FILE;
use crate::workspace::input_files::InputFiles;
use terraform_eval::dialect::Engine;
use terraform_eval::modules::requirements;
use terraform_eval::source::Span;
use terraform_eval::syntax::document::{Format, parse_file};

/// The program whose registry the providers in the lock file of a root module come from, and the first such provider.
/// `None` if there are none, or of both registries.
pub(crate) fn locked_registry(
    directory: &Path,
    tree: &Path,
    files: &mut InputFiles,
) -> Option<(Engine, Span)> {
    let path = directory.join(LOCK_FILE);
    if !files.sources.files().is_file(&path) {
        return None;
    }
    let file = files.read_in_tree(&path, tree, FileRole::LockFile)?;
    let blocks = parse_file(file, files.sources.text(file), Format::Native).items;
    let providers = blocks.iter().filter(|block| &*block.kind.text == "provider");
    let registries = providers.filter_map(|block| {
        let label = block.labels.first()?;
        let engine = match label.text.split('/').next()? {
            "registry.terraform.io" => Engine::Terraform,
            "registry.opentofu.org" => Engine::OpenTofu,
            _ => return None,
        };
        Some((engine, label.span))
    });
    let registries: Vec<(Engine, Span)> = registries.collect();
    let first = *registries.first()?;
    registries
        .iter()
        .all(|(engine, _)| *engine == first.0)
        .then_some(first)
}

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
