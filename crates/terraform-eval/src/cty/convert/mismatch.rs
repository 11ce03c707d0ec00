//! Error messages for types that do not convert (cty's `MismatchMessage`).

use super::types::{Safety, convertible};
use crate::cty::quote::quoted;
use crate::cty::types::{ObjectType, Type};

/// The error of a conversion from `given` to `want`.
pub(super) fn mismatch(given: &Type, want: &Type) -> String {
    let required = || format!("{} required", want.constraint_name());
    let converts = |given: &Type, want: &Type| convertible(given, want, Safety::Unsafe);
    match (given, want) {
        (Type::Object(given), Type::Object(want)) => objects(given, want),
        (Type::Tuple(_), Type::List(element)) if **element == Type::Dynamic => {
            "all list elements must have the same type".to_owned()
        }
        (Type::Tuple(_), Type::Set(element)) if **element == Type::Dynamic => {
            "all set elements must have the same type".to_owned()
        }
        (Type::Object(_), Type::Map(element)) if **element == Type::Dynamic => {
            "all map elements must have the same type".to_owned()
        }
        (Type::Tuple(elements), Type::List(want) | Type::Set(want)) => {
            match elements
                .iter()
                .enumerate()
                .find(|(_, element)| !converts(element, want))
            {
                Some((index, element)) => format!("element {index}: {}", mismatch(element, want)),
                None => format!("all elements must be {}", want.constraint_name()),
            }
        }
        (Type::Object(object), Type::Map(want)) => {
            match object
                .attributes
                .iter()
                .find(|(_, element)| !converts(element, want))
            {
                Some((name, element)) => {
                    format!("element {}: {}", quoted(name), mismatch(element, want))
                }
                None => format!("all elements must be {}", want.constraint_name()),
            }
        }
        (Type::List(given) | Type::Set(given), Type::List(want)) => {
            format!("incorrect list element type: {}", mismatch(given, want))
        }
        (Type::List(given) | Type::Set(given), Type::Set(want)) => {
            format!("incorrect set element type: {}", mismatch(given, want))
        }
        (Type::Map(given), Type::Map(want)) => {
            format!("incorrect map element type: {}", mismatch(given, want))
        }
        _ => required(),
    }
}

/// Missing attributes come first, then those that never convert, then those that do not convert safely.
fn objects(given: &ObjectType, want: &ObjectType) -> String {
    let missing: Vec<_> = want
        .attributes
        .keys()
        .filter(|name| !given.attributes.contains_key(*name) && !want.optional.contains(*name))
        .map(|name| quoted(name))
        .collect();
    match missing.as_slice() {
        [] => {}
        [name] => return format!("attribute {name} is required"),
        [first, second] => return format!("attributes {first} and {second} are required"),
        [rest @ .., last] => return format!("attributes {}, and {last} are required", rest.join(", ")),
    }
    let mismatched = |safety| {
        want.attributes.iter().find_map(|(name, want)| {
            let given = given.attributes.get(name)?;
            (!convertible(given, want, safety))
                .then(|| format!("attribute {}: {}", quoted(name), mismatch(given, want)))
        })
    };
    mismatched(Safety::Unsafe)
        .or_else(|| mismatched(Safety::Safe))
        .unwrap_or_else(|| "incorrect object attributes".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_attributes_are_listed() {
        let want = |names: &[&str]| Type::object(names.iter().map(|name| (*name, Type::String)));
        let none = want(&[]);
        assert_eq!(mismatch(&none, &want(&["a"])), r#"attribute "a" is required"#);
        assert_eq!(
            mismatch(&none, &want(&["b", "a"])),
            r#"attributes "a" and "b" are required"#
        );
        assert_eq!(
            mismatch(&none, &want(&["c", "b", "a"])),
            r#"attributes "a", "b", and "c" are required"#
        );
    }

    #[test]
    fn the_first_mismatch_is_named() {
        let given = Type::tuple([Type::String, Type::object([("a", Type::tuple([]))])]);
        let want = Type::list(Type::object([("a", Type::String)]));
        assert_eq!(mismatch(&given, &want), "element 0: object required");
        assert_eq!(
            mismatch(&Type::list(Type::Bool), &Type::set(Type::Number)),
            "incorrect set element type: number required"
        );
        assert_eq!(
            mismatch(&Type::Bool, &Type::list(Type::Dynamic)),
            "list of any single type required"
        );
    }
}
