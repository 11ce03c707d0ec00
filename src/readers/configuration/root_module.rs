//! Evaluates root modules: visits their module instances, and reads the blocks that rules need, and no others.

mod batches;
mod block_forms;
mod calls;
mod carrier_words;
mod carriers;
mod checks;
mod clusters;
mod data_sources;
mod dialect_checks;
mod enclosing_context;
mod imports;
mod instances;
mod manifests;
mod mirrors;
mod moves;
mod parts;
mod provider_blocks;
mod provider_versions;
mod reader;
mod resource_checks;
mod values;
mod waiters;

pub(crate) use calls::may_pass_mirrors;
pub(crate) use carrier_words::may_carry_manifests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError, RwLock};

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Clusters, ConfigurationIssueKind, Consequence, Import, Input, InputKind, UnknownReason};
use crate::parallel::Threads;
use crate::progress::{Progress, Stage};
use crate::provider;
use crate::readers::configuration::budget::RunBudget;
use crate::readers::configuration::root_module::batches::Batches;
use crate::readers::configuration::root_module::carrier_words::has_manifests;
use crate::readers::configuration::root_module::dialect_checks::has_misspelled_blocks;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::provider_versions::read_provider_versions;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::manifest::AppliedManifests;
use crate::rules::UNKNOWN_VALUE;
use terraform_eval::address::ResourceName;
use terraform_eval::eval::{self, EvalError, Expansion, InstanceId, RootInputs};
use terraform_eval::modules::{Callee, Module, ModuleId, ModuleTree, Resource};
use terraform_eval::source::{Sources, Span, display_name};

/// The number of blocks at different module paths that are read. A dozen modules that each call the next one ten
/// times have more paths than anyone intends.
const MAX_MIRROR_BLOCKS: usize = 20_000;

/// A root module with the values for its variables.
#[derive(Debug, Clone)]
pub(crate) struct RootModule {
    pub(crate) module: ModuleId,
    pub(crate) inputs: RootInputs,
    /// The version of the rhcs provider in its dependency lock file.
    pub(crate) locked_version: Option<(String, Span)>,
}

/// A root module in terms of the model.
#[derive(Clone)]
pub(crate) struct RootModuleModel {
    pub(crate) input: Input,
    /// The manifests that its resources apply.
    pub(crate) manifests: AppliedManifests,
    /// The source text of sensitive values.
    pub(crate) sensitive: Vec<Span>,
    /// The paths that functions looked up: canonical paths, and absolute paths of what does not exist.
    pub(crate) accessed: BTreeSet<PathBuf>,
    /// The limits that were reached.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether the program rejects the configuration.
    pub(crate) is_rejected: bool,
    /// The minor versions of the program that have something which the model depends on, and which older versions that
    /// `required_version` admits do not have.
    pub(crate) newer_minors: BTreeSet<u32>,
}

impl RootModuleModel {
    /// A root module without any block that is read.
    pub(crate) fn without_blocks(name: String) -> Self {
        let kind = InputKind::Configuration;
        Self {
            input: Input::new(kind, name),
            manifests: AppliedManifests::new(kind),
            sensitive: Vec::new(),
            accessed: BTreeSet::new(),
            diagnostics: Vec::new(),
            is_rejected: false,
            newer_minors: BTreeSet::new(),
        }
    }
}

/// Evaluates root modules. `None` if the system has no memory for the stack that this needs.
///
/// Of many root modules, only the blocks of a batch are in memory at the same time.
pub(crate) fn evaluate_roots(
    tree: &mut ModuleTree,
    sources: &Sources,
    roots: &[&RootModule],
    threads: Threads,
    budget: &RunBudget,
    progress: &Progress,
) -> Option<Vec<RootModuleModel>> {
    let enclose = |share: &mut (dyn FnMut() + Send)| _ = eval::with_stack(share);
    let mut evaluate = |threads: Threads| {
        progress.begin(Stage::Evaluate, roots.len());
        let mut batches = Batches::new(roots.iter().map(|root| root.module).collect(), threads, tree);
        let size = batches.size();
        batches.begin_next(tree, sources);
        let tree = RwLock::new(&mut *tree);
        let share = threads.shared_by(roots.len());
        let evaluate_root = |root: &&RootModule| {
            if progress.is_stopped() {
                return RootModuleModel::without_blocks(String::new());
            }
            let tree = tree.read().unwrap_or_else(PoisonError::into_inner);
            let model = evaluate_on_stack(&tree, sources, root, budget, share);
            progress.advance(1);
            model
        };
        let between = |done: usize| {
            let mut tree = tree.write().unwrap_or_else(PoisonError::into_inner);
            batches.end(done, &mut tree);
            batches.begin_next(&mut tree, sources);
        };
        let models = threads.map_in_batches(roots, size, &enclose, evaluate_root, between);
        batches.end_last(&mut tree.write().unwrap_or_else(PoisonError::into_inner));
        models
    };
    budget.evaluate_in_order(|on_several_threads| {
        evaluate(if on_several_threads { threads } else { Threads::ONE })
    })
}

