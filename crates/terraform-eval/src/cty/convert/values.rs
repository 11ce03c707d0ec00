//! Conversion of values to types (cty's `convert.Convert`, `conversion_collection.go` and its siblings).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::{ConvertError, PathStep};
use super::mismatch::mismatch;
use super::types::{
    Safety, convertible, element_for_object, element_for_tuple, replace_dynamic, unify_types,
};
use crate::cty::number::Number;
use crate::cty::quote::quoted;
use crate::cty::types::{ObjectType, Type};
use crate::cty::value::{Refinement, Value, ValueRef};

/// Converts a value to a type. Marks and spans stay with the parts.
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    if *value.ty() == *want || want.has_optional() && *value.ty() == want.without_optional() {
        return Ok(value.clone());
    }
    let converted = if convertible(value.ty(), want, Safety::Unsafe) {
        apply(value, want, Safety::Unsafe).map_err(ConvertError::outermost)
    } else {
        Err(ConvertError::new(mismatch(value.ty(), want)))
    };
    converted.map_err(|error| {
        if value.marks_deep().hides_value() {
            error.without_names()
        } else {
            error
        }
    })
}

/// Converts a value whose type is known to convert.
pub(super) fn apply(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    if *want == Type::Dynamic || value.ty() == want {
        return Ok(value.clone());
    }
    let converted = match value.view() {
        ValueRef::Unknown(_) => unknown(value, &want.without_optional()),
        ValueRef::Null => Value::null(replace_dynamic(value.ty(), &want.without_optional())),
        _ => known(value, want, safety)?,
    };
    Ok(converted.with_marks(value.marks()).with_spans_of(value))
}

/// An unknown value of type `want` with the refinement of the converted value, as far as it applies.
fn unknown(value: &Value, want: &Type) -> Value {
    let given = value.refinement();
    let ty = replace_dynamic(value.ty(), want);
    let mut refinement = Refinement {
        not_null: given.not_null,
        ..Refinement::default()
    };
    let set_length = |refinement: &mut Refinement, length: usize| {
        refinement.min_length = length;
        refinement.max_length = Some(length);
    };
    match (value.ty(), &ty) {
        (Type::Object(given), Type::Map(_)) => set_length(&mut refinement, given.attributes.len()),
        (Type::Tuple(given), Type::List(_)) => set_length(&mut refinement, given.len()),
        (Type::Tuple(given), Type::Set(_)) => {
            // Elements of a set may be equal.
            refinement.min_length = given.len().min(1);
            refinement.max_length = Some(given.len());
        }
        (source, target) if source.is_collection() && target.is_collection() => {
            refinement.min_length = match target {
                Type::Set(_) => given.min_length.min(1),
                _ => given.min_length,
            };
            refinement.max_length = given.max_length;
        }
        _ => {}
    }
    Value::refined(ty, refinement)
}

fn known(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    match (value.view(), want) {
        (ValueRef::Number(number), Type::String) => Ok(Value::string(number.to_string())),
        (ValueRef::Bool(value), Type::String) => Ok(Value::string(if value { "true" } else { "false" })),
        (ValueRef::String(text), Type::Number) => Number::parse(text)
            .map(Value::number)
            .map_err(|error| ConvertError::new(error.to_string())),
        (ValueRef::String(text), Type::Bool) => bool_from(text),
        _ => container(value, want, safety),
    }
}

fn bool_from(text: &str) -> Result<Value, ConvertError> {
    let message = match text {
        "true" | "1" => return Ok(Value::bool(true)),
        "false" | "0" => return Ok(Value::bool(false)),
        other if other.to_lowercase() == "true" => {
            r#"a bool is required; to convert from string, use lowercase "true""#
        }
        other if other.to_lowercase() == "false" => {
            r#"a bool is required; to convert from string, use lowercase "false""#
        }
        _ => "a bool is required",
    };
    Err(ConvertError::new(message))
}

