//! The origins of results, and the limits of calls.

use std::time::{Duration, Instant};

use crate::address::{ModulePath, Reference, ResourceName, Subject};
use crate::cty::{Marks, Origin, Role, Type, Value};
use crate::source::{Sources, Span};

use super::conformance::evaluate_with;

fn span_elsewhere() -> Span {
    let mut sources = Sources::new();
    sources.add("expression.tf", "");
    Span::new(sources.add("elsewhere.tf", "x"), 0, 1)
}

fn marked(value: Value) -> Value {
    let cluster = Subject::Resource(ResourceName::managed("example_cluster", "c"));
    let origin = Origin::from_reference(Reference::new(ModulePath::root(), cluster), None);
    value
        .with_span(span_elsewhere())
        .with_marks(&Marks::from_origin(origin))
}

fn inputs() -> [Value; 3] {
    [
        marked(Value::string("x")),
        marked(Value::unknown(Type::String)),
        marked(Value::dynamic()),
    ]
}

fn role(value: &Value) -> Option<Role> {
    let marks = value.marks_deep();
    marks.origins().first().map(|origin| origin.role)
}

#[test]
fn elements_passed_through_keep_their_origin() {
    let expressions = [
        "chunklist([u], 1)[0][0]",
        "coalesce(null, u)",
        "coalesce(u)",
        "coalescelist([], [u])[0]",
        "concat([u], [])[0]",
        "concat(tolist([u]), tolist([1]))[0]",
        "element([u], 0)",
        "lookup({a = u}, \"a\", null)",
        "lookup({}, \"a\", u)",
        "lookup(tomap({a = u}), \"a\")",
        "merge({a = u}, {})[\"a\"]",
        "merge({a = 1}, {a = u}).a",
        "nonsensitive(u)",
        "one([u])",
        "reverse([u, 1])[1]",
        "sensitive(u)",
        "setproduct([u], [1])[0][0]",
        "slice([1, u], 1, 2)[0]",
        "tolist([u])[0]",
        "tomap({a = u}).a",
        "tostring(u)",
        "values({a = u})[0]",
        "zipmap([\"a\"], [u]).a",
    ];
    for expression in expressions {
        for input in inputs() {
            let value = evaluate_with(expression, input.clone()).expect(expression);
            assert_eq!(role(&value), Some(Role::Exact), "{expression} of {input:?}");
            assert_eq!(value.span(), Some(span_elsewhere()), "{expression} of {input:?}");
            assert_eq!(value.is_known(), input.is_known(), "{expression} of {input:?}");
        }
    }
    let known_or_typed_only = [
        "compact([u])[0]",
        "distinct([u])[0]",
        "sort([u])[0]",
        "flatten([[u]])[0]",
    ];
    for expression in known_or_typed_only {
        let value = evaluate_with(expression, marked(Value::string("x"))).expect(expression);
        assert_eq!(
            (role(&value), value.span()),
            (Some(Role::Exact), Some(span_elsewhere())),
            "{expression}"
        );
    }
    let typed = marked(Value::unknown(Type::String));
    let value = evaluate_with("flatten([[u]])[0]", typed).expect("a value");
    assert_eq!(
        (role(&value), value.span()),
        (Some(Role::Exact), Some(span_elsewhere()))
    );
}

#[test]
fn elements_of_unknown_collections_have_their_origin() {
    let list = marked(Value::unknown(Type::list(Type::String)));
    for expression in [
        "one(u)",
        "element(u, 0)",
        "u[0]",
        "tolist(u)[0]",
        "slice(u, 0, 1)[0]",
        "distinct(u)[0]",
    ] {
        let value = evaluate_with(expression, list.clone()).expect(expression);
        assert_eq!(role(&value), Some(Role::Exact), "{expression}");
    }
    let map = marked(Value::unknown(Type::map(Type::String)));
    for expression in [
        "lookup(u, \"a\")",
        "values(u)[0]",
        "merge(u, {})[\"a\"]",
        "u[\"a\"]",
    ] {
        let value = evaluate_with(expression, map.clone()).expect(expression);
        assert_eq!(role(&value), Some(Role::Exact), "{expression}");
    }
    let resource = marked(Value::dynamic());
    let id = evaluate_with("lookup(u, \"id\")", resource).expect("a value");
    let origin = id.marks().origins()[0].clone();
    let reference = origin.reference().map(ToString::to_string);
    assert_eq!(reference.as_deref(), Some("example_cluster.c.id"));
}

