//! From modules to the model: evaluates what the rules need of each root module, and no more.

mod clusters;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Cluster, ClusterWaiter, Dependency, ImageMirrorsDataSource, Input, InputKind, Mirror, MissingInputs,
    ResourceDeclaration, TraceStep, UnknownReason, UnknownReasons,
};
use crate::rules::{SYNTAX_ERROR, UNKNOWN_VALUE};
use terraform_eval::address::{Address, InstanceKey, ModulePath, Reference, ResourcePath, Subject};
use terraform_eval::cty::{self, Origin, Value};
use terraform_eval::eval::{self, Evaluator, Expansion, InstanceId, RepetitionData, VariableInputs};
use terraform_eval::modules::{Callee, GraphBuilder, ModuleId, ModuleTree, Resource, references};
use terraform_eval::reference_graph::Node;
use terraform_eval::source::{Sources, Span, display_name};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

use crate::provider;
use crate::readers::configuration::block_reader::Site;
use crate::readers::configuration::provenance;
use crate::readers::configuration::reference_counts::Uses;
use crate::readers::configuration::{mirror_block, related_blocks};
use crate::workspace::Loaded;
use crate::workspace::module_tree::{LoadedModules, Root};

/// Evaluates root modules and adds them to the project.
pub(crate) fn read_roots<'r>(
    forest: &LoadedModules,
    roots: impl Iterator<Item = &'r Root>,
    loaded: &mut Loaded,
) {
    let roots: Vec<&Root> = roots.collect();
    for (read, root) in evaluate(forest, &roots, loaded).into_iter().zip(&roots) {
        let directory = &forest.tree.module(root.module).directory;
        loaded.directories.push(directory.clone());
        loaded.project.add(read.configuration);
        loaded.project.sensitive.extend(read.sensitive);
        loaded.project.diagnostics.extend(read.problem);
    }
}

/// Evaluates root modules; none of them where the system has no room for it, which is said.
pub(crate) fn evaluate(forest: &LoadedModules, roots: &[&Root], loaded: &mut Loaded) -> Vec<Read> {
    let sources = &loaded.sources;
    let reads =
        eval::with_stack(|| -> Vec<Read> { roots.iter().map(|root| read(forest, sources, root)).collect() });
    reads.unwrap_or_else(|| {
        loaded.fail(
            std::path::Path::new("."),
            "not enough memory to evaluate the configuration",
            None,
        );
        Vec::new()
    })
}

/// Adds to the project what is wrong with the text of the modules, and with how they are put together.
pub(crate) fn report_problems(forest: &LoadedModules, loaded: &mut Loaded) {
    let modules = forest
        .tree
        .modules()
        .flat_map(|(_, module)| module.all_problems());
    let problems = innermost(forest.problems.iter().chain(modules).collect());
    let problems = problems
        .into_iter()
        .map(|problem| diagnostic(problem, &loaded.sources));
    loaded.project.diagnostics.extend(problems);
}

/// The problems that hold no other one: of one mistake seen twice, by the cut and by the parser, the
/// one that points at it.
fn innermost(mut problems: Vec<&SyntaxError>) -> Vec<&SyntaxError> {
    let key = |problem: &SyntaxError| {
        (
            problem.span.file,
            problem.span.start,
            std::cmp::Reverse(problem.span.end),
        )
    };
    problems.sort_by_key(|problem| key(problem));
    let holds_next =
        |pair: &[&SyntaxError]| pair[0].span != pair[1].span && pair[0].span.contains(pair[1].span);
    let outer: Vec<bool> = problems.windows(2).map(holds_next).chain([false]).collect();
    let kept = problems.into_iter().zip(outer).filter(|(_, outer)| !outer);
    kept.map(|(problem, _)| problem).collect()
}

fn diagnostic(problem: &SyntaxError, sources: &Sources) -> Diagnostic {
    let name = sources.file(problem.span.file).name();
    let mut finding = Diagnostic::new(
        SYNTAX_ERROR.code(),
        Severity::Error,
        format!("{name}: {}", problem.message),
    )
    .at(problem.span, "");
    finding.help.clone_from(&problem.help);
    finding
}

