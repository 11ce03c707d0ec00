//! How a value is written: whether a fix could put another text in its place, and nothing else would change.
//!
//! The way from a mirror's argument to the text is followed again, and has to consist of references alone:
//! what computes has to be understood by a person. Every reference on it has to be the only one to what it
//! names, so that the text serves one argument.

use std::path::Path;
use std::rc::Rc;

use crate::model::{Editability, Literal};
use terraform_eval::address::Subject;
use terraform_eval::eval::{Evaluator, InstanceId, RepetitionData, VariableInputs};
use terraform_eval::modules::references::{self, Traversal};
use terraform_eval::source::{SourceFile, Sources, Span};
use terraform_eval::syntax::quoting::Quoting;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

use crate::readers::configuration::list_edits;
use crate::readers::configuration::reference_counts::{self, Uses};

/// More steps than this are no way that a fix should change the end of.
const LONGEST_WAY: usize = 32;

/// What is asked of a text and the expression that it came to.
pub(crate) struct Question<'q, 'a> {
    pub(crate) evaluator: &'q Evaluator<'a>,
    pub(crate) sources: &'q Sources,
    pub(crate) uses: &'q Uses,
    pub(crate) inputs: &'q VariableInputs,
    /// Where the text stands.
    pub(crate) place: Span,
    /// The text.
    pub(crate) text: &'q str,
    /// Whether it is an element of the list that the expression is worth, and of no other one.
    pub(crate) of_list: bool,
}

/// An expression, and the block that it is an argument of.
pub(crate) struct Argument<'q> {
    pub(crate) expression: &'q Expression,
    pub(crate) instance: InstanceId,
    pub(crate) block: &'q Block,
    pub(crate) repetition: Rc<RepetitionData>,
}

/// What was found at the end of a way.
enum End {
    /// The text, quoted.
    Text { in_list: bool },
    /// A key of an object or a set, which names an instance besides.
    Key,
    /// Something else.
    Other,
}

impl Question<'_, '_> {
    /// How the text is written that an argument has as its value, or as an element of its list.
    pub(crate) fn written(&self, argument: Argument<'_>) -> Editability {
        let file = self.sources.file(self.place.file);
        // What was given on the command line or in the environment is no file, and a module that
        // `terraform init` fetched is not the user's.
        let fetched = |path: &Path| path.components().any(|part| part.as_os_str() == ".terraform");
        if file.path().is_none_or(fetched) {
            return Editability::Nowhere;
        }
        let mut shared = false;
        match self.follow(argument, &mut shared, 0) {
            End::Other => Editability::Computed,
            End::Key => Editability::Shared,
            End::Text { .. } if shared => Editability::Shared,
            End::Text { in_list } => self.literal(file, in_list),
        }
    }

    fn literal(&self, file: &SourceFile, in_list: bool) -> Editability {
        let quoting = quoting(file.name());
        if !self.sources.slice(self.place).starts_with('"') {
            return Editability::Computed;
        }
        let json = quoting != Quoting::Native;
        let element =
            (in_list && self.of_list).then(|| list_edits::around(file.text(), self.place.range(), json));
        let element = element
            .flatten()
            .map(|range| Span::new(self.place.file, range.start, range.end));
        Editability::Literal(Literal {
            span: self.place,
            quoting,
            element,
        })
    }

    fn follow(&self, argument: Argument<'_>, shared: &mut bool, steps: usize) -> End {
        let expression = bare(argument.expression);
        if expression.span.contains(self.place) {
            return self.inside(expression, false);
        }
        let Some(traversal) = reference(expression).filter(|_| steps < LONGEST_WAY) else {
            return End::Other;
        };
        let Argument {
            instance,
            block,
            repetition,
            ..
        } = argument;
        let module = self.evaluator.module(instance);
        match &traversal.subject {
            Subject::Each(_) => {
                let key = repetition.each.as_ref().and_then(|(key, _)| key.span());
                if key == Some(self.place) {
                    return End::Key;
                }
                *shared |= reference_counts::shares_in(&block.body, &traversal);
                let Some(for_each) = block.body.attribute("for_each") else {
                    return End::Other;
                };
                let next = Argument {
                    expression: &for_each.value,
                    instance,
                    block,
                    repetition,
                };
                self.follow(next, shared, steps + 1)
            }
            Subject::Local(name) => {
                *shared |= self.uses.shares(
                    self.evaluator.module_id(instance),
                    module,
                    &traversal,
                    self.sources,
                );
                match module.locals(self.sources).get(name) {
                    Some(local) => {
                        let next = Argument {
                            expression: &local.value,
                            instance,
                            block,
                            repetition,
                        };
                        self.follow(next, shared, steps + 1)
                    }
                    None => End::Other,
                }
            }
            Subject::Variable(name) => {
                *shared |= self.uses.shares(
                    self.evaluator.module_id(instance),
                    module,
                    &traversal,
                    self.sources,
                );
                self.variable(name, instance, shared, steps)
            }
            _ => End::Other,
        }
    }

