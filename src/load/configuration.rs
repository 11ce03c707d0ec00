//! From modules to the model: evaluates what the rules need of each root module, and no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey, ModulePath, Reference, ResourceName, ResourcePath, Subject};
use crate::cty::{Type, Value, convert};
use crate::diagnostic::{Diagnostic, Severity};
use crate::eval::{self, Evaluator, Failure, InstanceId, Repetition, Scope};
use crate::model::cluster::{ClusterRole, cluster_role};
use crate::model::{
    Attribute, Cause, Cluster, Configuration, Content, Dependency, ImageMirror, Input, Leads, Node, Step,
    Unknown,
};
use crate::rules::SYNTAX_ERROR;
use crate::source::{Sources, Span, display_name};
use crate::syntax::problem::Problem;
use crate::syntax::tree::{Block, Expression, ExpressionKind};
use crate::terraform::{Callee, GraphBuilder, ModuleId, Resource, Tree, references};

use super::Loaded;
use super::modules::{Forest, Root};
use super::origins::{self, Way};

/// Evaluates every root module and adds it to the project.
pub(super) fn read_roots(forest: &Forest, loaded: &mut Loaded) {
    let sources = &loaded.sources;
    let evaluate = || -> Vec<Read> {
        forest
            .roots
            .iter()
            .map(|root| read(forest, sources, root))
            .collect()
    };
    let reads = eval::with_stack(evaluate);
    match reads {
        Some(reads) => {
            for read in reads {
                loaded.project.configurations.push(read.configuration);
                loaded.project.sensitive.extend(read.sensitive);
            }
        }
        None => loaded.fail(
            std::path::Path::new("."),
            "the configuration could not be evaluated",
            None,
        ),
    }
    let modules = forest
        .tree
        .modules()
        .flat_map(|(_, module)| module.all_problems());
    let problems = innermost(forest.problems.iter().chain(modules).collect());
    let problems = problems
        .into_iter()
        .map(|problem| diagnostic(problem, &loaded.sources));
    loaded.project.problems.extend(problems);
}

/// The problems that hold no other one: of one mistake seen twice, by the cut and by the parser, the
/// one that points at it.
fn innermost(mut problems: Vec<&Problem>) -> Vec<&Problem> {
    let key = |problem: &Problem| {
        (
            problem.span.file,
            problem.span.start,
            std::cmp::Reverse(problem.span.end),
        )
    };
    problems.sort_by_key(|problem| key(problem));
    let holds_next = |pair: &[&Problem]| pair[0].span != pair[1].span && pair[0].span.contains(pair[1].span);
    let outer: Vec<bool> = problems.windows(2).map(holds_next).chain([false]).collect();
    let kept = problems.into_iter().zip(outer).filter(|(_, outer)| !outer);
    kept.map(|(problem, _)| problem).collect()
}

fn diagnostic(problem: &Problem, sources: &Sources) -> Diagnostic {
    let name = sources.file(problem.span.file).name();
    let mut finding = Diagnostic::new(
        SYNTAX_ERROR.name,
        Severity::Error,
        format!("{name}: {}", problem.message),
    )
    .at(problem.span, "");
    finding.help.clone_from(&problem.help);
    finding
}

/// What was read of one root module.
struct Read {
    configuration: Configuration,
    sensitive: Vec<Span>,
}

fn read(forest: &Forest, sources: &Sources, root: &Root) -> Read {
    let directory = &forest.tree.module(root.module).directory;
    let mut reader = Reader {
        tree: &forest.tree,
        sources,
        evaluator: Evaluator::new(&forest.tree, sources, &root.inputs, root.module),
        graph: GraphBuilder::new(&forest.tree, sources, root.module),
        relevant: BTreeMap::new(),
        orders: BTreeMap::new(),
        mirrors: Vec::new(),
        clusters: BTreeMap::new(),
        sensitive: BTreeSet::new(),
    };
    if reader.is_relevant(root.module) {
        reader.visit(InstanceId::ROOT);
    }
    let mut mirrors = reader.mirrors;
    mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    let configuration = Configuration {
        input: Input::Configuration,
        name: display_name(directory),
        mirrors,
        clusters: reader.clusters.into_values().collect(),
    };
    Read {
        configuration,
        sensitive: reader.sensitive.into_iter().collect(),
    }
}

