//! Which files are patches: kustomize applies them to other objects, so they hold parts of objects.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::model::{SkipReason, Skipped};
use crate::workspace::input_files::InputFiles;
use crate::workspace::project_tree::holds;
use terraform_eval::source::{Files, Sources, clean_path};
use terraform_eval::syntax::yaml::{self, Node, NodeKind};

/// The names of the file in which kustomize lists resources and patches.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A longer file is not read.
const MAX_BYTES: u64 = 1 << 20;

/// The patches that the files of kustomize list, by directory. Such a file lists patches in its directory and below.
#[derive(Debug, Default)]
pub(crate) struct Patches {
    by_directory: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Patches {
    /// What is reported of a file, given by its canonical path, if it is a patch.
    pub(crate) fn skipped(&mut self, name: &str, path: &Path, files: &mut InputFiles) -> Option<Skipped> {
        let InputFiles { sources, trees, .. } = files;
        let disk = sources.shared_files();
        let directory = path.parent()?;
        let tree = trees.of_directory(directory, &*disk);
        let is_patch = directory
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(&tree))
            .any(|ancestor| {
                let listed = self.by_directory.entry(ancestor.to_owned());
                let listed = listed.or_insert_with(|| listed_in(ancestor, &tree, &*disk));
                listed.contains(path)
            });
        is_patch.then(|| {
            let message = "the file is a patch of kustomize, which has only a part of an object";
            let mut skipped = Skipped::new(name, SkipReason::UnopenedWrapper, message);
            skipped.help = Some("check the output of `kustomize build` or `oc kustomize`".to_owned());
            skipped
        })
    }
}

/// The canonical paths of the patches that the file of kustomize in a directory lists.
fn listed_in(directory: &Path, tree: &Path, files: &dyn Files) -> BTreeSet<PathBuf> {
    let mut listed = BTreeSet::new();
    for name in NAMES {
        let path = directory.join(name);
        let is_inside = files.canonicalize(&path).is_ok_and(|path| holds(tree, &path));
        let bytes = is_inside.then(|| files.read_bounded(&path, MAX_BYTES));
        let Some(Ok(Some(bytes))) = bytes else { continue };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut sources = Sources::new();
        let file = sources.add("", text);
        let Ok(documents) = yaml::documents(file, sources.text(file)) else {
            continue;
        };
        let paths = documents.iter().flat_map(patch_paths);
        listed.extend(paths.map(|path| files.canonical_path(&clean_path(&directory.join(path)))));
    }
    listed
}

/// The paths of the patches in a document. An inline patch is not one of them.
fn patch_paths(document: &Node) -> Vec<&str> {
    let elements = |name: &str| match document.get(name).map(|node| &node.kind) {
        Some(NodeKind::Sequence(elements)) => elements.as_slice(),
        _ => &[],
    };
    let by_path = elements("patches").iter().chain(elements("patchesJson6902"));
    let paths = by_path.filter_map(|patch| patch.get("path")?.as_str());
    let merged = elements("patchesStrategicMerge").iter().filter_map(Node::as_str);
    let is_path = |text: &&str| !text.contains('\n');
    paths.chain(merged).filter(is_path).collect()
}
