//! Builds the tree from the events of the YAML parser.

use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, Tag};

use crate::source::{FileId, Span};
use crate::syntax::syntax_error::SyntaxError;

use super::node::{CORE, Key, MAX_DEPTH, Node, NodeKind, full_name};
use super::scalar::{self, Word};
use super::tabs::Tabs;

/// How many nodes aliases may expand to.
const MAX_ALIASED: usize = 100_000;

/// Parses the documents of a YAML text.
pub(super) fn read(file: FileId, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_scalar_eof_without_line_feed = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut reader = Reader {
        file,
        frames: Vec::new(),
        anchors: BTreeMap::new(),
        aliased: 0,
        documents: Vec::new(),
    };
    let mut tabs = Tabs::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(text.len());
            let span = character(file, text, at);
            match error.kind() {
                ErrorKind::RecursionLimitExceeded => too_deep(span),
                _ => SyntaxError::new(span, format!("invalid YAML: {}", error.info())),
            }
        })?;
        let start = span.start.byte_offset().unwrap_or(text.len());
        let end = span.end.byte_offset().unwrap_or(start).max(start);
        if tabs.is_misplaced(text, &event, start..end) {
            let message = "invalid YAML: tabs are not allowed for indentation";
            return Err(SyntaxError::new(character(file, text, start), message).help("indent with spaces"));
        }
        reader.event(event, Span::new(file, start, end))?;
    }
    Ok(reader.documents)
}

/// The span of the character at an offset, which may be past the end.
fn character(file: FileId, text: &str, at: usize) -> Span {
    let mut start = at.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let length = text.get(start..).and_then(|rest| rest.chars().next());
    Span::new(file, start, start + length.map_or(0, char::len_utf8))
}

/// The parser counts collections in braces and brackets, and those by indentation; the reader counts all of them.
fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::too_deep(span, "the document is", MAX_DEPTH)
}

/// A collection that has not been closed.
struct Frame {
    start: Span,
    anchor: usize,
    /// The number of nodes in it, with aliases expanded.
    size: usize,
    open: Open,
}

enum Open {
    Sequence(Vec<Node>),
    Mapping(Vec<(Key, Node)>, Option<PendingKey>),
}

/// The key of the value that follows.
enum PendingKey {
    Key(Key),
    /// The merge key at this position.
    Merge(Span),
}

struct Reader {
    file: FileId,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, (Node, usize)>,
    aliased: usize,
    documents: Vec<Node>,
}

