//! Reads the blocks of mirrors.

use std::rc::Rc;
use std::sync::Arc;

use crate::diagnostic::Subject;
use crate::model::{
    Attribute, ConfigurationIssue, ConfigurationIssueKind, Dependency, Mirror, ResourceDeclaration,
    UnknownReason,
};
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::mirror_block::read_mirror_block;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::reader::{Dependencies, RootModuleReader};
use crate::untrusted::expression_text;
use terraform_eval::address::{Address, ResourcePath};
use terraform_eval::cty;
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::{Resource, references};
use terraform_eval::reference_graph::Node;
use terraform_eval::resource_set::ResourceSet;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

impl<'a> RootModuleReader<'a> {
    /// Reads all instances of a mirror in a module instance.
    pub(crate) fn read_mirror(
        &mut self,
        instance: InstanceId,
        resource: &'a Resource,
        enclosing: &EnclosingContext,
    ) {
        let Some(block) = resource.block.parse(self.context.sources) else {
            return;
        };
        let (repetitions, enclosing) = self.expand_resource(instance, resource, enclosing);
        self.without_instances += usize::from(repetitions.is_empty());
        let module = self.context.evaluator.path(instance);
        let dependencies = self.dependencies_of(instance, resource, block);
        let calls = self.enclosing_calls(instance);
        let mut mirror_block = read_mirror_block(&self.context, instance, resource, block);
        mirror_block.missing_inputs.clone_from(&enclosing.missing_inputs);
        let mirror_block = Arc::new(mirror_block);
        for repetition in repetitions {
            let repetition = Rc::new(repetition);
            self.context.evaluator.grant_reserve_budget();
            let mut reader = BlockReader::new(&self.context, instance, &repetition, block)
                .with_syntax_errors(resource.block.has_syntax_errors())
                .with_rejection(enclosing.rejection.as_ref().or(dependencies.cycle.as_ref()));
            let (cluster_id, cluster_origin) =
                reader.cluster_id(|reference| self.referenced_block(reference));
            let (source, mirrors) = (reader.string("source"), reader.list("mirrors"));
            let declaration = ResourceDeclaration {
                calls: calls.clone(),
                instances: enclosing.unknown_instances.clone(),
                cluster_origin,
                depends_on: Some(dependencies.depends_on.clone()),
                depends_on_span: dependencies.depends_on_span,
                dependencies: dependencies.resources.clone(),
                unresolved_dependencies: dependencies.unresolved.clone(),
                block: Arc::clone(&mirror_block),
                ..ResourceDeclaration::new(cluster_id, reader.string("type"))
            };
            let address = Address::new(module.clone(), resource.name.clone(), repetition.key.clone());
            let mirror =
                Mirror::from_resource(address, resource.block.header(), source, mirrors, declaration);
            self.sensitive.extend(reader.sensitive);
            if let Err(error) = self.budget.charge_mirror(&mirror) {
                self.issues.note_limit(&error, Some(mirror.span));
                break;
            }
            let subject = Subject::Mirror(mirror.address.clone());
            for (argument, error, span) in reader.errors {
                self.issues.add_error(&subject, &argument, &error, span);
            }
            self.note_unknown_values(&mirror);
            self.mirrors.push(mirror);
            self.check_instance(instance, resource, &repetition, &enclosing, block);
        }
    }

    /// Notes what the program rejects, and the limit that no expression has an error of.
    fn note_unknown_values(&mut self, mirror: &Mirror) {
        self.has_rejected_mirror |= mirror.is_rejected();
        let too_large = UnknownReason::NotEvaluated(cty::UnknownReason::TooLarge);
        let elements = mirror.mirrors.value().into_iter().flatten();
        let values = elements.map(Attribute::as_unknown);
        let others = [
            mirror.source.as_unknown(),
            mirror.mirrors.as_unknown(),
            mirror.unknown_instances(),
        ];
        let mut unknown = values.chain(others).flatten();
        if unknown.any(|unknown| unknown.reasons.contains(&too_large)) {
            let limit = self.issues.limits.entry(too_large.to_string());
            limit.or_insert(Some(mirror.span));
        }
    }

    fn dependencies_of(&mut self, instance: InstanceId, resource: &Resource, block: &Block) -> Dependencies {
        let path = self.resource_path(instance, resource);
        if instance == InstanceId::ROOT {
            // The root module has no other instance, so nothing asks again.
            self.mirror_blocks += 1;
            return self.find_dependencies(&path, block);
        }
        if let Some(dependencies) = self.dependencies.get(&path) {
            return dependencies.clone();
        }
        let dependencies = self.find_dependencies(&path, block);
        self.dependencies.insert(path, dependencies.clone());
        dependencies
    }

    fn find_dependencies(&mut self, path: &ResourcePath, block: &Block) -> Dependencies {
        let node = Node::Resource(path.clone());
        let filter = self.filters.non_mirrors;
        let (cycle, resources) = self.graph.cycle_and_dependencies(&node, filter);
        if let Some(names) = &cycle
            && self.cycles.insert(names.clone())
        {
            let issue = ConfigurationIssue::rejected(
                ConfigurationIssueKind::Other,
                Subject::Other(path.to_string()),
                format!("blocks depend on each other in a cycle: {names}"),
                block.header,
            );
            self.issues.add(issue.label("in the cycle, or depends on it"));
        }
        let cycle = cycle.map(|names| UnknownReason::Cycle(names.to_string()));
        let unresolved = self.unresolved_dependencies();
        let argument = block.body.attribute("depends_on");
        let entries = argument
            .map(|argument| list_items(&argument.value))
            .unwrap_or_default();
        let depends_on = entries.into_iter().map(|entry| {
            let mut resources = ResourceSet::default();
            for traversal in references::in_expression(entry) {
                if let Some(node) = traversal.into_node(&path.module) {
                    resources = resources.union(&self.graph.dependencies(&node, filter));
                }
            }
            Dependency {
                text: expression_text(self.context.sources.slice(entry.span)).to_owned(),
                resources,
                unresolved: unresolved.clone(),
            }
        });
        Dependencies {
            depends_on: depends_on.collect(),
            depends_on_span: argument.map(|argument| argument.span),
            resources,
            unresolved,
            cycle,
        }
    }
}

fn list_items(value: &Expression) -> Vec<&Expression> {
    match &value.kind {
        ExpressionKind::Tuple(items) => items.iter().collect(),
        _ => vec![value],
    }
}
