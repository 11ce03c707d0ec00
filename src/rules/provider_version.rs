//! `provider-version`: a provider version without image mirrors.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{Attribute, ConfigurationIssueKind, Input, InputKinds};
use crate::provider::versions::{FIRST_WITH_MIRRORS, raise_lower_bound};
use terraform_eval::version::{Version, VersionRange};

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "provider-version",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::Safe,
    page: include_str!("provider_version.md"),
    check: Check::Input(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let mut findings = check_constraints(input);
    findings.extend(RULE.report_issues(input, ConfigurationIssueKind::ProviderVersion));
    findings
}

fn check_constraints(input: &Input) -> Vec<Diagnostic> {
    let provider = &input.provider;
    if input.mirrors.is_empty() && input.data_sources.is_empty() {
        return Vec::new();
    }
    if let Some(locked) = &provider.locked
        && let Some(version) = locked.value().and_then(|text| text.parse::<Version>().ok())
    {
        return if version < FIRST_WITH_MIRRORS {
            vec![too_old(input, locked, version)]
        } else {
            Vec::new()
        };
    }
    // A constraint that cannot be parsed may narrow the others in any way.
    let ranges = provider.constraints.iter().map(|constraint| {
        let text = constraint.value()?;
        VersionRange::parse(text).ok().map(|range| (constraint, range))
    });
    let Some(ranges) = ranges.collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let all = ranges
        .iter()
        .fold(VersionRange::ALL, |all, (_, range)| all.and(*range));
    if !all.admits_from(FIRST_WITH_MIRRORS) {
        let excluding = ranges
            .iter()
            .filter(|(_, range)| !range.admits_from(FIRST_WITH_MIRRORS));
        return excluding
            .map(|(constraint, _)| excluded(input, constraint))
            .collect();
    }
    if all.admits_before(FIRST_WITH_MIRRORS) {
        return ranges
            .iter()
            .map(|(constraint, _)| too_wide(input, constraint))
            .collect();
    }
    Vec::new()
}

fn finding(input: &Input, what: &str) -> Diagnostic {
    let message = format!("{}: {what}", input.name);
    RULE.diagnostic(message).note(format!(
        "`rhcs_image_mirror` requires version {FIRST_WITH_MIRRORS}; with an older one, {} fails with \
         `Invalid resource type`",
        input.engine
    ))
}

fn too_old(input: &Input, locked: &Attribute<String>, version: Version) -> Diagnostic {
    let found = finding(
        input,
        &format!("the locked provider version {version} does not support image mirrors"),
    )
    .help(input.engine.in_words("run `terraform init -upgrade`"));
    match locked.span {
        Some(span) => found.at(span, "too old"),
        None => found,
    }
}

fn excluded(input: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!(
        "{} excludes all provider versions that support image mirrors",
        constraint.describe_with_spaces()
    );
    with_fix(finding(input, &what), constraint, "too old")
}

fn too_wide(input: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!(
        "{} also allows provider versions without image mirrors",
        constraint.describe_with_spaces()
    );
    let mut found = with_fix(finding(input, &what), constraint, "allows older versions");
    found.severity = Severity::Info;
    found
}

fn with_fix(finding: Diagnostic, constraint: &Attribute<String>, label: &str) -> Diagnostic {
    let (Some(text), Some(span)) = (constraint.value(), constraint.span) else {
        return finding;
    };
    let content = format!("{:?}", raise_lower_bound(text, FIRST_WITH_MIRRORS));
    finding.at(span, label).help(format!("write {content}")).fix(Fix {
        title: format!("require {FIRST_WITH_MIRRORS} or newer"),
        applicability: Applicability::Safe,
        edits: vec![Edit { span, content }],
    })
}
