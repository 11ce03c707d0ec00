//! The trace of a value: the expressions through which it reaches an argument.

use crate::model::TraceStep;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::untrusted::expression_text;
use terraform_eval::address::Subject;
use terraform_eval::cty::Origin;
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::references;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Expression};

/// A longer trace does not help a reader.
const MAX_TRACE_STEPS: usize = 8;

/// The references that passed a value on, the one nearest to its origin first.
pub(crate) fn trace_of_origin(origin: &Origin, sources: &Sources) -> Vec<TraceStep> {
    let spans = origin.trace_spans().into_iter();
    spans.map(|span| step(span, sources)).collect()
}

fn step(span: Span, sources: &Sources) -> TraceStep {
    TraceStep {
        span,
        text: expression_text(sources.slice(span)).to_owned(),
    }
}

/// Follows references from an argument back to the text of its value.
pub(crate) struct TraceBuilder<'t, 'a> {
    context: &'t EvaluationContext<'a>,
    /// The text of the value.
    target: Span,
    /// The steps from the argument on.
    steps: Vec<TraceStep>,
}

impl<'t, 'a> TraceBuilder<'t, 'a> {
    /// The steps from `target` to `expression`, an argument of `block`; the one nearest to `target` is the first.
    pub(crate) fn build(
        context: &'t EvaluationContext<'a>,
        target: Span,
        expression: &Expression,
        instance: InstanceId,
        block: &Block,
    ) -> Box<[TraceStep]> {
        let mut builder = Self {
            context,
            target,
            steps: Vec::new(),
        };
        builder.follow(expression, instance, block);
        builder.steps.reverse();
        builder.steps.into()
    }

    fn follow(&mut self, expression: &Expression, instance: InstanceId, block: &Block) {
        if expression.span.contains(self.target) || self.steps.len() >= MAX_TRACE_STEPS {
            return;
        }
        let EvaluationContext {
            evaluator, sources, ..
        } = self.context;
        self.steps.push(step(expression.span, sources));
        for traversal in references::in_expression(expression) {
            match &traversal.subject {
                Subject::Each(_) => {
                    if let Some(for_each) = block.body.attribute("for_each") {
                        return self.follow(&for_each.value, instance, block);
                    }
                }
                Subject::Local(name) => {
                    if let Some(local) = evaluator.module(instance).locals(sources).get(name) {
                        return self.follow(&local.value, instance, block);
                    }
                }
                Subject::Variable(name) => {
                    let Some((caller, call, _)) = evaluator.called_from(instance) else {
                        return;
                    };
                    let calls = &evaluator.module(caller).calls;
                    let call_block = calls.get(&call).and_then(|call| call.block.parse(sources));
                    if let Some((call_block, argument)) =
                        call_block.and_then(|block| Some((block, block.body.attribute(name)?)))
                    {
                        return self.follow(&argument.value, caller, call_block);
                    }
                }
                _ => {}
            }
        }
    }
}