struct Reader<'a> {
    tree: &'a Tree,
    sources: &'a Sources,
    evaluator: Evaluator<'a>,
    graph: GraphBuilder<'a>,
    /// Which modules hold mirrors or clusters, themselves or further down.
    relevant: BTreeMap<ModuleId, bool>,
    /// What comes before each mirror block: the same for all its instances.
    orders: BTreeMap<ResourcePath, Order>,
    mirrors: Vec<ImageMirror>,
    clusters: BTreeMap<ResourcePath, Cluster>,
    sensitive: BTreeSet<Span>,
}

/// What comes before a mirror block.
#[derive(Clone)]
struct Order {
    depends_on: Vec<Dependency>,
    span: Option<Span>,
    after: BTreeSet<ResourcePath>,
}

impl<'a> Reader<'a> {
    fn is_relevant(&mut self, module: ModuleId) -> bool {
        if let Some(known) = self.relevant.get(&module) {
            return *known;
        }
        // Calls have no circles, so this ends.
        let own = self
            .tree
            .module(module)
            .resources
            .keys()
            .any(|name| is_mirror(name) || is_cluster(name));
        let relevant =
            own || (self.tree.calls_of(module).into_iter()).any(|(_, callee, _)| self.is_relevant(callee));
        self.relevant.insert(module, relevant);
        relevant
    }

    fn visit(&mut self, instance: InstanceId) {
        let module = self.evaluator.module(instance);
        module.parse(self.sources);
        for resource in module.resources.values() {
            if is_mirror(&resource.name) {
                self.mirror_block(instance, resource);
            } else if is_cluster(&resource.name) {
                self.cluster_block(instance, resource);
            }
        }
        let id = self.evaluator.module_id(instance);
        for (call, callee, _) in self.tree.calls_of(id) {
            if !self.is_relevant(callee) {
                continue;
            }
            let repetitions = match self.evaluator.call_expansion(instance, &call) {
                Ok(expansion) => expansion.instances(),
                Err(failure) => vec![self.failed_expansion(instance, &failure)],
            };
            for repetition in repetitions {
                if let Some(child) = self.evaluator.child(instance, &call, &repetition) {
                    self.visit(child);
                }
            }
        }
    }

    /// The one instance that stands for a block whose `count` or `for_each` could not be evaluated.
    fn failed_expansion(&self, instance: InstanceId, failure: &Failure) -> Repetition {
        let reason = Subject::Other(format!("the instances are not known: {failure}").into());
        let unknown = || origins::unknown_because(self.evaluator.path(instance), reason.clone());
        Repetition {
            key: Some(InstanceKey::Unknown),
            index: Some(unknown()),
            each: Some((unknown(), unknown())),
        }
    }

    fn cluster_block(&mut self, instance: InstanceId, resource: &Resource) {
        let Some(ClusterRole::Cluster(kind)) = cluster_role(&resource.name) else {
            return;
        };
        let none = self
            .evaluator
            .resource_expansion(instance, &resource.name)
            .is_ok_and(|expansion| expansion.is_empty());
        if none {
            return;
        }
        let module = self.evaluator.path(instance).without_keys();
        let path = ResourcePath {
            module,
            resource: resource.name.clone(),
        };
        let cluster = Cluster {
            path: path.clone(),
            kind,
            ids: Vec::new(),
            span: resource.block.header(),
        };
        self.clusters.entry(path).or_insert(cluster);
    }

    fn mirror_block(&mut self, instance: InstanceId, resource: &'a Resource) {
        let Some(block) = resource.block.parse(self.sources) else {
            return;
        };
        let repetitions = match self.evaluator.resource_expansion(instance, &resource.name) {
            Ok(expansion) => expansion.instances(),
            Err(failure) => vec![self.failed_expansion(instance, &failure)],
        };
        let path = self.evaluator.path(instance);
        let order = self.order(&path, resource, block);
        let calls = self.calls(instance);
        for repetition in repetitions {
            let site = Site {
                instance,
                repetition: &repetition,
                block,
                broken: !resource.block.problems().is_empty(),
            };
            let (cluster_id, leads) = self.cluster_id(&site);
            let mirror = ImageMirror {
                address: Address::new(path.clone(), resource.name.clone(), repetition.key.clone()),
                span: resource.block.header(),
                calls: calls.clone(),
                cluster_id,
                leads,
                source: self.string(&site, "source"),
                mirrors: self.list(&site, "mirrors"),
                kind: self.kind(&site),
                depends_on: Some(order.depends_on.clone()),
                depends_on_span: order.span,
                after: order.after.clone(),
                after_unfollowed: Vec::new(),
            };
            self.mirrors.push(mirror);
        }
    }

