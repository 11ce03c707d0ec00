//! `csvdecode`, with Go's `encoding/csv`: it is strict where a quote may stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Type, Value, normalize};

use super::definition::{Call, Function, Parameter, Want};
use super::support::{Answer, dynamic, function, text};

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[function(
    "csvdecode",
    &[Parameter::of("str", Want::String)],
    dynamic,
    |call, arguments| decode(call, arguments).into(),
)];

fn decode(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let source = text(arguments, 0);
    call.evaluator.spend(source.len() / 8)?;
    let mut reader = Reader {
        rest: source,
        line: 0,
    };
    let Some(headers) = reader.record()? else {
        return Err("missing header line".into());
    };
    let mut names: Vec<Arc<str>> = Vec::with_capacity(headers.len());
    let mut attributes = BTreeMap::new();
    for header in &headers {
        let name = normalize(header);
        if attributes.insert(name.clone(), Type::String).is_some() {
            return Err(format!("duplicate column name {header:?}").into());
        }
        names.push(name);
    }
    let mut rows = Vec::new();
    while let Some(record) = reader.record()? {
        call.evaluator.spend(names.len())?;
        if record.len() != names.len() {
            let line = reader.line;
            return Err(format!("CSV parse error on line {line}: wrong number of fields").into());
        }
        let fields = names.iter().cloned().zip(record.iter().map(Value::string));
        rows.push(Value::object(fields.collect()));
    }
    Ok(Value::list(Type::object(attributes), rows))
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next line without its end, and whether it had one.
    fn next_line(&mut self) -> Option<(&'a str, bool)> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let (line, ended) = match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                (line, true)
            }
            None => (std::mem::take(&mut self.rest), false),
        };
        Some((line.strip_suffix('\r').unwrap_or(line), ended))
    }

    fn error(&self, what: &str) -> String {
        format!("CSV parse error on line {}: {what}", self.line)
    }

    /// The fields of the next record; empty lines are passed over.
    fn record(&mut self) -> Result<Option<Vec<String>>, String> {
        let mut line = loop {
            match self.next_line() {
                None => return Ok(None),
                Some(("", _)) => {}
                Some((line, _)) => break line,
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, rest) = match line.split_once(',') {
                    Some((field, rest)) => (field, Some(rest)),
                    None => (line, None),
                };
                if field.contains('"') {
                    return Err(self.error("bare \" in non-quoted-field"));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            let mut field = String::new();
            let mut inside = quoted;
            let rest = loop {
                let Some((before, behind)) = inside.split_once('"') else {
                    field.push_str(inside);
                    field.push('\n');
                    match self.next_line() {
                        Some((next, _)) => inside = next,
                        None => return Err(self.error("extraneous or missing \" in quoted-field")),
                    }
                    continue;
                };
                field.push_str(before);
                if let Some(behind) = behind.strip_prefix('"') {
                    field.push('"');
                    inside = behind;
                } else if let Some(rest) = behind.strip_prefix(',') {
                    break Some(rest);
                } else if behind.is_empty() {
                    break None;
                } else {
                    return Err(self.error("extraneous or missing \" in quoted-field"));
                }
            };
            fields.push(field);
            match rest {
                Some(rest) => line = rest,
                None => return Ok(Some(fields)),
            }
        }
    }
}
