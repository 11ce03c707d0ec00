//! One level of JSON: a value whose elements are not decoded.

use serde_json::value::RawValue;

use crate::syntax::scan::Ends;

/// The text of a value in a JSON document.
#[derive(Debug, Clone, Copy)]
pub(in crate::syntax) struct Raw<'a> {
    pub(in crate::syntax) text: &'a str,
    /// The offset in the file.
    pub(in crate::syntax) start: usize,
}

/// A JSON document that has been parsed: where its arrays and objects end, so that no level of nesting is scanned twice.
#[derive(Debug)]
pub(in crate::syntax) struct Json<'a> {
    pub(in crate::syntax) root: Raw<'a>,
    ends: Ends,
    /// The largest number of arrays and objects that are open at once.
    pub(in crate::syntax) depth: usize,
}

/// A value, decoded one level deep.
pub(in crate::syntax) enum Node<'a> {
    Null,
    Bool(bool),
    /// The number as spelled.
    Number(&'a str),
    /// The string as spelled, including quotes.
    String(&'a str),
    Array(Vec<Raw<'a>>),
    /// Keys and values in order; keys may repeat.
    Object(Vec<(Raw<'a>, Raw<'a>)>),
}

impl<'a> Json<'a> {
    /// A valid document that begins at the offset `start` in its file.
    pub(in crate::syntax) fn new(document: &'a RawValue, start: usize) -> Self {
        let text = document.get();
        let bytes = text.as_bytes();
        let mut ends = Ends::default();
        let mut open = Vec::new();
        let mut depth = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let next = if *byte == b'"' {
                string_end(bytes, at)
            } else {
                at + 1
            };
            match byte {
                b'[' | b'{' => open.push(ends.open(start + at)),
                b']' | b'}' => ends.close(open.pop().unwrap_or_default(), start + next),
                _ => {}
            }
            depth = depth.max(open.len());
            at = next;
        }
        Self {
            root: Raw { text, start },
            ends,
            depth,
        }
    }

    /// Decodes one level of a value in the document.
    pub(in crate::syntax) fn open(&self, raw: Raw<'a>) -> Node<'a> {
        match raw.text.as_bytes().first() {
            Some(b'{') => {
                let mut parts = self.parts(raw).into_iter();
                let mut members = Vec::new();
                while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                    members.push((key, value));
                }
                Node::Object(members)
            }
            Some(b'[') => Node::Array(self.parts(raw)),
            Some(b'"') => Node::String(raw.text),
            Some(b't') => Node::Bool(true),
            Some(b'f') => Node::Bool(false),
            Some(b'-' | b'0'..=b'9') => Node::Number(raw.text),
            _ => Node::Null,
        }
    }

    /// The elements of an array, or the keys and values of an object.
    fn parts(&self, raw: Raw<'a>) -> Vec<Raw<'a>> {
        let bytes = raw.text.as_bytes();
        let mut parts = Vec::new();
        let mut at = 1;
        while let Some(byte) = bytes.get(at) {
            let end = match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' | b']' | b'}' => {
                    at += 1;
                    continue;
                }
                b'"' => string_end(bytes, at),
                b'[' | b'{' => {
                    let end = self.ends.get(raw.start + at);
                    end.map_or(bytes.len(), |end| end - raw.start)
                }
                _ => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let length = rest.iter().position(|byte| b",]} \t\r\n".contains(byte));
                    length.map_or(bytes.len(), |length| at + length)
                }
            };
            parts.push(Raw {
                text: raw.text.get(at..end).unwrap_or_default(),
                start: raw.start + at,
            });
            at = end;
        }
        parts
    }
}

/// The offset after the string that starts at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        at += match bytes.get(at) {
            Some(b'\\') => 2,
            Some(b'"') => return at + 1,
            Some(_) => 1,
            None => return bytes.len(),
        };
    }
}
