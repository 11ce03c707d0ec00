//! Reads `import` blocks of mirrors.

use std::rc::Rc;

use crate::model::{Attribute, Import, UnknownReason, UnknownReasons};
use crate::provider::IMAGE_MIRROR;
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use terraform_eval::address::InstanceKey;
use terraform_eval::cty::ValueRef;
use terraform_eval::eval::{InstanceId, RepetitionData, Scope};
use terraform_eval::modules::Module;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// The imports of mirrors in a root module, one for each instance of an `import` block.
pub(crate) fn read_imports(context: &EvaluationContext<'_>, module: &Module) -> Vec<Import> {
    let blocks = module.imports().iter();
    blocks
        .filter_map(|block| block.parse(context.sources))
        .flat_map(|block| read_block(context, block))
        .collect()
}

fn read_block(context: &EvaluationContext<'_>, block: &Block) -> Vec<Import> {
    let Some(to) = block.body.attribute("to").map(|to| &to.value) else {
        return Vec::new();
    };
    if !is_mirror_address(to) {
        return Vec::new();
    }
    let instances = match context.evaluator.import_instances(&block.body) {
        Ok(instances) => instances,
        Err(error) => {
            let reason = UnknownReason::EvaluationFailed(error.to_string());
            let span = block
                .body
                .attribute("for_each")
                .map(|for_each| for_each.value.span);
            return vec![Import {
                to: context.sources.slice(to.span).to_owned(),
                id: Attribute::unknown(UnknownReasons::new(reason), span),
            }];
        }
    };
    let read = |repetition: RepetitionData| {
        let repetition = Rc::new(repetition);
        context.evaluator.grant_reserve_budget();
        let mut reader = BlockReader::new(context, InstanceId::ROOT, &repetition, block);
        let id = reader.string("id");
        let address = instance_address(context, &repetition, to);
        Import {
            to: address.unwrap_or_else(|| context.sources.slice(to.span).to_owned()),
            id,
        }
    };
    instances.into_iter().map(read).collect()
}

/// The address that `to` has in an instance of the block. `None` if an instance key in it is not known.
fn instance_address(
    context: &EvaluationContext<'_>,
    repetition: &Rc<RepetitionData>,
    to: &Expression,
) -> Option<String> {
    match &to.kind {
        ExpressionKind::Variable(word) => Some(word.to_string()),
        ExpressionKind::GetAttr { base, name } => {
            let base = instance_address(context, repetition, base)?;
            Some(format!("{base}.{}", name.text))
        }
        ExpressionKind::Index { base, key } => {
            let base = instance_address(context, repetition, base)?;
            let scope = Scope::module(InstanceId::ROOT).with_repetition(repetition);
            let key = context.evaluator.evaluate(key, scope).ok()?;
            let key = match key.view() {
                _ if key.marks_deep().is_sensitive() => return None,
                ValueRef::String(text) => InstanceKey::Key(text.clone()),
                ValueRef::Number(number) => InstanceKey::Index(u64::try_from(number.to_index()?).ok()?),
                _ => return None,
            };
            Some(format!("{base}{key}"))
        }
        _ => None,
    }
}

/// Whether `to` is the address of a mirror, in the root module or in another one.
fn is_mirror_address(to: &Expression) -> bool {
    match &to.kind {
        ExpressionKind::Variable(word) => &**word == IMAGE_MIRROR,
        ExpressionKind::GetAttr { base, name } => &*name.text == IMAGE_MIRROR || is_mirror_address(base),
        ExpressionKind::Index { base, .. } => is_mirror_address(base),
        _ => false,
    }
}
