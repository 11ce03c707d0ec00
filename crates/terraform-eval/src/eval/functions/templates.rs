//! `templatefile` and `templatestring`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Type, Value, ValueRef, convert};
use crate::modules::references;
use crate::source::{FileId, Span};
use crate::syntax::native::parse_template;
use crate::syntax::tree::{Expression, ExpressionKind};

use super::super::scope::Rendered;
use super::super::{Failure, Result as Evaluated, Scope};
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::files::{Content, outside, read_text};
use super::support::{Answer, dynamic, function, string, text};

const VARS: Parameter = Parameter {
    allow_marked: true,
    ..Parameter::of("vars", Want::Any)
};

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[
    Function {
        never_null: false,
        ..function(
            "templatefile",
            &[Parameter::of("path", Want::String), VARS],
            dynamic,
            |call, arguments| template_file(call, arguments).into(),
        )
    },
    function(
        "templatestring",
        &[Parameter::of("template", Want::Any), VARS],
        string,
        |call, arguments| template_string(call, arguments).into(),
    ),
];

/// Functions that read files, which a template from anywhere may not do.
const ON_FILES: &[&str] = &[
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
];

/// Whether a function may be called where the call stands.
pub(in crate::eval) fn check_call(name: &str, scope: Scope<'_>) -> Evaluated<()> {
    let renders = matches!(name, "templatefile" | "templatestring");
    if let Some(template) = scope.template {
        let message = if renders {
            format!("cannot recursively call {name} from inside another template function")
        } else if template.function == "templatestring" && ON_FILES.contains(&name) {
            format!(
                "cannot use filesystem access functions like {name} in templatestring templates; consider \
                 passing the function result as a template variable instead"
            )
        } else {
            return Ok(());
        };
        return Err(Failure::invalid(message));
    }
    Ok(())
}

/// Whether a function may be called with the expressions that it is given, once it is really called.
pub(in crate::eval) fn check_template(
    name: &str,
    given: &[Expression],
    arguments: &[Value],
) -> Evaluated<()> {
    let literal = given
        .first()
        .is_some_and(|template| is_literal_template(name, template));
    if literal && arguments.get(1).is_some_and(Value::is_known) {
        return Err(Failure::invalid(
            "invalid template expression: templatestring is only for templates from elsewhere; it takes a \
             direct reference to a string that holds one",
        ));
    }
    Ok(())
}

/// Whether a function's first argument is a template that is no reference to one.
pub(in crate::eval) fn is_literal_template(name: &str, first: &Expression) -> bool {
    name == "templatestring" && !is_reference(first)
}

fn is_reference(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::GetAttr { base, .. }
        | ExpressionKind::Index { base, .. }
        | ExpressionKind::Splat { base, .. } => is_reference(base),
        _ => false,
    }
}

fn template_file(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let path = text(arguments, 0);
    match read_text(call, path)? {
        // Terraform keeps every string in normal form, and so the template.
        Content::Here(template) => render(call, "templatefile", path, &template, arguments.get(1)),
        Content::Outside => {
            let what = format!("the file {path}");
            Ok(outside(Type::Dynamic, &what, arguments.first()))
        }
    }
}

fn template_string(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let Some(template) = arguments.first().and_then(Value::as_str) else {
        return Err("invalid template value: a string is required".into());
    };
    let rendered = render(call, "templatestring", "the template", template, arguments.get(1))?;
    convert(&rendered, &Type::String)
        .map_err(|error| Stop::Error(format!("invalid template result: {error}")))
}

fn render(
    call: &Call<'_>,
    function: &'static str,
    name: &str,
    source: &str,
    given: Option<&Value>,
) -> Answer {
    let no_map = "invalid vars value: must be a map";
    let given = given.ok_or(no_map)?;
    let (ValueRef::Map(variables) | ValueRef::Object(variables)) = given.view() else {
        return Err(no_map.into());
    };
    if let Some(wrong) = variables.keys().find(|name| !is_identifier(name)) {
        let message = format!(
            "invalid template variable name {wrong:?}: must start with a letter, followed by zero or more \
             letters, digits, and underscores"
        );
        return Err(message.into());
    }
    call.evaluator.spend(source.len() / 4 + 1)?;
    let (template, problems) = parse_template(FileId::DETACHED, source, 0..source.len());
    if let Some(problem) = problems.first() {
        return Err(format!("{}: {}", line(name, source, problem.span), problem.message).into());
    }
    let Some(template) = template else {
        return Err(format!("{name} is not a template").into());
    };
    check_names(&template, name, source, variables)?;
    let rendered = Rendered { function, variables };
    let value = call
        .evaluator
        .evaluate(&template, Scope::rendered(&rendered))
        .map_err(|failure| {
            let at = failure
                .span()
                .map_or(name.to_owned(), |span| line(name, source, span));
            if failure.is_final() {
                Stop::Failure(Failure::limit(format!("{at}: {failure}")))
            } else {
                Stop::Error(format!("{at}: {failure}"))
            }
        })?;
    if value.is_null() {
        return Err(format!("the result of {name} is null").into());
    }
    // Where anything that it was given is secret, Terraform takes all of the result for secret.
    let (all, mut marks) = (given.marks_deep(), given.marks().as_influence());
    if all.is_sensitive() {
        marks = marks.with_sensitive();
    }
    if all.is_ephemeral() {
        marks = marks.with_ephemeral();
    }
    Ok(attached(&value).with_marks(&marks))
}

/// Every name in a template has to be given, in branches as well that nothing leads to.
fn check_names(
    template: &Expression,
    name: &str,
    source: &str,
    variables: &BTreeMap<Arc<str>, Value>,
) -> Result<(), Stop> {
    for (root, span) in references::names(template) {
        if !variables.contains_key(&root) {
            let at = line(name, source, span);
            return Err(format!("vars map does not contain key {root:?}, referenced at {at}").into());
        }
    }
    Ok(())
}

fn line(name: &str, source: &str, span: Span) -> String {
    let before = source.get(..span.range().start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{name}:{line}")
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-'))
}

/// A result without places in the template, which nobody could show.
fn attached(value: &Value) -> Value {
    let all = |items: &[Value]| items.iter().map(attached).collect::<Vec<_>>();
    let element = || value.ty().element().cloned().unwrap_or(Type::Dynamic);
    let each = |items: &BTreeMap<Arc<str>, Value>| {
        let items = items.iter().map(|(key, item)| (key.clone(), attached(item)));
        items.collect::<BTreeMap<_, _>>()
    };
    let new = match value.view() {
        ValueRef::List(items) => Value::list(element(), all(items)),
        ValueRef::Set(items) => Value::set(element(), all(items)),
        ValueRef::Tuple(items) => Value::tuple(all(items)),
        ValueRef::Map(items) => Value::map(element(), each(items)),
        ValueRef::Object(items) => Value::object(each(items)),
        _ => value.clone(),
    };
    let new = new.with_only_marks(value.marks().clone());
    let shown = |place: Option<Span>| place.filter(|place| place.file != FileId::DETACHED);
    let new = new.with_key_span(shown(value.key_span()));
    match shown(value.span()) {
        Some(place) => new.with_span(place),
        None => new.without_span(),
    }
}
