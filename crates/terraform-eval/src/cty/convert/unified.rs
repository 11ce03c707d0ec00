//! Conversion of values to the type that they have in common.

use super::error::ConvertError;
use super::types::Unified;
use super::values::{convert, rewrapped};
use crate::cty::value::{Value, ValueRef};

impl Unified {
    /// Converts one of the values whose types were unified. Where nothing could be said, the result is
    /// unknown.
    pub fn convert(&self, value: &Value) -> Result<Value, ConvertError> {
        if self.is_unknown {
            return Ok(Value::dynamic().with_marks(&value.marks_deep().as_influence()));
        }
        if *value.ty() == self.ty {
            return Ok(value.clone());
        }
        match &self.collection {
            Some(collection) if matches!(value.view(), ValueRef::Tuple(_) | ValueRef::Object(_)) => {
                // As in cty, the collection only has to be possible; what is inside stays as it was and gets
                // no type of its own to agree on.
                convert(value, collection)?;
                rewrapped(value, &self.ty)
            }
            _ => convert(value, &self.ty),
        }
    }
}
