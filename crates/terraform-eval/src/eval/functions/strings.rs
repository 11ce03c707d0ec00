//! Functions on strings.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::cty::{Type, Value};

use super::super::Failure;
use super::definition::{Call, Function, Outcome, Parameter, Stop, Want};
use super::letters;
use super::regexp;
use super::support::{Answer, bool, function, list_of_string, string, text, whole};

const STR: Parameter = Parameter::of("str", Want::String);
const ONE: &[Parameter] = &[STR];
const WITH_PREFIX: &[Parameter] = &[STR, Parameter::of("prefix", Want::String)];
const WITH_SUFFIX: &[Parameter] = &[STR, Parameter::of("suffix", Want::String)];

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function("chomp", ONE, string, |_, arguments| {
        changed(arguments, |text| text.trim_end_matches(['\r', '\n']))
    }),
    function("endswith", WITH_SUFFIX, bool, |_, arguments| {
        Value::bool(text(arguments, 0).ends_with(text(arguments, 1))).into()
    }),
    function(
        "indent",
        &[Parameter::of("spaces", Want::Number), STR],
        string,
        |call, arguments| indent(call, arguments).into(),
    ),
    Function {
        variadic: Some(&Parameter::of("lists", Want::ListOfString)),
        ..function(
            "join",
            &[Parameter::of("separator", Want::String)],
            string,
            |call, arguments| join(call, arguments).into(),
        )
    },
    function("lower", ONE, string, |call, arguments| {
        rewritten(call, arguments, letters::lower).into()
    }),
    function(
        "replace",
        &[
            STR,
            Parameter::of("substr", Want::String),
            Parameter::of("replace", Want::String),
        ],
        string,
        |call, arguments| replace(call, arguments).into(),
    ),
    function(
        "split",
        &[Parameter::of("separator", Want::String), STR],
        list_of_string,
        |call, arguments| split(call, arguments).into(),
    ),
    function(
        "startswith",
        &[
            Parameter {
                allow_unknown: true,
                ..STR
            },
            Parameter::of("prefix", Want::String),
        ],
        bool,
        |_, arguments| starts_with(arguments).into(),
    ),
    Function {
        never_null: false,
        ..function(
            "strcontains",
            &[STR, Parameter::of("substr", Want::String)],
            bool,
            |_, arguments| Value::bool(text(arguments, 0).contains(text(arguments, 1))).into(),
        )
    },
    function("strrev", ONE, string, |call, arguments| {
        rewritten(call, arguments, |text| text.graphemes(true).rev().collect()).into()
    }),
    function(
        "substr",
        &[
            STR,
            Parameter::of("offset", Want::Number),
            Parameter::of("length", Want::Number),
        ],
        string,
        |call, arguments| substr(call, arguments).into(),
    ),
    function("title", ONE, string, |call, arguments| {
        rewritten(call, arguments, letters::title).into()
    }),
    function(
        "trim",
        &[STR, Parameter::of("cutset", Want::String)],
        string,
        |call, arguments| trim(call, arguments).into(),
    ),
    function("trimprefix", WITH_PREFIX, string, |_, arguments| {
        changed(arguments, |whole| {
            whole.strip_prefix(text(arguments, 1)).unwrap_or(whole)
        })
    }),
    function("trimspace", ONE, string, |_, arguments| {
        changed(arguments, str::trim)
    }),
    function("trimsuffix", WITH_SUFFIX, string, |_, arguments| {
        changed(arguments, |whole| {
            whole.strip_suffix(text(arguments, 1)).unwrap_or(whole)
        })
    }),
    function("upper", ONE, string, |call, arguments| {
        rewritten(call, arguments, letters::upper).into()
    }),
];

/// A part of the first argument.
fn changed<'a>(arguments: &'a [Value], change: impl FnOnce(&'a str) -> &'a str) -> Outcome {
    Value::string(change(text(arguments, 0))).into()
}

/// The first argument, written anew.
fn rewritten(call: &Call<'_>, arguments: &[Value], write: impl FnOnce(&str) -> String) -> Answer {
    let text = text(arguments, 0);
    call.spend_bytes(text.len())?;
    Ok(Value::string(write(text)))
}

/// Deeper than any text is indented.
const MAX_INDENT: usize = 1 << 20;

