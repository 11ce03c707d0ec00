//! Lays out a rendered finding for the columns of a terminal. Excerpts are cropped before, so only words are broken here:
//! those of the header, of the labels below the excerpts, and of the notes.

use crate::output::style::Style;
use crate::output::wrap::{columns, escape_length, wrap};

/// The characters of the border on the left and of the lines that connect labels.
const DRAWN: &str = "│|┌─╭╰╯╮·.,:'`-^~ ";

/// The fewest columns in which the words of a label are readable.
const MIN_LABEL: usize = 16;

/// A finding in which no line is longer than the reader has columns, as far as its words allow that.
pub(super) fn lay_out(text: &str, style: Style) -> String {
    let Some(width) = style.columns() else {
        return text.to_owned();
    };
    let mut laid_out = String::with_capacity(text.len());
    for line in text.lines() {
        if columns(line) <= width {
            laid_out.push_str(line);
        } else {
            laid_out.push_str(&lay_out_line(line, width));
        }
        laid_out.push('\n');
    }
    laid_out
}

fn lay_out_line(line: &str, width: usize) -> String {
    let plain = without_escapes(line);
    let content = plain.trim_start();
    if let Some(note) = content.strip_prefix("= ") {
        // A note continues below its first word.
        let indent = plain.len() - note.len();
        return wrap(line, width, &" ".repeat(indent));
    }
    let is_border = content.starts_with(['│', '|', '·', '.']);
    if is_border {
        return lay_out_label(line, &plain, width);
    }
    if content.starts_with(|c: char| c.is_ascii_digit()) || content.starts_with(['┌', '-']) {
        // An excerpt, which is cropped, and a path, which has no spaces to break it at.
        return line.to_owned();
    }
    wrap(line, width, "  ")
}

/// The line below an excerpt: carets or the end of a connecting line, and the words of a label after them.
fn lay_out_label(line: &str, plain: &str, width: usize) -> String {
    let drawn: String = plain.chars().take_while(|c| DRAWN.contains(*c)).collect();
    let start = columns(&drawn);
    // The border and the lines of other labels go on; what points at the text is there once.
    let continued = |drawn: &str| -> String {
        let kept = drawn
            .chars()
            .map(|c| if matches!(c, '│' | '|') { c } else { ' ' });
        kept.collect()
    };
    if width.saturating_sub(start) >= MIN_LABEL {
        return wrap(line, width, &continued(&drawn));
    }
    // There is no room beside the carets: the words go below them, next to the border.
    let border: String = drawn
        .split_inclusive(['│', '|', '·', '.'])
        .next()
        .map(|border| format!("{border} "))
        .unwrap_or_default();
    let (above, words) = split_after_columns(line, start);
    let words = wrap(&format!("{border}{words}"), width, &continued(&border));
    format!("{}\n{words}", above.trim_end())
}

/// A line in two parts, of which the first has this many columns.
fn split_after_columns(line: &str, count: usize) -> (&str, &str) {
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let length = escape_length(&line[at..]).unwrap_or_else(|| c.len_utf8());
        if columns(&line[..at + length]) > count {
            break;
        }
        at += length;
    }
    line.split_at(at)
}

fn without_escapes(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let length = escape_length(rest).unwrap_or_else(|| {
            plain.push(c);
            c.len_utf8()
        });
        rest = &rest[length..];
    }
    plain
}
