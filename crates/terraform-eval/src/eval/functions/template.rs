//! `templatefile` and `templatestring`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::args::Args;
use super::error::{FunctionError, FunctionResult};
use super::filesystem::file::{Lookup, read_text, unknown_refused};
use super::function::{ConstType, Function, Parameter};
use super::host::Call;
use crate::cty::{Type, Value, ValueRef, convert};
use crate::dialect::Feature;
use crate::eval::EvalError;
use crate::modules::references;
use crate::source::{FileId, Span};
use crate::syntax::is_identifier;
use crate::syntax::native::parse_template;
use crate::syntax::tree::{Expression, ExpressionKind};

/// The functions of this file.
pub(super) const TABLES: &[&[Function]] = &[FUNCTIONS];

const FUNCTIONS: &[Function] = &[
    Function::new("templatefile", template_file)
        .param(Parameter::new("path", ConstType::String))
        .param(VARS)
        .may_be_null(),
    Function::new("templatestring", template_string)
        .param(Parameter::new("template", ConstType::Any))
        .param(VARS)
        .returns_type_of(template_string_type),
];

const VARS: Parameter = Parameter::new("vars", ConstType::Any).allow_marked();

/// Functions that read files, which `templatestring` does not allow in its templates.
const FILESYSTEM_FUNCTIONS: &[&str] = &[
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

/// Checks that a function may be called in a template that another function renders.
pub(crate) fn check_call(name: &str, enclosing: Option<&str>) -> Result<(), EvalError> {
    let renders_template = matches!(name, "templatefile" | "templatestring");
    if let Some(enclosing) = enclosing {
        let message = if renders_template {
            format!("cannot recursively call {name} from inside another template function")
        } else if enclosing == "templatestring" && FILESYSTEM_FUNCTIONS.contains(&name) {
            format!(
                "cannot use filesystem access functions like {name} in templatestring templates; consider \
                 passing the function result as a template variable instead"
            )
        } else {
            return Ok(());
        };
        return Err(EvalError::invalid(message));
    }
    Ok(())
}

/// Checks the expressions of a call's arguments, once the arguments are known.
pub(crate) fn check_template(
    name: &str,
    expressions: &[Expression],
    arguments: &[Value],
) -> Result<(), EvalError> {
    let is_literal = expressions
        .first()
        .is_some_and(|template| is_literal_template(name, template));
    if is_literal && arguments.get(1).is_some_and(Value::is_known) {
        return Err(EvalError::invalid(
            "invalid template expression: templatestring is only for templates from elsewhere; it takes a \
             direct reference to a string that holds one",
        ));
    }
    Ok(())
}

/// Whether the first argument of a function has to be a reference to a template, but is another expression.
pub(crate) fn is_literal_template(name: &str, first: &Expression) -> bool {
    name == "templatestring" && !is_reference(first)
}

fn is_reference(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Traversal { base, .. } | ExpressionKind::Splat { base, .. } => is_reference(base),
        _ => false,
    }
}

fn template_file(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let path = args.string(0);
    match read_text(call, path)? {
        Lookup::Found(template) => render(call, "templatefile", path, &template, args.value(1)),
        Lookup::Refused(refusal) => Ok(unknown_refused(
            Type::Dynamic,
            refusal,
            args.shown_string(0),
            args.get(0),
        )),
    }
}

fn template_string_type(args: Args<'_>) -> FunctionResult<Type> {
    Ok(if args.has(Feature::TypedTemplateString) {
        Type::Dynamic
    } else {
        Type::String
    })
}

fn template_string(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let converted;
    let template = if args.has(Feature::TypedTemplateString) {
        // The parameter of OpenTofu's function is a string, to which other values are converted.
        converted = convert(args.value(0), &Type::String).map_err(|error| error.to_string())?;
        converted.as_str()
    } else {
        args.value(0).as_str()
    };
    let Some(template) = template else {
        return Err("invalid template value: a string is required".into());
    };
    if args.value(1).marks().is_sensitive() && !args.has(Feature::SensitiveTemplateVariables) {
        return Err("panic in function implementation: the variables are sensitive".into());
    }
    let rendered = render(call, "templatestring", "the template", template, args.value(1))?;
    if args.has(Feature::TypedTemplateString) {
        return Ok(rendered);
    }
    convert(&rendered, &Type::String).map_err(|error| format!("invalid template result: {error}").into())
}

