//! Reads the blocks of clusters.

use std::rc::Rc;

use crate::model::{Cluster, ClusterInstance};
use crate::provider::cluster_kind;
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::insertion_points::argument_insertion;
use crate::readers::configuration::registry_sources::read_registry_sources;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::Address;
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::Resource;

impl<'a> RootModuleReader<'a> {
    /// Reads all instances of a cluster in a module instance.
    pub(crate) fn read_cluster(
        &mut self,
        instance: InstanceId,
        resource: &'a Resource,
        enclosing: &EnclosingContext,
    ) {
        let sources = self.context.sources;
        let (Some(kind), Some(block)) = (cluster_kind(&resource.name), resource.block.parse(sources)) else {
            return;
        };
        let (repetitions, enclosing) = self.expand_resource(instance, resource, enclosing);
        let mut instances = Vec::with_capacity(repetitions.len());
        for repetition in repetitions {
            let repetition = Rc::new(repetition);
            self.context.evaluator.grant_reserve_budget();
            let mut reader = BlockReader::new(&self.context, instance, &repetition, block)
                .with_syntax_errors(resource.block.has_syntax_errors())
                .with_rejection(enclosing.rejection.as_ref());
            let module = self.context.evaluator.path(instance);
            instances.push(ClusterInstance {
                address: Address::new(module, resource.name.clone(), repetition.key.clone()),
                id: None,
                wait_for_create_complete: reader.bool("wait_for_create_complete"),
                registry_sources: read_registry_sources(&mut reader),
                incomplete_registry_config: None,
            });
            self.sensitive.extend(reader.sensitive);
            self.check_instance(instance, resource, &repetition, &enclosing, block);
        }
        if instances.is_empty() {
            return;
        }
        self.clusters.push(Cluster {
            path: self.resource_path(instance, resource),
            kind,
            instances,
            span: resource.block.header(),
            argument_insertion: argument_insertion(block, sources),
        });
    }
}
