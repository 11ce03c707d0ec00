//! Excerpts of files for findings: entire lines with those around them, a line of a large file (a plan may have millions of
//! lines), or a cropped part of a line that is too long (a plan may be one line). The text of a sensitive value is always masked.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use terraform_eval::source::{FileId, SourceFile, Span};

use super::redaction::{LabelLines, RedactedSources};
use crate::untrusted::one_line;

/// How many lines are shown before and after those of a label.
const CONTEXT_LINES: usize = 1;

/// How many lines of a label are shown.
const MAX_LINES: usize = 12;

/// A line of an excerpt.
pub(super) struct ExcerptLine<'a> {
    /// Its number in the file.
    pub(super) number: usize,
    /// The text before the label, the text that it covers, and the text after it.
    pub(super) parts: [&'a str; 3],
}

/// The excerpts that one finding shows.
pub(super) struct Excerpts<'a> {
    redacted: &'a RedactedSources<'a>,
    excerpts: Vec<Excerpt<'a>>,
}

/// An entire file, one of its lines, or a part of one.
struct Excerpt<'a> {
    file: &'a SourceFile,
    file_id: FileId,
    text: Cow<'a, str>,
    /// `None` for an entire file.
    crop: Option<Crop>,
}

/// The position of a line, or of a part of one.
struct Crop {
    line: usize,
    column: usize,
    /// How many columns the ellipsis before the part takes.
    ellipsis: usize,
}

impl<'a> Excerpts<'a> {
    pub(super) fn new(redacted: &'a RedactedSources<'a>) -> Self {
        Self {
            redacted,
            excerpts: Vec::new(),
        }
    }

    /// Adds an excerpt that shows `span`, unless there is one. Returns the position of the excerpt, and the range of the
    /// span in its text.
    pub(super) fn show(&mut self, span: Span) -> (usize, Range<usize>) {
        let lines = LabelLines::new(self.redacted.sources, span, self.redacted.long_line);
        match self.redacted.texts.get(&span.file) {
            Some(text) if lines.are_short() => (self.show_file(span.file, text), lines.range),
            None if lines.are_short() => self.show_line(span.file, &lines),
            _ => self.show_part(span.file, &lines),
        }
    }

    fn show_file(&mut self, file_id: FileId, text: &'a str) -> usize {
        let is_same = |excerpt: &Excerpt<'_>| excerpt.crop.is_none() && excerpt.file_id == file_id;
        if let Some(position) = self.excerpts.iter().position(is_same) {
            return position;
        }
        self.excerpts.push(Excerpt {
            file: self.redacted.sources.file(file_id),
            file_id,
            text: Cow::Borrowed(text),
            crop: None,
        });
        self.excerpts.len() - 1
    }

    /// Adds the first line of a label.
    fn show_line(&mut self, file_id: FileId, lines: &LabelLines) -> (usize, Range<usize>) {
        let file = self.redacted.sources.file(file_id);
        let label = &lines.range;
        // The byte order mark has no width on a terminal.
        let start = lines.first.start.max(file.bom_len());
        let text = file.text().get(start..lines.first.end).unwrap_or_default();
        let text = text.trim_end_matches(['\n', '\r']);
        let within = |offset: usize| (offset - start).min(text.len());
        self.excerpts.push(Excerpt {
            file,
            file_id,
            text: self.redacted.mask(text, file_id, start),
            crop: Some(Crop {
                line: file.line_index(start) + 1,
                column: 1,
                ellipsis: 0,
            }),
        });
        (self.excerpts.len() - 1, within(label.start)..within(label.end))
    }