/// Renders a template. `name` is its name in messages.
fn render(call: &Call<'_>, function: &'static str, name: &str, source: &str, vars: &Value) -> FunctionResult {
    let (ValueRef::Map(variables) | ValueRef::Object(variables)) = vars.view() else {
        return Err("invalid vars value: must be a map".into());
    };
    if let Some(invalid) = variables.keys().find(|name| !is_identifier(name)) {
        let message = format!(
            "invalid template variable name {invalid:?}: must start with a character, followed by zero or more \
             letters, digits, and underscores"
        );
        return Err(message.into());
    }
    call.charge(source.len() / 4 + 1)?;
    let (template, syntax_errors) = parse_template(FileId::DETACHED, source, 0..source.len());
    if let Some(error) = syntax_errors.first() {
        let location = line_of(name, source, error.span);
        return Err(format!("{location}: {}", error.message).into());
    }
    let Some(template) = template else {
        return Err(format!("{name} is not a template").into());
    };
    check_names(&template, name, source, variables)?;
    let value = call
        .host
        .render_template(&template, function, variables)
        .map_err(|error| {
            let location = error
                .span()
                .map_or(name.to_owned(), |span| line_of(name, source, span));
            let message = format!("{location}: {error}");
            if error.is_uncatchable() {
                FunctionError::limit(message)
            } else {
                FunctionError::from(message)
            }
        })?;
    if value.is_null() && !call.host.has(Feature::NullTemplates) {
        return Err(format!("the result of {name} is null").into());
    }
    // If any variable is sensitive, the whole result is; in OpenTofu's `templatestring`, only if the template uses it.
    let uses_marks = function == "templatestring" && call.host.has(Feature::TypedTemplateString);
    let mut marks = vars.marks().as_influence();
    let deep = if uses_marks {
        marks.clone()
    } else {
        vars.marks_deep()
    };
    if deep.is_sensitive() {
        marks = marks.with_sensitive();
    }
    if deep.is_ephemeral() {
        marks = marks.with_ephemeral();
    }
    Ok(without_detached_spans(&value).with_marks(&marks))
}

/// Checks that each name in a template is a variable, even in branches that are not taken.
fn check_names(
    template: &Expression,
    name: &str,
    source: &str,
    variables: &BTreeMap<Arc<str>, Value>,
) -> FunctionResult<()> {
    for (root, span) in references::root_names(template) {
        if !variables.contains_key(&root) {
            let location = line_of(name, source, span);
            let message = format!("vars map does not contain key {root:?}, referenced at {location}");
            return Err(message.into());
        }
    }
    Ok(())
}

/// The line of a span in a template, for messages.
fn line_of(name: &str, source: &str, span: Span) -> String {
    let before = source.get(..span.range().start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{name}:{line}")
}

/// Removes spans in a text that is not a file of the configuration.
pub(super) fn without_detached_spans(value: &Value) -> Value {
    let in_sequence = |items: &[Value]| items.iter().map(without_detached_spans).collect::<Vec<_>>();
    let element = || value.ty().element().cloned().unwrap_or(Type::Dynamic);
    let in_mapping = |items: &BTreeMap<Arc<str>, Value>| {
        let items = items
            .iter()
            .map(|(key, item)| (key.clone(), without_detached_spans(item)));
        items.collect::<BTreeMap<_, _>>()
    };
    let result = match value.view() {
        ValueRef::List(items) => Value::list(element(), in_sequence(items)),
        ValueRef::Set(items) => Value::set(element(), in_sequence(items)),
        ValueRef::Tuple(items) => Value::tuple(in_sequence(items)),
        ValueRef::Map(items) => Value::map(element(), in_mapping(items)),
        ValueRef::Object(items) => Value::object(in_mapping(items)),
        _ => value.clone(),
    };
    let result = result.with_only_marks(value.marks().clone());
    let in_files = |span: Option<Span>| span.filter(|span| span.file != FileId::DETACHED);
    let result = result.with_key_span(in_files(value.key_span()));
    match in_files(value.span()) {
        Some(span) => result.with_span(span),
        None => result.without_span(),
    }
}
