//! What an expression of a file evaluates to: in each root module, and there in each instance of its module and block.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::readers::configuration::RootModule;
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::name_kind::NameKind;
use crate::workspace::variables::FileValuesId;
use terraform_eval::address::{Mode, ResourceName};
use terraform_eval::cty::Value;
use terraform_eval::eval::{self, EvalError, Evaluator, InstanceId, RepetitionData, Scope};
use terraform_eval::modules::ModuleId;
use terraform_eval::source::{FileId, Sources, display_name};
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::tree::{
    Attribute, Block, Body, Expression, ExpressionKind, Template, TemplatePart,
};

/// The number of instances whose values are computed.
const MAX_INSTANCES: usize = 1_000;

/// What is written at an offset of a file.
#[derive(Debug)]
pub(crate) struct Element {
    /// The block that holds it.
    pub(crate) block: Block,
    /// The bytes of the expression or the name.
    pub(crate) range: Range<usize>,
    /// The argument of the outermost body of the block that holds it, if one does.
    pub(crate) argument: Option<Arc<str>>,
    /// Whether it is the name of an argument of the outermost body.
    pub(crate) is_argument_name: bool,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// An expression, evaluated in each instance of the block.
    OfInstances(Expression),
    /// An expression, evaluated once in each instance of the module.
    OfModule(Expression),
    /// The variable that the block declares.
    Variable(Arc<str>),
    /// Nothing that has a value.
    Nothing,
}

/// The value in one instance.
#[derive(Debug)]
pub(crate) struct InstanceValue {
    /// The directory of the root module.
    pub(crate) root: String,
    /// The address of the instance; empty for the root module itself.
    pub(crate) address: String,
    /// The value.
    pub(crate) value: Result<Value, EvalError>,
}

/// The element at an offset of a configuration file. `None` outside of blocks.
#[must_use]
pub(crate) fn element_at(sources: &Sources, file: FileId, offset: usize) -> Option<Element> {
    let source = sources.file(file);
    let text = source.text();
    let document = parse_file(file, text, Format::from_path(source.path()?));
    let holds = |range: Range<usize>| range.start <= offset && offset <= range.end;
    let item = document.items.iter().find(|item| holds(item.span.range()))?;
    let (block, _) = item.parse(text);
    let block = block?;
    let found = attribute_at(&block.body, offset).map(|(attribute, is_outermost)| {
        let is_name = holds(attribute.name.span.range());
        let expression = if is_name {
            &attribute.value
        } else {
            expression_at(&attribute.value, offset)
        };
        let range = if is_name {
            attribute.name.span.range()
        } else {
            expression.span.range()
        };
        let name = is_outermost.then(|| attribute.name.text.clone());
        let target = target_of(&block, name.as_deref(), expression);
        (range, name, is_name && is_outermost, target)
    });
    if let Some((range, argument, is_argument_name, target)) = found {
        return Some(Element {
            block,
            range,
            argument,
            is_argument_name,
            target,
        });
    }
    if !holds(block.header.range()) {
        return None;
    }
    let target = match (&*block.kind.text, &*block.labels) {
        ("variable", [name]) => Target::Variable(name.text.clone()),
        _ => Target::Nothing,
    };
    Some(Element {
        range: block.header.range(),
        argument: None,
        is_argument_name: false,
        target,
        block,
    })
}

/// The name of the variable that a file of variables sets at an offset, with its place.
#[must_use]
pub(crate) fn set_variable_at(
    sources: &Sources,
    file: FileId,
    offset: usize,
) -> Option<(Arc<str>, Range<usize>)> {
    let source = sources.file(file);
    let path = source.path()?;
    if !matches!(
        NameKind::of(path),
        NameKind::AutomaticVariables | NameKind::Variables
    ) {
        return None;
    }
    let (arguments, _) = parse_variables(file, source.text(), Format::from_path(path));
    let mut arguments = arguments.into_iter();
    let argument = arguments.find(|argument| {
        let range = argument.span.range();
        range.start <= offset && offset <= range.end
    })?;
    Some((argument.name.text, argument.name.span.range()))
}

/// The attribute at an offset, and whether it belongs to the outermost body.
fn attribute_at(body: &Body, offset: usize) -> Option<(&Attribute, bool)> {
    let mut body = body;
    let mut is_outermost = true;
    loop {
        let holds = |range: Range<usize>| range.start <= offset && offset <= range.end;
        let attribute = body
            .attributes
            .iter()
            .find(|attribute| holds(attribute.span.range()));
        if let Some(attribute) = attribute {
            return Some((attribute, is_outermost));
        }
        let block = body.blocks.iter().find(|block| holds(block.span.range()))?;
        body = &block.body;
        is_outermost = false;
    }
}

