//! Plain scalars of YAML 1.1 that are not strings, as Go libraries resolve them.

/// A scalar that is not a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// `null`, `~`, or an omitted value.
    Null,
    /// `true`, `yes`, `on` or `y`, and their opposites.
    Bool(bool),
    /// An integer or a decimal number.
    Number,
    /// `.inf` or `-.inf`.
    Infinity {
        /// Whether it has a minus sign.
        negative: bool,
    },
    /// `.nan`.
    NotANumber,
}

impl Word {
    /// Resolves a plain scalar; `None` if it is a string (`resolve.go` in `goyaml.v2` of `sigs.k8s.io/yaml`). Numbers to
    /// base 60, such as `12:30`, and timestamps are strings.
    pub(crate) fn resolve(text: &str) -> Option<Self> {
        Self::named(text).or_else(|| is_number(text).then_some(Self::Number))
    }

    /// The words that are not strings, which are the same in `goyaml` and go-cty-yaml.
    pub(crate) fn named(text: &str) -> Option<Self> {
        Some(match text {
            "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
                Self::Bool(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
                Self::Bool(false)
            }
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            ".nan" | ".NaN" | ".NAN" => Self::NotANumber,
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Self::Infinity { negative: false },
            "-.inf" | "-.Inf" | "-.INF" => Self::Infinity { negative: true },
            _ => return None,
        })
    }

    /// The type as a noun, for messages.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number | Self::Infinity { .. } | Self::NotANumber => "a number",
        }
    }
}

/// The tag of a scalar is unknown, or does not fit its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TagMismatch;

/// Resolves a scalar with a tag of YAML itself; `None` if it is a string.
pub(super) fn resolve_tagged(tag: Option<&str>, text: &str) -> Result<Option<Word>, TagMismatch> {
    let word = Word::resolve(text);
    match (tag, word) {
        (Some("str"), _) => Ok(None),
        (Some("null"), Some(Word::Null))
        | (Some("bool"), Some(Word::Bool(_)))
        | (Some("int"), Some(Word::Number))
        | (Some("float"), Some(Word::Number | Word::Infinity { .. } | Word::NotANumber)) => Ok(word),
        _ => Err(TagMismatch),
    }
}

/// Integers with Go's prefixes, and decimals; underscores between digits are ignored.
fn is_number(text: &str) -> bool {
    let first = text.bytes().next();
    if !first.is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.')) {
        return false;
    }
    let plain = if first == Some(b'.') {
        text.to_owned()
    } else {
        text.replace('_', "")
    };
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let all = |digits: &str, is_digit: fn(&u8) -> bool| {
        !digits.is_empty() && digits.as_bytes().iter().all(is_digit)
    };
    match unsigned.as_bytes() {
        [b'0', b'x' | b'X', ..] => all(&unsigned[2..], u8::is_ascii_hexdigit),
        [b'0', b'o' | b'O', ..] => all(&unsigned[2..], |digit| matches!(digit, b'0'..=b'7')),
        [b'0', b'b' | b'B', ..] => all(&unsigned[2..], |digit| matches!(digit, b'0' | b'1')),
        _ => is_decimal(unsigned),
    }
}

/// `1`, `1.`, `1.5`, `.5`, each with an exponent or without.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let is_valid_exponent = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_empty = whole.is_empty() && fraction.is_empty();
    is_valid_exponent && !is_empty && digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_resolved_as_in_kubernetes() {
        let cases = [
            ("no", Some(Word::Bool(false))),
            ("yes", Some(Word::Bool(true))),
            ("On", Some(Word::Bool(true))),
            ("y", Some(Word::Bool(true))),
            ("yEs", None),
            ("~", Some(Word::Null)),
            ("", Some(Word::Null)),
            ("1e3", Some(Word::Number)),
            ("22", Some(Word::Number)),
            ("0x1f", Some(Word::Number)),
            ("0b11", Some(Word::Number)),
            ("0o17", Some(Word::Number)),
            ("08", Some(Word::Number)),
            ("1_000", Some(Word::Number)),
            ("-1.", Some(Word::Number)),
            (".5", Some(Word::Number)),
            (".", None),
            ("+", None),
            ("1e", None),
            ("12:30", None),
            ("2024-01-02", None),
            ("quay.io", None),
            ("10.0.0.1", None),
            ("0xg", None),
        ];
        for (text, word) in cases {
            assert_eq!(Word::resolve(text), word, "{text:?}");
        }
    }

    #[test]
    fn tags_determine_the_type() {
        assert_eq!(resolve_tagged(Some("str"), "no"), Ok(None));
        assert_eq!(resolve_tagged(Some("bool"), "no"), Ok(Some(Word::Bool(false))));
        assert_eq!(resolve_tagged(Some("int"), "quay.io"), Err(TagMismatch));
        assert_eq!(resolve_tagged(None, "no"), Err(TagMismatch));
    }
}
