//! Checks `moved` and `removed` blocks of mirrors, clusters and waiters, and of the modules that have some: Terraform rejects
//! them without an instance or a state.

use std::collections::BTreeMap;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider;
use crate::readers::configuration::meta_arguments::not_a_bool;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::configuration::static_reference::{StaticReference, StaticStep};
use terraform_eval::address::{Mode, ResourceName};
use terraform_eval::modules::ModuleId;
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::Block;

/// A resource that a block names, or a module: `module` with the name of the call.
struct Named {
    resource: ResourceName,
    /// Whether an instance key follows.
    has_key: bool,
    span: Span,
}

/// A `moved` block between two resources of a module.
struct Move {
    from: Named,
    to: Named,
}

impl RootModuleReader<'_> {
    /// Checks the `moved` and `removed` blocks of a module.
    pub(crate) fn check_moves(&mut self, id: ModuleId) {
        let sources = self.context.sources;
        let module = self.tree.module(id);
        let is_relevant = self.is_relevant(id);
        let mut moves = Vec::new();
        for block in module.others() {
            let is_moved = block.kind() == "moved";
            if !is_moved && block.kind() != "removed" {
                continue;
            }
            let Some(block) = block.parse(sources).filter(|_| !block.has_syntax_errors()) else {
                continue;
            };
            self.check_move_arguments(block, is_moved);
            if is_relevant {
                self.check_move_form(block, is_moved);
            }
            let from = self.named(block, "from", is_relevant);
            if is_moved {
                if let (Some(from), Some(to)) = (from, self.named(block, "to", is_relevant)) {
                    moves.push(Move { from, to });
                }
            } else {
                self.check_destroy(block, is_relevant);
                if let Some(from) = from {
                    self.check_removed(id, &from);
                }
            }
        }
        for step in &moves {
            self.check_moved(id, step);
        }
        self.check_move_chains(&moves);
    }

    /// Reports arguments that the block does not have, and a mirror that is moved to a module as if it were one.
    fn check_move_arguments(&mut self, block: &Block, is_moved: bool) {
        let sources = self.context.sources;
        let kind = &block.kind.text;
        if !sources.slice(block.span).contains(provider::IMAGE_MIRROR) {
            return;
        }
        for argument in &block.body.attributes {
            let name = &argument.name.text;
            if &**name != "from" && !(is_moved && &**name == "to") {
                let message = format!("unsupported argument {name:?} in the {kind} block");
                self.reject_move(kind, message, argument.name.span, "remove it");
            }
        }
        let ends_in_module = |name: &str| {
            let value = &block.body.attribute(name)?.value;
            let reference = StaticReference::parse(value)?;
            let names = reference
                .steps
                .iter()
                .filter(|step| matches!(step, StaticStep::Name(_)));
            Some((&*reference.root == "module" && names.count() == 1, value.span))
        };
        if let (Some((from, _)), Some((to, span))) = (ends_in_module("from"), ends_in_module("to"))
            && from != to
        {
            let message = "a moved block names a module and a resource";
            self.reject_move(kind, message, span, "both have to be resources, or both modules");
        }
    }

    /// The resource that an argument names, if it is one that matters here and lies in the module itself; reports what is not
    /// an address.
    fn named(&mut self, block: &Block, argument: &str, is_relevant: bool) -> Option<Named> {
        let kind = &block.kind.text;
        let Some(value) = block.body.attribute(argument).map(|argument| &argument.value) else {
            let text = self.context.sources.slice(block.span);
            if is_relevant || text.contains(provider::IMAGE_MIRROR) {
                let message = format!("the {kind} block has no `{argument}`");
                self.reject_move(kind, message, block.header, "a required argument is missing");
            }
            return None;
        };
        let text = self.context.sources.slice(value.span);
        let is_address = !text.starts_with('"');
        let Some(reference) = StaticReference::parse(value).filter(|_| is_address) else {
            if is_relevant || text.contains(provider::IMAGE_MIRROR) {
                let message = format!("`{argument}` of the {kind} block is not an address");
                self.reject_move(kind, message, value.span, "an address without quotes is required");
            }
            return None;
        };
        let is_of_provider = reference.name(0).is_some_and(|kind| kind.starts_with("rhcs_"));
        if &**kind == "removed" && &*reference.root == "data" && is_of_provider {
            let message = "a removed block names a data source";
            self.reject_move(
                kind,
                message,
                value.span,
                "only resources and modules can be removed",
            );
        }
        let has_key = match reference.steps.get(1..) {
            Some([]) => false,
            Some([StaticStep::Key { .. }]) => true,
            _ => {
                if provider::is_provider_type(&reference.root) {
                    let message = format!("`{argument}` of the {kind} block is not an address");
                    self.reject_move(kind, message, value.span, "a resource or a module is required");
                }
                return None;
            }
        };
        if is_relevant && matches!(&*reference.root, "var" | "local") {
            let message = format!("`{argument}` of the {kind} block is not an address");
            self.reject_move(kind, message, value.span, "a resource or a module is required");
        }
        let resource = ResourceName {
            mode: Mode::Managed,
            kind: reference.root.clone(),
            name: reference.name(0)?.clone(),
        };
        let is_module = &*resource.kind == "module" && is_relevant;
        (is_module || provider::is_relevant_type(&resource)).then_some(Named {
            resource,
            has_key,
            span: value.span,
        })
    }

    /// Reports labels, blocks and arguments that `moved` and `removed` blocks do not have.
    fn check_move_form(&mut self, block: &Block, is_moved: bool) {
        let kind = &block.kind.text;
        if !block.labels.is_empty() {
            let message = format!("the {kind} block has a label");
            self.reject_move(kind, message, block.header, "no label is allowed");
        }
        let is_allowed = |name: &str| !is_moved && matches!(name, "lifecycle" | "provisioner" | "connection");
        for inner in block
            .body
            .blocks
            .iter()
            .filter(|inner| !is_allowed(&inner.kind.text))
        {
            let message = format!("unsupported block {:?} in the {kind} block", inner.kind.text);
            self.reject_move(kind, message, inner.header, "remove it");
        }
        let arguments = block
            .body
            .blocks("lifecycle")
            .flat_map(|lifecycle| &lifecycle.body.attributes);
        for argument in arguments.filter(|argument| &*argument.name.text != "destroy") {
            let message = format!(
                "unsupported argument {:?} in the {kind} block",
                argument.name.text
            );
            self.reject_move(kind, message, argument.name.span, "only `destroy` is allowed");
        }
        for provisioner in block.body.blocks("provisioner") {
            let when = provisioner.body.attribute("when").map(|when| when.value.span);
            if !when.is_some_and(|when| self.context.sources.slice(when).contains("destroy")) {
                let message = "a provisioner of a removed block does not run when the object is destroyed";
                self.reject_move(kind, message, provisioner.header, "add `when = destroy`");
            }
        }
    }

    /// Reports a `destroy` that is not a bool.
    fn check_destroy(&mut self, block: &Block, is_relevant: bool) {
        let lifecycles = block.body.blocks("lifecycle").filter(|_| is_relevant);
        for destroy in lifecycles.filter_map(|lifecycle| lifecycle.body.attribute("destroy")) {
            if let Some(found) = not_a_bool(&destroy.value) {
                let message = format!("destroy is {found}, but a bool is required");
                self.reject_move("removed", message, destroy.value.span, "true or false");
            }
        }
    }

    /// Whether a module declares a resource or a module call.
    fn is_declared(&self, id: ModuleId, name: &ResourceName) -> bool {
        let module = self.tree.module(id);
        module.resources.contains(name) || (&*name.kind == "module" && module.calls.contains_key(&*name.name))
    }

    fn check_removed(&mut self, id: ModuleId, from: &Named) {
        let name = from.resource.to_string();
        if from.has_key {
            self.reject_move(
                &name,
                "a removed block names an instance",
                from.span,
                "only a whole resource can be removed",
            );
        } else if self.is_declared(id, &from.resource) {
            let message = "a removed block names what is still declared";
            self.reject_move(&name, message, from.span, "remove the declaration, or this block");
        }
    }

    fn check_moved(&mut self, id: ModuleId, step: &Move) {
        let Move { from, to } = step;
        let name = from.resource.to_string();
        let is_same = from.resource == to.resource;
        let text = |named: &Named| self.context.sources.slice(named.span);
        if is_same && text(from) == text(to) {
            let message = "a moved block moves an object to its own address";
            self.reject_move(&name, message, to.span, "the same address");
        } else if !is_same && !from.has_key && self.is_declared(id, &from.resource) {
            let message = "a moved block moves what is still declared";
            self.reject_move(&name, message, from.span, "remove the declaration, or this block");
        }
    }

    /// Reports moves that contradict each other, and moves in a cycle.
    fn check_move_chains(&mut self, moves: &[Move]) {
        let sources = self.context.sources;
        let text = |named: &Named| sources.slice(named.span);
        let mut targets: BTreeMap<&str, &Named> = BTreeMap::new();
        let mut origins: BTreeMap<&str, &Named> = BTreeMap::new();
        let mut contradictions = Vec::new();
        for Move { from, to } in moves {
            let target = targets.entry(text(from)).or_insert(to);
            let origin = origins.entry(text(to)).or_insert(from);
            if text(target) != text(to) {
                contradictions.push((from, "another moved block moves this object elsewhere"));
            } else if text(origin) != text(from) {
                contradictions.push((to, "another moved block moves another object to this address"));
            }
        }
        for (named, message) in contradictions {
            let name = named.resource.to_string();
            self.reject_move(&name, message, named.span, "contradicts another `moved` block");
        }
        let next = |name: &str| targets.get(name).map(|to| text(to));
        let mut ended: BTreeMap<&str, bool> = BTreeMap::new();
        for Move { from, .. } in moves {
            let mut chain = Vec::new();
            let mut at = Some(text(from));
            let mut is_cycle = false;
            while let Some(name) = at {
                if let Some(known) = ended.get(name) {
                    is_cycle = *known;
                    break;
                }
                // Until the chain has ended, a name that comes again is in a cycle.
                ended.insert(name, true);
                chain.push(name);
                at = next(name);
            }
            is_cycle &= at.is_some() && chain.len() > 1;
            for name in chain {
                ended.insert(name, false);
            }
            if is_cycle {
                let name = from.resource.to_string();
                let message = "the moved blocks move objects in a cycle";
                self.reject_move(&name, message, from.span, "a part of the cycle");
            }
        }
    }

    fn reject_move(&mut self, name: &str, message: impl Into<String>, span: Span, label: &str) {
        let issue = ConfigurationIssue::rejected(
            ConfigurationIssueKind::Other,
            Subject::Other(name.to_owned()),
            message,
            span,
        );
        self.issues.add(issue.label(label));
    }
}
