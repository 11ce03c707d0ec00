//! What is in a mirror's block, apart from the values of its arguments.

use crate::model::{MirrorBlock, TraceStep, Unsupported, UnsupportedKind};
use crate::provider;
use crate::untrusted::expression_text;
use terraform_eval::address::{ResourceName, Subject};
use terraform_eval::eval::{InstanceId, Scope};
use terraform_eval::modules::literal;
use terraform_eval::modules::{Resource, references};
use terraform_eval::schema::{Schema, SetBy};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Body, Expression, ExpressionKind, Step, TemplatePart};

use crate::readers::configuration::evaluation_context::EvaluationContext;
use crate::readers::configuration::insertion_points::{argument_insertion, element_insertion, native_text};

/// Arguments that every resource block accepts.
const META_ARGUMENTS: [&str; 4] = ["count", "for_each", "depends_on", "provider"];

/// Blocks that every resource block accepts; `_` holds arguments whose names are meta-arguments of Terraform.
const META_BLOCKS: [&str; 4] = ["lifecycle", "connection", "provisioner", "_"];

/// The edit distance up to which an unsupported argument is taken for a misspelled one.
const MAX_SUGGESTION_DISTANCE: usize = 2;

/// Reads the block of a mirror, without the missing inputs of the enclosing module calls.
pub(crate) fn read_mirror_block(
    context: &EvaluationContext<'_>,
    instance: InstanceId,
    resource: &Resource,
    block: &Block,
) -> MirrorBlock {
    let sources = context.sources;
    let unsupported = provider::schemas()
        .get(&resource.name)
        .map(|schema| unsupported_parts(&block.body, &resource.name, schema, sources))
        .unwrap_or_default();
    let is_null = |part: &Unsupported| {
        let argument = block
            .body
            .attribute(&part.name)
            .filter(|_| part.kind == UnsupportedKind::ReadOnly);
        argument.is_some_and(|argument| {
            let value = context
                .evaluator
                .evaluate(&argument.value, Scope::module(instance));
            value.is_ok_and(|value| value.is_null())
        })
    };
    let unsupported = unsupported.into_iter().filter(|part| !is_null(part)).collect();
    let lifecycle = block.body.blocks("lifecycle");
    let ignore_changes = lifecycle.filter_map(|block| block.body.attribute("ignore_changes"));
    MirrorBlock {
        unsupported,
        ignore_changes: ignore_changes
            .flat_map(|argument| ignored_names(&argument.value, sources))
            .collect(),
        count_index: block
            .body
            .attribute("source")
            .and_then(|source| find_count_index(context, instance, block, &source.value)),
        missing_inputs: Vec::new(),
        argument_insertion: argument_insertion(block, sources),
        dependency_insertion: block
            .body
            .attribute("depends_on")
            .and_then(|argument| element_insertion(&argument.value, sources)),
    }
}

/// The names of the arguments that a block of a type may set. Those of mirrors are in the order of their importance.
fn argument_names<'s>(resource: &ResourceName, schema: &'s Schema) -> impl Iterator<Item = &'s str> {
    const MIRROR_ARGUMENTS: [&str; 4] = ["cluster_id", "source", "mirrors", "type"];
    let is_mirror = provider::is_image_mirror(resource);
    let names = schema
        .iter()
        .filter(move |(_, attribute)| !is_mirror && attribute.set_by != SetBy::Computed)
        .map(|(name, _)| &**name);
    MIRROR_ARGUMENTS
        .into_iter()
        .filter(move |_| is_mirror)
        .chain(names)
}

