//! `yamldecode`, as the library `go-cty-yaml` 1.1 reads YAML: as YAML 1.1 with some scalars of 1.2.

use std::collections::BTreeMap;

use super::parser::{Event, Parser, Properties};
use super::scalar::resolve;
use super::scanner::{Mark, Style, YamlError};
use crate::cty::{MAX_DEPTH, Type, Value, convert, normalize};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::host::Call;
use crate::hashing::HashMap;
use crate::syntax::yaml::CORE;

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
    anchor: Option<String>,
    /// The number of values in the collection; an alias counts as all values of its anchor.
    size: usize,
}

struct Reader<'c> {
    call: &'c Call<'c>,
    frames: Vec<Frame>,
    anchors: HashMap<String, (Value, usize)>,
    result: Option<Value>,
}

fn too_deep() -> FunctionError {
    FunctionError::limit(format!(
        "the YAML is nested too deeply; the limit is {MAX_DEPTH} levels"
    ))
}

pub(super) fn yaml_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let source = args.string(0);
    call.host
        .decode_once("yamldecode", source, &mut || decode(call, source))
}

fn decode(call: &Call<'_>, source: &str) -> FunctionResult {
    call.charge(source.len() / 4)?;
    let mut reader = Reader {
        call,
        frames: Vec::new(),
        anchors: HashMap::default(),
        result: None,
    };
    let mut documents = 0;
    let mut parser = Parser::new(source).map_err(parse_error)?;
    loop {
        let (event, mark) = parser.next().map_err(parse_error)?;
        match event {
            Event::DocumentStart => documents += 1,
            Event::StreamEnd => break,
            _ => {}
        }
        let result = if documents > 1 {
            Err("only a single document is allowed".into())
        } else {
            reader.read_event(event)
        };
        result.map_err(|error| error.in_context(location(mark)))?;
    }
    reader
        .result
        .ok_or_else(|| "on line 1, column 1: missing start of document".into())
}

fn parse_error(error: YamlError) -> FunctionError {
    if error.is_limit {
        too_deep()
    } else {
        FunctionError::from(error.message).in_context(location(error.mark))
    }
}

/// The context of an error at a position in the document.
fn location(mark: Mark) -> String {
    format!("on line {}, column {}", mark.line + 1, mark.column + 1)
}

impl Reader<'_> {
    fn read_event(&mut self, event: Event) -> FunctionResult<()> {
        self.call.charge_elements(1)?;
        match event {
            Event::Scalar {
                text,
                style,
                properties,
            } => self.read_scalar(&text, style, properties),
            Event::Alias(anchor) => {
                let is_open = |frame: &Frame| frame.anchor.as_ref() == Some(&anchor);
                if self.frames.iter().any(is_open) {
                    return Err("cannot refer to an anchor from inside its own definition".into());
                }
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err(format!("reference to undefined anchor {anchor:?}").into());
                };
                self.call.charge(size)?;
                self.push_value(value, size)
            }
            Event::SequenceStart(properties) => {
                check_tag(&properties.tag, "seq", "sequence")?;
                self.open(Collection::Sequence(Vec::new()), properties.anchor)
            }
            Event::MappingStart(properties) => {
                check_tag(&properties.tag, "map", "mapping")?;
                self.call.charge_fields(1)?;
                let mapping = Collection::Mapping {
                    entries: BTreeMap::new(),
                    key: Key::Expected,
                };
                self.open(mapping, properties.anchor)
            }
            Event::End => {
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
            Event::DocumentStart | Event::DocumentEnd | Event::StreamEnd => Ok(()),
        }
    }

    fn open(&mut self, collection: Collection, anchor: Option<String>) -> FunctionResult<()> {
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

    fn store_anchor(&mut self, anchor: Option<String>, value: &Value, size: usize) {
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn read_scalar(&mut self, text: &str, style: Style, properties: Properties) -> FunctionResult<()> {
        self.call.charge_text(text.len())?;
        let is_quoted = style == Style::Quoted;
        let tag = properties.tag.as_str();
        let host = self.call.host;
        let has_strict_numbers = || host.has(Feature::StrictYamlNumbers);
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
            let name = resolve(tag, text, is_quoted, has_strict_numbers)?;
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
        let mut value = resolve(tag, text, is_quoted, has_strict_numbers)?;
        // A block scalar is a string, but go-cty-yaml first resolves it like a plain one.
        if tag.is_empty() && style != Style::Plain {
            value = convert(&value, &Type::String).map_err(|error| error.to_string())?;
        }
        self.store_anchor(properties.anchor, &value, 1);
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
                    None => merge_sequence(entries, &value, self.call)?,
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
    call: &Call<'_>,
) -> FunctionResult<()> {
    let items = sequence
        .as_slice()
        .filter(|_| call.host.has(Feature::MergedYamlSequences));
    let Some(items) = items else {
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

fn check_tag(tag: &str, allowed: &str, node: &str) -> FunctionResult<()> {
    if tag.is_empty() || tag.strip_prefix(CORE) == Some(allowed) {
        return Ok(());
    }
    Err(format!("can't interpret {node} as {tag}").into())
}
