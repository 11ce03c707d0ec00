//! The results of the evaluator, and their differences from the console.

use std::path::Path;

use mirrorset::testing::workspace::{self, Options};
use terraform_eval::cty::{Type, Value, ValueRef, to_json};
use terraform_eval::eval::EvalError;

use super::terraform::{self, Answer, single_spaced, unquoted};

/// The result of an expression in the evaluator.
pub(crate) struct Evaluation(Result<Value, EvalError>);

impl Evaluation {
    /// Whether a limit was exceeded.
    pub(crate) fn is_limit(&self) -> bool {
        self.0.as_ref().is_err_and(EvalError::is_limit)
    }

    /// Whether the thread of the evaluation panicked.
    pub(crate) fn is_panic(&self) -> bool {
        let message = self.0.as_ref().err().map(ToString::to_string);
        message.is_some_and(|message| message.contains("not enough memory"))
    }
}

pub(crate) fn evaluate(directory: &Path, expressions: &[String]) -> Vec<Evaluation> {
    let (engine, version) = terraform::version();
    let options = Options {
        engine: Some(engine),
        engine_version: Some(version.parse().unwrap()),
        ..Options::default()
    };
    let values = workspace::evaluate(directory, expressions, &options);
    values.into_iter().map(Evaluation).collect()
}

/// The difference between the result of the evaluator and the answer of the console.
pub(crate) fn difference(answer: &Answer, evaluation: &Evaluation) -> Option<String> {
    let value = match &evaluation.0 {
        Err(error) if error.is_limit() => return None,
        Err(error) => {
            let rejected = answer.ty.is_empty();
            return (!rejected)
                .then(|| format!("  is {} {}\n not rejected: {error}", answer.ty, answer.shown));
        }
        Ok(value) => value,
    };
    let ty = single_spaced(&value.ty().to_string());
    if answer.ty.is_empty() {
        return Some(format!("  is rejected\n not {ty} {}", shown(value)));
    }
    if ty != answer.ty {
        return Some(format!(
            "  is {} {}\n not {ty} {}",
            answer.ty,
            answer.shown,
            shown(value)
        ));
    }
    let json = to_json(value)
        .ok()
        .filter(|_| value.is_wholly_known() && !value.contains_marked());
    let wanted = unquoted(&answer.json);
    // The JSON of a sensitive value is sensitive, that of an unknown value is unknown, and infinity has none.
    let same = match (&wanted, &json) {
        (Some(wanted), Some(json)) => wanted == json,
        (None, None) => true,
        (Some(_), None) => !value.is_wholly_known() || value.contains_marked(),
        (None, Some(_)) => false,
    };
    if !same {
        return Some(format!("  is {wanted:?}\n not {json:?}"));
    }
    let ours = single_spaced(&shown(value));
    let quoted = |text: &str| text.contains(['\\']) || text.contains("<<EOT") || !text.is_ascii();
    (json.is_none() && ours != answer.shown && !quoted(&answer.shown) && !quoted(&ours))
        .then(|| format!("  is {}\n not {ours}", answer.shown))
}

/// The value as the console prints it.
fn shown(value: &Value) -> String {
    if value.is_known() && value.marks().is_sensitive() {
        return "(sensitive value)".to_owned();
    }
    let all = |items: &[Value]| {
        let items: Vec<String> = items.iter().map(|item| format!("{}, ", shown(item))).collect();
        items.concat()
    };
    let group = |open: &str, inner: String, close: &str| match inner.as_str() {
        "" => format!("{open}{close}"),
        _ => format!("{open} {inner}{close}"),
    };
    let null =
        |convert: &str, element: &Type| format!("{convert}(null) /* of {} */", element.friendly_name());
    match (value.view(), value.ty()) {
        (ValueRef::Unknown(_), _) => "(known after apply)".to_owned(),
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
        (ValueRef::Map(items) | ValueRef::Object(items), ty) => {
            let each =
                |(key, item): (&std::sync::Arc<str>, &Value)| format!("{:?} = {} ", &**key, shown(item));
            let inner = items.iter().map(each).collect::<Vec<String>>().concat();
            match ty {
                Type::Map(_) => group("tomap({", inner, "})"),
                _ => group("{", inner, "}"),
            }
        }
    }
}
