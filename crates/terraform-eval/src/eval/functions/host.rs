//! What functions need from the evaluator that calls them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::error::{FunctionError, FunctionResult};
use crate::cty::{Type, Value};
use crate::dialect::Feature;
use crate::eval::EvalError;
use crate::source::sandbox::FileSandbox;
use crate::syntax::tree::Expression;

/// The services of an evaluator to functions, which themselves know nothing of modules and scopes.
pub(crate) trait FunctionHost {
    /// Charges steps to the budget of the evaluation, before the work is done.
    fn charge(&self, steps: usize) -> Result<(), FunctionError>;

    /// Charges memory to the budget of the evaluation, before it is taken.
    fn charge_memory(&self, bytes: usize) -> Result<(), FunctionError>;

    /// Whether the program that calls has a feature on which the result depends.
    fn has(&self, feature: Feature) -> bool;

    /// The directory of the root module, which relative paths start from.
    fn root_directory(&self) -> &Path;

    /// The files that functions may read.
    fn sandbox(&self) -> &FileSandbox;

    /// What a function makes of a text: what `decode` returns, or has returned before. That is kept if it depends on
    /// neither the program and its version nor a limit.
    fn decode_once(
        &self,
        function: &'static str,
        text: &str,
        decode: &mut dyn FnMut() -> FunctionResult,
    ) -> FunctionResult;

    /// Evaluates a template that knows the given variables only. `function` is the function that renders
    /// it, which decides what calls in the template are allowed.
    fn render_template(
        &self,
        template: &Expression,
        function: &'static str,
        variables: &BTreeMap<Arc<str>, Value>,
    ) -> Result<Value, EvalError>;

    /// Evaluates an expression that may have neither references nor calls.
    fn evaluate_constant(&self, expression: &Expression) -> Result<Value, EvalError>;
}

/// The context of one function call.
pub(super) struct Call<'a> {
    /// The evaluator that calls.
    pub(super) host: &'a dyn FunctionHost,
    /// The result type that the function has declared for these arguments.
    pub(super) result_type: &'a Type,
}

impl Call<'_> {
    /// Charges steps to the budget, before the work is done.
    pub(super) fn charge(&self, steps: usize) -> Result<(), FunctionError> {
        self.host.charge(steps)
    }

    /// Charges the elements of a new collection, which take memory in addition to time.
    pub(super) fn charge_elements(&self, elements: usize) -> Result<(), FunctionError> {
        const STEPS_PER_ELEMENT: usize = 4;
        self.charge(elements.saturating_mul(STEPS_PER_ELEMENT))?;
        self.charge_memory(elements.saturating_mul(size_of::<Value>()))
    }

    /// Charges the elements of a new object.
    pub(super) fn charge_fields(&self, count: usize) -> Result<(), FunctionError> {
        self.charge(count)?;
        self.charge_memory(Value::fields_bytes(count))
    }

    /// Charges memory to the budget, before it is taken.
    pub(super) fn charge_memory(&self, bytes: usize) -> Result<(), FunctionError> {
        self.host.charge_memory(bytes)
    }

    /// Charges the text of a new string, before it is made.
    pub(super) fn charge_text(&self, bytes: usize) -> Result<(), FunctionError> {
        self.charge_bytes(bytes)?;
        self.charge_memory(bytes)
    }

    /// Charges a walk through this many bytes.
    pub(super) fn charge_bytes(&self, bytes: usize) -> Result<(), FunctionError> {
        const BYTES_PER_STEP: usize = 16;
        self.charge(bytes / BYTES_PER_STEP + 1)
    }
}
