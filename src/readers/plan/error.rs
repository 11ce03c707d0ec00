//! Why a text could not be read as a plan or a state, and what to do about it.

use std::fmt;

use terraform_eval::source::Span;

/// A text that is not what `terraform show -json` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What is wrong.
    pub problem: Problem,
    /// Where, if it is at one place.
    pub span: Option<Span>,
}

/// What can be wrong with a plan or a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It ends before it is complete.
    Truncated,
    /// There is more after the end of the document.
    Trailing,
    /// It is not JSON.
    Syntax(String),
    /// It is nested deeper than anything that Terraform writes.
    TooDeep,
    /// An object has one key twice.
    DuplicateKey(String),
    /// One thing is described twice.
    Twice(String),
    /// Something in it is not what Terraform writes there.
    Shape(String),
    /// It is of a format version that is not known.
    Version(String),
    /// It says no format version.
    NoVersion,
    /// It is the line stream of `terraform plan -json`.
    LineStream,
    /// It is a state file, rather than what `terraform show -json` prints of it.
    RawState,
    /// It is the output of `terraform providers schema -json`.
    ProviderSchemas,
    /// It is the output of `terraform validate -json`.
    Validation,
    /// It is JSON, and neither a plan nor a state.
    NotAPlan,
}

impl PlanError {
    pub(super) fn new(problem: Problem, span: Option<Span>) -> Self {
        Self { problem, span }
    }

    /// Whether the text is valid JSON of a kind, or a version, that is not read.
    #[must_use]
    pub fn is_unsupported_input(&self) -> bool {
        match self.problem {
            Problem::Version(_)
            | Problem::NoVersion
            | Problem::LineStream
            | Problem::RawState
            | Problem::ProviderSchemas
            | Problem::Validation
            | Problem::NotAPlan => true,
            Problem::Truncated
            | Problem::Trailing
            | Problem::Syntax(_)
            | Problem::TooDeep
            | Problem::DuplicateKey(_)
            | Problem::Twice(_)
            | Problem::Shape(_) => false,
        }
    }

    /// What to do instead, where there is something to do.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self.problem {
            Problem::Truncated => Some(
                "was the command that wrote it interrupted? write it again: `terraform show -json PLAN > plan.json`",
            ),
            Problem::Trailing => {
                Some("one file holds one plan: write each `terraform show -json` to its own file")
            }
            Problem::Version(_) => {
                Some("versions 1.x and 0.2 are read: those of Terraform 0.15 and newer, and of OpenTofu")
            }
            Problem::LineStream => Some(
                "save the plan and print it: `terraform plan -out=PLAN`, then `terraform show -json PLAN > plan.json`",
            ),
            Problem::RawState => Some(
                "print it with `terraform show -json > state.json`, in the directory that the state belongs to",
            ),
            Problem::ProviderSchemas
            | Problem::Validation
            | Problem::NotAPlan
            | Problem::NoVersion
            | Problem::Syntax(_)
            | Problem::Shape(_) => Some(
                "a plan is what `terraform show -json PLAN` prints, a state what `terraform show -json` prints",
            ),
            Problem::TooDeep | Problem::DuplicateKey(_) | Problem::Twice(_) => Some(
                "Terraform writes no such file, so something changed it since: write it again with `terraform show \
                 -json PLAN > plan.json`",
            ),
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Truncated => f.write_str("the file ends in the middle of the document"),
            Problem::Trailing => f.write_str("there is more text after the end of the document"),
            Problem::Syntax(what) => write!(f, "it is not valid JSON: {what}"),
            Problem::TooDeep => f.write_str("it is nested too deeply to be read"),
            Problem::DuplicateKey(key) => write!(f, "the key `{key}` stands twice in one object"),
            Problem::Twice(what) => write!(f, "{what} is described twice"),
            Problem::Shape(what) => write!(f, "it is not what Terraform writes: {what}"),
            Problem::Version(version) => write!(f, "its format version {version} is not supported"),
            Problem::NoVersion => f.write_str("it has no `format_version`"),
            Problem::LineStream => {
                f.write_str("it is the line stream of `terraform plan -json`, which leaves out the values")
            }
            Problem::RawState => f.write_str("it is a state file in Terraform's own storage format"),
            Problem::ProviderSchemas => f.write_str("it is the output of `terraform providers schema -json`"),
            Problem::Validation => f.write_str("it is the output of `terraform validate -json`"),
            Problem::NotAPlan => f.write_str("it is JSON, but neither a plan nor a state"),
        }
    }
}

impl std::error::Error for PlanError {}
