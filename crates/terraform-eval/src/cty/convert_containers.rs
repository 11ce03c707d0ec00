//! Conversion of collections, tuples and objects (cty's `conversion_collection.go` and its siblings).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::{ConvertError, PathStep, apply};
use super::convertible::{Safety, convertible, decided, element_for_object, element_for_tuple};
use super::mismatch::mismatch;
use super::quote::quoted;
use super::types::{ObjectType, Type};
use super::unify::unify_types;
use super::value::{Value, ValueRef};

/// Converts a known collection, tuple or object.
pub(super) fn container(value: &Value, want: &Type, safety: Safety) -> Result<Value, ConvertError> {
    match (value.view(), want) {
        (ValueRef::Object(items), Type::Object(attributes)) => {
            let converted = object(items, attributes, safety, PathStep::Attribute)?;
            // Elements that share their type are compared by its address.
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
            Ok(Value::tuple(each(items.iter().zip(types), safety)?))
        }
        (ValueRef::List(items), Type::List(element)) => list(value, items, element, safety),
        (ValueRef::Set(items), Type::List(element)) => {
            if items.len() > 1 && !value.is_wholly_known() {
                // Unknown elements can turn out to be the same, so that the length is open.
                return Ok(Value::unknown(decided(value.ty(), &want.without_optional())));
            }
            list(value, items, element, safety)
        }
        (ValueRef::List(items) | ValueRef::Set(items), Type::Set(element)) => {
            let converted = bare_nulls(each(items.iter().map(|item| (item, &**element)), safety)?);
            let element = common_element(&converted, "set")?
                .unwrap_or_else(|| empty_element(value.ty().element(), element));
            Ok(Value::set(element, converted))
        }
        (ValueRef::Tuple(items), Type::List(element)) => list_from_tuple(value.ty(), items, element, safety),
        (ValueRef::Tuple(items), Type::Set(element)) => {
            let wanted = wanted_element(value.ty(), element, safety)?;
            let converted = bare_nulls(each(items.iter().map(|item| (item, &wanted)), safety)?);
            let element = common_element(&converted, "set")?.unwrap_or_else(|| element.without_optional());
            Ok(Value::set(element, converted))
        }
        (ValueRef::Map(items), Type::Map(element)) => {
            let converted = each_key(items, element, safety, PathStep::Key)?;
            let empty = empty_element(value.ty().element(), element);
            map(converted, element, empty, Safety::Safe, "element")
        }
        (ValueRef::Object(items), Type::Map(element)) => {
            let wanted = match value.ty().attributes() {
                Some(given) if !items.is_empty() => element_for_object(given, element, safety),
                _ => Some((**element).clone()),
            };
            let wanted = wanted.ok_or_else(|| ConvertError::new(mismatch(value.ty(), want)))?;
            let converted = each_key(items, &wanted, safety, PathStep::Key)?;
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

/// A known tuple as a list, or an object as a map, its elements converted one by one: they do not have to
/// find a type for what is not decided in them, as they do in a conversion.
pub(super) fn rewrapped(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    let collection = match (value.view(), want) {
        (ValueRef::Tuple(items), Type::List(element)) => list(value, items, element, Safety::Unsafe)?,
        (ValueRef::Object(items), Type::Map(element)) => {
            let converted = each_key(items, element, Safety::Unsafe, PathStep::Key)?;
            let empty = element.without_optional();
            map(converted, element, empty, Safety::Safe, "element")?
        }
        _ => return Err(ConvertError::new(mismatch(value.ty(), want))),
    };
    Ok(collection.with_marks(value.marks()).with_spans_of(value))
}

fn each<'a>(
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

/// The elements of a new list or set: in cty, null is made anew there and is no longer sensitive.
fn bare_nulls(items: Vec<Value>) -> Vec<Value> {
    let bare = |item: Value| {
        if item.is_null() && item.contains_marked() {
            Value::null(item.ty().clone()).with_marks(&item.marks().origins_only())
        } else {
            item
        }
    };
    items.into_iter().map(bare).collect()
}

fn each_key(
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

/// The element type of an empty collection: a decided one is preferred.
fn empty_element(given: Option<&Type>, want: &Type) -> Type {
    match (want, given) {
        (Type::Dynamic, Some(given)) => given.clone(),
        _ => want.without_optional(),
    }
}

/// The type that all elements of a collection have; none where there are no elements.
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
    let converted = bare_nulls(each(items.iter().map(|item| (item, element)), safety)?);
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
    let converted = each(items.iter().map(|item| (item, &wanted)), safety)?;
    if !wanted.has_dynamic() {
        return Ok(Value::list(wanted.without_optional(), converted));
    }
    // An undecided part of the element type can have come out differently for each element.
    let unified = unify_types(converted.iter().map(Value::ty), safety)
        .ok_or_else(|| ConvertError::new("cannot find a common base type for all elements"))?;
    let converted = each(converted.iter().map(|item| (item, &unified.ty)), safety)?;
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
        items = each_key(&items, &unified.ty, safety, PathStep::Key)?;
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
