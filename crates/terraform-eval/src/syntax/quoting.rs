//! Quoting of strings in configuration and manifests.

use std::fmt::Write as _;

use super::yaml::scalar::Word;

/// The quoting of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// HCL native syntax, where a string is a template.
    Native,
    /// HCL JSON syntax, where a string is also a template.
    Json,
    /// JSON without templates: `terraform.tfvars.json`, and YAML in quotes.
    PlainJson,
    /// YAML, without quotes if the text does not need them.
    Yaml,
}

impl Quoting {
    /// Quotes a text so that it evaluates to itself (HCL's specification, "Template Literals"; RFC 8259 for JSON).
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

/// Whether every YAML parser reads the text as a string without quotes.
fn is_plain(text: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte);
    text.bytes().all(is_name_byte)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.ends_with(':')
        && Word::resolve(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_evaluates_to_itself() {
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
    fn in_yaml_text_is_quoted_if_it_could_be_another_value() {
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
