//! The only type that is printed.

use std::fmt::{self, Write as _};

use similar::ChangeTag;

use super::style::Style;
use super::wrap::wrap_for;
use crate::untrusted::{crop_line, show_document_line, show_line};

/// Text for standard output or standard error. Each of its lines is made in one of these ways, so that no input can begin
/// a line, end one, or control a terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Text without lines.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Text of one line.
    #[must_use]
    pub(crate) fn from_line(line: impl fmt::Display) -> Self {
        let mut text = Self::new();
        text.push_line(line);
        text
    }

    /// A document that mirrorset wrote and whose line breaks are its own. JSON of `untrusted::json` stays as it is.
    #[must_use]
    pub fn from_document(document: &str) -> Self {
        let mut text = Self::new();
        for line in document.lines() {
            // A tab moves the cursor to the right only.
            let cells: Vec<String> = line.split('\t').map(show_document_line).collect();
            text.0.push_str(&cells.join("\t"));
            text.0.push('\n');
        }
        text
    }

    /// Text in which escape sequences color words. Everything in it that an input chose was prepared before.
    #[must_use]
    pub(super) fn from_styled(text: String) -> Self {
        Self(text)
    }

    /// Appends one line, whatever is in it. A line that is very long is cropped.
    pub(crate) fn push_line(&mut self, line: impl fmt::Display) {
        self.0.push_str(&show_line(&crop_line(&line.to_string())));
        self.0.push('\n');
    }

    /// Appends a workflow command of GitHub. The arguments are those of [`crate::output::check`]'s format `github`, which
    /// prepares them.
    pub(super) fn push_command(&mut self, command: &'static str, properties: &str, message: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "::{command}{properties}::{message}");
    }

    /// Appends a logging command of Azure Pipelines that reports an issue. The arguments are those of the format `azure`,
    /// which prepares them.
    pub(super) fn push_azure_issue(&mut self, properties: &str, message: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "##vso[task.logissue {properties}]{message}");
    }

    /// Appends a service message of `TeamCity`. The values are those of the format `teamcity`, which prepares them.
    pub(super) fn push_teamcity_message(&mut self, name: &'static str, values: &[(&'static str, String)]) {
        let values: Vec<String> = values
            .iter()
            .map(|(name, value)| format!("{name}='{value}'"))
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "##teamcity[{name} {}]", values.join(" "));
    }

    /// Appends a line of a diff after its sign. The line break of the file is kept, so that the diff of an ordinary file
    /// can be applied.
    pub(super) fn push_diff_line(&mut self, tag: ChangeTag, line: &str) {
        let (content, line_break) = match line.strip_suffix('\n') {
            Some(content) => match content.strip_suffix('\r') {
                Some(content) => (content, "\r\n"),
                None => (content, "\n"),
            },
            None => (line, "\n\\ No newline at end of file\n"),
        };
        let cells: Vec<String> = format!("{tag}{content}").split('\t').map(show_line).collect();
        self.0.push_str(&cells.join("\t"));
        self.0.push_str(line_break);
    }

    /// Appends the lines of another text.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The text with each line broken at spaces where it would be longer than its reader has columns. The rest of a line
    /// stands two columns to the right of its start.
    #[must_use]
    pub(crate) fn wrapped(&self, style: Style) -> Self {
        let mut wrapped = String::with_capacity(self.0.len());
        for line in self.0.lines() {
            let indentation = line.len() - line.trim_start_matches(' ').len();
            wrapped.push_str(&wrap_for(line, &" ".repeat(indentation + 2), style));
            wrapped.push('\n');
        }
        Self(wrapped)
    }

    /// Whether there are no lines.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines, each with its line break.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
