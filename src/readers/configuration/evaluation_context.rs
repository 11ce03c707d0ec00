//! The evaluator of a root module, with what the readers of its blocks need in addition.

use crate::readers::configuration::reference_counts::ReferenceCounts;
use terraform_eval::eval::{Evaluator, RootInputs};
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
    ) -> Self {
        Self {
            evaluator: Evaluator::new(tree, sources, inputs, root),
            sources,
            inputs,
            reference_counts: ReferenceCounts::default(),
        }
    }
}
