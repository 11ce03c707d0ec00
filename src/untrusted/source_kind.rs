//! Whether a source may hide values, by its name and its words alone.

use memchr::memmem;

/// The words with which configuration hides a value. A file without them declares nothing that is sensitive.
pub(crate) const WORDS: [&str; 2] = ["sensitive", "ephemeral"];

/// What a file of secrets has: a `Secret`, or a pull secret.
const SECRET_MARKS: [&str; 4] = ["Secret", "auths", "\"auth\"", "identitytoken"];

/// What a source is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// Terraform configuration.
    Configuration,
    /// Values of variables.
    Variables,
    /// The value of a variable in the environment or on the command line.
    Argument,
    /// Any other file.
    Other,
}

impl SourceKind {
    /// The kind of a source with this name.
    #[must_use]
    pub(crate) fn of(name: &str) -> Self {
        let ends_with = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if name.starts_with("<TF_VAR_") || name.starts_with("<--var ") {
            Self::Argument
        } else if ends_with(&[".tfvars", ".tfvars.json"]) {
            Self::Variables
        } else if ends_with(&[".tf", ".tofu", ".tf.json", ".tofu.json"]) {
            Self::Configuration
        } else {
            Self::Other
        }
    }
}

/// Whether a text has a word with which configuration hides a value.
#[must_use]
pub(crate) fn has_word(text: &str) -> bool {
    WORDS
        .iter()
        .any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// Whether a file that is not valid may hide a value: any text in it may be the value.
#[must_use]
pub(crate) fn may_hide(name: &str, text: &str) -> bool {
    match SourceKind::of(name) {
        SourceKind::Argument | SourceKind::Variables => true,
        SourceKind::Configuration => has_word(text),
        SourceKind::Other => {
            let mut marks = SECRET_MARKS.iter();
            has_word(text) || marks.any(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
        }
    }
}

/// Whether a line that is not what it should be may be a secret, in a file of any kind.
#[must_use]
pub(crate) fn may_be_secret(line: &str) -> bool {
    const MARKS: [&str; 5] = ["auth", "password", "secret", "token", "sensitive"];
    let line = line.to_ascii_lowercase();
    MARKS.iter().any(|mark| line.contains(mark))
}

/// A source that is not valid, as messages about it may quote it.
#[derive(Debug)]
pub(crate) struct InvalidSource<'s> {
    name: &'s str,
    text: &'s str,
    may_hide: bool,
}

impl<'s> InvalidSource<'s> {
    /// Searches the text for what hides values, once for all messages.
    #[must_use]
    pub(crate) fn new(name: &'s str, text: &'s str) -> Self {
        let may_hide = may_hide(name, text);
        Self { name, text, may_hide }
    }

    /// A message about the source. If the source may hide values, what the message quotes from it is left out.
    #[must_use]
    pub(crate) fn message(&self, message: &str) -> String {
        if self.may_hide {
            without_quotes(self.name, self.text, message)
        } else {
            message.to_owned()
        }
    }
}

/// A message without what it quotes from a source.
fn without_quotes(name: &str, source: &str, message: &str) -> String {
    // In messages about JSON and YAML, names of fields are in backquotes and values are in quotes.
    let quotes: &[char] = if SourceKind::of(name) == SourceKind::Other {
        &['"']
    } else {
        &['`', '"']
    };
    let mut shown = String::new();
    let mut rest = message;
    while let Some(start) = rest.find(quotes) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else {
            break;
        };
        let quoted = &rest[start + 1..start + 1 + length];
        let is_hidden = quoted.chars().any(char::is_alphanumeric) && source.contains(quoted);
        shown.push_str(&rest[..=start]);
        shown.push_str(if is_hidden { "…" } else { quoted });
        shown.push_str(quote);
        rest = &rest[start + 1 + length + 1..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_does_not_quote_a_source_that_may_hide_values() {
        let message = "`hidden` is not an argument, and `=` is missing";
        let hiding = "sensitive = true\nhidden";
        assert_eq!(InvalidSource::new("a.tf", "hidden").message(message), message);
        let shown = "`…` is not an argument, and `=` is missing";
        assert_eq!(InvalidSource::new("a.tf", hiding).message(message), shown);
        assert_eq!(
            InvalidSource::new("terraform.tfvars", "hidden").message(message),
            shown
        );
        assert_eq!(
            InvalidSource::new("a.tf", hiding).message("an open ` stays"),
            "an open ` stays"
        );
        assert!(may_hide(
            "config.json",
            "{\"auths\": {\"m.io\": {\"auth\": \"dTpw"
        ));
        assert!(may_hide("config.json", "{\"m.io\": {\"auth\": \"dTpw"));
        assert!(!may_hide("plan.json", "{\"source\": \"m.io"));
        let message = "duplicate field `hidden`: \"hidden\"";
        let shown = "duplicate field `hidden`: \"…\"";
        assert_eq!(InvalidSource::new("plan.json", hiding).message(message), shown);
    }
}
