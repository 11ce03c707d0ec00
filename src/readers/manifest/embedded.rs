//! Documents that are the text of a string, as a `ConfigMap` holds the configuration of a `NodePool`.

use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{self, Node};

/// The documents in a string. What is written as a literal block has its places in it; anything else
/// stands at the string as a whole.
pub(super) fn documents(string: &Node, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let inner = string.as_str().unwrap_or_default();
    let lines = text
        .get(string.span.range())
        .and_then(|written| lines(written, string.span.range().start, inner));
    let place = |span: Span| match &lines {
        Some(lines) => Span::new(
            string.span.file,
            at(lines, span.range().start),
            at(lines, span.range().end),
        ),
        None => string.span,
    };
    match yaml::documents(string.span.file, inner) {
        Ok(nodes) => Ok(nodes.into_iter().map(|node| node.with_spans(&place)).collect()),
        Err(problem) => Err(SyntaxError {
            span: place(problem.span),
            ..problem
        }),
    }
}

/// Where each line of a literal block begins: in its text, and in the file. None where the lines are not
/// those that are written, but for what they are indented by.
fn lines(written: &str, start: usize, inner: &str) -> Option<Vec<(usize, usize)>> {
    let mut found = Vec::new();
    let (mut in_text, mut in_file) = (0, start);
    let mut raw = written.split_inclusive('\n');
    for line in inner.split_inclusive('\n') {
        let own = raw.next()?;
        let (content, ends) = (
            line.trim_end_matches(['\r', '\n']),
            own.trim_end_matches(['\r', '\n']),
        );
        let indentation = ends.strip_suffix(content)?;
        if !indentation.bytes().all(|byte| byte == b' ') {
            return None;
        }
        found.push((in_text, in_file + indentation.len()));
        in_text += line.len();
        in_file += own.len();
    }
    Some(found)
}

fn at(lines: &[(usize, usize)], offset: usize) -> usize {
    let after = lines.partition_point(|(in_text, _)| *in_text <= offset);
    match lines.get(after.wrapping_sub(1)) {
        Some((in_text, in_file)) => in_file + (offset - in_text),
        None => lines.first().map_or(0, |(_, in_file)| *in_file),
    }
}
