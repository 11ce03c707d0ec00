//! Writes the output files of commands.

use std::path::Path;

use anyhow::{Context as _, anyhow};

use crate::file_writer::{self, Replace};

/// Writes a file. An existing one is replaced if it fulfills `is_ours`, or with `force`.
pub(super) fn write_file(
    path: &Path,
    text: &str,
    is_ours: &dyn Fn(&str) -> bool,
    force: bool,
) -> anyhow::Result<()> {
    let result = file_writer::write(path, text, replace(is_ours, force));
    result.map_err(|error| anyhow!("{} {error}", path.display()))
}

/// Writes files, given as names and texts, into a directory, which is created if it does not exist. Existing files are
/// replaced if they begin as the new ones do, or with `force`. If one cannot be written, none is.
pub(super) fn write_files<'d>(
    directory: &Path,
    files: impl Iterator<Item = (&'d str, &'d str)> + Clone,
    force: bool,
) -> anyhow::Result<()> {
    let is_link = std::fs::symlink_metadata(directory).is_ok_and(|metadata| metadata.is_symlink());
    anyhow::ensure!(
        !is_link,
        "{} exists and is a link, and nothing is written through links",
        directory.display()
    );
    std::fs::create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
    for (name, text) in files.clone() {
        let path = directory.join(name);
        let is_similar = |old: &str| begins_alike(old, text);
        let result = file_writer::verify(&path, replace(&is_similar, force));
        result.map_err(|error| anyhow!("{} {error}; no files were written", path.display()))?;
    }
    for (name, text) in files {
        write_file(&directory.join(name), text, &|old| begins_alike(old, text), force)?;
    }
    Ok(())
}

fn replace(is_ours: &dyn Fn(&str) -> bool, force: bool) -> Replace<'_> {
    if force {
        Replace::AnyFile
    } else {
        Replace::If(is_ours)
    }
}

/// Whether the first two words of two texts are the same, apart from comments: `apiVersion: config.openshift.io/v1`,
/// `resource "rhcs_image_mirror"`.
fn begins_alike(old: &str, new: &str) -> bool {
    let words = |text: &str| {
        let lines = text.lines().map(str::trim);
        let content = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let words = content.flat_map(|line| line.split_whitespace().map(str::to_owned));
        words.take(2).collect::<Vec<_>>()
    };
    words(old) == words(new)
}