    /// Adds the label's text and its key. The text around them in a plan belongs to other attributes.
    fn show_part(&mut self, file_id: FileId, lines: &LabelLines) -> (usize, Range<usize>) {
        let file = self.redacted.sources.file(file_id);
        let (line, label) = (&lines.first, &lines.range);
        let text = file.text();
        let long_line = self.redacted.long_line;
        // A third of the columns is for what comes before the label.
        let max_lead_in = long_line / 3;
        let end = label
            .end
            .min(line.end)
            .min(label.start + (long_line - max_lead_in));
        let end = text.floor_char_boundary(end).max(label.start);
        let before = text.floor_char_boundary(label.start.saturating_sub(max_lead_in).max(line.start));
        let lead_in = text.get(before..label.start).unwrap_or_default();
        // Without a key, at the start of a word.
        let word = || match lead_in.find(' ') {
            Some(at) if before > line.start => at + 1,
            _ => 0,
        };
        let start = before + key_start(lead_in).unwrap_or_else(word);
        let original = text.get(start..end).unwrap_or_default();
        let masked = self.redacted.mask(original, file_id, start);
        let ellipsis = if start > line.start { "…" } else { "" };
        let mut part = String::from(ellipsis);
        part.push_str(masked.trim_end_matches(['\n', '\r']));
        let rest = text.get(end..line.end).unwrap_or_default();
        if !rest.trim_end().is_empty() {
            part.push('…');
        }
        let shift = |offset: usize| offset - start + ellipsis.len();
        let location = file.location(start);
        let crop = Some(Crop {
            line: location.line,
            column: location.column,
            ellipsis: ellipsis.chars().count(),
        });
        let range = shift(label.start)..shift(end).min(part.len());
        self.excerpts.push(Excerpt {
            file,
            file_id,
            text: Cow::Owned(part),
            crop,
        });
        (self.excerpts.len() - 1, range)
    }

    /// The lines of a label, whose range [`Self::show`] returned, and those around them.
    pub(super) fn lines(&self, id: usize, label: &Range<usize>) -> Vec<ExcerptLine<'_>> {
        let line_of = |offset| self.line_index(id, offset).unwrap_or_default();
        let first = line_of(label.start);
        let last = line_of(label.end).min(first + MAX_LINES);
        let lines = first.saturating_sub(CONTEXT_LINES)..=last + CONTEXT_LINES;
        lines.filter_map(|line| self.line(id, line, label).ok()).collect()
    }

    fn line(&self, id: usize, line: usize, label: &Range<usize>) -> Result<ExcerptLine<'_>, Error> {
        let range = self.line_range(id, line)?;
        let text = self.source(id)?.get(range.clone()).unwrap_or_default();
        let text = text.trim_end_matches(['\n', '\r']);
        let within = |offset: usize| offset.saturating_sub(range.start).min(text.len());
        let (start, end) = (within(label.start), within(label.end));
        Ok(ExcerptLine {
            number: self.line_number(id, line)?,
            parts: [(0, start), (start, end), (end, text.len())]
                .map(|(start, end)| text.get(start..end).unwrap_or_default()),
        })
    }

    fn excerpt(&self, id: usize) -> Result<&Excerpt<'a>, Error> {
        self.excerpts.get(id).ok_or(Error::FileMissing)
    }
}

/// Where to start in the text before a label: at the key of its value, or of the list that contains it. `None` if it has no
/// key.
fn key_start(lead_in: &str) -> Option<usize> {
    let opening = lead_in.rfind(['{', '[', ']', '}']);
    let list = opening.filter(|&at| lead_in[at..].starts_with('[') && lead_in[..at].ends_with("\":"));
    match list {
        Some(at) => Some(lead_in[..at - 2].rfind('"').unwrap_or(at + 1)),
        None => lead_in.rfind(['{', '[', ',']).map(|at| at + 1),
    }
}

