//! Where there is room for more: for an argument in a block, for an element in a list.

use std::path::Path;

use crate::model::{ArgumentInsertion, ElementInsertion};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::document::Format;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// Where an argument can be added to a block; none in JSON, and in a block of one line.
pub(crate) fn of_argument(block: &Block, sources: &Sources) -> Option<ArgumentInsertion> {
    let text = native(block.span, sources)?;
    let body = &block.body;
    let attributes = body.attributes.iter().map(|attribute| attribute.span);
    let parts = attributes.chain(body.blocks.iter().map(|block| block.span));
    // A part that an override file laid over the block is elsewhere.
    let last = parts
        .filter(|part| block.span.contains(*part))
        .max_by_key(|part| part.start)?
        .range();
    let first = text.get(..last.start)?.rfind('\n')? + 1;
    let indentation = text.get(first..last.start)?;
    let rest = text.get(last.end..)?.split_inclusive('\n').next()?;
    let line_break = if rest.ends_with("\r\n") { "\r\n" } else { "\n" };
    let alone = indentation.trim().is_empty() && rest.ends_with('\n') && !rest.contains('}');
    let end = last.end + rest.trim_end().len();
    alone.then(|| ArgumentInsertion {
        at: Span::new(block.span.file, end, end),
        prefix: format!("{line_break}{indentation}"),
    })
}

/// Where an element can be added to a list that is spelled out, so that it looks like the others: on a line of
/// its own where the last one has a line of its own, with a comma behind it where that has one.
pub(crate) fn of_element(list: &Expression, sources: &Sources) -> Option<ElementInsertion> {
    let ExpressionKind::Tuple(items) = &list.kind else {
        return None;
    };
    let file = list.span.file;
    let quoted = native(list.span, sources).is_none();
    let insertion = |at: usize, before: String, after: &'static str| ElementInsertion {
        comma: None,
        at: Span::new(file, at, at),
        prefix: before,
        suffix: after,
        quoted,
    };
    let Some(last) = items.last().map(|item| item.span.range()) else {
        return Some(insertion(list.span.range().start + 1, String::new(), ""));
    };
    let text = sources.text(file);
    let first = text.get(..last.start)?.rfind('\n').map_or(0, |at| at + 1);
    let indentation = text.get(first..last.start)?;
    let line = text.get(last.end..)?.split_inclusive('\n').next()?;
    let rest = line.trim_end();
    // What is behind the last one on its line: a comma, a comment, both, nothing; never the end of the list.
    let behind = rest.trim_start();
    let (has_comma, comment) = match behind.strip_prefix(',') {
        Some(comment) => (true, comment.trim_start()),
        None => (false, behind),
    };
    let own_line = indentation.trim().is_empty()
        && line.ends_with('\n')
        && (comment.is_empty() || comment.starts_with('#') || comment.starts_with("//"));
    if !own_line {
        return Some(insertion(last.end, ", ".to_owned(), ""));
    }
    let line_break = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let before = format!("{line_break}{indentation}");
    let end = last.end + rest.len();
    Some(match (has_comma, comment.is_empty()) {
        (true, _) => insertion(end, before, ","),
        (false, true) => insertion(end, format!(",{before}"), ""),
        (false, false) => ElementInsertion {
            comma: Some(Span::new(file, last.end, last.end)),
            ..insertion(end, before, "")
        },
    })
}

/// The text of a file in native syntax.
pub(crate) fn native(span: Span, sources: &Sources) -> Option<&str> {
    let file = sources.file(span.file);
    matches!(Format::from_path(Path::new(file.name())), Format::Native).then(|| file.text())
}
