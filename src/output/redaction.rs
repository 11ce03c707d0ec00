//! Redacted texts of the files that findings point into: sensitive values and control characters are masked, once per file
//! for all findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use terraform_eval::source::{FileId, SourceFile, Sources, Span};

/// Lines longer than this many bytes are cropped.
pub(super) const LONG_LINE: usize = 240;

/// Redacted texts of the files that findings point into.
pub(super) struct RedactedSources<'a> {
    pub(super) sources: &'a Sources,
    sensitive: &'a [Span],
    /// The redacted texts of files of which entire lines are shown.
    pub(super) texts: BTreeMap<FileId, Cow<'a, str>>,
}

/// The byte ranges of a label and of the lines that it starts and ends in.
pub(super) struct LabelLines {
    pub(super) first: Range<usize>,
    last: Range<usize>,
    /// The range of the label.
    pub(super) range: Range<usize>,
}

impl LabelLines {
    pub(super) fn new(sources: &Sources, span: Span) -> Self {
        let file = sources.file(span.file);
        let text = file.text();
        // The first line is shown without its byte order mark.
        let start = text.floor_char_boundary(span.range().start).max(file.bom_len());
        let end = text.ceil_char_boundary(span.range().end).max(start);
        Self {
            first: line_range(file, start),
            last: line_range(file, end),
            range: start..end,
        }
    }

    /// Whether entire lines are shown.
    pub(super) fn are_short(&self) -> bool {
        self.first.len() <= LONG_LINE && self.last.len() <= LONG_LINE
    }
}

impl<'a> RedactedSources<'a> {
    /// Redacts the files that findings point into.
    pub(super) fn new(findings: &[Diagnostic], sources: &'a Sources, sensitive: &'a [Span]) -> Self {
        let mut redacted = Self {
            sources,
            sensitive,
            texts: BTreeMap::new(),
        };
        let labels = findings
            .iter()
            .flat_map(|finding| finding.primary.iter().chain(&finding.related));
        for span in labels.map(|label| label.span) {
            if !redacted.texts.contains_key(&span.file) && LabelLines::new(sources, span).are_short() {
                let text = redacted.mask(sources.text(span.file), span.file, 0);
                redacted.texts.insert(span.file, text);
            }
        }
        redacted
    }

    /// Masks sensitive values and control characters in a text that starts at `offset` of a file. The length stays the
    /// same.
    pub(super) fn mask(&self, text: &'a str, file: FileId, offset: usize) -> Cow<'a, str> {
        let window = offset..offset + text.len();
        let mut secrets: Vec<Range<usize>> = (self.sensitive.iter())
            .filter(|secret| secret.file == file)
            .map(|secret| secret.range())
            .filter(|secret| secret.start < window.end && window.start < secret.end)
            .collect();
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if secrets.is_empty() && !text.contains(is_control) {
            return Cow::Borrowed(text);
        }
        secrets.sort_by_key(|secret| secret.start);
        let mut secrets = secrets.into_iter().peekable();
        let mut secret_until = 0;
        let mut masked = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let position = offset + at;
            while let Some(secret) = secrets.next_if(|secret| secret.start <= position) {
                secret_until = secret_until.max(secret.end);
            }
            let is_secret = position < secret_until;
            if (is_secret && character != '\n') || is_control(character) {
                // The length in bytes stays the same, so that later offsets stay valid.
                masked.extend(std::iter::repeat_n(
                    if is_secret { '*' } else { '?' },
                    character.len_utf8(),
                ));
            } else {
                masked.push(character);
            }
        }
        Cow::Owned(masked)
    }
}

/// The range of the line that contains an offset, with its line break.
fn line_range(file: &SourceFile, offset: usize) -> Range<usize> {
    let index = file.line_index(offset);
    let starts = file.line_starts();
    let end = starts.get(index + 1).copied().unwrap_or(file.text().len());
    starts.get(index).copied().unwrap_or_default()..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity};

    #[test]
    fn a_sensitive_value_is_masked() {
        let mut sources = Sources::new();
        let file = sources.add("a.tf", "a = \"géheim\"\nb = 1\n");
        let secret = [Span::new(file, 4, 13)];
        let span = Span::new(file, 14, 15);
        let finding = Diagnostic::new(Code::Rule("r"), Severity::Error, "wrong").at(span, "");
        let redacted = RedactedSources::new(&[finding], &sources, &secret);
        assert_eq!(redacted.texts[&file], "a = *********\nb = 1\n");
    }

    #[test]
    fn a_label_starts_after_the_byte_order_mark() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "\u{feff}a: 1\n");
        let range = |start, end| LabelLines::new(&sources, Span::new(file, start, end)).range;
        assert_eq!((range(0, 0), range(0, 4), range(4, 6)), (3..3, 3..4, 4..6));
    }
}