/// At so many places in the tree of modules can mirror blocks be looked at: a dozen modules that each call
/// the next one ten times have more places than anybody can mean.
const MOST_PLACES: usize = 20_000;

/// What was read of one root module.
pub(crate) struct Read {
    pub(crate) configuration: Input,
    pub(crate) sensitive: Vec<Span>,
    pub(crate) problem: Option<Diagnostic>,
}

fn read(forest: &LoadedModules, sources: &Sources, root: &Root) -> Read {
    let directory = &forest.tree.module(root.module).directory;
    let mut reader = Reader {
        tree: &forest.tree,
        sources,
        inputs: &root.inputs,
        evaluator: Evaluator::new(&forest.tree, sources, &root.inputs, root.module),
        graph: GraphBuilder::new(&forest.tree, sources, root.module, provider::is_image_mirror),
        relevant: BTreeMap::new(),
        orders: BTreeMap::new(),
        uses: Uses::default(),
        mirrors: Vec::new(),
        clusters: BTreeMap::new(),
        waiters: BTreeMap::new(),
        reads: BTreeMap::new(),
        modules: BTreeSet::new(),
        sensitive: BTreeSet::new(),
        full: false,
    };
    if reader.is_relevant(root.module) {
        reader.visit(InstanceId::ROOT, &Surroundings::default());
    }
    let problem = reader.full.then(|| {
        let message = format!(
            "{}: too many instances of modules and resources; the rest is skipped",
            display_name(directory)
        );
        Diagnostic::new(UNKNOWN_VALUE.code(), Severity::Warning, message)
    });
    let imports = related_blocks::imports(
        &reader.evaluator,
        sources,
        forest.tree.module(root.module),
        &root.inputs,
        &reader.uses,
    );
    let modules = reader.modules.iter().map(|id| forest.tree.module(*id));
    let mut mirrors = reader.mirrors;
    mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    let configuration = Input {
        mirrors,
        clusters: reader.clusters.into_values().collect(),
        waiters: reader.waiters.into_values().collect(),
        data_sources: reader.reads.into_values().collect(),
        imports,
        provider: related_blocks::provider(modules, root.locked.as_ref(), sources),
        ..Input::new(InputKind::Configuration, display_name(directory))
    };
    Read {
        configuration,
        sensitive: reader.sensitive.into_iter().collect(),
        problem,
    }
}

struct Reader<'a> {
    tree: &'a ModuleTree,
    sources: &'a Sources,
    inputs: &'a VariableInputs,
    evaluator: Evaluator<'a>,
    graph: GraphBuilder<'a>,
    /// Which modules hold blocks that matter, themselves or further down.
    relevant: BTreeMap<ModuleId, bool>,
    /// What comes before each mirror block: the same for all its instances.
    orders: BTreeMap<ResourcePath, Order>,
    /// How often names are referred to.
    uses: Uses,
    mirrors: Vec<Mirror>,
    clusters: BTreeMap<ResourcePath, Cluster>,
    waiters: BTreeMap<ResourcePath, ClusterWaiter>,
    reads: BTreeMap<ResourcePath, ImageMirrorsDataSource>,
    /// The modules that were looked at.
    modules: BTreeSet<ModuleId>,
    sensitive: BTreeSet<Span>,
    /// There are more instances than we look at.
    full: bool,
}

/// What comes before a mirror block.
#[derive(Clone)]
struct Order {
    depends_on: Vec<Dependency>,
    span: Option<Span>,
    after: BTreeSet<ResourcePath>,
    /// The circle that it is part of or waits for.
    circle: Option<UnknownReason>,
}

/// What is unknown of the instances of a block, by itself or by the module calls around it.
#[derive(Clone, Default)]
struct Surroundings {
    /// Why it is unknown how many there are.
    open: Option<UnknownReasons>,
    /// Why Terraform has none at all.
    refused: Option<UnknownReason>,
    /// The module calls that leave something out.
    missing_inputs: Vec<MissingInputs>,
}

