//! The text of scalars: quoted, plain and in blocks.

use super::cursor::{Cursor, YamlResult, error_at, is_blank, is_break};

/// White space between two parts of a scalar that is not in a block. A line break is a space, and each further one is a
/// line break.
#[derive(Default)]
struct Gap {
    /// Spaces and tabs, if there is no line break.
    blanks: String,
    first_break: Option<char>,
    further_breaks: String,
}

impl Gap {
    /// Reads white space. Spaces and tabs before and after line breaks are dropped.
    fn read(&mut self, cursor: &mut Cursor<'_>) {
        while let Some(c) = cursor.peek() {
            if is_blank(c) {
                cursor.take();
                if self.first_break.is_none() {
                    self.blanks.push(c);
                }
            } else if let Some(line_break) = cursor.take_break() {
                self.push_break(line_break);
            } else {
                return;
            }
        }
    }

    fn push_break(&mut self, line_break: char) {
        if self.first_break.is_some() {
            self.further_breaks.push(line_break);
        } else {
            self.first_break = Some(line_break);
            self.blanks.clear();
        }
    }

    /// Appends what the white space means.
    fn fold_into(self, text: &mut String) {
        match self.first_break {
            None => text.push_str(&self.blanks),
            Some('\n') if self.further_breaks.is_empty() => text.push(' '),
            Some('\n') => text.push_str(&self.further_breaks),
            Some(line_break) => {
                text.push(line_break);
                text.push_str(&self.further_breaks);
            }
        }
    }
}

/// A scalar in single or double quotes.
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> YamlResult<String> {
    let start = cursor.mark;
    let quote = cursor.take().unwrap_or('"');
    let mut text = String::new();
    loop {
        if cursor.is_document_indicator("---") || cursor.is_document_indicator("...") {
            return error_at(start, "found unexpected document indicator");
        }
        let mut has_escaped_break = false;
        while let Some(c) = cursor.peek().filter(|c| !is_blank(*c) && !is_break(*c)) {
            match c {
                '\'' if quote == '\'' && cursor.peek_second() == Some('\'') => {
                    cursor.skip(2);
                    text.push('\'');
                }
                _ if c == quote => {
                    cursor.take();
                    return Ok(text);
                }
                '\\' if quote == '"' => {
                    if cursor.peek_second().is_some_and(is_break) {
                        cursor.take();
                        cursor.take_break();
                        has_escaped_break = true;
                        break;
                    }
                    let Some(character) = escaped(cursor) else {
                        return error_at(start, "found unknown escape character");
                    };
                    text.push(character);
                }
                _ => {
                    text.push(c);
                    cursor.take();
                }
            }
        }
        if cursor.peek().is_none() {
            return error_at(start, "found unexpected end of stream");
        }
        if has_escaped_break {
            let mut breaks = Gap::default();
            breaks.read(cursor);
            // The escaped line break is not a space, and a line break after it counts.
            if let Some(first) = breaks.first_break {
                text.push(first);
            }
            text.push_str(&breaks.further_breaks);
            continue;
        }
        let mut gap = Gap::default();
        gap.read(cursor);
        gap.fold_into(&mut text);
    }
}

/// The character of an escape sequence, which is taken; `None` if there is no such sequence.
fn escaped(cursor: &mut Cursor<'_>) -> Option<char> {
    let code_length = match cursor.peek_second()? {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other => {
            let character = match other {
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'e' => '\u{1b}',
                ' ' | '"' | '\'' | '\\' => other,
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                _ => return None,
            };
            cursor.skip(2);
            return Some(character);
        }
    };
    let digits = cursor.rest.get(2..2 + code_length)?;
    let code = digits
        .bytes()
        .all(|digit| digit.is_ascii_hexdigit())
        .then_some(digits)?;
    let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32)?;
    cursor.skip(2 + code_length);
    Some(character)
}

