//! Quoted strings as Go's `%q` prints them in error messages and set keys.

use std::fmt::Write as _;

/// Appends `text` in quotes to `out`.
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
            printed if is_printable(printed) => {
                out.push(printed);
                continue;
            }
            other => {
                let code = u32::from(other);
                let _ = if code < 0x1_0000 {
                    write!(out, "\\u{code:04x}")
                } else {
                    write!(out, "\\U{code:08x}")
                };
                continue;
            }
        };
        out.push_str(escape);
    }
    out.push('"');
}

/// Whether Go prints a character unescaped. Rust escapes the same characters and also combining marks.
#[must_use]
pub fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~')
        || character.escape_debug().len() == 1
        || unicode_normalization::char::is_combining_mark(character)
}

/// `text` in quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_quoted(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn unprintable_characters_are_escaped() {
        assert_eq!(quoted("é'e\u{301}日😀"), "\"é'e\u{301}日😀\"");
        let odd = quoted("\u{feff}\u{a0}\u{85}\u{1}\u{e0001}");
        assert_eq!(odd, r#""\ufeff\u00a0\u0085\x01\U000e0001""#);
    }
}
