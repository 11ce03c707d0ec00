//! Manifests: which files are manifests, and which documents belong to one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::Input;
use crate::readers::manifest::{self, ManifestDocument, ManifestReadError, ReadManifests, Unopened};
use crate::readers::plan;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::workspace::discovery::{DirectoryWithoutTerraform, is_yaml};
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded::LoadError;
use terraform_eval::source::{FileId, display_name};

/// The documents that were read, by file.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    files: Vec<ManifestFile>,
    /// The files that were read, by their canonical paths: a user may name one twice.
    paths: BTreeSet<PathBuf>,
    /// Files that were read in search of manifests and hold none.
    pub(crate) unrelated_files: BTreeSet<FileId>,
    /// Manifests that could not be opened.
    pub(crate) warnings: Vec<String>,
}

#[derive(Debug)]
struct ManifestFile {
    directory: PathBuf,
    name: String,
    documents: Vec<ManifestDocument>,
}

/// Whether a text is read as manifests: it names one of their kinds and Terraform did not write it. A YAML file
/// cannot be anything else.
pub(crate) fn is_manifest(path: Option<&Path>, text: &str) -> bool {
    plan::detect(text).is_none()
        && (path.is_some_and(is_yaml) || manifest::has_manifest_marker(text))
        && !plan::follows_other_text(text)
}

impl Manifests {
    /// Reads a file that a user named, or reports that it holds no manifests.
    pub(crate) fn read(&mut self, file: FileId, name: &str, files: &mut InputFiles) {
        let result = match manifest::read_manifests(file, files.sources.text(file)) {
            Ok(ReadManifests { documents, unopened }) if documents.is_empty() => {
                let first = unopened.into_iter().next();
                Err(first.map_or(ManifestReadError::NoManifest, ManifestReadError::Unopened))
            }
            result => result,
        };
        self.add(file, name, result, files);
    }

    fn add(
        &mut self,
        file: FileId,
        name: &str,
        result: Result<ReadManifests, ManifestReadError>,
        files: &mut InputFiles,
    ) {
        match result {
            Ok(ReadManifests { documents, unopened }) => {
                let path = files.sources.file(file).path();
                if path.is_some_and(|path| !self.paths.insert(files.sources.files().canonical_path(path))) {
                    return;
                }
                let warning = unopened_warning(name, files.sources.text(file), &unopened);
                self.warnings.extend(warning);
                if documents.is_empty() {
                    return;
                }
                let directory = path.and_then(Path::parent).unwrap_or(Path::new(""));
                self.files.push(ManifestFile {
                    directory: directory.to_owned(),
                    name: name.to_owned(),
                    documents,
                });
                files.read += 1;
            }
            Err(error) => {
                let rule = match error {
                    ManifestReadError::Syntax(_) => &SYNTAX_ERROR,
                    ManifestReadError::NoManifest | ManifestReadError::Unopened(_) => &UNSUPPORTED_INPUT,
                };
                files.report_invalid(rule, name, &error, error.span(), error.help());
            }
        }
    }

    /// Reads the manifests in a directory without Terraform. It is an error if there are none.
    pub(crate) fn read_directory(
        &mut self,
        directory: &DirectoryWithoutTerraform,
        files: &mut InputFiles,
    ) -> Result<(), LoadError> {
        let mut has_manifests = false;
        for path in &directory.candidates {
            let Ok(file) = files.sources.read(path) else {
                continue;
            };
            let text = files.sources.text(file);
            let names_a_kind = plan::detect(text).is_none() && manifest::has_manifest_marker(text);
            // A file can name the kinds without declaring one: a role, a description of the API.
            match names_a_kind.then(|| manifest::read_manifests(file, text)) {
                None | Some(Err(ManifestReadError::NoManifest)) => _ = self.unrelated_files.insert(file),
                Some(result) => {
                    has_manifests |= !matches!(&result, Ok(read) if read.documents.is_empty());
                    self.add(file, &display_name(path), result, files);
                }
            }
        }
        if has_manifests {
            return Ok(());
        }
        let message = "no Terraform configuration in this directory (no .tf, .tf.json, .tofu or \
                       .tofu.json file), and no manifest that declares mirrors";
        Err(LoadError::from_path(&directory.root, message))
    }

    fn mark_overwritten(&mut self) {
        let mut by_directory: BTreeMap<&Path, Vec<&mut ManifestDocument>> = BTreeMap::new();
        for file in &mut self.files {
            let documents = by_directory.entry(&file.directory).or_default();
            documents.extend(&mut file.documents);
        }
        for documents in by_directory.into_values() {
            manifest::mark_overwritten(documents);
        }
    }

    /// The inputs with their directories. Each HostedCluster is a cluster of its own, and the other documents of
    /// one directory belong to one cluster.
    pub(crate) fn into_inputs(mut self) -> Vec<(PathBuf, Input)> {
        self.mark_overwritten();
        let mut inputs = Vec::new();
        let mut by_directory: BTreeMap<PathBuf, (Vec<String>, Vec<ManifestDocument>)> = BTreeMap::new();
        let mut directories: Vec<PathBuf> = Vec::new();
        for file in self.files {
            let (hosted, others): (Vec<_>, Vec<_>) = file
                .documents
                .into_iter()
                .partition(|document| document.kind.is_hosted());
            for document in hosted {
                let cluster = document.name.clone().unwrap_or_else(|| file.name.as_str().into());
                let input = manifest::assemble_input(&file.name, &cluster, vec![document]);
                inputs.push((file.directory.clone(), input));
            }
            if others.is_empty() {
                continue;
            }
            if !by_directory.contains_key(&file.directory) {
                directories.push(file.directory.clone());
            }
            let (names, documents) = by_directory.entry(file.directory).or_default();
            names.push(file.name);
            documents.extend(others);
        }
        for directory in directories {
            let Some((names, documents)) = by_directory.remove(&directory) else {
                continue;
            };
            let name = match names.as_slice() {
                [name] => name.clone(),
                _ => display_name(&directory),
            };
            let input = manifest::assemble_input(&name, &name, documents);
            inputs.push((directory, input));
        }
        inputs
    }
}

/// Says that a file has manifests that could not be opened: where the first one is, and how many there are.
fn unopened_warning(name: &str, text: &str, unopened: &[Unopened]) -> Option<String> {
    let first = unopened.first()?;
    let before = text.get(..first.span.range().start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let more = match unopened.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!(
        "{name}:{line}: skipped a wrapped manifest that could not be opened: it is in {}{more}",
        first.kind
    ))
}
