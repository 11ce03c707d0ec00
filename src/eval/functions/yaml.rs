//! `yamldecode`, as the library `go-cty-yaml` 1.1 reads YAML: a YAML 1.1 reader with a few words of 1.2.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};

use crate::cty::{Type, Value, convert, normalized};

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

/// What the tags of YAML itself begin with.
pub(super) const CORE: &str = "tag:yaml.org,2002:";

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
    /// How many of them are in brackets.
    flow: usize,
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
        flow: 0,
        anchors: HashMap::new(),
        result: None,
    };
    let mut documents = 0;
    let (mut end, mut plain) = (0, false);
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
        let gap = source.get(end..start).unwrap_or_default();
        let tab = reader.flow == 0 && (has_tab(gap, plain) || is_behind_tab(&event, source.get(..start)));
        (end, plain) = (
            span.end.byte_offset().unwrap_or(end).max(end),
            matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..)),
        );
        if tab {
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

/// Whether a tab stands where only spaces may: before something that could be a key.
fn is_behind_tab(event: &Event<'_>, before: Option<&str>) -> bool {
    let begins = matches!(
        event,
        Event::Scalar(..) | Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..)
    );
    let before = before.unwrap_or_default();
    let text = before.trim_end_matches([' ', '\t']);
    let tab = before.get(text.len()..).is_some_and(|space| space.contains('\t'));
    begins && tab && (text.is_empty() || text.ends_with(['\n', '\r', '-', '?']))
}

/// Whether a line between two things begins with a tab. Behind plain text, which could go on there, it
/// may stand further right.
fn has_tab(gap: &str, plain: bool) -> bool {
    gap.split('\n').skip(1).any(|line| {
        let space = line.len() - line.trim_start_matches([' ', '\t']).len();
        match line.get(..space).and_then(|space| space.find('\t')) {
            Some(column) => column == 0 || !plain,
            None => false,
        }
    })
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
            Event::SequenceStart(style, anchor, tag) => {
                self.flow += usize::from(style == StructureStyle::Flow);
                only_tag(tag.as_deref(), "seq", "sequence")?;
                self.open(Open::Sequence(Vec::new()), anchor)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.flow += usize::from(style == StructureStyle::Flow);
                only_tag(tag.as_deref(), "map", "mapping")?;
                let open = Open::Mapping {
                    entries: BTreeMap::new(),
                    key: Key::Wanted,
                };
                self.open(open, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.flow = self.flow.saturating_sub(1);
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
                .map_or_else(|| normalized(text), |name| normalized(name));
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

fn full_name(tag: &Tag) -> Cow<'_, str> {
    if tag.handle().is_empty() {
        return Cow::Borrowed(tag.suffix());
    }
    Cow::Owned(format!("{}{}", tag.handle(), tag.suffix()))
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
