//! Reads the blocks that wait for a cluster.

use std::collections::btree_map::Entry;

use crate::model::{ClusterWaiter, UnknownReasons};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::Resource;
use terraform_eval::reference_graph::Node;

impl RootModuleReader<'_> {
    /// Adds a waiter that has an instance, or may have one.
    pub(crate) fn read_waiter(
        &mut self,
        instance: InstanceId,
        resource: &Resource,
        enclosing: &EnclosingContext,
    ) {
        let (repetitions, enclosing) = self.expand_resource(instance, resource, enclosing);
        if repetitions.is_empty() {
            return;
        }
        if let Some(block) = resource.block.parse(self.context.sources) {
            for repetition in &repetitions {
                self.check_instance(instance, resource, repetition, &enclosing, block);
            }
        }
        let path = self.resource_path(instance, resource);
        let waiter = ClusterWaiter {
            instances: enclosing
                .unknown_instances
                .or_else(|| enclosing.rejection.map(UnknownReasons::new)),
            dependencies: self
                .graph
                .dependencies(&Node::Resource(path.clone()), self.filters.clusters),
            unresolved_dependencies: self.unresolved_dependencies(),
            path,
        };
        match self.waiters.entry(waiter.path.clone()) {
            Entry::Vacant(entry) => _ = entry.insert(waiter),
            // An instance in another module instance makes the waiter certain.
            Entry::Occupied(mut entry) if waiter.instances.is_none() => entry.get_mut().instances = None,
            Entry::Occupied(_) => {}
        }
    }
}
