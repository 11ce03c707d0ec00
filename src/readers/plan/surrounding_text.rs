//! Text before or after a plan in one file: what a wrapper or a log printed to the same stream.

use memchr::memmem;

use crate::readers::plan::detect::{JsonKind, detect};

/// How many places are tried as the beginning of the plan.
const MAX_CANDIDATES: usize = 16;
/// How much of a line a message shows.
const MAX_SHOWN: usize = 60;

/// How the lines of the wrapper begin.
const WRAPPER_LINES: [&str; 6] = [
    "[command]",
    "Terraform exited with code",
    "::debug::Terraform exited with code",
    "::debug::stdout",
    "::debug::stderr",
    "::debug::exitcode",
];

/// What printed a line that is not part of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printer {
    /// The wrapper of the action hashicorp/setup-terraform.
    Wrapper,
    /// A command of a workflow on GitHub.
    Workflow,
    /// Anything else, such as the log of Terraform.
    Log,
}

impl Printer {
    fn of_line(line: &str) -> Self {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        if WRAPPER_LINES.iter().any(|prefix| line.starts_with(prefix)) {
            Self::Wrapper
        } else if line.starts_with("::") || line.starts_with("##[") {
            Self::Workflow
        } else {
            Self::Log
        }
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Wrapper => {
                "set `terraform_wrapper: false` in the step with hashicorp/setup-terraform, and create the file again: \
                 `terraform show -json PLAN > plan.json`"
            }
            Self::Workflow => {
                "write only the output of Terraform to the file: `terraform show -json PLAN > plan.json`; if \
                 hashicorp/setup-terraform installed Terraform, set `terraform_wrapper: false` there"
            }
            Self::Log => {
                "write only the output of `terraform show -json PLAN` to the file, without standard error (`2>&1`) and \
                 without the output of other commands"
            }
        }
    }
}

/// A line that is not part of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLine {
    /// What printed it.
    pub printer: Printer,
    /// Its beginning, without control characters.
    pub shown: String,
}

impl ForeignLine {
    fn new(line: &str) -> Self {
        let mut shown: String = without_escapes(line).trim().chars().take(MAX_SHOWN + 1).collect();
        if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        Self {
            printer: Printer::of_line(&without_escapes(line)),
            shown,
        }
    }

    /// What it is, for a message.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        let what = match self.printer {
            Printer::Wrapper => "a line of the wrapper of hashicorp/setup-terraform",
            Printer::Workflow => "a workflow command",
            Printer::Log => "text that is not part of it",
        };
        format!("{what} (`{}`)", self.shown)
    }
}

/// A text without control characters and the escape sequences that begin with one.
fn without_escapes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // `ESC [ 0 m`: a letter ends the sequence.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else if !c.is_control() && c != '\u{feff}' {
            text.push(c);
        }
    }
    text
}

/// Text before a plan.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TextBefore {
    /// Where the plan begins, in bytes.
    pub(super) plan_start: usize,
    /// The line on which it begins, from 1.
    pub(super) plan_line: usize,
    /// The first line that is not empty.
    pub(super) first: ForeignLine,
}

/// Finds a plan or a state that other text precedes.
#[must_use]
pub(super) fn find_text_before(text: &str) -> Option<TextBefore> {
    let is_document = |start: usize| {
        let kind = text.get(start..).and_then(detect);
        matches!(kind, Some(JsonKind::Plan | JsonKind::State))
    };
    let at_line_starts = line_starts(text).filter_map(|start| {
        let line = text.get(start..)?;
        let brace = line.find(['{', '\n'])?;
        let prefix = without_escapes(line.get(..brace)?);
        (prefix.is_empty() && line.get(brace..)?.starts_with('{')).then_some(start + brace)
    });
    let inside_line = memmem::find(text.as_bytes(), br#"{"format_version""#);
    let mut candidates = at_line_starts.take(MAX_CANDIDATES).chain(inside_line);
    let plan_start = candidates.find(|start| *start > 0 && is_document(*start))?;
    let before = text.get(..plan_start)?;
    let first = before
        .lines()
        .find(|line| !without_escapes(line).trim().is_empty())?;
    Some(TextBefore {
        plan_start,
        plan_line: before.matches('\n').count() + 1,
        first: ForeignLine::new(first),
    })
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
    std::iter::once(0).chain(breaks.map(|at| at + 1))
}

/// The first line after the end of a plan, unless another document begins there. `rest` is the text after the plan.
#[must_use]
pub(super) fn find_text_after(rest: &str) -> Option<ForeignLine> {
    let first = rest
        .lines()
        .find(|line| !without_escapes(line).trim().is_empty())?;
    let is_json = without_escapes(first).trim_start().starts_with(['{', '[']) && !first.contains("[command]");
    (!is_json).then(|| ForeignLine::new(first))
}

/// Whether a text has a plan or a state that other text precedes.
#[must_use]
pub(crate) fn follows_other_text(text: &str) -> bool {
    find_text_before(text).is_some()
}
