//! The modules that `terraform init` installed, from `.terraform/modules/modules.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::provider::modules::is_same_source;
use terraform_eval::source::Files;
use terraform_eval::version::{Version, VersionRange};

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
    /// The source from which the module was installed.
    #[serde(rename = "Source", default)]
    source: String,
    /// The version of a module from a registry.
    #[serde(rename = "Version", default)]
    version: Option<String>,
    /// The directory, relative to the root module's.
    #[serde(rename = "Dir")]
    dir: PathBuf,
}

/// A longer manifest is not read.
const MAX_BYTES: u64 = 64 << 20;

/// A module as `terraform init` installed it for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstalledModule {
    pub(crate) directory: PathBuf,
    source: String,
    version: Option<String>,
}

impl InstalledModule {
    /// What is installed, if it is not what the call says now: Terraform then asks to run `terraform init` again. A source
    /// or version that is not known agrees with everything.
    pub(crate) fn difference(&self, source: Option<&str>, version: Option<&str>) -> Option<String> {
        if let Some(source) = source
            && !self.source.is_empty()
            && !is_same_source(source, &self.source)
        {
            return Some("the module that is installed is from another source".to_owned());
        }
        let constraint = version?;
        let installed = self.version.as_deref()?;
        let admitted = VersionRange::parse(constraint).ok()?;
        let version = installed.parse::<Version>().ok()?;
        let is_admitted = !admitted.and(VersionRange::exactly(version)).is_empty();
        (!is_admitted)
            .then(|| format!("version {version} of the module is installed, which the call does not admit"))
    }
}

/// A call: the canonical directory of the caller, and the name.
type Call = (PathBuf, String);

/// What `terraform init` installed for the calls of all root modules.
#[derive(Debug, Default)]
pub(crate) struct InstalledModules {
    /// The modules that are installed for a call, by the directories of the root modules.
    by_call: BTreeMap<Call, BTreeMap<PathBuf, InstalledModule>>,
    /// The directories of the modules that lead from a root module to a call, by the root module and the call.
    callers: BTreeMap<(PathBuf, Call), Vec<PathBuf>>,
    /// Root modules with directories of modules below which other root modules have other copies.
    copies: BTreeSet<(PathBuf, PathBuf)>,
}

impl InstalledModules {
    /// Reads the manifests in the data directories of root modules, given with the root modules' own directories.
    pub(crate) fn read<'d>(
        data_directories: impl IntoIterator<Item = (&'d Path, PathBuf)>,
        files: &dyn Files,
    ) -> Self {
        let mut installed = Self::default();
        for (root, data_directory) in data_directories {
            installed.read_manifest(root, &data_directory, files);
        }
        for ((root, call), callers) in std::mem::take(&mut installed.callers) {
            let modules = installed.by_call.get(&call);
            let mut directories = modules
                .into_iter()
                .flat_map(BTreeMap::values)
                .map(|module| &module.directory);
            let first = directories.next();
            if directories.any(|directory| Some(directory) != first) {
                let callers = callers.into_iter().map(|caller| (root.clone(), caller));
                installed.copies.extend(callers);
            }
        }
        installed
    }

    /// Adds a manifest, if there is one. A manifest that cannot be read is ignored, because `terraform init` writes it again:
    /// the modules count as not installed.
    fn read_manifest(&mut self, root: &Path, data_directory: &Path, files: &dyn Files) {
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
            .filter_map(|record| {
                let directory = files.canonicalize(&root.join(&record.dir)).ok()?;
                Some((record.key.as_str(), directory))
            })
            .collect();
        for record in &manifest.modules {
            let (caller, call) = record.key.rsplit_once('.').unwrap_or(("", &record.key));
            let directory = match caller {
                "" => Some(root),
                caller => directories.get(caller).map(PathBuf::as_path),
            };
            let (Some(directory), false) = (directory, call.is_empty()) else {
                continue;
            };
            let callers = key_prefixes(caller).filter_map(|key| directories.get(key).cloned());
            let call: Call = (directory.to_owned(), call.to_owned());
            self.callers
                .insert((root.to_owned(), call.clone()), callers.collect());
            let module = InstalledModule {
                directory: root.join(&record.dir),
                source: record.source.clone(),
                version: record.version.clone(),
            };
            self.by_call
                .entry(call)
                .or_default()
                .insert(root.to_owned(), module);
        }
    }

    /// What is installed for a call: for a root module, if it has a copy of its own, else for any.
    pub(crate) fn find(&self, caller: &Path, call: &str, root: Option<&Path>) -> Option<&InstalledModule> {
        let modules = self.by_call.get(&(caller.to_owned(), call.to_owned()))?;
        let own = root.and_then(|root| modules.get(root));
        own.or_else(|| modules.values().next_back())
    }

    /// Whether the module of a directory, as a root module calls it, calls modules of which other root modules have other
    /// copies.
    pub(crate) fn has_own_copies(&self, root: &Path, directory: &Path) -> bool {
        self.copies.contains(&(root.to_owned(), directory.to_owned()))
    }
}

/// The keys of the modules on the way from the root module to the module of a key, without the root module.
fn key_prefixes(key: &str) -> impl Iterator<Item = &str> {
    let ends = key.match_indices('.').map(|(end, _)| end);
    let prefixes = ends.chain([key.len()]).filter_map(|end| key.get(..end));
    prefixes.filter(|prefix| !prefix.is_empty())
}
