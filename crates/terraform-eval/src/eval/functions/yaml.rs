//! `yamldecode`, as the library `go-cty-yaml` 1.1 reads YAML: a YAML 1.1 reader with a few words of 1.2.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use granit_parser::{Event, Options, Parser, ScalarStyle, Tag};

use crate::cty::{Type, Value, convert, normalize};
use crate::syntax::yaml::tabs::Tabs;
use crate::syntax::yaml::{CORE, full_name};

use super::super::Failure;
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::support::{Answer, dynamic, function, text};
use super::yaml_scalars::resolve;

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[Function {
    never_null: false,
    ..function(
        "yamldecode",
        &[Parameter::of("src", Want::String)],
        dynamic,
        |call, arguments| decode(call, text(arguments, 0)).into(),
    )
}];

/// Collections may stand within each other so deep.
const MAX_DEPTH: usize = 200;

/// A collection that is being read.
enum Open {
    Sequence(Vec<Value>),
    Mapping {
        entries: BTreeMap<std::sync::Arc<str>, Value>,
        key: Key,
    },
}

/// What a mapping waits for.
enum Key {
    Wanted,
    Entry(std::sync::Arc<str>),
    Merge,
}

struct Frame {
    open: Open,
    anchor: usize,
    /// How many values are in it, those behind aliases counted each time.
    size: usize,
}

struct Reader<'c> {
    call: &'c Call<'c>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Value, usize)>,
    result: Option<Value>,
}

fn decode(call: &Call<'_>, source: &str) -> Answer {
    call.evaluator.spend(source.len() / 4)?;
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.block_scalar_eof_without_line_feed = true;
    check_directives(source)?;
    let mut reader = Reader {
        call,
        frames: Vec::new(),
        anchors: HashMap::new(),
        result: None,
    };
    let mut documents = 0;
    let mut tabs = Tabs::default();
    for event in Parser::new_from_str_with_options(source, options) {
        let (event, span) = event.map_err(|error| {
            let at = error.marker();
            Stop::Error(format!(
                "on line {}, column {}: {}",
                at.line(),
                at.col() + 1,
                error.info()
            ))
        })?;
        let located = |message: String| {
            let at = span.start;
            Stop::Error(format!(
                "on line {}, column {}: {message}",
                at.line(),
                at.col() + 1
            ))
        };
        let start = span.start.byte_offset().unwrap_or(source.len());
        let end = span.end.byte_offset().unwrap_or(start);
        if tabs.is_misplaced(source, &event, start..end) {
            return Err(located("found character that cannot start any token".to_owned()));
        }
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                return Err(located("only a single document is allowed".to_owned()));
            }
        }
        reader.event(event).map_err(|stop| match stop {
            Stop::Error(message) => located(message),
            limit @ Stop::Failure(_) => limit,
        })?;
    }
    reader
        .result
        .ok_or_else(|| "on line 1, column 1: missing start of document".into())
}

/// Of directives, Terraform knows `%YAML 1.1` and `%TAG`.
fn check_directives(source: &str) -> Result<(), Stop> {
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
    fn event(&mut self, event: Event<'_>) -> Result<(), Stop> {
        self.call.evaluator.spend(1)?;
        match event {
            Event::Scalar(value, style, anchor, tag) => self.scalar(&value, style, anchor, tag.as_deref()),
            Event::Alias(anchor) => {
                let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                    return Err("cannot refer to an anchor from inside its own definition".into());
                };
                self.call.evaluator.spend(size)?;
                self.value(value, size)
            }
            Event::SequenceStart(_, anchor, tag) => {
                only_tag(tag.as_deref(), "seq", "sequence")?;
                self.open(Open::Sequence(Vec::new()), anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                only_tag(tag.as_deref(), "map", "mapping")?;
                let open = Open::Mapping {
                    entries: BTreeMap::new(),
                    key: Key::Wanted,
                };
                self.open(open, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(frame) = self.frames.pop() else {
                    return Ok(());
                };
                let value = match frame.open {
                    Open::Sequence(items) => Value::tuple(items),
                    Open::Mapping { entries, .. } => Value::object(entries),
                };
                self.anchored(frame.anchor, &value, frame.size + 1);
                self.value(value, frame.size + 1)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, open: Open, anchor: usize) -> Result<(), Stop> {
        if let Some(Frame {
            open: Open::Mapping { key: Key::Wanted, .. },
            ..
        }) = self.frames.last()
        {
            return Err("only strings are allowed as mapping keys".into());
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(Stop::Failure(Failure::limit("the YAML is nested too deeply")));
        }
        self.frames.push(Frame {
            open,
            anchor,
            size: 0,
        });
        Ok(())
    }

    fn anchored(&mut self, anchor: usize, value: &Value, size: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), Stop> {
        self.call.spend_bytes(text.len())?;
        let tag = tag.map_or(Cow::Borrowed(""), full_name);
        let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        let tag = &*tag;
        if let Some(Frame {
            open: Open::Mapping { key, .. },
            ..
        }) = self.frames.last_mut()
            && matches!(key, Key::Wanted)
        {
            if tag.is_empty() && text == "<<" {
                *key = Key::Merge;
                return Ok(());
            }
            let name = resolve(tag, text, quoted)?;
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
        let mut value = resolve(tag, text, quoted)?;
        // What is written as a block is a string, and still takes the way through what it looks like.
        if tag.is_empty() && style != ScalarStyle::Plain {
            value = convert(&value, &Type::String).map_err(|error| error.to_string())?;
        }
        self.anchored(anchor, &value, 1);
        self.value(value, 1)
    }

    /// Puts a finished value where it belongs.
    fn value(&mut self, value: Value, size: usize) -> Result<(), Stop> {
        let Some(frame) = self.frames.last_mut() else {
            self.result = Some(value);
            return Ok(());
        };
        frame.size = frame.size.saturating_add(size);
        match &mut frame.open {
            Open::Sequence(items) => items.push(value),
            Open::Mapping { entries, key } => match std::mem::replace(key, Key::Wanted) {
                Key::Wanted => return Err("only strings are allowed as mapping keys".into()),
                Key::Entry(name) => _ = entries.insert(name, value),
                Key::Merge => match value.as_map() {
                    Some(merged) => {
                        entries.extend(merged.iter().map(|(name, value)| (name.clone(), value.clone())));
                    }
                    None => {
                        let kind = value.ty().friendly_name();
                        return Err(format!("cannot merge {kind} into mapping").into());
                    }
                },
            },
        }
        Ok(())
    }
}

fn only_tag(tag: Option<&Tag>, allowed: &str, what: &str) -> Result<(), Stop> {
    let Some(tag) = tag.map(full_name) else {
        return Ok(());
    };
    if tag.strip_prefix(CORE) == Some(allowed) {
        return Ok(());
    }
    Err(format!("can't interpret {what} as {tag}").into())
}
