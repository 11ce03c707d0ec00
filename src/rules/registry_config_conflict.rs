//! `registry-config-conflict`: the cluster refuses the registries that its mirrors are about.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Attribute, AttributeValue, ClusterCandidates, ClusterInstance, Input, Mirror, RegistrySources,
    UnknownReasons,
};
use crate::provider::ALWAYS_ALLOWED_REGISTRIES;
use registries_conf::{Role, covering, is_nested, is_valid};
use terraform_eval::source::Span;

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "registry-config-conflict",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::None,
    summary: "the cluster's `registry_config` blocks or does not allow what the mirror is about",
    documentation: Documentation {
        what: "Compares a mirror with `registry_config.registry_sources` of its cluster, where the configuration \
               creates that. `blocked_registries` must hold neither the source nor a mirror; \
               `allowed_registries` has to hold the source, or something above or below it, unless it is one of \
               the registries that ROSA always allows. Only one of the two lists may be set. Under a wildcard \
               source no registry may be blocked or insecure.",
        why: "The lists are checked against the name in the pod, not against the mirror's: a blocked source is \
              refused even though a mirror has the image, and so is one that is not allowed. A blocked mirror is \
              passed over. With both lists, or with an entry under a wildcard source, the machine config operator \
              makes no configuration at all, and new nodes do not join (openshift/machine-config-operator, \
              `helpers.go`; openshift/runtime-utils, `registries.go`).",
        failing: r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "prod"
  wait_for_create_complete = true
  registry_config = {
    registry_sources = {
      blocked_registries = ["docker.io"]
    }
  }
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
  depends_on = [rhcs_cluster_rosa_hcp.main]
}
"#,
        passing: r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "prod"
  wait_for_create_complete = true
  registry_config = {
    registry_sources = {
      allowed_registries = ["docker.io/library", "mirror.example.com"]
    }
  }
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
  depends_on = [rhcs_cluster_rosa_hcp.main]
}
"#,
    },
    check: Check::Mirror(check),
};

type List = Attribute<Vec<Attribute<String>>>;

fn check(configuration: &Input, mirror: &Mirror) -> Outcome {
    let led = ClusterCandidates::for_mirror(configuration, mirror);
    let mut outcome = Outcome::clean();
    for (_, instance) in &led.instances {
        let found = compare(mirror, instance);
        if outcome.findings.is_empty() {
            outcome.findings = found.findings;
        }
        outcome.undecided = outcome.undecided.or(found.undecided);
    }
    // Whether it is this cluster at all is open.
    if !outcome.findings.is_empty() && (led.unresolved.is_some() || led.instances.len() > 1) {
        let several = || {
            let which = "which instance of the cluster it is".to_owned();
            UnknownReasons::new(crate::model::UnknownReason::NotEvaluated(which))
        };
        return Outcome::undecided(led.unresolved.unwrap_or_else(several));
    }
    outcome
}

fn compare(mirror: &Mirror, instance: &ClusterInstance) -> Outcome {
    let lists = &instance.registry_sources;
    let RegistrySources {
        allowed_registries: allowed,
        blocked_registries: blocked,
        insecure_registries: insecure,
    } = lists;
    if let (Some(_), Some(other)) = (entries(allowed).first(), entries(blocked).first()) {
        return Outcome::found(both(mirror, instance, allowed, other));
    }
    let mut open = [allowed, blocked, insecure].into_iter().find_map(unknown);
    let is_set = [allowed, blocked, insecure]
        .iter()
        .any(|list| !entries(list).is_empty());
    let source = match &mirror.source.content {
        AttributeValue::Known(source) if is_valid(source, Role::Source) => Some(source.as_str()),
        AttributeValue::Unknown(unknown) if is_set => {
            open = open.or(Some(unknown.clone()));
            None
        }
        _ => None,
    };
    let mut outcome = Outcome::clean();
    if let Some(source) = source {
        outcome.findings.extend(
            nested_in_wildcard(mirror, source, [("blocked", blocked), ("insecure", insecure)])
                .or_else(|| source_blocked(mirror, source, blocked))
                .or_else(|| source_not_allowed(mirror, source, allowed)),
        );
    }
    for element in mirror.mirrors.value().into_iter().flatten() {
        let Some(name) = element.value().filter(|name| is_valid(name, Role::Mirror)) else {
            continue;
        };
        if let Some(entry) = entry_over(blocked, name) {
            let shown = element.shown();
            let finding = RULE
                .finding(mirror, &format!("mirror {shown} is blocked on its cluster"))
                .at_attribute(mirror, element, "blocked");
            let finding = related(finding, entry, "by this entry");
            outcome.findings.push(
                finding
                    .note("the runtime refuses the mirror and goes on to the next one, or to the source")
                    .help("take the registry out of `blocked_registries`, or the mirror out of the list"),
            );
        }
    }
    outcome.undecided = open;
    outcome
}

