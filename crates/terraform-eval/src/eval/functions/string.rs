//! String functions.

mod case_mapping;
mod format;
mod format_verbs;
mod regexp;

use crate::cty::{Type, Value, grapheme_indices, graphemes};
use crate::hashing::HashSet;

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;

/// The functions of this category.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS, format::FUNCTIONS, regexp::FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("chomp", |_, args| {
        Ok(Value::string(args.string(0).trim_end_matches(['\r', '\n'])))
    })
    .param(STR)
    .returns(ConstType::String),
    Function::new("endswith", |_, args| {
        Ok(Value::bool(args.string(0).ends_with(args.string(1))))
    })
    .param(STR)
    .param(SUFFIX)
    .returns(ConstType::Bool),
    Function::new("indent", indent)
        .param(Parameter::new("spaces", ConstType::Number))
        .param(STR)
        .returns(ConstType::String),
    Function::new("join", join)
        .param(Parameter::new("separator", ConstType::String))
        .variadic(Parameter::new("lists", ConstType::ListOfString))
        .returns(ConstType::String),
    Function::new("lower", |call, args| map_string(call, args, case_mapping::lower))
        .param(STR)
        .returns(ConstType::String),
    Function::new("replace", replace)
        .param(STR)
        .param(Parameter::new("substr", ConstType::String))
        .param(Parameter::new("replace", ConstType::String))
        .returns(ConstType::String),
    Function::new("split", split)
        .param(Parameter::new("separator", ConstType::String))
        .param(STR)
        .returns(ConstType::ListOfString),
    Function::new("startswith", starts_with)
        .param(STR.allow_unknown())
        .param(PREFIX)
        .returns(ConstType::Bool),
    Function::new("strcontains", |_, args| {
        Ok(Value::bool(args.string(0).contains(args.string(1))))
    })
    .param(STR)
    .param(Parameter::new("substr", ConstType::String))
    .returns(ConstType::Bool)
    .may_be_null(),
    Function::new("strrev", |call, args| map_string(call, args, reverse))
        .param(STR)
        .returns(ConstType::String),
    Function::new("substr", substr)
        .param(STR)
        .param(Parameter::new("offset", ConstType::Number))
        .param(Parameter::new("length", ConstType::Number))
        .returns(ConstType::String),
    Function::new("title", |call, args| map_string(call, args, case_mapping::title))
        .param(STR)
        .returns(ConstType::String),
    Function::new("trim", trim)
        .param(STR)
        .param(Parameter::new("cutset", ConstType::String))
        .returns(ConstType::String),
    Function::new("trimprefix", trim_prefix)
        .param(STR)
        .param(PREFIX)
        .returns(ConstType::String),
    Function::new("trimspace", |_, args| Ok(Value::string(args.string(0).trim())))
        .param(STR)
        .returns(ConstType::String),
    Function::new("trimsuffix", trim_suffix)
        .param(STR)
        .param(SUFFIX)
        .returns(ConstType::String),
    Function::new("upper", |call, args| map_string(call, args, case_mapping::upper))
        .param(STR)
        .returns(ConstType::String),
];

const STR: Parameter = Parameter::new("str", ConstType::String);
const PREFIX: Parameter = Parameter::new("prefix", ConstType::String);
const SUFFIX: Parameter = Parameter::new("suffix", ConstType::String);

/// Applies a function to the only argument.
fn map_string(call: &Call<'_>, args: Args<'_>, map: fn(&str) -> String) -> FunctionResult {
    let text = args.string(0);
    call.charge_text(text.len())?;
    Ok(Value::string(map(text)))
}

fn reverse(text: &str) -> String {
    graphemes(text).rev().collect()
}

fn trim_prefix(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    Ok(Value::string(text.strip_prefix(args.string(1)).unwrap_or(text)))
}

fn trim_suffix(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    Ok(Value::string(text.strip_suffix(args.string(1)).unwrap_or(text)))
}

/// The largest supported indentation.
const MAX_INDENT: usize = 1 << 20;

