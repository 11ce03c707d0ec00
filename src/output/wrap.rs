//! Breaks lines at spaces, so that no terminal breaks them inside of a word.

use super::style::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A line that is broken at spaces where it would be longer than `width`. The lines after the first begin with `indent`.
/// Escape sequences take no columns.
#[must_use]
pub(super) fn wrap(line: &str, width: usize, indent: &str) -> String {
    let mut wrapped = String::with_capacity(line.len());
    let mut columns = 0;
    // Where the last space is: in `wrapped`, and in columns.
    let mut space: Option<(usize, usize)> = None;
    let mut has_text = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = escape_length(rest) {
            let (sequence, after) = rest.split_at(length);
            wrapped.push_str(sequence);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c == ' ' {
            if has_text && !begins_command(rest) && !is_list_marker(&wrapped) {
                space = Some((wrapped.len(), columns));
            }
        } else {
            has_text = true;
            let after = columns + c.width().unwrap_or_default();
            if after > width
                && let Some((at, column)) = space.take()
            {
                // Of several spaces, none is left at the end of the line.
                let end = wrapped[..at].trim_end_matches(' ').len();
                wrapped.replace_range(end..=at, &format!("\n{indent}"));
                columns = indent.width() + (columns - column - 1);
            }
        }
        columns += c.width().unwrap_or_default();
        wrapped.push(c);
    }
    wrapped
}

/// Whether a line has nothing but the mark or the number of an item so far.
fn is_list_marker(line: &str) -> bool {
    let word = line.trim_start();
    let number = word.strip_suffix('.').unwrap_or_default();
    matches!(word, "-" | "+" | "*")
        || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a line that begins with a text would be a command for a CI system, which takes no notice of spaces before it.
fn begins_command(text: &str) -> bool {
    text.starts_with("::") || text.starts_with("##")
}

/// A line that is broken at spaces where it would be longer than its reader has columns.
#[must_use]
pub(super) fn wrap_for(line: &str, indent: &str, style: Style) -> String {
    match style.columns() {
        Some(columns) => wrap(line, columns, indent),
        None => line.to_owned(),
    }
}

/// The columns of a text, in which escape sequences take none.
#[must_use]
pub(super) fn columns(text: &str) -> usize {
    let mut columns = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = escape_length(rest).unwrap_or_else(|| {
            columns += c.width().unwrap_or_default();
            c.len_utf8()
        });
        rest = &rest[length..];
    }
    columns
}

/// The length of the escape sequence at the start of a text: of a color, or of the start or the end of a link.
pub(super) fn escape_length(text: &str) -> Option<usize> {
    let sequence = text.strip_prefix('\u{1b}')?;
    let length = match sequence.as_bytes().first()? {
        b'[' => sequence.find('m')? + 1,
        b']' => sequence.find("\u{1b}\\")? + 2,
        _ => return None,
    };
    Some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_only() {
        assert_eq!(wrap("one two three", 8, "  "), "one two\n  three");
        assert_eq!(wrap("averylongword two", 5, "  "), "averylongword\n  two");
        assert_eq!(wrap("  one two", 5, "  "), "  one\n  two");
        assert_eq!(wrap("fits", 4, ""), "fits");
        assert_eq!(wrap("a b c d", 3, ""), "a b\nc d");
        assert_eq!(wrap("one  two", 5, ""), "one\ntwo");
        assert_eq!(wrap(" 12. averylongword", 8, ""), " 12. averylongword");
        assert_eq!(wrap("- one two", 5, "  "), "- one\n  two");
        assert_eq!(wrap("one two ::error::x", 8, ""), "one\ntwo ::error::x");
        assert_eq!(wrap("one two ##[error]x", 8, ""), "one\ntwo ##[error]x");
    }

    #[test]
    fn escape_sequences_take_no_columns() {
        let line = "\u{1b}[31mone\u{1b}[0m \u{1b}]8;;https://example.com\u{1b}\\two\u{1b}]8;;\u{1b}\\ three";
        assert_eq!(columns(line), 13);
        assert_eq!(wrap(line, 8, "").matches('\n').count(), 1);
        assert!(wrap(line, 8, "").ends_with("\nthree"));
    }
}
