//! Reads `import` blocks of mirrors.

use std::rc::Rc;

use crate::model::Import;
use crate::provider::IMAGE_MIRROR;
use crate::readers::configuration::block_reader::BlockReader;
use crate::readers::configuration::evaluation_context::EvaluationContext;
use terraform_eval::eval::{InstanceId, RepetitionData};
use terraform_eval::modules::Module;
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind};

/// The imports of mirrors in a root module.
pub(crate) fn read_imports(context: &EvaluationContext<'_>, module: &Module) -> Vec<Import> {
    let blocks = module.imports().iter();
    blocks
        .filter_map(|block| block.parse(context.sources))
        // With `for_each` each instance has an id of its own; such ids are not checked.
        .filter(|block| block.body.attribute("for_each").is_none())
        .filter_map(|block| read_import(context, block))
        .collect()
}

fn read_import(context: &EvaluationContext<'_>, block: &Block) -> Option<Import> {
    let to = &block.body.attribute("to")?.value;
    if !is_mirror_address(to) {
        return None;
    }
    let repetition = Rc::new(RepetitionData::single());
    let mut reader = BlockReader::new(context, InstanceId::ROOT, &repetition, block);
    Some(Import {
        to: context.sources.slice(to.span).to_owned(),
        id: reader.string("id"),
    })
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
