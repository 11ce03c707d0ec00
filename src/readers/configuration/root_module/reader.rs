//! The state of reading a root module.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::model::{
    Cluster, ClusterWaiter, Dependency, ImageMirrorsDataSource, InputKind, MirrorList, MissingInputs,
    UnknownReason,
};
use crate::parallel::Threads;
use crate::provider;
use crate::readers::configuration::budget::RunBudget;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::issues::Issues;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::resource_checks::CheckedBlock;
use crate::readers::manifest::AppliedManifests;
use terraform_eval::address::{ResourceName, ResourcePath};
use terraform_eval::eval::{InstanceId, RootInputs};
use terraform_eval::hashing::{HashMap, HashSet};
use terraform_eval::modules::{
    GraphBuilder, ModuleId, ModuleTree, Resource, ResourceFilter, ResourceNumbers,
};
use terraform_eval::resource_set::ResourceSet;
use terraform_eval::source::{Sources, Span};

pub(crate) struct RootModuleReader<'a> {
    pub(crate) tree: &'a ModuleTree,
    /// What remains for all root modules.
    pub(crate) budget: &'a RunBudget,
    /// The threads that work on this root module.
    pub(crate) threads: Threads,
    pub(crate) context: EvaluationContext<'a>,
    /// The numbers of the resources, which the graphs of parts share.
    pub(crate) numbers: Arc<ResourceNumbers<'a>>,
    pub(crate) graph: GraphBuilder<'a>,
    pub(crate) filters: Filters,
    /// Whether each module or one that it calls has blocks to read.
    pub(crate) relevant_modules: BTreeMap<ModuleId, bool>,
    /// Whether each module or one that it calls has blocks that apply manifests.
    pub(crate) modules_with_manifests: BTreeMap<ModuleId, bool>,
    /// Whether blocks of the root module were read in parts.
    pub(crate) is_divided: bool,
    /// The number of mirror blocks of the root module.
    pub(crate) mirror_blocks: usize,
    /// The paths that functions looked up in parts.
    pub(crate) accessed: BTreeSet<PathBuf>,
    /// What parts depend on of newer versions.
    pub(crate) newer_minors: BTreeSet<u32>,
    /// The dependencies of each mirror block of a called module, which all its instances share.
    pub(crate) dependencies: HashMap<ResourcePath, Dependencies>,
    pub(crate) mirrors: MirrorList,
    /// Whether the program rejects an argument of a mirror, or the number of its instances.
    pub(crate) has_rejected_mirror: bool,
    /// The blocks that can contain manifests in a form that is not read.
    pub(crate) carriers: Vec<(InstanceId, &'a Resource, EnclosingContext)>,
    /// The files that name a mirror set, in each file or directory that a block names, by its canonical path.
    pub(crate) searched: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// The data sources with documents that a resource applies.
    pub(crate) read_data_sources: BTreeSet<(ModuleId, ResourceName)>,
    /// The manifests that resources apply.
    pub(crate) manifests: AppliedManifests,
    /// For each module instance, the instances of a block in it.
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) waiters: BTreeMap<ResourcePath, ClusterWaiter>,
    pub(crate) data_sources: BTreeMap<ResourcePath, ImageMirrorsDataSource>,
    /// What Terraform rejects.
    pub(crate) issues: Issues,
    /// The cycles that were reported.
    pub(crate) cycles: BTreeSet<Arc<str>>,
    /// Whether a module declares the source of the provider.
    pub(crate) declares_source: bool,
    pub(crate) missing_inputs: Vec<MissingInputs>,
    /// The blocks that have an instance, or may have one.
    pub(crate) instantiated: HashSet<(ModuleId, ResourceName)>,
    /// What was found in blocks that were read in parts, which are checked at the same time.
    pub(crate) checked: HashMap<ResourceName, CheckedBlock<'a>>,
    /// The module calls that have an instance, or may have one.
    pub(crate) called: BTreeSet<(ModuleId, Arc<str>)>,
    pub(crate) visited_modules: BTreeSet<ModuleId>,
    /// The source text of sensitive values.
    pub(crate) sensitive: BTreeSet<Span>,
    /// The number of mirror blocks, and of calls of modules with some, that have no instance.
    pub(crate) without_instances: usize,
}

