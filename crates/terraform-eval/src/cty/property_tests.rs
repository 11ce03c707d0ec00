//! Conversion of any value to any type never panics and is idempotent.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    Duplicates, MAX_DEPTH, Marks, Type, Value, convert, from_json, get_attr, index, to_json, unify,
    unify_conditional,
};
use crate::stack::with_stack;

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Dynamic),
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Type::tuple),
            (
                prop::collection::btree_map("[a-c]", inner, 0..3),
                prop::collection::btree_set("[a-c]", 0..2)
            )
                .prop_map(|(attributes, optional)| {
                    let optional: BTreeSet<_> = optional
                        .into_iter()
                        .filter(|name| attributes.contains_key(name))
                        .map(Into::into)
                        .collect();
                    Type::object_with_optional(attributes, optional)
                }),
        ]
    })
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        types().prop_map(|ty| Value::unknown(ty.without_optional())),
        types().prop_map(|ty| Value::null(ty.without_optional())),
        any::<bool>().prop_map(Value::bool),
        any::<i64>().prop_map(Value::number),
        "true|false|[0-9]{1,3}|[a-z]{0,3}|é".prop_map(Value::string),
    ];
    let marked = (leaf, any::<bool>()).prop_map(|(value, secret)| {
        if secret {
            value.with_marks(&Marks::sensitive())
        } else {
            value
        }
    });
    marked.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::tuple),
            prop::collection::btree_map("[a-c]", inner.clone(), 0..3).prop_map(|items| {
                let items: BTreeMap<_, _> = items
                    .into_iter()
                    .map(|(name, item)| (name.into(), item))
                    .collect();
                Value::object(items)
            }),
            (prop::collection::vec(inner, 0..4), any::<bool>()).prop_map(|(items, set)| {
                let any = if set {
                    Type::set(Type::Dynamic)
                } else {
                    Type::list(Type::Dynamic)
                };
                let tuple = Value::tuple(items);
                convert(&tuple, &any).unwrap_or(tuple)
            }),
        ]
    })
}

/// Two values of maximum depth that differ in the innermost value.
fn deep() -> [Value; 2] {
    [Value::number(1), Value::string("x")].map(|bottom| {
        (1..MAX_DEPTH).fold(bottom.with_marks(&Marks::sensitive()), |inner, _| {
            Value::object(BTreeMap::from([("a".into(), inner)]))
        })
    })
}

/// Evaluation has a large stack. Its results are printed and dropped by any thread.
#[test]
fn the_deepest_values_do_not_exhaust_the_stack() {
    let list = with_stack(convert_deepest).expect("a thread");
    let copy = list.without_marks();
    assert_eq!(list, copy);
    assert!(to_json(&copy).is_ok());
    assert!(list.ty().to_string().contains("a: string"));
}

fn convert_deepest() -> Value {
    let pair = deep();
    let tuple = Value::tuple(pair.to_vec());
    assert_eq!(tuple.depth(), MAX_DEPTH);
    let list = convert(&tuple, &Type::list(Type::Dynamic)).expect("a common type");
    let set = convert(&tuple, &Type::set(Type::Dynamic)).expect("a common type");
    assert!(set.marks().is_sensitive());
    assert_eq!(pair[0].equals(&pair[1]).as_bool(), Some(false));
    let text = to_json(&list.without_marks()).expect("known");
    assert!(from_json(&text, Duplicates::SameType).is_ok());
    list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn converted_values_have_the_type_and_keep_their_marks(value in values(), want in types()) {
        if let Ok(once) = convert(&value, &want) {
            prop_assert!(!once.ty().has_optional());
            let twice = convert(&once, &want);
            prop_assert_eq!(twice.as_ref().map(Value::ty), Ok(once.ty()));
            prop_assert_eq!(twice.as_ref(), Ok(&once));
            // A part that the target type lacks is dropped with its marks.
            prop_assert!(value.marks_deep().is_sensitive() || !once.marks_deep().is_sensitive());
            prop_assert!(!value.marks().is_sensitive() || once.marks().is_sensitive());
        }
    }

    #[test]
    fn every_value_converts_to_dynamic_and_to_its_own_type(value in values()) {
        prop_assert_eq!(convert(&value, &Type::Dynamic), Ok(value.clone()));
        prop_assert_eq!(convert(&value, value.ty()), Ok(value));
    }

    #[test]
    fn values_convert_to_unified_types(left in values(), right in values()) {
        if let Some(unified) = unify([left.ty(), right.ty()]) {
            for value in [&left, &right] {
                if let Ok(converted) = unified.convert(value) {
                    prop_assert!(converted.ty().conforms_to(&unified.ty));
                }
            }
        }
        if let Ok(conditional) = unify_conditional(&left, &right) {
            let _ = conditional.choose(&Marks::new(), &left, &right);
            let either = conditional.choose_either(&Marks::new(), &left, &right);
            prop_assert!(either.ty().conforms_to(&conditional.ty));
        }
    }

    #[test]
    fn other_operations_do_not_panic(left in values(), right in values()) {
        let _ = (get_attr(&left, "a"), index(&left, &right), left.length());
        prop_assert_eq!(left.equals(&right), right.equals(&left));
        let plain = left.without_marks();
        prop_assert!(!plain.contains_marked());
        prop_assert_eq!(&plain, &left);
        if let Ok(text) = to_json(&left) {
            prop_assert_eq!(from_json(&text, Duplicates::SameType).map(|value| to_json(&value)), Ok(Ok(text)));
        }
    }
}
