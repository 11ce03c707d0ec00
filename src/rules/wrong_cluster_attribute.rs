//! `wrong-cluster-attribute`: a `cluster_id` that is another attribute, or the id of another object.

use crate::address::{Mode, ResourceName};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::cluster::{ClusterRole, cluster_role, echo_argument};
use crate::model::{Cause, Configuration, ImageMirror, InputKinds, Lead, Target, Unknown};
use crate::source::Span;

use super::support::findings::MirrorLabels as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "wrong-cluster-attribute",
    severity: Severity::Error,
    inputs: InputKinds::REFERENCES,
    fix: Fixability::Safe,
    page: include_str!("wrong_cluster_attribute.md"),
    check: Check::Mirror(check),
};

/// An origin of `cluster_id` that is not the id of a cluster.
struct WrongOrigin<'l> {
    lead: &'l Lead,
    resource: &'l ResourceName,
    attribute: &'l str,
    /// The attribute with the id of the cluster, or `None` if the object does not belong to a cluster.
    expected: Option<&'static str>,
}

fn check(_: &Configuration, mirror: &ImageMirror) -> RuleOutcome {
    let mut wrong = mirror.leads.to.iter().filter_map(wrong_origin);
    let Some(first) = wrong.next() else {
        return RuleOutcome::clean();
    };
    let is_certain = |origin: &WrongOrigin<'_>| origin.lead.certain && mirror.leads.unfollowed.is_empty();
    let certain = if is_certain(&first) {
        Some(first)
    } else {
        wrong.find(is_certain)
    };
    match certain {
        Some(origin) => RuleOutcome::finding(report(mirror, &origin)),
        None => {
            let cause = Cause::NotEvaluated(
                "the origin of cluster_id depends on values that are not known \
                 yet"
                .to_owned(),
            );
            let unknown = mirror.cluster_id.as_unknown().cloned();
            RuleOutcome::undecided(unknown.unwrap_or_else(|| Unknown::because(cause)))
        }
    }
}

fn wrong_origin(lead: &Lead) -> Option<WrongOrigin<'_>> {
    let Target::Resource {
        path,
        attribute: Some(attribute),
        ..
    } = &lead.target
    else {
        return None;
    };
    let resource = &path.resource;
    let expected = match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => Some("id"),
        Some(ClusterRole::Echo(_)) => Some(echo_argument(resource)),
        // The attributes of other providers are not known.
        None if resource.kind.starts_with("rhcs_") => None,
        None => return None,
    };
    // The items of this data source repeat the id of the cluster.
    let items =
        resource.mode == Mode::Data && &*resource.kind == "rhcs_log_forwarders" && attribute == "items";
    (Some(attribute.as_str()) != expected && !items).then_some(WrongOrigin {
        lead,
        resource,
        attribute,
        expected,
    })
}

fn report(mirror: &ImageMirror, origin: &WrongOrigin<'_>) -> Diagnostic {
    let WrongOrigin {
        lead,
        resource,
        attribute,
        expected,
    } = origin;
    let read = format!("{}.{attribute}", lead.target.name());
    let mut finding = RULE
        .finding(
            mirror,
            &format!("cluster_id is {read}, which is not the id of a cluster"),
        )
        .at_attribute(mirror, &mirror.cluster_id, "no cluster has this id");
    finding = finding
        .cluster_trace(mirror, lead, "the object that the value is read from")
        .note(
            "the OCM API identifies clusters only by their id: creation fails with `Failed to Get \
             Cluster`",
        );
    match expected {
        Some(expected) => {
            finding.fix = attribute_span(mirror, origin).map(|span| Fix {
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
fn attribute_span(mirror: &ImageMirror, origin: &WrongOrigin<'_>) -> Option<Span> {
    let [step] = origin.lead.way.as_slice() else {
        return None;
    };
    let is_suffix = step.text.ends_with(&format!(".{}", origin.attribute));
    let is_in_argument = mirror.cluster_id.span?.contains(step.span);
    let end = step.span.range().end;
    (is_suffix && is_in_argument).then(|| Span::new(step.span.file, end - origin.attribute.len(), end))
}
