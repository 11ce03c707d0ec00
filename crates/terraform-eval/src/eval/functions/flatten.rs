//! `flatten`.

use crate::cty::{Marks, Type, Value};

use super::parts::{Checked, certain_length};
use super::{Call, Function, Parameter, Want};

/// The function.
pub(super) const TABLE: &[Function] = &[Function {
    name: "flatten",
    parameters: &[Parameter::of("list", Want::Any).marked()],
    variadic: None,
    // The type follows from the elements, so that it is known only with them.
    result: |arguments| match arguments[0].ty() {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Ok(Type::Dynamic),
        _ if !arguments[0].is_wholly_known() => Ok(Type::Dynamic),
        _ => Err("can only flatten lists, sets and tuples".to_owned()),
    },
    run: |call, arguments| flatten(call, &arguments[0]).into(),
    passes_on: true,
    never_null: true,
}];

/// What has been taken out of nested sequences so far.
struct Flat {
    items: Vec<Value>,
    /// The marks of the sequences that are gone.
    marks: Marks,
    /// What the result may come from, where some of it is not known.
    possible: Marks,
    open: bool,
}

fn flatten(call: &Call<'_>, list: &Value) -> Checked<Value> {
    let mut flat = Flat {
        items: Vec::new(),
        marks: Marks::new(),
        possible: Marks::new(),
        open: false,
    };
    flat.take(call, list)?;
    if flat.open {
        let inner = flat.items.iter().map(Value::marks_deep);
        let possible = inner.fold(flat.possible, |all, marks| all.union(&marks));
        let possible = possible.origins_only().as_possible();
        return Ok(Value::dynamic().with_marks(&flat.marks.union(&possible)));
    }
    Ok(Value::tuple(flat.items).with_marks(&flat.marks))
}

impl Flat {
    fn take(&mut self, call: &Call<'_>, sequence: &Value) -> Checked<()> {
        self.marks = self.marks.union(&sequence.marks().as_influence());
        if certain_length(sequence).is_none() {
            self.possible = self.possible.union(&sequence.marks_deep());
            self.open = true;
            return Ok(());
        }
        // An object stands here only where some part of it is not known.
        let items = sequence.as_slice().unwrap_or_default().iter();
        for item in items.chain(sequence.as_map().into_iter().flat_map(|items| items.values())) {
            call.spend_elements(1)?;
            let nested = matches!(item.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
            if nested && !item.is_null() {
                if item.is_known() {
                    self.take(call, item)?;
                } else {
                    self.marks = self.marks.union(&item.marks().as_influence());
                    self.possible = self.possible.union(item.marks());
                    self.open = true;
                }
            } else {
                // It may become another sequence.
                self.open |= !item.is_known() && *item.ty() == Type::Dynamic;
                self.items.push(item.clone());
            }
        }
        Ok(())
    }
}
