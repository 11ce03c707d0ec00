//! The configuration that a plan was made of: finds it, evaluates it with the plan's variables, and joins
//! the two.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{Input, InputId};
use crate::provider;
use crate::rules::PLAN_MISMATCH;
use terraform_eval::address::{ModulePath, ResourcePath};
use terraform_eval::eval::{self, Evaluator, InstanceId, VariableInputs};
use terraform_eval::modules::{ModuleId, ModuleTree};
use terraform_eval::source::{FileId, Sources, Span, display_name};
use terraform_eval::syntax::document::parse_json_value;
use terraform_eval::syntax::tree::Expression;

use crate::readers::configuration::root_module;
use crate::readers::plan_with_configuration;
use crate::workspace::Loaded;
use crate::workspace::directory::configuration_files;
use crate::workspace::discovery::Directory;
use crate::workspace::module_tree::{LoadedModules, Root};
use crate::workspace::variables::{Options, PlanConfiguration};

/// A plan that was read.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its place in the project.
    pub(crate) configuration: InputId,
    /// What its configuration declares, modules without instance keys.
    pub(crate) declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables.
    pub(crate) variables: Vec<(String, Span)>,
}

/// Joins plans with their configurations; gives the root modules that are looked at through a plan now.
pub(crate) fn join(
    plans: &[Planned],
    forest: &LoadedModules,
    options: &Options,
    loaded: &mut Loaded,
) -> BTreeSet<ModuleId> {
    let mut joined = BTreeSet::new();
    let plans = plans.iter().filter(|plan| plan.mirrors().next().is_some());
    match &options.plan_configuration {
        PlanConfiguration::None => {}
        PlanConfiguration::At(directories) => at(plans, directories, options, loaded),
        PlanConfiguration::Near(directory) => {
            let mut here = Here::NotRead;
            for plan in plans {
                match plan.among(forest, loaded) {
                    Match::One(root, attempt) => {
                        joined.insert(root.module);
                        plan.accept(*attempt, loaded);
                    }
                    Match::Several(names) => plan.ambiguous(&names, loaded),
                    Match::None => here.join(plan, directory, options, loaded),
                }
            }
        }
    }
    joined
}

/// Joins every plan with the root module among these directories that it was created from.
fn at<'p>(
    plans: impl Iterator<Item = &'p Planned>,
    directories: &[PathBuf],
    options: &Options,
    loaded: &mut Loaded,
) {
    let given: Vec<Directory> = directories
        .iter()
        .map(|directory| Directory {
            path: directory.clone(),
            tree: directory.clone(),
        })
        .collect();
    let mut forest = LoadedModules::read(&given, options, loaded);
    let mut roots = Vec::new();
    for directory in directories {
        let Some(root) = forest
            .take_root(directory, loaded.sources.files())
            .filter(|_| !configuration_files(directory, loaded.sources.files()).is_empty())
        else {
            let help = "`--plan-config` takes the directory in which `terraform plan` ran";
            loaded.fail(
                directory,
                "no Terraform configuration in this directory",
                Some(help),
            );
            return;
        };
        let blocks = declared(&forest.tree, root.module);
        roots.push((root, blocks));
    }
    root_module::report_problems(&forest, loaded);
    for plan in plans {
        let declares = |(_, blocks): &&(Root, BTreeSet<ResourcePath>)| {
            plan.mirrors().any(|mirror| blocks.contains(mirror))
        };
        let candidates: Vec<&Root> = roots.iter().filter(declares).map(|(root, _)| root).collect();
        if candidates.is_empty() {
            let names: Vec<String> = directories.iter().map(|path| display_name(path)).collect();
            let what = format!(
                "none of the plan's mirrors are declared in {}",
                names.join(" or ")
            );
            plan.note(&what, loaded);
            continue;
        }
        let attempts = candidates
            .iter()
            .filter_map(|root| plan.attempt(&forest, root, loaded));
        let mut attempts: Vec<Attempt> = attempts.collect();
        if candidates.len() > 1 {
            attempts.retain(|attempt| attempt.differences.is_empty());
        }
        match (attempts.pop(), attempts.is_empty()) {
            (Some(attempt), true) => plan.accept(attempt, loaded),
            _ => {
                let names = candidates
                    .iter()
                    .map(|root| display_name(&forest.tree.module(root.module).directory));
                plan.ambiguous(&names.collect::<Vec<_>>(), loaded);
            }
        }
    }
}