/// Arguments and blocks that the schema does not have.
pub(crate) fn unsupported_parts(
    body: &Body,
    resource: &ResourceName,
    schema: &Schema,
    sources: &Sources,
) -> Vec<Unsupported> {
    let is_mirror = provider::is_image_mirror(resource);
    let suggest = |name: &str| {
        let is_similar = |argument: &&str| {
            (is_mirror && provider::types::MIRROR_ARGUMENT_ALIASES.contains(&(name, *argument)))
                || strsim::osa_distance(name, argument) <= MAX_SUGGESTION_DISTANCE
        };
        let mut arguments = argument_names(resource, schema).filter(is_similar);
        arguments.find(|argument| body.attribute(argument).is_none())
    };
    let arguments = body.attributes.iter().filter_map(|attribute| {
        let name = &*attribute.name.text;
        let kind = match schema.get(name) {
            // Terraform treats null as unset.
            Some(_) if matches!(attribute.value.kind, ExpressionKind::Null) => return None,
            Some(argument) if argument.set_by == SetBy::Computed => UnsupportedKind::ReadOnly,
            Some(_) => return None,
            None if META_ARGUMENTS.contains(&name) => return None,
            None => UnsupportedKind::Argument,
        };
        Some(Unsupported {
            kind,
            name: name.to_owned(),
            name_span: attribute.name.span,
            lines: own_lines(attribute.span, sources),
            suggestion: suggest(name)
                .filter(|_| kind == UnsupportedKind::Argument)
                .map(str::to_owned),
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
            lines: own_lines(block.span, sources),
            suggestion: None,
        }
    });
    arguments.chain(blocks).collect()
}

/// The entries of `ignore_changes`: names, or strings of names in JSON.
fn ignored_names(value: &Expression, sources: &Sources) -> Vec<TraceStep> {
    let items = match &value.kind {
        ExpressionKind::Tuple(items) => items,
        _ => std::slice::from_ref(value),
    };
    let entry = |item: &Expression| TraceStep {
        span: item.span,
        text: literal(item)
            .unwrap_or(expression_text(sources.slice(item.span)))
            .to_owned(),
    };
    items.iter().map(entry).collect()
}

/// Where an argument of a block with `count` is selected from a list by `count.index`, in the block or, through
/// variables, in an enclosing module call.
fn find_count_index(
    context: &EvaluationContext<'_>,
    instance: InstanceId,
    block: &Block,
    argument: &Expression,
) -> Option<Span> {
    if block.body.attribute("count").is_some()
        && let Some(span) = selection_by_count_index(argument)
    {
        return Some(span);
    }
    let evaluator = &context.evaluator;
    let (caller, call, _) = evaluator.called_from(instance)?;
    let block = evaluator
        .module(caller)
        .calls
        .get(&call)?
        .block
        .parse(context.sources)?;
    references::in_expression(argument)
        .into_iter()
        .find_map(|traversal| match &traversal.subject {
            Subject::Variable(name) => {
                let argument = &block.body.attribute(name)?.value;
                find_count_index(context, caller, block, argument)
            }
            _ => None,
        })
}

fn selection_by_count_index(expression: &Expression) -> Option<Span> {
    let has_count_index = |key: &Expression| {
        references::in_expression(key)
            .iter()
            .any(|traversal| traversal.subject == Subject::Count)
    };
    match &expression.kind {
        ExpressionKind::Traversal { base, steps } => {
            let selects = |step: &&Step| step.key().is_some_and(has_count_index);
            let selection = steps.iter().rfind(selects);
            selection
                .map(|step| step.span_from(base.span))
                .or_else(|| selection_by_count_index(base))
        }
        ExpressionKind::Call(call) if &*call.name.text == "element" => {
            let index = call.arguments.get(1).filter(|index| has_count_index(index));
            index.map(|_| expression.span)
        }
        ExpressionKind::Call(call) => call.arguments.iter().find_map(selection_by_count_index),
        ExpressionKind::Parenthesis(inner) => selection_by_count_index(inner),
        ExpressionKind::Conditional { branches, otherwise } => {
            let mut values = branches.iter().map(|branch| &branch.value);
            values
                .find_map(selection_by_count_index)
                .or_else(|| selection_by_count_index(otherwise))
        }
        ExpressionKind::Template(template) => template.parts.iter().find_map(|part| match part {
            TemplatePart::Interpolation(inner) => selection_by_count_index(inner),
            _ => None,
        }),
        _ => None,
    }
}

/// The lines of a part of a native file, with the line break at their end; `None` if something else is on them.
fn own_lines(span: Span, sources: &Sources) -> Option<Span> {
    let text = native_text(span, sources)?;
    let range = span.range();
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(range.end..)?;
    let end = rest.find('\n').map_or(text.len(), |at| range.end + at + 1);
    let rest_of_lines = [text.get(start..range.start)?, text.get(range.end..end)?];
    let is_alone = rest_of_lines.iter().all(|text| text.trim().is_empty());
    is_alone.then(|| Span::new(span.file, start, end))
}