/// Evaluates one root module. `None` if the system has no memory for the stack that this needs.
pub(crate) fn evaluate_root(
    tree: &ModuleTree,
    sources: &Sources,
    root: &RootModule,
    budget: &RunBudget,
) -> Option<RootModuleModel> {
    eval::with_stack(|| evaluate_on_stack(tree, sources, root, budget, Threads::ONE))
}

fn evaluate_on_stack(
    tree: &ModuleTree,
    sources: &Sources,
    root: &RootModule,
    budget: &RunBudget,
    threads: Threads,
) -> RootModuleModel {
    let root_module = tree.module(root.module);
    let root_module_engine = root.inputs.dialect.engine();
    let name = display_name(&root_module.directory);
    let mut reader = RootModuleReader::new(tree, sources, &root.inputs, root.module, budget, threads);
    let is_relevant = reader.is_relevant(root.module);
    if is_relevant {
        reader.declares_source = reader.has_provider_source(root.module);
        reader.visit(InstanceId::ROOT, &EnclosingContext::default());
    }
    let found = (
        std::mem::take(&mut reader.mirrors),
        std::mem::take(&mut reader.clusters),
    );
    let threads = threads.if_many(found.0.len() + found.1.len());
    let found = Mutex::new(found);
    let sort = || {
        let (mut mirrors, clusters) =
            std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        mirrors.sort_by(|a, b| a.address.cmp(&b.address));
        mirrors.shrink_to_fit();
        (mirrors, Clusters::from_iter(clusters))
    };
    let (imports, (mirrors, clusters)) = threads.join(|| reader.check_and_read_others(root.module), sort);
    let mut accessed = std::mem::take(&mut reader.accessed);
    accessed.extend(reader.context.evaluator.accessed_paths());
    let mut newer_minors = std::mem::take(&mut reader.newer_minors);
    newer_minors.extend(reader.context.evaluator.newer_minors());
    if reader.needs_order() {
        budget.ask_for_order();
    }
    reader.count_carriers();
    if let Some(limit) = reader.graph.limit() {
        reader.issues.limits.entry(limit).or_default();
    }
    budget.add_work(reader.context.evaluator.work());
    let limits = std::mem::take(&mut reader.issues.limits);
    let limits = limits.into_iter();
    let diagnostics = limits
        .map(|(limit, span)| limit_finding(&name, &limit, span))
        .collect();
    let visited = reader.visited_modules.iter().map(|id| tree.module(*id));
    let input = Input {
        mirrors,
        engine: root_module_engine,
        without_instances: reader.without_instances,
        clusters,
        waiters: reader.waiters.into_values().collect(),
        data_sources: reader.data_sources.into_values().collect(),
        imports,
        issues: reader.issues.found,
        missing_inputs: reader.missing_inputs,
        provider: read_provider_versions(visited, root.locked_version.as_ref(), sources),
        ..Input::new(InputKind::Configuration, name)
    };
    RootModuleModel {
        is_rejected: reader.has_rejected_mirror || is_rejected(&input),
        newer_minors,
        manifests: reader.manifests,
        accessed,
        input,
        sensitive: reader.sensitive.into_iter().collect(),
        diagnostics,
    }
}

/// Looks for syntax errors in all modules of a root module that has mirrors. The program rejects one wherever it stands; in
/// other root modules, only what evaluation needs is parsed.
fn check_syntax(tree: &ModuleTree, sources: &Sources, root: ModuleId, threads: Threads) {
    for module in tree.reachable(root) {
        tree.module(module).check_syntax(sources, &|blocks, check| {
            _ = threads.map(blocks, |block| check(block));
        });
    }
}

/// The finding about a limit. It is a warning: a mirror may be hidden behind the limit.
fn limit_finding(name: &str, limit: &str, span: Option<Span>) -> Diagnostic {
    let message = format!("{name}: {limit}, so mirrors may be missing or undecided");
    let finding = Diagnostic::new(UNKNOWN_VALUE.code(), Severity::Warning, message);
    let finding = match span {
        Some(span) => finding.at(span, "the limit is reached here"),
        None => finding,
    };
    finding.help(
        "check a plan of the configuration, whose values Terraform has computed (`terraform show -json PLAN`), or divide \
         the configuration",
    )
}

/// Whether evaluation found something that the program rejects, apart from the mirrors, and from the declaration of the provider,
/// of which both programs require the same.
fn is_rejected(input: &Input) -> bool {
    let mut issues = input.issues.iter();
    issues.any(|issue| {
        issue.consequence == Consequence::Rejected && issue.kind != ConfigurationIssueKind::ProviderVersion
    }) || !input.missing_inputs.is_empty()
}

/// Whether a module declares, apart from its calls, something that is read into the model.
pub(crate) fn may_have_inputs(module: &Module) -> bool {
    let mut types = module.resources.types();
    types.any(|name| is_read(name) || has_manifests(name))
        || !module.imports().is_empty()
        || has_misspelled_blocks(module)
}

/// Whether a block is read because of its own type: that of a mirror, of a cluster, or a misspelled one.
fn is_read(name: &ResourceName) -> bool {
    provider::is_relevant_type(name)
        || (provider::schemas().get(name).is_none() && provider::similar_type(name).is_some())
}

