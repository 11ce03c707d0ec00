//! The pieces of a template, assembled to a tree by matching the directives.

use std::ops::Range;

use super::{Piece, Sequence};
use crate::syntax::native::{MAX_DEPTH, Reader, Reported};
use crate::syntax::scan::{self, Scanner};
use crate::syntax::tree::{Expression, Name, Template, TemplatePart};

/// A directive that has not been closed.
enum OpenDirective {
    If {
        condition: Expression,
        yes: Option<Template>,
    },
    For {
        key_variable: Option<Name>,
        value_variable: Name,
        collection: Expression,
    },
}

struct Frame {
    directive: OpenDirective,
    /// The bytes of the opening directive.
    opened: Range<usize>,
    /// The parts before the directive, at the enclosing level.
    outer: Vec<TemplatePart>,
}

impl Reader<'_> {
    pub(super) fn assemble(&mut self, pieces: Vec<Piece>, depth: usize) -> Result<Template, Reported> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut parts = Vec::new();
        let mut pieces = pieces.into_iter().peekable();
        while let Some(piece) = pieces.next() {
            let depth = depth + 1 + frames.len();
            match piece {
                Piece::Literal { mut range, mut text } => {
                    while let Some(Piece::Literal {
                        range: next,
                        text: following,
                    }) = pieces.next_if(|piece| matches!(piece, Piece::Literal { .. }))
                    {
                        range.end = next.end;
                        text.push_str(&following);
                    }
                    // Even if `~` strips all of the text, it makes the template a string.
                    parts.push(self.literal_part(range, &text));
                }
                Piece::Sequence(sequence) if sequence.is_directive => {
                    self.directive(&sequence, &mut frames, &mut parts, depth)?;
                }
                Piece::Sequence(sequence) => {
                    let expression = self.expression(sequence.inner, depth)?;
                    parts.push(TemplatePart::Interpolation(expression));
                }
            }
        }
        if let Some(frame) = frames.pop() {
            let end = match frame.directive {
                OpenDirective::If { .. } => "endif",
                OpenDirective::For { .. } => "endfor",
            };
            let help = format!("close it with `%{{ {end} }}`");
            return Err(self.report(
                frame.opened,
                format!("the directive has no matching `{end}`"),
                &help,
            ));
        }
        Ok(Template { parts })
    }

    fn directive(
        &mut self,
        sequence: &Sequence,
        frames: &mut Vec<Frame>,
        parts: &mut Vec<TemplatePart>,
        depth: usize,
    ) -> Result<(), Reported> {
        if depth >= MAX_DEPTH {
            return Err(self.too_deep(sequence.range.clone()));
        }
        let inner = sequence.inner.clone();
        let start = Scanner::new(self.input.text, inner.end).trivia(inner.start, true);
        let text = self.input.text.get(..inner.end).unwrap_or_default();
        let word_end = scan::identifier(text, start).unwrap_or(start);
        let word = self.input.slice(start..word_end);
        let rest = word_end..inner.end;
        let open = match word {
            "if" => OpenDirective::If {
                condition: self.expression(rest, depth)?,
                yes: None,
            },
            "for" => self.for_directive(rest, depth)?,
            "else" | "endif" | "endfor" => return self.closing(sequence, word, rest, frames, parts),
            _ => {
                let help = "the directives are `if`, `else`, `endif`, `for` and `endfor`; a literal `%{` is written `%%{`";
                return Err(self.report(sequence.range.clone(), "unknown template directive", help));
            }
        };
        frames.push(Frame {
            directive: open,
            opened: sequence.range.clone(),
            outer: std::mem::take(parts),
        });
        Ok(())
    }

    /// Handles `else`, `endif` and `endfor`, which have to match the innermost open directive.
    fn closing(
        &mut self,
        sequence: &Sequence,
        word: &str,
        rest: Range<usize>,
        frames: &mut Vec<Frame>,
        parts: &mut Vec<TemplatePart>,
    ) -> Result<(), Reported> {
        if Scanner::new(self.input.text, rest.end).trivia(rest.start, true) < rest.end {
            let help = format!("write `%{{ {word} }}`");
            return Err(self.report(rest, format!("`{word}` takes no expression"), &help));
        }
        let innermost = frames.last_mut().map(|frame| &mut frame.directive);
        match (word, innermost) {
            ("else", Some(OpenDirective::If { yes: yes @ None, .. })) => {
                let parts = std::mem::take(parts);
                *yes = Some(Template { parts });
                return Ok(());
            }
            ("endif", Some(OpenDirective::If { .. })) | ("endfor", Some(OpenDirective::For { .. })) => {}
            _ => {
                let help = "directives close in the order in which they were opened";
                return Err(self.report(sequence.range.clone(), format!("unmatched `{word}`"), help));
            }
        }
        if let Some(Frame {
            directive,
            opened,
            outer,
        }) = frames.pop()
        {
            let body = Template {
                parts: std::mem::replace(parts, outer),
            };
            let span = self.input.span(opened.start..sequence.range.end);
            parts.push(match directive {
                OpenDirective::If {
                    condition,
                    yes: Some(yes),
                } => TemplatePart::If {
                    condition,
                    yes,
                    no: body,
                    span,
                },
                OpenDirective::If { condition, yes: None } => {
                    let no = Template { parts: Vec::new() };
                    TemplatePart::If {
                        condition,
                        yes: body,
                        no,
                        span,
                    }
                }
                OpenDirective::For {
                    key_variable,
                    value_variable,
                    collection,
                } => TemplatePart::For {
                    key_variable,
                    value_variable,
                    collection,
                    body,
                    span,
                },
            });
        }
        Ok(())
    }

    /// Parses `k, v in collection`, after the word `for`.
    fn for_directive(&mut self, range: Range<usize>, depth: usize) -> Result<OpenDirective, Reported> {
        let mut words = Vec::new();
        let mut has_comma = false;
        let mut at = range.start;
        loop {
            at = Scanner::new(self.input.text, range.end).trivia(at, true);
            let text = self.input.text.get(..range.end).unwrap_or_default();
            match scan::identifier(text, at) {
                Some(end)
                    if words.len() == 1 + usize::from(has_comma) && self.input.slice(at..end) == "in" =>
                {
                    at = end;
                    break;
                }
                Some(end) if words.len() <= usize::from(has_comma) => {
                    words.push(self.name_at(at..end));
                    at = end;
                }
                None if words.len() == 1 && !has_comma && self.input.slice(at..at + 1) == "," => {
                    has_comma = true;
                    at += 1;
                }
                _ => {
                    let help = "write `%{ for value in list }` or `%{ for key, value in map }`";
                    return Err(self.report(range, "the `for` directive is not complete", help));
                }
            }
        }
        let collection = self.expression(at..range.end, depth)?;
        let value_variable = words.pop();
        let Some(value_variable) = value_variable else {
            return Err(Reported);
        };
        Ok(OpenDirective::For {
            key_variable: words.pop(),
            value_variable,
            collection,
        })
    }
}
