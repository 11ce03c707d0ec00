//! The configuration that a plan was made of: finds it, evaluates it with the plan's variables, and joins
//! the two.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::diagnostic::Diagnostic;
use crate::eval::{self, Evaluator, Inputs, InstanceId};
use crate::rules::PLAN_DIFFERS;
use crate::source::{Sources, Span, display_name};
use crate::syntax::document::json_value;
use crate::syntax::tree::Expression;
use crate::terraform::{ModuleId, Tree};

use super::directory::configuration_files;
use super::discover::Directory;
use super::inputs::{Counterpart, Options};
use super::join;
use super::modules::{Forest, Root};
use super::{Loaded, configuration};

/// A plan that was read.
#[derive(Debug)]
pub(super) struct Planned {
    /// Its place in the project.
    pub(super) configuration: usize,
    /// What its configuration declares, modules without instance keys.
    pub(super) declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables.
    pub(super) variables: Vec<(String, Span)>,
}

/// Joins plans with their configurations; gives the root modules that are looked at through a plan now.
pub(super) fn join(
    plans: &[Planned],
    forest: &Forest,
    options: &Options,
    loaded: &mut Loaded,
) -> BTreeSet<ModuleId> {
    let mut joined = BTreeSet::new();
    let plans = plans.iter().filter(|plan| plan.mirrors().next().is_some());
    match &options.counterpart {
        Counterpart::None => {}
        Counterpart::At(directory) => at(plans, directory, options, loaded),
        Counterpart::Near(directory) => {
            let mut here = Here::NotRead;
            for plan in plans {
                match plan.among(forest) {
                    Match::One(root) => {
                        joined.insert(root.module);
                        plan.join(forest, root, loaded);
                    }
                    Match::Several(roots) => {
                        let names = roots
                            .iter()
                            .map(|root| display_name(&forest.tree.module(root.module).directory));
                        plan.ambiguous(&names.collect::<Vec<_>>(), loaded);
                    }
                    Match::None => here.join(plan, directory, options, loaded),
                }
            }
        }
    }
    joined
}

/// Joins every plan with the root module of one directory.
fn at<'p>(
    plans: impl Iterator<Item = &'p Planned>,
    directory: &Path,
    options: &Options,
    loaded: &mut Loaded,
) {
    let given = Directory {
        path: directory.to_owned(),
        tree: directory.to_owned(),
    };
    let mut forest = Forest::read(&[given], options, loaded);
    let Some(root) = forest
        .take_root(directory)
        .filter(|_| !configuration_files(directory).is_empty())
    else {
        let help = "`--config` names the directory in which `terraform plan` ran";
        loaded.fail(
            directory,
            "there is no Terraform configuration in this directory",
            Some(help),
        );
        return;
    };
    configuration::report_problems(&forest, loaded);
    let blocks = declared(&forest.tree, root.module);
    for plan in plans {
        if plan.mirrors().any(|mirror| blocks.contains(mirror)) {
            plan.join(&forest, &root, loaded);
        } else {
            let what = format!(
                "{} is not the configuration of this plan: it declares none of its mirrors",
                display_name(directory)
            );
            plan.note(&what, loaded);
        }
    }
}

/// The current directory, read when a plan asks for it.
enum Here {
    NotRead,
    /// It holds no root module, or none that can be read.
    Nothing,
    Read(Box<Forest>, Box<Root>),
}

impl Here {
    fn join(&mut self, plan: &Planned, directory: &Path, options: &Options, loaded: &mut Loaded) {
        if matches!(self, Self::NotRead) {
            *self = Self::read(directory, options, loaded);
        }
        if let Self::Read(forest, root) = self
            && plan.fits(&forest.tree, root)
        {
            plan.join(forest, root, loaded);
        }
    }

