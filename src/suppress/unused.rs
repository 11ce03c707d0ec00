//! Findings about unused suppressions, and fixes that remove them.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::rules::{self, UNUSED_SUPPRESSION};
use terraform_eval::source::Span;

use super::suppressions::{Suppression, Suppressions, can_be_suppressed};
use super::syntax::RuleName;
use super::usage::Usage;

/// Why a rule name in a suppression has no effect.
struct SuppressionIssue {
    span: Span,
    message: String,
    help: Option<String>,
    removal: Option<Span>,
}

impl Suppressions {
    /// Returns the findings about unused, unknown and expired suppressions.
    #[must_use]
    pub fn unused(&self, usage: &Usage) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (position, suppression) in self.all.iter().enumerate() {
            findings.extend(suppression.unused_findings(position, usage));
        }
        findings
    }
}

impl Suppression {
    fn unused_findings(&self, position: usize, usage: &Usage) -> Vec<Diagnostic> {
        let syntax = &self.syntax;
        if let Some(word) = &syntax.unknown_word {
            let message = format!("unknown suppression keyword `{word}`, so nothing is suppressed");
            return vec![new_finding(self.span, message).help(SYNTAX_HELP)];
        }
        if let Some(date) = &syntax.invalid_date {
            let message = format!("invalid date `{date}`, so nothing is suppressed");
            return vec![new_finding(self.span, message).help("write it as `until=2027-01-31`")];
        }
        if self.names().is_empty() {
            let message = "suppression without a rule name, so nothing is suppressed";
            return vec![self.finding_with_removal(message.to_owned()).help(SYNTAX_HELP)];
        }
        if let (true, Some(until)) = (self.is_expired, syntax.until) {
            let message = format!("expired suppression (valid until {until})");
            return vec![self.finding_with_removal(message)];
        }
        let names = self.names();
        let issues: Vec<SuppressionIssue> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| self.find_issue(name, usage.used.contains(&(position, index)), usage))
            .collect();
        if issues.len() < names.len() {
            return issues.into_iter().map(SuppressionIssue::into_finding).collect();
        }
        // All names have issues, so the whole comment is removed.
        let message = match issues.as_slice() {
            [issue] => issue.message.clone(),
            _ => "unused suppression: none of these rules reports a finding here".to_owned(),
        };
        let mut finding = self.finding_with_removal(message);
        let help: Vec<String> = issues.into_iter().filter_map(|issue| issue.help).collect();
        finding.help = (!help.is_empty()).then(|| help.join("; "));
        vec![finding]
    }

    fn find_issue(&self, name: &RuleName, is_used: bool, usage: &Usage) -> Option<SuppressionIssue> {
        let issue = |message: String, help: Option<String>| {
            Some(SuppressionIssue {
                span: name.span,
                message,
                help,
                removal: name.removal,
            })
        };
        let Some(rule) = rules::find(&name.text) else {
            let suggestion = rules::nearest(&name.text).map(|rule| format!("did you mean `{rule}`?"));
            let help = suggestion.unwrap_or_else(|| "run `mirrorset rules` to list the rules".to_owned());
            return issue(format!("unknown rule `{}`", name.text), Some(help));
        };
        if !can_be_suppressed(rule.code()) {
            return issue(format!("`{}` cannot be suppressed", rule.name), None);
        }
        if self.region.is_none() {
            let help =
                "put the comment directly above the argument or block, without an empty line in between";
            let message = format!(
                "unused suppression: no argument or block follows, so `{}` cannot be suppressed",
                rule.name
            );
            return issue(message, Some(help.to_owned()));
        }
        // A rule that did not run on this file may need its suppression.
        if is_used || !usage.has_run(rule.name, self.span.file) {
            return None;
        }
        issue(
            format!("unused suppression: `{}` reports no finding here", rule.name),
            None,
        )
    }

    fn finding_with_removal(&self, message: String) -> Diagnostic {
        new_finding(self.span, message).fix(deletion_fix("delete the comment", self.removal))
    }
}

const SYNTAX_HELP: &str = "write `mirrorset: ignore[rule] reason`, or `mirrorset: ignore-file[rule] reason`";

impl SuppressionIssue {
    fn into_finding(self) -> Diagnostic {
        let mut finding = new_finding(self.span, self.message);
        finding.help = self.help;
        finding.fix = self
            .removal
            .map(|span| deletion_fix("delete the rule name", span));
        finding
    }
}

fn new_finding(span: Span, message: String) -> Diagnostic {
    UNUSED_SUPPRESSION.diagnostic(message).at(span, "")
}

fn deletion_fix(title: &str, span: Span) -> Fix {
    Fix {
        title: title.to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span,
            content: String::new(),
        }],
    }
}
