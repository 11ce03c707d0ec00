//! Evaluates the expressions of a module, as Terraform does before it plans.
//!
//! Evaluation is on demand: a value is computed when it is requested, once. Values that Terraform learns only
//! when it applies are unknown, and carry the reference that they depend on. Work and depth are bounded; an
//! evaluation that reaches a limit ends in an error that the caller reports as undecided.

mod conditional;
mod decoded_texts;
mod error;
mod evaluator;
mod expansion;
mod expression;
mod for_expression;
mod function_call;
mod functions;
mod instance_id;
mod limits;
mod loop_invariants;
mod memo;
mod module_instance;
mod operators;
mod partial_value;
mod reference;
mod reference_rules;
mod resource;
mod scope;
mod splat;
mod template;
mod type_constraint;
mod walk;

pub use decoded_texts::DecodedTexts;
pub use error::{EvalError, Result};
pub use evaluator::{Evaluator, RootInputs};
pub use expansion::{Expansion, enabled_argument};
pub use instance_id::InstanceId;
pub use limits::{MAX_MODULE_DEPTH, SharedWork, Spent};
pub use scope::{RepetitionData, Scope};

pub use crate::stack::{on_large_stack, with_stack};
