//! The syntax of a suppression.

use jiff::civil::Date;

use terraform_eval::source::Span;
use terraform_eval::syntax::comments::Comment;

/// The prefix of suppression comments.
pub(crate) const MARKER: &str = "mirrorset:";

/// What a suppression applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The argument, block, entry or object at the comment.
    Subject,
    File,
}

/// A rule name in the brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RuleName {
    pub(super) text: String,
    pub(super) span: Span,
    /// The bytes to delete to remove the name and keep the others. `None` if it is the only one.
    pub(super) removal: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SuppressionSyntax {
    pub(super) scope: Scope,
    /// The names in the brackets. `None` without brackets.
    pub(super) names: Option<Vec<RuleName>>,
    pub(super) until: Option<Date>,
    /// The text after `until=`, if it is not a valid date.
    pub(super) invalid_date: Option<String>,
    /// An unknown word that resembles a keyword.
    pub(super) unknown_word: Option<String>,
    pub(super) reason: String,
}

impl SuppressionSyntax {
    /// Parses a comment. `None` if it is not a suppression.
    pub(super) fn parse(text: &str, comment: &Comment) -> Option<Self> {
        let comment_text = text.get(comment.text.range())?;
        let rest = comment_text.trim_start().strip_prefix(MARKER)?.trim_start();
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(rest.len());
        let (word, rest) = rest.split_at(length);
        let (scope, unknown_word) = match word {
            "ignore" => (Scope::Subject, None),
            "ignore-file" => (Scope::File, None),
            word if is_misspelled_keyword(word) => (Scope::Subject, Some(word.to_owned())),
            _ => return None,
        };
        let mut syntax = Self {
            scope,
            names: None,
            until: None,
            invalid_date: None,
            unknown_word,
            reason: String::new(),
        };
        let rest = rest.trim_start();
        let bracketed = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'));
        let rest = match bracketed {
            Some((inner, after)) => {
                let inner_start = comment.text.range().end - (inner.len() + 1 + after.len());
                syntax.names = Some(parse_names(inner, inner_start, comment));
                after
            }
            None => rest,
        };
        syntax.parse_reason(rest);
        Some(syntax)
    }

    fn parse_reason(&mut self, text: &str) {
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

    /// Whether it is malformed, and so suppresses nothing.
    pub(super) fn is_invalid(&self) -> bool {
        self.invalid_date.is_some() || self.unknown_word.is_some()
    }
}

/// Whether a word is probably a misspelled keyword.
fn is_misspelled_keyword(word: &str) -> bool {
    let is_near = |other: &str| strsim::damerau_levenshtein(word, other) <= 2;
    word.starts_with("ignore") || is_near("ignore") || is_near("ignore-file")
}

fn parse_names(inner: &str, start: usize, comment: &Comment) -> Vec<RuleName> {
    let file = comment.span.file;
    let mut names = Vec::new();
    let mut part_start = start;
    let parts: Vec<&str> = inner.split(',').collect();
    for (index, part) in parts.iter().enumerate() {
        let word = part.trim();
        let name_start = part_start + (part.len() - part.trim_start().len());
        // With the comma and spaces that follow it; the last name with the comma before it.
        let removal = match parts.get(index + 1) {
            Some(next) => {
                let after_comma = part_start + part.len() + 1;
                Some(name_start..after_comma + (next.len() - next.trim_start().len()))
            }
            None if index > 0 => Some(part_start - 1..part_start + part.len()),
            None => None,
        };
        if !word.is_empty() {
            names.push(RuleName {
                text: word.to_owned(),
                span: Span::new(file, name_start, name_start + word.len()),
                removal: removal
                    .filter(|_| comment.is_plain)
                    .map(|range| Span::new(file, range.start, range.end)),
            });
        }
        part_start += part.len() + 1;
    }
    names
}
