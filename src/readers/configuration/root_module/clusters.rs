//! The blocks around mirrors: clusters, what waits for them, what reads mirrors, and the calls of modules.

use std::sync::Arc;

use std::rc::Rc;

use crate::model::{
    Cluster, ClusterInstance, ClusterWaiter, ImageMirrorsDataSource, MissingInputs, UnknownReasons,
};
use terraform_eval::address::{Address, ResourcePath};
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::{ModuleId, Resource};
use terraform_eval::reference_graph::Node;

use crate::provider::cluster_kind;
use crate::readers::configuration::block_reader::Site;
use crate::readers::configuration::registry_sources::registry_sources;
use crate::readers::configuration::root_module::{Reader, Surroundings};
use crate::readers::configuration::{insertion_points, related_blocks};

impl<'a> Reader<'a> {
    /// The variables of a module that have no default, and that its call does not set.
    pub(crate) fn missing_inputs(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        callee: ModuleId,
    ) -> Option<MissingInputs> {
        let declared = self.evaluator.module(instance).calls.get(call)?;
        let block = declared.block.parse(self.sources)?;
        if !declared.block.problems().is_empty() {
            return None;
        }
        let required = self.tree.module(callee).variables.iter().filter(|(_, variable)| {
            let parsed = variable.parse(self.sources);
            parsed.is_some_and(|block| block.body.attribute("default").is_none())
                && variable.problems().is_empty()
        });
        let missing = required.filter(|(name, _)| block.body.attribute(name).is_none());
        let names: Vec<String> = missing.map(|(name, _)| name.to_string()).collect();
        let path = self
            .evaluator
            .path(instance)
            .without_keys()
            .child(call.clone(), None);
        (!names.is_empty()).then(|| MissingInputs {
            call: path.to_string(),
            span: declared.block.header(),
            names,
        })
    }

    /// The place in the configuration of a block in a module instance.
    pub(crate) fn path(&self, instance: InstanceId, resource: &Resource) -> ResourcePath {
        ResourcePath {
            module: self.evaluator.path(instance).without_keys(),
            resource: resource.name.clone(),
        }
    }

    pub(crate) fn cluster_block(
        &mut self,
        instance: InstanceId,
        resource: &'a Resource,
        around: &Surroundings,
    ) {
        let (Some(kind), Some(block)) = (cluster_kind(&resource.name), resource.block.parse(self.sources))
        else {
            return;
        };
        let expansion = self.evaluator.resource_expansion(instance, &resource.name);
        let (repetitions, around) = Self::instances(expansion, around);
        let mut instances = Vec::with_capacity(repetitions.len());
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
                refused: around.refused.as_ref(),
                inputs: self.inputs,
                uses: &self.uses,
                secrets: Vec::new(),
            };
            let module = self.evaluator.path(instance);
            instances.push(ClusterInstance {
                address: Address::new(module, resource.name.clone(), repetition.key.clone()),
                id: None,
                wait_for_create_complete: site.bool("wait_for_create_complete"),
                registry_sources: registry_sources(&mut site),
            });
            self.sensitive.extend(site.secrets);
        }
        if instances.is_empty() {
            return;
        }
        let path = self.path(instance, resource);
        let cluster = self.clusters.entry(path.clone()).or_insert_with(|| Cluster {
            path,
            kind,
            instances: Vec::new(),
            span: resource.block.header(),
            argument_insertion: insertion_points::of_argument(block, self.sources),
        });
        cluster.instances.extend(instances);
    }

    pub(crate) fn waiter_block(&mut self, instance: InstanceId, resource: &Resource, around: &Surroundings) {
        let expansion = self.evaluator.resource_expansion(instance, &resource.name);
        let (repetitions, around) = Self::instances(expansion, around);
        if repetitions.is_empty() {
            return;
        }
        let path = self.path(instance, resource);
        let waiter = ClusterWaiter {
            instances: around.open.or_else(|| around.refused.map(UnknownReasons::new)),
            dependencies: related_blocks::before(&mut self.graph, &path),
            unresolved_dependencies: Vec::new(),
            path,
        };
        related_blocks::add_waiter(&mut self.waiters, waiter);
    }

    /// A block that reads mirrors; its first instance stands for all.
    pub(crate) fn read_block(&mut self, instance: InstanceId, resource: &'a Resource) {
        let expansion = self.evaluator.resource_expansion(instance, &resource.name);
        let repetition = expansion
            .ok()
            .and_then(|expansion| expansion.instances().into_iter().next());
        let (Some(repetition), Some(block)) = (repetition, resource.block.parse(self.sources)) else {
            return;
        };
        let path = self.path(instance, resource);
        let mut site = Site {
            evaluator: &self.evaluator,
            sources: self.sources,
            instance,
            repetition: &Rc::new(repetition),
            block,
            broken: !resource.block.problems().is_empty(),
            refused: None,
            inputs: self.inputs,
            uses: &self.uses,
            secrets: Vec::new(),
        };
        let (cluster_id, leads) = site.cluster_id(|reference| self.block_of(reference));
        self.sensitive.extend(site.secrets);
        let free = block.body.attribute("depends_on").is_none();
        let read = ImageMirrorsDataSource {
            span: resource.block.header(),
            cluster_id,
            cluster_origin: leads,
            dependencies: self.graph.transitive_dependencies(&Node::Resource(path.clone())),
            argument_insertion: insertion_points::of_argument(block, self.sources).filter(|_| free),
            dependency_insertion: block
                .body
                .attribute("depends_on")
                .and_then(|argument| insertion_points::of_element(&argument.value, self.sources)),
            path: path.clone(),
        };
        self.reads.entry(path).or_insert(read);
    }
}