/// How an expression of an argument is evaluated. `argument` is the one of the outermost body.
fn target_of(block: &Block, argument: Option<&str>, expression: &Expression) -> Target {
    let expression = expression.clone();
    match (&*block.kind.text, argument) {
        (_, Some("depends_on" | "provider" | "providers"))
        | ("module", Some("source" | "version"))
        | ("variable", Some("type"))
        | ("terraform" | "provider" | "moved" | "removed" | "import", _) => Target::Nothing,
        ("resource" | "data" | "module", Some("count" | "for_each")) => Target::OfModule(expression),
        ("resource" | "data" | "module", _) => Target::OfInstances(expression),
        _ => Target::OfModule(expression),
    }
}

/// The innermost expression at an offset that can be evaluated by itself. Inside of a loop, that is the loop.
fn expression_at(outer: &Expression, offset: usize) -> &Expression {
    let mut found = outer;
    loop {
        let part = parts_of(found)
            .into_iter()
            .find(|part| part.span.range().start <= offset && offset <= part.span.range().end);
        match part {
            Some(part) => found = part,
            None => return found,
        }
    }
}

/// The parts of an expression that can be evaluated by themselves.
fn parts_of(expression: &Expression) -> Vec<&Expression> {
    match &expression.kind {
        ExpressionKind::Null
        | ExpressionKind::Bool(_)
        | ExpressionKind::Number(_)
        | ExpressionKind::String(_)
        | ExpressionKind::Variable(_)
        | ExpressionKind::SplatElement => Vec::new(),
        ExpressionKind::Template(template) => parts_of_template(template),
        ExpressionKind::Tuple(items) => items.iter().collect(),
        ExpressionKind::Object(items) => items.iter().map(|item| &item.value).collect(),
        ExpressionKind::Traversal { steps, .. } => steps.iter().filter_map(|step| step.key()).collect(),
        ExpressionKind::Splat { base, .. } => vec![base],
        ExpressionKind::Call(call) => call.arguments.iter().collect(),
        ExpressionKind::Unary { operand, .. } => vec![operand],
        ExpressionKind::Binary { first, rest } => {
            let operands = rest.iter().map(|operation| &operation.operand);
            std::iter::once(&**first).chain(operands).collect()
        }
        ExpressionKind::Conditional { branches, otherwise } => {
            let parts = branches
                .iter()
                .flat_map(|branch| [&branch.condition, &branch.value]);
            parts.chain([&**otherwise]).collect()
        }
        ExpressionKind::For(parts) => vec![&parts.collection],
        ExpressionKind::Parenthesis(inner) => vec![inner],
    }
}

fn parts_of_template(template: &Template) -> Vec<&Expression> {
    let mut parts = Vec::new();
    for part in &template.parts {
        match part {
            TemplatePart::Literal { .. } => {}
            TemplatePart::Interpolation(expression) => parts.push(expression),
            TemplatePart::If { condition, .. } => parts.push(condition),
            TemplatePart::For { collection, .. } => parts.push(collection),
        }
    }
    parts
}

impl LoadedModules {
    /// The values of an element of a file in each root module and instance, and whether there are more of them.
    #[must_use]
    pub(crate) fn values_of(
        &self,
        element: &Element,
        path: &Path,
        sources: &Sources,
    ) -> (Vec<InstanceValue>, bool) {
        if matches!(element.target, Target::Nothing) {
            return (Vec::new(), false);
        }
        let is_of_file = |module: ModuleId| {
            let files = self.tree.module(module).files.iter();
            files
                .filter_map(|file| sources.file(*file).path())
                .any(|of_module| of_module == path)
        };
        let targets: BTreeSet<ModuleId> = self
            .tree
            .modules()
            .map(|(id, _)| id)
            .filter(|id| is_of_file(*id))
            .collect();
        let collect = || {
            let mut visit = Visit {
                modules: self,
                element,
                targets: &targets,
                found: Vec::new(),
                has_more: false,
            };
            for root in &self.roots {
                if visit.has_more || self.tree.reachable(root.module).is_disjoint(&targets) {
                    continue;
                }
                let evaluator = Evaluator::new(&self.tree, sources, &root.inputs, root.module);
                let name = display_name(&self.tree.module(root.module).directory);
                visit.module(&evaluator, &name, InstanceId::ROOT);
            }
            (visit.found, visit.has_more)
        };
        eval::with_stack(collect).unwrap_or_default()
    }

