//! Recorded results of Terraform for expressions.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use crate::cty::{Type, Value, ValueRef, to_json};
use crate::dialect::{Dialect, Engine};
use crate::eval::scope::ForBindings;
use crate::eval::{EvalError, Evaluator, InstanceId, RootInputs, Scope};
use crate::modules::{Module, ModuleTree};
use crate::schema::ProviderSchemas;
use crate::source::Sources;
use crate::syntax::native::parse_expression;
use crate::version::Version;

/// One line of a conformance file.
#[derive(Debug, Deserialize)]
struct Case {
    expr: String,
    ok: bool,
    #[serde(default, rename = "type")]
    ty: Option<String>,
    #[serde(default)]
    json: Option<String>,
    #[serde(default)]
    shown: Option<String>,
    #[serde(default)]
    detail: Option<String>,
}

/// The inputs with the program whose answers are recorded.
pub(super) fn recorded_inputs() -> RootInputs {
    RootInputs {
        dialect: Dialect::exactly(Engine::Terraform, Version(1, 11, 4), true),
        ..RootInputs::default()
    }
}

pub(super) fn evaluate(text: &str) -> Result<Value, EvalError> {
    evaluate_with(text, unknowns())
}

/// Evaluates an expression in which only the name `u` is declared.
pub(super) fn evaluate_with(text: &str, u: Value) -> Result<Value, EvalError> {
    let mut sources = Sources::new();
    let file = sources.add("expression.tf", text);
    let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
    let Some(expression) = expression.filter(|_| syntax_errors.is_empty()) else {
        return Err(EvalError::invalid("it cannot be read"));
    };
    let mut tree = ModuleTree::new(ProviderSchemas::builtin());
    let root = tree.add(
        "/".into(),
        Module::new(
            Path::new("/"),
            Vec::new(),
            Vec::new(),
            Vec::new(),
            ProviderSchemas::builtin(),
        ),
    );
    let inputs = recorded_inputs();
    let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
    let name: Arc<str> = "u".into();
    let frame = ForBindings {
        key: None,
        value: (&name, u),
        outer: None,
    };
    evaluator.evaluate(&expression, Scope::module(InstanceId::ROOT).with_bindings(&frame))
}

/// Unknown values of several types, as in the fixtures.
fn unknowns() -> Value {
    let types = [
        ("any", Type::Dynamic),
        ("bool", Type::Bool),
        ("list", Type::list(Type::String)),
        ("map", Type::map(Type::String)),
        ("number", Type::Number),
        ("set", Type::set(Type::String)),
        ("string", Type::String),
    ];
    let unknown = |(name, ty): (&str, Type)| {
        let value = Value::unknown(ty);
        let collection = value.ty().is_collection();
        (
            Arc::from(name),
            if collection {
                value.refine_not_null()
            } else {
                value
            },
        )
    };
    Value::object(types.into_iter().map(unknown).collect())
}

/// The difference between the results of Terraform and of the evaluator.
fn difference(case: &Case) -> Option<String> {
    let actual = match evaluate(&case.expr) {
        Ok(value) => {
            let json = to_json(&value).ok().filter(|_| !value.contains_marked());
            match (&case.json, json) {
                (Some(_), Some(json)) => format!("{} {json}", value.ty()),
                _ => format!("{} {}", value.ty(), format_value(&value)),
            }
        }
        Err(error) => format!("rejected: {error}"),
    };
    // The cases were recorded with `jsonencode(…)`, which rejects infinity, unlike the console.
    let is_infinite = |detail: &String| detail.contains("cannot serialize infinity");
    if case.detail.as_ref().is_some_and(is_infinite) {
        return (!actual.contains("Inf")).then(|| format!("{}\n  is infinite\n not {actual}", case.expr));
    }
    if !case.ok {
        return (!actual.starts_with("rejected"))
            .then(|| format!("{}\n  should fail and is {actual}", case.expr));
    }
    let value = case
        .json
        .as_ref()
        .or(case.shown.as_ref())
        .cloned()
        .unwrap_or_default();
    let expected = format!("{} {value}", case.ty.as_deref().unwrap_or_default());
    (actual != expected).then(|| format!("{}\n  is {expected}\n not {actual}", case.expr))
}

