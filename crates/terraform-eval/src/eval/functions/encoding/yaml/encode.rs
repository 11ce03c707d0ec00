//! `yamlencode`, with the quoting and the line breaks of Terraform's YAML writer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::cty::{Type, Value, ValueRef};
use crate::eval::functions::args::Args;
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::host::Call;

/// The writer breaks a quoted line at the first space after this column.
const MAX_LINE_WIDTH: usize = 80;

/// The writer uses the `? key` form for longer keys.
const MAX_SIMPLE_KEY: usize = 128;

pub(super) fn yaml_encode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let value = args.value(0);
    if !value.is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    let mut writer = Writer {
        out: String::new(),
        column: 0,
    };
    writer.write_node(value, 0, Position::Document);
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    // Only a plain scalar needs an end marker.
    if matches!(
        value.view(),
        ValueRef::Null | ValueRef::Bool(_) | ValueRef::Number(_)
    ) {
        writer.out.push_str("...\n");
    }
    call.charge_bytes(writer.out.len().saturating_mul(2))?;
    Ok(Value::string(writer.out))
}

/// Where a node is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Document,
    /// After the `-` of a sequence.
    Item,
    /// After the `:` of a mapping, or after a `?`.
    Entry,
}

struct Writer {
    out: String,
    /// In characters.
    column: usize,
}

impl Writer {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Writes a value; its further lines start at `indent`.
    fn write_node(&mut self, value: &Value, indent: usize, position: Position) {
        match value.view() {
            ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
                self.write_sequence(items, indent, position);
            }
            ValueRef::Map(items) | ValueRef::Object(items) => self.write_mapping(items, indent, position),
            _ => {
                if position != Position::Document {
                    self.write(" ");
                }
                self.write_scalar(value, indent);
            }
        }
    }

    fn write_scalar(&mut self, value: &Value, indent: usize) {
        match value.view() {
            ValueRef::Bool(value) => self.write(if value { "true" } else { "false" }),
            ValueRef::Number(number) => self.write(&number.to_string()),
            ValueRef::String(text) if text.contains('\n') && may_be_block(text) => {
                self.write_block(text, indent);
            }
            ValueRef::String(text) => self.write_quoted(text, indent, true),
            _ => self.write("null"),
        }
    }

    fn write_sequence(&mut self, items: &[Value], indent: usize, position: Position) {
        if items.is_empty() {
            self.write(if position == Position::Document {
                "[]"
            } else {
                " []"
            });
            return;
        }
        for (index, item) in items.iter().enumerate() {
            if index == 0 && position == Position::Item {
                self.write(" ");
            } else {
                self.new_line(indent);
            }
            self.write("-");
            self.write_node(item, indent + 2, Position::Item);
        }
    }

    fn write_mapping(&mut self, items: &BTreeMap<Arc<str>, Value>, indent: usize, position: Position) {
        if items.is_empty() {
            self.write(if position == Position::Document {
                "{}"
            } else {
                " {}"
            });
            return;
        }
        for (index, (key, value)) in items.iter().enumerate() {
            if index == 0 && position == Position::Item {
                self.write(" ");
            } else {
                self.new_line(indent);
            }
            // A sequence in a mapping is not indented.
            let is_sequence = matches!(
                value.view(),
                ValueRef::List(_) | ValueRef::Set(_) | ValueRef::Tuple(_)
            );
            if key.contains(is_break) || key.len() > MAX_SIMPLE_KEY {
                self.write("? ");
                if key.contains('\n') && may_be_block(key) {
                    self.write_block(key, indent + 2);
                } else {
                    self.write_quoted(key, indent + 2, true);
                }
                self.new_line(indent);
                self.write(":");
                self.write_node(value, indent + 2, Position::Item);
                continue;
            }
            self.write_quoted(key, indent, false);
            self.write(":");
            self.write_node(
                value,
                if is_sequence { indent } else { indent + 2 },
                Position::Entry,
            );
        }
    }

    fn write_quoted(&mut self, text: &str, indent: usize, may_break: bool) {
        self.write("\"");
        let mut is_after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if character == ' ' {
                let is_inside = at > 0 && characters.peek().is_some();
                if may_break && !is_after_space && self.column > MAX_LINE_WIDTH && is_inside {
                    self.new_line(indent.max(2));
                    if characters.peek().is_some_and(|&(_, next)| next == ' ') {
                        self.write("\\");
                    }
                } else {
                    self.write(" ");
                }
                is_after_space = true;
                continue;
            }
            is_after_space = false;
            match escape(character) {
                Some(escaped) => self.write(&escaped),
                None => {
                    let mut buffer = [0; 4];
                    self.write(character.encode_utf8(&mut buffer));
                }
            }
        }
        self.write("\"");
    }

    /// Writes a block scalar, `|`.
    fn write_block(&mut self, text: &str, indent: usize) {
        self.write("|");
        if text.starts_with(|character| character == ' ' || is_break(character)) {
            self.write("2");
        }
        let mut ends = text.chars().rev();
        let (ends_with_break, before) = (ends.next().is_some_and(is_break), ends.next());
        if !ends_with_break {
            self.write("-");
        } else if before.is_none_or(is_break) {
            self.write("+");
        }
        self.out.push('\n');
        let indent = indent.max(2);
        let mut is_line_start = true;
        for character in text.chars() {
            if is_break(character) {
                self.out.push(character);
                is_line_start = true;
                continue;
            }
            if std::mem::take(&mut is_line_start) {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push(character);
        }
        self.column = 0;
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character needs no escape.
fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && character != '\u{feff}'
}

/// Whether a block scalar can represent the text: no escapes, no spaces at the end of a line.
fn may_be_block(text: &str) -> bool {
    let mut previous = 'x';
    for character in text.chars() {
        if !is_printable(character) || is_break(character) && previous == ' ' {
            return false;
        }
        previous = character;
    }
    !text.ends_with(' ')
}

fn escape(character: char) -> Option<String> {
    let short = match character {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ if is_printable(character) => return None,
        _ => "",
    };
    if !short.is_empty() {
        return Some(short.to_owned());
    }
    let mut out = String::new();
    let code = u32::from(character);
    // Writing to a string cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02X}"),
        0x100..=0xffff => write!(out, "\\u{code:04X}"),
        _ => write!(out, "\\U{code:08X}"),
    };
    Some(out)
}
