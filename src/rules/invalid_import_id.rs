//! `invalid-import-id`: an import id that does not identify a mirror.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{ConfigurationIssueKind, Import, Input, InputKinds, MirrorAddress};
use crate::provider::clusters::is_import_id;
use terraform_eval::address::Address;

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-import-id",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::None,
    page: include_str!("invalid_import_id.md"),
    check: Check::Input(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let mut findings: Vec<Diagnostic> = input.imports.iter().filter_map(find).collect();
    findings.extend(RULE.report_issues(input, ConfigurationIssueKind::InvalidImportId));
    findings
}

fn find(import: &Import) -> Option<Diagnostic> {
    let id = import.id.value()?;
    if is_import_id(id) {
        return None;
    }
    let to = &import.to;
    let shown = import.id.describe();
    let finding = RULE.diagnostic(format!("{shown} is not the import id of a mirror"));
    let finding = match Address::parse(to) {
        Some(address) => finding.about_mirror(MirrorAddress::Resource(address)),
        None => finding.about(to.clone()),
    };
    let finding = finding
        .note("the provider requires two ids separated by a colon, and rejects the import")
        .help(
            "write \"CLUSTER_ID:IMAGE_MIRROR_ID\"; `rosa list image-mirrors` lists the mirrors of a cluster",
        );
    Some(match import.id.span {
        Some(span) => finding.at(span, "not `cluster_id:image_mirror_id`"),
        None => finding,
    })
}
