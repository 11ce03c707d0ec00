//! What a finding shows of a file: whole lines of ordinary files, a cropped piece of a line that is
//! too long to show (a plan is one line), and never the source of a sensitive value.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use terraform_eval::source::{SourceFile, Span};

use super::redaction::{LONG_LINE, Label, RedactedSources};

/// How much of a long line is shown before and behind a label, in bytes.
const AROUND: usize = 80;

/// The pieces of files that one finding shows.
pub(super) struct Excerpts<'a> {
    covered: &'a RedactedSources<'a>,
    pieces: Vec<Piece<'a>>,
}

/// A file, or a piece of one of its lines.
struct Piece<'a> {
    file: &'a SourceFile,
    span: Option<Span>,
    text: Cow<'a, str>,
    cropped: Option<Crop>,
}

/// Where a cropped piece stands: its text is one line.
struct Crop {
    line: usize,
    column: usize,
    /// How many columns of the text come before the piece: the ellipsis.
    lead: usize,
}

impl<'a> Excerpts<'a> {
    pub(super) fn new(covered: &'a RedactedSources<'a>) -> Self {
        Self {
            covered,
            pieces: Vec::new(),
        }
    }

    /// Makes sure that `span` is shown, and gives the piece that shows it and the place in that piece.
    pub(super) fn show(&mut self, span: Span) -> (usize, Range<usize>) {
        let file = self.covered.sources.file(span.file);
        let label = Label::of(self.covered.sources, span);
        match self.covered.whole.get(&span.file) {
            Some(text) if label.is_short() => (self.whole(file, span, text), label.place),
            _ => self.crop(file, span, label.first, label.place),
        }
    }

    fn whole(&mut self, file: &'a SourceFile, span: Span, text: &'a str) -> usize {
        let same = |piece: &Piece<'_>| {
            piece.cropped.is_none() && piece.span.is_some_and(|other| other.file == span.file)
        };
        if let Some(at) = self.pieces.iter().position(same) {
            return at;
        }
        self.pieces.push(Piece {
            file,
            span: Some(span),
            text: Cow::Borrowed(text),
            cropped: None,
        });
        self.pieces.len() - 1
    }

    /// A piece around the label, in which only the label's own text and its key stand out: what is
    /// beside it in a plan belongs to other attributes.
    fn crop(
        &mut self,
        file: &'a SourceFile,
        span: Span,
        line: Range<usize>,
        label: Range<usize>,
    ) -> (usize, Range<usize>) {
        let text = file.text();
        let end = label.end.min(line.end).min(label.start + LONG_LINE);
        let end = text.floor_char_boundary(end).max(label.start);
        let before = text.floor_char_boundary(label.start.saturating_sub(AROUND).max(line.start));
        let lead_in = text.get(before..label.start).unwrap_or_default();
        let from = before + key_start(lead_in);
        let shown = text.get(from..end).unwrap_or_default();
        let masked = self.covered.masked(shown, span.file, from);
        let mut shown = String::new();
        let front = if from > line.start { "…" } else { "" };
        shown.push_str(front);
        shown.push_str(masked.trim_end_matches(['\n', '\r']));
        if end < line.end {
            shown.push('…');
        }
        let shift = |offset: usize| offset - from + front.len();
        let location = file.location(from);
        let cropped = Some(Crop {
            line: location.line,
            column: location.column,
            lead: front.chars().count(),
        });
        let place = shift(label.start)..shift(end).min(shown.len());
        self.pieces.push(Piece {
            file,
            span: None,
            text: Cow::Owned(shown),
            cropped,
        });
        (self.pieces.len() - 1, place)
    }

    fn piece(&self, id: usize) -> Result<&Piece<'a>, Error> {
        self.pieces.get(id).ok_or(Error::FileMissing)
    }
}

/// Where to begin in the text before a label: at its key; for an element of a list, at the list's key.
fn key_start(lead_in: &str) -> usize {
    let opening = lead_in.rfind(['{', '[', ']', '}']);
    let list = opening.filter(|&at| lead_in[at..].starts_with('[') && lead_in[..at].ends_with("\":"));
    match list {
        Some(at) => lead_in[..at - 2].rfind('"').unwrap_or(at + 1),
        None => lead_in.rfind(['{', '[', ',']).map_or(0, |at| at + 1),
    }
}

impl<'a> Files<'a> for Excerpts<'a> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        Ok(super::printable(self.piece(id)?.file.name()))
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.piece(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let piece = self.piece(id)?;
        Ok(if piece.cropped.is_some() {
            0
        } else {
            piece.file.line_index(byte_index)
        })
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        Ok(match &self.piece(id)?.cropped {
            Some(crop) => crop.line,
            None => line_index + 1,
        })
    }

    fn column_number(&'a self, id: usize, _: usize, byte_index: usize) -> Result<usize, Error> {
        let piece = self.piece(id)?;
        Ok(match &piece.cropped {
            Some(crop) => {
                let before = piece
                    .text
                    .get(..byte_index)
                    .unwrap_or(&piece.text)
                    .chars()
                    .count();
                crop.column + before.saturating_sub(crop.lead)
            }
            None => piece.file.location(byte_index).column,
        })
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let piece = self.piece(id)?;
        if piece.cropped.is_some() {
            return Ok(0..piece.text.len());
        }
        let starts = piece.file.line_starts();
        let missing = Error::LineTooLarge {
            given: line_index,
            max: starts.len(),
        };
        let start = *starts.get(line_index).ok_or(missing)?;
        // The byte order mark has no width on a terminal.
        let start = if line_index == 0 {
            start + piece.file.bom_len()
        } else {
            start
        };
        Ok(start..starts.get(line_index + 1).copied().unwrap_or(piece.text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Diagnostic, Severity};
    use terraform_eval::source::Sources;

    fn found(span: Span) -> Diagnostic {
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
        let covered = RedactedSources::new(&[found(span)], &sources, &[]);
        let mut excerpts = Excerpts::new(&covered);
        let (piece, place) = excerpts.show(span);
        assert_eq!(excerpts.source(piece).unwrap(), "…\"source\":\"nginx\"…");
        assert_eq!(&excerpts.source(piece).unwrap()[place.clone()], "\"nginx\"");
        assert_eq!(excerpts.column_number(piece, 0, place.start).unwrap(), at + 1);
    }
}
