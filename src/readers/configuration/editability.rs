//! Whether a fix can replace the text of a value without changing anything else.
//!
//! The trace from a mirror's argument to the text is followed again. It must consist of references alone, because a
//! person has to understand a computation before changing its operands, and each reference must be the only one to
//! its value, so that the text serves one argument.

use std::rc::Rc;

use crate::model::{Editability, Literal};
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::list_edits::element_removal_range;
use terraform_eval::address::Subject;
use terraform_eval::eval::{InstanceId, RepetitionData};
use terraform_eval::modules::references::{self, Traversal};
use terraform_eval::source::{SourceFile, Span};
use terraform_eval::syntax::quoting::Quoting;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// A fix should not change a text that is further away than this.
const MAX_TRACE_STEPS: usize = 32;

/// A text, and the context in which an argument evaluated to it.
pub(crate) struct EditabilityQuery<'q, 'a> {
    pub(crate) context: &'q EvaluationContext<'a>,
    /// Where the text is.
    pub(crate) span: Span,
    pub(crate) text: &'q str,
    /// Whether the text is an element of the list that the argument evaluates to, and of no other list.
    pub(crate) is_list_element: bool,
}

/// The expression of an argument, and the block that it is in.
pub(crate) struct ArgumentRef<'q> {
    pub(crate) expression: &'q Expression,
    pub(crate) instance: InstanceId,
    pub(crate) block: &'q Block,
    pub(crate) repetition: Rc<RepetitionData>,
}

/// What is at the end of a trace.
enum TraceEnd {
    /// The text, quoted.
    Text { in_list: bool },
    /// The text as a key of an object or an element of a set, which also names an instance.
    Key,
    /// Anything else.
    Other,
}

impl EditabilityQuery<'_, '_> {
    /// The editability of the text as the value of an argument, or as an element of its list.
    pub(crate) fn resolve(&self, argument: ArgumentRef<'_>) -> Editability {
        let file = self.context.sources.file(self.span.file);
        // Values from the command line or the environment are not in a file, and the user does not own the modules
        // that `terraform init` installed.
        if file.path().is_none() || file.is_installed() {
            return Editability::Nowhere;
        }
        let mut is_shared = false;
        match self.follow(argument, &mut is_shared, 0) {
            TraceEnd::Other => Editability::Computed,
            TraceEnd::Key => Editability::Shared,
            TraceEnd::Text { .. } if is_shared => Editability::Shared,
            TraceEnd::Text { in_list } => self.literal(file, in_list),
        }
    }

    fn literal(&self, file: &SourceFile, in_list: bool) -> Editability {
        let quoting = quoting(file.name());
        if !self.context.sources.slice(self.span).starts_with('"') {
            return Editability::Computed;
        }
        let is_json = quoting != Quoting::Native;
        let element = (in_list && self.is_list_element)
            .then(|| element_removal_range(file.text(), self.span.range(), is_json))
            .flatten()
            .map(|range| Span::new(self.span.file, range.start, range.end));
        Editability::Literal(Literal {
            span: self.span,
            quoting,
            element,
        })
    }

    fn follow(&self, argument: ArgumentRef<'_>, is_shared: &mut bool, steps: usize) -> TraceEnd {
        let expression = without_parentheses(argument.expression);
        if expression.span.contains(self.span) {
            return self.find_text(expression, false);
        }
        let Some(traversal) = as_reference(expression).filter(|_| steps < MAX_TRACE_STEPS) else {
            return TraceEnd::Other;
        };
        let ArgumentRef {
            instance,
            block,
            repetition,
            ..
        } = argument;
        let EvaluationContext {
            evaluator,
            sources,
            reference_counts,
            ..
        } = self.context;
        match &traversal.subject {
            Subject::Each(_) => {
                let key = repetition.each.as_ref().and_then(|(key, _)| key.span());
                if key == Some(self.span) {
                    return TraceEnd::Key;
                }
                *is_shared |= reference_counts.is_shared_in_block(block, &traversal);
                let Some(for_each) = block.body.attribute("for_each") else {
                    return TraceEnd::Other;
                };
                let next = ArgumentRef {
                    expression: &for_each.value,
                    instance,
                    block,
                    repetition,
                };
                self.follow(next, is_shared, steps + 1)
            }
            Subject::Local(name) => {
                *is_shared |= self.is_shared_in_module(instance, &traversal);
                match evaluator.module(instance).locals(sources).get(name) {
                    Some(local) => {
                        let next = ArgumentRef {
                            expression: &local.value,
                            instance,
                            block,
                            repetition,
                        };
                        self.follow(next, is_shared, steps + 1)
                    }
                    None => TraceEnd::Other,
                }
            }
            Subject::Variable(name) => {
                *is_shared |= self.is_shared_in_module(instance, &traversal);
                self.follow_variable(name, instance, is_shared, steps)
            }
            _ => TraceEnd::Other,
        }
    }