/// The dependencies that each kind of block is asked about. More of them would take memory in proportion to the square of
/// a long chain of such blocks.
#[derive(Clone, Copy)]
pub(crate) struct Filters {
    /// Of blocks that wait for a cluster.
    pub(crate) clusters: ResourceFilter,
    /// Of data sources that list mirrors.
    pub(crate) mirrors: ResourceFilter,
    /// Of mirrors.
    pub(crate) non_mirrors: ResourceFilter,
}

/// What a mirror block depends on.
#[derive(Clone)]
pub(crate) struct Dependencies {
    /// The entries of `depends_on`.
    pub(crate) depends_on: Arc<[Dependency]>,
    pub(crate) depends_on_span: Option<Span>,
    /// All resources that precede the block.
    pub(crate) resources: ResourceSet,
    /// Why there may be more of them.
    pub(crate) unresolved: Vec<UnknownReason>,
    /// The cycle that the block is part of or depends on.
    pub(crate) cycle: Option<UnknownReason>,
}

impl<'a> RootModuleReader<'a> {
    pub(crate) fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        inputs: &'a RootInputs,
        root: ModuleId,
        budget: &'a RunBudget,
        threads: Threads,
    ) -> Self {
        let mut numbers = ResourceNumbers::new(tree, sources, root, provider::is_relevant_type);
        let filters = Filters {
            clusters: numbers.filter(|name| provider::cluster_kind(name).is_some()),
            mirrors: numbers.filter(provider::is_image_mirror),
            non_mirrors: numbers.filter(|name| !provider::is_image_mirror(name)),
        };
        let numbers = Arc::new(numbers);
        let context = EvaluationContext::new(tree, sources, inputs, root, budget.shared_work());
        Self::with(tree, budget, threads, context, numbers, filters)
    }

    /// A reader of a part of the same root module.
    pub(crate) fn with(
        tree: &'a ModuleTree,
        budget: &'a RunBudget,
        threads: Threads,
        context: EvaluationContext<'a>,
        numbers: Arc<ResourceNumbers<'a>>,
        filters: Filters,
    ) -> Self {
        Self {
            tree,
            budget,
            threads,
            context,
            graph: GraphBuilder::new(numbers.clone()),
            numbers,
            filters,
            relevant_modules: BTreeMap::new(),
            modules_with_manifests: BTreeMap::new(),
            is_divided: false,
            mirror_blocks: 0,
            accessed: BTreeSet::new(),
            newer_minors: BTreeSet::new(),
            dependencies: HashMap::default(),
            mirrors: Vec::new(),
            has_rejected_mirror: false,
            carriers: Vec::new(),
            searched: BTreeMap::new(),
            read_data_sources: BTreeSet::new(),
            manifests: AppliedManifests::new(InputKind::Configuration),
            clusters: Vec::new(),
            waiters: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            issues: Issues::default(),
            cycles: BTreeSet::new(),
            declares_source: false,
            missing_inputs: Vec::new(),
            instantiated: HashSet::default(),
            checked: HashMap::default(),
            called: BTreeSet::new(),
            visited_modules: BTreeSet::new(),
            sensitive: BTreeSet::new(),
            without_instances: 0,
        }
    }

    /// Why dependencies are unknown, if they are.
    pub(crate) fn unresolved_dependencies(&self) -> Vec<UnknownReason> {
        let limit = self.graph.limit().into_iter();
        limit.map(UnknownReason::EvaluationFailed).collect()
    }

    /// The path of a block in the configuration: without the instance keys of its modules.
    pub(crate) fn resource_path(&self, instance: InstanceId, resource: &Resource) -> ResourcePath {
        ResourcePath {
            module: self.context.evaluator.path(instance).without_keys(),
            resource: resource.name.clone(),
        }
    }
}
