//! `mirror-policy`: what the policy of the organization does not allow.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Attribute, Input, InputKinds, ManifestKind, Mirror, MirrorLabels as _, Policy, UnknownReasons,
};
use registries_conf::{ImageName, ScopeMap, SourcePolicy, matching_entries};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "mirror-policy",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("mirror_policy.md"),
    check: Check::MirrorAndInput(check, check_input),
};

fn check(input: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(policy) = &input.requirements.policy else {
        return RuleOutcome::clean();
    };
    if mirror.is_table_without_mirrors() || !applies_to(policy, input, mirror) {
        return RuleOutcome::clean();
    }
    let mut outcome = RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        let findings = mirror_outside(policy, mirror, element, text);
        RuleOutcome::from_findings(findings.into_iter().collect())
    });
    let mut unknown = Vec::new();
    if !policy.denied_sources.is_empty() {
        match mirror.source.value() {
            Some(source) => outcome.findings.extend(denied_source(policy, mirror, source)),
            None => unknown.extend(mirror.source.as_unknown().cloned()),
        }
    }
    outcome.findings.extend(too_few_mirrors(policy, mirror));
    outcome.findings.extend(wrong_order(policy, mirror));
    if policy.never_contact_source && can_set_policy(mirror) {
        match mirror.policy().as_unknown() {
            Some(reasons) => unknown.push(reasons.clone()),
            None => outcome.findings.extend(contacted_source(policy, mirror)),
        }
    }
    if !unknown.is_empty() {
        let reasons = unknown.into_iter().chain(outcome.undecided.take());
        outcome.undecided = Some(UnknownReasons::from_reasons(
            reasons.flat_map(|unknown| unknown.reasons).collect(),
        ));
    }
    outcome
}

fn applies_to(policy: &Policy, input: &Input, mirror: &Mirror) -> bool {
    let Some(clusters) = &policy.clusters else {
        return true;
    };
    let id = mirror
        .resource()
        .filter(|resource| !resource.cluster_id.sensitive)
        .and_then(|resource| resource.cluster_id.value());
    clusters.is_match(mirror.cluster_name())
        || id.is_some_and(|id| clusters.is_match(id))
        || mirror.resource().is_none() && clusters.is_match(&input.name)
}

/// A finding with the name and the message of the policy.
fn violation(policy: &Policy, mirror: &Mirror, message: &str) -> Diagnostic {
    with_policy(policy, RULE.finding(mirror, &named(policy, message)))
}

fn named(policy: &Policy, message: &str) -> String {
    match &policy.name {
        Some(name) => format!("{name}: {message}"),
        None => message.to_owned(),
    }
}

fn with_policy(policy: &Policy, finding: Diagnostic) -> Diagnostic {
    match &policy.message {
        Some(message) => finding.note(message.clone()),
        None => finding.note("`[policy]` in mirrorset.toml requires it"),
    }
}

fn mirror_outside(
    policy: &Policy,
    mirror: &Mirror,
    element: &Attribute<String>,
    text: &str,
) -> Option<Diagnostic> {
    let is_source = mirror.source.value().is_some_and(|source| source == text);
    let registries = &policy.mirror_registries;
    if registries.is_empty() || is_source || registries.first_containing(text).is_some() {
        return None;
    }
    Some(
        violation(
            policy,
            mirror,
            &format!("mirror {} is not in an allowed registry", element.describe()),
        )
        .at_attribute(mirror, element, "not an allowed registry")
        .help(format!("use a mirror in {}", registries.describe())),
    )
}

fn denied_source(policy: &Policy, mirror: &Mirror, source: &str) -> Option<Diagnostic> {
    let position = policy.denied_sources.first_containing(source)?;
    let denied = policy.denied_sources.get(position)?;
    Some(
        violation(
            policy,
            mirror,
            &format!("source {} must not be mirrored", mirror.source.describe()),
        )
        .at_attribute(mirror, &mirror.source, "a denied source")
        .help(format!("remove the mirror: images of {denied} must not be used")),
    )
}

fn too_few_mirrors(policy: &Policy, mirror: &Mirror) -> Option<Diagnostic> {
    let min = policy.min_mirrors?;
    let mirrors = mirror.mirrors.value()?;
    let source = mirror.source.value();
    let is_other = |element: &&Attribute<String>| element.value().is_none() || element.value() != source;
    let count = mirrors.iter().filter(is_other).count();
    if count >= min {
        return None;
    }
    let times = if count == 1 { "mirror" } else { "mirrors" };
    Some(
        violation(
            policy,
            mirror,
            &format!("{count} {times}, but {min} are required"),
        )
        .at_attribute(mirror, &mirror.mirrors, "too few mirrors")
        .help("add a mirror"),
    )
}

