//! What the API server would reject in a manifest, or drop from it.

use std::collections::BTreeSet;

use super::mirrors::ClusterMirrors;
use super::node_issues::{rejected_conf, unused_tables};
use super::overwritten_manifests::overwritten_manifests;
use crate::diagnostic::{Code, Diagnostic, Severity, nearest_of};
use crate::model::{EntryAddress, Input, InputId, ManifestIssue, ManifestIssueKind, MirrorAddress, Project};

/// The code of the findings.
pub(crate) const INVALID_MANIFEST: &str = "invalid-manifest";

/// The issues of the manifests or files that declare mirrors of some clusters, as warnings: what these clusters get may not be what
/// was meant. Manifests without mirrors may belong to any cluster.
#[must_use]
pub(crate) fn manifest_issues(project: &Project, clusters: &[&ClusterMirrors<'_>]) -> Vec<Diagnostic> {
    let inputs = relevant_inputs(project, clusters).into_iter();
    let issues = |input: &Input| {
        let of_manifests = [input_manifest_issues(input), overwritten_manifests(input)];
        let of_node = [rejected_conf(input), unused_tables(input)];
        [of_manifests, of_node].concat().concat()
    };
    let findings = inputs.flat_map(issues);
    findings.map(as_warning).collect()
}

/// The issues that make a conversion of some clusters uncertain, and those that do not, both as warnings. Names of manifests
/// do not matter to a conversion.
#[must_use]
pub(crate) fn conversion_issues(
    project: &Project,
    clusters: &[&ClusterMirrors<'_>],
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let inputs = relevant_inputs(project, clusters);
    let issues = inputs.iter().flat_map(|input| &input.manifest_facts().issues);
    let uncertain = issues.filter(|issue| !issue.kind.is_about_name()).map(report);
    let of_nodes = inputs.iter().flat_map(|input| rejected_conf(input));
    let certain = inputs
        .iter()
        .flat_map(|input| [overwritten_manifests(input), unused_tables(input)].concat());
    (
        uncertain.chain(of_nodes).map(as_warning).collect(),
        certain.map(as_warning).collect(),
    )
}

fn relevant_inputs<'p>(project: &'p Project, clusters: &[&ClusterMirrors<'_>]) -> Vec<&'p Input> {
    let declaring: BTreeSet<InputId> = clusters
        .iter()
        .flat_map(|cluster| cluster.inputs())
        .map(|input| input.id)
        .collect();
    let is_relevant = |input: &&Input| {
        let declares_nothing = input.effective_mirrors().next().is_none();
        declares_nothing || declaring.contains(&input.id)
    };
    project.inputs.iter().filter(is_relevant).collect()
}

fn as_warning(finding: Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..finding
    }
}

/// The issues of the manifests of one input.
#[must_use]
pub(crate) fn input_manifest_issues(input: &Input) -> Vec<Diagnostic> {
    input.manifest_facts().issues.iter().map(report).collect()
}

fn report(issue: &ManifestIssue) -> Diagnostic {
    let document = &issue.document;
    let Texts {
        what,
        label,
        note,
        help,
    } = texts(issue);
    let finding = Diagnostic::new(Code::Rule(INVALID_MANIFEST), Severity::Error, what).at(issue.span, label);
    let mut finding = match issue.entry {
        Some(index) => {
            let (document, pull) = (document.clone(), document.kind.pull());
            finding.about_mirror(MirrorAddress::Entry(EntryAddress {
                document,
                index,
                pull,
            }))
        }
        None => finding.about_manifest(document.clone()),
    };
    finding = match &issue.kind {
        ManifestIssueKind::Twice { first, .. } => finding.related(*first, "first here"),
        ManifestIssueKind::Overridden { explicit, .. } => finding.related(*explicit, "has no effect"),
        _ => finding,
    };
    finding.note = note.map(str::to_owned);
    finding.help = help;
    finding
}

/// The texts of a finding.
struct Texts {
    what: String,
    label: &'static str,
    note: Option<&'static str>,
    help: Option<String>,
}

fn texts(issue: &ManifestIssue) -> Texts {
    let texts = |what: String, label, note, help| Texts {
        what,
        label,
        note,
        help,
    };
    match &issue.kind {
        ManifestIssueKind::Version { found, expected } => {
            let what = match found {
                Some(found) => format!("apiVersion is {found:?}"),
                None => "apiVersion is missing".to_owned(),
            };
            let help = format!("write `apiVersion: {}`", expected.first().unwrap_or(&""));
            texts(what, "not a version of this kind", None, Some(help))
        }
        ManifestIssueKind::Kind { found } => {
            let what = match found {
                Some(found) => format!("this version has no kind {found:?}"),
                None => "kind is missing".to_owned(),
            };
            let help = format!("write `kind: {}`", issue.document.kind);
            texts(what, "not a kind of this version", None, Some(help))
        }
        ManifestIssueKind::Missing { field } => {
            texts(format!("{field} is missing"), "required here", None, None)
        }
        ManifestIssueKind::Type {
            field,
            found,
            expected,
            unquoted,
        } => {
            let help = unquoted.as_ref().map(|text| format!("quote it: {text:?}"));
            let what = format!("{field} is {found}, but must be {expected}");
            texts(what, "wrong type", None, help)
        }
        ManifestIssueKind::Unknown { field, known } => {
            let what = format!("unknown field {field:?}");
            let is_policy = field == "mirrorSourcePolicy";
            let note = is_policy.then_some("only ImageDigestMirrorSet and ImageTagMirrorSet have a policy");
            let nearest = nearest_of(field, known.iter().copied()).filter(|_| !is_policy);
            let help = match nearest {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("valid fields: {}", known.join(", ")),
            };
            texts(what, "rejected, or silently dropped", note, Some(help))
        }
        ManifestIssueKind::Policy { found } => {
            let values = ["NeverContactSource", "AllowContactingSource"];
            let help = match nearest_of(found, values) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("write {}", values.join(" or ")),
            };
            let what = format!("unknown policy {found:?}");
            texts(what, "not a valid policy", None, Some(help))
        }
        ManifestIssueKind::Name { found } => {
            let note = "a name has lower case letters, digits, `-` and `.`, begins and ends with a letter or a digit, and \
                        has 253 characters at most";
            let help = valid_name(found).map(|name| format!("write {name:?}"));
            let what = format!("the API server rejects the name {found:?}");
            texts(what, "not a valid name", Some(note), help)
        }
        ManifestIssueKind::Overridden { key, .. } => {
            let note = "kubectl and oc apply a merge key in its place: it overrides what precedes it";
            let what = format!("the merge key overrides {key}");
            let help = "write the merge key first".to_owned();
            texts(what, "overrides an explicit value", Some(note), Some(help))
        }
        ManifestIssueKind::Twice { key, .. } => {
            let note = "the last one is used, unless the client rejects both";
            let what = format!("duplicate key {key}");
            texts(
                what,
                "duplicate",
                Some(note),
                Some("remove one of them".to_owned()),
            )
        }
    }
}

/// A valid name that is similar to a rejected one. `None` if there is none.
fn valid_name(name: &str) -> Option<String> {
    const MAX: usize = 253;
    let is_valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let replaced: String = name
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if is_valid(c) { c } else { '-' })
        .collect();
    let labels: Vec<&str> = replaced
        .split('.')
        .map(|label| label.trim_matches('-'))
        .filter(|label| !label.is_empty())
        .collect();
    let name = labels.join(".");
    (!name.is_empty() && name.len() <= MAX).then_some(name)
}
