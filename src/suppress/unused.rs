//! Suppressions that are of no use, and how to take them away.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::rules::{self, UNUSED_SUPPRESSION};
use terraform_eval::source::Span;

use super::{Named, Suppression, Suppressions, Usage, can_be_suppressed};

/// What is wrong with one name.
struct Fault {
    span: Span,
    message: String,
    help: Option<String>,
    removal: Option<Span>,
}

impl Suppressions {
    /// The findings about suppressions that suppress nothing.
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
        if let Some(word) = &directive.unknown {
            let message = format!("unknown suppression directive `{word}`, so nothing is suppressed");
            return vec![finding(self.span, message).help(HOW)];
        }
        if let Some(date) = &directive.no_date {
            let message = format!("invalid date `{date}`, so nothing is suppressed");
            return vec![finding(self.span, message).help("write it as `until=2027-01-31`")];
        }
        if self.names().is_empty() {
            let message = "suppression without a rule name, so nothing is suppressed";
            return vec![self.without_comment(message.to_owned()).help(HOW)];
        }
        if let (true, Some(until)) = (self.expired, directive.until) {
            let message = format!("suppression expired on {until}");
            return vec![self.without_comment(message)];
        }
        let names = self.names();
        let faults: Vec<Fault> = names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| self.fault(name, usage.used.contains(&(position, index)), usage))
            .collect();
        if faults.len() < names.len() {
            return faults.into_iter().map(Fault::finding).collect();
        }
        // Nothing of the comment is of use.
        let message = match faults.as_slice() {
            [fault] => fault.message.clone(),
            _ => "unused suppression: none of these rules reports a finding here".to_owned(),
        };
        let mut finding = self.without_comment(message);
        let help: Vec<String> = faults.into_iter().filter_map(|fault| fault.help).collect();
        finding.help = (!help.is_empty()).then(|| help.join("; "));
        vec![finding]
    }

    fn fault(&self, name: &Named, used: bool, usage: &Usage) -> Option<Fault> {
        let fault = |message: String, help: Option<String>| {
            Some(Fault {
                span: name.span,
                message,
                help,
                removal: name.removal,
            })
        };
        let Some(rule) = rules::find(&name.text) else {
            let meant = rules::nearest(&name.text).map(|rule| format!("did you mean `{rule}`?"));
            let help = meant.unwrap_or_else(|| "run `mirrorset rules` to list the rules".to_owned());
            return fault(format!("unknown rule `{}`", name.text), Some(help));
        };
        if !can_be_suppressed(rule.name) {
            return fault(format!("`{}` cannot be suppressed", rule.name), None);
        }
        if self.region.is_none() {
            let help =
                "put the comment directly above the argument or block, without an empty line in between";
            let message = format!(
                "unused suppression: no argument or block follows, so `{}` cannot be suppressed",
                rule.name
            );
            return fault(message, Some(help.to_owned()));
        }
        // A rule that did not run here may well need its suppression.
        let ran = usage.run.contains(rule.name) || usage.run_on_files.contains(&(rule.name, self.span.file));
        if used || !ran {
            return None;
        }
        fault(
            format!("unused suppression: `{}` reports no finding here", rule.name),
            None,
        )
    }

    fn without_comment(&self, message: String) -> Diagnostic {
        finding(self.span, message).fix(deletion("delete the comment", self.removal))
    }
}

const HOW: &str = "write `mirrorset: ignore[rule] reason`, or `mirrorset: ignore-file[rule] reason`";

impl Fault {
    fn finding(self) -> Diagnostic {
        let mut found = finding(self.span, self.message);
        found.help = self.help;
        found.fix = self.removal.map(|span| deletion("delete the rule name", span));
        found
    }
}

fn finding(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(UNUSED_SUPPRESSION.name, UNUSED_SUPPRESSION.severity, message).at(span, "")
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