impl<'a> Reader<'a> {
    fn is_relevant(&mut self, module: ModuleId) -> bool {
        if let Some(known) = self.relevant.get(&module) {
            return *known;
        }
        // Calls have no circles, so this ends.
        let own = self.tree.module(module).resources.keys().any(|name| {
            provider::is_image_mirror(name)
                || provider::cluster_kind(name).is_some()
                || provider::waits_for_cluster(name)
                || provider::is_image_mirrors_data_source(name)
        });
        let relevant =
            own || (self.tree.calls_of(module).into_iter()).any(|(_, callee, _)| self.is_relevant(callee));
        self.relevant.insert(module, relevant);
        relevant
    }

    fn visit(&mut self, instance: InstanceId, around: &Surroundings) {
        let module = self.evaluator.module(instance);
        module.parse(self.sources, self.tree.schemas());
        for resource in module.resources.values() {
            if provider::is_image_mirror(&resource.name) {
                self.mirror_block(instance, resource, around);
            } else if provider::cluster_kind(&resource.name).is_some() {
                self.cluster_block(instance, resource, around);
            } else if provider::waits_for_cluster(&resource.name) {
                self.waiter_block(instance, resource, around);
            } else if provider::is_image_mirrors_data_source(&resource.name) {
                self.read_block(instance, resource);
            }
        }
        let id = self.evaluator.module_id(instance);
        self.modules.insert(id);
        for (call, callee, _) in self.tree.calls_of(id) {
            if !self.is_relevant(callee) {
                continue;
            }
            if self.evaluator.is_instance_limit_reached() || self.orders.len() >= MOST_PLACES {
                self.full = true;
                return;
            }
            let expansion = self.evaluator.call_expansion(instance, &call);
            let (repetitions, mut around) = Self::instances(expansion, around);
            if let Some(missing) = self.missing_inputs(instance, &call, callee) {
                around
                    .refused
                    .get_or_insert(UnknownReason::MissingInput(missing.call.clone()));
                around.missing_inputs.push(missing);
            }
            for repetition in repetitions {
                if let Some(child) = self.evaluator.child(instance, &call, &repetition) {
                    self.visit(child, &around);
                }
            }
        }
    }

    /// The instances of a block, and what is unknown of them. One stands for all where nothing is.
    fn instances(
        expansion: eval::Result<Rc<Expansion>>,
        around: &Surroundings,
    ) -> (Vec<RepetitionData>, Surroundings) {
        let mut around = around.clone();
        let repetitions = match expansion {
            Ok(expansion) => {
                if let Expansion::Unknown { value, .. } = &*expansion {
                    let unknown = UnknownReasons::from_reasons(provenance::causes(value));
                    around.open.get_or_insert(unknown);
                }
                expansion.instances()
            }
            Err(failure) => {
                let reason = cty::UnknownReason::InstancesUnknown(failure.to_string().into());
                let cause = UnknownReason::NotEvaluated(reason.clone());
                if failure.is_limit() {
                    around.open.get_or_insert(UnknownReasons::new(cause));
                } else {
                    around.refused.get_or_insert(cause);
                }
                let origin = Origin::from_reason(reason, None);
                let unknown = || Value::dynamic().with_origin(origin.clone());
                vec![RepetitionData {
                    key: Some(InstanceKey::Unknown),
                    index: Some(unknown()),
                    each: Some((unknown(), unknown())),
                }]
            }
        };
        (repetitions, around)
    }

