//! Text before or after a plan in one file: what a wrapper or a log printed to the same stream.

use memchr::memmem;

use crate::readers::plan::detect::{JsonKind, detect};
use crate::readers::plan::foreign_line::{ForeignLine, without_escapes};

/// How many places are tried as the beginning of the plan.
const MAX_CANDIDATES: usize = 16;

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
