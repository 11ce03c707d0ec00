//! What stands in a mirror's block besides the values of its arguments.

use crate::model::{MirrorBlock, TraceStep, Unsupported, UnsupportedKind};
use crate::provider;
use terraform_eval::address::Subject;
use terraform_eval::eval::{Evaluator, InstanceId};
use terraform_eval::modules::literal;
use terraform_eval::modules::{Resource, references};
use terraform_eval::schema::{Schema, SetBy};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Body, Expression, ExpressionKind, TemplatePart};

use crate::readers::configuration::insertion_points;

/// Arguments of every resource block.
const META_ARGUMENTS: [&str; 4] = ["count", "for_each", "depends_on", "provider"];

/// Blocks of every resource block; `_` holds arguments that are named like one of Terraform's own.
const META_BLOCKS: [&str; 4] = ["lifecycle", "connection", "provisioner", "_"];

/// Reads the block of a mirror. What the module calls around it leave out is not in it.
pub(crate) fn mirror_block(
    evaluator: &Evaluator<'_>,
    sources: &Sources,
    instance: InstanceId,
    resource: &Resource,
    block: &Block,
) -> MirrorBlock {
    let unsupported = provider::schemas()
        .get(&resource.name)
        .map(|schema| unsupported(&block.body, schema, sources))
        .unwrap_or_default();
    let lifecycle = block.body.blocks("lifecycle");
    let ignored = lifecycle.filter_map(|block| block.body.attribute("ignore_changes"));
    MirrorBlock {
        unsupported,
        ignore_changes: ignored
            .flat_map(|argument| entries(&argument.value, sources))
            .collect(),
        count_index: block
            .body
            .attribute("source")
            .and_then(|source| count_index(evaluator, sources, instance, block, &source.value)),
        missing_inputs: Vec::new(),
        argument_insertion: insertion_points::of_argument(block, sources),
        dependency_insertion: block
            .body
            .attribute("depends_on")
            .and_then(|argument| insertion_points::of_element(&argument.value, sources)),
    }
}

fn unsupported(body: &Body, schema: &Schema, sources: &Sources) -> Vec<Unsupported> {
    let meant = |name: &str| {
        let names = ["cluster_id", "source", "mirrors", "type"];
        let close = |known: &&str| {
            provider::types::MIRROR_ARGUMENT_ALIASES.contains(&(name, *known))
                || strsim::osa_distance(name, known) <= 2
        };
        names
            .into_iter()
            .filter(close)
            .find(|known| body.attribute(known).is_none())
    };
    let arguments = body.attributes.iter().filter_map(|attribute| {
        let name = &*attribute.name.text;
        let kind = match schema.get(name) {
            // Terraform treats null as not set.
            Some(_) if matches!(attribute.value.kind, ExpressionKind::Null) => return None,
            Some(known) if known.set_by == SetBy::Computed => UnsupportedKind::ReadOnly,
            Some(_) => return None,
            None if META_ARGUMENTS.contains(&name) => return None,
            None => UnsupportedKind::Argument,
        };
        Some(Unsupported {
            kind,
            name: name.to_owned(),
            name_span: attribute.name.span,
            lines: lines(attribute.span, sources),
            suggestion: meant(name).filter(|_| kind == UnsupportedKind::Argument),
        })
    });
    let blocks = body
        .blocks
        .iter()
        .filter(|block| !META_BLOCKS.contains(&&*block.kind.text));
    let blocks = blocks.map(|block| {
        let dynamic = block.labels.first().filter(|_| &*block.kind.text == "dynamic");
        Unsupported {
            kind: UnsupportedKind::Block,
            name: dynamic.unwrap_or(&block.kind).text.to_string(),
            name_span: block.header,
            lines: lines(block.span, sources),
            suggestion: None,
        }
    });
    arguments.chain(blocks).collect()
}

/// The entries of `ignore_changes`: names, or in JSON strings of them.
fn entries(value: &Expression, sources: &Sources) -> Vec<TraceStep> {
    let items = match &value.kind {
        ExpressionKind::Tuple(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let entry = |item: &Expression| TraceStep {
        span: item.span,
        text: literal(item).unwrap_or(sources.slice(item.span)).to_owned(),
    };
    items.iter().map(entry).collect()
}

/// Where an argument of a block with `count` is taken out of a list by `count.index`; where it is a
/// variable, in the module calls around.
fn count_index(
    evaluator: &Evaluator<'_>,
    sources: &Sources,
    instance: InstanceId,
    block: &Block,
    argument: &Expression,
) -> Option<Span> {
    if block.body.attribute("count").is_some()
        && let Some(span) = taken_by_index(argument)
    {
        return Some(span);
    }
    let (caller, call, _) = evaluator.called_from(instance)?;
    let block = evaluator.module(caller).calls.get(&call)?.block.parse(sources)?;
    references::in_expression(argument)
        .into_iter()
        .find_map(|traversal| match &traversal.subject {
            Subject::Variable(name) => {
                let argument = &block.body.attribute(name)?.value;
                count_index(evaluator, sources, caller, block, argument)
            }
            _ => None,
        })
}

fn taken_by_index(expression: &Expression) -> Option<Span> {
    let counts = |key: &Expression| {
        references::in_expression(key)
            .iter()
            .any(|traversal| traversal.subject == Subject::Count)
    };
    match &expression.kind {
        ExpressionKind::Index { base, key } => counts(key)
            .then_some(expression.span)
            .or_else(|| taken_by_index(base)),
        ExpressionKind::Call(call) if &*call.name.text == "element" => {
            let index = call.arguments.get(1).filter(|index| counts(index));
            index.map(|_| expression.span)
        }
        ExpressionKind::Call(call) => call.arguments.iter().find_map(taken_by_index),
        ExpressionKind::Parenthesis(inner) | ExpressionKind::GetAttr { base: inner, .. } => {
            taken_by_index(inner)
        }
        ExpressionKind::Conditional { yes, no, .. } => taken_by_index(yes).or_else(|| taken_by_index(no)),
        ExpressionKind::Template(template) => template.parts.iter().find_map(|part| match part {
            TemplatePart::Interpolation(inner) => taken_by_index(inner),
            _ => None,
        }),
        _ => None,
    }
}

/// The lines that a part of a native file has for itself, with the last line's end.
fn lines(span: Span, sources: &Sources) -> Option<Span> {
    let text = insertion_points::native(span, sources)?;
    let range = span.range();
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(range.end..)?;
    let end = rest.find('\n').map_or(text.len(), |at| range.end + at + 1);
    let around = [text.get(start..range.start)?, text.get(range.end..end)?];
    let alone = around.iter().all(|text| text.trim().is_empty());
    alone.then(|| Span::new(span.file, start, end))
}
