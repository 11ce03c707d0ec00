//! Finds suppressions in files, and the one that applies to a finding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::readers::registries_conf::conf_comments;
use crate::rules::{UNUSED_SUPPRESSION, reports_unread_input};
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::comments::{Comment, comments, yaml_comments};
use terraform_eval::syntax::document::Format;

use super::syntax::{MARKER, RuleName, Scope, SuppressionSyntax};
use super::usage::Usage;

/// The suffixes of files that may have suppressions.
const FILE_SUFFIXES: [&str; 9] = [
    ".tf",
    ".tf.json",
    ".tofu",
    ".tofu.json",
    ".tfvars",
    ".tfvars.json",
    ".yaml",
    ".yml",
    ".conf",
];

/// The suppressions in the files of a project.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    pub(super) all: Vec<Suppression>,
    by_file: BTreeMap<FileId, BTreeMap<String, RuleSuppressions>>,
}

/// The suppressions of one rule in one file.
#[derive(Debug, Clone, Default)]
struct RuleSuppressions {
    /// Those for the whole file.
    of_file: Vec<Name>,
    /// Those for a part of it, by its start.
    of_parts: Vec<Part>,
}

/// The name of a rule in a suppression: the position of the suppression in all of them, and that of the name in it.
type Name = (usize, usize);

/// A part of a file in which a suppression applies.
#[derive(Debug, Clone)]
struct Part {
    region: Span,
    name: Name,
    /// The last end of this part and those before it.
    last_end: u32,
}

impl RuleSuppressions {
    /// The names that apply at the start of a span.
    fn names_at(&self, span: Span) -> impl Iterator<Item = Name> {
        let start = Span {
            end: span.start,
            ..span
        };
        let following = self
            .of_parts
            .partition_point(|part| part.region.start <= span.start);
        let preceding = self.of_parts.get(..following).unwrap_or_default().iter().rev();
        let parts = preceding
            .take_while(move |part| part.last_end >= span.start)
            .filter(move |part| part.region.contains(start));
        self.of_file.iter().copied().chain(parts.map(|part| part.name))
    }

    /// Puts the parts in order.
    fn sort(&mut self) {
        self.of_parts.sort_by_key(|part| part.region.start);
        let mut last_end = 0;
        for part in &mut self.of_parts {
            last_end = last_end.max(part.region.end);
            part.last_end = last_end;
        }
    }
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
            for comment in marked_comments(file, path, text) {
                let Some(syntax) = SuppressionSyntax::parse(text, &comment) else {
                    continue;
                };
                let region = match syntax.scope {
                    Scope::Subject => comment.subject,
                    Scope::File => Some(Span::new(file, 0, text.len())),
                };
                let position = suppressions.all.len();
                let suppression = Suppression {
                    span: comment.span,
                    reason: syntax.reason.clone(),
                    is_expired: syntax.until.is_some_and(|until| until < today),
                    syntax,
                    region,
                    removal: comment.removal,
                };
                suppressions.add_names(file, position, &suppression);
                suppressions.all.push(suppression);
            }
        }
        let by_rule = suppressions.by_file.values_mut();
        by_rule
            .flat_map(BTreeMap::values_mut)
            .for_each(RuleSuppressions::sort);
        suppressions
    }

    fn add_names(&mut self, file: FileId, position: usize, suppression: &Suppression) {
        let Some(region) = suppression.region else {
            return;
        };
        if suppression.is_expired || suppression.syntax.is_invalid() {
            return;
        }
        let by_rule = self.by_file.entry(file).or_default();
        let mut seen = BTreeSet::new();
        for (index, name) in suppression.names().iter().enumerate() {
            // The second of two equal names is unused.
            if !seen.insert(&name.text) {
                continue;
            }
            let of_rule = by_rule.entry(name.text.clone()).or_default();
            match suppression.syntax.scope {
                Scope::File => of_rule.of_file.push((position, index)),
                Scope::Subject => of_rule.of_parts.push(Part {
                    region,
                    name: (position, index),
                    last_end: 0,
                }),
            }
        }
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
            let by_rule = self.by_file.get(&span.file);
            let Some(of_rule) = by_rule.and_then(|by_rule| by_rule.get(code.as_str())) else {
                continue;
            };
            let mut first_here = None;
            for (position, name) in of_rule.names_at(*span) {
                usage.used.insert((position, name));
                first_here = Some(first_here.map_or(position, |first: usize| first.min(position)));
            }
            first = first.or(first_here);
        }
        first
    }
}

impl Suppression {
    pub(super) fn names(&self) -> &[RuleName] {
        self.syntax.names.as_deref().unwrap_or_default()
    }
}

/// Whether findings with this code can be suppressed. Those about unread input and about suppressions cannot.
pub(super) fn can_be_suppressed(code: Code) -> bool {
    !reports_unread_input(code) && code != UNUSED_SUPPRESSION.code()
}

/// The comments of a file that may be suppressions.
pub(super) fn marked_comments(file: FileId, path: &Path, text: &str) -> Vec<Comment> {
    if is_yaml(path) {
        yaml_comments(file, text, MARKER)
    } else if path.extension().is_some_and(|extension| extension == "conf") {
        conf_comments(file, text, MARKER)
    } else {
        comments(file, text, Format::from_path(path), MARKER)
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

pub(super) fn may_have_suppressions(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FILE_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}
