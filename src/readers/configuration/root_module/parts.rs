//! The blocks of a large root module are read on several threads.
//!
//! Each part has an evaluator of its own, so a value that blocks of several parts need is evaluated in each. If all parts together
//! stay within the limits of an evaluation, one evaluator for all blocks would, too. Otherwise, which blocks have values depends
//! on the order, and all are read again one after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::model::{Cluster, ClusterWaiter, ImageMirrorsDataSource, MirrorList};
use crate::parallel::Threads;
use crate::provider;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::issues::Issues;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::configuration::root_module::resource_checks::CheckedBlock;
use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};
use terraform_eval::eval::{self, InstanceId, Spent};
use terraform_eval::hashing::HashMap;
use terraform_eval::modules::Resource;
use terraform_eval::source::Span;

/// Fewer blocks than this are read in less time than it takes to prepare parts.
const MIN_BLOCKS: usize = 512;

/// Parts for each thread: blocks are in the order of their types, and some take more time than others. Mirrors, which take the
/// most, are near the end, so the last parts are read first.
const PARTS_OF_THREAD: usize = 8;

/// What was read of one part.
struct Part<'a> {
    mirrors: MirrorList,
    has_rejected_mirror: bool,
    clusters: Vec<Cluster>,
    waiters: BTreeMap<ResourcePath, ClusterWaiter>,
    data_sources: BTreeMap<ResourcePath, ImageMirrorsDataSource>,
    issues: Issues,
    checked: HashMap<ResourceName, CheckedBlock<'a>>,
    sensitive: BTreeSet<Span>,
    without_instances: usize,
    mirror_blocks: usize,
    accessed: BTreeSet<PathBuf>,
    newer_minors: BTreeSet<u32>,
    spent: Spent,
    /// Whether all parts have to be read in order: this one reached a limit, or has a cycle, whose name is that of its first
    /// block.
    needs_order: bool,
}

impl<'a> RootModuleReader<'a> {
    /// Reads blocks of the root module, which nothing encloses.
    pub(crate) fn read_blocks_of_root(&mut self, resources: &[&'a Resource]) {
        let count = self.threads.count();
        let is_quick = resources.len() < MIN_BLOCKS;
        // So many blocks reach the limit of instances, so parts would all be read again.
        let is_too_large = self.graph.limit().is_some();
        if count == 1 || is_quick || is_too_large || self.budget.shared_work().is_some() {
            for resource in resources {
                self.read_resource(InstanceId::ROOT, resource, &EnclosingContext::default());
            }
            return;
        }
        let parts: Vec<&[&Resource]> = resources
            .rchunks(resources.len().div_ceil(count * PARTS_OF_THREAD))
            .collect();
        let enclose = |share: &mut (dyn FnMut() + Send)| _ = eval::with_stack(share);
        let (tree, sources, inputs, budget) =
            (self.tree, self.context.sources, self.context.inputs, self.budget);
        let root = self.context.evaluator.module_id(InstanceId::ROOT);
        let (numbers, filters) = (&self.numbers, self.filters);
        let path = ModulePath::root();
        let checks = self.block_checks(root, &path);
        let read = |part: &&[&'a Resource]| {
            let mut context = EvaluationContext::new(tree, sources, inputs, root, None);
            context.limit_to_one_of(parts.len());
            let mut reader =
                RootModuleReader::with(tree, budget, Threads::ONE, context, numbers.clone(), filters);
            reader.reserve(part);
            for resource in *part {
                reader.read_resource(InstanceId::ROOT, resource, &EnclosingContext::default());
                // The syntax tree is still in the processor's cache.
                let has_instances = !reader.instantiated.is_empty();
                reader.instantiated.clear();
                let checked = checks.check(resource, has_instances);
                reader
                    .checked
                    .extend(checked.map(|checked| (resource.name.clone(), checked)));
            }
            reader.into_part()
        };
        let read = self
            .threads
            .map_in_batches(&parts, parts.len(), &enclose, read, |_| ());
        self.is_divided = true;
        self.reserve(resources);
        match read {
            Some(parts) => parts.into_iter().rev().for_each(|part| self.add(part)),
            None => self.budget.ask_for_order(),
        }
    }

    /// Makes room for what most blocks are read into.
    fn reserve(&mut self, resources: &[&Resource]) {
        let count = |is_kind: fn(&ResourceName) -> bool| {
            resources
                .iter()
                .filter(|resource| is_kind(&resource.name))
                .count()
        };
        self.mirrors.reserve(count(provider::is_image_mirror));
        self.clusters
            .reserve(count(|name| provider::cluster_kind(name).is_some()));
    }

    fn into_part(self) -> Part<'a> {
        let evaluator = &self.context.evaluator;
        Part {
            accessed: evaluator.accessed_paths(),
            newer_minors: evaluator.newer_minors(),
            spent: evaluator.spent(),
            needs_order: evaluator.has_reached_limit() || !self.cycles.is_empty(),
            mirrors: self.mirrors,
            has_rejected_mirror: self.has_rejected_mirror,
            clusters: self.clusters,
            waiters: self.waiters,
            data_sources: self.data_sources,
            issues: self.issues,
            checked: self.checked,
            sensitive: self.sensitive,
            without_instances: self.without_instances,
            mirror_blocks: self.mirror_blocks,
        }
    }

    fn add(&mut self, part: Part<'a>) {
        if part.needs_order {
            self.budget.ask_for_order();
        }
        self.context.evaluator.count_part(&part.spent);
        self.mirrors.extend(part.mirrors);
        self.has_rejected_mirror |= part.has_rejected_mirror;
        self.clusters.extend(part.clusters);
        self.waiters.extend(part.waiters);
        self.data_sources.extend(part.data_sources);
        self.issues.add_all(part.issues);
        self.checked.extend(part.checked);
        self.sensitive.extend(part.sensitive);
        self.without_instances += part.without_instances;
        self.mirror_blocks += part.mirror_blocks;
        self.accessed.extend(part.accessed);
        self.newer_minors.extend(part.newer_minors);
    }

    /// Whether the root module was divided, and its parts together reach a limit that they might not reach one after the other.
    pub(crate) fn needs_order(&self) -> bool {
        self.is_divided && self.context.evaluator.has_reached_limit()
    }
}