fn indent(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let spaces = args.integer(0)?;
    let Ok(spaces) = usize::try_from(spaces) else {
        return Err("the number of spaces must not be negative".into());
    };
    if spaces > MAX_INDENT {
        return Err(FunctionError::limit(
            "the indentation asks for a text that is too wide",
        ));
    }
    let text = args.string(1);
    let line_breaks = text.bytes().filter(|&byte| byte == b'\n').count();
    if line_breaks == 0 {
        return Ok(Value::string(text));
    }
    call.charge_text(line_breaks.saturating_mul(spaces).saturating_add(text.len()))?;
    let mut padding = String::with_capacity(spaces + 1);
    padding.push('\n');
    padding.extend(std::iter::repeat_n(' ', spaces));
    Ok(Value::string(text.replace('\n', &padding)))
}

fn join(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let lists = args.rest(1);
    if lists.is_empty() {
        return Err("at least one list is required".into());
    }
    if lists.iter().any(|list| !list.is_wholly_known()) {
        return Ok(Value::unknown(Type::String).refine_not_null());
    }
    let separator = args.string(0);
    let mut joined = String::new();
    let mut is_first = true;
    for (position, list) in lists.iter().enumerate() {
        for (index, item) in list.as_slice().unwrap_or_default().iter().enumerate() {
            let Some(item) = item.as_str() else {
                let list = match lists.len() {
                    1 => String::new(),
                    _ => format!(" of list {}", position + 1),
                };
                let message = format!("element {index}{list} is null; cannot concatenate null values");
                return Err(message.into());
            };
            call.charge_text(separator.len() + item.len())?;
            if !std::mem::take(&mut is_first) {
                joined.push_str(separator);
            }
            joined.push_str(item);
        }
    }
    Ok(Value::string(joined))
}

fn replace(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (text, substring, replacement) = (args.string(0), args.string(1), args.string(2));
    call.charge_bytes(text.len())?;
    if let Some(pattern) = substring
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'))
    {
        return regexp::replace(call, text, pattern, replacement);
    }
    let matches = if substring.is_empty() {
        text.len() + 1
    } else {
        text.matches(substring).count()
    };
    call.charge_text(matches.saturating_mul(replacement.len()))?;
    Ok(Value::string(text.replace(substring, replacement)))
}

fn split(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (separator, text) = (args.string(0), args.string(1));
    let part = |part: &str| -> FunctionResult {
        call.charge_text(part.len())?;
        call.charge_elements(1)?;
        Ok(Value::string(part))
    };
    let parts: FunctionResult<Vec<Value>> = if separator.is_empty() {
        let mut buffer = [0; 4];
        text.chars()
            .map(|character| part(character.encode_utf8(&mut buffer)))
            .collect()
    } else {
        text.split(separator).map(part).collect()
    };
    Ok(Value::list(Type::String, parts?))
}

fn starts_with(_: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (value, prefix) = (args.value(0), args.string(1));
    let starts_with = match value.as_str() {
        Some(text) => Some(text.starts_with(prefix)),
        None if prefix.is_empty() => Some(true),
        None => {
            let known_prefix = value.refinement().prefix;
            if known_prefix.is_empty() {
                None
            } else if known_prefix.starts_with(prefix) {
                Some(true)
            } else {
                (known_prefix.len() >= prefix.len()).then_some(false)
            }
        }
    };
    Ok(starts_with.map_or_else(|| Value::unknown(Type::Bool).refine_not_null(), Value::bool))
}

/// Offset and length count grapheme clusters.
fn substr(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    let (mut offset, length) = (args.integer(1)?, args.integer(2)?);
    call.charge_bytes(text.len())?;
    if offset < 0 {
        let count = i64::try_from(graphemes(text).count()).unwrap_or(i64::MAX);
        offset = offset.saturating_add(count);
    } else if length == 0 {
        return Ok(Value::string(""));
    }
    let skipped = usize::try_from(offset).unwrap_or(0);
    let mut starts = grapheme_indices(text).map(|(start, _)| start).skip(skipped);
    let Some(start) = starts.next() else {
        return Ok(Value::string(""));
    };
    // With a negative offset, Terraform treats a length of zero as no limit.
    let end = match usize::try_from(length) {
        Ok(length) if length > 0 => starts.nth(length - 1).unwrap_or(text.len()),
        _ => text.len(),
    };
    Ok(Value::string(&text[start..end]))
}

fn trim(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let text = args.string(0);
    let cutset: HashSet<char> = args.string(1).chars().collect();
    call.charge_bytes(text.len().saturating_add(cutset.len()))?;
    Ok(Value::string(
        text.trim_matches(|character| cutset.contains(&character)),
    ))
}
