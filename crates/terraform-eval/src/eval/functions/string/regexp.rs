//! `regex`, `regexall`, and `replace` with a regular expression.

mod classes;
mod reader;
mod scripts;
mod syntax;

use std::collections::BTreeMap;

use regex::{Captures, Regex, RegexBuilder};

use crate::cty::{Type, Value};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;
use syntax::{Translated, translate};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("regex", regex)
        .param(PATTERN)
        .param(STRING)
        .returns_type_of(regex_type),
    Function::new("regexall", regex_all)
        .param(PATTERN)
        .param(STRING)
        .returns_type_of(|args| regex_type(args).map(Type::list)),
];

const PATTERN: Parameter = Parameter::new("pattern", ConstType::String);
const STRING: Parameter = Parameter::new("string", ConstType::String);

/// The type of one match: a string, or a tuple or an object of the groups.
fn regex_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).as_str() {
        Some(pattern) => match_type(&translate(pattern, args.has(Feature::LongPropertyNames))?),
        None => Ok(Type::Dynamic),
    }
}

fn match_type(translated: &Translated) -> FunctionResult<Type> {
    let groups = &translated.groups;
    let named_count = groups.iter().flatten().count();
    if groups.is_empty() {
        Ok(Type::String)
    } else if named_count == 0 {
        Ok(Type::tuple(vec![Type::String; groups.len()]))
    } else if named_count == groups.len() {
        Ok(Type::object(
            groups.iter().flatten().map(|name| (name.as_str(), Type::String)),
        ))
    } else {
        Err("invalid regexp pattern: cannot mix both named and unnamed capture groups".into())
    }
}

/// Compiles a pattern. If only the crate rejects it, that is a limit and not an error: Terraform would accept
/// the pattern.
fn compile(call: &Call<'_>, pattern: &str) -> FunctionResult<(Regex, Translated)> {
    let translated = translate(pattern, call.host.has(Feature::LongPropertyNames))?;
    call.charge_bytes(translated.pattern.len().saturating_mul(64))?;
    let compiled = RegexBuilder::new(&translated.pattern).nest_limit(1000).build();
    let regex = compiled.map_err(|_| {
        FunctionError::limit("the regular expression is too large or too unusual to be matched")
    })?;
    Ok((regex, translated))
}

/// The value of one match.
fn match_value(captures: &Captures<'_>, translated: &Translated) -> Value {
    let group = |position: usize| match captures.get(position) {
        Some(group) => Value::string(group.as_str()),
        None => Value::null(Type::String),
    };
    let groups = &translated.groups;
    if groups.is_empty() {
        return group(0);
    }
    let values = (1..=groups.len()).map(group);
    if groups.iter().all(Option::is_none) {
        return Value::tuple(values.collect());
    }
    let named = groups.iter().flatten().zip(values);
    Value::object(
        named
            .map(|(name, value)| (name.as_str().into(), value))
            .collect::<BTreeMap<_, _>>(),
    )
}

fn regex(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (regex, translated) = compile(call, args.string(0))?;
    let text = args.string(1);
    call.charge_bytes(text.len())?;
    match regex.captures(text) {
        Some(captures) => Ok(match_value(&captures, &translated)),
        None => Err("pattern did not match any part of the given string".into()),
    }
}

fn regex_all(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (regex, translated) = compile(call, args.string(0))?;
    let mut matches = Vec::new();
    for_each_match(call, &regex, args.string(1), |captures| {
        matches.push(match_value(captures, &translated));
        Ok(())
    })?;
    Ok(Value::list(match_type(&translated)?, matches))
}

/// Visits all matches. Finding one may take time in proportion to the rest of the text.
fn for_each_match<'t>(
    call: &Call<'_>,
    regex: &Regex,
    text: &'t str,
    mut visit: impl FnMut(&Captures<'t>) -> FunctionResult<()>,
) -> FunctionResult<()> {
    let mut position = 0;
    for captures in regex.captures_iter(text) {
        call.charge(1 + (text.len() - position) / 64)?;
        position = captures.get(0).map_or(position, |whole| whole.end());
        visit(&captures)?;
    }
    Ok(())
}

/// `replace` with a pattern: `$1` and `$name` in the replacement refer to groups.
pub(super) fn replace(call: &Call<'_>, text: &str, pattern: &str, replacement: &str) -> FunctionResult {
    let (regex, translated) = compile(call, pattern)?;
    let parts = parse_replacement(replacement, &translated);
    let mut replaced = String::new();
    let mut end = 0;
    for_each_match(call, &regex, text, |captures| {
        let Some(whole) = captures.get(0) else {
            return Ok(());
        };
        let length_before = replaced.len();
        replaced.push_str(&text[end..whole.start()]);
        end = whole.end();
        for part in &parts {
            match part {
                Part::Text(literal) => replaced.push_str(literal),
                Part::Groups(positions) => {
                    let group = positions.iter().find_map(|position| captures.get(*position));
                    replaced.push_str(group.map_or("", |group| group.as_str()));
                }
            }
        }
        call.charge_text(replaced.len() - length_before)
    })?;
    replaced.push_str(&text[end..]);
    Ok(Value::string(replaced))
}

/// A part of a replacement.
enum Part<'t> {
    Text(&'t str),
    /// The groups with one name; the first that took part in the match is inserted.
    Groups(Vec<usize>),
}

/// Splits a replacement as Go does: `$name` is as long as possible, `$$` is a dollar sign, and a group that
/// does not exist is empty.
fn parse_replacement<'t>(replacement: &'t str, translated: &Translated) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
            continue;
        }
        let split_name = |text: &'t str| {
            let end = text.find(|character: char| !character.is_alphanumeric() && character != '_');
            text.split_at(end.unwrap_or(text.len()))
        };
        let named = match after.strip_prefix('{') {
            Some(inner) => {
                let (name, rest) = split_name(inner);
                rest.strip_prefix('}').map(|rest| (name, rest))
            }
            None => Some(split_name(after)),
        };
        match named.filter(|(name, _)| !name.is_empty()) {
            Some((name, after_name)) => {
                parts.push(Part::Groups(find_groups(name, translated)));
                rest = after_name;
            }
            None => {
                parts.push(Part::Text("$"));
                rest = after;
            }
        }
    }
    parts.push(Part::Text(rest));
    parts
}

/// The positions of the groups with a name or a number.
fn find_groups(name: &str, translated: &Translated) -> Vec<usize> {
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if is_number && let Ok(position) = name.parse::<usize>() {
        let exists = position <= translated.groups.len();
        return exists.then_some(position).into_iter().collect();
    }
    let numbered = translated.groups.iter().zip(1..);
    numbered
        .filter(|(other, _)| other.as_deref() == Some(name))
        .map(|(_, position)| position)
        .collect()
}
