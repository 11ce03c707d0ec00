//! Where results come from, and that no call takes more than the budget has.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::address::{ModulePath, Reference, ResourceName, Subject};
use crate::cty::marks::{Marks, Origin, Role};
use crate::cty::{Type, Value};
use crate::source::{Sources, Span};

use super::conformance_tests::evaluate_with;

fn place() -> Span {
    let mut sources = Sources::new();
    sources.add("expression.tf", "");
    Span::new(sources.add("elsewhere.tf", "x"), 0, 1)
}

fn marked(value: Value) -> Value {
    let origin = Origin {
        reference: Arc::new(Reference {
            module: ModulePath::root(),
            subject: Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", "c")),
            key: None,
            attribute: None,
        }),
        span: None,
        role: Role::Exact,
        trace: None,
    };
    value.with_span(place()).with_marks(&Marks::from_origin(origin))
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
fn an_element_that_is_handed_on_stays_what_it_was() {
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
            assert_eq!(value.span(), Some(place()), "{expression} of {input:?}");
            assert_eq!(value.is_known(), input.is_known(), "{expression} of {input:?}");
        }
    }
    let only_known_or_typed = [
        "compact([u])[0]",
        "distinct([u])[0]",
        "sort([u])[0]",
        "flatten([[u]])[0]",
    ];
    for expression in only_known_or_typed {
        let value = evaluate_with(expression, marked(Value::string("x"))).expect(expression);
        assert_eq!(
            (role(&value), value.span()),
            (Some(Role::Exact), Some(place())),
            "{expression}"
        );
    }
    let typed = marked(Value::unknown(Type::String));
    let value = evaluate_with("flatten([[u]])[0]", typed).expect("a value");
    assert_eq!((role(&value), value.span()), (Some(Role::Exact), Some(place())));
}

#[test]
fn an_unknown_collection_passes_its_origin_to_its_elements() {
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
    assert_eq!(origin.reference.to_string(), "rhcs_cluster_rosa_hcp.c.id");
}

#[test]
fn what_is_not_decided_may_be_one_of_several() {
    let unknown = marked(Value::unknown(Type::String));
    for expression in ["coalesce(u, \"x\")", "lookup({a = u}, tostring(u), 1)"] {
        let value = evaluate_with(expression, unknown.clone()).expect(expression);
        assert!(!value.is_known());
        assert_eq!(role(&value), Some(Role::Possible), "{expression}");
    }
}

#[test]
fn what_is_computed_is_only_influenced() {
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
fn a_call_that_would_make_too_much_fails_at_once() {
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
            assert!(result.is_err(), "{expression}");
        }
    }
}
/// `[for x0 in [[1, 1]] : [for x1 in [[x0, x0]] : …]]` around an expression of the last of them.
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
fn values_that_double_do_not_take_for_ever() {
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
    assert!(text.is_err_and(|failure| failure.is_limit()));
    let concat = |before: &str| format!("concat({before}, {before})");
    let list = evaluate_with(&doubled(60, "[1]", concat, "length(X)"), Value::bool(true));
    assert!(list.is_err_and(|failure| failure.is_limit()));
    assert!(start.elapsed() < Duration::from_mins(1));
}
