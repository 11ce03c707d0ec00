//! What a finding shows of a file: whole lines of ordinary files, a cropped piece of a line that is
//! too long to show (a plan is one line), and never the source of a sensitive value.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use crate::source::{SourceFile, Sources, Span};

/// From this length on a line is cropped, in bytes.
const LONG_LINE: usize = 240;
/// How much of a long line is shown before and behind a label, in bytes.
const AROUND: usize = 80;

/// The pieces of files that one finding shows.
pub(super) struct Excerpts<'a> {
    sources: &'a Sources,
    sensitive: &'a [Span],
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
    pub(super) fn new(sources: &'a Sources, sensitive: &'a [Span]) -> Self {
        Self {
            sources,
            sensitive,
            pieces: Vec::new(),
        }
    }

    /// Makes sure that `span` is shown, and gives the piece that shows it and the place in that piece.
    pub(super) fn show(&mut self, span: Span) -> (usize, Range<usize>) {
        let file = self.sources.file(span.file);
        let text = file.text();
        let start = text.floor_char_boundary(span.range().start);
        let end = text.ceil_char_boundary(span.range().end).max(start);
        let first = line(file, start);
        let last = line(file, end);
        if first.len() <= LONG_LINE && last.len() <= LONG_LINE {
            return (self.whole(file, span), start..end);
        }
        self.crop(file, span, first, start..end)
    }

    fn whole(&mut self, file: &'a SourceFile, span: Span) -> usize {
        let same = |piece: &Piece<'_>| {
            piece.cropped.is_none() && piece.span.is_some_and(|other| other.file == span.file)
        };
        if let Some(at) = self.pieces.iter().position(same) {
            return at;
        }
        let text = self.masked(file.text(), span, 0);
        self.pieces.push(Piece {
            file,
            span: Some(span),
            text,
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
        let masked = self.masked(text.get(from..end).unwrap_or_default(), span, from);
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

    /// The text with sensitive values and control characters covered, of the same length.
    fn masked(&self, text: &'a str, span: Span, offset: usize) -> Cow<'a, str> {
        let window = offset..offset + text.len();
        let hidden: Vec<Range<usize>> = (self.sensitive.iter())
            .filter(|hidden| hidden.file == span.file)
            .map(|hidden| hidden.range())
            .filter(|hidden| hidden.start < window.end && window.start < hidden.end)
            .collect();
        let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        if hidden.is_empty() && !text.contains(steers) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let covered = hidden.iter().any(|hidden| hidden.contains(&(offset + at)));
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

    #[test]
    fn a_long_line_is_cropped_to_the_key_and_the_label() {
        let mut sources = Sources::new();
        let text = format!(
            "{{\"pad\":\"{}\",\"source\":\"nginx\",\"mirrors\":[\"secret\"]}}",
            "x".repeat(500)
        );
        let at = text.find("\"nginx\"").unwrap();
        let file = sources.add("plan.json", text);
        let mut excerpts = Excerpts::new(&sources, &[]);
        let (piece, place) = excerpts.show(Span::new(file, at, at + 7));
        assert_eq!(excerpts.source(piece).unwrap(), "…\"source\":\"nginx\"…");
        assert_eq!(&excerpts.source(piece).unwrap()[place.clone()], "\"nginx\"");
        assert_eq!(excerpts.column_number(piece, 0, place.start).unwrap(), at + 1);
    }

    #[test]
    fn a_sensitive_value_is_covered() {
        let mut sources = Sources::new();
        let file = sources.add("a.tf", "a = \"géheim\"\nb = 1\n");
        let secret = [Span::new(file, 4, 13)];
        let mut excerpts = Excerpts::new(&sources, &secret);
        let (piece, place) = excerpts.show(Span::new(file, 14, 15));
        assert_eq!(excerpts.source(piece).unwrap(), "a = *********\nb = 1\n");
        assert_eq!(place, 14..15);
    }
}
