//! Values of expressions: as `terraform console` prints them, and as JSON lines.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use terraform_eval::cty::{Type, Value, ValueRef, to_json};
use terraform_eval::eval::EvalError;

/// The value of an expression, or the text of the error. As in `jsonencode`, a value without a JSON form (an infinite
/// number) is an error.
pub(crate) fn outcome(result: &Result<Value, EvalError>) -> Result<&Value, String> {
    let value = result.as_ref().map_err(ToString::to_string)?;
    if !value.is_wholly_known() || value.marks_deep().is_sensitive() {
        return Ok(value);
    }
    to_json(value).map(|_| value).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Line<'a> {
    expr: &'a str,
    ok: bool,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// Renders one JSON object. `json` is the value as `jsonencode` encodes it, or null if it is not wholly known or is
/// sensitive; `unknown` marks the unknown parts, in the form of a plan's `after_unknown`.
#[must_use]
pub(crate) fn json_line(expression: &str, outcome: &Result<&Value, String>) -> String {
    let line = match outcome {
        Ok(value) => {
            let is_visible = value.is_wholly_known() && !value.marks_deep().is_sensitive();
            Line {
                expr: expression,
                ok: true,
                ty: Some(value.ty().to_string()),
                json: Some(if is_visible {
                    to_json(value).ok().into()
                } else {
                    Json::Null
                }),
                unknown: (!value.is_wholly_known()).then(|| unknown_mask(value)),
                error: None,
            }
        }
        Err(error) => Line {
            expr: expression,
            ok: false,
            ty: None,
            json: None,
            unknown: None,
            error: Some(error),
        },
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The unknown parts of a value, as in a plan's `after_unknown`.
fn unknown_mask(value: &Value) -> Json {
    match value.view() {
        ValueRef::Unknown(_) => Json::Bool(true),
        ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
            items.iter().map(unknown_mask).collect()
        }
        // As in a plan, wholly known attributes are left out.
        ValueRef::Map(items) | ValueRef::Object(items) => {
            let with_unknowns = items.iter().filter(|(_, item)| !item.is_wholly_known());
            with_unknowns
                .map(|(key, item)| (key.to_string(), unknown_mask(item)))
                .collect()
        }
        ValueRef::Null | ValueRef::Bool(_) | ValueRef::Number(_) | ValueRef::String(_) => Json::Bool(false),
    }
}

/// Renders the value as `terraform console` prints it, or the error.
#[must_use]
pub(crate) fn full(outcome: &Result<&Value, String>) -> String {
    match outcome {
        Ok(value) => render_value(value, 0),
        Err(error) => format!("error: {error}"),
    }
}

fn render_value(value: &Value, depth: usize) -> String {
    if value.marks().is_sensitive() {
        return "(sensitive value)".to_owned();
    }
    match (value.view(), value.ty()) {
        (ValueRef::Unknown(_), _) => "(known after apply)".to_owned(),
        (ValueRef::Null, Type::Dynamic) => "null".to_owned(),
        (ValueRef::Null, ty) => format!("null /* {} */", ty.friendly_name()),
        (ValueRef::Bool(value), _) => value.to_string(),
        (ValueRef::Number(number), _) => number.to_string(),
        (ValueRef::String(text), _) => Json::String(text.to_string()).to_string(),
        (ValueRef::Tuple(items), _) => render_elements(items, depth),
        (ValueRef::List(items), _) => format!("tolist({})", render_elements(items, depth)),
        (ValueRef::Set(items), _) => format!("toset({})", render_elements(items, depth)),
        (ValueRef::Object(items), _) => render_attributes(items.iter(), depth),
        (ValueRef::Map(items), _) => format!("tomap({})", render_attributes(items.iter(), depth)),
    }
}

fn render_elements(items: &[Value], depth: usize) -> String {
    let lines = items
        .iter()
        .map(|item| format!("{},", render_value(item, depth + 1)));
    render_lines('[', lines, ']', depth)
}

fn render_attributes<'a>(items: impl Iterator<Item = (&'a Arc<str>, &'a Value)>, depth: usize) -> String {
    let line = |(key, item): (&Arc<str>, &Value)| {
        format!(
            "{} = {}",
            Json::String(key.to_string()),
            render_value(item, depth + 1)
        )
    };
    render_lines('{', items.map(line), '}', depth)
}

fn render_lines(open: char, lines: impl Iterator<Item = String>, close: char, depth: usize) -> String {
    let mut text = String::from(open);
    for line in lines {
        let _ = write!(text, "\n{}{line}", "  ".repeat(depth + 1));
    }
    if text.len() > 1 {
        let _ = write!(text, "\n{}", "  ".repeat(depth));
    }
    text.push(close);
    text
}
