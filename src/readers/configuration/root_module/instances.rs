//! The instances of a block: the expansion of `count` and `for_each`.

use std::rc::Rc;

use crate::model::{UnknownReason, UnknownReasons};
use crate::readers::configuration::provenance::unknown_reasons;
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use terraform_eval::address::{InstanceKey, Mode};
use terraform_eval::cty::{self, Origin, Value};
use terraform_eval::eval::{self, Expansion, RepetitionData};
use terraform_eval::schema::{ProviderSchemas, SetBy};

/// The attribute of a managed resource because of which a value is unknown until apply, if that is the only reason.
pub(crate) fn unknown_until_apply(value: &Value, schemas: &ProviderSchemas) -> Option<String> {
    let marks = value.marks_deep();
    let mut references = Vec::new();
    for origin in marks.origins() {
        let reference = origin.reference()?;
        let resource = reference.resource().filter(|name| name.mode == Mode::Managed)?;
        let attribute = schemas.get(resource)?.get(reference.attribute.as_deref()?)?;
        if !matches!(attribute.set_by, SetBy::Computed | SetBy::Either) {
            return None;
        }
        references.push(reference.to_string());
    }
    references.into_iter().next()
}

/// The instances of a block, and what is unknown of them. If their number is unknown, one stands for all.
pub(crate) fn expand(
    expansion: eval::Result<Rc<Expansion>>,
    enclosing: &EnclosingContext,
) -> (Vec<RepetitionData>, EnclosingContext) {
    let mut context = enclosing.clone();
    let error = match expansion {
        Ok(expansion) => {
            if let Some(value) = expansion.unknown_value() {
                let reasons = UnknownReasons::from_reasons(unknown_reasons(value));
                context.unknown_instances.get_or_insert(reasons);
            }
            return (expansion.instances(), context);
        }
        Err(error) => error,
    };
    let reason = cty::UnknownReason::InstancesUnknown(error.to_string().into());
    let unknown_reason = UnknownReason::NotEvaluated(reason.clone());
    if error.is_rejection() {
        let reason = UnknownReason::Rejected(reason.to_string());
        context.rejection.get_or_insert(reason);
    } else {
        let reasons = UnknownReasons::new(unknown_reason);
        context.unknown_instances.get_or_insert(reasons);
    }
    let origin = Origin::from_reason(reason, None);
    let unknown = || Value::dynamic().with_origin(origin.clone());
    let repetition = RepetitionData {
        key: Some(InstanceKey::Unknown),
        index: Some(unknown()),
        each: Some((unknown(), unknown())),
    };
    (vec![repetition], context)
}
