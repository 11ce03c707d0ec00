//! The arguments of one mirror instance, as the model has them.

use std::rc::Rc;

use crate::model::{
    Attribute, AttributeValue, ClusterOrigin, Editability, TraceStep, UnknownReason, UnknownReasons,
};
use terraform_eval::address::Reference;
use terraform_eval::cty::{ConvertError, Marks, Type, Value, convert};
use terraform_eval::eval::{self, EvalError, Evaluator, InstanceId, RepetitionData, Scope, VariableInputs};
use terraform_eval::modules::references;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

use crate::readers::configuration::editability::{Argument, Question};
use crate::readers::configuration::provenance::{self, Way};
use crate::readers::configuration::reference_counts::Uses;

/// One instance of a mirror block.
pub(crate) struct Site<'s, 'a> {
    pub(crate) evaluator: &'s Evaluator<'a>,
    pub(crate) sources: &'s Sources,
    pub(crate) instance: InstanceId,
    pub(crate) repetition: &'s Rc<RepetitionData>,
    pub(crate) block: &'s Block,
    /// Parts of the block could not be read.
    pub(crate) broken: bool,
    /// Why Terraform refuses the block: then none of its arguments has a value.
    pub(crate) refused: Option<&'s UnknownReason>,
    /// What the root module's variables were given.
    pub(crate) inputs: &'s VariableInputs,
    /// How often names are referred to.
    pub(crate) uses: &'s Uses,
    /// Where sensitive values are written that have been met.
    pub(crate) secrets: Vec<Span>,
}

struct Placed {
    span: Option<Span>,
    way: Vec<TraceStep>,
}

impl Site<'_, '_> {
    /// `cluster_id`, and where it leads.
    pub(crate) fn cluster_id(
        &mut self,
        block_of: impl Fn(&Reference) -> provenance::Block,
    ) -> (Attribute<String>, ClusterOrigin) {
        let mut attribute = self.string("cluster_id");
        let leads = match self.value("cluster_id") {
            Some(Ok(value)) => provenance::leads(&value, self.sources, block_of),
            Some(Err(failure)) => ClusterOrigin {
                unresolved: vec![self.cause(&failure)],
                expression: self.as_written("cluster_id"),
                ..ClusterOrigin::default()
            },
            None => ClusterOrigin::default(),
        };
        // An id that leads somewhere is mended where it is referred to, not where it leads.
        if let (false, Some(expression)) = (leads.is_literal(), self.expression("cluster_id")) {
            attribute.span = Some(expression.span);
        }
        (attribute, leads)
    }

    /// The text of an argument behind the name of the module, unless it stands for something else in each
    /// instance of the block.
    fn as_written(&self, name: &str) -> Option<String> {
        let expression = self.expression(name).filter(|_| self.refused.is_none())?;
        let own = ["each", "count", "self"];
        let is_own = |word: &str| own.contains(&word);
        if references::root_names(expression)
            .iter()
            .any(|(word, _)| is_own(word))
        {
            return None;
        }
        let words: Vec<&str> = self.sources.slice(expression.span).split_whitespace().collect();
        let text = words.join(" ");
        let text = text.strip_suffix(".id").unwrap_or(&text);
        let module = self.evaluator.path(self.instance);
        Some(if module.is_root() {
            text.to_owned()
        } else {
            format!("{module}.{text}")
        })
    }

    /// An argument that is a string.
    pub(crate) fn string(&mut self, name: &str) -> Attribute<String> {
        let Some(expression) = self.expression(name) else {
            return self.absent();
        };
        let value = match self.value(name).unwrap_or_else(|| Ok(Value::null(Type::String))) {
            Ok(value) => value,
            Err(failure) => return self.failed(&failure, expression),
        };
        match convert(&value, &Type::String) {
            Ok(value) => self.attribute(&value, expression),
            Err(error) => wrong_type(name, &error, expression.span),
        }
    }