    /// Nobody asked for this directory, so what is wrong with it is nobody's concern.
    fn read(directory: &Path, options: &Options, loaded: &mut Loaded) -> Self {
        if configuration_files(directory).is_empty() {
            return Self::Nothing;
        }
        let mut apart = Loaded {
            sources: std::mem::take(&mut loaded.sources),
            ..Loaded::default()
        };
        let given = Directory {
            path: directory.to_owned(),
            tree: directory.to_owned(),
        };
        let mut forest = Forest::read(&[given], options, &mut apart);
        loaded.sources = apart.sources;
        match forest.take_root(directory) {
            Some(root) => Self::Read(Box::new(forest), Box::new(root)),
            None => Self::Nothing,
        }
    }
}

/// The root modules that a plan can have been made of.
enum Match<'f> {
    None,
    One(&'f Root),
    Several(Vec<&'f Root>),
}

impl Planned {
    /// The blocks of mirrors.
    fn mirrors(&self) -> impl Iterator<Item = &ResourcePath> {
        self.declared.iter().filter(|path| is_mirror(path))
    }

    /// Whether the plan has just the mirror blocks of this root module.
    fn fits(&self, tree: &Tree, root: &Root) -> bool {
        let blocks = declared(tree, root.module);
        self.mirrors().eq(blocks.iter().filter(|path| is_mirror(path)))
    }

    fn among<'f>(&self, forest: &'f Forest) -> Match<'f> {
        let mut found: Vec<&Root> = forest
            .roots
            .iter()
            .filter(|root| self.fits(&forest.tree, root))
            .collect();
        if found.len() > 1 {
            // Of several, one that has everything else as well.
            let whole = |root: &&&Root| declared(&forest.tree, root.module) == self.declared;
            let same: Vec<&Root> = found.iter().filter(whole).copied().collect();
            if let [one] = same.as_slice() {
                return Match::One(one);
            }
        }
        match found.len() {
            0 => Match::None,
            1 => found.pop().map_or(Match::None, Match::One),
            _ => Match::Several(found),
        }
    }

    /// Evaluates the root module as it was when the plan was made, and joins the two.
    fn join(&self, forest: &Forest, root: &Root, loaded: &mut Loaded) {
        let sources = &loaded.sources;
        let inputs = eval::with_stack(|| self.inputs(&forest.tree, sources, root));
        let root = Root {
            module: root.module,
            inputs: inputs.unwrap_or_default(),
        };
        for read in configuration::evaluate(forest, &[&root], loaded) {
            loaded.project.sensitive.extend(read.sensitive);
            if let Some(plan) = loaded.project.configurations.get_mut(self.configuration) {
                let differences = join::join(plan, read.configuration);
                loaded.project.problems.extend(differences);
            }
        }
    }

    /// The plan's values for variables. Where a file of the configuration says the same, it is left to say
    /// it: that is the text that a person can change.
    fn inputs(&self, tree: &Tree, sources: &Sources, root: &Root) -> Inputs {
        let module = tree.module(root.module);
        let given: BTreeMap<Arc<str>, Expression> = self
            .variables
            .iter()
            .filter(|(name, _)| module.variables.contains_key(name.as_str()))
            .filter_map(|(name, span)| {
                let value = json_value(sources.text(span.file), *span)?;
                Some((Arc::from(name.as_str()), value))
            })
            .collect();
        let planned = Inputs {
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
        Inputs {
            expressions,
            tree: planned.tree.clone(),
        }
    }

    fn ambiguous(&self, names: &[String], loaded: &mut Loaded) {
        let what = format!(
            "{} declare the same mirrors, so the findings point at the plan; say which one it is with `--config DIR`",
            names.join(" and ")
        );
        self.note(&what, loaded);
    }

    fn note(&self, what: &str, loaded: &mut Loaded) {
        let name = loaded
            .project
            .configurations
            .get(self.configuration)
            .map(|plan| plan.name.clone());
        let message = format!("{}: {what}", name.unwrap_or_default());
        let finding = Diagnostic::new(PLAN_DIFFERS.name, PLAN_DIFFERS.severity, message);
        loaded.project.problems.push(finding);
    }
}

fn is_mirror(path: &ResourcePath) -> bool {
    path.resource == ResourceName::managed("rhcs_image_mirror", path.resource.name.clone())
}

/// Everything that a root module and the modules below it declare.
fn declared(tree: &Tree, root: ModuleId) -> BTreeSet<ResourcePath> {
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
