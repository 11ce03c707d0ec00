//! Insertion points: where a fix can add an argument to a block, or an element to a list.

use crate::model::{ArgumentInsertion, ElementInsertion, InsertionPrefix};
use crate::readers::configuration::list_edits::indentation;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::document::Format;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// Where an argument can be added to a block. `None` in JSON and in a block on one line.
pub(crate) fn argument_insertion(block: &Block, sources: &Sources) -> Option<ArgumentInsertion> {
    let text = native_text(block.span, sources)?;
    let body = &block.body;
    let attributes = body.attributes.iter().map(|attribute| attribute.span);
    let parts = attributes.chain(body.blocks.iter().map(|block| block.span));
    // A part that an override file replaced is in another file.
    let last = parts
        .filter(|part| block.span.contains(*part))
        .max_by_key(|part| part.start)?
        .range();
    let line_start = text.get(..last.start)?.rfind('\n')? + 1;
    let indentation = text.get(line_start..last.start)?;
    let rest = text.get(last.end..)?.split_inclusive('\n').next()?;
    let line_break = if rest.ends_with("\r\n") { "\r\n" } else { "\n" };
    let has_own_line = indentation.trim().is_empty() && rest.ends_with('\n') && !rest.contains('}');
    let end = last.end + rest.trim_end().len();
    has_own_line.then(|| ArgumentInsertion {
        at: Span::new(block.span.file, end, end),
        prefix: InsertionPrefix::new(line_break, indentation),
    })
}

/// Where an element can be added to a list literal in the style of the others: on a line of its own if the last
/// element has one, with a trailing comma if that has one.
pub(crate) fn element_insertion(list: &Expression, sources: &Sources) -> Option<ElementInsertion> {
    let ExpressionKind::Tuple(items) = &list.kind else {
        return None;
    };
    let file = list.span.file;
    let quoted = native_text(list.span, sources).is_none();
    let insertion = |at: usize, prefix: InsertionPrefix, suffix: &'static str| ElementInsertion {
        comma: None,
        at: Span::new(file, at, at),
        prefix,
        suffix,
        quoted,
    };
    let Some(last) = items.last().map(|item| item.span.range()) else {
        let at = list.span.range().start + 1;
        return Some(insertion(at, InsertionPrefix::new("", ""), ""));
    };
    let text = sources.text(file);
    let on_same_line = || Some(insertion(last.end, InsertionPrefix::new(", ", ""), ""));
    let Some(indentation) = indentation(text.get(..last.start)?) else {
        return on_same_line();
    };
    let line = text.get(last.end..)?.split_inclusive('\n').next()?;
    let rest = line.trim_end();
    // The last element may be followed by a comma, by a comment or by both, but not by the end of the list.
    let trailing = rest.trim_start();
    let (has_comma, comment) = match trailing.strip_prefix(',') {
        Some(comment) => (true, comment.trim_start()),
        None => (false, trailing),
    };
    let has_own_line =
        line.ends_with('\n') && (comment.is_empty() || comment.starts_with('#') || comment.starts_with("//"));
    if !has_own_line {
        return on_same_line();
    }
    let separator = match (line.ends_with("\r\n"), !has_comma && comment.is_empty()) {
        (false, false) => "\n",
        (false, true) => ",\n",
        (true, false) => "\r\n",
        (true, true) => ",\r\n",
    };
    let suffix = if has_comma { "," } else { "" };
    let end = last.end + rest.len();
    Some(ElementInsertion {
        comma: (!has_comma && !comment.is_empty()).then(|| Span::new(file, last.end, last.end)),
        ..insertion(end, InsertionPrefix::new(separator, indentation), suffix)
    })
}

/// The text of a span's file, if it has native syntax.
pub(crate) fn native_text(span: Span, sources: &Sources) -> Option<&str> {
    let file = sources.file(span.file);
    (Format::of(file) == Format::Native).then(|| file.text())
}
