//! What the program rejects in the references of a module before it evaluates anything: in all of its blocks, also in those
//! that nothing needs and that have no instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::address::{ResourceName, Subject};
use crate::dialect::Dialect;
use crate::modules::references::{self, Named};
use crate::modules::{Callee, Module, ModuleId, ModuleTree, ReferenceProblem};
use crate::source::{Sources, Span};
use crate::syntax::tree::{Block, Body, Call, Expression, ExpressionKind, Step};

use super::functions;
use super::reference::{has_two_keys, literal_key, missing_key, two_keys, unexpected_key};
use super::reference_rules::{BlockNames, ReferenceRules};
use super::{EvalError, Result};

/// The references of a module that the program rejects, and calls of functions that it does not have. A module with syntax
/// errors has none, because the program does not look at its references. `has_all_outputs` says of a called module whether
/// it has no other outputs than those that it declares.
#[must_use]
pub fn reference_problems(
    tree: &ModuleTree,
    id: ModuleId,
    sources: &Sources,
    dialect: Dialect,
    has_all_outputs: &dyn Fn(&Module) -> bool,
) -> Arc<[ReferenceProblem]> {
    let module = tree.module(id);
    module.reference_problems(dialect, || {
        let rules = ReferenceRules {
            module,
            sources,
            schemas: tree.schemas(),
            dialect,
            names: BlockNames::default(),
        };
        let called = |call: &str| match tree.callee(id, call) {
            Some(Callee::Module(called)) => {
                Some(tree.module(*called)).filter(|called| has_all_outputs(called))
            }
            _ => None,
        };
        let mut checker = Checker {
            rules,
            called: &called,
            block: String::new(),
            bound: Vec::new(),
            own_data: Vec::new(),
            resources: BTreeMap::new(),
            keyed: Vec::new(),
            problems: Vec::new(),
        };
        checker.module();
        checker.keys();
        let has_syntax_errors = module.all_syntax_errors().next().is_some();
        if has_syntax_errors {
            Vec::new()
        } else {
            checker.problems
        }
    })
}

/// Walks through the blocks of a module.
struct Checker<'a> {
    /// The rules, with the names of the block that is checked.
    rules: ReferenceRules<'a>,
    /// The module that a call leads to, if all of its outputs are known.
    called: &'a dyn Fn(&str) -> Option<&'a Module>,
    /// The block that is checked.
    block: String,
    /// The iterators of enclosing `dynamic` blocks.
    bound: Vec<Arc<str>>,
    /// The data sources of the `check` block that is checked.
    own_data: Vec<ResourceName>,
    /// Whether the resources that have been checked have several instances.
    resources: BTreeMap<ResourceName, bool>,
    /// References to resources by whether a key follows. They are checked when all resources have been seen.
    keyed: Vec<KeyedReference>,
    problems: Vec<ReferenceProblem>,
}

/// A reference to a resource, an attribute of it, or one instance of it.
struct KeyedReference {
    block: String,
    resource: ResourceName,
    /// The attribute that follows the name, or `None` if a literal key follows it.
    attribute: Option<Arc<str>>,
    span: Span,
}

