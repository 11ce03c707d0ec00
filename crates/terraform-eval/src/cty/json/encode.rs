//! Values to JSON, as with Terraform's `jsonencode`.

use std::fmt::{self, Write as _};

use crate::cty::value::{Value, ValueRef};

/// A value that has no JSON form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeError {
    /// A part of the value is unknown.
    Unknown,
    /// A part of the value is infinite.
    Infinite,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "value is not known",
            Self::Infinite => "cannot serialize infinity as JSON",
        })
    }
}

impl std::error::Error for EncodeError {}

/// The value as JSON without white space, with sorted keys. Marks are ignored.
pub fn to_json(value: &Value) -> Result<String, EncodeError> {
    let mut out = String::new();
    encode(value, &mut out)?;
    Ok(out)
}

fn encode(value: &Value, out: &mut String) -> Result<(), EncodeError> {
    match value.view() {
        ValueRef::Unknown(_) => return Err(EncodeError::Unknown),
        ValueRef::Null => out.push_str("null"),
        ValueRef::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        ValueRef::Number(number) if number.is_infinite() => return Err(EncodeError::Infinite),
        ValueRef::Number(number) => out.push_str(&number.to_string()),
        ValueRef::String(text) => write_string(text, out),
        ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                encode(item, out)?;
            }
            out.push(']');
        }
        ValueRef::Map(items) | ValueRef::Object(items) => {
            out.push('{');
            for (position, (key, item)) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                encode(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// A string with the escapes of Go's `encoding/json`, which also escapes for HTML and JavaScript.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::{Number, Type};

    #[test]
    fn strings_are_escaped_as_go_escapes_them() {
        let value = Value::string("<>&\u{2028}\u{1}\n\t\"\\\u{8}\u{c}/é\u{7f}");
        assert_eq!(
            to_json(&value).as_deref(),
            Ok("\"\\u003c\\u003e\\u0026\\u2028\\u0001\\n\\t\\\"\\\\\\b\\f/é\u{7f}\"")
        );
    }

    #[test]
    fn unknown_and_infinite_values_are_errors() {
        let value = Value::tuple(vec![Value::unknown(Type::String)]);
        assert_eq!(to_json(&value), Err(EncodeError::Unknown));
        let infinite = Value::number(Number::parse("inf").expect("a number"));
        assert_eq!(to_json(&infinite), Err(EncodeError::Infinite));
    }
}
