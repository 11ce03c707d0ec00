//! `invalid-manifest`: what the API server refuses in a manifest, or drops from it.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, ManifestIssue, ManifestIssueKind};

use super::{Check, Documentation, Fixability, Inputs, Rule, nearest_of};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "invalid-manifest",
    severity: Severity::Error,
    inputs: Inputs::Manifest,
    fix: Fixability::None,
    summary: "a manifest that the API server refuses, or of which it drops a part",
    documentation: Documentation {
        what: "Looks at what manifests are made of: the version of the kind, `spec`, the fields of an entry \
               and their types, the values of `mirrorSourcePolicy`, keys that stand twice. YAML has its traps here: \
               `source: no` is a boolean, and `- 22` a number, unless they are in quotes.",
        why: "The API server refuses a value of another type than its field, a missing `source`, and a policy \
              that is neither `NeverContactSource` nor `AllowContactingSource`. A field that it does not know it \
              drops: `oc apply` refuses that too, older clients and other tools say nothing, and the mirrors are \
              not there (openshift/api, `config/v1/types_image_digest_mirror_set.go`, \
              `operator/v1alpha1/types_image_content_source_policy.go`; Kubernetes, \"Field validation\").",
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
      mirrorSourcePolicy: NeverContact
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
",
    },
    check: Check::Beside(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    configuration.manifest_facts.issues.iter().map(report).collect()
}

fn report(mistake: &ManifestIssue) -> Diagnostic {
    let document = &mistake.document;
    let address = match mistake.entry {
        Some(index) => format!("{document}[{index}]"),
        None => document.to_string(),
    };
    let Words {
        what,
        label,
        note,
        help,
    } = words(mistake);
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

/// What is said of a mistake.
struct Words {
    what: String,
    label: &'static str,
    note: Option<&'static str>,
    help: Option<String>,
}

fn words(mistake: &ManifestIssue) -> Words {
    let said = |what: String, label, note, help| Words {
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
            said(what, "not a version of this kind", None, Some(help))
        }
        ManifestIssueKind::Kind { found } => {
            let what = match found {
                Some(found) => format!("there is no kind {found:?} in this version"),
                None => "kind is missing".to_owned(),
            };
            let help = format!("write `kind: {}`", mistake.document.kind);
            said(what, "not a kind of this version", None, Some(help))
        }
        ManifestIssueKind::Missing { field } => {
            said(format!("{field} is missing"), "it has to be here", None, None)
        }
        ManifestIssueKind::Type {
            field,
            found,
            expected,
            unquoted,
        } => {
            let help = unquoted
                .as_ref()
                .map(|text| format!("write it in quotes: {text:?}"));
            let what = format!("{field} is {found}, and has to be {expected}");
            said(what, "of another type", None, help)
        }
        ManifestIssueKind::Unknown { field, known } => {
            let what = format!("there is no field {field:?} here");
            let is_policy = field == "mirrorSourcePolicy";
            let note = is_policy.then_some("ImageDigestMirrorSet and ImageTagMirrorSet alone have a policy");
            let meant = nearest_of(field, known.iter().copied()).filter(|_| !is_policy);
            let help = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the fields are: {}", known.join(", ")),
            };
            said(what, "refused, or dropped without a word", note, Some(help))
        }
        ManifestIssueKind::Policy { found } => {
            let values = ["NeverContactSource", "AllowContactingSource"];
            let help = match nearest_of(found, values) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write {}", values.join(" or ")),
            };
            let what = format!("there is no policy {found:?}");
            said(what, "none of its values", None, Some(help))
        }
        ManifestIssueKind::Twice { key, .. } => {
            let note = "the last one counts, unless the client refuses both";
            let what = format!("{key} stands twice");
            said(
                what,
                "the same key again",
                Some(note),
                Some("keep one".to_owned()),
            )
        }
    }
}
