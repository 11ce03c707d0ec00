//! Suppressions: findings that somebody looked at and accepts, said where they stand.
//!
//! `# mirrorset: ignore[rule-a, rule-b] reason` holds for the argument or block on its line or on the line
//! below, in a manifest for the entry or field there; `ignore-file[…]` holds for the file. In JSON, the words
//! stand in a string under `"//"` and hold for the object around it. With `until=2027-01-31` it holds up to that day.

mod directive;
mod unused;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::rules::{UNUSED_SUPPRESSION, reports_unread_input};
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::comments::{comments, yaml_comments};
use terraform_eval::syntax::document::Format;

use directive::{Directive, RuleName, Scope};

/// What a comment begins with that is meant for this program.
const MARKER: &str = "mirrorset:";

/// The files that suppressions are looked for in.
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

/// All suppressions of a run.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    all: Vec<Suppression>,
    by_file: BTreeMap<FileId, Vec<usize>>,
}

/// One suppression.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The comment.
    pub span: Span,
    /// The reason that is given; may be empty.
    pub reason: String,
    directive: Directive,
    /// Where it holds; nowhere if it stands above nothing.
    region: Option<Span>,
    expired: bool,
    removal: Span,
}

/// What is known of suppressions after the rules have run.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The rules that were run.
    pub run: BTreeSet<&'static str>,
    /// The rules about plans and manifests, with the files that declare what such a plan or manifest has.
    pub run_on_files: BTreeSet<(&'static str, FileId)>,
    /// The suppressions that a finding was met under, by the position of the name in them.
    used: BTreeSet<(usize, usize)>,
}

impl Suppressions {
    /// Finds the suppressions in the files of a run, but for those that `aside` holds.
    #[must_use]
    pub fn find(sources: &Sources, aside: &BTreeSet<FileId>, today: Date) -> Self {
        let mut found = Self::default();
        for file in sources.ids().filter(|file| !aside.contains(file)) {
            let source = sources.file(file);
            let Some(path) = source.path().filter(|path| is_read(path)) else {
                continue;
            };
            let text = source.text();
            let comments = if is_yaml(path) {
                yaml_comments(file, text, MARKER)
            } else {
                comments(file, text, Format::from_path(path), MARKER)
            };
            for comment in comments {
                let Some(directive) = Directive::parse(text, &comment) else {
                    continue;
                };
                let region = match directive.scope {
                    Scope::Here => comment.subject,
                    Scope::File => Some(Span::new(file, 0, text.len())),
                };
                found.by_file.entry(file).or_default().push(found.all.len());
                found.all.push(Suppression {
                    span: comment.span,
                    reason: directive.reason.clone(),
                    expired: directive.until.is_some_and(|until| until < today),
                    directive,
                    region,
                    removal: comment.removal,
                });
            }
        }
        found
    }

    /// A suppression by its position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&Suppression> {
        self.all.get(position)
    }

    /// The suppression under which a finding of a rule stands that has these places. Every one that covers
    /// it is of use.
    pub fn find_for(&self, code: Code, places: &[Span], usage: &mut Usage) -> Option<usize> {
        if !can_be_suppressed(code) {
            return None;
        }
        let mut first = None;
        for place in places {
            for &position in self.by_file.get(&place.file).into_iter().flatten() {
                let Some(suppression) = self.all.get(position) else {
                    continue;
                };
                if let Some(name) = suppression.rule_position_at(code.as_str(), *place) {
                    usage.used.insert((position, name));
                    first.get_or_insert(position);
                }
            }
        }
        first
    }
}

impl Suppression {
    /// The position of the rule's name, if the suppression holds for it at this place.
    fn rule_position_at(&self, rule: &str, place: Span) -> Option<usize> {
        let start = Span {
            end: place.start,
            ..place
        };
        if self.expired || self.directive.is_invalid() || !self.region?.contains(start) {
            return None;
        }
        self.names().iter().position(|name| name.text == rule)
    }

    fn names(&self) -> &[RuleName] {
        self.directive.names.as_deref().unwrap_or_default()
    }
}

/// Whether findings of this rule can be suppressed: not what could not be read, and not what is said of
/// suppressions.
fn can_be_suppressed(code: Code) -> bool {
    !reports_unread_input(code) && code != UNUSED_SUPPRESSION.code()
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn is_read(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    FILE_SUFFIXES.iter().any(|ending| name.ends_with(ending))
}
