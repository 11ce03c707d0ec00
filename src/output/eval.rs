//! Values of expressions: as `terraform console` prints them, and as JSON lines.

use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value as Json;

use super::console_type::render_type;
use super::text::Text;
use crate::untrusted::{Untrusted, is_command, is_hidden, json, show_line};
use crate::workspace::ConsoleValue;
use terraform_eval::cty::{Type, Value, ValueRef, is_newer, to_json};
use terraform_eval::eval::EvalError;

/// The spaces of one level.
const INDENT: &str = "  ";

/// What `eval` prints for one expression.
pub struct Rendered {
    /// One document, without a line break at its end.
    pub text: Text,
    /// Whether it is an error.
    pub is_error: bool,
}

type Outcome = Result<ConsoleValue, EvalError>;

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
    error: Option<String>,
}

/// Renders one JSON object. `json` is the value as `jsonencode` encodes it, or null if it is not wholly known, is
/// sensitive or is ephemeral; `unknown` marks the unknown parts, in the form of a plan's `after_unknown`. As in `jsonencode`, a value
/// without a JSON form (an infinite number) is an error.
#[must_use]
pub fn json_line(expression: &str, outcome: &Outcome) -> Rendered {
    let line = match outcome {
        Ok(ConsoleValue::Value(value)) => value_line(expression, value),
        Ok(ConsoleValue::TypeOf(value)) => {
            value_line(expression, &Value::string(render_type(&visible_type(value))))
        }
        Err(error) => Err(error.to_string()),
    };
    let line = line.unwrap_or_else(|error| Line {
        expr: expression,
        ok: false,
        ty: None,
        json: None,
        unknown: None,
        error: Some(error),
    });
    Rendered {
        text: Text::from_document(&json::to_line(&line)),
        is_error: !line.ok,
    }
}

fn value_line<'a>(expression: &'a str, value: &Value) -> Result<Line<'a>, String> {
    let is_visible = value.is_wholly_known() && !value.marks_deep().hides_value();
    let json = if is_visible {
        to_json(value).map_err(|error| error.to_string())?.into()
    } else {
        Json::Null
    };
    Ok(Line {
        expr: expression,
        ok: true,
        ty: Some(visible_type(value).to_string()),
        json: Some(json),
        unknown: (!value.is_wholly_known()).then(|| unknown_mask(value)),
        error: None,
    })
}

/// The unknown parts of a value, as in a plan's `after_unknown`.
fn unknown_mask(value: &Value) -> Json {
    match value.view() {
        ValueRef::Unknown(_) => Json::Bool(true),
        // Its keys are a part of it.
        _ if value.marks().hides_value() => Json::Bool(!value.is_wholly_known()),
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

/// The type of a value. The names of attributes are a part of a sensitive or ephemeral value, so the type of such an
/// object is dynamic.
fn visible_type(value: &Value) -> Type {
    visible(value.ty(), &[value])
}

/// The type of several values, which are parts of one value.
fn visible<'v>(ty: &Type, values: &[&'v Value]) -> Type {
    if values.iter().any(|value| value.marks().hides_value()) {
        return without_names(ty);
    }
    let elements = || -> Vec<&'v Value> {
        let each = |value: &&'v Value| match value.view() {
            ValueRef::List(items) | ValueRef::Set(items) => items.iter().collect::<Vec<_>>(),
            ValueRef::Map(items) => items.values().collect(),
            _ => Vec::new(),
        };
        values.iter().flat_map(each).collect()
    };
    match ty {
        Type::Object(object) => {
            let attribute = |(name, ty): (&Arc<str>, &Type)| {
                let parts: Vec<&Value> = values
                    .iter()
                    .filter_map(|value| match value.view() {
                        ValueRef::Object(items) => items.get(name),
                        _ => None,
                    })
                    .collect();
                (name.clone(), visible(ty, &parts))
            };
            Type::object(object.attributes.iter().map(attribute))
        }
        Type::Tuple(types) => {
            let part = |(position, ty): (usize, &Type)| {
                let parts: Vec<&Value> = values
                    .iter()
                    .filter_map(|value| match value.view() {
                        ValueRef::Tuple(items) => items.get(position),
                        _ => None,
                    })
                    .collect();
                visible(ty, &parts)
            };
            Type::tuple(types.iter().enumerate().map(part).collect::<Vec<_>>())
        }
        Type::List(element) => Type::list(visible(element, &elements())),
        Type::Set(element) => Type::set(visible(element, &elements())),
        Type::Map(element) => Type::map(visible(element, &elements())),
        Type::Dynamic | Type::String | Type::Number | Type::Bool => ty.clone(),
    }
}

fn without_names(ty: &Type) -> Type {
    match ty {
        Type::Object(_) => Type::Dynamic,
        Type::Tuple(elements) => Type::tuple(elements.iter().map(without_names).collect::<Vec<_>>()),
        Type::List(element) => Type::list(without_names(element)),
        Type::Set(element) => Type::set(without_names(element)),
        Type::Map(element) => Type::map(without_names(element)),
        Type::Dynamic | Type::String | Type::Number | Type::Bool => ty.clone(),
    }
}

