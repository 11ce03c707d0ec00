//! Characters and words that control a terminal or a CI system, and their escaped forms.

use std::fmt::Write as _;

/// A line as it may be printed: without characters that control a terminal, and without what a CI system takes for a
/// command. GitHub executes a line that begins with `::`, also after white space, and GitHub and Azure DevOps execute
/// `##[…]` and `##vso[…]` anywhere in a line.
#[must_use]
pub(crate) fn show_line(line: &str) -> String {
    let escaped = escape(line);
    let start = escaped.trim_start();
    if start.starts_with("::") {
        let (indentation, command) = escaped.split_at(escaped.len() - start.len());
        format!("{indentation}\\u{{3a}}{}", &command[1..])
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
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'#')
    {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    for (at, c) in text.char_indices() {
        // Writing to a string cannot fail.
        let _ = match c {
            '\n' => escaped.write_str("\\n"),
            '\r' => escaped.write_str("\\r"),
            '\t' => escaped.write_str("\\t"),
            c if is_hidden(c) => write!(escaped, "\\u{{{:x}}}", u32::from(c)),
            '#' if is_command(before, &text[at..]) => escaped.write_str("\\u{23}"),
            c => escaped.write_char(c),
        };
        before = Some(c);
    }
    escaped
}
