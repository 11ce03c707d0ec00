//! Names of images and registries made of choices: what is said about a name agrees with what nodes do with it.

use registries_conf::{
    ImageReference, MirrorEntry, PullKind, Registries, RegistrySettings, Role, ScopeMap, SourcePolicy,
    SuggestionApplicability, diagnose, expand_short_name, find_match_issue, find_rewrite_issue, is_loopback,
    is_short_name, is_valid_location, is_valid_scope, is_within_scope, matched_length, max_image_name_length,
    merge_mirrors, rewrite,
};

use super::choices::Choices;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const PARTS: &[&str] = &[
    "quay.io",
    "docker.io",
    "index.docker.io",
    "mirror",
    "localhost",
    "*.",
    "/",
    ":",
    "443",
    "@",
    DIGEST,
    ".",
    "-",
    "_",
    "Org",
    "library",
    " ",
    "[::1]",
    "https://",
    "a",
    "é",
    "\n",
    "127.0.0.1",
    "v1",
    "//",
    "sha256:",
];

fn name(choices: &mut Choices<'_>) -> String {
    let number = choices.below(12);
    let part = |_| match choices.below(16) {
        15 => choices.text(12),
        _ => choices.pick(PARTS).to_owned(),
    };
    (0..number).map(part).collect()
}

fn names(choices: &mut Choices<'_>, most: usize) -> Vec<String> {
    (0..choices.below(most + 1)).map(|_| name(choices)).collect()
}

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let (text, other, image) = (name(&mut choices), name(&mut choices), name(&mut choices));
    for role in [Role::Source, Role::Mirror] {
        assert_diagnosis(&text, role);
    }
    assert_relations(&text, &other, &image);
    let entry = |_| MirrorEntry {
        source: name(&mut choices),
        mirrors: names(&mut choices, 4),
        pull_kind: choices.pick(&[PullKind::DigestOnly, PullKind::TagOnly]),
        policy: choices.pick(&[SourcePolicy::AllowContacting, SourcePolicy::NeverContact]),
    };
    let entries = (0..4).map(entry).collect();
    let settings = RegistrySettings {
        entries,
        insecure: names(&mut choices, 3),
        blocked: names(&mut choices, 3),
        allowed: names(&mut choices, 2),
        ..RegistrySettings::default()
    };
    assert_settings(&settings, &image);
}

/// A text is valid or has an issue, and a suggested name is valid.
fn assert_diagnosis(text: &str, role: Role) {
    let diagnosis = diagnose(text, role);
    // A name may be valid and too long.
    let is_valid = is_valid_location(text, role);
    assert!(
        is_valid || !diagnosis.issues.is_empty(),
        "nothing is wrong with {text:?}"
    );
    for issue in &diagnosis.issues {
        assert!(text.get(issue.range.clone()).is_some(), "{issue:?} of {text:?}");
    }
    for applicability in [SuggestionApplicability::Safe, SuggestionApplicability::Unsafe] {
        if let Some(suggested) = diagnosis.suggest_name_up_to(applicability) {
            assert!(suggested.applicability <= applicability);
            let again = diagnose(&suggested.name, role);
            assert!(again.issues.is_empty(), "{text:?} becomes {again:?}");
        }
    }
}

fn assert_relations(text: &str, other: &str, image: &str) {
    if is_short_name(text) {
        let full = expand_short_name(text);
        assert!(!is_short_name(&full), "{text:?} is short as {full:?}");
    }
    let _ = (is_loopback(text), is_valid_scope(text), find_match_issue(text));
    assert!(
        is_within_scope(text, text) || !is_valid_scope(text),
        "{text:?} is not in itself"
    );
    let scopes = ScopeMap::from_iter([(text, ()), (other, ())]);
    let longest = scopes.longest_containing(image).map(|(scope, ())| scope);
    assert_eq!(
        longest.is_some(),
        [text, other].iter().any(|scope| is_within_scope(image, scope)),
        "{image:?} in {text:?} and {other:?}"
    );
    for (scope, ()) in scopes.within(text) {
        assert!(is_within_scope(scope, text), "{scope:?} in {text:?}");
    }
    let lists = [[other, text, other], [text, other, image]];
    let merged = merge_mirrors(text, &[&lists[0], &lists[1]]);
    let mut unique = merged.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), merged.len(), "{merged:?}");
    let Ok(reference) = ImageReference::parse_normalized(image) else {
        return;
    };
    assert_eq!(
        ImageReference::parse_canonical(&reference.to_string()).as_ref(),
        Ok(&reference),
        "a reference is read again as it was"
    );
    let rewritten = rewrite(text, other, &reference);
    let matched = matched_length(text, reference.name());
    assert_eq!(rewritten.is_some(), matched.is_some());
    let fails = rewritten.is_some_and(|rewritten| rewritten.is_err());
    let is_usual = is_valid_location(text, Role::Source) && is_valid_location(other, Role::Mirror);
    let is_too_long = reference.name().len() > max_image_name_length(text, other);
    // A host matches its ports, too, which few images name: a mirror with a path cannot have them.
    let has_other_port =
        matched.is_some_and(|matched| reference.name()[matched..].starts_with(':') && other.contains('/'));
    if fails && is_usual && !is_too_long && !has_other_port {
        assert!(
            find_rewrite_issue(text, other).is_some(),
            "{image}: {text} to {other} fails unsaid"
        );
    }
}

/// What the operator accepts, nodes read; and they try something for each pull that does not fail.
fn assert_settings(settings: &RegistrySettings, image: &str) {
    let is_accepted = settings.validate().is_ok();
    let Ok(tables) = settings.to_tables() else {
        return;
    };
    let registries = Registries::from_tables(&tables);
    // Of the lists of registries, the operator checks less than the nodes, which take no scheme and drop the slashes at the end:
    // then nothing may be left, or the registry may be in another table as well. The rule `invalid-registry` has these.
    let mut lists = settings.insecure.iter().chain(&settings.blocked);
    let is_for_operator_alone = lists.any(|registry| {
        let has_scheme = ["http://", "https://"]
            .iter()
            .any(|scheme| registry.starts_with(scheme));
        has_scheme || registry.ends_with('/')
    });
    assert!(
        registries.is_ok() || !is_accepted || is_for_operator_alone,
        "{settings:?}: {registries:?}"
    );
    let (Ok(registries), Ok(reference)) = (registries, ImageReference::parse_normalized(image)) else {
        return;
    };
    let resolution = registries.resolve(&reference);
    assert!(
        resolution.pull_sources.is_err() || resolution.pull_sources.is_ok_and(|sources| !sources.is_empty())
    );
    if let Some(source) = &resolution.source {
        let matching: Vec<&str> = registries.matching_sources(reference.name()).collect();
        assert!(
            matching.contains(&source.as_str()),
            "{source} is not in {matching:?}"
        );
    }
}
