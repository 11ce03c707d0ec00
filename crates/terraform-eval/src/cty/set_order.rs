//! The order of a set's elements, in which Terraform iterates and prints them (cty's `setRules`).

use std::cmp::Ordering;

use super::equality;
use super::quote::write_quoted;
use super::types::Type;
use super::value::{Value, ValueRef};

/// The elements of a set of `element`: each once, in order. Unknown ones are never the same as
/// another. The first of equal elements stays, with its place.
pub(super) fn arranged(element: &Type, items: Vec<Value>) -> Vec<Value> {
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
        items.dedup_by(|next, kept| equality::same(next, kept) == Some(true) && !opposed_zeros(next, kept));
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
    let mut arranged: Vec<Value> = Vec::with_capacity(keyed.len());
    for group in keyed.chunk_by(|(left, _), (right, _)| left == right) {
        let start = arranged.len();
        for (_, item) in group {
            // Elements with the same key are nearly always equal, so that the first comparison decides.
            let known = arranged[start..]
                .iter()
                .any(|kept| equality::same(kept, item) == Some(true));
            if !known {
                arranged.push(item.clone());
            }
        }
    }
    arranged
}

/// Both zeros are equal and still two elements: cty looks for an equal one among those with the same text.
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

/// The text by whose bytes elements of composed types are ordered.
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
    fn primitive_elements_are_ordered_by_value_and_unique() {
        let set = Value::set(Type::Number, numbers(&["10", "9", "1", "9", "0.5", "-1"]));
        assert_eq!(set.as_slice(), Some(&numbers(&["-1", "0.5", "1", "9", "10"])[..]));
    }

    #[test]
    fn unknown_elements_come_last_but_null_and_are_never_the_same() {
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
    fn composed_elements_are_ordered_by_their_text() {
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
        let secret = Value::string("x").with_marks(&crate::cty::marks::Marks::sensitive());
        let object = Value::object(BTreeMap::from([("a".into(), secret)]));
        let set = Value::set(object.ty().clone(), vec![object]);
        assert!(set.marks().is_sensitive());
        assert!(set.as_slice().is_some_and(|items| !items[0].contains_marked()));
    }
}
