//! `mirror-without-credentials`: a mirror that the pull secret of the nodes has no credentials for.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Input, InputKinds, Mirror, MirrorLabels as _, PullSecret, Requirements};
use registries_conf::{AuthFile, AuthValue, Credentials, KeyTrap, matches_image};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "mirror-without-credentials",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("mirror_without_credentials.md"),
    check: Check::Mirror(check),
};

/// Keys of the pull secret that Red Hat hands out. The last one occurs in no other pull secret.
const RED_HAT_KEYS: [&str; 4] = [
    "quay.io",
    "registry.connect.redhat.com",
    "registry.redhat.io",
    "cloud.openshift.com",
];

/// At most this many keys are compared with a mirror's host. Real pull secrets have dozens.
const MAX_COMPARED: usize = 200;

/// At most this many keys are listed in a message.
const MAX_LISTED: usize = 3;

fn check(input: &Input, mirror: &Mirror) -> RuleOutcome {
    let Some(secret) = &input.requirements.pull_secret else {
        return RuleOutcome::clean();
    };
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        let finding = finding(&secret.file, mirror, element, text);
        let finding = finding.map(|finding| with_provider(finding, &input.requirements, mirror));
        RuleOutcome::from_findings(finding.into_iter().collect())
    })
}

/// The finding as information, if pods get credentials for the mirror of their namespace.
fn with_provider(mut finding: Diagnostic, requirements: &Requirements, mirror: &Mirror) -> Diagnostic {
    let source = mirror.source.value().filter(|_| !mirror.source.sensitive);
    let mut patterns = requirements.credential_images.iter();
    let pattern = source.and_then(|source| patterns.find(|pattern| matches_image(pattern, source)));
    let Some(pattern) = pattern else {
        return finding;
    };
    finding.severity = Severity::Info;
    finding.note(format!(
        "{pattern:?} of the CRIOCredentialProviderConfig matches the source: pods get the credentials of Secrets in their \
         namespace with a key that the mirror begins with"
    ))
}

fn finding(file: &AuthFile, mirror: &Mirror, element: &Attribute<String>, text: &str) -> Option<Diagnostic> {
    let name = element.describe();
    // The key of a sensitive mirror would tell its value.
    let shown = |key: &str| {
        if element.sensitive {
            "(sensitive value)".to_owned()
        } else {
            PullSecret::shown(key)
        }
    };
    let warning = |message: String| RULE.finding(mirror, &message);
    let credentials = file.look_up(text);
    let (finding, label, help) = match credentials {
        Credentials::Key(key) if is_red_hat_key(file, key) && text != key => (
            Diagnostic {
                severity: Severity::Info,
                ..warning(format!(
                    "mirror {name} is asked with the credentials that Red Hat's pull secret has for {}",
                    shown(key)
                ))
            },
            "a longer key is missing",
            format!("unless the mirror is public, add a key for {name} to the pull secret"),
        ),
        Credentials::Key(_) => return None,
        Credentials::Helper(helper) => (
            Diagnostic {
                severity: Severity::Info,
                ..warning(format!(
                    "mirror {name} is asked with what the credential helper {helper:?} says"
                ))
            },
            "fails on a node without the program",
            "use `auths` instead of `credHelpers`, which HyperShift drops as well".to_owned(),
        ),
        Credentials::Useless { key, value, hidden } => {
            let reason = match value {
                AuthValue::Credentials | AuthValue::Empty => "has no credentials",
                AuthValue::OnlyUserAndPassword => {
                    "has a user and a password, which only kubelet reads, and no `auth`"
                }
                AuthValue::NoUser => "has an `auth` without a user",
                AuthValue::NoColon => "has an `auth` without a colon between user and password",
                AuthValue::NotBase64 => "has an `auth` that is not base64",
            };
            let hides = hidden.map_or_else(String::new, |hidden| {
                format!(", and hides the key {}", shown(hidden))
            });
            (
                warning(format!(
                    "no credentials for mirror {name}: the key {} {reason}{hides}",
                    shown(key)
                )),
                "this key decides",
                format!(
                    "set `auth` of the key {} to base64 of user:password, or remove the key",
                    shown(key)
                ),
            )
        }
        Credentials::None => {
            let below: Vec<&str> = file.keys_below(text).collect();
            if below.is_empty() {
                let help = match similar_key(file, text) {
                    Some(key) if !element.sensitive => format!("did you mean the key {}?", shown(key)),
                    _ => format!(
                        "unless the mirror is public, add a key for {name} or its host to the pull secret"
                    ),
                };
                (
                    warning(format!("the pull secret has no credentials for mirror {name}")),
                    "is asked without credentials",
                    help,
                )
            } else {
                let listed: Vec<String> = below.iter().take(MAX_LISTED).map(|key| shown(key)).collect();
                let more = if below.len() > MAX_LISTED { ", …" } else { "" };
                (
                    warning(format!(
                        "the pull secret has credentials for a part of mirror {name} only: {}{more}",
                        listed.join(", ")
                    )),
                    "other images are asked without credentials",
                    format!("unless the rest is public, add a key for {name}"),
                )
            }
        }
    };
    Some(
        finding
            .at_attribute(mirror, element, label)
            .note("imagePullSecrets of pods are not sent to a mirror on another host than the source's")
            .help(help),
    )
}

fn is_red_hat_key(file: &AuthFile, key: &str) -> bool {
    let [.., only_red_hat] = RED_HAT_KEYS;
    RED_HAT_KEYS.contains(&key) && file.auths.contains_key(only_red_hat)
}

/// A key that may be meant for a location: the same host with another port or case, or a host with a typo.
fn similar_key<'f>(file: &'f AuthFile, location: &str) -> Option<&'f str> {
    /// So many letters may differ.
    const MAX_TYPOS: usize = 2;
    let host_of = |text: &str| {
        let text = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .unwrap_or(text);
        let host = text.split(['/', ':']).next().unwrap_or(text);
        host.to_ascii_lowercase()
    };
    let host = host_of(location);
    let distance = |key: &&str| strsim::levenshtein(&host, &host_of(key));
    let nearest = file
        .auths
        .keys()
        .take(MAX_COMPARED)
        .map(String::as_str)
        .min_by_key(distance)?;
    (distance(&nearest) <= MAX_TYPOS).then_some(nearest)
}

/// The keys of a pull secret that mean something else than it seems.
#[must_use]
pub(crate) fn report_key_traps(secret: &PullSecret) -> Vec<Diagnostic> {
    let finding = |(key, trap): (&str, KeyTrap)| {
        let (message, help) = match trap {
            KeyTrap::Wildcard => (
                "is a wildcard, which only kubelet reads",
                "write a key for each host",
            ),
            KeyTrap::TrailingSlash => ("ends with a slash and matches nothing", "remove the slash"),
            KeyTrap::SchemeWithPath => (
                "has a scheme and a path, and counts for the whole host",
                "remove the scheme",
            ),
            KeyTrap::TagOrDigest => ("has a tag or a digest and matches nothing", "remove it"),
            KeyTrap::Uppercase => (
                "has an uppercase letter and does not match the host in lowercase",
                "write the host in lowercase",
            ),
        };
        RULE.diagnostic(format!("the key {} {message}", PullSecret::shown(key)))
            .about(secret.name.clone())
            .help(help)
    };
    secret.file.traps().map(finding).collect()
}
