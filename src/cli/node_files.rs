//! The `registries.conf` of a node with its drop-ins, as an input of `resolve`.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::readers::registries_conf::{ConfTextError, parse_conf_file};
use registries_conf::{ConfFile, RegistriesConf};
use terraform_eval::source::{FileKind, Files};

/// Reads the files of a node, if that is what the only input is: a `.conf` file, or the `.conf.d` directory beside it.
pub(super) fn read_node_conf(
    inputs: &[PathBuf],
    files: &dyn Files,
) -> anyhow::Result<Option<RegistriesConf>> {
    let [input] = inputs else {
        return Ok(None);
    };
    let has_extension =
        |path: &Path, extension: &str| path.extension().is_some_and(|found| found == extension);
    let without_d = input.with_extension("");
    let path = if has_extension(input, "conf") && files.is_file(input) {
        input.clone()
    } else if has_extension(input, "d") && has_extension(&without_d, "conf") && files.is_directory(input) {
        without_d
    } else {
        return Ok(None);
    };
    // The drop-ins may be there without the file.
    let main = if files.is_file(&path) {
        read(&path, files)?
    } else {
        ConfFile::default()
    };
    let mut drop_ins = Vec::new();
    for path in drop_in_paths(&path, files) {
        drop_ins.push(read(&path, files)?);
    }
    let conf = RegistriesConf::load(&main, &drop_ins).map_err(|error| {
        anyhow!("{error}: the container runtime cannot load the file, so every pull fails")
    })?;
    Ok(Some(conf))
}

/// The drop-ins of a file in the order of their names: the `.conf` files of the directory with its name and `.d`, whose
/// subdirectories are not read. A link out of the directory is not followed.
fn drop_in_paths(path: &Path, files: &dyn Files) -> Vec<PathBuf> {
    let mut directory = path.as_os_str().to_owned();
    directory.push(".d");
    let directory = PathBuf::from(directory);
    let canonical = files.canonical_path(&directory);
    let Ok(entries) = files.list(&directory) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter(|entry| entry.kind == FileKind::File)
        .map(|entry| directory.join(entry.name))
        .filter(|path| path.extension().is_some_and(|extension| extension == "conf"))
        .filter(|path| files.canonical_path(path).starts_with(&canonical))
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path, files: &dyn Files) -> anyhow::Result<ConfFile> {
    let text = files
        .read_input(path)
        .map_err(|error| anyhow!("{}: {error}", path.display()))?;
    parse_conf(&path.display().to_string(), &text)
}

/// Parses a file in the format of `registries.conf`. An error has the line.
pub(super) fn parse_conf(name: &str, text: &str) -> anyhow::Result<ConfFile> {
    let located = |error: ConfTextError| {
        let before = text.get(..error.range.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        anyhow!("{name}:{line}: {}", error.message)
    };
    Ok(parse_conf_file(name, text).map_err(located)?.file)
}
