//! Values as source text in the form of `terraform fmt`, as the package `hclwrite` writes them.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use crate::cty::{Value, ValueRef, grapheme_indices, is_printable};
use crate::stack;
use crate::syntax::is_identifier;

/// The source text of a value that is wholly known.
pub(super) fn expression(value: &Value) -> SourceText {
    stack::with_depth(usize::from(value.depth()), || {
        let mut writer = Writer::default();
        writer.value(value);
        writer.finished()
    })
}

/// The lines of a `.tfvars` file with values that are wholly known.
pub(super) fn assignments(values: &BTreeMap<Arc<str>, Value>) -> SourceText {
    let depth = values.values().map(Value::depth).max().unwrap_or_default();
    stack::with_depth(usize::from(depth), || {
        let mut writer = Writer::default();
        writer.assignments(values);
        writer.finished()
    })
}

/// Lines with their indentation and the place of their assignments. The text is only made when it is displayed, because
/// it can be much longer than the value.
#[derive(Debug)]
pub(super) struct SourceText {
    lines: Vec<Line>,
}

impl SourceText {
    /// The number of bytes.
    pub(super) fn len(&self) -> usize {
        let text: usize = self.lines.iter().map(Line::len).sum();
        (text + self.lines.len()).saturating_sub(1)
    }
}

impl fmt::Display for SourceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, line) in self.lines.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            line.fmt(f)?;
        }
        Ok(())
    }
}

/// One line.
#[derive(Debug, Default)]
struct Line {
    text: String,
    /// The number of columns of the text, or of the name before `=`.
    columns: usize,
    /// Where the text has `=`, if an argument is assigned.
    equals: Option<usize>,
    /// The brackets that open, without those that close.
    brackets: isize,
    /// The brackets before `=`; those after it must close if assignments are to be aligned.
    brackets_before: isize,
    /// The spaces at the beginning.
    indent: usize,
    /// The spaces before `=`.
    gap: usize,
}

impl Line {
    fn len(&self) -> usize {
        if self.text.is_empty() {
            0
        } else {
            self.indent + self.text.len() + self.gap
        }
    }

    /// Whether `=` is aligned with those of the lines around it: the whole value is on this line.
    fn is_aligned(&self) -> bool {
        self.equals.is_some() && self.brackets == self.brackets_before
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            return Ok(());
        }
        let (name, value) = self.text.split_at(self.equals.unwrap_or(self.text.len()));
        write!(f, "{:1$}{name}", "", self.indent)?;
        write!(f, "{:1$}{value}", "", self.gap)
    }
}

#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: Line,
}

impl Writer {
    fn assignments(&mut self, items: &BTreeMap<Arc<str>, Value>) {
        for (name, value) in items {
            if is_identifier(name) {
                self.push(name);
            } else {
                self.quoted(name);
            }
            self.line.equals = Some(self.line.text.len());
            self.line.brackets_before = self.line.brackets;
            self.line.text.push_str("= ");
            self.value(value);
            self.break_line();
        }
    }

    fn value(&mut self, value: &Value) {
        match value.view() {
            ValueRef::Null | ValueRef::Unknown(_) => self.push("null"),
            ValueRef::Bool(value) => self.push(if value { "true" } else { "false" }),
            ValueRef::Number(number) => self.push(&number.to_string()),
            ValueRef::String(text) => self.quoted(text),
            ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
                self.bracket("[", 1);
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        self.push(", ");
                    }
                    self.value(item);
                }
                self.bracket("]", -1);
            }
            ValueRef::Map(items) | ValueRef::Object(items) => {
                self.bracket("{", 1);
                if !items.is_empty() {
                    self.break_line();
                    self.assignments(items);
                }
                self.bracket("}", -1);
            }
        }
    }

    fn push(&mut self, text: &str) {
        if self.line.equals.is_none() {
            self.line.columns += grapheme_indices(text).count();
        }
        self.line.text.push_str(text);
    }

    fn bracket(&mut self, text: &str, change: isize) {
        self.push(text);
        self.line.brackets += change;
    }

    fn quoted(&mut self, text: &str) {
        self.push("\"");
        self.push(&escaped(text));
        self.push("\"");
    }

    fn break_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn finished(mut self) -> SourceText {
        self.break_line();
        indent(&mut self.lines);
        align(&mut self.lines);
        SourceText { lines: self.lines }
    }
}

/// Indents lines by the lines before them that open more brackets than they close.
fn indent(lines: &mut [Line]) {
    let mut open: Vec<isize> = Vec::new();
    for line in lines.iter_mut().filter(|line| !line.text.is_empty()) {
        if line.brackets > 0 {
            line.indent = 2 * open.len();
            open.push(line.brackets);
            continue;
        }
        let mut closed = -line.brackets;
        while closed > 0
            && let Some(last) = open.last_mut()
        {
            if closed < *last {
                *last -= closed;
                break;
            }
            closed -= *last;
            open.pop();
        }
        line.indent = 2 * open.len();
    }
}

/// Aligns the assignments of neighboring lines.
fn align(lines: &mut [Line]) {
    for line in &mut *lines {
        line.gap = usize::from(line.equals.is_some());
    }
    for chain in lines.chunk_by_mut(|line, next| line.is_aligned() && next.is_aligned()) {
        let width = chain.iter().map(|line| line.indent + line.columns).max();
        for line in chain.iter_mut().filter(|line| line.is_aligned()) {
            line.gap = width.unwrap_or_default() - line.indent - line.columns + 1;
        }
    }
}

/// The inside of a quoted string.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' | '\\' => out.extend(['\\', character]),
            '$' | '%' => {
                out.push(character);
                if rest.peek() == Some(&'{') {
                    out.push(character);
                }
            }
            _ if is_printable(character) => out.push(character),
            _ => {
                let code = u32::from(character);
                // Writing to a string cannot fail.
                let _ = if code < 0x1_0000 {
                    write!(out, "\\u{code:04x}")
                } else {
                    write!(out, "\\U{code:08x}")
                };
            }
        }
    }
    out
}