/// Converts a known collection, tuple or object.
pub(super) fn container(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    match (value.view(), want) {
        (ValueRef::Object(items), Type::Object(attributes)) => {
            let converted = object(items, attributes, safety, PathStep::Attribute)?;
            // Values that share their type compare it by address.
            let shared = !want.has_dynamic() && !want.has_optional();
            Ok(if shared {
                converted.with_type(want)
            } else {
                converted
            })
        }
        (ValueRef::Map(items), Type::Object(want)) => object_from_map(value.ty(), items, want, safety),
        (ValueRef::Tuple(items), Type::Tuple(want)) => {
            let types = want.iter();
            Ok(Value::tuple(convert_items(items.iter().zip(types), safety)?))
        }
        (ValueRef::List(items), Type::List(element)) => list(value, items, element, safety),
        (ValueRef::Set(items), Type::List(element)) => {
            if items.len() > 1 && !value.is_wholly_known() {
                // Unknown elements may be equal, so that the length is unknown.
                return Ok(Value::unknown(replace_dynamic(
                    value.ty(),
                    &want.without_optional(),
                )));
            }
            list(value, items, element, safety)
        }
        (ValueRef::List(items) | ValueRef::Set(items), Type::Set(element)) => {
            let converted = unmark_nulls(convert_items(
                items.iter().map(|item| (item, &**element)),
                safety,
            )?);
            let element = common_element(&converted, "set")?
                .unwrap_or_else(|| empty_element(value.ty().element(), element));
            Ok(Value::set(element, converted))
        }
        (ValueRef::Tuple(items), Type::List(element)) => list_from_tuple(value.ty(), items, element, safety),
        (ValueRef::Tuple(items), Type::Set(element)) => {
            let wanted = wanted_element(value.ty(), element, safety)?;
            let converted = unmark_nulls(convert_items(items.iter().map(|item| (item, &wanted)), safety)?);
            let element = common_element(&converted, "set")?.unwrap_or_else(|| element.without_optional());
            Ok(Value::set(element, converted))
        }
        (ValueRef::Map(items), Type::Map(element)) => {
            let converted = convert_fields(items, element, safety, PathStep::Key)?;
            let empty = empty_element(value.ty().element(), element);
            map(converted, element, empty, Safety::Safe, "element")
        }
        (ValueRef::Object(items), Type::Map(element)) => {
            let wanted = match value.ty().attributes() {
                Some(given) if !items.is_empty() => element_for_object(given, element, safety),
                _ => Some((**element).clone()),
            };
            let wanted = wanted.ok_or_else(|| ConvertError::new(mismatch(value.ty(), want)))?;
            let converted = convert_fields(items, &wanted, safety, PathStep::Key)?;
            map(
                converted,
                &wanted,
                element.without_optional(),
                safety,
                "attribute",
            )
        }
        _ => Err(ConvertError::new(mismatch(value.ty(), want))),
    }
}

/// A known tuple as a list, or an object as a map, with its elements converted one by one. Unlike in a conversion,
/// the dynamic parts of the elements need not unify.
pub(super) fn rewrap(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    let collection = match (value.view(), want) {
        (ValueRef::Tuple(items), Type::List(element)) => list(value, items, element, Safety::Unsafe)?,
        (ValueRef::Object(items), Type::Map(element)) => {
            let converted = convert_fields(items, element, Safety::Unsafe, PathStep::Key)?;
            let empty = element.without_optional();
            map(converted, element, empty, Safety::Safe, "element")?
        }
        _ => return Err(ConvertError::new(mismatch(value.ty(), want))),
    };
    Ok(collection.with_marks(value.marks()).with_spans_of(value))
}

fn convert_items<'a>(
    pairs: impl Iterator<Item = (&'a Value, &'a Type)>,
    safety: Safety,
) -> Result<Vec<Value>, ConvertError> {
    pairs
        .enumerate()
        .map(|(index, (item, want))| {
            apply(item, want, safety).map_err(|error| error.inside(PathStep::Index(index)))
        })
        .collect()
}

/// The elements of a new list or set. As in cty, null elements lose the mark of a sensitive value.
fn unmark_nulls(items: Vec<Value>) -> Vec<Value> {
    let unmark = |item: Value| {
        if item.is_null() && item.contains_marked() {
            Value::null(item.ty().clone()).with_marks(&item.marks().origins_only())
        } else {
            item
        }
    };
    items.into_iter().map(unmark).collect()
}

fn convert_fields(
    items: &BTreeMap<Arc<str>, Value>,
    want: &Type,
    safety: Safety,
    step: fn(Arc<str>) -> PathStep,
) -> Result<BTreeMap<Arc<str>, Value>, ConvertError> {
    items
        .iter()
        .map(|(key, item)| {
            let item = apply(item, want, safety).map_err(|error| error.inside(step(key.clone())))?;
            Ok((key.clone(), item))
        })
        .collect()
}

/// The element type of an empty collection: `want`, or `given` if `want` is dynamic.
fn empty_element(given: Option<&Type>, want: &Type) -> Type {
    match (want, given) {
        (Type::Dynamic, Some(given)) => given.clone(),
        _ => want.without_optional(),
    }
}

