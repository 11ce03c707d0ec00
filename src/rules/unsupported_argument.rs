//! `unsupported-argument`: what the block of a mirror has, but `rhcs_image_mirror` does not.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{
    ConfigurationIssueKind, Input, InputKinds, Mirror, ResourceDeclaration, Unsupported, UnsupportedKind,
};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "unsupported-argument",
    severity: Severity::Error,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::Safe,
    page: include_str!("unsupported_argument.md"),
    check: Check::ResourceAndInput(check, |input| {
        RULE.report_issues(input, ConfigurationIssueKind::UnsupportedArgument)
    }),
};

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let unsupported = resource.block.unsupported.iter();
    RuleOutcome::from_findings(
        unsupported
            .map(|unsupported| report(input, mirror, unsupported))
            .collect(),
    )
}

fn report(input: &Input, mirror: &Mirror, found: &Unsupported) -> Diagnostic {
    let name = &found.name;
    let (what, label) = match found.kind {
        UnsupportedKind::Argument => (
            format!("unsupported argument {name:?}"),
            "not an argument of a mirror",
        ),
        UnsupportedKind::ReadOnly => (format!("read-only attribute {name:?}"), "set by the provider"),
        UnsupportedKind::Block => (format!("unsupported block {name:?}"), "not a block of a mirror"),
    };
    let finding = RULE
        .finding_in_block(mirror, &what)
        .at(found.name_span, label)
        .note(format!("{} rejects the configuration", input.engine));
    let fix = |title: String, edit| Fix {
        title,
        applicability: Applicability::Safe,
        edits: vec![edit],
    };
    let mut finding = match &found.suggestion {
        Some(meant) => finding.help(format!("write `{meant}`")),
        None => finding.help("remove it"),
    };
    finding.fix = match (&found.suggestion, found.lines) {
        (Some(meant), Some(_)) => Some(fix(
            format!("write `{meant}`"),
            Edit {
                span: found.name_span,
                content: meant.clone(),
            },
        )),
        (None, Some(span)) => Some(fix(
            format!("remove {name:?}"),
            Edit {
                span,
                content: String::new(),
            },
        )),
        (_, None) => None,
    };
    finding
}
