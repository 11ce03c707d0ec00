//! Manifests: which files are some, and which documents meet in one cluster.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::readers::manifest::{self, Document, ReadError};
use crate::readers::plan;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use terraform_eval::source::{FileId, display_name};

use crate::workspace::Loaded;
use crate::workspace::discovery::{WithoutTerraform, is_yaml};

/// The documents that were read, by file.
#[derive(Debug, Default)]
pub(crate) struct Manifests {
    files: Vec<ManifestFile>,
}

#[derive(Debug)]
struct ManifestFile {
    directory: PathBuf,
    name: String,
    documents: Vec<Document>,
}

/// Whether a text that was given is to be read as manifests: it names one of their kinds, and is not what
/// Terraform writes. A YAML file can be nothing else.
pub(crate) fn is_manifest(path: Option<&Path>, text: &str) -> bool {
    plan::detect(text).is_none() && (path.is_some_and(is_yaml) || manifest::recognise(text))
}

impl Manifests {
    /// Reads a text that was given. What cannot be read is a finding.
    pub(crate) fn read(&mut self, file: FileId, name: &str, loaded: &mut Loaded) {
        let read = manifest::read(file, loaded.sources.text(file));
        self.take(file, name, read, loaded);
    }

    fn take(
        &mut self,
        file: FileId,
        name: &str,
        read: Result<Vec<Document>, ReadError>,
        loaded: &mut Loaded,
    ) {
        match read {
            Ok(documents) => {
                let path = loaded.sources.file(file).path();
                let directory = path.and_then(Path::parent).unwrap_or(Path::new(""));
                let (directory, name) = (directory.to_owned(), name.to_owned());
                loaded.project.files += 1;
                self.files.push(ManifestFile {
                    directory,
                    name,
                    documents,
                });
            }
            Err(error) => refuse(name, &error, loaded),
        }
    }

    /// Reads the manifests in a directory that has no Terraform. Where there are none either, it was not the
    /// directory that was meant.
    pub(crate) fn read_directory(&mut self, found: &WithoutTerraform, loaded: &mut Loaded) {
        let mut any = false;
        for path in &found.candidates {
            let Ok(file) = loaded.sources.read(path) else {
                continue;
            };
            let text = loaded.sources.text(file);
            let names_one = plan::detect(text).is_none() && manifest::recognise(text);
            // A file may name the kinds and have none of them: a role, a description of the API.
            match names_one.then(|| manifest::read(file, text)) {
                None | Some(Err(ReadError::Nothing)) => _ = loaded.unrelated_files.insert(file),
                Some(read) => {
                    any = true;
                    self.take(file, &display_name(path), read, loaded);
                }
            }
        }
        if !any {
            let message = "no Terraform configuration in this directory (no .tf, .tf.json, .tofu or \
                           .tofu.json file), and no manifest that declares mirrors";
            loaded.fail(&found.root, message, None);
        }
    }

    /// Adds what was read to the project. Each HostedCluster is a cluster of its own, and the other
    /// documents of one directory meet in one.
    pub(crate) fn assemble(self, loaded: &mut Loaded) {
        let mut together: BTreeMap<PathBuf, (Vec<String>, Vec<Document>)> = BTreeMap::new();
        let mut order: Vec<PathBuf> = Vec::new();
        for file in self.files {
            let (hosted, rest): (Vec<_>, Vec<_>) = file
                .documents
                .into_iter()
                .partition(|document| document.kind.is_hosted());
            for document in hosted {
                let cluster = document.name.clone().unwrap_or_else(|| file.name.as_str().into());
                let configuration = manifest::configuration(&file.name, &cluster, vec![document]);
                loaded.directories.push(file.directory.clone());
                loaded.project.add(configuration);
            }
            if rest.is_empty() {
                continue;
            }
            if !together.contains_key(&file.directory) {
                order.push(file.directory.clone());
            }
            let (names, documents) = together.entry(file.directory).or_default();
            names.push(file.name);
            documents.extend(rest);
        }
        for directory in order {
            let Some((names, documents)) = together.remove(&directory) else {
                continue;
            };
            let name = match names.as_slice() {
                [name] => name.clone(),
                _ => display_name(&directory),
            };
            let configuration = manifest::configuration(&name, &name, documents);
            loaded.directories.push(directory);
            loaded.project.add(configuration);
        }
    }
}

fn refuse(name: &str, error: &ReadError, loaded: &mut Loaded) {
    loaded.project.unreadable += 1;
    let rule = match error {
        ReadError::Syntax(_) => &SYNTAX_ERROR,
        ReadError::Nothing => &UNSUPPORTED_INPUT,
    };
    let message = format!("{name}: {error}");
    let mut finding = rule.diagnostic(message);
    if let Some(span) = error.span() {
        finding = finding.at(span, "");
    }
    finding.help = error.help().map(str::to_owned);
    loaded.project.diagnostics.push(finding);
}
