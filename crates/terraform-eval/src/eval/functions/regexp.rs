//! Functions with regular expressions.

use std::collections::BTreeMap;

use regex::{Captures, Regex, RegexBuilder};

use crate::cty::{Type, Value};

use super::super::Failure;
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::regexp_syntax::{Translated, translate};
use super::support::{Answer, function, text};

const PARAMETERS: &[Parameter] = &[
    Parameter::of("pattern", Want::String),
    Parameter::of("string", Want::String),
];

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    function("regex", PARAMETERS, result_type, |call, arguments| {
        first(call, arguments).into()
    }),
    function(
        "regexall",
        PARAMETERS,
        |arguments| result_type(arguments).map(Type::list),
        |call, arguments| all(call, arguments).into(),
    ),
];

/// Which type one match has: a string, or a tuple or an object of the groups.
fn result_type(arguments: &[Value]) -> Result<Type, String> {
    match arguments.first().and_then(Value::as_str) {
        Some(pattern) => match_type(&translate(pattern)?),
        None => Ok(Type::Dynamic),
    }
}

fn match_type(translated: &Translated) -> Result<Type, String> {
    let groups = &translated.groups;
    let named = groups.iter().flatten().count();
    if groups.is_empty() {
        Ok(Type::String)
    } else if named == 0 {
        Ok(Type::tuple(vec![Type::String; groups.len()]))
    } else if named == groups.len() {
        Ok(Type::object(
            groups.iter().flatten().map(|name| (name.as_str(), Type::String)),
        ))
    } else {
        Err("invalid regexp pattern: cannot mix both named and unnamed capture groups".to_owned())
    }
}

/// The pattern, ready to match. What only the crate refuses is no error: Terraform would take it.
fn compile(call: &Call<'_>, pattern: &str) -> Result<(Regex, Translated), Stop> {
    let translated = translate(pattern)?;
    call.spend_bytes(translated.pattern.len().saturating_mul(64))?;
    let compiled = RegexBuilder::new(&translated.pattern).nest_limit(1000).build();
    let regex = compiled
        .map_err(|_| Failure::limit("the regular expression is too large or too unusual to be matched"))?;
    Ok((regex, translated))
}

fn one(captures: &Captures<'_>, translated: &Translated) -> Value {
    let group = |position: usize| match captures.get(position) {
        Some(found) => Value::string(found.as_str()),
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

fn first(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (regex, translated) = compile(call, text(arguments, 0))?;
    let searched = text(arguments, 1);
    call.spend_bytes(searched.len())?;
    match regex.captures(searched) {
        Some(captures) => Ok(one(&captures, &translated)),
        None => Err("pattern did not match any part of the given string".into()),
    }
}

fn all(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (regex, translated) = compile(call, text(arguments, 0))?;
    let mut found = Vec::new();
    each_match(call, &regex, text(arguments, 1), |captures| {
        found.push(one(captures, &translated));
        Ok(())
    })?;
    Ok(Value::list(match_type(&translated)?, found))
}

/// Goes through the matches. Each one can take as long as what is left of the text.
fn each_match<'t>(
    call: &Call<'_>,
    regex: &Regex,
    searched: &'t str,
    mut each: impl FnMut(&Captures<'t>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut at = 0;
    for captures in regex.captures_iter(searched) {
        call.evaluator.spend(1 + (searched.len() - at) / 64)?;
        at = captures.get(0).map_or(at, |found| found.end());
        each(&captures)?;
    }
    Ok(())
}

/// `replace` with a pattern: `$1` and `$name` in the replacement stand for groups.
pub(super) fn replace(call: &Call<'_>, searched: &str, pattern: &str, with: &str) -> Answer {
    let (regex, translated) = compile(call, pattern)?;
    let parts = template(with, &translated);
    let mut replaced = String::new();
    let mut end = 0;
    each_match(call, &regex, searched, |captures| {
        let Some(found) = captures.get(0) else {
            return Ok(());
        };
        let before = replaced.len();
        replaced.push_str(&searched[end..found.start()]);
        end = found.end();
        for part in &parts {
            match part {
                Part::Text(text) => replaced.push_str(text),
                Part::Groups(positions) => {
                    let group = positions.iter().find_map(|position| captures.get(*position));
                    replaced.push_str(group.map_or("", |group| group.as_str()));
                }
            }
        }
        call.spend_bytes(replaced.len() - before)
    })?;
    replaced.push_str(&searched[end..]);
    Ok(Value::string(replaced))
}

enum Part<'t> {
    Text(&'t str),
    /// Of several groups with one name, the first that took part in the match counts.
    Groups(Vec<usize>),
}

/// A replacement taken apart as Go does it: `$name` is as long as it can be, `$$` is a dollar sign, and
/// a group that does not exist is empty.
fn template<'t>(with: &'t str, translated: &Translated) -> Vec<Part<'t>> {
    let mut parts = Vec::new();
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Text(before));
        if let Some(after) = after.strip_prefix('$') {
            parts.push(Part::Text("$"));
            rest = after;
            continue;
        }
        let word = |text: &'t str| {
            let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            text.split_at(end.unwrap_or(text.len()))
        };
        let named = match after.strip_prefix('{') {
            Some(inner) => {
                let (name, behind) = word(inner);
                behind.strip_prefix('}').map(|behind| (name, behind))
            }
            None => Some(word(after)),
        };
        match named.filter(|(name, _)| !name.is_empty()) {
            Some((name, behind)) => {
                parts.push(Part::Groups(groups(name, translated)));
                rest = behind;
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

/// The positions of the groups that a name or a number means.
fn groups(name: &str, translated: &Translated) -> Vec<usize> {
    let number = name.bytes().all(|byte| byte.is_ascii_digit()) && (name == "0" || !name.starts_with('0'));
    if number && let Ok(position) = name.parse::<usize>() {
        let exists = position <= translated.groups.len();
        return exists.then_some(position).into_iter().collect();
    }
    let all = translated.groups.iter().zip(1..);
    all.filter(|(other, _)| other.as_deref() == Some(name))
        .map(|(_, position)| position)
        .collect()
}
