//! Functions on maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Marks, Type, Value, convert};

use super::parts::{Checked, items, mapping, outer, sequence, text, undecided};
use super::{Call, Function, Parameter, Want};

/// The functions.
pub(super) const TABLE: &[Function] = &[
    Function {
        name: "keys",
        parameters: &[Parameter::of("inputMap", Want::Any).unknown().marked()],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::Map(_) => Ok(Type::list(Type::String)),
            Type::Object(object) => Ok(Type::tuple(vec![Type::String; object.attributes.len()])),
            _ => Err("must have map or object type".to_owned()),
        },
        run: |call, arguments| keys(call, &arguments[0]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "lookup",
        parameters: &[
            Parameter::of("inputMap", Want::Any).unknown().dynamic().marked(),
            Parameter::of("key", Want::String).null().unknown().marked(),
        ],
        variadic: Some(
            &Parameter::of("default", Want::Any)
                .null()
                .unknown()
                .dynamic()
                .marked(),
        ),
        result: lookup_type,
        run: |call, arguments| lookup(call, arguments).into(),
        passes_on: true,
        never_null: false,
    },
    Function {
        name: "map",
        parameters: &[],
        variadic: Some(&Parameter::of("vals", Want::Any).null().unknown().dynamic()),
        result: |_| Err("\"map\" is gone since Terraform 0.12; write tomap({ ... })".to_owned()),
        run: |call, _| super::Outcome::Value(Value::unknown(call.ty.clone())),
        passes_on: false,
        never_null: false,
    },
    Function {
        name: "merge",
        parameters: &[],
        variadic: Some(&Parameter::of("maps", Want::Any).null().dynamic().marked()),
        result: merged_type,
        run: |call, arguments| merge(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "transpose",
        parameters: &[Parameter::of("values", Want::MapOfListOfString)],
        variadic: None,
        result: |_| Ok(Want::MapOfListOfString.ty()),
        run: |call, arguments| transpose(call, &arguments[0]).into(),
        passes_on: false,
        never_null: true,
    },
    Function {
        name: "values",
        parameters: &[Parameter::of("mapping", Want::Any).marked()],
        variadic: None,
        result: |arguments| match arguments[0].ty() {
            Type::Map(element) => Ok(Type::list((**element).clone())),
            Type::Object(object) => Ok(Type::tuple(
                object.attributes.values().cloned().collect::<Vec<_>>(),
            )),
            _ => Err("values() requires a map as the first argument".to_owned()),
        },
        run: |call, arguments| values(call, &arguments[0]).into(),
        passes_on: true,
        never_null: true,
    },
    Function {
        name: "zipmap",
        parameters: &[
            Parameter::of("keys", Want::ListOfString).marked(),
            Parameter::of("values", Want::Any).marked(),
        ],
        variadic: None,
        result: zipped_type,
        run: |call, arguments| zipmap(call, arguments).into(),
        passes_on: true,
        never_null: true,
    },
];

fn keys(call: &Call<'_>, mapping: &Value) -> Checked<Value> {
    // The names of an object are known even where the object is not.
    let names: Vec<Value> = match (mapping.as_map(), mapping.ty()) {
        (Some(_), _) => {
            let elements = mapping.elements().into_iter().flatten();
            elements
                .map(|(key, _)| key.with_only_marks(Marks::new()))
                .collect()
        }
        (None, Type::Object(object)) => {
            let names = object.attributes.keys().cloned();
            names.map(Value::shared_string).collect()
        }
        _ => return Ok(Value::unknown(call.ty.clone()).with_marks(&outer(mapping))),
    };
    call.spend_elements(names.len())?;
    Ok(sequence(call.ty, names).with_marks(&outer(mapping)))
}

fn lookup_type(arguments: &[Value]) -> Result<Type, String> {
    let (mapping, key) = (&arguments[0], &arguments[1]);
    // What follows a map of open type is not looked at.
    if *mapping.ty() == Type::Dynamic {
        return Ok(Type::Dynamic);
    }
    if key.is_null() {
        return Err("argument must not be null (the \"key\" argument)".to_owned());
    }
    if arguments.len() > 3 {
        return Err(format!(
            "lookup() takes two or three arguments, got {}",
            arguments.len()
        ));
    }
    match mapping.ty() {
        Type::Object(object) => {
            let Some(key) = key.as_str() else {
                return Ok(Type::Dynamic);
            };
            match (object.attributes.get(key), arguments.get(2)) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty().clone()),
                (None, None) => Err(format!("the given object has no attribute {key:?}")),
            }
        }
        Type::Map(element) => match arguments.get(2).map(|default| convert(default, element)) {
            Some(Err(_)) => Err("the default value must have the same type as the map elements".to_owned()),
            _ => Ok((**element).clone()),
        },
        _ => Err("lookup() requires a map as the first argument".to_owned()),
    }
}

