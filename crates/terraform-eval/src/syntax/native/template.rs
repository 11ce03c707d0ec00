//! Templates: quoted strings, heredocs, template files and the strings of JSON configuration.

mod assemble;

use std::ops::Range;
use std::sync::Arc;

use super::escapes::{self, EscapeError};
use super::{Reader, Reported};
use crate::source::Span;
use crate::syntax::scan::Scanner;
use crate::syntax::stops::{self, Encoded};
use crate::syntax::tree::{Expression, ExpressionKind, TemplatePart};
use crate::syntax::words;

/// How literal text is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Between quotes, with backslash escapes.
    Quoted,
    /// In a heredoc, a template file or a JSON string, without backslash escapes. Each line is a piece of its own, which
    /// limits how far a `~` strips.
    Lines,
}

/// A piece of a template.
#[derive(Debug)]
enum Piece {
    Literal { range: Range<usize>, text: String },
    Sequence(Sequence),
}

/// `${ … }` or `%{ … }`.
#[derive(Debug, Clone)]
struct Sequence {
    is_directive: bool,
    range: Range<usize>,
    inner: Range<usize>,
    strip_before: bool,
    strip_after: bool,
}

impl Reader<'_> {
    /// Parses the quoted string whose quotes are the first and the last byte of the range.
    pub(super) fn quoted(&mut self, range: &Range<usize>) -> Result<ExpressionKind, Reported> {
        let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        self.template(inner, Style::Quoted, false)
    }

    /// Parses the heredoc from its `<<` to the end of its marker.
    pub(super) fn heredoc(&mut self, range: &Range<usize>) -> Result<ExpressionKind, Reported> {
        let is_indented = self.input.slice(range.start + 2..range.start + 3) == "-";
        let source = self.input.slice(range.clone());
        // The first and the last line are the markers.
        let first = source.find('\n').map_or(source.len(), |at| at + 1);
        let last = source.rfind('\n').map_or(source.len(), |at| at + 1);
        self.template(range.start + first..range.start + last, Style::Lines, is_indented)
    }

    /// Parses a range as a template without quotes.
    pub(in crate::syntax) fn bare_template(&mut self, range: Range<usize>) -> Result<Expression, Reported> {
        let kind = self.template(range.clone(), Style::Lines, false)?;
        self.node(kind, self.input.span(range))
    }

    /// Decodes a quoted label, which may not contain a template.
    pub(super) fn plain_text(&mut self, range: Range<usize>) -> Arc<str> {
        let source = self.input.slice(range.clone());
        if self.means_itself(range.clone()) {
            return words::shared(source);
        }
        if let Some(at) = find_sequences(source).first() {
            let place = range.start + at..range.start + at + 2;
            let help = "write the label as plain text; a literal `${` is written `$${`";
            self.report(place, "a label cannot contain a template", help);
        }
        Arc::from(self.literal(range, Style::Quoted).unwrap_or_default())
    }

    /// Reports the errors in a quoted label.
    pub(super) fn check_plain_text(&mut self, range: Range<usize>) {
        if !self.means_itself(range.clone()) {
            self.plain_text(range);
        }
    }

    /// Whether text between quotes has nothing to decode.
    fn means_itself(&self, range: Range<usize>) -> bool {
        stops::next::<Encoded>(self.input.text.as_bytes(), range).is_none()
    }

    fn literal(&mut self, range: Range<usize>, style: Style) -> Result<String, Reported> {
        let source = self.input.slice(range.clone());
        if let Some(at) = lone_carriage_return(source).filter(|_| self.input.offsets.is_none()) {
            let place = range.start + at..range.start + at + 1;
            return Err(self.report(
                place,
                "carriage return without line feed",
                "write `\\r` in a quoted string",
            ));
        }
        if style != Style::Quoted {
            return Ok(escapes::unescape_templates(source));
        }
        let mut first_error = None;
        let text = escapes::unescape(source, |place, error| {
            first_error = first_error.take().or(Some((place, error)));
        });
        let Some((place, error)) = first_error else {
            return Ok(text);
        };
        let sequence = source.get(place.clone()).unwrap_or_default();
        let (message, help) = match error {
            EscapeError::Unknown => (
                format!(
                    "invalid escape sequence `{}`",
                    sequence.escape_debug().to_string().replace("\\\\", "\\")
                ),
                "the escapes are `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\uNNNN` and `\\UNNNNNNNN`; a backslash is `\\\\`",
            ),
            EscapeError::Unicode => (
                format!("`{sequence}` is not followed by the digits of a character"),
                "write four digits after `\\u` and eight after `\\U`",
            ),
        };
        Err(self.report(range.start + place.start..range.start + place.end, message, help))
    }

    fn template(
        &mut self,
        range: Range<usize>,
        style: Style,
        is_indented: bool,
    ) -> Result<ExpressionKind, Reported> {
        let source = self.input.slice(range.clone());
        if style == Style::Quoted && self.means_itself(range.clone()) {
            return Ok(ExpressionKind::String(Arc::from(source)));
        }
        let mut pieces = self.pieces(range, style)?;
        strip(&mut pieces);
        if is_indented {
            dedent(&mut pieces);
        }
        if pieces.iter().all(|piece| matches!(piece, Piece::Literal { .. })) {
            let mut joined = String::new();
            for piece in &pieces {
                if let Piece::Literal { text, .. } = piece {
                    joined.push_str(text);
                }
            }
            return Ok(ExpressionKind::String(Arc::from(escapes::normalize(&joined))));
        }
        self.assemble(pieces).map(ExpressionKind::Template)
    }

    fn pieces(&mut self, range: Range<usize>, style: Style) -> Result<Vec<Piece>, Reported> {
        let mut pieces = Vec::new();
        let mut literal = range.start;
        let mut at = range.start;
        let bytes = self.input.text.as_bytes();
        while at < range.end {
            let rest = bytes.get(at..range.end).unwrap_or_default();
            let stop = |byte: &u8| matches!(byte, b'$' | b'%' | b'\n' | b'\\');
            let Some(length) = rest.iter().position(stop) else {
                break;
            };
            at += length;
            let rest = rest.get(length..).unwrap_or_default();
            match rest {
                [b'\n', ..] if style == Style::Lines => {
                    at += 1;
                    let text = self.literal(literal..at, style)?;
                    pieces.push(Piece::Literal {
                        range: literal..at,
                        text,
                    });
                    literal = at;
                }
                // The second byte of an escape may be a quote or a backslash, so both are skipped.
                [b'\\', _, ..] if style == Style::Quoted => at += 2,
                [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => at += 3,
                [b'$' | b'%', b'{', ..] => {
                    if literal < at {
                        let text = self.literal(literal..at, style)?;
                        pieces.push(Piece::Literal {
                            range: literal..at,
                            text,
                        });
                    }
                    let end = self.sequence_end(at, range.end)?;
                    pieces.push(Piece::Sequence(self.sequence(at..end)));
                    at = end;
                    literal = at;
                }
                _ => at += 1,
            }
        }
        if literal < range.end {
            let text = self.literal(literal..range.end, style)?;
            pieces.push(Piece::Literal {
                range: literal..range.end,
                text,
            });
        }
        Ok(pieces)
    }

    /// The offset after the template sequence at `at`. The sequences of a template without quotes are checked here.
    fn sequence_end(&mut self, at: usize, end: usize) -> Result<usize, Reported> {
        if let Some(end) = self.ends.get(at) {
            return Ok(end);
        }
        let mut scanner = Scanner::new(self.input.text, end);
        scanner.ends = Some(std::mem::take(&mut self.ends));
        scanner.deepest = self.deepest;
        let end = scanner.close(at);
        if !scanner.closed || !scanner.errors.is_empty() {
            let help = "close it with `}`; for a literal `${` write `$${`";
            return Err(self.report(at..at + 2, "the template sequence is not closed", help));
        }
        self.take_ends(&mut scanner, at)?;
        Ok(end)
    }

    fn sequence(&self, range: Range<usize>) -> Sequence {
        let bytes = self.input.text.as_bytes();
        let strip_before = bytes.get(range.start + 2) == Some(&b'~');
        let start = range.start + 2 + usize::from(strip_before);
        let end = range.end - 1;
        let strip_after = end > start && bytes.get(end - 1) == Some(&b'~');
        Sequence {
            is_directive: bytes.get(range.start) == Some(&b'%'),
            inner: start..(end - usize::from(strip_after)).max(start),
            strip_before,
            strip_after,
            range,
        }
    }

    fn literal_part(&self, range: Range<usize>, text: &str) -> TemplatePart {
        let span: Span = self.input.span(range);
        TemplatePart::Literal {
            text: Arc::from(escapes::normalize(text)),
            span,
        }
    }
}

