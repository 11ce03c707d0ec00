//! What an evaluated value says about where it comes from, in the model's words.

use std::sync::Arc;

use crate::address::{Mode, ModulePath, Reference, Subject};
use crate::cty::Value;
use crate::cty::marks::{Hop, Origin, Role};
use crate::eval::{Evaluator, InstanceId};
use crate::model::cluster::{ClusterRole, cluster_role, echo_argument};
use crate::model::{Cause, Lead, Leads, Step, Target};
use crate::source::{Sources, Span};
use crate::syntax::tree::{self, Expression};
use crate::terraform::references;

/// More steps than this are no help to anybody.
const LONGEST_WAY: usize = 8;

/// What is known of the block that a reference leads to.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) span: Option<Span>,
    /// Where a module that is not here comes from.
    pub(super) source: Option<String>,
}

/// An unknown value whose reason is a text.
pub(super) fn unknown_because(module: ModulePath, reason: Subject) -> Value {
    let reference = Arc::new(Reference::new(module, reason));
    Value::dynamic().with_origin(Origin {
        reference,
        span: None,
        role: Role::Same,
        hops: None,
    })
}

/// Why a value is unknown.
pub(super) fn causes(value: &Value) -> Vec<Cause> {
    let marks = value.marks_deep();
    let cause = |origin: &Origin| {
        let reference = &origin.reference;
        match &reference.subject {
            Subject::Variable(_) => Cause::NoValue(reference.to_string()),
            Subject::Resource(_) | Subject::Local(_) => Cause::AfterApply(Some(reference.to_string())),
            Subject::Module(_) => {
                Cause::NotEvaluated(format!("the module that {reference} refers to was not found"))
            }
            Subject::Other(text) => Cause::NotEvaluated(text.to_string()),
        }
    };
    marks.origins().iter().map(cause).collect()
}

/// Where a cluster id leads: echoes first, then the clusters that feed them.
pub(super) fn leads(value: &Value, sources: &Sources, block_of: impl Fn(&Reference) -> Block) -> Leads {
    let marks = value.marks_deep();
    let passed_on: Vec<&Origin> = marks
        .origins()
        .iter()
        .filter(|origin| origin.role != Role::Influence)
        .collect();
    // An id that was computed from a cluster's may still be that cluster's.
    let chosen = if passed_on.is_empty() {
        marks
            .origins()
            .iter()
            .filter(|origin| is_id(&origin.reference))
            .collect()
    } else {
        passed_on
    };
    let mut to: Vec<Lead> = Vec::new();
    for origin in chosen {
        let block = block_of(&origin.reference);
        let Some(target) = target(&origin.reference, block.source) else {
            continue;
        };
        let lead = Lead {
            target,
            certain: origin.role == Role::Same,
            span: block.span,
            way: way(origin, sources),
        };
        if !to
            .iter()
            .any(|known| known.target == lead.target && known.certain >= lead.certain)
        {
            to.push(lead);
        }
    }
    to.sort_by_key(|lead| (distance(&lead.target), lead.target.clone()));
    Leads {
        to,
        unfollowed: unfollowed(value),
        ..Leads::default()
    }
}

/// What else the id may come from: something that could not be evaluated.
fn unfollowed(value: &Value) -> Vec<Cause> {
    let causes = causes(value).into_iter();
    causes
        .filter(|cause| matches!(cause, Cause::NotEvaluated(text) if !text.starts_with("the module that ")))
        .collect()
}

fn target(reference: &Reference, source: Option<String>) -> Option<Target> {
    match &reference.subject {
        Subject::Resource(resource) => Some(Target::Resource {
            path: crate::address::ResourcePath {
                module: reference.module.clone(),
                resource: resource.clone(),
            },
            key: reference.key.clone(),
            attribute: reference.attribute.as_deref().map(str::to_owned),
        }),
        Subject::Module(_) => Some(Target::Module {
            call: reference.without_attribute().to_string(),
            source: source.unwrap_or_default(),
            output: reference.attribute.as_deref().map(str::to_owned),
        }),
        Subject::Variable(_) | Subject::Local(_) | Subject::Other(_) => None,
    }
}

/// Whether a reference reads a cluster's id.
fn is_id(reference: &Reference) -> bool {
    let Some(resource) = reference.resource() else {
        return false;
    };
    match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => reference.attribute.as_deref() == Some("id"),
        Some(ClusterRole::Echo(_)) => reference.attribute.as_deref() == Some(echo_argument(resource)),
        None => false,
    }
}

/// How near to the cluster itself: echoes stand in front, a cluster that is read before the one that is
/// created, and that one last.
fn distance(target: &Target) -> u8 {
    match target {
        Target::Resource { path, .. } => match (cluster_role(&path.resource), path.resource.mode) {
            (Some(ClusterRole::Cluster(_)), Mode::Managed) => 2,
            (Some(ClusterRole::Cluster(_)), Mode::Data) => 1,
            _ => 0,
        },
        Target::Module { .. } => 2,
    }
}

/// The references that passed a value on, the one nearest to its origin first.
fn way(origin: &Origin, sources: &Sources) -> Vec<Step> {
    let mut hop: Option<&Arc<Hop>> = origin.hops.as_ref();
    let mut spans = Vec::new();
    while let Some(at) = hop {
        spans.push(at.span);
        hop = at.before.as_ref();
    }
    spans.extend(origin.span);
    spans.reverse();
    spans.dedup();
    spans.into_iter().map(|span| step(span, sources)).collect()
}

fn step(span: Span, sources: &Sources) -> Step {
    Step {
        span,
        text: sources.slice(span).to_owned(),
    }
}

/// The way from where a value is written to the mirror that uses it.
pub(super) struct Way<'w, 'a> {
    pub(super) evaluator: &'w Evaluator<'a>,
    pub(super) sources: &'w Sources,
}

impl Way<'_, '_> {
    /// The steps to `expression`, an argument of `block`, from the one nearest to `place` on.
    pub(super) fn to(
        &self,
        place: Span,
        expression: &Expression,
        instance: InstanceId,
        block: &tree::Block,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        self.collect(place, expression, instance, block, &mut steps);
        steps.reverse();
        steps
    }

    fn collect(
        &self,
        place: Span,
        expression: &Expression,
        instance: InstanceId,
        block: &tree::Block,
        steps: &mut Vec<Step>,
    ) {
        if expression.span.contains(place) || steps.len() >= LONGEST_WAY {
            return;
        }
        steps.push(step(expression.span, self.sources));
        for traversal in references::of_expression(expression) {
            match &traversal.subject {
                Subject::Other(name) if name.starts_with("each.") => {
                    if let Some(for_each) = block.body.attribute("for_each") {
                        return self.collect(place, &for_each.value, instance, block, steps);
                    }
                }
                Subject::Local(name) => {
                    let module = self.evaluator.module(instance);
                    if let Some(local) = module.locals(self.sources).get(name) {
                        return self.collect(place, &local.value, instance, block, steps);
                    }
                }
                Subject::Variable(name) => {
                    let Some((caller, call, _)) = self.evaluator.called_from(instance) else {
                        return;
                    };
                    let calls = &self.evaluator.module(caller).calls;
                    let block = calls.get(&call).and_then(|call| call.block.parse(self.sources));
                    if let Some((block, argument)) =
                        block.and_then(|block| Some((block, block.body.attribute(name)?)))
                    {
                        return self.collect(place, &argument.value, caller, block, steps);
                    }
                }
                _ => {}
            }
        }
    }
}
