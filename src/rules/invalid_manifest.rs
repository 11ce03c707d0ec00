//! `invalid-manifest`: what the API server rejects in a manifest, or drops from it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Configuration, InputKinds, Mistake, MistakeKind};

use super::{Check, Fixability, Rule, nearest_of};

pub(super) static RULE: Rule = Rule {
    name: "invalid-manifest",
    severity: Severity::Error,
    inputs: InputKinds::MANIFEST,
    fix: Fixability::None,
    page: include_str!("invalid_manifest.md"),
    check: Check::Input(check),
};

fn check(configuration: &Configuration) -> Vec<Diagnostic> {
    configuration.manifests.mistakes.iter().map(report).collect()
}

fn report(mistake: &Mistake) -> Diagnostic {
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
    if let MistakeKind::Twice { first, .. } = &mistake.kind {
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

fn texts(mistake: &Mistake) -> Texts {
    let texts = |what: String, label, note, help| Texts {
        what,
        label,
        note,
        help,
    };
    match &mistake.kind {
        MistakeKind::Version { found, expected } => {
            let what = match found {
                Some(found) => format!("apiVersion is {found:?}"),
                None => "apiVersion is missing".to_owned(),
            };
            let help = format!("write `apiVersion: {}`", expected.first().unwrap_or(&""));
            texts(what, "not a version of this kind", None, Some(help))
        }
        MistakeKind::Kind { found } => {
            let what = match found {
                Some(found) => format!("this version has no kind {found:?}"),
                None => "kind is missing".to_owned(),
            };
            let help = format!("write `kind: {}`", mistake.document.kind);
            texts(what, "not a kind of this version", None, Some(help))
        }
        MistakeKind::Missing { field } => texts(format!("{field} is missing"), "required here", None, None),
        MistakeKind::Type {
            field,
            found,
            expected,
            unquoted,
        } => {
            let help = unquoted.as_ref().map(|text| format!("quote it: {text:?}"));
            let what = format!("{field} is {found}, but must be {expected}");
            texts(what, "wrong type", None, help)
        }
        MistakeKind::Unknown { field, known } => {
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
        MistakeKind::Policy { found } => {
            let values = ["NeverContactSource", "AllowContactingSource"];
            let help = match nearest_of(found, values) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("write {}", values.join(" or ")),
            };
            let what = format!("unknown policy {found:?}");
            texts(what, "not a valid policy", None, Some(help))
        }
        MistakeKind::Twice { key, .. } => {
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
