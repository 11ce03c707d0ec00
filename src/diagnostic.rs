//! Diagnostics, which users know as findings: what is wrong, where, how severe it is, and how to fix it.
//!
//! A diagnostic is data. `check` applies the severities that users configure; `output` computes lines and columns, and
//! adds colors.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Range;

use crate::model::attribute::{UnknownReason, UnknownReasons};
use crate::model::mirror_address::{DocumentAddress, MirrorAddress};
use terraform_eval::hashing::IndexMap;
use terraform_eval::source::Span;

/// How severe a finding is: `Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information. Changes the exit status only with `--fail-on info`.
    Info,
    /// Likely wrong, or a trap.
    Warning,
    /// Fails at plan or apply, or breaks pulls.
    Error,
}

impl Severity {
    /// The word that output formats print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A span that belongs to a finding, with a message.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The text that the label points at.
    pub span: Span,
    /// What the text has to do with the finding. May be empty for the primary label.
    pub message: String,
    /// Whether it is a step of a value on its way from one place to another.
    pub is_step: bool,
}

impl Label {
    /// A label with a message.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            is_step: false,
        }
    }

    /// A label on a step of a value.
    #[must_use]
    pub fn step(span: Span, message: impl Into<String>) -> Self {
        Self {
            is_step: true,
            ..Self::new(span, message)
        }
    }
}

/// Whether a fix may be applied without review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// The fix keeps the intended meaning.
    Safe,
    /// The fix is a guess, and a person has to review it.
    Unsafe,
}

/// A replacement of bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edit {
    /// The bytes to replace; an empty span inserts.
    pub span: Span,
    /// The text that replaces the bytes.
    pub content: String,
}

/// Edits that together fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fix {
    /// What the fix does, as an instruction: "write the full name".
    pub title: String,
    /// Whether it may be applied without review.
    pub applicability: Applicability,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// What reports a finding: the id that outputs print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// An error in a configuration file.
    Configuration,
    /// A conversion target cannot express something.
    LossyConversion,
    /// A rule, by its id.
    Rule(&'static str),
}

impl Code {
    /// The id that outputs print; empty for an error in a configuration file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "",
            Self::LossyConversion => "lossy-conversion",
            Self::Rule(name) => name,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A mirror: an instance of a resource, or an entry of a manifest.
    Mirror(MirrorAddress),
    /// A manifest with all its entries.
    Manifest(DocumentAddress),
    /// Anything else that has an address: a block with all its instances, a cluster, a module call.
    Other(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mirror(address) => write!(f, "{address}"),
            Self::Manifest(address) => write!(f, "{address}"),
            Self::Other(address) => f.write_str(address),
        }
    }
}

/// A diagnostic: a finding with its labels and its fix.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What reports the finding: usually a rule.
    pub code: Code,
    /// The severity, which settings may change.
    pub severity: Severity,
    /// What the finding is about. The address is not repeated in the message; outputs print it before the message.
    pub subject: Option<Subject>,
    /// What is wrong, without a period at the end.
    pub message: String,
    /// For a finding about an unknown value, why the value is unknown. The message names the reasons too.
    pub reasons: Vec<UnknownReason>,
    /// The text to change.
    pub primary: Option<Label>,
    /// Text that explains the finding: the trace of a value, the other side of a conflict.
    pub related: Vec<Label>,
    /// Why it is bad: the consequence.
    pub note: Option<String>,
    /// What a person can do about it.
    pub help: Option<String>,
    /// The edits that fix it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Creates a finding with nothing but a message.
    #[must_use]
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            subject: None,
            message: message.into(),
            reasons: Vec::new(),
            primary: None,
            related: Vec::new(),
            note: None,
            help: None,
            fix: None,
        }
    }

    /// The message with the address of the subject before it.
    #[must_use]
    pub fn headline(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{subject}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// Sets a mirror as the subject.
    #[must_use]
    pub fn about_mirror(mut self, address: MirrorAddress) -> Self {
        self.subject = Some(Subject::Mirror(address));
        self
    }

    /// Sets a manifest with all its entries as the subject.
    #[must_use]
    pub fn about_manifest(mut self, address: DocumentAddress) -> Self {
        self.subject = Some(Subject::Manifest(address));
        self
    }

    /// Sets the subject to something other than a mirror, by its address.
    #[must_use]
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.subject = Some(Subject::Other(address.into()));
        self
    }

    /// Sets the reasons why a value is unknown.
    #[must_use]
    pub fn because(mut self, unknown: &UnknownReasons) -> Self {
        self.reasons.clone_from(&unknown.reasons);
        self
    }

    /// Sets the primary label: the text to change.
    #[must_use]
    pub fn at(mut self, span: Span, message: impl Into<String>) -> Self {
        self.primary = Some(Label::new(span, message));
        self
    }

    /// Adds a label that explains the finding.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label::new(span, message));
        self
    }

    /// Adds a label on a step of a value.
    #[must_use]
    pub fn step(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push(Label::step(span, message));
        self
    }

    /// Sets the consequence.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Sets what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// A count with its noun, for a message: `1 file`, `2 files`.
