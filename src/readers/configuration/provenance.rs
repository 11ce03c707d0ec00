//! What an evaluated value says about where it comes from, in the model's words.

use crate::model::{ClusterOrigin, OriginCandidate, OriginTarget, TraceStep, UnknownReason};
use crate::provider::{ClusterRole, cluster_id_argument, cluster_role};
use terraform_eval::address::{Mode, Reference, Subject};
use terraform_eval::cty::{Origin, OriginSource, Role, Value};
use terraform_eval::eval::{Evaluator, InstanceId};
use terraform_eval::modules::references;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{self, Expression};

/// More steps than this are no help to anybody.
const LONGEST_WAY: usize = 8;

/// What is known of the block that a reference leads to.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) span: Option<Span>,
    /// Where a module that is not here comes from.
    pub(crate) source: Option<String>,
}

/// Why a value is unknown.
pub(crate) fn causes(value: &Value) -> Vec<UnknownReason> {
    let marks = value.marks_deep();
    marks.origins().iter().filter_map(reason).collect()
}

fn reason(origin: &Origin) -> Option<UnknownReason> {
    let reference = match &origin.source {
        OriginSource::Reason(reason) => return Some(UnknownReason::NotEvaluated(reason.clone())),
        OriginSource::Reference(reference) => reference,
    };
    match &reference.subject {
        Subject::Variable(_) => Some(UnknownReason::NoValue(reference.to_string())),
        Subject::Resource(_) | Subject::Local(_) => {
            Some(UnknownReason::AfterApply(Some(reference.to_string())))
        }
        Subject::Module(_) => Some(UnknownReason::ModuleNotLoaded(reference.to_string())),
        // These have a value wherever they may be used.
        Subject::Each(_)
        | Subject::Count
        | Subject::Path(_)
        | Subject::Terraform(_)
        | Subject::SelfObject
        | Subject::Ephemeral { .. } => None,
    }
}

/// Where a cluster id leads: echoes first, then the clusters that feed them.
pub(crate) fn leads(
    value: &Value,
    sources: &Sources,
    block_of: impl Fn(&Reference) -> Block,
) -> ClusterOrigin {
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
            .filter(|origin| origin.reference().is_some_and(is_id))
            .collect()
    } else {
        passed_on
    };
    let mut to: Vec<OriginCandidate> = Vec::new();
    for origin in chosen {
        let Some(reference) = origin.reference() else {
            continue;
        };
        let block = block_of(reference);
        let Some(target) = target(reference, block.source) else {
            continue;
        };
        let lead = OriginCandidate {
            target,
            is_certain: origin.role == Role::Exact,
            span: block.span,
            trace: way(origin, sources),
        };
        if !to
            .iter()
            .any(|known| known.target == lead.target && known.is_certain >= lead.is_certain)
        {
            to.push(lead);
        }
    }
    to.sort_by_key(|lead| (distance(&lead.target), lead.target.clone()));
    ClusterOrigin {
        candidates: to,
        unresolved: unfollowed(value),
        ..ClusterOrigin::default()
    }
}

/// What else the id may come from: values that could not be evaluated.
fn unfollowed(value: &Value) -> Vec<UnknownReason> {
    let marks = value.marks_deep();
    let reasons = marks.origins().iter().filter_map(Origin::reason);
    reasons.cloned().map(UnknownReason::NotEvaluated).collect()
}

fn target(reference: &Reference, source: Option<String>) -> Option<OriginTarget> {
    match &reference.subject {
        Subject::Resource(resource) => Some(OriginTarget::Resource {
            path: terraform_eval::address::ResourcePath {
                module: reference.module.clone(),
                resource: resource.clone(),
            },
            key: reference.key.clone(),
            attribute: reference.attribute.as_deref().map(str::to_owned),
        }),
        Subject::Module(_) => Some(OriginTarget::Module {
            call: reference.without_attribute().to_string(),
            source: source.unwrap_or_default(),
            output: reference.attribute.as_deref().map(str::to_owned),
        }),
        _ => None,
    }
}

/// Whether a reference reads a cluster's id.
fn is_id(reference: &Reference) -> bool {
    let Some(resource) = reference.resource() else {
        return false;
    };
    match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => reference.attribute.as_deref() == Some("id"),
        Some(ClusterRole::IdCarrier(_)) => {
            reference.attribute.as_deref() == Some(cluster_id_argument(resource))
        }
        None => false,
    }
}

/// How near to the cluster itself: echoes stand in front, a cluster that is read before the one that is
/// created, and that one last.
fn distance(target: &OriginTarget) -> u8 {
    match target {
        OriginTarget::Resource { path, .. } => match (cluster_role(&path.resource), path.resource.mode) {
            (Some(ClusterRole::Cluster(_)), Mode::Managed) => 2,
            (Some(ClusterRole::Cluster(_)), Mode::Data) => 1,
            _ => 0,
        },
        OriginTarget::Module { .. } => 2,
    }
}

/// The references that passed a value on, the one nearest to its origin first.
fn way(origin: &Origin, sources: &Sources) -> Vec<TraceStep> {
    let spans = origin.trace_spans().into_iter();
    spans.map(|span| step(span, sources)).collect()
}

fn step(span: Span, sources: &Sources) -> TraceStep {
    TraceStep {
        span,
        text: sources.slice(span).to_owned(),
    }
}

/// The way from where a value is written to the mirror that uses it.
pub(crate) struct Way<'w, 'a> {
    pub(crate) evaluator: &'w Evaluator<'a>,
    pub(crate) sources: &'w Sources,
}

impl Way<'_, '_> {
    /// The steps to `expression`, an argument of `block`, from the one nearest to `place` on.
    pub(crate) fn to(
        &self,
        place: Span,
        expression: &Expression,
        instance: InstanceId,
        block: &tree::Block,
    ) -> Vec<TraceStep> {
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
        steps: &mut Vec<TraceStep>,
    ) {
        if expression.span.contains(place) || steps.len() >= LONGEST_WAY {
            return;
        }
        steps.push(step(expression.span, self.sources));
        for traversal in references::in_expression(expression) {
            match &traversal.subject {
                Subject::Each(_) => {
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
