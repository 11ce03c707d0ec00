//! The evaluator of a root module, with what the readers of its blocks need in addition.

use crate::readers::configuration::reference_counts::ReferenceCounts;
use terraform_eval::eval::{Evaluator, RootInputs, SharedWork};
use terraform_eval::modules::{ModuleId, ModuleTree};
use terraform_eval::source::Sources;

pub(crate) struct EvaluationContext<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    pub(crate) sources: &'a Sources,
    /// The values of the root module's variables.
    pub(crate) inputs: &'a RootInputs,
    pub(crate) reference_counts: ReferenceCounts,
}

impl<'a> EvaluationContext<'a> {
    pub(crate) fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        inputs: &'a RootInputs,
        root: ModuleId,
        shared: Option<SharedWork>,
    ) -> Self {
        let evaluator = Evaluator::new(tree, sources, inputs, root);
        Self {
            evaluator: match shared {
                Some(shared) => evaluator.with_shared_work(shared),
                None => evaluator,
            },
            sources,
            inputs,
            reference_counts: ReferenceCounts::default(),
        }
    }

    /// Limits it to the share of one of several parts of a root module.
    pub(crate) fn limit_to_one_of(&mut self, parts: usize) {
        self.evaluator.divide_limits(parts);
    }

    /// An evaluator of a module as if it were a root module, within the limits of this one.
    pub(crate) fn evaluator_of(&self, tree: &'a ModuleTree, module: ModuleId) -> Evaluator<'a> {
        Evaluator::new(tree, self.sources, self.inputs, module).within_limits_of(&self.evaluator)
    }
}
