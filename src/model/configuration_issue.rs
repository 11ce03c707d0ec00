//! What Terraform or the rhcs provider rejects in configuration, apart from the values of mirrors, which rules check.

use crate::diagnostic::Subject;
use terraform_eval::source::Span;

/// A part of the configuration that Terraform or the rhcs provider rejects.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigurationIssue {
    /// The kind of the issue, which selects the rule that reports it.
    pub kind: ConfigurationIssueKind,
    /// The block that the issue is about.
    pub subject: Subject,
    /// What is wrong.
    pub message: String,
    /// The text to change.
    pub span: Span,
    /// What the text has to do with the issue.
    pub label: String,
    /// What happens.
    pub consequence: Consequence,
    /// What to do about it.
    pub help: Option<String>,
}

/// The kinds of issues. Each is reported by one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigurationIssueKind {
    /// An argument or block that does not exist, or that is read-only.
    UnsupportedArgument,
    /// A required argument that is not set.
    MissingArgument,
    /// A value that Terraform cannot convert to the type of an argument.
    WrongType,
    /// A `type` of a mirror without instances that is not supported.
    NonDigestType,
    /// An empty `mirrors` of a mirror without instances.
    EmptyMirrors,
    /// `allowed_registries` and `blocked_registries` of one cluster.
    RegistryConfigConflict,
    /// The id of an `import` block.
    InvalidImportId,
    /// The version of Red Hat's module, or the declaration of the provider.
    ProviderVersion,
    /// Anything else that Terraform rejects.
    Other,
}

/// What Terraform does with a part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consequence {
    /// Terraform or the provider rejects the configuration.
    Rejected,
    /// Something else fails: what.
    Fails(&'static str),
    /// It has no effect: why. A warning.
    Ignored(&'static str),
    /// It may fail: why. Information.
    MayFail(&'static str),
}
