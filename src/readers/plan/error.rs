//! Why a text could not be read as a plan or a state, and what to do about it.

use std::fmt;

use crate::readers::plan::foreign_line::ForeignLine;
use terraform_eval::source::Span;

/// The depth of containers, which is also the limit of `serde_json`. Terraform's modules nest a handful deep, two
/// containers each.
pub(super) const MAX_DEPTH: usize = 128;

/// The text is not the output of `terraform show -json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// What is wrong.
    pub kind: PlanErrorKind,
    /// The position of the error, if it has one.
    pub span: Option<Span>,
}

/// What can be wrong with a plan or a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanErrorKind {
    /// The text ends before the document is complete.
    Truncated,
    /// There is text after the end of the document.
    TrailingText,
    /// Other text precedes the plan: the line on which the plan begins, and the first line of that text.
    TextBefore(usize, ForeignLine),
    /// Other text follows the plan: its first line.
    TextAfter(ForeignLine),
    /// The text is not JSON: the message of the parser.
    InvalidJson(String),
    /// The document is nested deeper than any output of Terraform.
    TooDeep,
    /// An object has a key twice.
    DuplicateKey(String),
    /// A resource, a resource instance or a change is described twice.
    Duplicate(String),
    /// A value does not have the shape that Terraform writes: a description.
    UnexpectedShape(String),
    /// The format version is not supported.
    UnsupportedVersion(String),
    /// The document has no format version.
    MissingVersion,
    /// The text is the log of `terraform plan -json`.
    LineStream,
    /// The text is a state file in Terraform's storage format, not the output of `terraform show -json`.
    RawState,
    /// The text is the output of `terraform providers schema -json`.
    ProviderSchemas,
    /// The text is the output of `terraform validate -json`.
    Validation,
    /// The text is JSON, but neither a plan nor a state.
    NotAPlan,
}

impl PlanError {
    pub(super) fn new(kind: PlanErrorKind, span: Option<Span>) -> Self {
        Self { kind, span }
    }

    /// Whether the text is valid JSON of an unsupported kind or version.
    #[must_use]
    pub fn is_unsupported_input(&self) -> bool {
        match self.kind {
            PlanErrorKind::UnsupportedVersion(_)
            | PlanErrorKind::MissingVersion
            | PlanErrorKind::LineStream
            | PlanErrorKind::RawState
            | PlanErrorKind::ProviderSchemas
            | PlanErrorKind::Validation
            | PlanErrorKind::NotAPlan => true,
            PlanErrorKind::Truncated
            | PlanErrorKind::TrailingText
            | PlanErrorKind::TextBefore(..)
            | PlanErrorKind::TextAfter(_)
            | PlanErrorKind::InvalidJson(_)
            | PlanErrorKind::TooDeep
            | PlanErrorKind::DuplicateKey(_)
            | PlanErrorKind::Duplicate(_)
            | PlanErrorKind::UnexpectedShape(_) => false,
        }
    }

    /// The remedy.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match &self.kind {
            PlanErrorKind::TextBefore(_, line) | PlanErrorKind::TextAfter(line) => line.printer.help(),
            PlanErrorKind::Truncated => {
                "the command that wrote the file may have been interrupted; run it again: `terraform show -json PLAN > plan.json`"
            }
            PlanErrorKind::TrailingText => {
                "write the output of each `terraform show -json` to a separate file"
            }
            PlanErrorKind::UnsupportedVersion(_) => {
                "supported versions are 1.x and 0.2, as written by Terraform 0.15 and newer and by OpenTofu"
            }
            PlanErrorKind::LineStream => {
                "save the plan and convert it: `terraform plan -out=PLAN`, then `terraform show -json PLAN > plan.json`"
            }
            PlanErrorKind::RawState => {
                "run `terraform show -json > state.json` in the directory of the root module, and pass its output"
            }
            PlanErrorKind::ProviderSchemas
            | PlanErrorKind::Validation
            | PlanErrorKind::NotAPlan
            | PlanErrorKind::MissingVersion
            | PlanErrorKind::InvalidJson(_)
            | PlanErrorKind::UnexpectedShape(_) => {
                "use the output of `terraform show -json PLAN` for a plan, and of `terraform show -json` for a state"
            }
            PlanErrorKind::TooDeep | PlanErrorKind::DuplicateKey(_) | PlanErrorKind::Duplicate(_) => {
                "Terraform does not write such a file, so the file was modified: create it again with `terraform show \
                 -json PLAN > plan.json`"
            }
        }
    }
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            PlanErrorKind::Truncated => f.write_str("unexpected end of the JSON document"),
            PlanErrorKind::TrailingText => f.write_str("unexpected text after the end of the JSON document"),
            PlanErrorKind::TextBefore(number, line) => {
                write!(
                    f,
                    "the plan begins on line {number}, and before it is {}",
                    line.describe()
                )
            }
            PlanErrorKind::TextAfter(line) => write!(f, "after the end of the plan is {}", line.describe()),
            PlanErrorKind::InvalidJson(message) => write!(f, "invalid JSON: {message}"),
            PlanErrorKind::TooDeep => write!(
                f,
                "the JSON document is nested too deeply; the limit is {MAX_DEPTH} levels"
            ),
            PlanErrorKind::DuplicateKey(key) => write!(f, "duplicate key `{key}` in an object"),
            PlanErrorKind::Duplicate(name) => write!(f, "{name} appears twice"),
            PlanErrorKind::UnexpectedShape(message) => {
                write!(f, "not a plan or state as Terraform writes it: {message}")
            }
            PlanErrorKind::UnsupportedVersion(version) => write!(f, "unsupported format version {version}"),
            PlanErrorKind::MissingVersion => f.write_str("missing `format_version`"),
            PlanErrorKind::LineStream => f.write_str(
                "the file is the log of `terraform plan -json`, which does not contain the values",
            ),
            PlanErrorKind::RawState => {
                f.write_str("the file is a state in Terraform's internal storage format")
            }
            PlanErrorKind::ProviderSchemas => {
                f.write_str("the file is the output of `terraform providers schema -json`")
            }
            PlanErrorKind::Validation => f.write_str("the file is the output of `terraform validate -json`"),
            PlanErrorKind::NotAPlan => f.write_str("the file is JSON, but neither a plan nor a state"),
        }
    }
}

impl std::error::Error for PlanError {}