/// The first mirror that is tried after one of a registry that should come later.
fn wrong_order(policy: &Policy, mirror: &Mirror) -> Option<Diagnostic> {
    let rank = |element: &Attribute<String>| policy.mirror_order.first_containing(element.value()?);
    let ranked = mirror.mirrors.value()?.iter();
    let ranked: Vec<(usize, &Attribute<String>)> = ranked
        .filter_map(|element| Some((rank(element)?, element)))
        .collect();
    let (earlier, later) = ranked
        .windows(2)
        .find_map(|pair| (pair[0].0 > pair[1].0).then_some((pair[0].1, pair[1].1)))?;
    Some(
        violation(
            policy,
            mirror,
            &format!(
                "mirror {} must be tried before {}",
                later.describe(),
                earlier.describe()
            ),
        )
        .at_attribute(mirror, later, "comes too late")
        .help(format!("the order is {}", policy.mirror_order.describe())),
    )
}

/// Whether the declaration of a mirror can say that its source is never contacted.
fn can_set_policy(mirror: &Mirror) -> bool {
    matches!(
        mirror.address.manifest(),
        Some(
            ManifestKind::DigestMirrorSet
                | ManifestKind::TagMirrorSet
                | ManifestKind::InstallDigestSources
                | ManifestKind::RegistriesConf
        )
    )
}

fn contacted_source(policy: &Policy, mirror: &Mirror) -> Option<Diagnostic> {
    if mirror.policy().value() == Some(&SourcePolicy::NeverContact) {
        return None;
    }
    Some(
        violation(
            policy,
            mirror,
            "nodes contact the source if no mirror has the image",
        )
        .at_attribute(mirror, mirror.policy(), "the source is contacted")
        .help("set `mirrorSourcePolicy: NeverContactSource`"),
    )
}

/// The sources that must be mirrored and are not, cluster by cluster; with images in use, those of the images that no source
/// matches.
fn check_input(input: &Input) -> Vec<Diagnostic> {
    let Some(policy) = input
        .requirements
        .policy
        .as_ref()
        .filter(|policy| !policy.required_sources.is_empty())
    else {
        return Vec::new();
    };
    let mut clusters: BTreeMap<String, Vec<&Mirror>> = BTreeMap::new();
    for mirror in input.effective_mirrors() {
        if !mirror.is_table_without_mirrors() && applies_to(policy, input, mirror) {
            clusters.entry(mirror.cluster_name()).or_default().push(mirror);
        }
    }
    let images = input.requirements.images.as_deref().map(Vec::as_slice);
    clusters
        .iter()
        .flat_map(|(cluster, mirrors)| missing_sources(policy, images, cluster, mirrors))
        .collect()
}

fn missing_sources(
    policy: &Policy,
    images: Option<&[String]>,
    cluster: &str,
    mirrors: &[&Mirror],
) -> Vec<Diagnostic> {
    // An unknown source may be the one.
    if mirrors.iter().any(|mirror| mirror.source.as_unknown().is_some()) {
        return Vec::new();
    }
    let sources: BTreeMap<&str, &Mirror> = mirrors
        .iter()
        .filter_map(|mirror| Some((mirror.source.value()?.as_str(), *mirror)))
        .collect();
    let is_mirrored = |name: &str| matching_entries(&sources, name).next().is_some();
    let unmirrored = images.map(|images| unmirrored_images(policy, images, is_mirrored));
    let mut findings = Vec::new();
    for (position, (required, span)) in policy.required_sources.iter().enumerate() {
        let missing: &[&str] = match &unmirrored {
            None if is_mirrored(required) => &[],
            None => &[required],
            Some(images) => images.get(&position).map_or(&[], Vec::as_slice),
        };
        findings.extend(missing.iter().map(|name| {
            let finding = RULE
                .diagnostic(named(policy, &format!("{name:?} is not mirrored")))
                .about(cluster)
                .at(*span, "must be mirrored")
                .help("declare a mirror of it");
            with_policy(policy, finding)
        }));
    }
    findings
}

/// The images that no source matches, by the position of each required source that they are in.
fn unmirrored_images<'i>(
    policy: &Policy,
    images: &'i [String],
    is_mirrored: impl Fn(&str) -> bool,
) -> BTreeMap<usize, Vec<&'i str>> {
    let mut positions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, (required, _)) in policy.required_sources.iter().enumerate() {
        positions.entry(required).or_default().push(position);
    }
    let required = ScopeMap::from_iter(positions);
    let mut unmirrored: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for image in images {
        let Ok(ImageName::Full(reference)) = ImageName::parse(image) else {
            continue;
        };
        let name = reference.name();
        let positions = required.containing(name).flat_map(|(_, positions)| positions);
        let mut positions = positions.peekable();
        if positions.peek().is_some() && !is_mirrored(name) {
            for position in positions {
                unmirrored.entry(*position).or_default().push(image);
            }
        }
    }
    unmirrored
}
