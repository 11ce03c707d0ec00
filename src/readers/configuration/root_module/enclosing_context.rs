//! What a block inherits from the module calls that enclose it.

use crate::model::{MissingInputs, UnknownReason, UnknownReasons};

/// What is unknown of the instances of a block, because of itself or of the module calls that enclose it.
#[derive(Clone, Default)]
pub(crate) struct EnclosingContext {
    /// Why the number of instances is unknown.
    pub(crate) unknown_instances: Option<UnknownReasons>,
    /// Why Terraform rejects the block, so that it has no instances at all.
    pub(crate) rejection: Option<UnknownReason>,
    /// The module calls that do not set all required variables.
    pub(crate) missing_inputs: Vec<MissingInputs>,
}
