//! The pieces of a template, assembled to a tree by matching the directives.

use std::ops::Range;

use super::{Piece, Sequence};
use crate::syntax::lex_error::MAX_DEPTH;
use crate::syntax::native::{Reader, Reported};
use crate::syntax::scan;
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
    pub(super) fn assemble(&mut self, pieces: Vec<Piece>) -> Result<Template, Reported> {
        let mut frames: Vec<Frame> = Vec::new();
        let mut parts = Vec::new();
        let mut pieces = pieces.into_iter().peekable();
        while let Some(piece) = pieces.next() {
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
                    self.directive(&sequence, &mut frames, &mut parts)?;
                }
                Piece::Sequence(sequence) => {
                    let expression = self.expression(sequence.inner)?;
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
    ) -> Result<(), Reported> {
        if frames.len() >= MAX_DEPTH {
            return Err(self.too_deep(self.input.span(sequence.range.clone())));
        }
        let inner = sequence.inner.clone();
        let start = scan::trivia(self.input.text, inner.clone());
        let text = self.input.text.get(..inner.end).unwrap_or_default();
        let word_end = scan::identifier(text, start).unwrap_or(start);
        let word = self.input.slice(start..word_end);
        let rest = word_end..inner.end;
        let open = match word {
            "if" => OpenDirective::If {
                condition: self.expression(rest)?,
                yes: None,
            },
            "for" => self.for_directive(rest)?,
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
        if !self.is_empty(rest.clone()) {
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
    fn for_directive(&mut self, range: Range<usize>) -> Result<OpenDirective, Reported> {
        let help = "write `%{ for value in list }` or `%{ for key, value in map }`";
        let names = self.for_names(range.clone(), "the `for` directive is not complete", help)?;
        Ok(OpenDirective::For {
            key_variable: names.key,
            value_variable: names.value,
            collection: self.expression(names.end..range.end)?,
        })
    }

    /// Parses `k, v in`. If something else is there, the message is reported.
    pub(in crate::syntax::native) fn for_names(
        &mut self,
        range: Range<usize>,
        message: &str,
        help: &str,
    ) -> Result<ForNames, Reported> {
        let mut key = None;
        let mut value = None;
        let mut at = range.start;
        loop {
            at = scan::trivia(self.input.text, at..range.end);
            let text = self.input.text.get(..range.end).unwrap_or_default();
            let end = scan::identifier(text, at);
            match (end, value.take()) {
                (Some(end), None) => {
                    value = Some(self.name_at(at..end));
                    at = end;
                }
                (Some(end), Some(value)) if self.input.slice(at..end) == "in" => {
                    return Ok(ForNames { key, value, end });
                }
                (Some(end), Some(_)) if self.input.slice(at..end).starts_with("in") => {
                    let help = "write a space after `in`";
                    return Err(self.report(at..at + 2, "`in` is not a keyword here", help));
                }
                (None, first @ Some(_)) if key.is_none() && self.input.slice(at..at + 1) == "," => {
                    key = first;
                    at += 1;
                }
                _ => return Err(self.report(range, message, help)),
            }
        }
    }
}

/// The names of a `for`.
pub(in crate::syntax::native) struct ForNames {
    pub(in crate::syntax::native) key: Option<Name>,
    pub(in crate::syntax::native) value: Name,
    /// The offset after the word `in`.
    pub(in crate::syntax::native) end: usize,
}