/// Formats a value as `terraform console` does, with single spaces for all white space.
fn format_value(value: &Value) -> String {
    if !value.is_known() {
        return "(known after apply)".to_owned();
    }
    if value.marks().is_sensitive() {
        return "(sensitive value)".to_owned();
    }
    let all = |items: &[Value]| {
        let mut all = String::new();
        for item in items {
            all += &format_value(item);
            all += ", ";
        }
        all
    };
    let table = |items: &BTreeMap<Arc<str>, Value>| {
        let each = |(key, item): (&Arc<str>, &Value)| format!("{key:?} = {} ", format_value(item));
        items.iter().map(each).collect::<String>()
    };
    let group = |open: &str, inner: String, close: &str| match inner.as_str() {
        "" => format!("{open}{close}"),
        _ => format!("{open} {inner}{close}"),
    };
    let null =
        |convert: &str, element: &Type| format!("{convert}(null) /* of {} */", element.friendly_name());
    match (value.view(), value.ty()) {
        (ValueRef::Unknown(_), _) => String::new(),
        (ValueRef::Null, ty) => match ty {
            Type::String => "tostring(null)".to_owned(),
            Type::Number => "tonumber(null)".to_owned(),
            Type::Bool => "tobool(null)".to_owned(),
            Type::List(element) => null("tolist", element),
            Type::Set(element) => null("toset", element),
            Type::Map(element) => null("tomap", element),
            Type::Tuple(_) => "null /* tuple */".to_owned(),
            Type::Object(_) => "null /* object */".to_owned(),
            Type::Dynamic => "null".to_owned(),
        },
        (ValueRef::Bool(value), _) => value.to_string(),
        (ValueRef::Number(number), _) => number.to_string(),
        (ValueRef::String(text), _) => format!("{text:?}"),
        (ValueRef::List(items), _) => group("tolist([", all(items), "])"),
        (ValueRef::Set(items), _) => group("toset([", all(items), "])"),
        (ValueRef::Tuple(items), _) => group("[", all(items), "]"),
        (ValueRef::Map(items), _) => group("tomap({", table(items), "})"),
        (ValueRef::Object(items), _) => group("{", table(items), "}"),
    }
}

/// The functions in an expression that the evaluator does not support.
fn missing_functions(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut missing = Vec::new();
    for (at, _) in text.match_indices('(') {
        let start = bytes[..at]
            .iter()
            .rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')
            .map_or(0, |before| before + 1);
        let name = &text[start..at];
        let special = ["", "try", "can", "if", "in"].contains(&name);
        if !special && super::super::find(name).is_none() {
            missing.push(name);
        }
    }
    missing
}

pub(super) fn differences(text: &str) -> (usize, usize, Vec<String>) {
    let (mut tried, mut skipped, mut different) = (0, 0, Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = serde_json::from_str(line).expect("a case on every line");
        let detail = case.detail.as_deref().unwrap_or_default();
        let exists = !detail.contains("There is no function named");
        if exists && !missing_functions(&case.expr).is_empty() {
            skipped += 1;
            continue;
        }
        tried += 1;
        different.extend(difference(&case));
    }
    (tried, skipped, different)
}

#[test]
fn collection_functions_agree_with_terraform() {
    let text = include_str!("../../../../fixtures/expressions/collections.jsonl");
    let (_, skipped, different) = differences(text);
    assert_eq!(skipped, 0);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn expressions_agree_with_terraform() {
    let text = include_str!("../../../../fixtures/expressions/language.jsonl");
    let (_, skipped, different) = differences(text);
    assert_eq!(skipped, 0);
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn shared_expressions_agree_with_terraform() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/expressions.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} does not exist", path.display());
        return;
    };
    let (tried, skipped, different) = differences(&text);
    println!(
        "{} of {tried} agree, {skipped} need other functions",
        tried - different.len()
    );
    assert!(different.is_empty(), "{}", different.join("\n"));
}
