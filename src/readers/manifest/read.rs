//! Reads the documents of a text that declare mirrors.

use terraform_eval::source::{FileId, Span};
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{self, Node};

use crate::readers::manifest::collect::Collector;
use crate::readers::manifest::detect::{declares_mirrors, has_manifest_marker};
use crate::readers::manifest::document::ManifestDocument;
use crate::readers::manifest::error::ManifestReadError;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::unopened::{Unopened, WrapperKind};

/// What a text contains about mirrors. At least one of the lists is not empty.
#[derive(Debug)]
pub(crate) struct ReadManifests {
    /// The documents that declare mirrors or have registry settings.
    pub(crate) documents: Vec<ManifestDocument>,
    /// The places that name a mirror set and could not be opened.
    pub(crate) unopened: Vec<Unopened>,
}

/// Reads the documents of a text that declare mirrors or have registry settings. It is an error if there are none, and
/// none that could not be opened.
pub(crate) fn read_manifests(file: FileId, text: &str) -> Result<ReadManifests, ManifestReadError> {
    if is_ytt(text) {
        if !declares_mirrors(text) {
            return Err(ManifestReadError::NoManifest);
        }
        let unopened = Unopened {
            span: declaring_line(Span::new(file, 0, text.len()), text),
            kind: WrapperKind::Ytt,
        };
        return Ok(ReadManifests {
            documents: Vec::new(),
            unopened: vec![unopened],
        });
    }
    let mut collector = Collector::default();
    let nodes = match yaml::documents(file, text) {
        Ok(nodes) => nodes,
        Err(_) if has_actions(text) => {
            documents_of_template(file, text, &mut collector).map_err(ManifestReadError::Syntax)?
        }
        Err(error) => return Err(ManifestReadError::Syntax(error)),
    };
    let text = ManifestText::new(text);
    for node in &nodes {
        collector
            .add_document(node, text)
            .map_err(ManifestReadError::Syntax)?;
    }
    let Collector { documents, unopened } = collector;
    if documents.is_empty() && unopened.is_empty() {
        return Err(ManifestReadError::NoManifest);
    }
    Ok(ReadManifests { documents, unopened })
}

/// Whether a text has actions of a template: of Go, Helm or Jinja.
fn has_actions(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Whether a text is a template of ytt: it has comments with instructions.
fn is_ytt(text: &str) -> bool {
    const INSTRUCTIONS: [&str; 6] = [" ", "yaml/", "overlay/", "data/", "schema/", "library/"];
    memchr::memmem::find_iter(text.as_bytes(), "#@").any(|start| {
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        let after = text.get(start + 2..).unwrap_or_default();
        before.is_none_or(char::is_whitespace) && INSTRUCTIONS.iter().any(|word| after.starts_with(word))
    })
}

/// The documents of a template that are valid YAML. Those that are not are collected as unopened, if they declare mirrors.
fn documents_of_template(
    file: FileId,
    text: &str,
    collector: &mut Collector,
) -> Result<Vec<Node>, SyntaxError> {
    let mut nodes = Vec::new();
    for (start, document) in split_documents(text) {
        let in_file = |span: Span| Span::new(file, span.range().start + start, span.range().end + start);
        match yaml::documents(file, document) {
            Ok(documents) => nodes.extend(documents.into_iter().map(|node| node.with_spans(&in_file))),
            Err(document_error) if has_actions(document) => {
                let span = Span::new(file, start, start + document.len());
                let kind = WrapperKind::Template;
                if declares_mirrors(document) {
                    let span = declaring_line(span, document);
                    collector.unopened.push(Unopened { span, kind });
                } else if has_manifest_marker(document) {
                    let span = in_file(document_error.span);
                    collector.unopened.push(Unopened { span, kind });
                }
            }
            Err(error) => {
                let span = in_file(error.span);
                return Err(SyntaxError { span, ..error });
            }
        }
    }
    Ok(nodes)
}

/// The documents of a text with their positions, as `kubectl` splits it: at lines that begin with `---`.
fn split_documents(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") && end > start {
            documents.extend(text.get(start..end).map(|document| (start, document)));
            start = end;
        }
        end += line.len();
    }
    documents.extend(text.get(start..).map(|document| (start, document)));
    documents
}

/// The first line of a document that declares mirrors.
fn declaring_line(document: Span, text: &str) -> Span {
    let mut start = document.range().start;
    for line in text.split_inclusive('\n') {
        if declares_mirrors(line) {
            let indentation = line.len() - line.trim_start().len();
            return Span::new(document.file, start + indentation, start + line.trim_end().len());
        }
        start += line.len();
    }
    let start = document.range().start;
    let length = text.lines().next().map_or(0, |line| line.trim_end().len());
    Span::new(document.file, start, start + length)
}