    /// Goes on where the variable got its value: from the call, from what was given, from its default.
    fn variable(&self, name: &str, instance: InstanceId, shared: &mut bool, steps: usize) -> End {
        let called = self.evaluator.called_from(instance);
        if let Some((caller, call, repetition)) = &called {
            let calls = &self.evaluator.module(*caller).calls;
            let block = calls.get(call).and_then(|call| call.block.parse(self.sources));
            if let Some((block, argument)) =
                block.and_then(|block| Some((block, block.body.attribute(name)?)))
            {
                let next = Argument {
                    expression: &argument.value,
                    instance: *caller,
                    block,
                    repetition: repetition.clone(),
                };
                return self.follow(next, shared, steps + 1);
            }
        } else if let Some(given) = self.inputs.expressions.get(name) {
            return self.at_the_end(given);
        }
        let declared = self.evaluator.module(instance).variables.get(name);
        let declared = declared.and_then(|declared| declared.parse(self.sources));
        match declared.and_then(|declared| declared.body.attribute("default")) {
            Some(default) => self.at_the_end(&default.value),
            None => End::Other,
        }
    }

    /// In values of variables there are no references to follow.
    fn at_the_end(&self, expression: &Expression) -> End {
        if expression.span.contains(self.place) {
            self.inside(expression, false)
        } else {
            End::Other
        }
    }

    /// Looks for the text in the expression that holds it, through what passes values on as they are.
    fn inside(&self, expression: &Expression, in_list: bool) -> End {
        let within = |inner: &&Expression| inner.span.contains(self.place);
        match &expression.kind {
            ExpressionKind::String(text) if expression.span == self.place && **text == *self.text => {
                End::Text { in_list }
            }
            ExpressionKind::Parenthesis(inner) => self.inside(inner, in_list),
            ExpressionKind::Tuple(items) => {
                // The items stand in the order of the text.
                let next = items.partition_point(|item| ends_before(item.span, self.place));
                match items.get(next).filter(within) {
                    Some(item) => self.inside(item, true),
                    None => End::Other,
                }
            }
            ExpressionKind::Object(items) => {
                let next = items.partition_point(|item| ends_before(item.value.span, self.place));
                match items.get(next) {
                    Some(item) if item.key.span().contains(self.place) => End::Key,
                    Some(item) if item.value.span.contains(self.place) => self.inside(&item.value, false),
                    _ => End::Other,
                }
            }
            ExpressionKind::Conditional { yes, no, .. } => match [&**yes, &**no].into_iter().find(within) {
                Some(branch) => self.inside(branch, false),
                None => End::Other,
            },
            ExpressionKind::Call(call)
                if matches!(&*call.name.text, "tolist" | "toset" | "tomap" | "tostring") =>
            {
                match call.arguments.iter().find(within) {
                    Some(argument) => self.inside(argument, false),
                    None => End::Other,
                }
            }
            _ => End::Other,
        }
    }
}

/// The language that a file's strings are quoted in. Values of variables are no templates.
fn quoting(name: &str) -> Quoting {
    match name.strip_suffix(".json") {
        None => Quoting::Native,
        Some(stem) if [".tf", ".tofu"].iter().any(|end| stem.ends_with(end)) => Quoting::Json,
        Some(_) => Quoting::PlainJson,
    }
}

fn ends_before(span: Span, place: Span) -> bool {
    span.range().end <= place.range().start
}

fn bare(expression: &Expression) -> &Expression {
    match &expression.kind {
        ExpressionKind::Parenthesis(inner) => bare(inner),
        _ => expression,
    }
}

/// The reference that an expression is as a whole.
fn reference(expression: &Expression) -> Option<Traversal> {
    let mut found = references::in_expression(expression).into_iter();
    let first = found.next().filter(|first| first.span == expression.span)?;
    found.next().is_none().then_some(first)
}
