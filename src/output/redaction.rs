//! What may be shown of the files that findings point into: whole lines where they are short, and never the
//! source of a sensitive value. Each file is looked through once for all findings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use terraform_eval::source::{FileId, SourceFile, Sources, Span};

/// From this length on a line is cropped, in bytes.
pub(super) const LONG_LINE: usize = 240;

/// What may be shown of the files that findings point into.
pub(super) struct RedactedSources<'a> {
    pub(super) sources: &'a Sources,
    sensitive: &'a [Span],
    /// The files of which whole lines are shown.
    pub(super) whole: BTreeMap<FileId, Cow<'a, str>>,
}

/// The lines that a label begins and ends in, and its bytes.
pub(super) struct Label {
    pub(super) first: Range<usize>,
    last: Range<usize>,
    pub(super) place: Range<usize>,
}

impl Label {
    pub(super) fn of(sources: &Sources, span: Span) -> Self {
        let file = sources.file(span.file);
        let text = file.text();
        let start = text.floor_char_boundary(span.range().start);
        let end = text.ceil_char_boundary(span.range().end).max(start);
        Self {
            first: line(file, start),
            last: line(file, end),
            place: start..end,
        }
    }

    /// Whether the lines are shown whole.
    pub(super) fn is_short(&self) -> bool {
        self.first.len() <= LONG_LINE && self.last.len() <= LONG_LINE
    }
}

impl<'a> RedactedSources<'a> {
    /// Covers what is sensitive, once for all findings.
    pub(super) fn new(findings: &[Diagnostic], sources: &'a Sources, sensitive: &'a [Span]) -> Self {
        let mut covered = Self {
            sources,
            sensitive,
            whole: BTreeMap::new(),
        };
        let labels = findings
            .iter()
            .flat_map(|finding| finding.primary.iter().chain(&finding.related));
        for span in labels.map(|label| label.span) {
            if !covered.whole.contains_key(&span.file) && Label::of(sources, span).is_short() {
                let text = covered.masked(sources.text(span.file), span.file, 0);
                covered.whole.insert(span.file, text);
            }
        }
        covered
    }

    /// The text with sensitive values and control characters covered, of the same length.
    pub(super) fn masked(&self, text: &'a str, file: FileId, offset: usize) -> Cow<'a, str> {
        let window = offset..offset + text.len();
        let mut hidden: Vec<Range<usize>> = (self.sensitive.iter())
            .filter(|hidden| hidden.file == file)
            .map(|hidden| hidden.range())
            .filter(|hidden| hidden.start < window.end && window.start < hidden.end)
            .collect();
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if hidden.is_empty() && !text.contains(steers) {
            return Cow::Borrowed(text);
        }
        hidden.sort_by_key(|hidden| hidden.start);
        let mut hidden = hidden.into_iter().peekable();
        let mut covered_to = 0;
        let mut out = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let place = offset + at;
            while let Some(next) = hidden.next_if(|hidden| hidden.start <= place) {
                covered_to = covered_to.max(next.end);
            }
            let covered = place < covered_to;
            if (covered && character != '\n') || steers(character) {
                // Any length is kept, so that the places behind it stay true.
                out.extend(std::iter::repeat_n(
                    if covered { '*' } else { '?' },
                    character.len_utf8(),
                ));
            } else {
                out.push(character);
            }
        }
        Cow::Owned(out)
    }
}

/// The line that holds a byte, with its end.
fn line(file: &SourceFile, offset: usize) -> Range<usize> {
    let index = file.line_index(offset);
    let starts = file.line_starts();
    let end = starts.get(index + 1).copied().unwrap_or(file.text().len());
    starts.get(index).copied().unwrap_or_default()..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::diagnostic::Severity;

    #[test]
    fn a_sensitive_value_is_redacted() {
        let mut sources = Sources::new();
        let file = sources.add("a.tf", "a = \"géheim\"\nb = 1\n");
        let secret = [Span::new(file, 4, 13)];
        let span = Span::new(file, 14, 15);
        let finding = Diagnostic::new(Code::Rule("r"), Severity::Error, "wrong").at(span, "");
        let covered = RedactedSources::new(&[finding], &sources, &secret);
        assert_eq!(covered.whole[&file], "a = *********\nb = 1\n");
    }
}