fn lone_carriage_return(source: &str) -> Option<usize> {
    let mut offsets = source.match_indices('\r').map(|(at, _)| at);
    offsets.find(|at| source.as_bytes().get(at + 1) != Some(&b'\n'))
}

/// The offsets at which template sequences start; escapes do not count.
fn find_sequences(source: &str) -> Vec<usize> {
    let bytes = source.as_bytes();
    let mut offsets = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        at += match bytes.get(at..).unwrap_or_default() {
            [b'\\', _, ..] => 2,
            [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..] => 3,
            [b'$' | b'%', b'{', ..] => {
                offsets.push(at);
                2
            }
            _ => 1,
        };
    }
    offsets
}

/// Removes white space next to a `~`, from the adjacent piece only.
fn strip(pieces: &mut [Piece]) {
    for index in 0..pieces.len() {
        let Some(Piece::Sequence(sequence)) = pieces.get(index) else {
            continue;
        };
        let (strip_before, strip_after) = (sequence.strip_before, sequence.strip_after);
        if strip_before && let Some(Piece::Literal { text, .. }) = pieces.get_mut(index.wrapping_sub(1)) {
            text.truncate(text.trim_end().len());
        }
        if strip_after && let Some(Piece::Literal { text, .. }) = pieces.get_mut(index + 1) {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Removes the common indentation from the lines of a `<<-` heredoc. As in Terraform, a line is a piece that follows a
/// line break which no `~` has stripped.
fn dedent(pieces: &mut [Piece]) {
    let mut common = usize::MAX;
    let mut lines = Vec::new();
    let mut line_start = true;
    for (index, piece) in pieces.iter().enumerate() {
        let Piece::Literal { text, .. } = piece else {
            if line_start {
                common = 0;
            }
            line_start = false;
            continue;
        };
        if line_start {
            let content = text.trim_start();
            if !(content.is_empty() && text.ends_with('\n')) {
                let indentation = text.chars().count() - content.chars().count();
                common = common.min(indentation);
                lines.push(index);
            }
        }
        line_start = text.ends_with('\n');
    }
    for index in lines {
        if let Some(Piece::Literal { text, .. }) = pieces.get_mut(index) {
            *text = text.chars().skip(common).collect();
        }
    }
}
