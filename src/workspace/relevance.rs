//! Which modules are read into the module tree, and which have nothing to check.
//!
//! A module is read if anything in it matters, if it calls such a module, directly or through others, or if a module that
//! is read calls it. Of the others, no more is needed than their names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::parallel::Threads;
use crate::workspace::project_tree::{ConfigurationDirectory, holds};
use crate::workspace::survey::{ModuleFacts, Survey};
use terraform_eval::hashing::{HashMap, HashSet};
use terraform_eval::modules::ModuleCall;
use terraform_eval::source::{CachedFiles, Files as _, clean_path};

/// A module that has nothing to check.
#[derive(Debug)]
pub(crate) struct IdleModule {
    pub(crate) directory: ConfigurationDirectory,
    pub(crate) facts: Arc<ModuleFacts>,
    /// Whether no other module calls it.
    pub(crate) is_root: bool,
}

/// The modules of some directories, and those that they call.
#[derive(Debug, Default)]
pub(crate) struct Relevance {
    /// The directories whose modules are read, in their order.
    pub(crate) read: Vec<ConfigurationDirectory>,
    /// The modules that the named paths stand for and that have nothing to check, in the order of their paths.
    pub(crate) idle: Vec<IdleModule>,
}

impl Relevance {
    /// Divides directories. `named` are the directories that the named paths stand for.
    pub(crate) fn divide(
        directories: Vec<ConfigurationDirectory>,
        named: &BTreeSet<PathBuf>,
        survey: &Survey,
        files: &CachedFiles,
        threads: Threads,
    ) -> Self {
        let mut graph = CallGraph::build(directories, survey, files, threads);
        graph.add_cycles();
        let mut is_read = graph.closure(
            |node| graph.modules.get(node).is_some_and(|module| module.matters),
            true,
        );
        is_read = graph.closure(|node| is_read.get(node) == Some(&true), false);
        // A lookup by hash takes a tenth of the time of one that compares paths.
        let named: HashSet<&Path> = named.iter().map(PathBuf::as_path).collect();
        let modules = graph.modules.iter();
        let is_named: Vec<bool> = modules
            .map(|module| named.contains(module.directory.path.as_path()))
            .collect();
        let is_named = |node: usize| is_named.get(node) == Some(&true);
        let leads_to_named = graph.closure(is_named, true);
        let is_kept = graph.closure(
            |node| {
                let module = graph.modules.get(node);
                let is_root = module.is_some_and(|module| graph.is_root(module));
                is_named(node) || (is_root && leads_to_named.get(node) == Some(&true))
            },
            false,
        );
        let mut relevance = Self::default();
        let has_callers: Vec<bool> = graph
            .modules
            .iter()
            .map(|module| !module.callers.is_empty())
            .collect();
        for (node, module) in graph.modules.into_iter().enumerate() {
            if is_read.get(node) == Some(&true) {
                if node < graph.given {
                    relevance.read.push(module.directory);
                }
            } else if is_kept.get(node) == Some(&true) {
                relevance.idle.push(IdleModule {
                    directory: module.directory,
                    facts: module.facts,
                    is_root: node < graph.given && has_callers.get(node) == Some(&false),
                });
            }
        }
        relevance
            .idle
            .sort_by(|a, b| a.directory.path.cmp(&b.directory.path));
        relevance
    }
}

/// A module of the graph.
struct Module {
    directory: ConfigurationDirectory,
    facts: Arc<ModuleFacts>,
    matters: bool,
    callees: Vec<usize>,
    callers: Vec<usize>,
}

/// The local calls between modules.
struct CallGraph {
    modules: Vec<Module>,
    /// How many of them were given; the others were found by calls.
    given: usize,
}