fn indent(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let spaces = whole(arguments, 0)?;
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err("the number of spaces must not be negative".into());
    };
    if spaces > MAX_INDENT {
        return Err(Stop::Failure(Failure::limit(
            "the indentation asks for a text that is too wide",
        )));
    }
    let text = text(arguments, 1);
    let lines = text.bytes().filter(|&byte| byte == b'\n').count();
    if lines == 0 {
        return Ok(Value::string(text));
    }
    call.spend_bytes(lines.saturating_mul(spaces).saturating_add(text.len()))?;
    let mut pad = String::with_capacity(spaces + 1);
    pad.push('\n');
    pad.extend(std::iter::repeat_n(' ', spaces));
    Ok(Value::string(text.replace('\n', &pad)))
}

fn join(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let Some((_, lists)) = arguments.split_first() else {
        return Err("at least one list is required".into());
    };
    if lists.is_empty() {
        return Err("at least one list is required".into());
    }
    if lists.iter().any(|list| !list.is_wholly_known()) {
        return Ok(Value::unknown(Type::String).refine_not_null());
    }
    let separator = text(arguments, 0);
    let mut joined = String::new();
    let mut first = true;
    for (position, list) in lists.iter().enumerate() {
        for (at, item) in list.as_slice().unwrap_or_default().iter().enumerate() {
            let Some(item) = item.as_str() else {
                let list = match lists.len() {
                    1 => String::new(),
                    _ => format!(" of list {}", position + 1),
                };
                let message = format!("element {at}{list} is null; cannot concatenate null values");
                return Err(message.into());
            };
            if !std::mem::take(&mut first) {
                joined.push_str(separator);
            }
            joined.push_str(item);
            call.spend_bytes(separator.len() + item.len())?;
        }
    }
    Ok(Value::string(joined))
}

fn replace(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (whole, wanted, with) = (text(arguments, 0), text(arguments, 1), text(arguments, 2));
    call.spend_bytes(whole.len())?;
    if let Some(pattern) = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        return regexp::replace(call, whole, pattern, with);
    }
    let places = if wanted.is_empty() {
        whole.len() + 1
    } else {
        whole.matches(wanted).count()
    };
    call.spend_bytes(places.saturating_mul(with.len()))?;
    Ok(Value::string(whole.replace(wanted, with)))
}

fn split(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (separator, whole) = (text(arguments, 0), text(arguments, 1));
    let part = |part: &str| -> Answer {
        call.spend_bytes(part.len())?;
        Ok(Value::string(part))
    };
    let parts: Result<Vec<Value>, Stop> = if separator.is_empty() {
        let mut buffer = [0; 4];
        whole
            .chars()
            .map(|letter| part(letter.encode_utf8(&mut buffer)))
            .collect()
    } else {
        whole.split(separator).map(part).collect()
    };
    Ok(Value::list(Type::String, parts?))
}

fn starts_with(arguments: &[Value]) -> Value {
    let prefix = text(arguments, 1);
    let Some(whole) = arguments.first() else {
        return Value::unknown(Type::Bool);
    };
    let known = match whole.as_str() {
        Some(whole) => Some(whole.starts_with(prefix)),
        None if prefix.is_empty() => Some(true),
        None => {
            let begin: Arc<str> = whole.refinement().prefix;
            if begin.is_empty() {
                None
            } else if begin.starts_with(prefix) {
                Some(true)
            } else {
                (begin.len() >= prefix.len()).then_some(false)
            }
        }
    };
    known.map_or_else(|| Value::unknown(Type::Bool).refine_not_null(), Value::bool)
}

/// Offset and length count what a reader takes for one character.
fn substr(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let whole_text = text(arguments, 0);
    let (mut offset, length) = (whole(arguments, 1)?, whole(arguments, 2)?);
    call.spend_bytes(whole_text.len())?;
    if offset < 0 {
        let count = i64::try_from(whole_text.graphemes(true).count()).unwrap_or(i64::MAX);
        offset = offset.saturating_add(count);
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let skipped = usize::try_from(offset).unwrap_or(0);
    let mut starts = whole_text.grapheme_indices(true).map(|(at, _)| at).skip(skipped);
    let Some(start) = starts.next() else {
        return Ok(Value::string(""));
    };
    // With a negative offset Terraform takes a length of zero for no limit.
    let end = match usize::try_from(length) {
        Ok(length) if length > 0 => starts.nth(length - 1).unwrap_or(whole_text.len()),
        _ => whole_text.len(),
    };
    Ok(Value::string(&whole_text[start..end]))
}

fn trim(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (whole, cut) = (text(arguments, 0), text(arguments, 1));
    let cut: std::collections::HashSet<char> = cut.chars().collect();
    call.spend_bytes(whole.len().saturating_add(cut.len()))?;
    Ok(Value::string(whole.trim_matches(|letter| cut.contains(&letter))))
}