impl<'a> Files<'a> for Excerpts<'a> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        Ok(one_line(self.excerpt(id)?.file.name()))
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let excerpt = self.excerpt(id)?;
        Ok(if excerpt.crop.is_some() {
            0
        } else {
            excerpt.file.line_index(byte_index)
        })
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        Ok(match &self.excerpt(id)?.crop {
            Some(crop) => crop.line,
            None => line_index + 1,
        })
    }

    fn column_number(&'a self, id: usize, _: usize, byte_index: usize) -> Result<usize, Error> {
        let excerpt = self.excerpt(id)?;
        Ok(match &excerpt.crop {
            Some(crop) => {
                let before = excerpt
                    .text
                    .get(..byte_index)
                    .unwrap_or(&excerpt.text)
                    .chars()
                    .count();
                crop.column + before.saturating_sub(crop.ellipsis)
            }
            None => excerpt.file.location(byte_index).column,
        })
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let excerpt = self.excerpt(id)?;
        if excerpt.crop.is_some() {
            return match line_index {
                0 => Ok(0..excerpt.text.len()),
                given => Err(Error::LineTooLarge { given, max: 0 }),
            };
        }
        let start = excerpt.file.line_start(line_index);
        let start = start.ok_or_else(|| Error::LineTooLarge {
            given: line_index,
            max: excerpt.file.line_index(excerpt.text.len()),
        })?;
        // The byte order mark has no width on a terminal.
        let start = if line_index == 0 {
            start + excerpt.file.bom_len()
        } else {
            start
        };
        let end = excerpt.file.line_start(line_index + 1);
        Ok(start..end.unwrap_or(excerpt.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Diagnostic, Severity};
    use crate::model::HiddenTexts;
    use crate::output::style::Style;
    use terraform_eval::source::Sources;

    fn finding(span: Span) -> Diagnostic {
        Diagnostic::new(Code::Rule("r"), Severity::Error, "wrong").at(span, "")
    }

    #[test]
    fn a_long_line_is_cropped_to_the_key_and_the_label() {
        let mut sources = Sources::new();
        let text = format!(
            "{{\"pad\":\"{}\",\"source\":\"nginx\",\"mirrors\":[\"secret\"]}}",
            "x".repeat(500)
        );
        let at = text.find("\"nginx\"").unwrap();
        let file = sources.add("plan.json", text);
        let span = Span::new(file, at, at + 7);
        let nothing = HiddenTexts::default();
        let redacted = RedactedSources::new(&[finding(span)], &sources, &nothing, Style::default());
        let mut excerpts = Excerpts::new(&redacted);
        let (excerpt, range) = excerpts.show(span);
        assert_eq!(excerpts.source(excerpt).unwrap(), "…\"source\":\"nginx\"…");
        assert_eq!(&excerpts.source(excerpt).unwrap()[range.clone()], "\"nginx\"");
        assert_eq!(excerpts.column_number(excerpt, 0, range.start).unwrap(), at + 1);
    }

    #[test]
    fn the_line_of_a_label_in_a_large_file_is_redacted_alone() {
        let mut sources = Sources::new();
        let line = "  \"source\": \"nginx\", \"token\": \"s3cr3t\",\n";
        let text = line.repeat((1 << 20) / line.len() + 2);
        let start = text.len() - 2 * line.len();
        let file = sources.add("plan.json", text);
        let at =
            |part: &str| Span::new(file, start, start + line.len()).start as usize + line.find(part).unwrap();
        let span = Span::new(file, at("\"nginx"), at(", \"token"));
        let secret = HiddenTexts {
            spans: vec![Span::new(file, at("\"s3cr3t"), at(",\n"))],
            ..HiddenTexts::default()
        };
        let redacted = RedactedSources::new(&[finding(span)], &sources, &secret, Style::default());
        let mut excerpts = Excerpts::new(&redacted);
        let (excerpt, range) = excerpts.show(span);
        let lines = excerpts.lines(excerpt, &range);
        let parts: Vec<_> = lines.iter().map(|line| (line.number, line.parts)).collect();
        let number = start / line.len() + 1;
        assert_eq!(
            parts,
            [(number, ["  \"source\": ", "\"nginx\"", ", \"token\": ********,"])]
        );
    }
}
