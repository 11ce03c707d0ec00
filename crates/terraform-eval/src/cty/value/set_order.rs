//! The order in which Terraform iterates and prints the elements of a set (cty's `setRules`).

use std::cmp::Ordering;

use super::equality;
use super::{Value, ValueRef};
use crate::cty::quote::write_quoted;
use crate::cty::types::Type;

/// The elements of a set of `element`, unique and in order. Unknown elements are never equal. The first of equal
/// elements stays, with its span.
pub(super) fn sorted(element: &Type, items: Vec<Value>) -> Vec<Value> {
    if items.len() < 2 {
        return items;
    }
    if element.is_primitive() {
        let mut items = items;
        items.sort_by(|left, right| {
            rank(left)
                .cmp(&rank(right))
                .then_with(|| match (left.view(), right.view()) {
                    (ValueRef::String(left), ValueRef::String(right)) => left.cmp(right),
                    (ValueRef::Number(left), ValueRef::Number(right)) => left
                        .compare(right)
                        .then_with(|| left.sort_text().cmp(&right.sort_text())),
                    (ValueRef::Bool(left), ValueRef::Bool(right)) => left.cmp(&right),
                    _ => Ordering::Equal,
                })
        });
        items.dedup_by(|next, previous| {
            equality::is_equal(next, previous) == Some(true) && !opposed_zeros(next, previous)
        });
        return items;
    }
    let mut keyed: Vec<_> = items
        .into_iter()
        .map(|item| {
            let mut key = String::new();
            write_key(&item, &mut key);
            ((rank(&item), key), item)
        })
        .collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut unique: Vec<Value> = Vec::with_capacity(keyed.len());
    for group in keyed.chunk_by(|(left, _), (right, _)| left == right) {
        let start = unique.len();
        for (_, item) in group {
            // Elements with the same key are nearly always equal, so that the first comparison suffices.
            let is_repeated = unique[start..]
                .iter()
                .any(|previous| equality::is_equal(previous, item) == Some(true));
            if !is_repeated {
                unique.push(item.clone());
            }
        }
    }
    unique
}

/// The two zeros are equal, but they are two elements: cty compares only elements with the same text.
fn opposed_zeros(left: &Value, right: &Value) -> bool {
    match (left.as_number(), right.as_number()) {
        (Some(left), Some(right)) if left.sign() == 0 => left.sort_text() != right.sort_text(),
        _ => false,
    }
}

/// Known values come before unknown ones, and null is last.
fn rank(value: &Value) -> u8 {
    match value.view() {
        ValueRef::Null => 2,
        ValueRef::Unknown(_) => 1,
        _ => 0,
    }
}

/// The text by which elements of non-primitive types are ordered.
fn write_key(value: &Value, out: &mut String) {
    let mut group = |open: char, items: &mut dyn Iterator<Item = &Value>, close: char| {
        out.push(open);
        for item in items {
            write_key(item, out);
            out.push(';');
        }
        out.push(close);
    };
    match value.view() {
        ValueRef::Unknown(_) => out.push('?'),
        ValueRef::Null => out.push('~'),
        ValueRef::Bool(value) => out.push(if value { 'T' } else { 'F' }),
        ValueRef::Number(number) => out.push_str(&number.sort_text()),
        ValueRef::String(text) => write_quoted(text, out),
        ValueRef::List(items) | ValueRef::Set(items) => group('[', &mut items.iter(), ']'),
        ValueRef::Tuple(items) => group('<', &mut items.iter(), '>'),
        ValueRef::Object(items) => group('<', &mut items.values(), '>'),
        ValueRef::Map(items) => {
            out.push('{');
            for (key, item) in items {
                write_quoted(key, out);
                out.push(':');
                write_key(item, out);
                out.push(';');
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cty::Number;

    fn numbers(values: &[&str]) -> Vec<Value> {
        values
            .iter()
            .map(|text| Value::number(Number::parse(text).expect("a number")))
            .collect()
    }

    #[test]
    fn primitive_elements_are_unique_and_ordered_by_value() {
        let set = Value::set(Type::Number, numbers(&["10", "9", "1", "9", "0.5", "-1"]));
        assert_eq!(set.as_slice(), Some(&numbers(&["-1", "0.5", "1", "9", "10"])[..]));
    }

    #[test]
    fn unknown_elements_come_before_null_and_are_never_equal() {
        let unknown = Value::unknown(Type::String);
        let items = vec![
            Value::null(Type::String),
            unknown.clone(),
            Value::string("b"),
            unknown.clone(),
        ];
        let set = Value::set(Type::String, items);
        let ordered = [
            Value::string("b"),
            unknown.clone(),
            unknown,
            Value::null(Type::String),
        ];
        assert_eq!(set.as_slice(), Some(&ordered[..]));
    }

    /// `toset([[10], [9], [2]])` lists 10 first: the order is that of the text.
    #[test]
    fn non_primitive_elements_are_ordered_by_their_text() {
        let tuples: Vec<_> = ["10", "9", "2", "9"]
            .iter()
            .map(|text| Value::tuple(numbers(&[text])))
            .collect();
        let set = Value::set(Type::tuple([Type::Number]), tuples);
        let ordered: Vec<_> = ["10", "2", "9"]
            .iter()
            .map(|text| Value::tuple(numbers(&[text])))
            .collect();
        assert_eq!(set.as_slice(), Some(&ordered[..]));
    }

    #[test]
    fn marks_move_from_the_elements_to_the_set() {
        let secret = Value::string("x").with_marks(&crate::cty::Marks::sensitive());
        let object = Value::object(BTreeMap::from([("a".into(), secret)]));
        let set = Value::set(object.ty().clone(), vec![object]);
        assert!(set.marks().is_sensitive());
        assert!(set.as_slice().is_some_and(|items| !items[0].contains_marked()));
    }
}