fn both(
    mirror: &Mirror,
    instance: &ClusterInstance,
    allowed: &List,
    blocked: &Attribute<String>,
) -> Diagnostic {
    let name = &instance.address;
    let message = format!("{name}: both allowed_registries and blocked_registries are set");
    let finding = Diagnostic::new(RULE.name, RULE.severity, message)
        .at_address(name.to_string())
        .at(
            place(allowed).or(blocked.span).unwrap_or(mirror.span),
            "one of the two lists",
        );
    related(finding, blocked, "the other one")
        .note("the machine config operator makes no configuration of both: mirrors do not reach the nodes")
        .help("keep the list of what is allowed, or that of what is blocked")
}

fn nested_in_wildcard(mirror: &Mirror, source: &str, lists: [(&str, &List); 2]) -> Option<Diagnostic> {
    if !source.starts_with("*.") {
        return None;
    }
    let inside = |entry: &&&Attribute<String>| entry.value().is_some_and(|name| is_nested(name, source));
    let (list, entry) = lists.into_iter().find_map(|(list, values)| {
        Some((list, entries(values).iter().find(|entry| inside(entry)).copied()?))
    })?;
    let shown = mirror.source.shown();
    let finding = RULE
        .finding(
            mirror,
            &format!("under the wildcard source {shown} a registry is {list}"),
        )
        .at_attribute(mirror, &mirror.source, "the wildcard");
    Some(
        related(finding, entry, "lies under the wildcard")
            .note("the machine config operator fails on that: no node gets a new configuration, and new ones do not join")
            .help("name the subdomains that are mirrored one by one"),
    )
}

fn source_blocked(mirror: &Mirror, source: &str, blocked: &List) -> Option<Diagnostic> {
    let entry = entry_over(blocked, source)?;
    let shown = mirror.source.shown();
    let finding = RULE
        .finding(mirror, &format!("source {shown} is blocked on its cluster"))
        .at_attribute(mirror, &mirror.source, "pulls of this source are refused");
    Some(
        related(finding, entry, "by this entry")
            .note("the lists are checked against the name in the pod: a mirror does not help against a blocked source")
            .help("take the registry out of `blocked_registries`; a mirror cannot be made the only place to pull from"),
    )
}

fn source_not_allowed(mirror: &Mirror, source: &str, allowed: &List) -> Option<Diagnostic> {
    let list = entries(allowed);
    if list.is_empty() || unknown(allowed).is_some() {
        return None;
    }
    let names: Vec<&str> = list
        .iter()
        .filter_map(|entry| entry.value())
        .map(String::as_str)
        .chain(ALWAYS_ALLOWED_REGISTRIES)
        .collect();
    // Where a part of the source is allowed, the mirror serves that part.
    let reached =
        covering(names.iter().copied(), source).is_some() || names.iter().any(|name| is_nested(name, source));
    if reached {
        return None;
    }
    let shown = mirror.source.shown();
    let finding = RULE
        .finding(mirror, &format!("source {shown} is not allowed on its cluster"))
        .at_attribute(mirror, &mirror.source, "pulls of this source are refused");
    let finding = match place(allowed) {
        Some(span) => finding.related(span, "it is not among these"),
        None => finding,
    };
    Some(
        finding
            .note("the lists are checked against the name in the pod, whichever mirror has the image")
            .help("add the source's registry to `allowed_registries`"),
    )
}

/// The entries of a list, as far as it is known.
fn entries(list: &List) -> Vec<&Attribute<String>> {
    list.value().into_iter().flatten().collect()
}

/// Why it is not known what a list holds.
fn unknown(list: &List) -> Option<UnknownReasons> {
    let element = || entries(list).into_iter().find_map(|entry| entry.as_unknown());
    list.as_unknown().or_else(element).cloned()
}

/// The entry under which a name falls.
fn entry_over<'l>(list: &'l List, name: &str) -> Option<&'l Attribute<String>> {
    let entries = entries(list);
    let names = entries
        .iter()
        .filter_map(|entry| entry.value())
        .map(String::as_str);
    let found = covering(names, name)?;
    entries
        .into_iter()
        .find(|entry| entry.value().is_some_and(|entry| entry == found))
}

fn place(list: &List) -> Option<Span> {
    list.span
        .or_else(|| entries(list).first().and_then(|entry| entry.span))
        .filter(|_| !list.sensitive)
}

fn related(finding: Diagnostic, entry: &Attribute<String>, label: &str) -> Diagnostic {
    match entry.span {
        Some(span) => finding.related(span, label),
        None => finding,
    }
}