/// A scalar without quotes, and whether it ends after a line break.
pub(super) fn plain(
    cursor: &mut Cursor<'_>,
    indent: Option<usize>,
    is_flow: bool,
) -> YamlResult<(String, bool)> {
    let start = cursor.mark;
    let first_column = indent.map_or(0, |indent| indent + 1);
    let mut text = String::new();
    let mut gap = Gap::default();
    loop {
        if cursor.is_document_indicator("---") || cursor.is_document_indicator("...") || cursor.is_at('#') {
            break;
        }
        while let Some(c) = cursor.peek().filter(|c| !is_blank(*c) && !is_break(*c)) {
            let is_colon = c == ':' && cursor.peek_second().is_none_or(|c| is_blank(c) || is_break(c));
            if is_colon || is_flow && matches!(c, ',' | '?' | '[' | ']' | '{' | '}') {
                break;
            }
            std::mem::take(&mut gap).fold_into(&mut text);
            text.push(c);
            cursor.take();
        }
        if !cursor.peek().is_some_and(|c| is_blank(c) || is_break(c)) {
            break;
        }
        while let Some(c) = cursor.peek() {
            if is_blank(c) {
                if gap.first_break.is_some() && c == '\t' && cursor.mark.column < first_column {
                    return error_at(start, "found a tab character that violates indentation");
                }
                cursor.take();
                if gap.first_break.is_none() {
                    gap.blanks.push(c);
                }
            } else if let Some(line_break) = cursor.take_break() {
                gap.push_break(line_break);
            } else {
                break;
            }
        }
        if !is_flow && cursor.mark.column < first_column {
            break;
        }
    }
    Ok((text, gap.first_break.is_some()))
}

/// What happens to the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

/// A scalar after `|` or `>`, in lines of its own.
pub(super) fn block(cursor: &mut Cursor<'_>, outer: Option<usize>) -> YamlResult<String> {
    let start = cursor.mark;
    let is_literal = cursor.is_at('|');
    cursor.take();
    let mut chomping = None;
    let mut increment = None;
    while let Some(c) = cursor.peek() {
        match c {
            '+' if chomping.is_none() => chomping = Some(Chomping::Keep),
            '-' if chomping.is_none() => chomping = Some(Chomping::Strip),
            '0' if increment.is_none() => {
                return error_at(start, "found an indentation indicator equal to 0");
            }
            '1'..='9' if increment.is_none() => {
                increment = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
            }
            _ => break,
        }
        cursor.take();
    }
    cursor.skip_while(is_blank);
    cursor.skip_comment();
    if !cursor.is_break_or_end() {
        return error_at(start, "did not find expected comment or line break");
    }
    cursor.take_break();
    let mut indent = increment.map(|increment| outer.unwrap_or(0) + increment);
    let (mut text, mut line_break) = (String::new(), None);
    let mut breaks = String::new();
    let first_column = *indent.insert(leading_breaks(cursor, indent, outer, &mut breaks)?);
    let mut was_blank = false;
    while cursor.mark.column == first_column && cursor.peek().is_some() {
        let is_blank_line = cursor.peek().is_some_and(is_blank);
        if !is_literal && !was_blank && !is_blank_line && line_break == Some('\n') {
            if breaks.is_empty() {
                text.push(' ');
            }
        } else {
            text.extend(line_break);
        }
        text.push_str(&breaks);
        breaks.clear();
        was_blank = is_blank_line;
        cursor.take_while(&mut text, |c| !is_break(c));
        line_break = cursor.take_break();
        leading_breaks(cursor, indent, outer, &mut breaks)?;
    }
    let chomping = chomping.unwrap_or(Chomping::Clip);
    if chomping != Chomping::Strip {
        text.extend(line_break);
    }
    if chomping == Chomping::Keep {
        text.push_str(&breaks);
    }
    Ok(text)
}

/// Reads the indentation of a line and empty lines before it. Gives the indentation of the scalar: that of its first line
/// if it is not known.
fn leading_breaks(
    cursor: &mut Cursor<'_>,
    indent: Option<usize>,
    outer: Option<usize>,
    breaks: &mut String,
) -> YamlResult<usize> {
    let mut widest = 0;
    loop {
        while indent.is_none_or(|indent| cursor.mark.column < indent) && cursor.is_at(' ') {
            cursor.take();
        }
        widest = widest.max(cursor.mark.column);
        if indent.is_none_or(|indent| cursor.mark.column < indent) && cursor.is_at('\t') {
            return cursor.error("found a tab character where an indentation space is expected");
        }
        match cursor.take_break() {
            Some(line_break) => breaks.push(line_break),
            None => break,
        }
    }
    Ok(indent.unwrap_or_else(|| widest.max(outer.map_or(1, |outer| outer + 1)).max(1)))
}