/// The type that all elements of a collection have; `None` if there are no elements.
fn common_element<'a>(
    items: impl IntoIterator<Item = &'a Value>,
    kind: &str,
) -> Result<Option<Type>, ConvertError> {
    let mut common: Option<&Type> = None;
    for item in items {
        match common {
            None | Some(Type::Dynamic) => common = Some(item.ty()),
            Some(common) if *item.ty() != Type::Dynamic && item.ty() != common => {
                let message = format!("element types must all match for conversion to {kind}");
                return Err(ConvertError::new(message));
            }
            Some(_) => {}
        }
    }
    Ok(common.cloned())
}

fn list(value: &Value, items: &[Value], element: &Type, safety: Safety) -> Result<Value, ConvertError> {
    let converted = unmark_nulls(convert_items(items.iter().map(|item| (item, element)), safety)?);
    let element =
        common_element(&converted, "list")?.unwrap_or_else(|| empty_element(value.ty().element(), element));
    Ok(Value::list(element, converted))
}

fn wanted_element(tuple: &Type, element: &Type, safety: Safety) -> Result<Type, ConvertError> {
    let given = tuple.tuple_elements().unwrap_or_default();
    if given.is_empty() {
        return Ok(element.clone());
    }
    element_for_tuple(given, element, safety)
        .ok_or_else(|| ConvertError::new(mismatch(tuple, &Type::list(element.clone()))))
}

fn list_from_tuple(
    tuple: &Type,
    items: &[Value],
    element: &Type,
    safety: Safety,
) -> Result<Value, ConvertError> {
    if items.is_empty() {
        return Ok(Value::list(element.without_optional(), Vec::new()));
    }
    let wanted = wanted_element(tuple, element, safety)?;
    let converted = convert_items(items.iter().map(|item| (item, &wanted)), safety)?;
    if !wanted.has_dynamic() {
        return Ok(Value::list(wanted.without_optional(), converted));
    }
    // A dynamic part of the element type may have become a different type for each element.
    let unified = unify_types(converted.iter().map(Value::ty), safety)
        .ok_or_else(|| ConvertError::new("cannot find a common base type for all elements"))?;
    let converted = convert_items(converted.iter().map(|item| (item, &unified.ty)), safety)?;
    let element = common_element(&converted, "list")?.unwrap_or(unified.ty);
    Ok(Value::list(element, converted))
}

fn map(
    mut items: BTreeMap<Arc<str>, Value>,
    wanted: &Type,
    empty: Type,
    safety: Safety,
    noun: &str,
) -> Result<Value, ConvertError> {
    if items.is_empty() {
        return Ok(Value::map(empty, items));
    }
    if !wanted.has_dynamic() {
        return Ok(Value::map(wanted.without_optional(), items));
    }
    if wanted.is_collection() || matches!(wanted, Type::Object(_)) {
        let unified = unify_types(items.values().map(Value::ty), safety)
            .ok_or_else(|| ConvertError::new("cannot find a common base type for all elements"))?;
        items = convert_fields(&items, &unified.ty, safety, PathStep::Key)?;
    }
    let element = common_element(items.values(), "map")
        .map_err(|_| ConvertError::new(format!("{noun} types must all match for conversion to map")))?;
    Ok(Value::map(element.unwrap_or(empty), items))
}

fn object(
    items: &BTreeMap<Arc<str>, Value>,
    want: &ObjectType,
    safety: Safety,
    step: fn(Arc<str>) -> PathStep,
) -> Result<Value, ConvertError> {
    let mut attributes = BTreeMap::new();
    for (name, want_type) in &want.attributes {
        let attribute = match items.get(name) {
            Some(item) => apply(item, want_type, safety).map_err(|error| error.inside(step(name.clone())))?,
            None if want.optional.contains(name) => Value::null(want_type.without_optional()),
            None => {
                return Err(ConvertError::new(format!(
                    "map has no element for required attribute {}",
                    quoted(name)
                )));
            }
        };
        attributes.insert(name.clone(), attribute);
    }
    Ok(Value::object(attributes))
}