    fn cluster_id(&mut self, site: &Site<'_>) -> (Attribute<String>, Leads) {
        let mut attribute = self.string(site, "cluster_id");
        let leads = match site.value(&self.evaluator, "cluster_id") {
            Some(Ok(value)) => origins::leads(&value, self.sources, |reference| self.block_of(reference)),
            Some(Err(failure)) => Leads {
                unfollowed: vec![Cause::NotEvaluated(failure.to_string())],
                ..Leads::default()
            },
            None => Leads::default(),
        };
        // An id that leads somewhere is mended where it is referred to, not where it leads.
        if let (false, Some(expression)) = (leads.nowhere(), site.expression("cluster_id")) {
            attribute.span = Some(expression.span);
        }
        (attribute, leads)
    }

    /// The header of the block behind a resource reference, and the source of a module that is not here.
    fn block_of(&self, reference: &Reference) -> origins::Block {
        let mut module = Some(self.evaluator.module_id(InstanceId::ROOT));
        for step in reference.module.steps() {
            module = module.and_then(|id| match self.tree.callee(id, &step.call) {
                Some(Callee::Module(child)) => Some(*child),
                _ => None,
            });
        }
        let Some(id) = module else {
            return origins::Block::default();
        };
        match &reference.subject {
            Subject::Resource(name) => origins::Block {
                span: self
                    .tree
                    .module(id)
                    .resources
                    .get(name)
                    .map(|resource| resource.block.header()),
                source: None,
            },
            Subject::Module(call) => origins::Block {
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
            _ => origins::Block::default(),
        }
    }

    fn string(&mut self, site: &Site<'_>, name: &str) -> Attribute<String> {
        let Some(expression) = site.expression(name) else {
            return site.absent();
        };
        let converted = site
            .value(&self.evaluator, name)
            .unwrap_or_else(|| Ok(Value::null(Type::String)));
        match converted.and_then(|value| as_type(&value, &Type::String)) {
            Ok(value) => self.attribute(&value, site, expression),
            Err(failure) => failed(&failure, expression),
        }
    }

    fn kind(&mut self, site: &Site<'_>) -> Attribute<String> {
        let kind = self.string(site, "type");
        match kind.content {
            // The provider's default.
            Content::Absent => Attribute::known("digest".to_owned(), None),
            _ => kind,
        }
    }

    fn list(&mut self, site: &Site<'_>, name: &str) -> Attribute<Vec<Attribute<String>>> {
        let Some(expression) = site.expression(name) else {
            return site.absent();
        };
        let converted = site
            .value(&self.evaluator, name)
            .unwrap_or_else(|| Ok(Value::null(Type::Dynamic)));
        let value = match converted.and_then(|value| as_type(&value, &Type::list(Type::String))) {
            Ok(value) => value,
            Err(failure) => return failed(&failure, expression),
        };
        let sensitive = value.marks().is_sensitive();
        let Some(items) = value.as_slice() else {
            let attribute = self.attribute(&value, site, expression);
            // A list that is not known has no text: what is left is null or unknown.
            return Attribute {
                content: match attribute.content {
                    Content::Unknown(unknown) => Content::Unknown(unknown),
                    _ => Content::Absent,
                },
                sensitive: attribute.sensitive,
                span: attribute.span,
                way: attribute.way,
            };
        };
        // What is not known of the list as a whole is not known of its elements.
        let marks = value.marks().demoted();
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = if item.is_known() {
                item.clone()
            } else {
                item.clone().with_marks(&marks)
            };
            elements.push(self.attribute(&item, site, element_of(expression, index, items.len())));
        }
        let Placed { span, way } = self.place(&value, site, expression);
        Attribute {
            content: Content::Known(elements),
            sensitive,
            span,
            way,
        }
    }

    /// A string value as the model has it.
    fn attribute(&mut self, value: &Value, site: &Site<'_>, expression: &Expression) -> Attribute<String> {
        let sensitive = value.marks_deep().is_sensitive();
        if let (true, Some(place)) = (sensitive, value.place()) {
            self.sensitive.insert(place);
        }
        let Placed { span, way } = self.place(value, site, expression);
        let content = match value.as_str() {
            Some(text) => Content::Known(text.to_string()),
            None if value.is_known() => Content::Absent,
            None => Content::Unknown(Unknown::for_all(origins::causes(value))),
        };
        Attribute {
            content,
            sensitive,
            span,
            way,
        }
    }

