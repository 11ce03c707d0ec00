//! Reads the arguments of one instance of a block into attributes of the model.

use std::rc::Rc;

use crate::model::{
    Attribute, AttributeValue, ClusterOrigin, Editability, TraceStep, UnknownReason, UnknownReasons,
};
use crate::provider::modules::is_stub;
use crate::readers::configuration::editability::{ArgumentRef, EditabilityQuery};
use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::provenance::{self, ReferencedBlock};
use crate::readers::configuration::trace::TraceBuilder;
use crate::untrusted::expression_text;
use terraform_eval::address::Reference;
use terraform_eval::cty::{ConvertError, Marks, Type, Value, convert};
use terraform_eval::eval::{self, EvalError, InstanceId, RepetitionData, Scope};
use terraform_eval::modules::references;
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// The names that have another value in each instance of a block.
const INSTANCE_NAMES: [&str; 3] = ["each", "count", "self"];

/// One instance of a block.
pub(crate) struct BlockReader<'s, 'a> {
    context: &'s EvaluationContext<'a>,
    instance: InstanceId,
    repetition: &'s Rc<RepetitionData>,
    block: &'s Block,
    is_incomplete: bool,
    rejection: Option<&'s UnknownReason>,
    /// The errors of the arguments that were read, with the name and the span of the argument.
    pub(crate) errors: Vec<(String, EvalError, Span)>,
    /// The source text of the sensitive values that were read.
    pub(crate) sensitive: Vec<Span>,
}

struct ValueSpan {
    span: Option<Span>,
    trace: Box<[TraceStep]>,
}

impl<'s, 'a> BlockReader<'s, 'a> {
    pub(crate) fn new(
        context: &'s EvaluationContext<'a>,
        instance: InstanceId,
        repetition: &'s Rc<RepetitionData>,
        block: &'s Block,
    ) -> Self {
        Self {
            context,
            instance,
            repetition,
            block,
            is_incomplete: false,
            rejection: None,
            errors: Vec::new(),
            sensitive: Vec::new(),
        }
    }

    /// Marks the block as incomplete if it has syntax errors: an argument may be in the part that was not parsed.
    pub(crate) fn with_syntax_errors(mut self, has_syntax_errors: bool) -> Self {
        self.is_incomplete = has_syntax_errors;
        self
    }

    /// Sets why Terraform rejects the block. Then none of its arguments has a value.
    pub(crate) fn with_rejection(mut self, rejection: Option<&'s UnknownReason>) -> Self {
        self.rejection = rejection;
        self
    }

    /// `cluster_id`, and where it comes from.
    pub(crate) fn cluster_id(
        &mut self,
        referenced_block: impl Fn(&Reference) -> ReferencedBlock,
    ) -> (Attribute<String>, ClusterOrigin) {
        let value = self.value("cluster_id");
        let origin = match &value {
            Some(Ok(value)) => provenance::cluster_origin(value, self.context.sources, referenced_block),
            Some(Err(error)) => ClusterOrigin {
                unresolved: vec![self.unknown_reason(error)],
                expression: self.source_text("cluster_id"),
                ..ClusterOrigin::default()
            },
            None => ClusterOrigin::default(),
        };
        let mut attribute = self.string_of("cluster_id", value);
        // An id with an origin is fixed where it is referred to, not at its origin.
        if let (false, Some(expression)) = (origin.is_literal(), self.expression("cluster_id")) {
            attribute.span = Some(expression.span);
        }
        (attribute, origin)
    }

    /// The source text of an argument, prefixed with the module's path. `None` if the text has another value in each
    /// instance of the block.
    fn source_text(&self, name: &str) -> Option<String> {
        let expression = self.expression(name).filter(|_| self.rejection.is_none())?;
        if references::root_names(expression)
            .iter()
            .any(|(word, _)| INSTANCE_NAMES.contains(&&**word))
        {
            return None;
        }
        let text = expression_text(self.context.sources.slice(expression.span));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = text.strip_suffix(".id").unwrap_or(&text);
        let module = self.context.evaluator.path(self.instance);
        Some(if module.is_root() {
            text.to_owned()
        } else {
            format!("{module}.{text}")
        })
    }

    /// A string argument.
    pub(crate) fn string(&mut self, name: &str) -> Attribute<String> {
        let value = self.value(name);
        self.string_of(name, value)
    }

