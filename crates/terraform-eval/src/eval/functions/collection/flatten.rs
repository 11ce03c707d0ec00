//! `flatten`.

use crate::cty::{Marks, Type, Value};
use crate::eval::functions::args::Args;
use crate::eval::functions::elements::known_length;
use crate::eval::functions::error::FunctionResult;
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[Function::new("flatten", flatten)
    .param(Parameter::new("list", ConstType::Any).allow_marked())
    .returns_type_of(flatten_type)
    .passes_through()];

/// The type depends on the elements, so it is known only if they are.
fn flatten_type(args: Args<'_>) -> FunctionResult<Type> {
    let list = args.value(0);
    match list.ty() {
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => Ok(Type::Dynamic),
        _ if !list.is_wholly_known() => Ok(Type::Dynamic),
        _ => Err("can only flatten lists, sets and tuples".into()),
    }
}

/// The elements taken out of nested sequences so far.
struct Flattened {
    items: Vec<Value>,
    /// The marks of the sequences that the elements come from.
    marks: Marks,
    /// The origins of unknown parts, from which the result may come.
    possible_marks: Marks,
    is_unknown: bool,
}

fn flatten(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let mut flattened = Flattened {
        items: Vec::new(),
        marks: Marks::new(),
        possible_marks: Marks::new(),
        is_unknown: false,
    };
    flattened.append(call, args.value(0))?;
    if flattened.is_unknown {
        let item_marks = flattened.items.iter().map(Value::marks_deep);
        let possible = item_marks.fold(flattened.possible_marks, |all, marks| all.union(&marks));
        let possible = possible.origins_only().as_possible();
        return Ok(Value::dynamic().with_marks(&flattened.marks.union(&possible)));
    }
    Ok(Value::tuple(flattened.items).with_marks(&flattened.marks))
}

impl Flattened {
    fn append(&mut self, call: &Call<'_>, sequence: &Value) -> FunctionResult<()> {
        self.marks = self.marks.union(&sequence.marks().as_influence());
        if known_length(sequence).is_none() {
            self.possible_marks = self.possible_marks.union(&sequence.marks_deep());
            self.is_unknown = true;
            return Ok(());
        }
        // Terraform accepts an object here if a part of it is unknown.
        let items = sequence.as_slice().unwrap_or_default().iter();
        for item in items.chain(sequence.as_map().into_iter().flat_map(|items| items.values())) {
            call.charge_elements(1)?;
            let is_sequence = matches!(item.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
            if is_sequence && !item.is_null() {
                if item.is_known() {
                    self.append(call, item)?;
                } else {
                    self.marks = self.marks.union(&item.marks().as_influence());
                    self.possible_marks = self.possible_marks.union(item.marks());
                    self.is_unknown = true;
                }
            } else {
                // A value of unknown type may turn out to be a sequence.
                self.is_unknown |= !item.is_known() && *item.ty() == Type::Dynamic;
                self.items.push(item.clone());
            }
        }
        Ok(())
    }
}
