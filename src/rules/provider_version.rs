//! `provider-version`: a provider version without image mirrors.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::version::{FIRST_WITH_MIRRORS, Version, VersionRange, raised};
use crate::model::{Attribute, Input, InputKinds};

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "provider-version",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::Safe,
    page: include_str!("provider_version.md"),
    check: Check::Input(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    let provider = &configuration.provider;
    if configuration.mirrors.is_empty() && configuration.data_sources.is_empty() {
        return Vec::new();
    }
    if let Some(locked) = &provider.locked
        && let Some(version) = locked.value().and_then(|text| text.parse::<Version>().ok())
    {
        return if version < FIRST_WITH_MIRRORS {
            vec![too_old(configuration, locked, version)]
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
            .map(|(constraint, _)| excluded(configuration, constraint))
            .collect();
    }
    if all.admits_before(FIRST_WITH_MIRRORS) {
        return ranges
            .iter()
            .map(|(constraint, _)| too_wide(configuration, constraint))
            .collect();
    }
    Vec::new()
}

fn finding(configuration: &Input, what: &str) -> Diagnostic {
    let message = format!("{}: {what}", configuration.name);
    Diagnostic::new(RULE.name, RULE.severity, message).note(format!(
        "`rhcs_image_mirror` requires version {FIRST_WITH_MIRRORS}; with an older one, Terraform fails \
         with `Invalid resource type`"
    ))
}

fn too_old(configuration: &Input, locked: &Attribute<String>, version: Version) -> Diagnostic {
    let found = finding(
        configuration,
        &format!("the locked provider version {version} does not support image mirrors"),
    )
    .help("run `terraform init -upgrade`");
    match locked.span {
        Some(span) => found.at(span, "too old"),
        None => found,
    }
}

fn excluded(configuration: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!(
        "{} excludes all provider versions that support image mirrors",
        constraint.shown()
    );
    with_fix(finding(configuration, &what), constraint, "too old")
}

fn too_wide(configuration: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!(
        "{} also allows provider versions without image mirrors",
        constraint.shown()
    );
    let mut found = with_fix(finding(configuration, &what), constraint, "allows older versions");
    found.severity = Severity::Info;
    found
}

fn with_fix(finding: Diagnostic, constraint: &Attribute<String>, label: &str) -> Diagnostic {
    let (Some(text), Some(span)) = (constraint.value(), constraint.span) else {
        return finding;
    };
    let content = format!("{:?}", raised(text, FIRST_WITH_MIRRORS));
    finding.at(span, label).help(format!("write {content}")).fix(Fix {
        title: format!("require {FIRST_WITH_MIRRORS} or newer"),
        applicability: Applicability::Safe,
        edits: vec![Edit { span, content }],
    })
}
