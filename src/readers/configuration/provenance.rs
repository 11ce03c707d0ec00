//! Where an evaluated value comes from: the origins of the evaluator, translated into those of the model.

use crate::model::{ClusterOrigin, OriginCandidate, OriginTarget, UnknownReason};
use crate::provider::{ClusterRole, cluster_id_argument, cluster_role};
use crate::readers::configuration::trace::trace_of_origin;
use terraform_eval::address::{Mode, Reference, ResourcePath, Subject};
use terraform_eval::cty::{Origin, OriginSource, Role, Value};
use terraform_eval::source::{Sources, Span};

/// The block that a reference names.
#[derive(Debug, Default)]
pub(crate) struct ReferencedBlock {
    /// Its header.
    pub(crate) span: Option<Span>,
    /// The source of a module that is not loaded.
    pub(crate) source: Option<String>,
}

/// Why a value is unknown.
pub(crate) fn unknown_reasons(value: &Value) -> Vec<UnknownReason> {
    let marks = value.marks_deep();
    marks.origins().iter().filter_map(unknown_reason).collect()
}

fn unknown_reason(origin: &Origin) -> Option<UnknownReason> {
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
        // These have a value wherever Terraform permits them.
        Subject::Each(_)
        | Subject::Count
        | Subject::Path(_)
        | Subject::Terraform(_)
        | Subject::SelfObject
        | Subject::Ephemeral { .. } => None,
    }
}

/// Where a cluster id comes from: resources that pass an id on first, then the clusters that provide it.
pub(crate) fn cluster_origin(
    value: &Value,
    sources: &Sources,
    referenced_block: impl Fn(&Reference) -> ReferencedBlock,
) -> ClusterOrigin {
    let marks = value.marks_deep();
    let passed_on: Vec<&Origin> = marks
        .origins()
        .iter()
        .filter(|origin| origin.role != Role::Influence)
        .collect();
    // An id that was computed from a cluster's id may still be that cluster's.
    let origins = if passed_on.is_empty() {
        marks
            .origins()
            .iter()
            .filter(|origin| origin.reference().is_some_and(is_cluster_id))
            .collect()
    } else {
        passed_on
    };
    let mut candidates: Vec<OriginCandidate> = Vec::new();
    for origin in origins {
        let Some(reference) = origin.reference() else {
            continue;
        };
        let block = referenced_block(reference);
        let Some(target) = target(reference, block.source) else {
            continue;
        };
        let candidate = OriginCandidate {
            target,
            is_certain: origin.role == Role::Exact,
            span: block.span,
            trace: trace_of_origin(origin, sources),
        };
        let is_covered = candidates
            .iter()
            .any(|other| other.target == candidate.target && other.is_certain >= candidate.is_certain);
        if !is_covered {
            candidates.push(candidate);
        }
    }
    candidates.shrink_to_fit();
    candidates.sort_by_key(|candidate| (distance_from_cluster(&candidate.target), candidate.target.clone()));
    ClusterOrigin {
        candidates,
        unresolved: unresolved(value),
        ..ClusterOrigin::default()
    }
}

/// Values that could not be evaluated: the id may also come from them.
fn unresolved(value: &Value) -> Vec<UnknownReason> {
    let marks = value.marks_deep();
    let reasons = marks.origins().iter().filter_map(Origin::reason);
    reasons.cloned().map(UnknownReason::NotEvaluated).collect()
}

fn target(reference: &Reference, source: Option<String>) -> Option<OriginTarget> {
    match &reference.subject {
        Subject::Resource(resource) => Some(OriginTarget::Resource {
            path: ResourcePath {
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
fn is_cluster_id(reference: &Reference) -> bool {
    let Some(resource) = reference.resource() else {
        return false;
    };
    match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => reference.attribute.as_deref() == Some("id"),
        Some(ClusterRole::PassesIdOn(_)) => {
            reference.attribute.as_deref() == Some(cluster_id_argument(resource))
        }
        None => false,
    }
}

/// A sort key: resources that pass an id on come first, then data sources of clusters, then managed clusters.
fn distance_from_cluster(target: &OriginTarget) -> u8 {
    match target {
        OriginTarget::Resource { path, .. } => match (cluster_role(&path.resource), path.resource.mode) {
            (Some(ClusterRole::Cluster(_)), Mode::Managed) => 2,
            (Some(ClusterRole::Cluster(_)), Mode::Data) => 1,
            _ => 0,
        },
        OriginTarget::Module { .. } => 2,
    }
}
