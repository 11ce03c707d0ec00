//! Reads the blocks that wait for a cluster.

use std::collections::btree_map::Entry;

use crate::model::{ClusterWaiter, UnknownReasons};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::instances::expand;
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
        let expansion = self
            .context
            .evaluator
            .resource_expansion(instance, &resource.name);
        let (repetitions, enclosing) = expand(expansion, enclosing);
        if repetitions.is_empty() {
            return;
        }
        let path = self.resource_path(instance, resource);
        let mut dependencies = (*self.graph.dependencies(&Node::Resource(path.clone()))).clone();
        dependencies.remove(&path);
        let waiter = ClusterWaiter {
            instances: enclosing
                .unknown_instances
                .or_else(|| enclosing.rejection.map(UnknownReasons::new)),
            dependencies,
            unresolved_dependencies: Vec::new(),
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
