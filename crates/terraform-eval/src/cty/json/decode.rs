//! JSON to values, as with Terraform's `jsondecode`, with the errors of Go's `encoding/json`.

use std::collections::BTreeMap;
use std::fmt;

use crate::cty::convert::convert;
use crate::cty::nfc::normalize;
use crate::cty::number::Number;
use crate::cty::quote::quoted;
use crate::cty::types::Type;
use crate::cty::value::{MAX_DEPTH, Value, ValueRef};

/// A text that is not valid JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// Terraform's message: `invalid character ']' looking for beginning of value`.
    pub message: String,
    /// The byte offset of the error.
    pub offset: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

/// What becomes of a key that an object has twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// The last value has to have the type of the ones before it.
    SameType,
    /// The values before the last one have to be convertible to its type.
    Convertible,
}

/// Parses one JSON value. Objects become objects, arrays become tuples, and null has the type `dynamic`. Of a key that
/// an object has twice, the last value counts.
pub fn from_json(text: &str, duplicates: Duplicates) -> Result<Value, DecodeError> {
    let mut reader = Reader {
        text,
        at: 0,
        duplicates,
    };
    let value = reader.value(0)?;
    // Terraform ignores a closing bracket after the value.
    match reader.peek() {
        None | Some(b']' | b'}') => Ok(value),
        Some(_) => Err(reader.error("extraneous data after JSON object")),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    duplicates: Duplicates,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> DecodeError {
        DecodeError {
            message: message.into(),
            offset: self.at,
        }
    }

    /// An error about the current byte, or about the end of the text.
    fn unexpected(&self, context: &str, at_end: &str) -> DecodeError {
        let Some(byte) = self.current() else {
            return self.error(at_end);
        };
        let shown = match char::from(byte) {
            '\'' => "\\'".to_owned(),
            '"' => "\"".to_owned(),
            other => {
                let character = quoted(&other.to_string());
                character[1..character.len() - 1].to_owned()
            }
        };
        self.error(format!("invalid character '{shown}'{context}"))
    }

    fn current(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.current(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.current()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let matches = self.peek() == Some(wanted);
        self.at += usize::from(matches);
        matches
    }

    fn value(&mut self, depth: u16) -> Result<Value, DecodeError> {
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => Err(self.error("exceeded max depth")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::string(self.string()?)),
            Some(b't') => self.literal("true", Value::bool(true)),
            Some(b'f') => self.literal("false", Value::bool(false)),
            Some(b'n') => self.literal("null", Value::null(Type::Dynamic)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected(" looking for beginning of value", "EOF")),
        }
    }

    fn array(&mut self, depth: u16) -> Result<Value, DecodeError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Ok(Value::tuple(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Ok(Value::tuple(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected(" after array element", "EOF"));
            }
        }
    }

    fn object(&mut self, depth: u16) -> Result<Value, DecodeError> {
        self.at += 1;
        let mut items = BTreeMap::new();
        let mut replaced = Vec::new();
        if self.take(b'}') {
            return Ok(Value::object(items));
        }
        let mut context = "";
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected(context, "EOF"));
            }
            let key = self.string()?;
            if !self.take(b':') {
                return Err(self.unexpected(" after object key", "EOF"));
            }
            let item = self.value(depth + 1)?;
            let name = normalize(&key);
            if *name != *key {
                // Only names with escape sequences get here. Terraform normalizes the name of the attribute and
                // then does not find it.
                return Err(self.error(format!("unsupported attribute {name:?}")));
            }
            let ty = item.ty().clone();
            if let Some(earlier) = items.insert(name.clone(), item)
                && *earlier.ty() != ty
            {
                if self.duplicates == Duplicates::SameType {
                    return Err(self.error(format!("duplicate {} property in JSON object", quoted(&name))));
                }
                replaced.push((name, earlier));
            }
            if self.take(b'}') {
                for (name, earlier) in replaced {
                    if items.get(&name).is_some_and(|last| !fits(&earlier, last.ty())) {
                        return Err(
                            self.error(format!("the values of {} have different types", quoted(&name)))
                        );
                    }
                }
                return Ok(Value::object(items));
            }
            if !self.take(b',') {
                return Err(self.unexpected(" after object key:value pair", "EOF"));
            }
            context = " looking for beginning of object key string";
        }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, DecodeError> {
        for expected in word.bytes() {
            if self.current() != Some(expected) {
                let context = format!(" in literal {word} (expecting '{}')", char::from(expected));
                return Err(self.unexpected(&context, "unexpected EOF"));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), DecodeError> {
        if !matches!(self.current(), Some(b'0'..=b'9')) {
            return Err(self.unexpected(context, "unexpected EOF"));
        }
        while matches!(self.current(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, DecodeError> {
        let start = self.at;
        if self.current() == Some(b'-') {
            self.at += 1;
        }
        if self.current() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits(" in numeric literal")?;
        }
        if self.current() == Some(b'.') {
            self.at += 1;
            self.digits(" after decimal point in numeric literal")?;
        }
        if matches!(self.current(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.current(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits(" in exponent of numeric literal")?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Number::parse(text)
            .map(Value::number)
            .map_err(|error| self.error(error.to_string()))
    }

    fn string(&mut self) -> Result<String, DecodeError> {
        const END: &str = "unexpected EOF";
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self
                .current()
                .is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
            {
                self.at += 1;
            }
            out.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.current() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => self.at += 1,
                _ => return Err(self.unexpected(" in string literal", END)),
            }
            let escaped = match self.current() {
                Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => {
                    self.at += 1;
                    out.push(self.escaped_character()?);
                    continue;
                }
                _ => return Err(self.unexpected(" in string escape code", END)),
            };
            self.at += 1;
            out.push(escaped);
        }
    }

    fn hex(&mut self) -> Result<u32, DecodeError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.current().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected(" in \\u hexadecimal character escape", "unexpected EOF"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    /// The character of `\uXXXX` or of a surrogate pair. A lone surrogate is a replacement character.
    fn escaped_character(&mut self) -> Result<char, DecodeError> {
        let high = self.hex()?;
        let rest = self.text.get(self.at..).unwrap_or_default();
        if (0xd800..0xdc00).contains(&high) && rest.starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

/// Whether JSON that gave a value can be read as a type. JSON of an unknown type is an object that names it.
fn fits(value: &Value, ty: &Type) -> bool {
    match (value.view(), ty) {
        (ValueRef::Null, _)
        | (ValueRef::Bool(_) | ValueRef::Number(_) | ValueRef::String(_), Type::String)
        | (ValueRef::Number(_), Type::Number)
        | (ValueRef::Bool(_), Type::Bool) => true,
        (ValueRef::String(_), Type::Number | Type::Bool) => convert(value, ty).is_ok(),
        (ValueRef::Tuple(items), Type::Tuple(types)) => {
            items.len() == types.len() && items.iter().zip(types.iter()).all(|(item, ty)| fits(item, ty))
        }
        (ValueRef::Object(items), Type::Object(object)) => items
            .iter()
            .all(|(name, item)| object.attributes.get(name).is_some_and(|ty| fits(item, ty))),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::to_json;

    fn decoded(text: &str) -> String {
        match from_json(text, Duplicates::Convertible) {
            Ok(value) => format!("{} {}", value.ty(), to_json(&value).expect("known")),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn values_have_the_implied_type() {
        assert_eq!(
            decoded(r#" {"b": [1, "x", null], "a": 12345678901234567890.5} "#),
            r#"object({ a: number, b: tuple([ number, string, dynamic, ]), }) {"a":12345678901234567890.5,"b":[1,"x",null]}"#
        );
        assert_eq!(
            decoded(r#""\u00e9\ud83d\ude00\ud83d/\/""#),
            "string \"é😀\u{fffd}//\""
        );
        assert_eq!(
            decoded(r#"{"a":1,"a":"x"}"#),
            r#"object({ a: string, }) {"a":"x"}"#
        );
    }

    #[test]
    fn a_repeated_key_has_the_type_of_its_last_value() {
        for (text, is_valid) in [
            (r#"{"a":1,"a":2}"#, [true, true]),
            (r#"{"a":{"b":1},"a":{"b":2}}"#, [true, true]),
            (r#"{"a":1,"a":"x"}"#, [true, false]),
            (r#"{"a":"x","a":1}"#, [false, false]),
            (r#"{"a":"1","a":1}"#, [true, false]),
            (r#"{"a":null,"a":1}"#, [true, false]),
            (r#"{"a":1,"a":null}"#, [false, false]),
            (r#"{"a":[1],"a":["x"]}"#, [true, false]),
            (r#"{"a":[1],"a":["x",1]}"#, [false, false]),
            (r#"{"a":{"b":1},"a":{"c":1}}"#, [false, false]),
        ] {
            let found = [Duplicates::Convertible, Duplicates::SameType]
                .map(|duplicates| from_json(text, duplicates).is_ok());
            assert_eq!(found, is_valid, "{text}");
        }
    }

    #[test]
    fn errors_are_those_of_terraform() {
        for (text, message) in [
            ("", "EOF"),
            ("{", "EOF"),
            ("[", "EOF"),
            (
                r#"{"a":}"#,
                "invalid character '}' looking for beginning of value",
            ),
            ("[1,]", "invalid character ']' looking for beginning of value"),
            ("[1 2]", "invalid character '2' after array element"),
            ("nul", "unexpected EOF"),
            ("nulx", "invalid character 'x' in literal null (expecting 'l')"),
            ("1 2", "extraneous data after JSON object"),
            ("01", "extraneous data after JSON object"),
            ("{a:1}", "invalid character 'a'"),
            (r#""\x""#, "invalid character 'x' in string escape code"),
            ("\"\n\"", "invalid character '\\n' in string literal"),
            (
                r#"{"a":1,}"#,
                "invalid character '}' looking for beginning of object key string",
            ),
            (r#"{"a" 1}"#, "invalid character '1' after object key"),
            (
                r#"{"a":1 "b"}"#,
                "invalid character '\"' after object key:value pair",
            ),
            ("-", "unexpected EOF"),
            (
                "1.x",
                "invalid character 'x' after decimal point in numeric literal",
            ),
            ("\"ab", "unexpected EOF"),
        ] {
            assert_eq!(decoded(text), message, "{text}");
        }
    }

    #[test]
    fn values_that_are_too_deep_are_errors() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(decoded(&"[".repeat(100_000)), "exceeded max depth");
        assert_eq!(decoded(&nested(usize::from(MAX_DEPTH) + 1)), "exceeded max depth");
        assert!(
            from_json(&nested(usize::from(MAX_DEPTH)), Duplicates::SameType)
                .is_ok_and(|value| value.is_wholly_known())
        );
    }
}
