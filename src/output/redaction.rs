//! Redacted texts of the files that findings point into: sensitive values and control characters are masked, once per file
//! for all findings.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::HiddenTexts;
use crate::rules::reports_unread_input;
use crate::untrusted::{is_command, is_hidden};

use super::secrets::Secrets;
use super::style::Style;
use terraform_eval::source::{FileId, Sources, Span};

/// Lines longer than this many bytes are cropped, on a terminal those that are longer than it is wide.
const LONG_LINE: usize = 240;

/// Of files with more bytes than this, only the lines of labels are redacted.
const LARGE_TEXT: usize = 1 << 20;

/// The columns of a terminal that the number of a line and the border beside it take.
const GUTTER: usize = 8;

/// The columns of an excerpt that is cropped even if the terminal has fewer.
const MIN_EXCERPT: usize = 24;

/// Whether a finding reports that an input is not valid.
fn reports_invalid_input(finding: &Diagnostic) -> bool {
    reports_unread_input(finding.code) || finding.code == Code::Configuration
}

/// Redacted texts of the files that findings point into.
pub(super) struct RedactedSources<'a> {
    pub(super) sources: &'a Sources,
    /// The ranges to mask in the files that findings point into.
    masks: BTreeMap<FileId, Vec<Range<usize>>>,
    /// The redacted texts of files of which entire lines are shown, unless they are large.
    pub(super) texts: BTreeMap<FileId, Cow<'a, str>>,
    /// How many bytes a line may have that is shown as it is.
    pub(super) long_line: usize,
}

/// The byte ranges of a label and of the lines that it starts and ends in; of a long line, a part of it.
pub(super) struct LabelLines {
    pub(super) first: Range<usize>,
    last: Range<usize>,
    /// The range of the label.
    pub(super) range: Range<usize>,
    /// How many bytes a line may have that is not long.
    long_line: usize,
}

impl LabelLines {
    pub(super) fn new(sources: &Sources, span: Span, long_line: usize) -> Self {
        let file = sources.file(span.file);
        let text = file.text();
        // The first line is shown without its byte order mark.
        let start = text.floor_char_boundary(span.range().start).max(file.bom_len());
        let end = text.ceil_char_boundary(span.range().end).max(start);
        Self {
            first: line_range(text, start, long_line),
            last: line_range(text, end, long_line),
            range: start..end,
            long_line,
        }
    }

    /// Whether entire lines are shown.
    pub(super) fn are_short(&self) -> bool {
        self.first.len() <= self.long_line && self.last.len() <= self.long_line
    }
}

impl<'a> RedactedSources<'a> {
    /// Redacts the files that findings point into.
    pub(super) fn new(
        findings: &[Diagnostic],
        sources: &'a Sources,
        sensitive: &'a HiddenTexts,
        style: Style,
    ) -> Self {
        let long_line = style.columns().map_or(LONG_LINE, |columns| {
            columns.saturating_sub(GUTTER).clamp(MIN_EXCERPT, LONG_LINE)
        });
        let mut redacted = Self {
            sources,
            masks: BTreeMap::new(),
            texts: BTreeMap::new(),
            long_line,
        };
        let labels = |finding: &'_ Diagnostic| -> Vec<Span> {
            let labels = finding.primary.iter().chain(&finding.related);
            labels.map(|label| label.span).collect()
        };
        if findings.iter().all(|finding| labels(finding).is_empty()) {
            return redacted;
        }
        let secrets = Secrets::new(sources, sensitive);
        // In a file that is not valid, any text may be a value.
        let invalid: BTreeSet<FileId> = (findings.iter().filter(|finding| reports_invalid_input(finding)))
            .flat_map(labels)
            .map(|span| span.file)
            .collect();
        for span in findings.iter().flat_map(labels) {
            let ranges = || secrets.in_file(span.file, invalid.contains(&span.file));
            redacted.masks.entry(span.file).or_insert_with(ranges);
            let text = sources.text(span.file);
            if text.len() <= LARGE_TEXT
                && !redacted.texts.contains_key(&span.file)
                && LabelLines::new(sources, span, long_line).are_short()
            {
                redacted
                    .texts
                    .insert(span.file, redacted.mask(text, span.file, 0));
            }
        }
        redacted
    }

    /// Masks sensitive values and control characters in a text that starts at `offset` of a file. The length stays the
    /// same.
    pub(super) fn mask(&self, text: &'a str, file: FileId, offset: usize) -> Cow<'a, str> {
        let window = offset..offset + text.len();
        let ranges = self.masks.get(&file).map(Vec::as_slice).unwrap_or_default();
        let ranges = ranges
            .iter()
            .filter(|range| range.start < window.end && window.start < range.end);
        let ranges = ranges.map(|range| range.start.saturating_sub(offset)..range.end.saturating_sub(offset));
        mask(text, &ranges.collect::<Vec<_>>())
    }
}

