//! Arguments of a resource as the rules see them: the value or the reasons why it is unknown, and where it comes from.

use std::fmt;

use terraform_eval::cty;
use terraform_eval::source::Span;

use super::editability::Editability;
use super::trace::TraceStep;
use crate::untrusted::describe_value;

/// An argument of a resource, or an element of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute<T> {
    /// The value, or why it is unknown.
    pub content: AttributeValue<T>,
    /// Whether the value is sensitive, so that no output may show it.
    pub sensitive: bool,
    /// The text that a person must change to change the value. `None` if the input has no such text.
    pub span: Option<Span>,
    /// The trace from `span` to the resource, through variables, locals and module arguments. The last step is last.
    pub trace: Box<[TraceStep]>,
    /// The text of the value in the plan, if `span` is in the configuration that the plan was created from.
    pub planned_span: Option<Span>,
    /// Whether and where a fix may change the value.
    pub editability: Editability,
}

impl<T> Default for Attribute<T> {
    fn default() -> Self {
        Self::absent()
    }
}

/// The value of an argument.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue<T> {
    /// Not set, or null.
    Absent,
    /// A known value.
    Known(T),
    /// Set to a value that is unknown.
    Unknown(UnknownReasons),
}

/// Why a value is unknown. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReasons {
    /// The reasons, without duplicates.
    pub reasons: Vec<UnknownReason>,
}

/// A reason for which a value is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnknownReason {
    /// Terraform learns the value during apply: the reference that evaluates to it, if it is recorded.
    AfterApply(Option<String>),
    /// A variable has neither a value nor a default: the reference to it.
    NoValue(String),
    /// An output of a module that was not found: the reference.
    ModuleNotLoaded(String),
    /// The evaluator does not know the value: the reason it gives.
    NotEvaluated(cty::UnknownReason),
    /// Terraform rejects the expression, `count` or `for_each`: the error.
    Rejected(String),
    /// Evaluation fails for another reason: the error.
    EvaluationFailed(String),
    /// The block depends on itself: the names in the cycle.
    Cycle(String),
    /// The block has a syntax error, so the argument may be in the part that could not be read.
    InvalidBlock,
    /// Terraform defers the instances, because `count` or `for_each` is unknown.
    Deferred,
    /// An expression in `tofu show -config`, which has no values: the reference in it.
    NeedsPlan(String),
    /// `count` or `for_each` in `tofu show -config`, which has no instances.
    ExpansionNeedsPlan,
    /// The chain of references to the value exceeds the limit.
    TooManyReferences,
    /// The mirror may belong to one of several clusters.
    AmbiguousCluster,
    /// The mirror may belong to one of several instances of a cluster.
    AmbiguousClusterInstance,
    /// The input does not record the value: what is missing.
    NotRecorded(String),
    /// Terraform rejects the value, because the argument has another type: the type of the argument.
    WrongType(String),
    /// Terraform rejects the configuration, because a module call lacks a required argument: the call.
    MissingInput(String),
}

impl UnknownReason {
    /// Whether Terraform rejects the value. A rule of its own reports that, so no other rule has to.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(
            self,
            Self::WrongType(_) | Self::MissingInput(_) | Self::Rejected(_) | Self::Cycle(_)
        )
    }
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AfterApply(Some(reference)) => write!(f, "{reference} is known only after apply"),
            Self::AfterApply(None) => f.write_str("known only after apply"),
            Self::NoValue(name) => write!(f, "{name} has no value"),
            Self::ModuleNotLoaded(reference) => {
                write!(f, "the module that {reference} refers to was not found")
            }
            Self::NotEvaluated(reason) => write!(f, "{reason}"),
            Self::Rejected(error) | Self::EvaluationFailed(error) => f.write_str(error),
            Self::Cycle(names) => write!(f, "cycle: {names}"),
            Self::InvalidBlock => f.write_str("the block has a syntax error"),
            Self::Deferred => f.write_str("Terraform defers it, because `count` or `for_each` is unknown"),
            Self::NeedsPlan(reference) => write!(f, "{reference} is not evaluated without a plan"),
            Self::ExpansionNeedsPlan => {
                f.write_str("`tofu show -config` does not evaluate `count` and `for_each`")
            }
            Self::TooManyReferences => f.write_str("its references go through too many expressions"),
            Self::AmbiguousCluster => f.write_str("the cluster depends on unknown values"),
            Self::AmbiguousClusterInstance => f.write_str("the instance of the cluster is unknown"),
            Self::NotRecorded(what) => write!(f, "{what} is not recorded in the plan"),
            Self::WrongType(message) => f.write_str(message),
            Self::MissingInput(call) => write!(f, "{call} does not set a required variable"),
        }
    }
}

