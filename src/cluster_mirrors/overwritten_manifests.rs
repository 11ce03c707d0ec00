//! Manifests that a later one replaces, because both have the same kind and name.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Input;

/// The code of the findings.
pub(crate) const OVERWRITTEN_MANIFEST: &str = "overwritten-manifest";

/// The manifests of an input that a later one replaces.
#[must_use]
pub(crate) fn overwritten_manifests(input: &Input) -> Vec<Diagnostic> {
    let overwritten = input.manifest_facts().overwritten.iter();
    overwritten
        .map(|overwritten| {
            let what = "a later manifest has the same kind and name, and replaces this one";
            Diagnostic::new(Code::Rule(OVERWRITTEN_MANIFEST), Severity::Error, what)
                .about_manifest(overwritten.document.clone())
                .at(overwritten.span, "replaced")
                .related(overwritten.overwritten_by, "replaced by this one")
                .note("the cluster has one object for each kind and name: the last one that is applied")
                .help("give each manifest a name of its own, or move the entries to one of them")
        })
        .collect()
}
