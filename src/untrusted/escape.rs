//! Characters and words that control a terminal or a CI system, and their escaped forms.

use std::fmt::Write as _;

/// A line as it may be printed: without characters that control a terminal, and without what a CI system takes for a
/// command. GitHub executes a line that begins with `::`, also after white space, and GitHub and Azure DevOps execute
/// `##[…]` and `##vso[…]` anywhere in a line.
#[must_use]
pub(crate) fn show_line(line: &str) -> String {
    show_as(line, escape_character)
}

/// A line of a document in HCL, TOML, YAML or JSON, as [`show_line`]. In a string in double quotes, the escape sequences
/// stand for the characters.
#[must_use]
pub(crate) fn show_document_line(line: &str) -> String {
    show_as(line, |escaped, c| {
        // Writing to a string cannot fail.
        let _ = match u32::from(c) {
            code @ ..=0xffff => write!(escaped, "\\u{code:04x}"),
            code => write!(escaped, "\\U{code:08x}"),
        };
    })
}

fn show_as(line: &str, escape_character: fn(&mut String, char)) -> String {
    let escaped = escape_as(line, escape_character);
    let start = escaped.trim_start();
    if start.starts_with("::") {
        let (indentation, command) = escaped.split_at(escaped.len() - start.len());
        let mut shown = indentation.to_owned();
        escape_character(&mut shown, ':');
        shown.push_str(&command[1..]);
        shown
    } else {
        escaped
    }
}

/// Whether a character has no form of its own and changes what is around it: it ends the line, moves the cursor, changes
/// the direction of text, or is not visible.
#[must_use]
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether `rest`, which begins with `#`, is the second `#` of a command such as `##[error]` or `##vso[task.setvariable]`.
#[must_use]
pub(crate) fn is_command(before: Option<char>, rest: &str) -> bool {
    let Some(command) = rest.strip_prefix('#').filter(|_| before == Some('#')) else {
        return false;
    };
    command
        .trim_start_matches(|c: char| c.is_ascii_alphanumeric())
        .starts_with('[')
}

/// The text with its hidden characters and commands escaped.
#[must_use]
pub(super) fn escape(text: &str) -> String {
    escape_as(text, escape_character)
}

/// Appends a character as the messages of mirrorset and of Rust show it.
fn escape_character(escaped: &mut String, c: char) {
    match c {
        '\n' => escaped.push_str("\\n"),
        '\r' => escaped.push_str("\\r"),
        '\t' => escaped.push_str("\\t"),
        // Writing to a string cannot fail.
        c => _ = write!(escaped, "\\u{{{:x}}}", u32::from(c)),
    }
}

fn escape_as(text: &str, escape_character: fn(&mut String, char)) -> String {
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'#')
    {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        if is_hidden(c) || c == '#' && is_command(before, &text[at..]) {
            escape_character(&mut escaped, c);
        } else {
            escaped.push(c);
        }
        before = Some(c);
    }
    escaped
}
