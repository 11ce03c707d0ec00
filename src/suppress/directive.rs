//! The words of a suppression.

use jiff::civil::Date;

use terraform_eval::source::Span;
use terraform_eval::syntax::comments::Comment;

use super::MARKER;

/// Where a suppression holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Here,
    File,
}

/// The name of a rule in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleName {
    pub(super) text: String,
    pub(super) span: Span,
    /// The bytes to delete so that the other names are left.
    pub(super) removal: Option<Span>,
}

/// What a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) scope: Scope,
    /// The names in brackets; none where there are no brackets.
    pub(super) names: Option<Vec<RuleName>>,
    pub(super) until: Option<Date>,
    /// What is written for a date and is none.
    pub(super) invalid_date: Option<String>,
    /// A word that is nearly a directive.
    pub(super) unknown_word: Option<String>,
    pub(super) reason: String,
}

impl Directive {
    /// Reads a comment; none if it is not meant for us.
    pub(super) fn parse(text: &str, comment: &Comment) -> Option<Self> {
        let whole = text.get(comment.text.range())?;
        let rest = whole.trim_start().strip_prefix(MARKER)?.trim_start();
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len());
        let (word, rest) = rest.split_at(length);
        let (scope, unknown) = match word {
            "ignore" => (Scope::Here, None),
            "ignore-file" => (Scope::File, None),
            word if is_similar_to_directive(word) => (Scope::Here, Some(word.to_owned())),
            _ => return None,
        };
        let mut directive = Self {
            scope,
            names: None,
            until: None,
            invalid_date: None,
            unknown_word: unknown,
            reason: String::new(),
        };
        let rest = rest.trim_start();
        let bracketed = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'));
        let rest = match bracketed {
            Some((inner, behind)) => {
                let inner_start = comment.text.range().end - (inner.len() + 1 + behind.len());
                directive.names = Some(names(inner, inner_start, comment));
                behind
            }
            None => rest,
        };
        directive.read_reason(rest);
        Some(directive)
    }

    fn read_reason(&mut self, text: &str) {
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            match word.strip_prefix("until=") {
                Some(date) => match date.parse() {
                    Ok(date) => self.until = Some(date),
                    Err(_) => self.invalid_date = Some(date.to_owned()),
                },
                None => words.push(word),
            }
        }
        self.reason = words.join(" ");
    }

    /// Whether it says something that cannot be followed, and so suppresses nothing.
    pub(super) fn is_invalid(&self) -> bool {
        self.invalid_date.is_some() || self.unknown_word.is_some()
    }
}

/// Whether somebody who writes this word means a suppression.
fn is_similar_to_directive(word: &str) -> bool {
    let alike = |other: &str| strsim::damerau_levenshtein(word, other) <= 2;
    word.starts_with("ignore") || alike("ignore") || alike("ignore-file")
}

fn names(inner: &str, start: usize, comment: &Comment) -> Vec<RuleName> {
    let file = comment.span.file;
    let mut names = Vec::new();
    let mut at = start;
    let parts: Vec<&str> = inner.split(',').collect();
    for (index, part) in parts.iter().enumerate() {
        let word = part.trim();
        let from = at + (part.len() - part.trim_start().len());
        // With the comma behind it and the spaces up to the next name; the last one with the comma before.
        let removal = match parts.get(index + 1) {
            Some(next) => {
                let behind = at + part.len() + 1;
                Some(from..behind + (next.len() - next.trim_start().len()))
            }
            None if index > 0 => Some(at - 1..at + part.len()),
            None => None,
        };
        if !word.is_empty() {
            names.push(RuleName {
                text: word.to_owned(),
                span: Span::new(file, from, from + word.len()),
                removal: removal
                    .filter(|_| comment.is_plain)
                    .map(|range| Span::new(file, range.start, range.end)),
            });
        }
        at += part.len() + 1;
    }
    names
}
