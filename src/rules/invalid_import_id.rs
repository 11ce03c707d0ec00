//! `invalid-import-id`: an import id that does not identify a mirror.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{ConfigurationIssueKind, Import, Input, InputKinds, MirrorAddress, UnknownReasons};
use crate::provider::clusters::is_import_id;
use terraform_eval::address::Address;

use super::{Check, Fixability, Rule, UNKNOWN_VALUE};

pub(super) static RULE: Rule = Rule {
    name: "invalid-import-id",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("invalid_import_id.md"),
    check: Check::Input(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let imports = input.imports.iter();
    let mut findings: Vec<Diagnostic> = imports.filter_map(|import| find(input, import)).collect();
    findings.extend(RULE.report_issues(input, ConfigurationIssueKind::InvalidImportId));
    findings
}

fn find(input: &Input, import: &Import) -> Option<Diagnostic> {
    if let Some(unknown) = import.id.as_unknown().filter(|unknown| !unknown.is_rejected()) {
        return Some(report_unknown(input, import, unknown));
    }
    let id = import.id.value()?;
    if is_import_id(id) {
        return None;
    }
    let shown = import.id.describe();
    let finding = RULE.diagnostic(format!("{shown} is not the import id of a mirror"));
    let finding = about(import, finding)
        .note("the provider requires two ids separated by a colon, and rejects the import")
        .help(
            "write \"CLUSTER_ID:IMAGE_MIRROR_ID\"; `rosa list image-mirrors` lists the mirrors of a cluster",
        );
    Some(match import.id.span {
        Some(span) => finding.at(span, "not `cluster_id:image_mirror_id`"),
        None => finding,
    })
}

/// Reports that the id of an import is unknown, so that the rule could not decide.
fn report_unknown(input: &Input, import: &Import, unknown: &UnknownReasons) -> Diagnostic {
    let finding = UNKNOWN_VALUE.diagnostic(format!("the id of the import is not known: {unknown}"));
    let mut finding = about(import, finding)
        .because(unknown)
        .note(format!("could not decide: {}", RULE.name));
    finding.help = unknown.help(input);
    match import.id.span {
        Some(span) => finding.at(span, "not known yet"),
        None => finding,
    }
}

fn about(import: &Import, finding: Diagnostic) -> Diagnostic {
    match Address::parse(&import.to) {
        Some(address) => finding.about_mirror(MirrorAddress::Resource(address)),
        None => finding.about(import.to.clone()),
    }
}
