//! `wrong-cluster-attribute`: a `cluster_id` that is another attribute, or the id of another object.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{
    Input, InputKinds, Mirror, MirrorLabels as _, OriginCandidate, OriginTarget, ResourceDeclaration,
    UnknownReason, UnknownReasons,
};
use crate::provider::{ClusterRole, cluster_id_argument, cluster_role, is_provider_type, passes_id_on};
use terraform_eval::address::ResourceName;
use terraform_eval::source::Span;

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "wrong-cluster-attribute",
    severity: Severity::Error,
    inputs: InputKinds::REFERENCES,
    fix: Fixability::Safe,
    page: include_str!("wrong_cluster_attribute.md"),
    check: Check::Resource(check),
};

/// An origin of `cluster_id` that is not the id of a cluster.
struct WrongOrigin<'l> {
    candidate: &'l OriginCandidate,
    resource: &'l ResourceName,
    attribute: &'l str,
    /// The attribute with the id of the cluster, or `None` if the object does not belong to a cluster.
    expected: Option<&'static str>,
}

fn check(_: &Input, mirror: &Mirror, declaration: &ResourceDeclaration) -> RuleOutcome {
    // `wrong-argument-type` reports an object.
    if let Some(unknown) = declaration
        .cluster_id
        .as_unknown()
        .filter(|unknown| unknown.is_rejected())
    {
        return RuleOutcome::undecided(unknown.clone());
    }
    let id = declaration.cluster_id.value();
    if id.is_some_and(|id| id.trim().is_empty()) {
        return RuleOutcome::finding(report_empty(mirror, declaration));
    }
    let mut wrong = declaration
        .cluster_origin
        .candidates
        .iter()
        .filter_map(wrong_origin);
    let Some(first) = wrong.next() else {
        return RuleOutcome::clean();
    };
    let is_certain = |origin: &WrongOrigin<'_>| {
        origin.candidate.is_certain && declaration.cluster_origin.unresolved.is_empty()
    };
    let certain = if is_certain(&first) {
        Some(first)
    } else {
        wrong.find(is_certain)
    };
    match certain {
        Some(origin) => RuleOutcome::finding(report(mirror, declaration, &origin)),
        None => {
            let unknown = declaration.cluster_id.as_unknown().cloned();
            let ambiguous = || UnknownReasons::new(UnknownReason::AmbiguousCluster);
            RuleOutcome::undecided(unknown.unwrap_or_else(ambiguous))
        }
    }
}

fn report_empty(mirror: &Mirror, declaration: &ResourceDeclaration) -> Diagnostic {
    RULE.finding(mirror, "cluster_id is empty")
        .at_attribute(mirror, &declaration.cluster_id, "no cluster has this id")
        .note("the plan succeeds; creation fails with `Cluster Not Ready`, because no cluster has this id")
        .help("refer to the `id` of an `rhcs_cluster_rosa_hcp`, or write the id from `rosa list clusters`")
}

fn wrong_origin(candidate: &OriginCandidate) -> Option<WrongOrigin<'_>> {
    let OriginTarget::Resource {
        path,
        attribute: Some(attribute),
        ..
    } = &candidate.target
    else {
        return None;
    };
    let resource = &path.resource;
    let expected = match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => Some("id"),
        Some(ClusterRole::PassesIdOn(_)) => Some(cluster_id_argument(resource)),
        // The attributes of other providers are not known.
        None if is_provider_type(&resource.kind) => None,
        None => return None,
    };
    let is_wrong = Some(attribute.as_str()) != expected && !passes_id_on(resource, attribute);
    is_wrong.then_some(WrongOrigin {
        candidate,
        resource,
        attribute,
        expected,
    })
}

fn report(mirror: &Mirror, declaration: &ResourceDeclaration, origin: &WrongOrigin<'_>) -> Diagnostic {
    let WrongOrigin {
        candidate,
        resource,
        attribute,
        expected,
    } = origin;
    let read = format!("{}.{attribute}", candidate.target.name());
    let mut finding = RULE
        .finding(
            mirror,
            &format!("cluster_id is {read}, which is not the id of a cluster"),
        )
        .at_attribute(mirror, &declaration.cluster_id, "no cluster has this id");
    finding = finding
        .cluster_trace(declaration, candidate, "the object that the value is read from")
        .note(
            "the OCM API identifies clusters only by their id: creation fails with `Failed to Get \
             Cluster`",
        );
    match expected {
        Some(expected) => {
            finding.fix = attribute_span(declaration, origin).map(|span| Fix {
                title: format!("use `{expected}`"),
                applicability: Applicability::Safe,
                edits: vec![Edit {
                    span,
                    content: (*expected).to_owned(),
                }],
            });
            finding.help(format!("write `{resource}.{expected}`"))
        }
        None => finding.help("refer to the `id` of an `rhcs_cluster_rosa_hcp`"),
    }
}

/// Returns the span of the attribute, if it is in the argument of this mirror.
fn attribute_span(declaration: &ResourceDeclaration, origin: &WrongOrigin<'_>) -> Option<Span> {
    let [step] = origin.candidate.trace.as_slice() else {
        return None;
    };
    let is_suffix = step.text.ends_with(&format!(".{}", origin.attribute));
    let is_in_argument = declaration.cluster_id.span?.contains(step.span);
    let end = step.span.range().end;
    (is_suffix && is_in_argument).then(|| Span::new(step.span.file, end - origin.attribute.len(), end))
}
