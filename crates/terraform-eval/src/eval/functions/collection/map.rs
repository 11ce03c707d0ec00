//! Functions on maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cty::{Marks, Type, Value, convert};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::{
    container_marks, items, new_mapping, new_sequence, shared_text, unknown_result,
};
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("keys", keys)
        .param(
            Parameter::new("inputMap", ConstType::Any)
                .allow_unknown()
                .allow_marked(),
        )
        .returns_type_of(keys_type),
    Function::new("lookup", lookup)
        .param(
            Parameter::new("inputMap", ConstType::Any)
                .allow_unknown()
                .allow_dynamic()
                .allow_marked(),
        )
        .param(
            Parameter::new("key", ConstType::String)
                .allow_null()
                .allow_unknown()
                .allow_marked(),
        )
        .variadic(
            Parameter::new("default", ConstType::Any)
                .allow_null()
                .allow_unknown()
                .allow_dynamic()
                .allow_marked(),
        )
        .returns_type_of(lookup_type)
        .passes_through()
        .may_be_null()
        .constant_cost(),
    Function::new("map", removed)
        .variadic(
            Parameter::new("vals", ConstType::Any)
                .allow_null()
                .allow_unknown()
                .allow_dynamic(),
        )
        .returns_type_of(|_| Err(REMOVED.into()))
        .may_be_null(),
    Function::new("merge", merge)
        .variadic(
            Parameter::new("maps", ConstType::Any)
                .allow_null()
                .allow_dynamic()
                .allow_marked(),
        )
        .returns_type_of(merge_type)
        .passes_through(),
    Function::new("transpose", transpose)
        .param(Parameter::new("values", ConstType::MapOfListOfString))
        .returns(ConstType::MapOfListOfString),
    Function::new("values", values)
        .param(Parameter::new("mapping", ConstType::Any).allow_marked())
        .returns_type_of(values_type)
        .passes_through(),
    Function::new("zipmap", zipmap)
        .param(Parameter::new("keys", ConstType::ListOfString).allow_marked())
        .param(Parameter::new("values", ConstType::Any).allow_marked())
        .returns_type_of(zipmap_type)
        .passes_through(),
];

const REMOVED: &str = "\"map\" is gone since Terraform 0.12; write tomap({ ... })";

fn removed(_: &Call<'_>, _: Args<'_>) -> FunctionResult {
    Err(REMOVED.into())
}

fn keys_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::Map(_) => Ok(Type::list(Type::String)),
        Type::Object(object) => Ok(Type::tuple(vec![Type::String; object.attributes.len()])),
        _ => Err("must have map or object type".into()),
    }
}

fn keys(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let mapping = args.value(0);
    // The attribute names of an unknown object are known.
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
        _ => return Ok(Value::unknown(call.result_type.clone()).with_marks(&container_marks(mapping))),
    };
    call.charge_elements(names.len())?;
    Ok(new_sequence(call.result_type, names).with_marks(&container_marks(mapping)))
}

fn lookup_type(args: Args<'_>) -> FunctionResult<Type> {
    let (mapping, key) = (args.value(0), args.value(1));
    // Terraform does not check the arguments after a map of unknown type.
    if *mapping.ty() == Type::Dynamic {
        return Ok(Type::Dynamic);
    }
    if key.is_null() {
        return Err("argument must not be null (the \"key\" argument)".into());
    }
    if args.len() > 3 {
        return Err(format!("lookup() takes two or three arguments, got {}", args.len()).into());
    }
    match mapping.ty() {
        Type::Object(object) => {
            let Some(key) = key.as_str() else {
                return Ok(Type::Dynamic);
            };
            match (object.attributes.get(key), args.get(2)) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty().clone()),
                (None, None) => Err(format!("the given object has no attribute {key:?}").into()),
            }
        }
        Type::Map(element) => match args.get(2).map(|default| convert(default, element)) {
            Some(Err(_)) => Err("the default value must have the same type as the map elements".into()),
            _ => Ok((**element).clone()),
        },
        _ => Err("lookup() requires a map as the first argument".into()),
    }
}

