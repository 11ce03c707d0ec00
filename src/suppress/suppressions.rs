//! Finds suppressions in files, and the one that applies to a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::rules::{UNUSED_SUPPRESSION, reports_unread_input};
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::comments::{comments, yaml_comments};
use terraform_eval::syntax::document::Format;

use super::syntax::{MARKER, RuleName, Scope, SuppressionSyntax};
use super::usage::Usage;

/// The suffixes of files that may have suppressions.
const FILE_SUFFIXES: [&str; 8] = [
    ".tf",
    ".tf.json",
    ".tofu",
    ".tofu.json",
    ".tfvars",
    ".tfvars.json",
    ".yaml",
    ".yml",
];

/// The suppressions in the files of a project.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    pub(super) all: Vec<Suppression>,
    /// Positions in `all`.
    by_file: BTreeMap<FileId, Vec<usize>>,
}

/// A comment that suppresses findings.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The span of the comment.
    pub span: Span,
    /// The reason that the comment gives; may be empty.
    pub reason: String,
    pub(super) syntax: SuppressionSyntax,
    /// Where the suppression applies. `None` if no argument or block follows the comment.
    pub(super) region: Option<Span>,
    pub(super) is_expired: bool,
    /// The bytes to delete to remove the comment.
    pub(super) removal: Span,
}

impl Suppressions {
    /// Finds the suppressions in all files except `unrelated`.
    #[must_use]
    pub fn find(sources: &Sources, unrelated: &BTreeSet<FileId>, today: Date) -> Self {
        let mut suppressions = Self::default();
        for file in sources.ids().filter(|file| !unrelated.contains(file)) {
            let source = sources.file(file);
            let Some(path) = source.path().filter(|path| may_have_suppressions(path)) else {
                continue;
            };
            let text = source.text();
            let comments = if is_yaml(path) {
                yaml_comments(file, text, MARKER)
            } else {
                comments(file, text, Format::from_path(path), MARKER)
            };
            for comment in comments {
                let Some(syntax) = SuppressionSyntax::parse(text, &comment) else {
                    continue;
                };
                let region = match syntax.scope {
                    Scope::Subject => comment.subject,
                    Scope::File => Some(Span::new(file, 0, text.len())),
                };
                let position = suppressions.all.len();
                suppressions.by_file.entry(file).or_default().push(position);
                suppressions.all.push(Suppression {
                    span: comment.span,
                    reason: syntax.reason.clone(),
                    is_expired: syntax.until.is_some_and(|until| until < today),
                    syntax,
                    region,
                    removal: comment.removal,
                });
            }
        }
        suppressions
    }

    /// The suppression at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&Suppression> {
        self.all.get(position)
    }

    /// Returns the position of the first suppression that applies to a finding with this code and these spans. Records
    /// all suppressions that apply as used.
    pub fn find_for(&self, code: Code, spans: &[Span], usage: &mut Usage) -> Option<usize> {
        if !can_be_suppressed(code) {
            return None;
        }
        let mut first = None;
        for span in spans {
            for &position in self.by_file.get(&span.file).into_iter().flatten() {
                let Some(suppression) = self.all.get(position) else {
                    continue;
                };
                if let Some(name) = suppression.rule_position_at(code.as_str(), *span) {
                    usage.used.insert((position, name));
                    first.get_or_insert(position);
                }
            }
        }
        first
    }
}

impl Suppression {
    /// The position of a rule's name in the suppression, if the suppression applies at the start of a span.
    fn rule_position_at(&self, rule: &str, span: Span) -> Option<usize> {
        let start = Span {
            end: span.start,
            ..span
        };
        if self.is_expired || self.syntax.is_invalid() || !self.region?.contains(start) {
            return None;
        }
        self.names().iter().position(|name| name.text == rule)
    }

    pub(super) fn names(&self) -> &[RuleName] {
        self.syntax.names.as_deref().unwrap_or_default()
    }
}

/// Whether findings with this code can be suppressed. Those about unread input and about suppressions cannot.
pub(super) fn can_be_suppressed(code: Code) -> bool {
    !reports_unread_input(code) && code != UNUSED_SUPPRESSION.code()
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn may_have_suppressions(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FILE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}
