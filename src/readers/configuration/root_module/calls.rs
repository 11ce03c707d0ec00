//! Module calls: which ones enclose a block, what they leave out, and the block behind a reference.

use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::model::{MissingInputs, TraceStep};
use crate::provider::modules::IMAGE_MIRRORS_INPUT;
use crate::readers::configuration::provenance::ReferencedBlock;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::{ModulePath, Reference, Subject};
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::{Callee, ModuleCall, ModuleId};

/// Whether a call of a module may pass mirrors on, as far as its words tell.
pub(crate) fn may_pass_mirrors(text: &str) -> bool {
    static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(IMAGE_MIRRORS_INPUT));
    WORD.find(text.as_bytes()).is_some()
}

impl RootModuleReader<'_> {
    /// Whether a call passes mirrors on, as far as its words tell.
    pub(crate) fn passes_mirrors(&self, caller: ModuleId, call: &str) -> bool {
        let call = self.tree.module(caller).calls.get(call);
        call.is_some_and(|call| call.block.any_text(self.context.sources, may_pass_mirrors))
    }

    /// The module calls that enclose an instance, outermost first.
    pub(crate) fn enclosing_calls(&self, instance: InstanceId) -> Arc<[TraceStep]> {
        let evaluator = &self.context.evaluator;
        let mut calls = Vec::new();
        let mut enclosed = instance;
        while let Some((caller, call, _)) = evaluator.called_from(enclosed) {
            if let Some(declared) = evaluator.module(caller).calls.get(&call) {
                calls.push(TraceStep {
                    span: declared.block.header(),
                    text: format!("module.{call}"),
                });
            }
            enclosed = caller;
        }
        calls.reverse();
        calls.into()
    }

    /// The variables of a module that have no default and that a call of it does not set.
    pub(crate) fn missing_inputs(
        &self,
        instance: InstanceId,
        call: &Arc<str>,
        callee: ModuleId,
    ) -> Option<MissingInputs> {
        let declared = self.context.evaluator.module(instance).calls.get(call)?;
        let caller = self.context.evaluator.path(instance).without_keys();
        self.missing_inputs_of(&caller.child(call.clone(), None), declared, callee)
    }

    /// The variables of a module that have no default and that the call at a path does not set.
    pub(crate) fn missing_inputs_of(
        &self,
        path: &ModulePath,
        declared: &ModuleCall,
        callee: ModuleId,
    ) -> Option<MissingInputs> {
        let sources = self.context.sources;
        let block = declared.block.parse(sources)?;
        if declared.block.has_syntax_errors() {
            return None;
        }
        let required = self.tree.module(callee).variables.iter().filter(|(_, variable)| {
            let parsed = variable.parse(sources);
            parsed.is_some_and(|block| block.body.attribute("default").is_none())
                && !variable.has_syntax_errors()
        });
        let missing = required.filter(|(name, _)| block.body.attribute(name).is_none());
        let names: Vec<String> = missing.map(|(name, _)| name.to_string()).collect();
        (!names.is_empty()).then(|| MissingInputs {
            call: path.to_string(),
            span: declared.block.header(),
            names,
        })
    }

    /// The block that a reference names: a resource, or the call of a module.
    pub(crate) fn referenced_block(&self, reference: &Reference) -> ReferencedBlock {
        let mut module = Some(self.context.evaluator.module_id(InstanceId::ROOT));
        for step in reference.module.steps() {
            module = module.and_then(|id| match self.tree.callee(id, &step.call) {
                Some(Callee::Module(child)) => Some(*child),
                _ => None,
            });
        }
        let Some(id) = module else {
            return ReferencedBlock::default();
        };
        let module = self.tree.module(id);
        match &reference.subject {
            Subject::Resource(name) => ReferencedBlock {
                span: module.resources.get(name).map(|resource| resource.block.header()),
                source: None,
            },
            Subject::Module(call) => ReferencedBlock {
                span: module.calls.get(call).map(|call| call.block.header()),
                source: match self.tree.callee(id, call) {
                    Some(Callee::Missing { source }) => Some(source.clone()),
                    _ => None,
                },
            },
            _ => ReferencedBlock::default(),
        }
    }
}