impl CallGraph {
    /// The modules of directories, and everything that they call.
    fn build(
        directories: Vec<ConfigurationDirectory>,
        survey: &Survey,
        files: &CachedFiles,
        threads: Threads,
    ) -> Self {
        let mut graph = Self {
            given: directories.len(),
            modules: Vec::new(),
        };
        let mut known: HashMap<PathBuf, usize> = HashMap::default();
        for (node, directory) in directories.iter().enumerate() {
            known.insert(directory.path.clone(), node);
        }
        let mut pending = directories;
        while !pending.is_empty() {
            let references: Vec<&ConfigurationDirectory> = pending.iter().collect();
            let facts = survey.of_directories(&references, files, threads);
            let modules: Vec<_> = references.into_iter().zip(&facts).collect();
            let callees: Vec<Vec<_>> = threads.map(&modules, |(directory, facts)| {
                let sources = facts.calls.iter();
                sources.map(|source| resolve(source, directory, files)).collect()
            });
            let mut found = Vec::new();
            for ((directory, facts), callees) in pending.into_iter().zip(facts).zip(callees) {
                let mut module = Module {
                    matters: facts.matters,
                    callees: Vec::new(),
                    callers: Vec::new(),
                    directory,
                    facts,
                };
                for callee in callees {
                    let Some(callee) = callee else {
                        module.matters = true;
                        continue;
                    };
                    let next = known.len();
                    let node = *known.entry(callee.path.clone()).or_insert_with(|| {
                        found.push(callee);
                        next
                    });
                    module.callees.push(node);
                }
                graph.modules.push(module);
            }
            pending = found;
        }
        for caller in 0..graph.modules.len() {
            let callees = graph.modules.get(caller).map(|module| module.callees.clone());
            for callee in callees.into_iter().flatten() {
                if let Some(module) = graph.modules.get_mut(callee) {
                    module.callers.push(caller);
                }
            }
        }
        graph
    }

    fn is_root(&self, module: &Module) -> bool {
        module.callers.is_empty() && !self.modules.is_empty()
    }

    /// The modules for which `starts` holds, and those that call them (`up`) or that they call, directly or through others.
    fn closure(&self, starts: impl Fn(usize) -> bool, up: bool) -> Vec<bool> {
        let mut is_in: Vec<bool> = (0..self.modules.len()).map(starts).collect();
        let mut pending: Vec<usize> = (0..is_in.len())
            .filter(|node| is_in.get(*node) == Some(&true))
            .collect();
        while let Some(node) = pending.pop() {
            let Some(module) = self.modules.get(node) else {
                continue;
            };
            for next in if up { &module.callers } else { &module.callees } {
                if let Some(is_in) = is_in.get_mut(*next).filter(|is_in| !**is_in) {
                    *is_in = true;
                    pending.push(*next);
                }
            }
        }
        is_in
    }

    /// Modules that call themselves, directly or through others, matter: that is an error.
    fn add_cycles(&mut self) {
        let mut open: Vec<usize> = self.modules.iter().map(|module| module.callees.len()).collect();
        let mut done: Vec<usize> = (0..open.len())
            .filter(|node| open.get(*node) == Some(&0))
            .collect();
        while let Some(node) = done.pop() {
            for caller in self
                .modules
                .get(node)
                .into_iter()
                .flat_map(|module| &module.callers)
            {
                if let Some(open) = open.get_mut(*caller) {
                    *open -= 1;
                    if *open == 0 {
                        done.push(*caller);
                    }
                }
            }
        }
        for (module, open) in self.modules.iter_mut().zip(open) {
            module.matters |= open > 0;
        }
    }
}