    /// A string argument with a value.
    fn string_of(&mut self, name: &str, value: Option<eval::Result<Value>>) -> Attribute<String> {
        let Some(expression) = self.expression(name) else {
            return self.absent();
        };
        let value = match value.unwrap_or_else(|| Ok(Value::null(Type::String))) {
            Ok(value) => value,
            Err(error) => return self.failed_argument(name, error, expression),
        };
        match convert(&value, &Type::String) {
            Ok(value) => match self.charge_copies(&value) {
                Ok(()) => self.attribute(&value, expression),
                Err(error) => self.failed_argument(name, error, expression),
            },
            Err(error) => wrong_type(name, &error, expression.span),
        }
    }

    /// A boolean argument.
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
            Err(error) => return self.failed_argument(name, error, expression),
        };
        match convert(&value, &Type::list(Type::String)) {
            Ok(value) => match self.charge_copies(&value) {
                Ok(()) => self.list_from_value(&value, expression),
                Err(error) => self.failed_argument(name, error, expression),
            },
            Err(error) => wrong_type(name, &error, mistyped_part(&value, expression).span),
        }
    }

    /// Charges the memory of the copies of long texts: the model has one, and so have the indexes of mirrors. Names are not
    /// that long.
    fn charge_copies(&self, value: &Value) -> eval::Result<()> {
        const LONGEST_NAME: usize = 1_000;
        const COPIES: usize = 6;
        let texts = value.as_slice().unwrap_or(std::slice::from_ref(value));
        let lengths = texts.iter().filter_map(|text| Some(text.as_str()?.len()));
        let long: usize = lengths.filter(|length| *length > LONGEST_NAME).sum();
        self.context.evaluator.charge_memory(long.saturating_mul(COPIES))
    }

    /// A list of strings from a value of that type.
    pub(crate) fn list_from_value(
        &mut self,
        value: &Value,
        expression: &Expression,
    ) -> Attribute<Vec<Attribute<String>>> {
        let sensitive = value.marks().hides_value();
        let Some(items) = value.as_slice() else {
            let attribute = self.attribute(value, expression);
            // A value without elements is null or unknown.
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
        // The marks of the list apply to its elements: unknown ones get its origins, and all are sensitive if it is.
        let marks = value.marks().as_influence();
        let mut elements = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item = match (item.is_known(), sensitive) {
                (true, false) => item.clone(),
                (true, true) => item.clone().with_marks(&Marks::sensitive()),
                (false, _) => item.clone().with_marks(&marks),
            };
            let element_expression = element_of(expression, index, items.len());
            let mut element = self.attribute(&item, element_expression);
            // The text of an element can be removed from a list, unless the element is a reference to it.
            let is_inside = element.span.is_some_and(|span| expression.span.contains(span));
            let is_removable = is_inside || std::ptr::eq(element_expression, expression);
            if let Some(text) = element.value().filter(|_| is_removable) {
                element.editability = self.editability(text, element.span, expression, true);
            }
            elements.push(element);
        }
        let ValueSpan { span, trace } = self.value_span(value, expression);
        Attribute {
            content: AttributeValue::Known(elements),
            sensitive,
            span,
            trace,
            planned_span: None,
            editability: Editability::Computed,
        }
    }

    pub(crate) fn expression(&self, name: &str) -> Option<&'s Expression> {
        self.block.body.attribute(name).map(|attribute| &attribute.value)
    }

    pub(crate) fn value(&self, name: &str) -> Option<eval::Result<Value>> {
        let scope = Scope::module(self.instance).with_repetition(self.repetition);
        let expression = self.expression(name)?;
        if let Some(reason) = self.rejection {
            return Some(Err(EvalError::uncatchable(reason.to_string())));
        }
        let value = self.context.evaluator.evaluate(expression, scope);
        Some(value.and_then(|value| {
            if value.marks_deep().is_ephemeral() {
                let message = "the value is ephemeral, so the argument cannot hold it";
                return Err(EvalError::uncatchable(message).with_span(expression.span));
            }
            Ok(value)
        }))
    }

    /// Why an argument has no value.
    fn unknown_reason(&self, error: &EvalError) -> UnknownReason {
        match self.rejection {
            Some(reason) => reason.clone(),
            None if error.is_rejection() && !self.is_outline() => UnknownReason::Rejected(error.to_string()),
            None => UnknownReason::EvaluationFailed(error.to_string()),
        }
    }

    fn failed_argument<T>(&mut self, name: &str, error: EvalError, expression: &Expression) -> Attribute<T> {
        let attribute = self.failed(&error, expression);
        if self.rejection.is_none() && !self.is_outline() {
            self.errors.push((name.to_owned(), error, expression.span));
        }
        attribute
    }

    /// Whether the block is in an outline of a module, which does not have all that the module has.
    fn is_outline(&self) -> bool {
        is_stub(&self.context.evaluator.module(self.instance).directory)
    }

    pub(crate) fn failed<T>(&self, error: &EvalError, expression: &Expression) -> Attribute<T> {
        let span = error
            .span()
            .filter(|span| expression.span.contains(*span))
            .unwrap_or(expression.span);
        Attribute::unknown(UnknownReasons::new(self.unknown_reason(error)), Some(span))
    }

    /// An argument that the block does not have, as far as it was parsed.
    pub(crate) fn absent<T>(&self) -> Attribute<T> {
        if self.is_incomplete {
            let reason = UnknownReason::InvalidBlock;
            Attribute::unknown(UnknownReasons::new(reason), Some(self.block.header))
        } else {
            Attribute::absent()
        }
    }

    fn attribute(&mut self, value: &Value, expression: &Expression) -> Attribute<String> {
        let sensitive = value.marks_deep().hides_value();
        if let (true, Some(span)) = (sensitive, value.span()) {
            self.sensitive.push(span);
        }
        let ValueSpan { span, trace } = self.value_span(value, expression);
        let content = match value.as_str() {
            Some(text) => AttributeValue::Known(text.to_string()),
            None if value.is_known() => AttributeValue::Absent,
            None => {
                let reasons = provenance::unknown_reasons(value);
                AttributeValue::Unknown(UnknownReasons::from_reasons(reasons))
            }
        };
        let editability = match &content {
            AttributeValue::Known(text) => self.editability(text, span, expression, false),
            AttributeValue::Absent | AttributeValue::Unknown(_) => Editability::Computed,
        };
        Attribute {
            content,
            sensitive,
            span,
            trace,
            planned_span: None,
            editability,
        }
    }

    /// The editability of a text. `expression` is the argument's, also for an element of a list.
    fn editability(
        &self,
        text: &str,
        span: Option<Span>,
        expression: &Expression,
        is_list_element: bool,
    ) -> Editability {
        let Some(span) = span else {
            return Editability::Nowhere;
        };
        let query = EditabilityQuery {
            context: self.context,
            span,
            text,
            is_list_element,
        };
        query.resolve(ArgumentRef {
            expression,
            instance: self.instance,
            block: self.block,
            repetition: self.repetition.clone(),
        })
    }

    /// The text to change for a value, and the trace from there to the argument. The text of a sensitive value is not
    /// shown, so findings about it point at the argument.
    fn value_span(&self, value: &Value, expression: &Expression) -> ValueSpan {
        let without_trace = |span: Span| ValueSpan {
            span: Some(span),
            trace: Box::default(),
        };
        let Some(span) = value.span() else {
            return without_trace(expression.span);
        };
        if expression.span.contains(span) {
            return without_trace(span);
        }
        if value.marks_deep().hides_value() || !value.is_known() {
            return without_trace(expression.span);
        }
        ValueSpan {
            span: Some(span),
            trace: TraceBuilder::build(self.context, span, expression, self.instance, self.block),
        }
    }
}

/// A value of another type than the argument's, with Terraform's error message.
fn wrong_type<T>(name: &str, error: &ConvertError, span: Span) -> Attribute<T> {
    let message = format!(
        "inappropriate value for attribute {name:?}: {}",
        error.message_with_path()
    );
    Attribute::unknown(UnknownReasons::new(UnknownReason::WrongType(message)), Some(span))
}

/// The element because of which a list is not a list of strings.
fn mistyped_part<'e>(list: &Value, expression: &'e Expression) -> &'e Expression {
    let items = list.as_slice().unwrap_or_default();
    let index = items
        .iter()
        .position(|item| convert(item, &Type::String).is_err());
    index.map_or(expression, |index| element_of(expression, index, items.len()))
}

/// The expression of an element if the list is a literal, else that of the list.
fn element_of(list: &Expression, index: usize, length: usize) -> &Expression {
    match &list.kind {
        ExpressionKind::Tuple(items) if items.len() == length => items.get(index).unwrap_or(list),
        ExpressionKind::Parenthesis(inner) => element_of(inner, index, length),
        _ => list,
    }
}