/// The current directory, read when a plan asks for it.
enum Here {
    NotRead,
    /// It holds no root module, or none that can be read.
    Nothing,
    Read(Box<LoadedModules>, Box<Root>),
}

impl Here {
    fn join(&mut self, plan: &Planned, directory: &Path, options: &Options, loaded: &mut Loaded) {
        if matches!(self, Self::NotRead) {
            *self = Self::read(directory, options, loaded);
        }
        if let Self::Read(forest, root) = self
            && plan.fits(&forest.tree, root)
            && let Some(attempt) = plan.attempt(forest, root, loaded)
        {
            plan.accept(attempt, loaded);
            // Now it is what the plan was made of, and so asked for.
            loaded.unrelated_files.clear();
        }
    }

    /// Nobody asked for this directory, so what is wrong with it is nobody's concern.
    fn read(directory: &Path, options: &Options, loaded: &mut Loaded) -> Self {
        if configuration_files(directory, loaded.sources.files()).is_empty() {
            return Self::Nothing;
        }
        let before: BTreeSet<FileId> = loaded.sources.ids().collect();
        let mut apart = Loaded {
            sources: std::mem::take(&mut loaded.sources),
            configs: std::mem::take(&mut loaded.configs),
            ..Loaded::default()
        };
        let given = Directory {
            path: directory.to_owned(),
            tree: directory.to_owned(),
        };
        let mut forest = LoadedModules::read(&[given], options, &mut apart);
        loaded.sources = apart.sources;
        loaded.configs = apart.configs;
        loaded.unrelated_files = loaded.sources.ids().filter(|id| !before.contains(id)).collect();
        match forest.take_root(directory, loaded.sources.files()) {
            Some(root) => Self::Read(Box::new(forest), Box::new(root)),
            None => Self::Nothing,
        }
    }
}

/// A plan, joined with a root module.
struct Attempt {
    configuration: Input,
    directory: PathBuf,
    sensitive: Vec<Span>,
    differences: Vec<Diagnostic>,
}

/// The root modules that a plan can have been made of.
enum Match<'f> {
    None,
    One(&'f Root, Box<Attempt>),
    Several(Vec<String>),
}

impl Planned {
    /// The blocks of mirrors.
    fn mirrors(&self) -> impl Iterator<Item = &ResourcePath> {
        self.declared
            .iter()
            .filter(|path| provider::is_image_mirror(&path.resource))
    }

    /// Whether the plan has just the mirror blocks of this root module.
    fn fits(&self, tree: &ModuleTree, root: &Root) -> bool {
        let blocks = declared(tree, root.module);
        self.mirrors().eq(blocks
            .iter()
            .filter(|path| provider::is_image_mirror(&path.resource)))
    }