    fn mirror_block(&mut self, instance: InstanceId, resource: &'a Resource, around: &Surroundings) {
        let Some(block) = resource.block.parse(self.sources) else {
            return;
        };
        let expansion = self.evaluator.resource_expansion(instance, &resource.name);
        let (repetitions, around) = Self::instances(expansion, around);
        let path = self.evaluator.path(instance);
        let order = self.order(&path, resource, block);
        let calls = self.calls(instance);
        let mut mirror_block =
            mirror_block::mirror_block(&self.evaluator, self.sources, instance, resource, block);
        mirror_block.missing_inputs.clone_from(&around.missing_inputs);
        for repetition in repetitions {
            let repetition = Rc::new(repetition);
            self.evaluator.grant_reserve_budget();
            let mut site = Site {
                evaluator: &self.evaluator,
                sources: self.sources,
                instance,
                repetition: &repetition,
                block,
                broken: !resource.block.problems().is_empty(),
                refused: around.refused.as_ref().or(order.circle.as_ref()),
                inputs: self.inputs,
                uses: &self.uses,
                secrets: Vec::new(),
            };
            let (cluster_id, cluster_origin) = site.cluster_id(|reference| self.block_of(reference));
            let (source, mirrors) = (site.string("source"), site.list("mirrors"));
            let declaration = ResourceDeclaration {
                calls: calls.clone(),
                instances: around.open.clone(),
                cluster_origin,
                depends_on: Some(order.depends_on.clone()),
                depends_on_span: order.span,
                dependencies: order.after.clone(),
                block: mirror_block.clone(),
                ..ResourceDeclaration::new(cluster_id, site.string("type"))
            };
            let address = Address::new(path.clone(), resource.name.clone(), repetition.key.clone());
            let mirror =
                Mirror::from_resource(address, resource.block.header(), source, mirrors, declaration);
            self.sensitive.extend(site.secrets);
            self.mirrors.push(mirror);
        }
    }

    /// The header of the block behind a resource reference, and the source of a module that is not here.
    fn block_of(&self, reference: &Reference) -> provenance::Block {
        let mut module = Some(self.evaluator.module_id(InstanceId::ROOT));
        for step in reference.module.steps() {
            module = module.and_then(|id| match self.tree.callee(id, &step.call) {
                Some(Callee::Module(child)) => Some(*child),
                _ => None,
            });
        }
        let Some(id) = module else {
            return provenance::Block::default();
        };
        match &reference.subject {
            Subject::Resource(name) => provenance::Block {
                span: self
                    .tree
                    .module(id)
                    .resources
                    .get(name)
                    .map(|resource| resource.block.header()),
                source: None,
            },
            Subject::Module(call) => provenance::Block {
                span: self
                    .tree
                    .module(id)
                    .calls
                    .get(call)
                    .map(|call| call.block.header()),
                source: match self.tree.callee(id, call) {
                    Some(Callee::Missing { source }) => Some(source.clone()),
                    _ => None,
                },
            },
            _ => provenance::Block::default(),
        }
    }

    /// The module calls around an instance, outermost first.
    fn calls(&self, instance: InstanceId) -> Vec<TraceStep> {
        let mut calls = Vec::new();
        let mut at = instance;
        while let Some((caller, call, _)) = self.evaluator.called_from(at) {
            if let Some(declared) = self.evaluator.module(caller).calls.get(&call) {
                let span = declared.block.header();
                calls.push(TraceStep {
                    span,
                    text: format!("module.{call}"),
                });
            }
            at = caller;
        }
        calls.reverse();
        calls
    }

    fn order(&mut self, path: &ModulePath, resource: &Resource, block: &Block) -> Order {
        let module = path.without_keys();
        let key = ResourcePath {
            module: module.clone(),
            resource: resource.name.clone(),
        };
        if let Some(known) = self.orders.get(&key) {
            return known.clone();
        }
        let node = Node::Resource(key.clone());
        let circle = self
            .graph
            .find_cycle(&node)
            .map(|names| UnknownReason::Cycle(names.to_string()));
        let after = (*self.graph.dependencies(&node)).clone();
        let argument = block.body.attribute("depends_on");
        let entries = argument
            .map(|argument| entries(&argument.value))
            .unwrap_or_default();
        let depends_on = entries.into_iter().map(|entry| {
            let mut reaches = BTreeSet::new();
            for traversal in references::in_expression(entry) {
                if let Some(node) = traversal.node(&module) {
                    reaches.extend(self.graph.dependencies(&node).iter().cloned());
                }
            }
            let text = self.sources.slice(entry.span).to_owned();
            Dependency {
                text,
                resources: reaches,
                unresolved: Vec::new(),
            }
        });
        let order = Order {
            depends_on: depends_on.collect(),
            span: argument.map(|argument| argument.span),
            after,
            circle,
        };
        self.orders.insert(key, order.clone());
        order
    }
}

/// The entries of `depends_on`.
fn entries(value: &Expression) -> Vec<&Expression> {
    match &value.kind {
        ExpressionKind::Tuple(items) => items.iter().collect(),
        _ => vec![value],
    }
}
