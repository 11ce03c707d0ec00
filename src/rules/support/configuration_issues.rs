//! Findings about what Terraform rejects in configuration: each rule reports the issues of its kind.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{ConfigurationIssue, ConfigurationIssueKind, Consequence, Input};
use crate::rules::rule::Rule;
use terraform_eval::dialect::Engine;

impl Rule {
    /// The findings of this rule about the issues of a kind.
    pub(crate) fn report_issues(&self, input: &Input, kind: ConfigurationIssueKind) -> Vec<Diagnostic> {
        let issues = input.issues.iter().filter(|issue| issue.kind == kind);
        issues
            .map(|issue| self.report_issue(input.engine, issue))
            .collect()
    }

    fn report_issue(&self, engine: Engine, issue: &ConfigurationIssue) -> Diagnostic {
        let (severity, note) = match issue.consequence {
            Consequence::Rejected => (self.severity, "Terraform rejects the configuration"),
            Consequence::Fails(why) => (self.severity, why),
            Consequence::Ignored(why) => (Severity::Warning, why),
            Consequence::MayFail(why) => (Severity::Info, why),
        };
        let finding = Diagnostic {
            severity,
            subject: Some(issue.subject.clone()),
            help: issue.help.clone(),
            ..self.diagnostic(issue.message.clone())
        };
        finding
            .at(issue.span, issue.label.clone())
            .note(engine.in_words(note))
    }
}
