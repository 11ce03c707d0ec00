//! Manifests: which files are manifests, and which documents belong to one cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::{FileRole, Input, SkipReason, Skipped};
use crate::readers::manifest::{self, ManifestDocument, ManifestReadError, ReadManifests};
use crate::readers::plan;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::workspace::input_files::InputFiles;
use crate::workspace::kustomize::Patches;
use crate::workspace::name_kind::is_yaml;
use crate::workspace::other_files::{UNNAMED_PLAN, of_other_tool};
use terraform_eval::source::{FileId, ReadError, display_name};

/// The documents that were read, by file.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    files: Vec<ManifestFile>,
    /// The files that were read, by their canonical paths: a user may name one twice.
    paths: BTreeSet<PathBuf>,
    /// Files that were read in search of manifests and hold none.
    pub(crate) unrelated_files: BTreeSet<FileId>,
    patches: Patches,
}

#[derive(Debug)]
struct ManifestFile {
    file: FileId,
    /// The canonical path.
    path: Option<PathBuf>,
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
    /// Reads a file that a user named. Returns whether it declares mirrors.
    pub(crate) fn read(&mut self, file: FileId, name: &str, files: &mut InputFiles) -> bool {
        if self.skip_patch(file, name, files) {
            return true;
        }
        let result = match manifest::read_manifests(file, files.sources.text(file)) {
            Ok(ReadManifests {
                documents,
                mut unopened,
            }) if documents.is_empty() => {
                // A hook passes the templates of a chart, which are not meant as manifests.
                match unopened.iter().position(|unopened| !unopened.is_template()) {
                    Some(first) => Err(ManifestReadError::Unopened(unopened.swap_remove(first))),
                    None => Ok(ReadManifests { documents, unopened }),
                }
            }
            result => result,
        };
        if matches!(result, Err(ManifestReadError::NoManifest)) {
            return false;
        }
        self.add(file, name, result, files);
        true
    }

    /// Counts a file that is a patch as skipped. Returns whether it is one.
    fn skip_patch(&mut self, file: FileId, name: &str, files: &mut InputFiles) -> bool {
        let Some(path) = files.sources.file(file).path() else {
            return false;
        };
        let is_about_mirrors = |text| manifest::declares_mirrors(text) || manifest::names_lists(text);
        if !is_about_mirrors(files.sources.text(file)) {
            return false;
        }
        let path = files.sources.files().canonical_path(path);
        let Some(skipped) = self.patches.skipped(name, &path, files) else {
            return false;
        };
        if self.paths.insert(path) {
            files.skipped.push(skipped);
        }
        true
    }