impl<'a> RootModuleReader<'a> {
    /// Checks the modules, whose mirrors and clusters have been read, and reads what remains. Returns the imports.
    fn check_and_read_others(&mut self, root: ModuleId) -> Vec<Import> {
        let is_relevant = self.is_relevant(root);
        if is_relevant {
            self.check_modules(root);
        } else {
            // A mirror that is gone may have left a block.
            self.check_moves(root);
        }
        let has_manifests = self.has_manifests(root);
        if has_manifests {
            self.visit_manifests(InstanceId::ROOT, &EnclosingContext::default());
        }
        if is_relevant || has_manifests {
            check_syntax(self.tree, self.context.sources, root, self.threads);
        }
        self.read_imports(self.tree.module(root))
    }

    /// Whether a module or one that it calls has blocks to read, or may call a module that does.
    fn is_relevant(&mut self, module: ModuleId) -> bool {
        if let Some(is_relevant) = self.relevant_modules.get(&module) {
            return *is_relevant;
        }
        let declared = self.tree.module(module);
        let has_blocks = declared.resources.types().any(is_read) || has_misspelled_blocks(declared);
        // The calls have no cycle, so this ends.
        let mut calls = self.tree.calls_of(module).into_iter();
        let is_relevant = has_blocks
            || self.has_unknown_callee(module)
            || declared
                .calls
                .keys()
                .any(|call| self.passes_mirrors(module, call))
            || calls.any(|(_, callee, _)| self.is_relevant(callee));
        self.relevant_modules.insert(module, is_relevant);
        is_relevant
    }

    /// Notes the limit because of which the modules that an instance calls are not visited, if there is one.
    fn is_at_limit(&mut self, instance: InstanceId) -> bool {
        let limit = if self.dependencies.len() + self.mirror_blocks >= MAX_MIRROR_BLOCKS {
            Some(EvalError::exhausted(format!(
                "more than {MAX_MIRROR_BLOCKS} blocks of mirrors"
            )))
        } else {
            let evaluator = &self.context.evaluator;
            self.budget
                .memory_limit()
                .or_else(|| evaluator.call_limit(instance))
        };
        if let Some(limit) = &limit {
            self.issues.note_limit(limit, None);
        }
        limit.is_some()
    }

    /// The instances of a block, if there is room for them in the model.
    fn with_room(&self, expansion: eval::Result<Rc<Expansion>>) -> eval::Result<Rc<Expansion>> {
        let expansion = expansion?;
        self.budget.charge_instances(expansion.instance_count())?;
        Ok(expansion)
    }

    /// Whether a module has a call whose source is not a literal, and which no module answers.
    fn has_unknown_callee(&self, module: ModuleId) -> bool {
        let mut calls = self.tree.module(module).calls.values();
        calls.any(|call| {
            let callee = self.tree.callee(module, &call.name);
            matches!(callee, Some(Callee::Missing { source }) if source.is_empty())
                && call.source(self.context.sources).is_none()
        })
    }

    /// Reads a block of a module instance, if it is one of those that rules need.
    fn read_resource(&mut self, instance: InstanceId, resource: &'a Resource, enclosing: &EnclosingContext) {
        if provider::is_image_mirror(&resource.name) {
            self.read_mirror(instance, resource, enclosing);
        } else if provider::cluster_kind(&resource.name).is_some() {
            self.read_cluster(instance, resource, enclosing);
        } else if provider::waits_for_cluster(&resource.name) {
            self.read_waiter(instance, resource, enclosing);
        } else if provider::is_image_mirrors_data_source(&resource.name) {
            self.read_data_source(instance, resource, enclosing);
        }
    }

    /// Reads the blocks of a module instance, then those of the modules that it calls.
    fn visit(&mut self, instance: InstanceId, enclosing: &EnclosingContext) {
        self.check_variables(instance);
        let module = self.context.evaluator.module(instance);
        if instance == InstanceId::ROOT {
            let resources = module.resources.of_types(provider::is_relevant_type);
            let resources: Vec<&Resource> = resources.collect();
            self.read_blocks_of_root(&resources);
        } else {
            for resource in &module.resources {
                self.read_resource(instance, resource, enclosing);
            }
        }
        self.check_values(instance);
        let id = self.context.evaluator.module_id(instance);
        self.visited_modules.insert(id);
        for (call, callee, _) in self.tree.calls_of(id) {
            if !self.is_relevant(callee) {
                continue;
            }
            if self.is_at_limit(instance) {
                return;
            }
            let (repetitions, mut enclosing) = self.expand_call(instance, &call, enclosing);
            self.without_instances += usize::from(repetitions.is_empty());
            if let Some(missing) = self.missing_inputs(instance, &call, callee) {
                let reason = UnknownReason::MissingInput(missing.call.clone());
                enclosing.rejection.get_or_insert(reason);
                enclosing.missing_inputs.push(missing);
            }
            for repetition in repetitions {
                if self.is_at_limit(instance) {
                    return;
                }
                if let Some(child) = self.context.evaluator.child(instance, &call, &repetition) {
                    self.visit(child, &enclosing);
                }
            }
        }
    }
}
