//! Documents inside a string, as a `ConfigMap` contains the configuration of a `NodePool`.

use terraform_eval::source::Span;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{self, Node};

/// The documents in a string. In a literal block, spans point into the block; in any other string, they are the span
/// of the string.
///
/// `source` is the source text of the string.
pub(super) fn embedded_documents(string: &Node, source: &str) -> Result<Vec<Node>, SyntaxError> {
    let content = string.as_str().unwrap_or_default();
    let start = string.span.range().start;
    let lines = match heredoc_start(source) {
        Some(first) => {
            let block = source.get(first..).unwrap_or_default();
            LineOffset::of_literal_block(block, start + first, content)
        }
        None => LineOffset::of_literal_block(source, start, content),
    };
    let outer_span = |span: Span| match &lines {
        Some(lines) => Span::new(
            string.span.file,
            file_offset(lines, span.range().start),
            file_offset(lines, span.range().end),
        ),
        None => string.span,
    };
    match yaml::documents(string.span.file, content) {
        Ok(nodes) => Ok(nodes
            .into_iter()
            .map(|node| node.with_spans(&outer_span))
            .collect()),
        Err(error) => Err(SyntaxError {
            span: outer_span(error.span),
            ..error
        }),
    }
}

/// Where the content of a heredoc of Terraform starts: after its first line. `None` for other texts.
fn heredoc_start(source: &str) -> Option<usize> {
    source.starts_with("<<").then_some(())?;
    source.find('\n').map(|end| end + 1)
}

/// The offset of a line of a literal block.
struct LineOffset {
    in_content: usize,
    in_file: usize,
}

impl LineOffset {
    /// The lines of a literal block, whose source text begins at `start` in the file. `None` if a line of the source
    /// differs from the content by more than its indentation.
    fn of_literal_block(source: &str, start: usize, content: &str) -> Option<Vec<Self>> {
        let mut offsets = Vec::new();
        let (mut in_content, mut in_file) = (0, start);
        let mut source_lines = source.split_inclusive('\n');
        for line in content.split_inclusive('\n') {
            let source_line = source_lines.next()?;
            let trimmed = line.trim_end_matches(['\r', '\n']);
            let indentation = source_line.trim_end_matches(['\r', '\n']).strip_suffix(trimmed)?;
            if !indentation.bytes().all(|byte| byte == b' ') {
                return None;
            }
            offsets.push(Self {
                in_content,
                in_file: in_file + indentation.len(),
            });
            in_content += line.len();
            in_file += source_line.len();
        }
        Some(offsets)
    }
}

/// The offset in the file of an offset in the content.
fn file_offset(lines: &[LineOffset], offset: usize) -> usize {
    let next = lines.partition_point(|line| line.in_content <= offset);
    match lines.get(next.wrapping_sub(1)) {
        Some(line) => line.in_file + (offset - line.in_content),
        None => lines.first().map_or(0, |line| line.in_file),
    }
}
