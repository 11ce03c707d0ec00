//! Findings about unused suppressions, and fixes that remove them.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::rules::{self, UNUSED_SUPPRESSION};
use terraform_eval::source::Span;

use super::{RuleName, Suppression, Suppressions, Usage, can_be_suppressed};

/// Why one name in a suppression has no effect.
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
            findings.extend(suppression.unused(position, usage));
        }
        findings
    }
}

impl Suppression {
    fn unused(&self, position: usize, usage: &Usage) -> Vec<Diagnostic> {
        let directive = &self.directive;
        if let Some(word) = &directive.unknown_word {
            let message = format!("unknown suppression directive `{word}`, so nothing is suppressed");
            return vec![finding(self.span, message).help(HOW)];
        }
        if let Some(date) = &directive.invalid_date {
            let message = format!("invalid date `{date}`, so nothing is suppressed");
            return vec![finding(self.span, message).help("write it as `until=2027-01-31`")];
        }
        if self.names().is_empty() {
            let message = "suppression without a rule name, so nothing is suppressed";
            return vec![self.without_comment(message.to_owned()).help(HOW)];
        }
        if let (true, Some(until)) = (self.expired, directive.until) {
            let message = format!("expired suppression (valid until {until})");
            return vec![self.without_comment(message)];
        }
        let names = self.names();
        let issues: Vec<SuppressionIssue> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| self.issue(name, usage.used.contains(&(position, index)), usage))
            .collect();
        if issues.len() < names.len() {
            return issues.into_iter().map(SuppressionIssue::finding).collect();
        }
        // All names have issues, so the whole comment is removed.
        let message = match issues.as_slice() {
            [issue] => issue.message.clone(),
            _ => "unused suppression: none of these rules reports a finding here".to_owned(),
        };
        let mut finding = self.without_comment(message);
        let help: Vec<String> = issues.into_iter().filter_map(|issue| issue.help).collect();
        finding.help = (!help.is_empty()).then(|| help.join("; "));
        vec![finding]
    }

    fn issue(&self, name: &RuleName, used: bool, usage: &Usage) -> Option<SuppressionIssue> {
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
        let ran = usage.run.contains(rule.name) || usage.run_on_files.contains(&(rule.name, self.span.file));
        if used || !ran {
            return None;
        }
        issue(
            format!("unused suppression: `{}` reports no finding here", rule.name),
            None,
        )
    }

    fn without_comment(&self, message: String) -> Diagnostic {
        finding(self.span, message).fix(deletion("delete the comment", self.removal))
    }
}

const HOW: &str = "write `mirrorset: ignore[rule] reason`, or `mirrorset: ignore-file[rule] reason`";

impl SuppressionIssue {
    fn finding(self) -> Diagnostic {
        let mut finding = finding(self.span, self.message);
        finding.help = self.help;
        finding.fix = self.removal.map(|span| deletion("delete the rule name", span));
        finding
    }
}

fn finding(span: Span, message: String) -> Diagnostic {
    UNUSED_SUPPRESSION.diagnostic(message).at(span, "")
}

fn deletion(title: &str, span: Span) -> Fix {
    Fix {
        title: title.to_owned(),
        applicability: Applicability::Safe,
        edits: vec![Edit {
            span,
            content: String::new(),
        }],
    }
}
