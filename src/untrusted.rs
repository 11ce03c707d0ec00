//! Text of an input, and how it is shown.
//!
//! Whoever writes an input may try to write to a terminal or to the log of a CI system through it: with escape
//! sequences, with characters that change the direction of text, or with a line that the CI system takes for a command.
//! Every text of an input passes through [`Untrusted`] on its way to an output, and every line passes through
//! [`show_line`]. `output::Text`, the only type that is printed, makes sure of the latter.

pub(crate) mod json;
pub(crate) mod source_kind;

mod escape;

pub(crate) use escape::{is_command, is_hidden, show_document_line, show_line};

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;
use std::fmt;

use serde::{Serialize, Serializer};

use escape::escape;

/// Texts with more characters than this are cropped.
const MAX_SHOWN: usize = 2_000;

/// Lines with more characters than this are cropped.
const MAX_LINE: usize = 10_000;

/// The number of characters of a value that are shown. A longer value is described.
const MAX_VALUE: usize = 300;

/// Text of an input. It is shown on one line, without characters that control a terminal, and cropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Untrusted<'a>(pub(crate) &'a str);

impl fmt::Display for Untrusted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shown, cropped) = crop(self.0, MAX_SHOWN);
        f.write_str(&escape(shown))?;
        write_cut(f, cropped)
    }
}

/// In JSON, a serializer escapes the characters; see [`json`].
impl Serialize for Untrusted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match crop(self.0, MAX_SHOWN) {
            (shown, 0) => serializer.serialize_str(shown),
            (shown, cropped) => {
                let mut text = shown.to_owned();
                // Writing to a string cannot fail.
                let _ = write_cut(&mut text, cropped);
                serializer.serialize_str(&text)
            }
        }
    }
}

/// The text on one line, without characters that control a terminal, and cropped.
#[must_use]
pub(crate) fn one_line(text: &str) -> String {
    Untrusted(text).to_string()
}

/// A file name or another text with which a line begins. It begins with a character with which no command begins.
#[must_use]
pub(crate) fn line_start(name: &str) -> String {
    let is_safe = name.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '<'));
    let prefix = if is_safe { "" } else { "./" };
    format!("{prefix}{}", Untrusted(name))
}

/// The source text of an expression for a message or an address. An expression that marks a literal as sensitive is not
/// shown.
#[must_use]
pub(crate) fn expression_text(source: &str) -> &str {
    static WORD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("sensitive"));
    let is_call = |at: usize| !source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if WORD.find_iter(source.as_bytes()).any(is_call) {
        "(sensitive value)"
    } else {
        source
    }
}

/// A value in quotes. A value that is long or has white space inside is likely not a name, but the content of a file or
/// a secret, and is described.
#[must_use]
pub(crate) fn describe_value(value: &str) -> String {
    let length = value.chars().count();
    if length > MAX_VALUE {
        format!("(a text of {length} characters)")
    } else if value.trim().contains(char::is_whitespace) {
        format!("(a text of {length} characters with white space)")
    } else {
        format!("{value:?}")
    }
}

/// The part of a text that is shown, and the number of characters after it.
fn crop(text: &str, length: usize) -> (&str, usize) {
    match text.char_indices().nth(length) {
        Some((at, _)) => (&text[..at], text[at..].chars().count()),
        None => (text, 0),
    }
}

/// A line with at most [`MAX_LINE`] characters.
#[must_use]
pub(crate) fn crop_line(line: &str) -> Cow<'_, str> {
    match crop(line, MAX_LINE) {
        (_, 0) => Cow::Borrowed(line),
        (shown, cropped) => {
            let mut text = shown.to_owned();
            // Writing to a string cannot fail.
            let _ = write_cut(&mut text, cropped);
            Cow::Owned(text)
        }
    }
}

fn write_cut(f: &mut impl fmt::Write, cropped: usize) -> fmt::Result {
    match cropped {
        0 => Ok(()),
        _ => write!(f, "… ({cropped} more characters)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_on_one_line_without_hidden_characters() {
        for (text, shown) in [
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{1b}[2J\u{7}", r"\u{1b}[2J\u{7}"),
            ("a\u{202e}b\u{2066}", r"a\u{202e}b\u{2066}"),
            (
                "\u{85}\u{2028}\u{2029}\u{feff}",
                r"\u{85}\u{2028}\u{2029}\u{feff}",
            ),
            ("größer ist → \u{1f600}", "größer ist → \u{1f600}"),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }

    #[test]
    fn a_long_text_is_cropped_and_the_cut_is_shown() {
        let shown = one_line(&"é".repeat(MAX_SHOWN + 5));
        assert!(shown.ends_with("é… (5 more characters)"), "{shown}");
        assert_eq!(one_line(&"é".repeat(MAX_SHOWN)), "é".repeat(MAX_SHOWN));
    }

    #[test]
    fn a_line_holds_no_command_of_a_ci_system() {
        for (line, shown) in [
            ("::error::x", r"\u{3a}:error::x"),
            ("  ::error::x", r"  \u{3a}:error::x"),
            ("a ::error::x", "a ::error::x"),
            ("a ##[error]x", r"a #\u{23}[error]x"),
            ("###[x]", r"##\u{23}[x]"),
            ("##vso[task.complete]", r"#\u{23}vso[task.complete]"),
            ("## heading", "## heading"),
        ] {
            assert_eq!(show_line(line), shown);
        }
        assert_eq!(
            show_document_line("a = \"\u{202e}##[x]\""),
            r#"a = "\u202e#\u0023[x]""#
        );
    }

    #[test]
    fn a_name_does_not_begin_a_line_as_a_command_does() {
        assert_eq!(line_start("modules/a.tf"), "modules/a.tf");
        assert_eq!(line_start("::error::x.tf"), "./::error::x.tf");
        assert_eq!(line_start("##[error]x.tf"), r"./#\u{23}[error]x.tf");
        assert_eq!(line_start("\u{1b}c"), r"./\u{1b}c");
    }

    #[test]
    fn an_expression_that_marks_a_literal_as_sensitive_is_not_shown() {
        assert_eq!(expression_text("a[sensitive(\"x\")]"), "(sensitive value)");
        assert_eq!(expression_text("nonsensitive(var.a)"), "nonsensitive(var.a)");
    }

    #[test]
    fn values_that_are_long_or_have_white_space_are_described() {
        assert_eq!(describe_value("quay.io/org"), r#""quay.io/org""#);
        assert_eq!(describe_value(" quay.io"), r#"" quay.io""#);
        assert_eq!(describe_value("a b"), "(a text of 3 characters with white space)");
        assert_eq!(
            describe_value(&"x".repeat(MAX_VALUE + 1)),
            "(a text of 301 characters)"
        );
    }
}
