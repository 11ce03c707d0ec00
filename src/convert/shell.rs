//! Words of shell commands.

/// Quotes a word for a POSIX shell. Only a text with a zero byte cannot be quoted, and no shell could pass that on.
pub(super) fn quote(text: &str) -> String {
    match shlex::try_quote(text) {
        Ok(quoted) => quoted.into_owned(),
        Err(_) => "''".to_owned(),
    }
}
