//! `csvdecode`, which is as strict about quotes as Go's `encoding/csv`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Type, Value, normalize};
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] =
    &[Function::new("csvdecode", csv_decode).param(Parameter::new("str", ConstType::String))];

fn csv_decode(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let source = args.string(0);
    call.host
        .decode_once("csvdecode", source, &mut || decode(call, source))
}

fn decode(call: &Call<'_>, source: &str) -> FunctionResult {
    call.charge(source.len() / 8)?;
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
    call.charge_elements(names.len())?;
    while let Some(record) = reader.record()? {
        call.charge_elements(1)?;
        call.charge_fields(names.len())?;
        if record.len() != names.len() {
            return Err(reader.error("wrong number of fields"));
        }
        let fields = names.iter().cloned().zip(record.iter().map(Value::string));
        rows.push(Value::object(fields.collect()));
    }
    Ok(Value::list(Type::object(attributes), rows))
}

/// Reads records as Go's `encoding/csv` does.
struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    /// The next line without its line break.
    fn next_line(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        self.line += 1;
        let line = match self.rest.split_once('\n') {
            Some((line, rest)) => {
                self.rest = rest;
                line
            }
            None => std::mem::take(&mut self.rest),
        };
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    fn error(&self, message: &str) -> FunctionError {
        format!("CSV parse error on line {}: {message}", self.line).into()
    }

    /// The fields of the next record; empty lines are skipped.
    fn record(&mut self) -> FunctionResult<Option<Vec<String>>> {
        let mut line = loop {
            match self.next_line() {
                None => return Ok(None),
                Some("") => {}
                Some(line) => break line,
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
            let mut remaining = quoted;
            let rest = loop {
                let Some((before, after)) = remaining.split_once('"') else {
                    field.push_str(remaining);
                    field.push('\n');
                    match self.next_line() {
                        Some(next) => remaining = next,
                        None => return Err(self.error("extraneous or missing \" in quoted-field")),
                    }
                    continue;
                };
                field.push_str(before);
                if let Some(after) = after.strip_prefix('"') {
                    field.push('"');
                    remaining = after;
                } else if let Some(rest) = after.strip_prefix(',') {
                    break Some(rest);
                } else if after.is_empty() {
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
