//! What the functions on collections have in common.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::cty::marks::Marks;
use crate::cty::{Number, Type, Value, ValueRef};

/// The result of a function that looks into its arguments.
pub(super) type Checked<T> = Result<T, super::Stop>;

/// The marks of a collection on their way to what is made of its elements.
pub(super) fn outer(collection: &Value) -> Marks {
    collection.marks().as_influence()
}

/// An unknown result that holds the arguments or parts of them: it is what they are, and may be what is
/// nested in them.
pub(super) fn undecided(ty: &Type, arguments: &[Value]) -> Value {
    let marks = arguments.iter().fold(Marks::new(), |marks, argument| {
        let inner = argument.nested_marks().origins_only().as_possible();
        marks.union(argument.marks()).union(&inner)
    });
    Value::unknown(ty.clone()).with_marks(&marks)
}

/// The elements of a known list, set or tuple; none of anything else.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_slice().unwrap_or_default()
}

/// How many elements a value has, known or not, as far as it is certain; a set with unknown elements
/// may turn out to be smaller.
pub(super) fn certain_length(value: &Value) -> Option<usize> {
    value.length()?.as_number()?.to_index()
}

/// The text of a string that is known and not null; functions ask only where it is.
pub(super) fn text(value: &Value) -> Arc<str> {
    value.as_str().cloned().unwrap_or_default()
}

/// A number as a machine integer, with the error that Terraform gives otherwise.
pub(super) fn machine_integer(value: &Value) -> Result<i64, String> {
    value.as_number().and_then(Number::to_i64).ok_or_else(|| {
        format!(
            "value must be a whole number, between {} and {}",
            i64::MIN,
            i64::MAX
        )
    })
}

/// A collection or tuple of this type.
pub(super) fn sequence(ty: &Type, items: Vec<Value>) -> Value {
    match ty {
        Type::List(element) => Value::list((**element).clone(), items),
        Type::Set(element) => Value::set((**element).clone(), items),
        _ => Value::tuple(items),
    }
}

/// A map of this type, or an object.
pub(super) fn mapping(ty: &Type, items: BTreeMap<Arc<str>, Value>) -> Value {
    match ty {
        Type::Map(element) => Value::map((**element).clone(), items),
        _ => Value::object(items),
    }
}

/// Whether the two zeros are the same number: for `==` they are, for a set they are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zeros {
    /// As for `==`.
    Same,
    /// As for the elements of a set.
    Different,
}

/// A text that two known values of one type share exactly if they are equal.
pub(super) fn identity(value: &Value, zeros: Zeros) -> String {
    let mut text = String::new();
    write_identity(value, zeros, &mut text);
    text
}

fn write_identity(value: &Value, zeros: Zeros, out: &mut String) {
    let mut group = |items: &mut dyn Iterator<Item = (Option<&Arc<str>>, &Value)>| {
        out.push('[');
        for (key, item) in items {
            if let Some(key) = key {
                // Writing to a string cannot fail.
                let _ = write!(out, "{}:{key}", key.len());
            }
            write_identity(item, zeros, out);
            out.push(',');
        }
        out.push(']');
    };
    match value.view() {
        ValueRef::Unknown(_) => out.push('?'),
        ValueRef::Null => out.push('!'),
        ValueRef::Bool(value) => out.push(if value { 't' } else { 'f' }),
        ValueRef::Number(number) if number.sign() == 0 && zeros == Zeros::Same => out.push('0'),
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

    #[test]
    fn only_equal_values_share_an_identity() {
        let pair = |left: &str, right: &str| Value::tuple(vec![Value::string(left), Value::string(right)]);
        assert_ne!(
            identity(&pair("a,1:b", ""), Zeros::Same),
            identity(&pair("a", "b"), Zeros::Same)
        );
        let zero = Value::number(0);
        let negative = Value::number(Number::from_i64(0).neg());
        assert_eq!(identity(&zero, Zeros::Same), identity(&negative, Zeros::Same));
        assert_ne!(
            identity(&zero, Zeros::Different),
            identity(&negative, Zeros::Different)
        );
    }
}