fn lookup(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let (mapping, key, default) = (&arguments[0], &arguments[1], arguments.get(2));
    let marks = outer(mapping).union(&outer(key));
    let (Some(known), Some(name)) = (mapping.as_map(), key.as_str()) else {
        return Ok(unknown_element(call.ty, mapping, key, default));
    };
    if let Some(item) = known.get(name) {
        return Ok(item.clone().with_marks(&marks));
    }
    let Some(default) = default else {
        let name = if key.marks().is_sensitive() {
            "(sensitive value)".to_owned()
        } else {
            format!("{name:?}")
        };
        return Err(format!("lookup failed to find key {name}").into());
    };
    let default = convert(default, call.ty).map_err(|error| error.message_with_path())?;
    Ok(default.with_marks(&marks))
}

/// The unknown result where the map or the key is not known: the element, or perhaps the default.
fn unknown_element(ty: &Type, mapping: &Value, key: &Value, default: Option<&Value>) -> Value {
    let own = match key.as_str() {
        Some(name) if !mapping.is_known() => mapping.marks().with_attribute(name),
        _ if !mapping.is_known() => mapping.marks().clone(),
        _ => {
            let inner = mapping.nested_marks().origins_only().as_possible();
            outer(mapping).union(&inner)
        }
    };
    let own = match default.filter(|default| !default.is_null()) {
        Some(default) => own
            .as_possible()
            .union(&default.marks_deep().origins_only().as_possible()),
        None => own,
    };
    Value::unknown(ty.clone())
        .with_marks(&own)
        .with_marks(&outer(key))
}

fn merged_type(arguments: &[Value]) -> Result<Type, String> {
    let Some(first) = arguments.first() else {
        return Ok(Type::object::<&str>([]));
    };
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    let mut open = false;
    for argument in arguments {
        match argument.ty() {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(_) | Type::Map(_) if argument.is_null() => {}
            Type::Object(object) => attributes.extend(object.attributes.clone()),
            Type::Map(element) => match argument.as_map() {
                Some(items) => attributes.extend(items.keys().map(|key| (key.clone(), (**element).clone()))),
                None => open = true,
            },
            other => {
                let given = other.friendly_name();
                return Err(format!("arguments must be maps or objects, got {given:?}"));
            }
        }
    }
    if arguments.iter().all(|argument| argument.ty() == first.ty()) {
        Ok(first.ty().clone())
    } else if open {
        Ok(Type::Dynamic)
    } else {
        Ok(Type::object(attributes))
    }
}

fn merge(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let given = arguments.iter().filter(|argument| !argument.is_null());
    let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut marks = Marks::new();
    for argument in given {
        if argument.as_map().is_none() {
            // Beside a null of no type, Terraform does not look at types and takes what has keys.
            merge_elements(argument, &mut merged)?;
        }
        let items = argument.as_map().into_iter().flatten();
        call.spend_elements(argument.as_map().map_or(0, BTreeMap::len))?;
        merged.extend(items.map(|(key, item)| (key.clone(), item.clone())));
        marks = marks.union(&outer(argument));
    }
    // Objects that all are null leave nothing of the type they share.
    if call
        .ty
        .attributes()
        .is_some_and(|wanted| wanted.len() != merged.len())
    {
        return Err("all arguments are null".into());
    }
    Ok(mapping(call.ty, merged).with_marks(&marks))
}

