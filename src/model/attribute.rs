//! Arguments of a resource as the rules see them: what is known, where it was written, what it waits for.

use std::fmt;

use terraform_eval::cty;
use terraform_eval::source::Span;

use super::editability::Editability;
use super::trace::TraceStep;

/// An argument of a resource, or an element of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute<T> {
    /// What it holds.
    pub content: AttributeValue<T>,
    /// Whether it may be shown.
    pub sensitive: bool,
    /// The text that a person must change to change the value; none where nothing is written.
    pub span: Option<Span>,
    /// The way from there to the resource: variable, local, module argument, last step last.
    pub trace: Vec<TraceStep>,
    /// Where a plan says it, if `span` is in the configuration that the plan was made of.
    pub planned_span: Option<Span>,
    /// How `span` is written, as far as a fix could change it.
    pub editability: Editability,
}

/// What an argument holds.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributeValue<T> {
    /// It is not written, or null.
    Absent,
    /// A known value.
    Known(T),
    /// It will have a value, which cannot be known yet.
    Unknown(UnknownReasons),
}

/// Why a value is unknown. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownReasons {
    /// The reasons, each once.
    pub reasons: Vec<UnknownReason>,
}

/// A reason for which a value is unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnknownReason {
    /// Terraform learns it during apply: the reference that yields it, if it is recorded.
    AfterApply(Option<String>),
    /// A variable that has neither a value nor a default: its reference.
    NoValue(String),
    /// An output of a module that is not among the files: the reference.
    ModuleNotLoaded(String),
    /// The value is unknown to the evaluator.
    NotEvaluated(cty::UnknownReason),
    /// The evaluation fails: the error.
    EvaluationFailed(String),
    /// The block depends on itself: the names in the cycle.
    Cycle(String),
    /// The block has a syntax error, so that the argument may be in the part that could not be read.
    InvalidBlock,
    /// Terraform defers the instances, because `count` or `for_each` is unknown.
    Deferred,
    /// An expression in `tofu show -config`, which has no values: what it refers to.
    NeedsPlan(String),
    /// `count` or `for_each` in `tofu show -config`, which has no instances.
    ExpansionNeedsPlan,
    /// The references go through more expressions than are followed.
    TooManyReferences,
    /// The mirror may belong to one of several clusters.
    AmbiguousCluster,
    /// The mirror may belong to one of several instances of a cluster.
    AmbiguousClusterInstance,
    /// The input does not record it: what is missing.
    NotRecorded(String),
    /// Terraform rejects it, because it is of another type than the argument: what the argument needs.
    WrongType(String),
    /// Terraform rejects it, because a module call lacks an argument that the module needs: the call.
    MissingInput(String),
}

impl UnknownReason {
    /// Whether Terraform refuses the value, and a rule of its own says so: no other rule has to.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::WrongType(_) | Self::MissingInput(_))
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
            Self::EvaluationFailed(error) => f.write_str(error),
            Self::Cycle(names) => write!(f, "cycle: {names}"),
            Self::InvalidBlock => f.write_str("the block is not completely readable"),
            Self::Deferred => f.write_str("Terraform defers it, because `count` or `for_each` is unknown"),
            Self::NeedsPlan(reference) => write!(f, "{reference} is not evaluated without a plan"),
            Self::ExpansionNeedsPlan => {
                f.write_str("`tofu show -config` does not evaluate `count` and `for_each`")
            }
            Self::TooManyReferences => f.write_str("its references go through too many expressions"),
            Self::AmbiguousCluster => f.write_str("the cluster depends on unknown values"),
            Self::AmbiguousClusterInstance => f.write_str("the instance of the cluster is not known"),
            Self::NotRecorded(what) => write!(f, "{what} is not recorded in the plan"),
            Self::WrongType(message) => f.write_str(message),
            Self::MissingInput(call) => write!(f, "{call} does not set a required variable"),
        }
    }
}

impl UnknownReasons {
    /// Unknown for one reason.
    #[must_use]
    pub fn new(cause: UnknownReason) -> Self {
        Self { reasons: vec![cause] }
    }

    /// Unknown for several reasons, sorted, each once.
    #[must_use]
    pub fn from_reasons(mut causes: Vec<UnknownReason>) -> Self {
        causes.sort();
        causes.dedup();
        if causes.is_empty() {
            causes.push(UnknownReason::AfterApply(None));
        }
        Self { reasons: causes }
    }

    /// Whether Terraform refuses the value, and a rule of its own says so.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.reasons.iter().any(UnknownReason::is_refused)
    }
}

impl fmt::Display for UnknownReasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, cause) in self.reasons.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{cause}")?;
        }
        Ok(())
    }
}

impl<T> Attribute<T> {
    /// Whether a message may reveal that two values are equal, and their places. If only one of them is sensitive, the
    /// other one would reveal it.
    #[must_use]
    pub fn may_be_compared_with<U>(&self, other: &Attribute<U>) -> bool {
        self.sensitive == other.sensitive
    }

    /// An argument that is not written.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            content: AttributeValue::Absent,
            sensitive: false,
            span: None,
            trace: Vec::new(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// A known value, written at `span`.
    #[must_use]
    pub fn known(value: T, span: Option<Span>) -> Self {
        Self {
            content: AttributeValue::Known(value),
            sensitive: false,
            span,
            trace: Vec::new(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// A value that cannot be known yet.
    #[must_use]
    pub fn unknown(unknown: UnknownReasons, span: Option<Span>) -> Self {
        Self {
            content: AttributeValue::Unknown(unknown),
            sensitive: false,
            span,
            trace: Vec::new(),
            planned_span: None,
            editability: Editability::Nowhere,
        }
    }

    /// The value, where it is known.
    #[must_use]
    pub fn value(&self) -> Option<&T> {
        match &self.content {
            AttributeValue::Known(value) => Some(value),
            AttributeValue::Absent | AttributeValue::Unknown(_) => None,
        }
    }

    /// Whether two values are known not to be the same.
    #[must_use]
    pub fn content_differs(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        match (&self.content, &other.content) {
            (AttributeValue::Unknown(_), _) | (_, AttributeValue::Unknown(_)) => false,
            (one, other) => one != other,
        }
    }

    /// Why it is unknown, where it is.
    #[must_use]
    pub fn as_unknown(&self) -> Option<&UnknownReasons> {
        match &self.content {
            AttributeValue::Unknown(unknown) => Some(unknown),
            AttributeValue::Absent | AttributeValue::Known(_) => None,
        }
    }
}

impl Attribute<String> {
    /// The value in quotes for a message, or a stand-in for one that may not be shown.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.content {
            _ if self.sensitive => "(sensitive value)".to_owned(),
            AttributeValue::Known(value) => format!("{value:?}"),
            AttributeValue::Absent => "null".to_owned(),
            AttributeValue::Unknown(_) => "(unknown yet)".to_owned(),
        }
    }
}