    /// The values of a variable in the root modules that read a file of variables, and whether there are more of them.
    #[must_use]
    pub(crate) fn values_of_variable(
        &self,
        name: &Arc<str>,
        path: &Path,
        sources: &Sources,
    ) -> (Vec<InstanceValue>, bool) {
        let is_in = |id: FileValuesId| {
            let mut files = self.file_values(id).files.iter();
            files.any(|file| sources.file(*file).path() == Some(path))
        };
        let mut known: BTreeMap<FileValuesId, bool> = BTreeMap::new();
        let mut is_read_by = |root: &&RootModule| {
            let mut given = self.given_files(root.module).iter();
            given.any(|id| *known.entry(*id).or_insert_with(|| is_in(*id)))
        };
        let readers: Vec<&RootModule> = self.roots.iter().filter(&mut is_read_by).collect();
        let has_more = readers.len() > MAX_INSTANCES;
        let collect = || {
            let values = readers.into_iter().take(MAX_INSTANCES).map(|root| InstanceValue {
                root: display_name(&self.tree.module(root.module).directory),
                address: String::new(),
                value: Evaluator::new(&self.tree, sources, &root.inputs, root.module)
                    .variable(InstanceId::ROOT, name),
            });
            values.collect()
        };
        (eval::with_stack(collect).unwrap_or_default(), has_more)
    }
}

/// A walk through the instances of modules.
struct Visit<'v> {
    modules: &'v LoadedModules,
    element: &'v Element,
    /// The modules that the file of the element belongs to.
    targets: &'v BTreeSet<ModuleId>,
    found: Vec<InstanceValue>,
    has_more: bool,
}

impl Visit<'_> {
    fn module(&mut self, evaluator: &Evaluator<'_>, root: &str, instance: InstanceId) {
        let id = evaluator.module_id(instance);
        if self.targets.contains(&id) {
            self.evaluate(evaluator, root, instance);
        }
        for (call, callee, _) in self.modules.tree.calls_of(id) {
            if self.modules.tree.reachable(callee).is_disjoint(self.targets)
                || evaluator.call_limit(instance).is_some()
            {
                continue;
            }
            let Ok(expansion) = evaluator.call_expansion(instance, &call) else {
                continue;
            };
            for repetition in expansion.instances() {
                if self.has_more {
                    return;
                }
                if let Some(child) = evaluator.child(instance, &call, &repetition) {
                    self.module(evaluator, root, child);
                }
            }
        }
    }

    fn evaluate(&mut self, evaluator: &Evaluator<'_>, root: &str, instance: InstanceId) {
        let scope = Scope::module(instance);
        let module = evaluator.path(instance).to_string();
        match &self.element.target {
            Target::Nothing => {}
            Target::Variable(name) => self.add(root, module, evaluator.variable(instance, name)),
            Target::OfModule(expression) => self.add(root, module, evaluator.evaluate(expression, scope)),
            Target::OfInstances(expression) => {
                let Some((address, repetitions)) = instances_of(&self.element.block, evaluator, instance)
                else {
                    return;
                };
                let prefix = if module.is_empty() {
                    module
                } else {
                    format!("{module}.")
                };
                for repetition in repetitions {
                    let key = repetition
                        .key
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default();
                    let value = evaluator.evaluate(expression, scope.with_repetition(&repetition));
                    self.add(root, format!("{prefix}{address}{key}"), value);
                }
            }
        }
    }

    fn add(&mut self, root: &str, address: String, value: Result<Value, EvalError>) {
        if self.found.len() < MAX_INSTANCES {
            let root = root.to_owned();
            self.found.push(InstanceValue { root, address, value });
        } else {
            self.has_more = true;
        }
    }
}

/// The address of a block in its module, and its instances. `None` if the number of instances has an error.
fn instances_of(
    block: &Block,
    evaluator: &Evaluator<'_>,
    instance: InstanceId,
) -> Option<(String, Vec<RepetitionData>)> {
    let (address, expansion) = match (&*block.kind.text, &*block.labels) {
        ("module", [name]) => {
            let expansion = evaluator.call_expansion(instance, &name.text);
            (format!("module.{}", name.text), expansion)
        }
        (kind, [ty, name]) => {
            let resource = ResourceName {
                mode: if kind == "data" { Mode::Data } else { Mode::Managed },
                kind: ty.text.clone(),
                name: name.text.clone(),
            };
            let declared = evaluator.module(instance).resources.get(&resource)?;
            let expansion = evaluator.resource_expansion(instance, declared);
            (resource.to_string(), expansion)
        }
        _ => return None,
    };
    Some((address, expansion.ok()?.instances()))
}
