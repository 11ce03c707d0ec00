//! Reading the elements of collections, and building collections.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::cty::{Marks, Type, Value, ValueRef};

/// The marks that a collection leaves on a result made of its elements.
pub(super) fn container_marks(collection: &Value) -> Marks {
    collection.marks().as_influence()
}

/// An unknown result that contains the arguments or parts of them: it has their origins, and possibly those
/// of the values nested in them.
pub(super) fn unknown_result(ty: &Type, arguments: &[Value]) -> Value {
    let marks = arguments.iter().fold(Marks::new(), |marks, argument| {
        let nested = argument.nested_marks().origins_only().as_possible();
        marks.union(argument.marks()).union(&nested)
    });
    Value::unknown(ty.clone()).with_marks(&marks)
}

/// The elements of a known list, set or tuple; empty for any other value.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_slice().unwrap_or_default()
}

/// The number of elements, or `None` if it is not certain: a set with unknown elements may turn out to be
/// smaller.
pub(super) fn known_length(value: &Value) -> Option<usize> {
    value.length()?.as_number()?.to_index()
}

/// The text of a string; empty if the value is unknown or null.
pub(super) fn shared_text(value: &Value) -> Arc<str> {
    value.as_str().cloned().unwrap_or_default()
}

/// Builds a list or set of this type, or a tuple.
pub(super) fn new_sequence(ty: &Type, items: Vec<Value>) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), items),
        Type::Set(element) => Value::set((**element).clone(), items),
        _ => Value::tuple(items),
    }
}

/// Builds a map of this type, or an object.
pub(super) fn new_mapping(ty: &Type, items: BTreeMap<Arc<str>, Value>) -> Value {
    match ty {
        Type::Map(element) => Value::map((**element).clone(), items),
        _ => Value::object(items),
    }
}

/// Whether positive and negative zero are the same number: they are for `==`, but not as elements of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zeros {
    Equal,
    Distinct,
}

/// Returns a text that two known values of the same type share if and only if they are equal.
pub(super) fn equality_key(value: &Value, zeros: Zeros) -> String {
    let mut key = String::new();
    write_equality_key(value, zeros, &mut key);
    key
}

fn write_equality_key(value: &Value, zeros: Zeros, out: &mut String) {
    let mut group = |items: &mut dyn Iterator<Item = (Option<&Arc<str>>, &Value)>| {
        out.push('[');
        for (key, item) in items {
            if let Some(key) = key {
                // Writing to a string cannot fail.
                let _ = write!(out, "{}:{key}", key.len());
            }
            write_equality_key(item, zeros, out);
            out.push(',');
        }
        out.push(']');
    };
    match value.view() {
        ValueRef::Unknown(_) => out.push('?'),
        ValueRef::Null => out.push('!'),
        ValueRef::Bool(value) => out.push(if value { 't' } else { 'f' }),
        ValueRef::Number(number) if number.sign() == 0 && zeros == Zeros::Equal => out.push('0'),
        ValueRef::Number(number) => out.push_str(&number.to_string()),
        ValueRef::String(text) => {
            let _ = write!(out, "{}:{text}", text.len());
        }
        ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
            group(&mut items.iter().map(|item| (None, item)));
        }
        ValueRef::Map(items) | ValueRef::Object(items) => {
            group(&mut items.iter().map(|(key, item)| (Some(key), item)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::Number;

    #[test]
    fn only_equal_values_share_an_equality_key() {
        let pair = |left: &str, right: &str| Value::tuple(vec![Value::string(left), Value::string(right)]);
        assert_ne!(
            equality_key(&pair("a,1:b", ""), Zeros::Equal),
            equality_key(&pair("a", "b"), Zeros::Equal)
        );
        let zero = Value::number(0);
        let negative = Value::number(Number::from_i64(0).neg());
        assert_eq!(
            equality_key(&zero, Zeros::Equal),
            equality_key(&negative, Zeros::Equal)
        );
        assert_ne!(
            equality_key(&zero, Zeros::Distinct),
            equality_key(&negative, Zeros::Distinct)
        );
    }
}