    /// The root module that declares the plan's mirrors and gives them the plan's values.
    ///
    /// Two roots often declare the same; then the values tell them apart. Values that differ are taken for
    /// a difference, and not for another root, only where there is no other root.
    fn among<'f>(&self, forest: &'f LoadedModules, loaded: &mut Loaded) -> Match<'f> {
        let mut attempts: Vec<(&Root, Attempt)> = Vec::new();
        for root in forest.roots.iter().filter(|root| self.fits(&forest.tree, root)) {
            attempts.extend(self.attempt(forest, root, loaded).map(|attempt| (root, attempt)));
        }
        if forest.roots.len() > 1 {
            attempts.retain(|(_, attempt)| attempt.differences.is_empty());
        }
        if attempts.len() > 1 {
            let names = attempts
                .iter()
                .map(|(root, _)| display_name(&forest.tree.module(root.module).directory));
            return Match::Several(names.collect());
        }
        match attempts.pop() {
            Some((root, attempt)) => Match::One(root, Box::new(attempt)),
            None => Match::None,
        }
    }

    /// Evaluates the root module as it was when the plan was made, and joins the two.
    fn attempt(&self, forest: &LoadedModules, root: &Root, loaded: &mut Loaded) -> Option<Attempt> {
        let sources = &loaded.sources;
        let inputs = eval::with_stack(|| self.inputs(&forest.tree, sources, root));
        let root = Root {
            module: root.module,
            inputs: inputs.unwrap_or_default(),
            locked: root.locked.clone(),
        };
        let read = root_module::evaluate(forest, &[&root], loaded).pop();
        let mut attempt = Attempt {
            configuration: loaded.project.inputs.get(self.configuration.index())?.clone(),
            directory: forest.tree.module(root.module).directory.clone(),
            sensitive: Vec::new(),
            differences: Vec::new(),
        };
        if let Some(read) = read {
            attempt.differences =
                plan_with_configuration::join(&mut attempt.configuration, read.configuration);
            attempt.sensitive = read.sensitive;
        }
        Some(attempt)
    }

    fn accept(&self, attempt: Attempt, loaded: &mut Loaded) {
        if let Some(configuration) = loaded.project.inputs.get_mut(self.configuration.index()) {
            *configuration = attempt.configuration;
        }
        if let Some(directory) = loaded.directories.get_mut(self.configuration.index()) {
            *directory = attempt.directory;
        }
        loaded.project.sensitive.extend(attempt.sensitive);
        loaded.project.diagnostics.extend(attempt.differences);
    }

    /// The plan's values for variables. Where a file of the configuration says the same, it is left to say
    /// it: that is the text that a person can change.
    fn inputs(&self, tree: &ModuleTree, sources: &Sources, root: &Root) -> VariableInputs {
        let module = tree.module(root.module);
        let given: BTreeMap<Arc<str>, Expression> = self
            .variables
            .iter()
            .filter(|(name, _)| module.variables.contains_key(name.as_str()))
            .filter_map(|(name, span)| {
                let value = parse_json_value(sources.text(span.file), *span)?;
                Some((Arc::from(name.as_str()), value))
            })
            .collect();
        let planned = VariableInputs {
            expressions: given,
            tree: root.inputs.tree.clone(),
        };
        let own = Evaluator::new(tree, sources, &root.inputs, root.module);
        let theirs = Evaluator::new(tree, sources, &planned, root.module);
        let differs = |name: &Arc<str>| {
            let own = own.variable(InstanceId::ROOT, name);
            let theirs = theirs.variable(InstanceId::ROOT, name);
            match (own, theirs) {
                (Ok(own), Ok(theirs)) => !own.is_wholly_known() || own != theirs,
                _ => true,
            }
        };
        let mut expressions = root.inputs.expressions.clone();
        for (name, value) in &planned.expressions {
            if differs(name) {
                expressions.insert(name.clone(), value.clone());
            }
        }
        VariableInputs {
            expressions,
            tree: planned.tree.clone(),
        }
    }

    fn ambiguous(&self, names: &[String], loaded: &mut Loaded) {
        let what = format!(
            "{} declare the same mirrors, so the findings point at the plan; choose one with `--plan-config DIR`",
            names.join(" and ")
        );
        self.note(&what, loaded);
    }

    fn note(&self, what: &str, loaded: &mut Loaded) {
        let name = loaded
            .project
            .inputs
            .get(self.configuration.index())
            .map(|plan| plan.name.clone());
        let message = format!("{}: {what}", name.unwrap_or_default());
        let finding = PLAN_MISMATCH.diagnostic(message);
        loaded.project.diagnostics.push(finding);
    }
}

/// Everything that a root module and the modules below it declare.
fn declared(tree: &ModuleTree, root: ModuleId) -> BTreeSet<ResourcePath> {
    let mut found = BTreeSet::new();
    // Calls have no circles, so this ends.
    let mut pending = vec![(root, ModulePath::root())];
    while let Some((id, path)) = pending.pop() {
        let resources = tree.module(id).resources.keys();
        found.extend(resources.map(|resource| ResourcePath {
            module: path.clone(),
            resource: resource.clone(),
        }));
        let calls = tree.calls_of(id).into_iter();
        pending.extend(calls.map(|(name, callee, _)| (callee, path.child(name, None))));
    }
    found
}
