//! `yamldecode`, as the library `go-cty-yaml` 1.1 reads YAML: as YAML 1.1 with some scalars of 1.2.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, Tag};

use super::scalar::resolve;
use crate::cty::{MAX_DEPTH, Type, Value, convert, normalize};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::host::Call;
use crate::syntax::yaml::tabs::Tabs;
use crate::syntax::yaml::{CORE, full_name};

/// A collection that is not complete yet.
enum Collection {
    Sequence(Vec<Value>),
    Mapping {
        entries: BTreeMap<std::sync::Arc<str>, Value>,
        key: Key,
    },
}

/// The state of a mapping.
enum Key {
    /// The next node is a key.
    Expected,
    /// The next node is the value of this key.
    Entry(std::sync::Arc<str>),
    /// The next node is merged into the mapping.
    Merge,
}

struct Frame {
    collection: Collection,
    anchor: usize,
    /// The number of values in the collection; an alias counts as all values of its anchor.
    size: usize,
}

struct Reader<'c> {
    call: &'c Call<'c>,
    /// Whether `<<` may merge a sequence of mappings.
    merges_sequences: bool,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Value, usize)>,
    result: Option<Value>,
}

fn too_deep() -> FunctionError {
    FunctionError::limit(format!(
        "the YAML is nested too deeply; the limit is {MAX_DEPTH} levels"
    ))
}

pub(super) fn yaml_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let source = args.string(0);
    call.charge(source.len() / 4)?;
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_scalar_eof_without_line_feed = true;
    options.flow_nesting_limit = usize::from(MAX_DEPTH);
    options.block_nesting_limit = usize::from(MAX_DEPTH);
    check_directives(source)?;
    let mut reader = Reader {
        call,
        merges_sequences: args.has(Feature::MergedYamlSequences),
        frames: Vec::new(),
        anchors: HashMap::new(),
        result: None,
    };
    let mut documents = 0;
    let mut tabs = Tabs::default();
    for event in Parser::new_from_str_with_options(source, options) {
        let (event, span) = event.map_err(|error| match error.kind() {
            ErrorKind::RecursionLimitExceeded => too_deep(),
            _ => FunctionError::from(error.info()).in_context(location(error.marker())),
        })?;
        let with_location = |error: FunctionError| error.in_context(location(&span.start));
        let start = span.start.byte_offset().unwrap_or(source.len());
        let end = span.end.byte_offset().unwrap_or(start);
        if tabs.is_misplaced(source, &event, start..end) {
            return Err(with_location(
                "found character that cannot start any token".into(),
            ));
        }
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                return Err(with_location("only a single document is allowed".into()));
            }
        }
        reader.read_event(event).map_err(with_location)?;
    }
    reader
        .result
        .ok_or_else(|| "on line 1, column 1: missing start of document".into())
}

/// The context of an error at a position in the document.
fn location(marker: &Marker) -> String {
    format!("on line {}, column {}", marker.line(), marker.col() + 1)
}

/// Terraform supports the directives `%YAML 1.1` and `%TAG`.
fn check_directives(source: &str) -> FunctionResult<()> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    for line in source.lines() {
        let Some(directive) = line.strip_prefix('%') else {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            break;
        };
        let mut words = directive.split_whitespace();
        match (words.next(), words.next()) {
            (Some("YAML"), Some("1.1")) | (Some("TAG"), _) => {}
            (Some("YAML"), _) => return Err("found incompatible YAML document".into()),
            _ => return Err("found unknown directive name".into()),
        }
    }
    Ok(())
}