/// Takes in what is neither a map nor an object: a set of strings has its elements as keys.
fn merge_elements(argument: &Value, into: &mut BTreeMap<Arc<str>, Value>) -> Checked<()> {
    let no_map = || {
        format!(
            "arguments must be maps or objects, got {:?}",
            argument.ty().friendly_name()
        )
    };
    for item in argument.as_slice().ok_or_else(no_map)? {
        let key = item
            .as_str()
            .filter(|_| matches!(argument.ty(), Type::Set(_)))
            .ok_or_else(no_map)?;
        into.insert(key.clone(), item.clone());
    }
    Ok(())
}

fn transpose(call: &Call<'_>, lists: &Value) -> Checked<Value> {
    if !lists.is_wholly_known() {
        return Ok(Value::unknown(call.ty.clone()));
    }
    let mut transposed: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, list) in lists.as_map().into_iter().flatten() {
        if list.is_null() {
            return Err("input must not contain null list".into());
        }
        call.spend_elements(1 + items(list).len())?;
        for item in items(list) {
            let item = item.as_str().ok_or("input list must not contain null string")?;
            // The keys come in order, so the lists need no sorting.
            transposed.entry(item.clone()).or_default().push(key.clone());
        }
    }
    let list = |keys: Vec<Arc<str>>| {
        let keys = keys.into_iter().map(Value::shared_string).collect();
        Value::list(Type::String, keys)
    };
    let transposed = transposed.into_iter().map(|(key, keys)| (key, list(keys)));
    Ok(mapping(call.ty, transposed.collect()))
}

fn values(call: &Call<'_>, mapping: &Value) -> Checked<Value> {
    let items = mapping.as_map().map(BTreeMap::values);
    call.spend_elements(items.as_ref().map_or(0, ExactSizeIterator::len))?;
    let items = items.into_iter().flatten().cloned().collect();
    Ok(sequence(call.ty, items).with_marks(&outer(mapping)))
}

fn zipped_type(arguments: &[Value]) -> Result<Type, String> {
    let (keys, values) = (&arguments[0], &arguments[1]);
    let types = match values.ty() {
        Type::List(element) => return Ok(Type::map((**element).clone())),
        Type::Tuple(_) if !keys.is_wholly_known() => return Ok(Type::Dynamic),
        Type::Tuple(types) => types,
        _ => return Err("values argument must be a list or tuple value".to_owned()),
    };
    let keys = items(keys);
    if keys.len() != types.len() {
        return Err(different_lengths(keys.len(), types.len()));
    }
    if let Some(position) = keys.iter().position(Value::is_null) {
        return Err(format!("keys list has null value at index {position}"));
    }
    Ok(Type::object(keys.iter().map(text).zip(types.iter().cloned())))
}

fn different_lengths(keys: usize, values: usize) -> String {
    format!("number of keys ({keys}) does not match number of values ({values})")
}

fn zipmap(call: &Call<'_>, arguments: &[Value]) -> Checked<Value> {
    let (keys, values) = (&arguments[0], &arguments[1]);
    let marks = outer(keys).union(&outer(values));
    if !keys.is_wholly_known() {
        return Ok(undecided(call.ty, arguments));
    }
    let (names, items) = (items(keys), items(values));
    if names.len() != items.len() {
        return Err(different_lengths(names.len(), items.len()).into());
    }
    if names.iter().any(Value::is_null) {
        return Err("a key is null".into());
    }
    call.spend_elements(items.len())?;
    // Keys cannot carry marks, so the result has theirs.
    let marks = names.iter().fold(marks, |marks, name| marks.union(&outer(name)));
    let zipped = names.iter().zip(items);
    let zipped = zipped.map(|(name, item)| (text(name), item.clone().with_key_span(name.span())));
    Ok(mapping(call.ty, zipped.collect()).with_marks(&marks))
}
