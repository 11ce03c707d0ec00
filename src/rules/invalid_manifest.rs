//! `invalid-manifest`: what the API server rejects in a manifest, or drops from it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, InputKinds, ManifestIssue, ManifestIssueKind};

use super::{Check, Fixability, Rule, nearest_of};

pub(super) static RULE: Rule = Rule {
    name: "invalid-manifest",
    severity: Severity::Error,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("invalid_manifest.md"),
    check: Check::Input(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    input.manifest_facts.issues.iter().map(report).collect()
}

fn report(mistake: &ManifestIssue) -> Diagnostic {
    let document = &mistake.document;
    let address = match mistake.entry {
        Some(index) => format!("{document}[{index}]"),
        None => document.to_string(),
    };
    let Texts {
        what,
        label,
        note,
        help,
    } = texts(mistake);
    let mut finding = Diagnostic::new(RULE.name, RULE.severity, format!("{address}: {what}"))
        .at_address(address)
        .at(mistake.span, label);
    if let ManifestIssueKind::Twice { first, .. } = &mistake.kind {
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

fn texts(mistake: &ManifestIssue) -> Texts {
    let texts = |what: String, label, note, help| Texts {
        what,
        label,
        note,
        help,
    };
    match &mistake.kind {
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
            let help = format!("write `kind: {}`", mistake.document.kind);
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