/// Renders the value as `terraform console` prints it, or the error.
#[must_use]
pub fn full(outcome: &Outcome) -> Rendered {
    let text = match outcome {
        Ok(ConsoleValue::Value(value)) => render_value(value, 0),
        Ok(ConsoleValue::TypeOf(value)) => render_type(&visible_type(value)),
        Err(error) => format!("error: {}", Untrusted(&error.to_string())),
    };
    Rendered {
        text: Text::from_document(&text),
        is_error: outcome.is_err(),
    }
}

fn render_value(value: &Value, depth: usize) -> String {
    match (value.view(), value.ty()) {
        (ValueRef::Unknown(_), _) => "(known after apply)".to_owned(),
        _ if value.marks().is_sensitive() => "(sensitive value)".to_owned(),
        _ if value.marks().is_ephemeral() => "(ephemeral value)".to_owned(),
        (ValueRef::Null, ty) => render_null(ty),
        (ValueRef::Bool(value), _) => value.to_string(),
        (ValueRef::Number(number), _) => number.to_string(),
        (ValueRef::String(text), _) => render_string(text, depth),
        (ValueRef::Tuple(items), _) => render_elements(items, depth),
        (ValueRef::List(items), _) => format!("tolist({})", render_elements(items, depth)),
        (ValueRef::Set(items), _) => format!("toset({})", render_elements(items, depth)),
        (ValueRef::Object(items), _) => render_attributes(items.iter(), depth),
        (ValueRef::Map(items), _) => format!("tomap({})", render_attributes(items.iter(), depth)),
    }
}

fn render_null(ty: &Type) -> String {
    let of = |name: &str, element: &Type| format!("{name}(null) /* of {} */", element.friendly_name());
    match ty {
        Type::Dynamic => "null".to_owned(),
        Type::String => "tostring(null)".to_owned(),
        Type::Number => "tonumber(null)".to_owned(),
        Type::Bool => "tobool(null)".to_owned(),
        Type::List(element) => of("tolist", element),
        Type::Set(element) => of("toset", element),
        Type::Map(element) => of("tomap", element),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", ty.friendly_name()),
    }
}

/// Renders a string: in quotes, or as a heredoc if it has several lines, as Terraform does. A heredoc has no escape
/// sequences, so a string with a line that would control a terminal or a CI system is in quotes.
fn render_string(text: &str, depth: usize) -> String {
    let can_print = |line: &str| line.split('\t').all(|cell| show_line(cell) == cell);
    if !text.contains('\n') || !text.split('\n').all(can_print) {
        return quote(text);
    }
    let (operator, indent) = match depth {
        0 => ("<<", String::new()),
        _ => ("<<-", INDENT.repeat(depth)),
    };
    let mut delimiter = "EOT".to_owned();
    while text.split('\n').any(|line| line.trim() == delimiter) {
        delimiter.push('_');
    }
    let mut heredoc = format!("{operator}{delimiter}");
    for line in text.split('\n') {
        let _ = write!(heredoc, "\n{indent}{line}");
    }
    let _ = write!(heredoc, "\n{indent}{delimiter}");
    heredoc
}

/// A string in quotes with the escape sequences of Go (`strconv.Quote`).
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    let mut before = None;
    for (at, c) in text.char_indices() {
        let is_command = is_command(before, &text[at..]);
        before = Some(c);
        let _ = match c {
            '#' if is_command => write!(quoted, "\\u0023"),
            '"' | '\\' => write!(quoted, "\\{c}"),
            '\u{7}' => write!(quoted, "\\a"),
            '\u{8}' => write!(quoted, "\\b"),
            '\u{c}' => write!(quoted, "\\f"),
            '\n' => write!(quoted, "\\n"),
            '\r' => write!(quoted, "\\r"),
            '\t' => write!(quoted, "\\t"),
            '\u{b}' => write!(quoted, "\\v"),
            ' '..='~' => write!(quoted, "{c}"),
            '\0'..='\u{7f}' => write!(quoted, "\\x{:02x}", u32::from(c)),
            _ if is_printed(c) && !is_hidden(c) => write!(quoted, "{c}"),
            '\u{80}'..='\u{ffff}' => write!(quoted, "\\u{:04x}", u32::from(c)),
            _ => write!(quoted, "\\U{:08x}", u32::from(c)),
        };
    }
    quoted.push('"');
    quoted
}

/// Whether a character has a visible form. The one before it keeps a combining mark from being escaped on its own.
fn is_printed(c: char) -> bool {
    !is_newer(c) && format!("a{c}").escape_debug().eq(['a', c])
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
            render_string(key, depth + 1),
            render_value(item, depth + 1)
        )
    };
    render_lines('{', items.map(line), '}', depth)
}

fn render_lines(open: char, lines: impl Iterator<Item = String>, close: char, depth: usize) -> String {
    let mut text = String::from(open);
    for line in lines {
        let _ = write!(text, "\n{}{line}", INDENT.repeat(depth + 1));
    }
    if text.len() > 1 {
        let _ = write!(text, "\n{}", INDENT.repeat(depth));
    }
    text.push(close);
    text
}