impl UnknownReasons {
    /// Creates the reasons of a value that is unknown for one reason.
    #[must_use]
    pub fn new(reason: UnknownReason) -> Self {
        Self {
            reasons: vec![reason],
        }
    }

    /// Sorts reasons and drops duplicates. Without any, the value is known after apply.
    #[must_use]
    pub fn from_reasons(mut reasons: Vec<UnknownReason>) -> Self {
        reasons.sort();
        reasons.dedup();
        if reasons.is_empty() {
            reasons.push(UnknownReason::AfterApply(None));
        }
        Self { reasons }
    }

    /// Whether Terraform rejects the value, as [`UnknownReason::is_rejected`] says.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.reasons.iter().any(UnknownReason::is_rejected)
    }
}

impl fmt::Display for UnknownReasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, reason) in self.reasons.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{reason}")?;
        }
        Ok(())
    }
}

impl<T> Attribute<T> {
    /// Whether a message may say that two values are equal. If only one of them is sensitive, the other one would reveal
    /// it.
    #[must_use]
    pub fn may_be_compared_with<U>(&self, other: &Attribute<U>) -> bool {
        self.sensitive == other.sensitive
    }

    /// Creates an argument that is not set.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            content: AttributeValue::Absent,
            sensitive: false,
            span: None,
            trace: Box::default(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// Creates an argument with a known value.
    #[must_use]
    pub fn known(value: T, span: Option<Span>) -> Self {
        Self {
            content: AttributeValue::Known(value),
            sensitive: false,
            span,
            trace: Box::default(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// Creates an argument with an unknown value.
    #[must_use]
    pub fn unknown(unknown: UnknownReasons, span: Option<Span>) -> Self {
        Self {
            content: AttributeValue::Unknown(unknown),
            sensitive: false,
            span,
            trace: Box::default(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// The value, if it is known.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match &self.content {
            AttributeValue::Known(value) => Some(value),
            AttributeValue::Absent | AttributeValue::Unknown(_) => None,
        }
    }

    /// Whether two values are known to differ.
    #[must_use]
    pub fn content_differs(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        match (&self.content, &other.content) {
            (AttributeValue::Unknown(_), _) | (_, AttributeValue::Unknown(_)) => false,
            (content, other) => content != other,
        }
    }

    /// Why the value is unknown, if it is.
    #[must_use]
    pub fn as_unknown(&self) -> Option<&UnknownReasons> {
        match &self.content {
            AttributeValue::Unknown(unknown) => Some(unknown),
            AttributeValue::Absent | AttributeValue::Known(_) => None,
        }
    }
}

impl Attribute<String> {
    /// The value in quotes for a message, or a placeholder if it is sensitive, absent or unknown.
    #[must_use]
    pub fn describe(&self) -> String {
        self.describe_as(describe_value)
    }

    /// As [`Self::describe`], for a value that has white space inside: a version constraint.
    #[must_use]
    pub fn describe_with_spaces(&self) -> String {
        self.describe_as(|value| format!("{value:?}"))
    }

    fn describe_as(&self, describe_known: impl Fn(&str) -> String) -> String {
        match &self.content {
            _ if self.sensitive => "(sensitive value)".to_owned(),
            AttributeValue::Known(value) => describe_known(value),
            AttributeValue::Absent => "null".to_owned(),
            AttributeValue::Unknown(_) => "(unknown)".to_owned(),
        }
    }
}
