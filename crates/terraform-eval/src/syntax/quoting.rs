//! Strings as the languages of configuration and of manifests quote them.

use std::fmt::Write as _;

use super::yaml::scalar::Word;

/// The languages that quote differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Terraform's own language, where a string is a template.
    Native,
    /// The JSON form of configuration, where a string is a template as well.
    Json,
    /// JSON without templates: `terraform.tfvars.json`, and YAML in quotes.
    PlainJson,
    /// YAML without quotes, where it needs none.
    Yaml,
}

impl Quoting {
    /// The text in quotes, so that it stands for nothing but itself (HCL's specification, "Template
    /// Literals"; JSON is RFC 8259).
    #[must_use]
    pub fn quote(self, text: &str) -> String {
        let text = match self {
            Self::Native | Self::Json => text.replace("${", "$${").replace("%{", "%%{"),
            Self::Yaml if is_plain(text) => return text.to_owned(),
            Self::PlainJson | Self::Yaml => text.to_owned(),
        };
        let mut quoted = String::from("\"");
        for character in text.chars() {
            match character {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                '\t' => quoted.push_str("\\t"),
                control if control < ' ' => {
                    // Writing to a string cannot fail.
                    let _ = write!(quoted, "\\u{:04x}", u32::from(control));
                }
                other => quoted.push(other),
            }
        }
        quoted.push('"');
        quoted
    }
}

/// Whether every reader of YAML takes a text for a string, wherever it stands.
fn is_plain(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte);
    text.bytes().all(named)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.ends_with(':')
        && Word::of(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_text_stands_for_itself() {
        for (text, native, plain) in [
            ("quay.io/org", r#""quay.io/org""#, r#""quay.io/org""#),
            (r#"a"b\c"#, r#""a\"b\\c""#, r#""a\"b\\c""#),
            ("${a}%{b}", r#""$${a}%%{b}""#, r#""${a}%{b}""#),
            ("$a % b", r#""$a % b""#, r#""$a % b""#),
            ("a\nb\u{1}", r#""a\nb\u0001""#, r#""a\nb\u0001""#),
        ] {
            assert_eq!(Quoting::Native.quote(text), native);
            assert_eq!(Quoting::Json.quote(text), native);
            assert_eq!(Quoting::PlainJson.quote(text), plain);
        }
    }

    #[test]
    fn in_yaml_a_text_is_quoted_where_it_could_be_something_else() {
        for text in ["quay.io/org", "reg.example.com:5000/a_b-c", "nginx"] {
            assert_eq!(Quoting::Yaml.quote(text), text);
        }
        for text in [
            "no",
            "1e3",
            "12:30",
            "*.example.com",
            "a: b",
            "a #b",
            "",
            "-",
            "a:",
        ] {
            assert_eq!(Quoting::Yaml.quote(text), format!("\"{text}\""));
        }
    }
}
