//! `conflicting-policy`: one source with two policies, or one that must not be asked among its mirrors.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{AttributeValue, Input, Mirror};
use registries_conf::SourcePolicy;

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "conflicting-policy",
    severity: Severity::Error,
    inputs: Inputs::Manifest,
    fix: Fixability::None,
    summary: "entries for one source have different policies, or it must not be asked and is its own mirror",
    documentation: Documentation {
        what: "Looks for entries with the same `source` and different `mirrorSourcePolicy`, in all manifests \
               that meet in a cluster. Where none is set, and in an ImageContentSourcePolicy, the policy is \
               `AllowContactingSource`. With `NeverContactSource`, the source may not be among its own mirrors.",
        why: "The machine config operator makes no configuration of the registries at all then, with \
              `conflicting mirrorSourcePolicy is set for the same source`: the nodes keep what they have, and none \
              of the new mirrors arrives. The manifests themselves are accepted, so that nothing fails where they \
              are applied (machine-config-operator, `validateRegistriesConfScopes`).",
        failing: r"
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: nginx
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
      mirrorSourcePolicy: NeverContactSource
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata:
  name: nginx
spec:
  imageTagMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
",
        passing: r"
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: nginx
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
      mirrorSourcePolicy: NeverContactSource
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata:
  name: nginx
spec:
  imageTagMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
      mirrorSourcePolicy: NeverContactSource
",
    },
    check: Check::Beside(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // The operator looks at every entry, at those without mirrors as well.
    let mut firsts: BTreeMap<&str, (&Mirror, SourcePolicy)> = BTreeMap::new();
    for mirror in &configuration.mirrors {
        let (Some(source), Some(policy)) = (mirror.source.value(), effective(mirror)) else {
            continue;
        };
        found.extend(own_mirror(mirror, source, policy));
        let (first, other) = *firsts.entry(source).or_insert((mirror, policy));
        if other != policy {
            found.push(report(mirror, policy, first, other));
        }
    }
    found
}

/// What holds for an entry; none where it is no policy at all.
fn effective(mirror: &Mirror) -> Option<SourcePolicy> {
    match &mirror.policy.content {
        AttributeValue::Known(policy) => Some(*policy),
        AttributeValue::Absent => Some(SourcePolicy::default()),
        AttributeValue::Unknown(_) => None,
    }
}

fn name(policy: SourcePolicy) -> &'static str {
    match policy {
        SourcePolicy::AllowContacting => "AllowContactingSource",
        SourcePolicy::NeverContact => "NeverContactSource",
    }
}

fn report(mirror: &Mirror, policy: SourcePolicy, first: &Mirror, other: SourcePolicy) -> Diagnostic {
    let what = format!(
        "the policy for source {} is {}, and {} by {}",
        mirror.source.shown(),
        name(policy),
        name(other),
        first.address
    );
    let place = |mirror: &Mirror| mirror.policy.span.or(mirror.source.span).unwrap_or(mirror.span);
    let label = |mirror: &Mirror| match mirror.policy.span {
        Some(_) => "one policy",
        None => "no policy: AllowContactingSource",
    };
    RULE.finding(mirror, &what)
        .at(place(mirror), label(mirror))
        .related(place(first), label(first))
        .note(
            "the machine config operator makes no configuration of any registry while the two differ, and says so \
             in its log alone",
        )
        .help("give every entry for the source the same policy")
}

fn own_mirror(mirror: &Mirror, source: &str, policy: SourcePolicy) -> Option<Diagnostic> {
    if policy != SourcePolicy::NeverContact {
        return None;
    }
    let elements = mirror.mirrors.value()?;
    let element = elements
        .iter()
        .find(|element| element.value().is_some_and(|text| text == source))?;
    let what = format!(
        "source {} must not be contacted, and is its own mirror",
        element.shown()
    );
    let finding = RULE
        .finding(mirror, &what)
        .at_attribute(mirror, element, "the source itself")
        .compared_with(element, &mirror.policy, "never to be contacted");
    Some(
        finding
            .note("the machine config operator refuses this, and makes no configuration of any registry")
            .help("take the source out of its mirrors"),
    )
}