    /// An argument that is a truth value.
    pub(crate) fn bool(&mut self, name: &str) -> Attribute<bool> {
        let attribute = self.string(name);
        let content = match attribute.content {
            AttributeValue::Known(word) => AttributeValue::Known(matches!(word.as_str(), "true" | "1")),
            AttributeValue::Absent => AttributeValue::Absent,
            AttributeValue::Unknown(unknown) => AttributeValue::Unknown(unknown),
        };
        Attribute {
            content,
            sensitive: attribute.sensitive,
            span: attribute.span,
            trace: attribute.trace,
            editability: attribute.editability,
            planned_span: None,
        }
    }

    /// An argument that is a list of strings.
    pub(crate) fn list(&mut self, name: &str) -> Attribute<Vec<Attribute<String>>> {
        let Some(expression) = self.expression(name) else {
            return self.absent();
        };
        let value = match self.value(name).unwrap_or_else(|| Ok(Value::null(Type::Dynamic))) {
            Ok(value) => value,
            Err(failure) => return self.failed(&failure, expression),
        };
        match convert(&value, &Type::list(Type::String)) {
            Ok(value) => self.list_of(&value, expression),
            Err(error) => wrong_type(name, &error, misfit(&value, expression).span),
        }
    }

    /// A list of strings, as the model has it.
    pub(crate) fn list_of(
        &mut self,
        value: &Value,
        expression: &Expression,
    ) -> Attribute<Vec<Attribute<String>>> {
        let sensitive = value.marks().is_sensitive();
        let Some(items) = value.as_slice() else {
            let attribute = self.attribute(value, expression);
            // A list that is unknown has no text: what is left is null or unknown.
            return Attribute {
                content: match attribute.content {
                    AttributeValue::Unknown(unknown) => AttributeValue::Unknown(unknown),
                    _ => AttributeValue::Absent,
                },
                sensitive: attribute.sensitive,
                span: attribute.span,
                trace: attribute.trace,
                planned_span: None,
                editability: Editability::Computed,
            };
        };
        // What is unknown of the list as a whole is unknown of its elements, and its secret is theirs.
        let marks = value.marks().as_influence();
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = match (item.is_known(), sensitive) {
                (true, false) => item.clone(),
                (true, true) => item.clone().with_marks(&Marks::sensitive()),
                (false, _) => item.clone().with_marks(&marks),
            };
            let own = element_of(expression, index, items.len());
            let mut element = self.attribute(&item, own);
            // What stands in a list can be taken out of it, unless it is only referred to from there.
            let whole = element.span.is_some_and(|place| expression.span.contains(place));
            if let Some(text) = element.value().filter(|_| whole || std::ptr::eq(own, expression)) {
                element.editability = self.written(text, element.span, expression, true);
            }
            elements.push(element);
        }
        let Placed { span, way } = self.place(value, expression);
        Attribute {
            content: AttributeValue::Known(elements),
            sensitive,
            span,
            trace: way,
            planned_span: None,
            editability: Editability::Computed,
        }
    }

    pub(crate) fn expression<'e>(&self, name: &str) -> Option<&'e Expression>
    where
        Self: 'e,
    {
        self.block.body.attribute(name).map(|attribute| &attribute.value)
    }

    pub(crate) fn value(&self, name: &str) -> Option<eval::Result<Value>> {
        let scope = Scope::module(self.instance).with_repetition(self.repetition);
        let expression = self.expression(name)?;
        if let Some(cause) = self.refused {
            return Some(Err(EvalError::uncatchable(cause.to_string())));
        }
        let value = self.evaluator.evaluate(expression, scope);
        Some(value.and_then(|value| {
            if value.marks_deep().is_ephemeral() {
                let message = "the value is ephemeral, so the argument cannot hold it";
                return Err(EvalError::uncatchable(message).with_span(expression.span));
            }
            Ok(value)
        }))
    }

    /// Why there is no value.
    fn cause(&self, failure: &EvalError) -> UnknownReason {
        match self.refused {
            Some(cause) => cause.clone(),
            None => UnknownReason::EvaluationFailed(failure.to_string()),
        }
    }

    pub(crate) fn failed<T>(&self, failure: &EvalError, expression: &Expression) -> Attribute<T> {
        let span = failure
            .span()
            .filter(|span| expression.span.contains(*span))
            .unwrap_or(expression.span);
        Attribute::unknown(UnknownReasons::new(self.cause(failure)), Some(span))
    }

    /// An argument that is not there; in a broken block it may be in what could not be read.
    pub(crate) fn absent<T>(&self) -> Attribute<T> {
        if self.broken {
            let cause = UnknownReason::InvalidBlock;
            Attribute::unknown(UnknownReasons::new(cause), Some(self.block.header))
        } else {
            Attribute::absent()
        }
    }

    /// A string value as the model has it.
    fn attribute(&mut self, value: &Value, expression: &Expression) -> Attribute<String> {
        let sensitive = value.marks_deep().is_sensitive();
        if let (true, Some(place)) = (sensitive, value.span()) {
            self.secrets.push(place);
        }
        let Placed { span, way } = self.place(value, expression);
        let content = match value.as_str() {
            Some(text) => AttributeValue::Known(text.to_string()),
            None if value.is_known() => AttributeValue::Absent,
            None => AttributeValue::Unknown(UnknownReasons::from_reasons(provenance::causes(value))),
        };
        let written = match &content {
            AttributeValue::Known(text) => self.written(text, span, expression, false),
            AttributeValue::Absent | AttributeValue::Unknown(_) => Editability::Computed,
        };
        Attribute {
            content,
            sensitive,
            span,
            trace: way,
            planned_span: None,
            editability: written,
        }
    }

    /// How a text is written; of an element, where the expression is that of the list.
    fn written(
        &self,
        text: &str,
        place: Option<Span>,
        expression: &Expression,
        of_list: bool,
    ) -> Editability {
        let Some(place) = place else {
            return Editability::Nowhere;
        };
        let question = Question {
            evaluator: self.evaluator,
            sources: self.sources,
            uses: self.uses,
            inputs: self.inputs,
            place,
            text,
            of_list,
        };
        question.written(Argument {
            expression,
            instance: self.instance,
            block: self.block,
            repetition: self.repetition.clone(),
        })
    }

    /// The text to change for a value, and the way from there to the mirror. A sensitive value is
    /// shown where it is used, never where it is written.
    fn place(&self, value: &Value, expression: &Expression) -> Placed {
        let here = Placed {
            span: Some(expression.span),
            way: Vec::new(),
        };
        let Some(place) = value.span() else { return here };
        if expression.span.contains(place) {
            return Placed {
                span: Some(place),
                way: Vec::new(),
            };
        }
        if value.marks_deep().is_sensitive() || !value.is_known() {
            return here;
        }
        let way = Way {
            evaluator: self.evaluator,
            sources: self.sources,
        };
        Placed {
            span: Some(place),
            way: way.to(place, expression, self.instance, self.block),
        }
    }
}

/// A value that is not of the argument's type, in Terraform's words.
fn wrong_type<T>(name: &str, error: &ConvertError, span: Span) -> Attribute<T> {
    let message = format!(
        "inappropriate value for attribute {name:?}: {}",
        error.message_with_path()
    );
    Attribute::unknown(UnknownReasons::new(UnknownReason::WrongType(message)), Some(span))
}

/// The part of a list that keeps it from being one of strings.
fn misfit<'e>(list: &Value, expression: &'e Expression) -> &'e Expression {
    let items = list.as_slice().unwrap_or_default();
    let wrong = items
        .iter()
        .position(|item| convert(item, &Type::String).is_err());
    wrong.map_or(expression, |index| element_of(expression, index, items.len()))
}

/// The expression of a list's element, where the list is spelled out.
fn element_of(list: &Expression, index: usize, length: usize) -> &Expression {
    match &list.kind {
        ExpressionKind::Tuple(items) if items.len() == length => items.get(index).unwrap_or(list),
        ExpressionKind::Parenthesis(inner) => element_of(inner, index, length),
        _ => list,
    }
}