impl Reader<'_> {
    fn read_event(&mut self, event: Event<'_>) -> FunctionResult<()> {
        self.call.charge_elements(1)?;
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.read_scalar(&value, style, anchor, tag.as_deref())
            }
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err("cannot refer to an anchor from inside its own definition".into());
                };
                self.call.charge(size)?;
                self.push_value(value, size)
            }
            Event::SequenceStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "seq", "sequence")?;
                self.open(Collection::Sequence(Vec::new()), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                check_tag(tag.as_deref(), "map", "mapping")?;
                self.call.charge_fields(1)?;
                let mapping = Collection::Mapping {
                    entries: BTreeMap::new(),
                    key: Key::Expected,
                };
                self.open(mapping, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.frames.pop() else {
                    return Ok(());
                };
                let value = match frame.collection {
                    Collection::Sequence(items) => Value::tuple(items),
                    Collection::Mapping { entries, .. } => Value::object(entries),
                };
                self.store_anchor(frame.anchor, &value, frame.size + 1);
                self.push_value(value, frame.size + 1)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, collection: Collection, anchor: usize) -> FunctionResult<()> {
        if let Some(Frame {
            collection: Collection::Mapping {
                key: Key::Expected, ..
            },
            ..
        }) = self.frames.last()
        {
            return Err("only strings are allowed as mapping keys".into());
        }
        if self.frames.len() >= usize::from(MAX_DEPTH) {
            return Err(too_deep());
        }
        self.frames.push(Frame {
            collection,
            anchor,
            size: 0,
        });
        Ok(())
    }

    fn store_anchor(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn read_scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> FunctionResult<()> {
        self.call.charge_text(text.len())?;
        let tag = tag.map_or(Cow::Borrowed(""), full_name);
        let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let tag = &*tag;
        if let Some(Frame {
            collection: Collection::Mapping { key, .. },
            ..
        }) = self.frames.last_mut()
            && matches!(key, Key::Expected)
        {
            if tag.is_empty() && text == "<<" {
                *key = Key::Merge;
                return Ok(());
            }
            let name = resolve(tag, text, is_quoted)?;
            if name.is_null() {
                return Err("mapping key cannot be null".into());
            }
            let name = convert(&name, &Type::String).map_err(|error| error.to_string())?;
            let name = name
                .as_str()
                .map_or_else(|| normalize(text), |name| normalize(name));
            *key = Key::Entry(name);
            return Ok(());
        }
        let mut value = resolve(tag, text, is_quoted)?;
        // A block scalar is a string, but go-cty-yaml first resolves it like a plain one.
        if tag.is_empty() && style != ScalarStyle::Plain {
            value = convert(&value, &Type::String).map_err(|error| error.to_string())?;
        }
        self.store_anchor(anchor, &value, 1);
        self.push_value(value, 1)
    }

    /// Adds a complete value to the innermost collection.
    fn push_value(&mut self, value: Value, size: usize) -> FunctionResult<()> {
        let Some(frame) = self.frames.last_mut() else {
            self.result = Some(value);
            return Ok(());
        };
        frame.size = frame.size.saturating_add(size);
        match &mut frame.collection {
            Collection::Sequence(items) => items.push(value),
            Collection::Mapping { entries, key } => match std::mem::replace(key, Key::Expected) {
                Key::Expected => return Err("only strings are allowed as mapping keys".into()),
                Key::Entry(name) => _ = entries.insert(name, value),
                Key::Merge => match value.as_map() {
                    Some(merged) => {
                        self.call.charge_elements(merged.len())?;
                        entries.extend(merged.iter().map(|(name, value)| (name.clone(), value.clone())));
                    }
                    None => merge_sequence(entries, &value, self.merges_sequences)?,
                },
            },
        }
        Ok(())
    }
}

/// Merges the mappings of a sequence, of which later ones win.
fn merge_sequence(
    entries: &mut BTreeMap<std::sync::Arc<str>, Value>,
    sequence: &Value,
    is_allowed: bool,
) -> FunctionResult<()> {
    let Some(items) = sequence.as_slice().filter(|_| is_allowed) else {
        let kind = sequence.ty().friendly_name();
        return Err(format!("cannot merge {kind} into mapping").into());
    };
    for item in items {
        let Some(merged) = item.as_map() else {
            let kind = item.ty().friendly_name();
            return Err(format!("cannot merge {kind} (from sequence) into mapping").into());
        };
        entries.extend(merged.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(())
}

fn check_tag(tag: Option<&Tag>, allowed: &str, node: &str) -> FunctionResult<()> {
    let Some(tag) = tag.map(full_name) else {
        return Ok(());
    };
    if tag.strip_prefix(CORE) == Some(allowed) {
        return Ok(());
    }
    Err(format!("can't interpret {node} as {tag}").into())
}