impl Reader {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), SyntaxError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(SyntaxError::new(
                        span,
                        "an alias cannot be inside the value of its own anchor",
                    ));
                };
                self.spend(size, span)?;
                if let Some(key) = self.missing_key() {
                    let (NodeKind::String(text) | NodeKind::Word(_, text)) = node.kind else {
                        return Err(SyntaxError::new(span, "a key must be a string"));
                    };
                    *key = Some(PendingKey::Key(Key::new(node.span, text)));
                    return Ok(());
                }
                self.value(node, size, IsAlias(true))
            }
            Event::SequenceStart(_, anchor, tag) => {
                only_tag(tag.as_deref(), "seq", span)?;
                self.open(Open::Sequence(Vec::new()), anchor, span)
            }
            Event::MappingStart(_, anchor, tag) => {
                only_tag(tag.as_deref(), "map", span)?;
                self.open(Open::Mapping(Vec::new(), None), anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.frames.pop() else {
                    return Ok(());
                };
                let kind = match frame.open {
                    Open::Sequence(elements) => NodeKind::Sequence(elements),
                    Open::Mapping(entries, _) => NodeKind::Mapping(entries),
                };
                let span = Span::new(self.file, frame.start.range().start, span.range().end);
                let node = Node { span, kind };
                self.remember(frame.anchor, &node, frame.size + 1)?;
                self.value(node, frame.size + 1, IsAlias(false))
            }
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, anchor: usize, start: Span) -> Result<(), SyntaxError> {
        if let Some(Frame {
            open: Open::Mapping(_, None),
            ..
        }) = self.frames.last()
        {
            return Err(SyntaxError::new(start, "a key must be a string"));
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_deep(start));
        }
        self.frames.push(Frame {
            start,
            anchor,
            size: 0,
            open,
        });
        Ok(())
    }

    /// Counts the nodes that aliases expand to, and those that are stored for aliases.
    fn spend(&mut self, size: usize, span: Span) -> Result<(), SyntaxError> {
        self.aliased = self.aliased.saturating_add(size);
        if self.aliased <= MAX_ALIASED {
            return Ok(());
        }
        let message = format!("the aliases expand to more than {MAX_ALIASED} values");
        Err(SyntaxError::new(span, message).help("replace the aliases with the values they refer to"))
    }

    fn remember(&mut self, anchor: usize, node: &Node, size: usize) -> Result<(), SyntaxError> {
        if anchor != 0 {
            self.spend(size, node.span)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), SyntaxError> {
        let plain = style == ScalarStyle::Plain;
        let tag = tag.map(full_name);
        if let Some(key) = self.missing_key() {
            let is_merge_tag = || tag.as_deref().and_then(|tag| tag.strip_prefix(CORE)) == Some("merge");
            *key = Some(if text == "<<" && (plain && tag.is_none() || is_merge_tag()) {
                PendingKey::Merge(span)
            } else {
                PendingKey::Key(Key::new(span, text.to_owned()))
            });
            if anchor != 0 {
                let kind = NodeKind::String(text.to_owned());
                self.remember(anchor, &Node { span, kind }, 1)?;
            }
            return Ok(());
        }
        let word = match tag.as_deref() {
            None if plain => Word::resolve(text),
            None | Some("!") => None,
            Some(tag) => scalar::resolve_tagged(tag.strip_prefix(CORE), text).map_err(|_| {
                SyntaxError::new(span, format!("{text:?} with the tag {tag} is not supported"))
            })?,
        };
        let kind = match word {
            Some(word) => NodeKind::Word(word, text.to_owned()),
            None => NodeKind::String(text.to_owned()),
        };
        let node = Node { span, kind };
        self.remember(anchor, &node, 1)?;
        self.value(node, 1, IsAlias(false))
    }

    /// The place for the key, if a key has to follow.
    fn missing_key(&mut self) -> Option<&mut Option<PendingKey>> {
        match self.frames.last_mut() {
            Some(Frame {
                open: Open::Mapping(_, key @ None),
                ..
            }) => Some(key),
            _ => None,
        }
    }

    /// Adds a complete value to its collection.
    fn value(&mut self, node: Node, size: usize, is_alias: IsAlias) -> Result<(), SyntaxError> {
        let Some(frame) = self.frames.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        frame.size = frame.size.saturating_add(size);
        match &mut frame.open {
            Open::Sequence(elements) => elements.push(node),
            Open::Mapping(entries, key) => match key.take() {
                Some(PendingKey::Key(key)) => entries.push((key, node)),
                Some(PendingKey::Merge(merge)) => merge_into(entries, node, merge, is_alias)?,
                None => return Err(SyntaxError::new(node.span, "a key must be a string")),
            },
        }
        Ok(())
    }
}

/// Whether a value is written as an alias.
#[derive(Clone, Copy)]
struct IsAlias(bool);

/// Adds the entries of a merge key's value: a mapping, or a list of mappings, of which the first one counts. An entry
/// overrides those before it, also explicit ones (`decode.go` in `goyaml.v2`).
fn merge_into(
    entries: &mut Vec<(Key, Node)>,
    value: Node,
    merge: Span,
    is_alias: IsAlias,
) -> Result<(), SyntaxError> {
    let error = |span| {
        let message = "the value of a merge key (`<<`) must be a mapping or a list of mappings";
        SyntaxError::new(span, message)
    };
    let mut add = |merged: Vec<(Key, Node)>| {
        entries.extend(merged.into_iter().map(|(key, value)| {
            let merged_by = Some(merge);
            (Key { merged_by, ..key }, value)
        }));
    };
    match value.kind {
        NodeKind::Mapping(merged) => add(merged),
        NodeKind::Sequence(elements) if !is_alias.0 => {
            for element in elements.into_iter().rev() {
                let NodeKind::Mapping(merged) = element.kind else {
                    return Err(error(element.span));
                };
                add(merged);
            }
        }
        _ => return Err(error(merge)),
    }
    Ok(())
}

fn only_tag(tag: Option<&Tag>, allowed: &str, span: Span) -> Result<(), SyntaxError> {
    match tag.map(full_name) {
        Some(tag) if tag.strip_prefix(CORE) != Some(allowed) => {
            Err(SyntaxError::new(span, format!("the tag {tag} is not supported")).help("remove the tag"))
        }
        _ => Ok(()),
    }
}
