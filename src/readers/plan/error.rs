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
                "the command that wrote the file may have been interrupted; run it again: `terraform show -json PLAN > plan.json`",
            ),
            Problem::Trailing => Some("write the output of each `terraform show -json` to a file of its own"),
            Problem::Version(_) => Some(
                "supported versions are 1.x and 0.2, as written by Terraform 0.15 and newer and by OpenTofu",
            ),
            Problem::LineStream => Some(
                "save the plan and convert it: `terraform plan -out=PLAN`, then `terraform show -json PLAN > plan.json`",
            ),
            Problem::RawState => Some(
                "run `terraform show -json > state.json` in the directory of the root module, and pass its output",
            ),
            Problem::ProviderSchemas
            | Problem::Validation
            | Problem::NotAPlan
            | Problem::NoVersion
            | Problem::Syntax(_)
            | Problem::Shape(_) => Some(
                "use the output of `terraform show -json PLAN` for a plan, and of `terraform show -json` for a state",
            ),
            Problem::TooDeep | Problem::DuplicateKey(_) | Problem::Twice(_) => Some(
                "Terraform does not write such a file, so the file was modified: create it again with `terraform show \
                 -json PLAN > plan.json`",
            ),
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Truncated => f.write_str("unexpected end of the JSON document"),
            Problem::Trailing => f.write_str("unexpected text after the end of the JSON document"),
            Problem::Syntax(what) => write!(f, "invalid JSON: {what}"),
            Problem::TooDeep => f.write_str("the JSON document is nested too deeply"),
            Problem::DuplicateKey(key) => write!(f, "duplicate key `{key}` in an object"),
            Problem::Twice(what) => write!(f, "{what} appears twice"),
            Problem::Shape(what) => write!(f, "not a plan or state as Terraform writes it: {what}"),
            Problem::Version(version) => write!(f, "unsupported format version {version}"),
            Problem::NoVersion => f.write_str("missing `format_version`"),
            Problem::LineStream => f.write_str(
                "the file is the log of `terraform plan -json`, which does not contain the values",
            ),
            Problem::RawState => f.write_str("the file is a state in Terraform's internal storage format"),
            Problem::ProviderSchemas => {
                f.write_str("the file is the output of `terraform providers schema -json`")
            }
            Problem::Validation => f.write_str("the file is the output of `terraform validate -json`"),
            Problem::NotAPlan => f.write_str("the file is JSON, but neither a plan nor a state"),
        }
    }
}

impl std::error::Error for PlanError {}