impl Checker<'_> {
    fn module(&mut self) {
        let module = self.rules.module;
        for (name, local) in module.locals(self.rules.sources) {
            self.block = format!("local.{name}");
            self.expression(&local.value);
        }
        for block in module.blocks_with_names() {
            if let Some(block) = block.look(self.rules.sources) {
                self.top_level(&block);
            }
        }
    }

    fn top_level(&mut self, block: &Block) {
        let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
        match (&*block.kind.text, labels.as_slice()) {
            ("resource", [kind, name]) => self.resource(&ResourceName::managed(*kind, *name), block),
            ("data", [kind, name]) => self.resource(&ResourceName::data(*kind, *name), block),
            ("ephemeral", [kind, name]) => {
                self.block = format!("ephemeral.{kind}.{name}");
                self.repeated(&block.body, None);
            }
            ("module", [name]) => {
                self.block = format!("module.{name}");
                self.repeated(&block.body, None);
            }
            ("provider", [name]) => {
                self.block = format!("provider.{name}");
                self.repeated(&block.body, None);
            }
            ("output", [name]) => {
                self.block = format!("output.{name}");
                self.arguments(&block.body, &["value"]);
                self.whole_objects(&block.body, "depends_on");
                self.conditions(&block.body, &["precondition"]);
            }
            ("variable", [name]) => {
                self.block = format!("var.{name}");
                self.conditions(&block.body, &["validation"]);
            }
            ("check", [name]) => {
                self.block = format!("check.{name}");
                self.check_block(&block.body);
            }
            ("import", []) => {
                "import".clone_into(&mut self.block);
                self.arguments(&block.body, &["for_each"]);
                self.rules.names.each = block.body.attribute("for_each").is_some();
                self.arguments(&block.body, &["id", "identity"]);
            }
            _ => {}
        }
        self.rules.names = BlockNames::default();
    }

    fn resource(&mut self, name: &ResourceName, block: &Block) {
        self.block = name.to_string();
        let has_several = ["count", "for_each"]
            .iter()
            .any(|argument| block.body.attribute(argument).is_some());
        self.resources.insert(name.clone(), has_several);
        self.repeated(&block.body, Some(name));
    }

    /// Checks a block that may have instances. `own` is the resource that `self` is in some of its blocks.
    fn repeated(&mut self, body: &Body, own: Option<&ResourceName>) {
        self.arguments(body, &["count", "for_each"]);
        let has = |name: &str| body.attribute(name).is_some();
        self.rules.names = BlockNames {
            each: has("for_each"),
            count: has("count"),
            own_resource: None,
        };
        for attribute in &body.attributes {
            match &*attribute.name.text {
                // Each is a provider, not a value, or has rules of its own.
                "provider" | "providers" | "alias" | "source" | "version" | "count" | "for_each" => {}
                "depends_on" => self.whole_objects(body, "depends_on"),
                _ => self.expression(&attribute.value),
            }
        }
        let has_provisioner = body.blocks("provisioner").next().is_some();
        for block in &body.blocks {
            match &*block.kind.text {
                "lifecycle" => self.lifecycle(&block.body, own),
                // The connection is that of the provisioners.
                "connection" if !has_provisioner => {}
                "provisioner" | "connection" => {
                    self.with_self(own, |checker| checker.provisioner(&block.body))
                }
                _ => self.nested(block),
            }
        }
    }

    fn lifecycle(&mut self, body: &Body, own: Option<&ResourceName>) {
        self.whole_objects(body, "replace_triggered_by");
        self.conditions(body, &["precondition"]);
        self.with_self(own, |checker| checker.conditions(body, &["postcondition"]));
    }

    fn provisioner(&mut self, body: &Body) {
        for attribute in &body.attributes {
            if !matches!(&*attribute.name.text, "when" | "on_failure") {
                self.expression(&attribute.value);
            }
        }
        for block in &body.blocks {
            self.provisioner(&block.body);
        }
    }

    /// Checks a block inside of a resource, a provider or a module call, all of whose arguments are values.
    fn nested(&mut self, block: &Block) {
        let outer = self.bound.len();
        if &*block.kind.text == "dynamic" {
            let named = block
                .body
                .attribute("iterator")
                .map(|iterator| &iterator.value.kind);
            let iterator = match named {
                Some(ExpressionKind::Variable(name) | ExpressionKind::String(name)) => Some(name),
                _ => block.labels.first().map(|label| &label.text),
            };
            self.bound.extend(iterator.cloned());
        }
        for attribute in &block.body.attributes {
            if !(&*block.kind.text == "dynamic" && &*attribute.name.text == "iterator") {
                self.expression(&attribute.value);
            }
        }
        for inner in &block.body.blocks {
            self.nested(inner);
        }
        self.bound.truncate(outer);
    }

    /// Checks a `check` block, whose data source is known in the block alone.
    fn check_block(&mut self, body: &Body) {
        for data in body.blocks("data") {
            if let [kind, name] = data.labels.as_slice() {
                self.own_data.push(ResourceName::data(&*kind.text, &*name.text));
            }
        }
        for data in body.blocks("data") {
            self.repeated(&data.body, None);
            self.rules.names = BlockNames::default();
        }
        self.conditions(body, &["assert"]);
        self.own_data.clear();
    }

    /// Checks the blocks that have a condition and a message.
    fn conditions(&mut self, body: &Body, kinds: &[&str]) {
        for kind in kinds {
            for block in body.blocks(kind) {
                self.arguments(&block.body, &["condition", "error_message"]);
                let condition = block
                    .body
                    .attribute("condition")
                    .map(|condition| &condition.value);
                // A validation has to refer to its variable.
                if let Some(condition) = condition.filter(|_| *kind != "validation")
                    && references::names_in(condition).is_empty()
                {
                    let error =
                        EvalError::uncatchable(format!("the condition of the {kind} refers to nothing"));
                    self.reject(&error, condition.span);
                }
            }
        }
    }

    fn arguments(&mut self, body: &Body, names: &[&str]) {
        for name in names {
            if let Some(attribute) = body.attribute(name) {
                self.expression(&attribute.value);
            }
        }
    }

    /// Checks what may refer to the resource itself.
    fn with_self(&mut self, own: Option<&ResourceName>, check: impl FnOnce(&mut Self)) {
        let names = self.rules.names;
        // The name lives as long as the rules.
        let own = own.and_then(|own| self.rules.module.resources.get_key_value(own));
        self.rules.names.own_resource = own.map(|(name, _)| name);
        check(self);
        self.rules.names = names;
    }

    /// Checks an argument that refers to whole objects. What follows their names is not looked up.
    fn whole_objects(&mut self, body: &Body, argument: &str) {
        let Some(attribute) = body.attribute(argument) else {
            return;
        };
        for name in references::names_in(&attribute.value) {
            let names = name
                .steps
                .iter()
                .take(names_used(name.root))
                .take_while(|step| step.key().is_none());
            let names = name.steps.get(..names.count()).unwrap_or_default();
            if let Err(error) = self.rules.check(name.root, names, name.span) {
                self.reject(&error, name.span);
            }
        }
    }

    fn expression(&mut self, expression: &Expression) {
        let (names, calls) = references::names_and_calls_in(expression);
        for name in names {
            if !self.bound.contains(name.root) {
                self.reference(&name);
            }
        }
        for call in calls {
            if let Err(error) = self.function(call) {
                self.reject(&error, call.name.span);
            }
        }
    }

    fn reference(&mut self, name: &Named<'_>) {
        let Named {
            root, steps, span, ..
        } = *name;
        let resolved = references::resolve(root, steps, span);
        let subject = resolved.as_ref().map(|reference| &reference.subject);
        if matches!(subject, Some(Subject::Resource(name)) if self.own_data.contains(name)) {
            return;
        }
        if let Err(error) = self.rules.check(root, steps, span) {
            return self.reject(&error, span);
        }
        match subject {
            Some(Subject::Resource(resource)) => self.resource_reference(resource.clone(), name),
            Some(Subject::Module(call)) if name.is_certain => self.output(call, name),
            _ => {}
        }
    }

    fn resource_reference(&mut self, resource: ResourceName, name: &Named<'_>) {
        let rest = name.steps.get(names_used(name.root)..).unwrap_or_default();
        if has_two_keys(rest) {
            return self.reject(&two_keys(), name.span);
        }
        let attribute = match rest.first() {
            Some(Step::Attribute(name)) => Some(name.text.clone()),
            Some(Step::Index { key, .. }) if literal_key(key).is_some() => None,
            _ => return,
        };
        self.keyed.push(KeyedReference {
            block: self.block.clone(),
            resource,
            attribute,
            span: name.span,
        });
    }

    /// Checks that the module of a call has an output.
    fn output(&mut self, call: &Arc<str>, name: &Named<'_>) {
        let block = self.rules.module.calls.get(call);
        let block = block.and_then(|call| call.block.parse(self.rules.sources));
        let (Some(called), Some(block)) = ((self.called)(call), block) else {
            return;
        };
        let has = |argument: &str| block.body.attribute(argument).is_some();
        let output = match name.steps {
            [_, Step::Attribute(output), ..] if !has("count") && !has("for_each") => output,
            [_, Step::Index { .. }, Step::Attribute(output), ..] if has("count") || has("for_each") => output,
            [_, Step::Attribute(output), ..] if has("count") => {
                return self.reject(&missing_key(&format!("module.{call}"), &output.text), name.span);
            }
            _ => return,
        };
        if !called.outputs.contains_key(&output.text) {
            let message = format!("module.{call} has no output {:?}", &*output.text);
            self.reject(&EvalError::invalid(message), output.span);
        }
    }

    /// Checks that a key follows a resource with several instances, and no other one.
    fn keys(&mut self) {
        for reference in std::mem::take(&mut self.keyed) {
            let has_several = self.resources.get(&reference.resource);
            let error = match (has_several, &reference.attribute) {
                (Some(true), Some(attribute)) => missing_key(&reference.resource.to_string(), attribute),
                (Some(false), None) => unexpected_key(&reference.resource),
                _ => continue,
            };
            self.block = reference.block;
            self.reject(&error, reference.span);
        }
    }

    fn function(&self, call: &Call) -> Result<()> {
        let name = &*call.name.text;
        let name = name.strip_prefix("core::").unwrap_or(name);
        if name.starts_with("provider::") {
            return Ok(());
        }
        match self.rules.dialect.lacks_function(name) {
            Some(since) => Err(EvalError::invalid(format!(
                "no function named {name:?}: it {since}"
            ))),
            None if functions::exists(name) => Ok(()),
            None => Err(functions::unknown(name)),
        }
    }

    fn reject(&mut self, error: &EvalError, span: Span) {
        self.problems.push(ReferenceProblem {
            block: self.block.clone(),
            message: error.to_string(),
            span: error.span().unwrap_or(span),
        });
    }
}

/// The number of names that identify an object after the first word of a reference.
fn names_used(root: &str) -> usize {
    match root {
        "data" | "resource" | "ephemeral" => 2,
        _ => 1,
    }
}
