//! Conversion of values to the type that they have in common.

use super::error::ConvertError;
use super::types::Unified;
use super::values::{convert, rewrap};
use crate::cty::value::{Value, ValueRef};

impl Unified {
    /// Converts one of the values whose types were unified.
    pub fn convert(&self, value: &Value) -> Result<Value, ConvertError> {
        if self.is_unknown {
            return Ok(Value::dynamic().with_marks(&value.marks_deep().as_influence()));
        }
        if *value.ty() == self.ty {
            return Ok(value.clone());
        }
        match &self.collection {
            Some(collection) if matches!(value.view(), ValueRef::Tuple(_) | ValueRef::Object(_)) => {
                // As in cty, the value must convert to the collection, but its elements are converted one by one, without
                // a common element type for their dynamic parts.
                convert(value, collection)?;
                rewrap(value, &self.ty)
            }
            _ => convert(value, &self.ty),
        }
    }
}
