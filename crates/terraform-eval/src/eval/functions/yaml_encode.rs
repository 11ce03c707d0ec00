//! `yamlencode`, with the words and the line breaks of Terraform's YAML writer.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::cty::{Type, Value, ValueRef};

use super::definition::{Call, Function, Parameter, Want};
use super::support::{Answer, function, string};

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[Function {
    never_null: false,
    ..function(
        "yamlencode",
        &[Parameter::of("value", Want::Any).null().dynamic()],
        string,
        |call, arguments| encode(call, arguments).into(),
    )
}];

/// A quoted line is broken at the first space behind this column.
const WIDTH: usize = 80;

/// A longer key is written with a question mark before it.
const MAX_KEY: usize = 128;

fn encode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let Some(value) = arguments.first() else {
        return Err("there is no argument".into());
    };
    if !value.is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    let mut writer = Writer {
        out: String::new(),
        column: 0,
    };
    writer.node(value, 0, Place::Document);
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    // Plain text alone could go on.
    if matches!(
        value.view(),
        ValueRef::Null | ValueRef::Bool(_) | ValueRef::Number(_)
    ) {
        writer.out.push_str("...\n");
    }
    call.spend_bytes(writer.out.len().saturating_mul(2))?;
    Ok(Value::string(writer.out))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Alone.
    Document,
    /// Behind the `-` of a sequence.
    Item,
    /// Behind the `:` of a mapping, or behind a `?`.
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

    /// Writes a value behind what is there; lines of it that follow stand at `indent`.
    fn node(&mut self, value: &Value, indent: usize, place: Place) {
        match value.view() {
            ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
                self.sequence(items, indent, place)
            }
            ValueRef::Map(items) | ValueRef::Object(items) => self.mapping(items, indent, place),
            _ => {
                if place != Place::Document {
                    self.write(" ");
                }
                self.scalar(value, indent);
            }
        }
    }

    fn scalar(&mut self, value: &Value, indent: usize) {
        match value.view() {
            ValueRef::Bool(value) => self.write(if value { "true" } else { "false" }),
            ValueRef::Number(number) => self.write(&number.to_string()),
            ValueRef::String(text) if text.contains('\n') && may_be_block(text) => self.literal(text, indent),
            ValueRef::String(text) => self.quoted(text, indent, true),
            _ => self.write("null"),
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, place: Place) {
        if items.is_empty() {
            self.write(if place == Place::Document { "[]" } else { " []" });
            return;
        }
        for (position, item) in items.iter().enumerate() {
            if position == 0 && place == Place::Item {
                self.write(" ");
            } else {
                self.new_line(indent);
            }
            self.write("-");
            self.node(item, indent + 2, Place::Item);
        }
    }

    fn mapping(&mut self, items: &BTreeMap<Arc<str>, Value>, indent: usize, place: Place) {
        if items.is_empty() {
            self.write(if place == Place::Document { "{}" } else { " {}" });
            return;
        }
        for (position, (key, value)) in items.iter().enumerate() {
            if position == 0 && place == Place::Item {
                self.write(" ");
            } else {
                self.new_line(indent);
            }
            // A sequence in a mapping is not indented.
            let sequence = matches!(
                value.view(),
                ValueRef::List(_) | ValueRef::Set(_) | ValueRef::Tuple(_)
            );
            if key.contains(is_break) || key.len() > MAX_KEY {
                self.write("? ");
                if key.contains('\n') && may_be_block(key) {
                    self.literal(key, indent + 2);
                } else {
                    self.quoted(key, indent + 2, true);
                }
                self.new_line(indent);
                self.write(":");
                self.node(value, indent + 2, Place::Item);
                continue;
            }
            self.quoted(key, indent, false);
            self.write(":");
            self.node(value, if sequence { indent } else { indent + 2 }, Place::Entry);
        }
    }

    fn quoted(&mut self, text: &str, indent: usize, may_break: bool) {
        self.write("\"");
        let mut after_space = false;
        let mut letters = text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if letter == ' ' {
                let inside = at > 0 && letters.peek().is_some();
                if may_break && !after_space && self.column > WIDTH && inside {
                    self.new_line(indent.max(2));
                    if letters.peek().is_some_and(|&(_, next)| next == ' ') {
                        self.write("\\");
                    }
                } else {
                    self.write(" ");
                }
                after_space = true;
                continue;
            }
            after_space = false;
            match escape(letter) {
                Some(escaped) => self.write(&escaped),
                None => {
                    let mut buffer = [0; 4];
                    self.write(letter.encode_utf8(&mut buffer));
                }
            }
        }
        self.write("\"");
    }

    /// Lines behind a `|`.
    fn literal(&mut self, text: &str, indent: usize) {
        self.write("|");
        if text.starts_with(|letter| letter == ' ' || is_break(letter)) {
            self.write("2");
        }
        let mut ends = text.chars().rev();
        let (last, before) = (ends.next().is_some_and(is_break), ends.next());
        if !last {
            self.write("-");
        } else if before.is_none_or(is_break) {
            self.write("+");
        }
        self.out.push('\n');
        let indent = indent.max(2);
        let mut at_start = true;
        for letter in text.chars() {
            if is_break(letter) {
                self.out.push(letter);
                at_start = true;
                continue;
            }
            if std::mem::take(&mut at_start) {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push(letter);
        }
        self.column = 0;
    }
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What stands in a text as itself.
fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && letter != '\u{feff}'
}

/// Whether lines can show the text: nothing to be escaped, no space where nobody would see it.
fn may_be_block(text: &str) -> bool {
    let mut before = 'x';
    for letter in text.chars() {
        if !is_printable(letter) || is_break(letter) && before == ' ' {
            return false;
        }
        before = letter;
    }
    !text.ends_with(' ')
}

fn escape(letter: char) -> Option<String> {
    let short = match letter {
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
        _ if is_printable(letter) => return None,
        _ => "",
    };
    if !short.is_empty() {
        return Some(short.to_owned());
    }
    let mut out = String::new();
    let code = u32::from(letter);
    // Writing to a string cannot fail.
    let _ = match code {
        0..=0xff => write!(out, "\\x{code:02X}"),
        0x100..=0xffff => write!(out, "\\u{code:04X}"),
        _ => write!(out, "\\U{code:08X}"),
    };
    Some(out)
}