    /// Reports a file that a user named and that declares no mirrors.
    pub(crate) fn report_no_manifest(file: FileId, files: &mut InputFiles) {
        let error = ManifestReadError::NoManifest;
        files.report_invalid(&UNSUPPORTED_INPUT, file, &error, error.span(), error.help());
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
                let canonical = path.map(|path| files.sources.files().canonical_path(path));
                if canonical
                    .as_ref()
                    .is_some_and(|path| !self.paths.insert(path.clone()))
                {
                    return;
                }
                files
                    .skipped
                    .extend(unopened.iter().map(|unopened| unopened.skipped(name)));
                if documents.is_empty() {
                    return;
                }
                let directory = path.map_or(Path::new(""), cluster_directory);
                self.files.push(ManifestFile {
                    file,
                    path: canonical,
                    directory: directory.to_owned(),
                    name: name.to_owned(),
                    documents,
                });
                files.roles.insert(file, FileRole::Manifest);
            }
            Err(error) => {
                let rule = match error {
                    ManifestReadError::Syntax(_) => &SYNTAX_ERROR,
                    ManifestReadError::NoManifest | ManifestReadError::Unopened(_) => &UNSUPPORTED_INPUT,
                };
                files.report_invalid(rule, file, &error, error.span(), error.help());
            }
        }
    }

    /// Reads files that are not named, as far as they declare mirrors.
    pub(crate) fn read_candidates<'p>(
        &mut self,
        candidates: impl IntoIterator<Item = &'p PathBuf>,
        files: &mut InputFiles,
    ) {
        for candidate in candidates {
            let path = files.trees.shown_path(candidate);
            let name = display_name(&path);
            let file = match files.sources.read(&path) {
                Ok(file) => file,
                Err(error) => {
                    files.skipped.push(skipped_file(name, &error));
                    continue;
                }
            };
            let text = files.sources.text(file);
            if plan::detect(text).is_some() || plan::follows_other_text(text) {
                files
                    .skipped
                    .push(Skipped::new(name, SkipReason::UnnamedPlan, UNNAMED_PLAN));
                self.unrelated_files.insert(file);
                continue;
            }
            if self.skip_patch(file, &name, files) {
                self.unrelated_files.insert(file);
                continue;
            }
            let text = files.sources.text(file);
            // A file can name the kinds without declaring one: a role, a description of the API.
            let is_read = manifest::has_manifest_marker(text) || manifest::may_be_encoded(text);
            match is_read.then(|| manifest::read_manifests(file, text)) {
                None | Some(Err(ManifestReadError::NoManifest)) => {
                    self.unrelated_files.insert(file);
                    if manifest::names_lists(text) {
                        files.skipped.push(skipped_lists(name));
                    } else if let Some(skipped) = of_other_tool(name, Some(&path), text, files) {
                        files.skipped.push(skipped);
                    } else {
                        files.roles.insert(file, FileRole::WithoutMirrors);
                    }
                }
                Some(result) => self.add(file, &name, result, files),
            }
        }
    }

    /// Reads files in the directories of named manifests. What is skipped counts if it may hold mirrors.
    pub(crate) fn read_neighbors<'p>(
        &mut self,
        neighbors: impl IntoIterator<Item = &'p PathBuf>,
        files: &mut InputFiles,
    ) {
        let before = files.skipped.len();
        self.read_candidates(neighbors, files);
        let read = files.skipped.split_off(before);
        files.skipped.extend(read.into_iter().filter(Skipped::is_gap));
    }

    /// The canonical paths of the files that were read.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter_map(|file| file.path.as_ref())
    }

    /// Removes the files that Terraform reads, and returns them by path.
    pub(crate) fn remove(&mut self, read: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, FileId> {
        let mut removed = BTreeMap::new();
        self.files.retain(|file| match &file.path {
            Some(path) if read.contains(path) => {
                removed.insert(path.clone(), file.file);
                false
            }
            _ => true,
        });
        removed
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
        // A later object takes the place of one with the same name, whatever file was named first.
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
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

/// The directory whose manifests belong to one cluster with a file: its own, or that of all objects of a cluster, as `oc adm
/// must-gather` and `oc adm inspect` write them.
fn cluster_directory(path: &Path) -> &Path {
    let mut ancestors = path.ancestors();
    let inspected = ancestors.find(|ancestor| {
        let name = ancestor.file_name();
        name.is_some_and(|name| name == "cluster-scoped-resources")
    });
    let directory = inspected.unwrap_or(path).parent();
    directory.unwrap_or(Path::new(""))
}

/// A file that names a list of mirrors, in an object that is not read: a patch, or the values of another tool.
fn skipped_lists(name: String) -> Skipped {
    let message = "the file names a list of mirrors, but mirrorset does not read objects of its kind";
    let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
    skipped.help = Some("check the manifest that results from it".to_owned());
    skipped
}

/// A file in which manifests may be, and that cannot be read.
fn skipped_file(name: String, error: &ReadError) -> Skipped {
    let reason = if error.is_too_large() {
        SkipReason::TooLarge
    } else {
        SkipReason::Unreadable
    };
    let mut skipped = Skipped::new(name, reason, error.to_string());
    skipped.help = error.help().map(str::to_owned);
    skipped
}
