//! Strings in quotes, as Go's `%q` writes them into error messages and set keys.

use std::fmt::Write as _;

/// `text` in quotes, appended to `out`.
pub(super) fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{7}' => "\\a",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{b}' => "\\v",
            control if control < ' ' || control == '\u{7f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\x{:02x}", u32::from(control));
                continue;
            }
            printed => {
                out.push(printed);
                continue;
            }
        };
        out.push_str(escape);
    }
    out.push('"');
}

/// `text` in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_quoted(text, &mut out);
    out
}