    /// The text to change for a value, and the way from there to the mirror. A sensitive value is
    /// shown where it is used, never where it is written.
    fn place(&self, value: &Value, site: &Site<'_>, expression: &Expression) -> Placed {
        let here = Placed {
            span: Some(expression.span),
            way: Vec::new(),
        };
        let Some(place) = value.place() else { return here };
        if expression.span.contains(place) {
            return Placed {
                span: Some(place),
                way: Vec::new(),
            };
        }
        if value.marks_deep().is_sensitive() || !value.is_known() {
            return here;
        }
        let way = Way {
            evaluator: &self.evaluator,
            sources: self.sources,
        };
        Placed {
            span: Some(place),
            way: way.to(place, expression, site.instance, site.block),
        }
    }

    /// The module calls around an instance, outermost first.
    fn calls(&self, instance: InstanceId) -> Vec<Step> {
        let mut calls = Vec::new();
        let mut at = instance;
        while let Some((caller, call, _)) = self.evaluator.called_from(at) {
            if let Some(declared) = self.evaluator.module(caller).calls.get(&call) {
                let span = declared.block.header();
                calls.push(Step {
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
        let node = Node::Inside(module.clone(), Subject::Resource(resource.name.clone()));
        let mut after = self.graph.graph([node.clone()]).reach([node]).resources;
        after.remove(&key);
        let argument = block.body.attribute("depends_on");
        let entries = argument
            .map(|argument| entries(&argument.value))
            .unwrap_or_default();
        let depends_on = entries.into_iter().map(|entry| {
            let nodes: Vec<Node> = references::of_expression(entry)
                .iter()
                .filter_map(|traversal| GraphBuilder::node(&module, traversal))
                .collect();
            let reach = self.graph.graph(nodes.clone()).reach(nodes);
            let text = self.sources.slice(entry.span).to_owned();
            Dependency {
                text,
                reaches: reach.resources,
                unfollowed: Vec::new(),
            }
        });
        let order = Order {
            depends_on: depends_on.collect(),
            span: argument.map(|argument| argument.span),
            after,
        };
        self.orders.insert(key, order.clone());
        order
    }
}

/// One instance of a mirror block.
struct Site<'s> {
    instance: InstanceId,
    repetition: &'s Repetition,
    block: &'s Block,
    /// Parts of the block could not be read.
    broken: bool,
}

struct Placed {
    span: Option<Span>,
    way: Vec<Step>,
}

impl Site<'_> {
    fn expression(&self, name: &str) -> Option<&Expression> {
        self.block.body.attribute(name).map(|attribute| &attribute.value)
    }

    fn value(&self, evaluator: &Evaluator<'_>, name: &str) -> Option<eval::Result<Value>> {
        let scope = Scope::module(self.instance).repeated(self.repetition);
        self.expression(name)
            .map(|expression| evaluator.evaluate(expression, scope))
    }

    /// An argument that is not there; in a broken block it may be in what could not be read.
    fn absent<T>(&self) -> Attribute<T> {
        if self.broken {
            let cause = Cause::NotEvaluated("the block cannot be read as a whole".to_owned());
            Attribute::unknown(Unknown::because(cause), Some(self.block.header))
        } else {
            Attribute::absent()
        }
    }
}

fn failed<T>(failure: &Failure, expression: &Expression) -> Attribute<T> {
    let cause = Cause::NotEvaluated(failure.to_string());
    let span = failure
        .span()
        .filter(|span| expression.span.contains(*span))
        .unwrap_or(expression.span);
    Attribute::unknown(Unknown::because(cause), Some(span))
}

fn as_type(value: &Value, ty: &Type) -> eval::Result<Value> {
    convert(value, ty).map_err(|error| Failure::invalid(error.located()))
}

/// The expression of a list's element, where the list is spelled out.
fn element_of(list: &Expression, index: usize, length: usize) -> &Expression {
    match &list.kind {
        ExpressionKind::Tuple(items) if items.len() == length => items.get(index).unwrap_or(list),
        ExpressionKind::Parenthesis(inner) => element_of(inner, index, length),
        _ => list,
    }
}

/// The entries of `depends_on`.
fn entries(value: &Expression) -> Vec<&Expression> {
    match &value.kind {
        ExpressionKind::Tuple(items) => items.iter().collect(),
        _ => vec![value],
    }
}

fn is_mirror(name: &ResourceName) -> bool {
    *name == ResourceName::managed("rhcs_image_mirror", name.name.clone())
}

fn is_cluster(name: &ResourceName) -> bool {
    matches!(cluster_role(name), Some(ClusterRole::Cluster(_)))
}