fn lookup(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (mapping, key, default) = (args.value(0), args.value(1), args.get(2));
    let marks = container_marks(mapping).union(&container_marks(key));
    let (Some(known), Some(name)) = (mapping.as_map(), key.as_str()) else {
        return Ok(unknown_element(call.result_type, mapping, key, default));
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
    let default = convert(default, call.result_type).map_err(|error| error.message_with_path())?;
    Ok(default.with_marks(&marks))
}

/// The unknown result if the map or the key is unknown: the element, or possibly the default.
fn unknown_element(ty: &Type, mapping: &Value, key: &Value, default: Option<&Value>) -> Value {
    let marks = match key.as_str() {
        Some(name) if !mapping.is_known() => mapping.marks().with_attribute(name),
        _ if !mapping.is_known() => mapping.marks().clone(),
        _ => {
            let nested = mapping.nested_marks().origins_only().as_possible();
            container_marks(mapping).union(&nested)
        }
    };
    let marks = match default.filter(|default| !default.is_null()) {
        Some(default) => marks
            .as_possible()
            .union(&default.marks_deep().origins_only().as_possible()),
        None => marks,
    };
    Value::unknown(ty.clone())
        .with_marks(&marks)
        .with_marks(&container_marks(key))
}

fn merge_type(args: Args<'_>) -> FunctionResult<Type> {
    let Some(first) = args.get(0) else {
        return Ok(Type::object::<&str>([]));
    };
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    let mut has_unknown_keys = false;
    // A null object has no attributes.
    let empty = Type::object::<&str>([]);
    let drops_nulls = args.has(Feature::MergedNullObjects);
    let effective = |argument: &Value| match argument.ty() {
        Type::Object(_) if drops_nulls && argument.is_null() => empty.clone(),
        ty => ty.clone(),
    };
    for argument in args.all() {
        match argument.ty() {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(_) | Type::Map(_) if argument.is_null() => {}
            Type::Object(object) => attributes.extend(object.attributes.clone()),
            Type::Map(element) => match argument.as_map() {
                Some(items) => attributes.extend(items.keys().map(|key| (key.clone(), (**element).clone()))),
                None => has_unknown_keys = true,
            },
            other => {
                return Err(not_a_map(other));
            }
        }
    }
    let first = effective(first);
    if args.all().iter().all(|argument| effective(argument) == first) {
        Ok(first)
    } else if has_unknown_keys {
        Ok(Type::Dynamic)
    } else {
        Ok(Type::object(attributes))
    }
}

fn not_a_map(ty: &Type) -> FunctionError {
    let name = ty.friendly_name();
    format!("arguments must be maps or objects, got {name:?}").into()
}

fn merge(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let maps = args.all().iter().filter(|argument| !argument.is_null());
    let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut marks = Marks::new();
    for argument in maps {
        if argument.as_map().is_none() {
            // If another argument is an untyped null, Terraform does not check types and accepts any value with keys.
            merge_elements(argument, &mut merged)?;
        }
        let items = argument.as_map().into_iter().flatten();
        call.charge_elements(argument.as_map().map_or(0, BTreeMap::len))?;
        merged.extend(items.map(|(key, item)| (key.clone(), item.clone())));
        marks = marks.union(&container_marks(argument));
    }
    // If all arguments are null, the attributes of their common type are missing.
    if call
        .result_type
        .attributes()
        .is_some_and(|wanted| wanted.len() != merged.len())
    {
        return Err("all arguments are null".into());
    }
    Ok(new_mapping(call.result_type, merged).with_marks(&marks))
}

/// Merges a value that is neither a map nor an object: the keys of a set of strings are its elements.
fn merge_elements(argument: &Value, into: &mut BTreeMap<Arc<str>, Value>) -> FunctionResult<()> {
    let no_map = || not_a_map(argument.ty());
    for item in argument.as_slice().ok_or_else(no_map)? {
        let key = item
            .as_str()
            .filter(|_| matches!(argument.ty(), Type::Set(_)))
            .ok_or_else(no_map)?;
        into.insert(key.clone(), item.clone());
    }
    Ok(())
}

fn transpose(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let lists = args.value(0);
    if !lists.is_wholly_known() {
        return Ok(Value::unknown(call.result_type.clone()));
    }
    let mut transposed: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (key, list) in lists.as_map().into_iter().flatten() {
        if list.is_null() {
            return Err("input must not contain null list".into());
        }
        call.charge_elements(1 + items(list).len())?;
        for item in items(list) {
            let item = item.as_str().ok_or("input list must not contain null string")?;
            // The keys are in order, so the lists need no sorting.
            transposed.entry(item.clone()).or_default().push(key.clone());
        }
    }
    let list = |keys: Vec<Arc<str>>| {
        let keys = keys.into_iter().map(Value::shared_string).collect();
        Value::list(Type::String, keys)
    };
    let transposed = transposed.into_iter().map(|(key, keys)| (key, list(keys)));
    Ok(new_mapping(call.result_type, transposed.collect()))
}

fn values_type(args: Args<'_>) -> FunctionResult<Type> {
    match args.value(0).ty() {
        Type::Map(element) => Ok(Type::list((**element).clone())),
        Type::Object(object) => Ok(Type::tuple(
            object.attributes.values().cloned().collect::<Vec<_>>(),
        )),
        _ => Err("values() requires a map as the first argument".into()),
    }
}

fn values(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let mapping = args.value(0);
    let items = mapping.as_map().map(BTreeMap::values);
    call.charge_elements(items.as_ref().map_or(0, ExactSizeIterator::len))?;
    let items = items.into_iter().flatten().cloned().collect();
    Ok(new_sequence(call.result_type, items).with_marks(&container_marks(mapping)))
}

fn zipmap_type(args: Args<'_>) -> FunctionResult<Type> {
    let (keys, values) = (args.value(0), args.value(1));
    let types = match values.ty() {
        Type::List(element) => return Ok(Type::map((**element).clone())),
        Type::Tuple(_) if !keys.is_wholly_known() => return Ok(Type::Dynamic),
        Type::Tuple(types) => types,
        _ => return Err("values argument must be a list or tuple value".into()),
    };
    let keys = items(keys);
    if keys.len() != types.len() {
        return Err(different_lengths(keys.len(), types.len()).into());
    }
    if let Some(position) = keys.iter().position(Value::is_null) {
        return Err(format!("keys list has null value at index {position}").into());
    }
    Ok(Type::object(
        keys.iter().map(shared_text).zip(types.iter().cloned()),
    ))
}

fn different_lengths(keys: usize, values: usize) -> String {
    format!("number of keys ({keys}) does not match number of values ({values})")
}

fn zipmap(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (keys, values) = (args.value(0), args.value(1));
    let marks = container_marks(keys).union(&container_marks(values));
    if !keys.is_wholly_known() {
        return Ok(unknown_result(call.result_type, args.all()));
    }
    let (names, items) = (items(keys), items(values));
    if names.len() != items.len() {
        return Err(different_lengths(names.len(), items.len()).into());
    }
    if names.iter().any(Value::is_null) {
        return Err("a key is null".into());
    }
    call.charge_elements(items.len())?;
    // Keys cannot carry marks, so the result carries them.
    let marks = names
        .iter()
        .fold(marks, |marks, name| marks.union(&container_marks(name)));
    let zipped = names.iter().zip(items);
    let zipped = zipped.map(|(name, item)| (shared_text(name), item.clone().with_key_span(name.span())));
    Ok(new_mapping(call.result_type, zipped.collect()).with_marks(&marks))
}
