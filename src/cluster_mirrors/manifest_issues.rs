//! What the API server would reject in a manifest, or drop from it.

use std::collections::BTreeSet;

use super::mirrors::ClusterMirrors;
use crate::diagnostic::{Code, Diagnostic, Severity, nearest_of};
use crate::model::{EntryAddress, Input, InputId, ManifestIssue, ManifestIssueKind, MirrorAddress, Project};

/// The code of the findings.
pub(crate) const INVALID_MANIFEST: &str = "invalid-manifest";

/// The issues of the manifests that declare mirrors of some clusters, as warnings: what these clusters get may not be what
/// was meant. Manifests without mirrors may belong to any cluster.
#[must_use]
pub(crate) fn manifest_issues(project: &Project, clusters: &[&ClusterMirrors<'_>]) -> Vec<Diagnostic> {
    let declaring: BTreeSet<InputId> = clusters
        .iter()
        .flat_map(|cluster| cluster.inputs())
        .map(|input| input.id)
        .collect();
    let inputs = project.inputs.iter();
    let relevant = inputs.filter(|input| input.mirrors.is_empty() || declaring.contains(&input.id));
    let findings = relevant.flat_map(input_manifest_issues);
    findings
        .map(|finding| Diagnostic {
            severity: Severity::Warning,
            ..finding
        })
        .collect()
}

/// The issues of the manifests of one input.
#[must_use]
pub(crate) fn input_manifest_issues(input: &Input) -> Vec<Diagnostic> {
    input.manifest_facts.issues.iter().map(report).collect()
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
            let document = document.clone();
            finding.about_mirror(MirrorAddress::Entry(EntryAddress { document, index }))
        }
        None => finding.about(document.to_string()),
    };
    if let ManifestIssueKind::Twice { first, .. } = &issue.kind {
        finding = finding.related(*first, "first here");
    }
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