/// The directory of a local source, if there is one in the tree.
fn resolve(
    source: &str,
    caller: &ConfigurationDirectory,
    files: &CachedFiles,
) -> Option<ConfigurationDirectory> {
    let path = ModuleCall::local_directory(source, &caller.path)?;
    let path = files.canonicalize(&clean_path(&path)).ok()?;
    let is_inside = files.is_directory(&path) && holds(&caller.tree, &path);
    is_inside.then(|| ConfigurationDirectory {
        path,
        tree: caller.tree.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use terraform_eval::source::MemoryFiles;

    /// The modules that are read, and those that have nothing to check; roots with a star.
    fn divide(files: &[(&str, &str)], given: &[&str], named: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = CachedFiles::new(Arc::new(MemoryFiles::new(files.iter().copied())));
        let directory = |path: &&str| ConfigurationDirectory {
            path: Path::new("/").join(path),
            tree: "/".into(),
        };
        let named = named.iter().map(|path| Path::new("/").join(path)).collect();
        let relevance = Relevance::divide(
            given.iter().map(directory).collect(),
            &named,
            &Survey::default(),
            &files,
            Threads::default(),
        );
        let name = |directory: &ConfigurationDirectory| {
            directory.path.strip_prefix("/").unwrap().display().to_string()
        };
        let idle = |module: &IdleModule| name(&module.directory) + if module.is_root { "*" } else { "" };
        (
            relevance.read.iter().map(name).collect(),
            relevance.idle.iter().map(idle).collect(),
        )
    }

    const MIRROR: &str = "resource \"rhcs_image_mirror\" \"a\" {}\n";

    fn call(source: &str) -> String {
        format!("module \"m{}\" {{\n  source = \"{source}\"\n}}\n", source.len())
    }

    #[test]
    fn callers_of_mirrors_are_read_with_all_that_they_call() {
        let root = call("../mirror") + &call("../net");
        let files = [
            ("root/main.tf", root.as_str()),
            ("mirror/main.tf", MIRROR),
            ("net/main.tf", "variable \"x\" {}\n"),
            ("idle/main.tf", &call("../dns")),
            ("dns/main.tf", "variable \"x\" {}\n"),
        ];
        let all = ["dns", "idle", "mirror", "net", "root"];
        let (read, idle) = divide(&files, &all, &all);
        assert_eq!(read, ["mirror", "net", "root"]);
        assert_eq!(idle, ["dns", "idle*"]);
        // Of `net`, the callers are read; nothing else is named.
        assert_eq!(
            divide(&files, &["net", "root"], &["net"]),
            (vec!["net".to_owned(), "root".to_owned()], vec![])
        );
        assert_eq!(divide(&files, &["dns", "idle"], &["dns"]).1, ["dns", "idle*"]);
    }

    #[test]
    fn what_has_an_error_or_a_call_that_is_not_local_is_read() {
        for text in [
            "variable \"a\" {\n",
            "variable \"a\" {}\nvariable \"a\" {}\n",
            &call("./none"),
            &call("../../outside"),
            &call("hashicorp/consul/aws"),
            &call("./${path.module}"),
            &call("../a"),
            "import {\n  to = rhcs_image_mirror.a\n  id = \"x\"\n}\n",
            "# mirrorset: ignore[short-source]\n",
            "resource \"kubernetes_manifest\" \"a\" {}\n",
            "resource \"rhcs_image_miror\" \"a\" {}\n",
            "module \"a\" {}\n",
            "removed {\n  from = rhcs_image_mirror.a\n}\n",
            "resource \"aws_s3_bucket\" \"a\" {\n  x = \"rhcs_image_mirror\"\n}\n",
        ] {
            assert_eq!(divide(&[("a/main.tf", text)], &["a"], &["a"]).0, ["a"], "{text}");
        }
        let idle = "# file\nresource \"aws_s3_bucket\" \"a\" {\n  x = <<EOT\nnginx\nEOT\n}\n";
        assert_eq!(divide(&[("a/main.tf", idle)], &["a"], &["a"]).1, ["a*"]);
    }

    #[test]
    fn cycles_are_read() {
        let (a, b) = (call("../b"), call("../a"));
        let files = [("a/main.tf", a.as_str()), ("b/main.tf", &b), ("c/main.tf", &b)];
        let all = ["a", "b", "c"];
        assert_eq!(divide(&files, &all, &all).0, all);
    }
}
