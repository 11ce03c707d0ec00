//! Plain scalars of YAML 1.1 that are no strings, as the libraries of Go read them.

/// A scalar that is no string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number,
    /// A number beyond all others; whether it is below them.
    Infinity {
        /// Whether it is the one below all numbers.
        negative: bool,
    },
    /// What is no number, though of that type.
    NotANumber,
}

impl Word {
    /// What a plain scalar is; none where it is a string (`resolve.go` in `goyaml.v2` of
    /// `sigs.k8s.io/yaml`). Numbers to the base of 60, `12:30`, are strings there, and so are times.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::named(text).or_else(|| is_number(text).then_some(Self::Number))
    }

    /// The words that are values, as both `goyaml` and go-cty-yaml have them.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
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

    /// What it is, for people.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number | Self::Infinity { .. } | Self::NotANumber => "a number",
        }
    }
}

/// What a tag of YAML itself makes of a scalar: a string, or a word; none where it makes nothing of it.
#[must_use]
pub fn tagged(tag: Option<&str>, text: &str) -> Option<Option<Word>> {
    let word = Word::of(text);
    match (tag?, word) {
        ("str", _) => Some(None),
        ("null", Some(Word::Null)) | ("bool", Some(Word::Bool(_))) | ("int", Some(Word::Number)) => {
            Some(word)
        }
        ("float", Some(Word::Number | Word::Infinity { .. } | Word::NotANumber)) => Some(word),
        _ => None,
    }
}

/// Whole numbers with Go's prefixes, and decimals; underscores between the digits are passed over.
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
    let exponent_holds = exponent.is_none_or(|exponent| {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !unsigned.is_empty() && digits(unsigned)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_empty = whole.is_empty() && fraction.is_empty();
    exponent_holds && !is_empty && digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_kubernetes_takes_them_for() {
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
            assert_eq!(Word::of(text), word, "{text:?}");
        }
    }

    #[test]
    fn a_tag_says_what_a_scalar_is() {
        assert_eq!(tagged(Some("str"), "no"), Some(None));
        assert_eq!(tagged(Some("bool"), "no"), Some(Some(Word::Bool(false))));
        assert_eq!(tagged(Some("int"), "quay.io"), None);
        assert_eq!(tagged(None, "no"), None);
    }
}