    fn is_shared_in_module(&self, instance: InstanceId, traversal: &Traversal) -> bool {
        let EvaluationContext {
            evaluator,
            sources,
            reference_counts,
            ..
        } = self.context;
        let (id, module) = (evaluator.module_id(instance), evaluator.module(instance));
        reference_counts.is_shared(id, module, traversal, sources)
    }

    /// Continues where the variable has its value: in the call, in the inputs of the root module, in its default.
    fn follow_variable(
        &self,
        name: &str,
        instance: InstanceId,
        is_shared: &mut bool,
        steps: usize,
    ) -> TraceEnd {
        let EvaluationContext {
            evaluator,
            sources,
            inputs,
            ..
        } = self.context;
        if let Some((caller, call, repetition)) = evaluator.called_from(instance) {
            let calls = &evaluator.module(caller).calls;
            let block = calls.get(&call).and_then(|call| call.block.parse(sources));
            if let Some((block, argument)) =
                block.and_then(|block| Some((block, block.body.attribute(name)?)))
            {
                let next = ArgumentRef {
                    expression: &argument.value,
                    instance: caller,
                    block,
                    repetition,
                };
                return self.follow(next, is_shared, steps + 1);
            }
        } else if let Some(input) = inputs.expressions.get(name) {
            return self.find_text_in_input(input);
        }
        let declaration = evaluator.module(instance).variables.get(name);
        let declaration = declaration.and_then(|block| block.parse(sources));
        match declaration.and_then(|block| block.body.attribute("default")) {
            Some(default) => self.find_text_in_input(&default.value),
            None => TraceEnd::Other,
        }
    }

    /// Values of variables contain no references to follow.
    fn find_text_in_input(&self, expression: &Expression) -> TraceEnd {
        if expression.span.contains(self.span) {
            self.find_text(expression, false)
        } else {
            TraceEnd::Other
        }
    }

    /// Finds the text in the expression that contains it, through expressions that pass values on unchanged.
    fn find_text(&self, expression: &Expression, in_list: bool) -> TraceEnd {
        let contains_text = |inner: &&Expression| inner.span.contains(self.span);
        match &expression.kind {
            ExpressionKind::String(text) if expression.span == self.span && **text == *self.text => {
                TraceEnd::Text { in_list }
            }
            ExpressionKind::Parenthesis(inner) => self.find_text(inner, in_list),
            ExpressionKind::Tuple(items) => {
                // The items are in the order of the text.
                let next = items.partition_point(|item| ends_before(item.span, self.span));
                match items.get(next).filter(contains_text) {
                    Some(item) => self.find_text(item, true),
                    None => TraceEnd::Other,
                }
            }
            ExpressionKind::Object(items) => {
                let next = items.partition_point(|item| ends_before(item.value.span, self.span));
                match items.get(next) {
                    Some(item) if item.key.span().contains(self.span) => TraceEnd::Key,
                    Some(item) if item.value.span.contains(self.span) => self.find_text(&item.value, false),
                    _ => TraceEnd::Other,
                }
            }
            ExpressionKind::Conditional { branches, otherwise } => {
                let values = branches.iter().map(|branch| &branch.value);
                match values.chain([&**otherwise]).find(contains_text) {
                    Some(value) => self.find_text(value, false),
                    None => TraceEnd::Other,
                }
            }
            ExpressionKind::Call(call)
                if matches!(&*call.name.text, "tolist" | "toset" | "tomap" | "tostring") =>
            {
                match call.arguments.iter().find(contains_text) {
                    Some(argument) => self.find_text(argument, false),
                    None => TraceEnd::Other,
                }
            }
            _ => TraceEnd::Other,
        }
    }
}

/// How the strings of a file are quoted. Values of variables are not templates.
fn quoting(name: &str) -> Quoting {
    match name.strip_suffix(".json") {
        None => Quoting::Native,
        Some(stem) if [".tf", ".tofu"].iter().any(|end| stem.ends_with(end)) => Quoting::Json,
        Some(_) => Quoting::PlainJson,
    }
}

fn ends_before(span: Span, other: Span) -> bool {
    span.range().end <= other.range().start
}

fn without_parentheses(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Parenthesis(inner) => without_parentheses(inner),
        _ => expression,
    }
}

/// The reference, if the whole expression is one.
fn as_reference(expression: &Expression) -> Option<Traversal> {
    let mut traversals = references::in_expression(expression).into_iter();
    let first = traversals.next().filter(|first| first.span == expression.span)?;
    traversals.next().is_none().then_some(first)
}
