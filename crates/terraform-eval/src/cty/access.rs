//! Elements and attributes of values, as the language reads them (`hcl.Index`, `hcl.GetAttr`).

use std::fmt;

use super::convert::convert;
use super::number::Number;
use super::quote::quoted;
use super::types::Type;
use super::value::Value;

/// A failed access to an element or an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessError {
    /// The summary that Terraform prints: `Invalid index`.
    pub summary: &'static str,
    /// The detail that Terraform prints below the summary.
    pub detail: String,
}

impl AccessError {
    fn new(summary: &'static str, detail: impl Into<String>) -> Self {
        Self {
            summary,
            detail: detail.into(),
        }
    }

    fn no_element(why: &str) -> Self {
        let detail = format!("The given key does not identify an element in this collection value{why}");
        Self::new("Invalid index", detail)
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for AccessError {}

/// The attribute `name` of an object, or the element of a map by that key.
///
/// The result is the element with its own span and marks, to which the marks of the container are added as
/// influences. For an unknown object, the result is unknown and has the origins of the object.
pub fn get_attr(value: &Value, name: &str) -> Result<Value, AccessError> {
    const UNSUPPORTED: &str = "Unsupported attribute";
    if value.is_null() {
        return Err(AccessError::new(
            "Attempt to get attribute from null value",
            "This value is null, so it does not have any attributes.",
        ));
    }
    let missing = |detail: String| Err(AccessError::new(UNSUPPORTED, detail));
    match value.ty() {
        Type::Object(object) => {
            if let Some(item) = value.as_map().and_then(|items| items.get(name)) {
                return Ok(known_part(value, item));
            }
            match object.attributes.get(name) {
                Some(ty) => Ok(unknown_part(value, ty.clone(), Some(name))),
                None => missing(format!(
                    "This object does not have an attribute named {}.",
                    quoted(name)
                )),
            }
        }
        Type::Map(element) => match value.as_map().map(|items| items.get(name)) {
            None => Ok(unknown_part(value, (**element).clone(), Some(name))),
            Some(Some(item)) => Ok(known_part(value, item)),
            Some(None) => Err(AccessError::new(
                "Missing map element",
                format!("This map does not have an element with the key {}.", quoted(name)),
            )),
        },
        Type::Dynamic => Ok(unknown_part(value, Type::Dynamic, Some(name))),
        Type::List(element) if matches!(**element, Type::Object(_)) => {
            let attribute = match element.attribute(name) {
                Some(_) => format!("attribute {}", quoted(name)),
                None => "an attribute".to_owned(),
            };
            missing(format!(
                "Can't access attributes on a list of objects. Did you mean to access {attribute} for a \
                 specific element of the list, or across all elements of the list?"
            ))
        }
        Type::Set(element) if matches!(**element, Type::Object(_)) => missing(
            "Can't access attributes on a set of objects. Did you mean to access an attribute across all \
             elements of the set?"
                .to_owned(),
        ),
        ty if ty.is_primitive() => missing(format!(
            "Can't access attributes on a primitive-typed value ({}).",
            ty.friendly_name()
        )),
        _ => missing("This value does not have any attributes.".to_owned()),
    }
}

/// The element of a list, tuple, map or object by a key, with marks as for [`get_attr`]. If only the key is
/// unknown, the result may be any of the elements.
pub fn index(value: &Value, key: &Value) -> Result<Value, AccessError> {
    if value.is_null() {
        return Err(AccessError::new(
            "Attempt to index null value",
            "This value is null, so it does not have any indices.",
        ));
    }
    let invalid = |detail: &str| AccessError::new("Invalid index", detail);
    if key.is_null() {
        return Err(invalid("Can't use a null value as an indexing key."));
    }
    let item = element(value, key, &invalid)?;
    Ok(item.with_marks(&key.marks().as_influence()))
}

fn element(value: &Value, key: &Value, invalid: &dyn Fn(&str) -> AccessError) -> Result<Value, AccessError> {
    let converted =
        |want: &Type| convert(key, want).map_err(|error| AccessError::no_element(&format!(": {error}.")));
    match value.ty() {
        Type::Dynamic => Ok(unknown_part(value, Type::Dynamic, None)),
        _ if *key.ty() == Type::Dynamic => Ok(any_part(value, Type::Dynamic)),
        Type::List(ty) => {
            let key = converted(&Type::Number)?;
            match (value.as_slice(), key.as_number()) {
                (Some(items), Some(number)) => match number.to_index().and_then(|at| items.get(at)) {
                    Some(item) => Ok(known_part(value, item)),
                    None => Err(not_in_sequence(number, items.len())),
                },
                _ => Ok(any_part(value, (**ty).clone())),
            }
        }
        Type::Tuple(types) => {
            let key = converted(&Type::Number)?;
            let Some(number) = key.as_number() else {
                return Ok(any_part(value, Type::Dynamic));
            };
            let at = number.to_index().filter(|&at| at < types.len());
            let at = at.ok_or_else(|| not_in_sequence(number, types.len()))?;
            Ok(match value.as_slice().and_then(|items| items.get(at)) {
                Some(item) => known_part(value, item),
                None => unknown_part(value, types[at].clone(), None),
            })
        }
        Type::Map(ty) => {
            let key = converted(&Type::String)?;
            match (value.as_map(), key.as_str()) {
                (Some(items), Some(text)) => match items.get(&**text) {
                    Some(item) => Ok(known_part(value, item)),
                    None => Err(AccessError::no_element(".")),
                },
                _ => Ok(any_part(value, (**ty).clone())),
            }
        }
        Type::Object(_) => {
            let was_number = *key.ty() == Type::Number;
            let key = converted(&Type::String)?;
            match (value.as_map(), key.as_str()) {
                (Some(items), Some(text)) => match items.get(&**text) {
                    Some(item) => Ok(known_part(value, item)),
                    None if was_number => Err(AccessError::no_element(
                        ". An object only supports looking up attributes by name, not by numeric index.",
                    )),
                    None => Err(AccessError::no_element(".")),
                },
                _ => Ok(any_part(value, Type::Dynamic)),
            }
        }
        Type::Set(_) => Err(invalid(
            "Elements of a set are identified only by their value and don't have any separate index or key \
             to select with, so it's only possible to perform operations across all elements of the set.",
        )),
        _ => Err(invalid("This value does not have any indices.")),
    }
}

fn not_in_sequence(number: &Number, length: usize) -> AccessError {
    if !number.is_integer() {
        return AccessError::no_element(
            ": indexing a sequence requires a whole number, but the given index has a fractional part.",
        );
    }
    if number.sign() < 0 {
        return AccessError::no_element(": a negative number is not a valid index for a sequence.");
    }
    // Terraform explains the error only if the index equals the length.
    match number.to_index() {
        Some(0) if length == 0 => AccessError::no_element(": the collection has no elements."),
        Some(at) if at == length => AccessError::no_element(
            ": the given index is greater than or equal to the length of the collection.",
        ),
        _ => AccessError::no_element("."),
    }
}

/// An element of a known container.
fn known_part(container: &Value, item: &Value) -> Value {
    item.clone().with_marks(&container.marks().as_influence())
}

/// A part of an unknown container. It has the origins of the container; if the origin is a whole resource or
/// module, the origin of the part is that attribute of it.
fn unknown_part(container: &Value, ty: Type, attribute: Option<&str>) -> Value {
    let marks = match attribute {
        Some(name) => container.marks().with_attribute(name),
        None => container.marks().clone(),
    };
    Value::unknown(ty).with_only_marks(marks)
}

/// An unknown part of a container.
fn any_part(container: &Value, ty: Type) -> Value {
    if !container.is_known() {
        return unknown_part(container, ty, None);
    }
    let mut marks = container.marks().as_influence();
    if container.contains_marked() {
        let items = container.as_slice().unwrap_or_default().iter();
        let items = items.chain(container.as_map().into_iter().flat_map(|items| items.values()));
        marks = items.fold(marks, |marks, item| marks.union(&item.marks().as_possible()));
    }
    Value::unknown(ty).with_only_marks(marks)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::address::{ModulePath, Reference, ResourceName, Subject};
    use crate::cty::{Marks, Origin, Role};
    use crate::source::{Sources, Span};

    fn detail(result: Result<Value, AccessError>) -> String {
        match result {
            Ok(value) => crate::cty::to_json(&value).unwrap_or_else(|_| format!("unknown {}", value.ty())),
            Err(error) => format!("{}: {error}", error.summary),
        }
    }

    fn cluster(role: Role) -> Marks {
        let cluster = Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", "c"));
        let origin = Origin::from_reference(Reference::new(ModulePath::root(), cluster), None);
        Marks::from_origin(origin.with_role(role))
    }

    #[test]
    fn elements_keep_their_span_and_are_influenced_by_the_container() {
        let span = Span::new(Sources::new().add("a.tf", "x"), 0, 1);
        let items = BTreeMap::from([("a".into(), Value::string("x").with_span(span))]);
        let object = Value::object(items)
            .with_marks(&cluster(Role::Exact))
            .with_marks(&Marks::sensitive());
        let attribute = get_attr(&object, "a").expect("an attribute");
        assert_eq!(attribute.span(), Some(span));
        assert!(attribute.marks().is_sensitive());
        assert_eq!(attribute.marks().origins()[0].role, Role::Influence);
    }

    #[test]
    fn attributes_of_an_unknown_resource_have_it_as_origin() {
        let resource = Value::dynamic().with_marks(&cluster(Role::Exact));
        let instance = index(&resource, &Value::number(0)).expect("unknown");
        let id = get_attr(&instance, "id").expect("unknown");
        let origin = &id.marks().origins()[0];
        let reference = origin.reference().map(ToString::to_string);
        assert_eq!(reference.as_deref(), Some("rhcs_cluster_rosa_hcp.c.id"));
        assert_eq!(origin.role, Role::Exact);
        assert!(!id.is_known());
    }

    #[test]
    fn missing_elements_are_explained_as_in_terraform() {
        let invalid = "Invalid index: The given key does not identify an element in this collection value";
        let pair = Value::tuple(vec![Value::number(1), Value::number(2)]);
        let at = |key: &str| {
            detail(index(
                &pair,
                &Value::number(Number::parse(key).expect("a number")),
            ))
        };
        assert_eq!(at("1"), "2");
        assert_eq!(
            at("2"),
            format!("{invalid}: the given index is greater than or equal to the length of the collection.")
        );
        assert_eq!(at("5"), format!("{invalid}."));
        assert_eq!(
            at("-1"),
            format!("{invalid}: a negative number is not a valid index for a sequence.")
        );
        assert_eq!(detail(index(&pair, &Value::string("0"))), "1");
        assert_eq!(
            detail(index(&pair, &Value::string("x"))),
            format!("{invalid}: a number is required.")
        );
        assert_eq!(
            detail(get_attr(&Value::string("a"), "b")),
            "Unsupported attribute: Can't access attributes on a primitive-typed value (string)."
        );
    }

    #[test]
    fn an_unknown_key_may_select_any_element() {
        let part = Value::string("x").with_marks(&cluster(Role::Exact));
        let list = Value::list(Type::String, vec![part]);
        let some = index(&list, &Value::unknown(Type::Number)).expect("unknown");
        assert_eq!(some, Value::unknown(Type::String));
        assert_eq!(some.marks().origins()[0].role, Role::Possible);
    }
}