/// Masks ranges of a text, sorted by their start, and replaces what would control a terminal or a CI system. The length
/// in bytes stays the same, so that offsets stay valid: labels point into the text, and lines stay lines.
pub(super) fn mask<'t>(text: &'t str, ranges: &[Range<usize>]) -> Cow<'t, str> {
    let is_shown = |c: char| !is_hidden(c) || matches!(c, '\n' | '\t');
    if ranges.is_empty() && text.chars().all(|c| is_shown(c) && c != '#') {
        return Cow::Borrowed(text);
    }
    let mut ranges = ranges.iter().peekable();
    let mut masked_until = 0;
    let mut before = None;
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        while let Some(range) = ranges.next_if(|range| range.start <= at) {
            masked_until = masked_until.max(range.end);
        }
        let rest = &text[at..];
        let ends_line = c == '\n' || rest.starts_with("\r\n");
        let replacement = if ends_line {
            None
        } else if at < masked_until {
            Some('*')
        } else if !is_shown(c) || c == '#' && is_command(before, rest) {
            Some('?')
        } else {
            None
        };
        before = Some(c);
        match replacement {
            Some(replacement) => masked.extend(std::iter::repeat_n(replacement, c.len_utf8())),
            None => masked.push(c),
        }
    }
    Cow::Owned(masked)
}

/// The range of the line that contains an offset, with its line break. Of a long line, it is a part that is long as well: a plan
/// may be one line.
fn line_range(text: &str, offset: usize, long_line: usize) -> Range<usize> {
    let start = text.floor_char_boundary(offset.saturating_sub(2 * long_line));
    let end = text.ceil_char_boundary(offset + 2 * long_line);
    let before = text.get(start..offset).unwrap_or_default();
    let after = text.get(offset..end).unwrap_or_default();
    let start = before.rfind('\n').map_or(start, |at| start + at + 1);
    let end = after.find('\n').map_or(end, |at| offset + at + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity};

    #[test]
    fn a_sensitive_value_is_masked() {
        let mut sources = Sources::new();
        let file = sources.add("a.tf", "a = \"géheim\"\nb = 1\n");
        let secret = HiddenTexts {
            spans: vec![Span::new(file, 4, 13)],
            ..HiddenTexts::default()
        };
        let span = Span::new(file, 14, 15);
        let finding = Diagnostic::new(Code::Rule("r"), Severity::Error, "wrong").at(span, "");
        let redacted = RedactedSources::new(&[finding], &sources, &secret, Style::default());
        assert_eq!(redacted.texts[&file], "a = *********\nb = 1\n");
    }

    #[test]
    fn a_label_starts_after_the_byte_order_mark() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "\u{feff}a: 1\n");
        let range = |start, end| LabelLines::new(&sources, Span::new(file, start, end), LONG_LINE).range;
        assert_eq!((range(0, 0), range(0, 4), range(4, 6)), (3..3, 3..4, 4..6));
    }
}