fn object_from_map(
    given: &Type,
    items: &BTreeMap<Arc<str>, Value>,
    want: &ObjectType,
    safety: Safety,
) -> Result<Value, ConvertError> {
    let element = given.element().unwrap_or(&Type::Dynamic);
    for (name, want_type) in &want.attributes {
        if items.contains_key(name) && !convertible(element, want_type, safety) {
            return Err(ConvertError::new(format!(
                "map element type is incompatible with attribute {}: {}",
                quoted(name),
                mismatch(element, want_type)
            )));
        }
    }
    object(items, want, safety, PathStep::Key)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::cty::Marks;

    fn text(result: &Result<Value, ConvertError>) -> String {
        match result {
            Ok(value) => format!("{} {}", value.ty(), crate::cty::to_json(value).expect("known")),
            Err(error) => error.message_with_path(),
        }
    }

    fn map_of(items: &[(&str, Value)]) -> BTreeMap<Arc<str>, Value> {
        items
            .iter()
            .map(|(key, value)| ((*key).into(), value.clone()))
            .collect()
    }

    #[test]
    fn primitive_values_convert_as_in_terraform() {
        for (value, want, expected) in [
            (Value::number(5), Type::String, r#"string "5""#),
            (Value::bool(true), Type::String, r#"string "true""#),
            (Value::string("1"), Type::Bool, "bool true"),
            (Value::string("1e3"), Type::Number, "number 1000"),
            (Value::string("x"), Type::Number, "a number is required"),
            (
                Value::string("True"),
                Type::Bool,
                "a bool is required; to convert from string, use lowercase \"true\"",
            ),
            (Value::bool(true), Type::Number, "number required"),
            (Value::tuple(vec![]), Type::String, "string required"),
        ] {
            assert_eq!(text(&convert(&value, &want)), expected);
        }
    }

    #[test]
    fn errors_have_a_path() {
        let value = Value::object(map_of(&[(
            "a",
            Value::tuple(vec![Value::string("1"), Value::string("x")]),
        )]));
        let want = Type::object([("a", Type::list(Type::Number))]);
        assert_eq!(text(&convert(&value, &want)), ".a[1]: a number is required");
    }

    #[test]
    fn collections_of_any_get_an_element_type() {
        let value = Value::tuple(vec![Value::number(1), Value::string("a")]);
        let any = Type::Dynamic;
        assert_eq!(
            text(&convert(&value, &Type::list(any.clone()))),
            r#"list(string) ["1","a"]"#
        );
        assert_eq!(
            text(&convert(&value, &Type::set(any.clone()))),
            r#"set(string) ["1","a"]"#
        );
        let value = Value::object(map_of(&[("a", Value::number(1)), ("b", Value::bool(true))]));
        assert_eq!(
            text(&convert(&value, &Type::map(any))),
            "all map elements must have the same type"
        );
    }

    #[test]
    fn missing_optional_attributes_are_null() {
        let want = Type::object_with_optional(
            [("a", Type::String), ("b", Type::list(Type::Number))],
            BTreeSet::from(["b".into()]),
        );
        let value = Value::object(map_of(&[("a", Value::number(1)), ("c", Value::number(2))]));
        assert_eq!(
            text(&convert(&value, &want)),
            r#"object({ a: string, b: list(number), }) {"a":"1","b":null}"#
        );
        let value = Value::map(Type::String, map_of(&[("a", Value::string("x"))]));
        assert_eq!(
            text(&convert(&value, &want)),
            r#"object({ a: string, b: list(number), }) {"a":"x","b":null}"#
        );
        let value = Value::map(Type::String, BTreeMap::new());
        assert_eq!(
            text(&convert(&value, &want)),
            r#"map has no element for required attribute "a""#
        );
    }

    #[test]
    fn unknown_values_keep_their_refinement() {
        let value = Value::unknown(Type::tuple([Type::Number, Type::String])).refine_not_null();
        let list = convert(&value, &Type::list(Type::String)).expect("convertible");
        assert_eq!(
            list,
            Value::list(Type::String, vec![Value::unknown(Type::String); 2])
        );
        let null = convert(&Value::null(Type::Dynamic), &Type::Number).expect("convertible");
        assert_eq!(null, Value::null(Type::Number));
    }

    #[test]
    fn marks_stay_with_their_values() {
        let secret = Value::number(1).with_marks(&Marks::sensitive());
        let value = Value::tuple(vec![secret, Value::number(2)]);
        let list = convert(&value, &Type::list(Type::String)).expect("convertible");
        let items = list.as_slice().expect("a list");
        assert!(items[0].marks().is_sensitive() && !items[1].contains_marked());
        let set = convert(&value, &Type::set(Type::String)).expect("convertible");
        assert!(set.marks().is_sensitive());
    }
}
