//! JSON in which no character controls a terminal or a CI system: such characters are escaped, which does not change the
//! document.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::escape::{is_command, is_hidden};

/// A value as JSON on one line.
#[must_use]
pub(crate) fn to_line(value: &impl Serialize) -> String {
    serialize(value, CompactFormatter)
}

/// A value as JSON on several lines, with indentation.
#[must_use]
pub(crate) fn to_lines(value: &impl Serialize) -> String {
    serialize(value, PrettyFormatter::new())
}

fn serialize(value: &impl Serialize, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Escaping(formatter));
    // Writing to memory cannot fail, and all keys are strings.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Escapes what JSON allows in a string and a terminal or a CI system takes for a command.
struct Escaping<F>(F);

/// Passes methods on to the formatter inside.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    pass_on! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut before = None;
        let mut written = 0;
        for (at, c) in fragment.char_indices() {
            let is_command = c == '#' && is_command(before, &fragment[at..]);
            before = Some(c);
            if !is_hidden(c) && !is_command {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[written..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_control_a_terminal_or_a_ci_system_are_escaped() {
        let text = "a\u{202e}\u{85}\u{2028}\u{e0001}##[x]##vso[y] ## é\n";
        let json = to_line(&text);
        assert_eq!(
            json,
            r#""a\u202e\u0085\u2028\udb40\udc01#\u0023[x]#\u0023vso[y] ## é\n""#
        );
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn the_layout_is_that_of_serde_json() {
        let value = serde_json::json!({"a": [1, {"b": null}], "c": [], "d": "x"});
        assert_eq!(to_line(&value), serde_json::to_string(&value).unwrap());
        assert_eq!(to_lines(&value), serde_json::to_string_pretty(&value).unwrap());
    }
}