#[must_use]
pub(crate) fn pluralize(number: usize, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// Joins words for a sentence: `a`, `a and b`, `a, b and c`.
#[must_use]
pub(crate) fn join_with_and<W: Borrow<str>>(words: &[W]) -> String {
    match words {
        [words @ .., last] if !words.is_empty() => format!("{} and {}", words.join(", "), last.borrow()),
        words => words.concat(),
    }
}

/// Returns the most similar word, or `None` if no word is similar.
#[must_use]
pub(crate) fn nearest_of<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // Below this, people no longer recognize what they meant.
    const MIN_SIMILARITY: f64 = 0.7;
    let words = words.into_iter();
    let similarities = words.map(|other| (strsim::jaro_winkler(word, other), other));
    let (similarity, best) = similarities.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (similarity >= MIN_SIMILARITY).then_some(best)
}

/// Among names in their order, where the one that was meant is searched for, by the number of names and by the position that
/// the unknown one would have. Of many, these are the ones that precede and follow it, as they begin with the same letters:
/// comparing each unknown name with each known one takes time in proportion to the square of their number.
pub(crate) fn positions_near(count: usize, position: usize) -> Range<usize> {
    const MAX_NAMES: usize = 100;
    let each = if count <= MAX_NAMES {
        MAX_NAMES
    } else {
        MAX_NAMES / 2
    };
    position.saturating_sub(each)..count.min(position + each)
}

/// The keys of a map in their order, among which the one that was meant is searched for.
pub(crate) fn keys_near<'m, K: Ord, V>(map: &'m IndexMap<K, V>, key: &K) -> impl Iterator<Item = &'m K> {
    let (Ok(position) | Err(position)) = map.binary_search_keys(key);
    positions_near(map.len(), position)
        .filter_map(|position| map.get_index(position))
        .map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_was_meant_is_near() {
        for count in [10, 5_000] {
            let mut map: IndexMap<String, usize> = (0..count)
                .map(|number| (format!("mirror_{number}"), number))
                .collect();
            map.sort_keys();
            let meant = |name: &str| {
                let name = name.to_owned();
                let keys = keys_near(&map, &name).map(String::as_str);
                nearest_of(&name, keys)
            };
            assert!(meant("mirror_7x").is_some_and(|name| name.starts_with("mirror_7")));
            assert_eq!(meant("zzz"), None);
        }
    }

    #[test]
    fn few_keys_are_all_near_in_order_and_many_are_bounded() {
        let near = |count: u32, key: u32| -> Vec<u32> {
            let map: IndexMap<u32, u32> = (0..count).map(|number| (number, number)).collect();
            keys_near(&map, &key).copied().collect()
        };
        assert_eq!(near(3, 1), [0, 1, 2]);
        assert_eq!(near(100, 1_000).len(), 100);
        assert_eq!(near(1_000, 500), (450..550).collect::<Vec<_>>());
    }
}