#[test]
fn undecided_selections_have_possible_origins() {
    let unknown = marked(Value::unknown(Type::String));
    for expression in ["coalesce(u, \"x\")", "lookup({a = u}, tostring(u), 1)"] {
        let value = evaluate_with(expression, unknown.clone()).expect(expression);
        assert!(!value.is_known());
        assert_eq!(role(&value), Some(Role::Possible), "{expression}");
    }
}

#[test]
fn computed_values_are_only_influenced() {
    for expression in [
        "length(u)",
        "contains([u], \"y\")",
        "keys({(u) = 1})",
        "length([u]) > 0 ? max(length(u), 1) : 0",
    ] {
        let value = evaluate_with(expression, marked(Value::string("x"))).expect(expression);
        assert!(
            role(&value).is_none_or(|role| role == Role::Influence),
            "{expression}"
        );
    }
    let value = evaluate_with("coalesce(\"a\", u)", marked(Value::unknown(Type::String))).expect("a value");
    assert_eq!(role(&value), None);
}

#[test]
fn calls_with_huge_results_fail_quickly() {
    let digits = "range(1000)";
    let expressions = [
        "range(0, 1e9)".to_owned(),
        "range(0, 1, 1e-9)".to_owned(),
        format!("setproduct({digits}, {digits}, {digits})"),
        format!("setproduct({}[[]]...)", "[1, 2], ".repeat(64)),
        format!("setproduct({})", vec!["[1, 2]"; 70].join(", ")),
        format!("flatten([for a in {digits} : [for b in {digits} : {digits}]])"),
        format!("[for a in {digits} : [for b in {digits} : concat({digits}, {digits})]]"),
        format!("[for a in {digits} : [for b in {digits} : contains({digits}, a)]]"),
        format!("matchkeys({digits}, {digits}, [for a in {digits} : [for b in {digits} : a]])"),
        format!("parseint(\"{}\", 62)", "z".repeat(100_000)),
        "pow(10, 1e9)".to_owned(),
    ];
    for expression in expressions {
        let start = Instant::now();
        let result = evaluate_with(&expression, Value::bool(true));
        assert!(start.elapsed() < Duration::from_secs(20), "{expression}");
        if !expression.starts_with("pow") && !expression.contains("[[]]...") {
            // It is an error, or a value that is unknown because it is too large.
            assert!(!result.is_ok_and(|value| value.is_known()), "{expression}");
        }
    }
}
/// `[for x0 in [[1, 1]] : [for x1 in [[x0, x0]] : …]]` around an expression with the innermost name.
fn doubled(levels: usize, start: &str, pair: fn(&str) -> String, expression: &str) -> String {
    let mut text = expression.replace('X', &format!("x{}", levels - 1));
    for level in (0..levels).rev() {
        let before = level
            .checked_sub(1)
            .map_or(start.to_owned(), |before| format!("x{before}"));
        text = format!("[for x{level} in [{}] : {text}]", pair(&before));
    }
    text
}

#[test]
fn values_that_double_in_size_are_bounded() {
    let tuple = |before: &str| format!("[{before}, {before}]");
    let object = |before: &str| format!("{{ a = {before}, b = {before} }}");
    let string = |before: &str| format!("\"${{{before}}}${{{before}}}\"");
    let start = Instant::now();
    for expression in [
        "X == X",
        "X != [X]",
        "flatten(X)",
        "distinct(X)",
        "toset([X, X])",
        "contains([X], X)",
        "jsonencode(X)",
    ] {
        let _ = evaluate_with(&doubled(60, "1", tuple, expression), Value::bool(true));
        let _ = evaluate_with(&doubled(60, "1", object, expression), Value::bool(true));
    }
    let text = evaluate_with(
        &doubled(60, "\"0123456789abcdef\"", string, "X"),
        Value::bool(true),
    );
    assert!(text.is_err_and(|error| error.is_limit()));
    let concat = |before: &str| format!("concat({before}, {before})");
    let list = evaluate_with(&doubled(60, "[1]", concat, "length(X)"), Value::bool(true));
    assert!(list.is_err_and(|error| error.is_limit()));
    assert!(start.elapsed() < Duration::from_mins(1));
}
