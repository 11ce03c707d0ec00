//! The modules that `terraform init` installed, from `.terraform/modules/modules.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use terraform_eval::source::Files;

/// The manifest that Terraform writes (`internal/modsdir`).
#[derive(Debug, Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Record>,
}

#[derive(Debug, Deserialize)]
struct Record {
    /// The names of the calls from the root, separated by dots; empty for the root.
    #[serde(rename = "Key")]
    key: String,
    /// The directory, relative to the root module's.
    #[serde(rename = "Dir")]
    dir: PathBuf,
}

/// A longer manifest is not read.
const MAX_BYTES: u64 = 64 << 20;

/// Installed modules by the canonical path of the caller's directory and the name of the call.
#[derive(Debug, Default)]
pub(crate) struct InstalledModules(BTreeMap<(PathBuf, String), PathBuf>);

impl InstalledModules {
    /// Adds the manifest in the data directory of a root module, if there is one. A manifest that cannot be read is ignored,
    /// because `terraform init` writes it again: the modules count as not installed.
    pub(crate) fn read(&mut self, root: &Path, data_directory: &Path, files: &dyn Files) {
        let path = files.canonicalize(&data_directory.join("modules/modules.json"));
        let Some(path) = path.ok().filter(|path| path.starts_with(data_directory)) else {
            return;
        };
        let Ok(Some(bytes)) = files.read_bounded(&path, MAX_BYTES) else {
            return;
        };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&bytes) else {
            return;
        };
        let directories: BTreeMap<&str, PathBuf> = manifest
            .modules
            .iter()
            .map(|record| (record.key.as_str(), root.join(&record.dir)))
            .collect();
        for record in &manifest.modules {
            let (caller, call) = record.key.rsplit_once('.').unwrap_or(("", &record.key));
            let caller = match caller {
                "" => Some(root.to_owned()),
                caller => directories.get(caller).cloned(),
            };
            let caller = caller.and_then(|caller| files.canonicalize(&caller).ok());
            if let (Some(caller), false) = (caller, call.is_empty()) {
                self.0.insert((caller, call.to_owned()), root.join(&record.dir));
            }
        }
    }

    /// The directory of the module that the module in `caller` calls.
    pub(crate) fn find(&self, caller: &Path, call: &str, files: &dyn Files) -> Option<&Path> {
        let caller = files.canonicalize(caller).ok()?;
        self.0.get(&(caller, call.to_owned())).map(PathBuf::as_path)
    }
}
