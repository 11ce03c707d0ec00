//! Reads the data sources that list the mirrors of a cluster.

use std::rc::Rc;

use crate::model::ImageMirrorsDataSource;
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::insertion_points::{argument_insertion, element_insertion};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::Resource;
use terraform_eval::reference_graph::Node;

impl<'a> RootModuleReader<'a> {
    /// Reads a data source. Its first instance stands for all.
    pub(crate) fn read_data_source(
        &mut self,
        instance: InstanceId,
        resource: &'a Resource,
        enclosing: &EnclosingContext,
    ) {
        let sources = self.context.sources;
        let (repetitions, enclosing) = self.expand_resource(instance, resource, enclosing);
        let Some(block) = resource.block.parse(sources) else {
            return;
        };
        for repetition in &repetitions {
            self.check_instance(instance, resource, repetition, &enclosing, block);
        }
        let first = repetitions.into_iter().next();
        let Some(repetition) =
            first.filter(|_| enclosing.rejection.is_none() && self.graph.limit().is_none())
        else {
            return;
        };
        let path = self.resource_path(instance, resource);
        let repetition = Rc::new(repetition);
        let mut reader = BlockReader::new(&self.context, instance, &repetition, block)
            .with_syntax_errors(resource.block.has_syntax_errors());
        let (cluster_id, cluster_origin) = reader.cluster_id(|reference| self.referenced_block(reference));
        self.sensitive.extend(reader.sensitive);
        let depends_on = block.body.attribute("depends_on");
        let data_source = ImageMirrorsDataSource {
            span: resource.block.header(),
            cluster_id,
            cluster_origin,
            dependencies: self
                .graph
                .dependencies(&Node::Resource(path.clone()), self.filters.mirrors),
            argument_insertion: argument_insertion(block, sources).filter(|_| depends_on.is_none()),
            dependency_insertion: depends_on.and_then(|argument| element_insertion(&argument.value, sources)),
            path: path.clone(),
        };
        self.data_sources.entry(path).or_insert(data_source);
    }
}
