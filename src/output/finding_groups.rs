//! Groups findings for text output and editors: instances of one block with the same finding are one group.

use crate::diagnostic::{Diagnostic, pluralize};

use crate::untrusted::one_line;

/// A finding that one or more instances of a block have.
pub(crate) struct FindingGroup<'a> {
    pub(crate) finding: &'a Diagnostic,
    /// How many more findings differ from it only in their address.
    pub(crate) more: usize,
}

/// Groups findings that differ only in their address. The findings are sorted by span, so those of one group are
/// adjacent.
pub(crate) fn group_findings(findings: &[Diagnostic]) -> Vec<FindingGroup<'_>> {
    let mut groups: Vec<FindingGroup<'_>> = Vec::new();
    for finding in findings {
        match groups.last_mut() {
            Some(group) if differs_only_by_instance(group.finding, finding) => group.more += 1,
            _ => groups.push(FindingGroup { finding, more: 0 }),
        }
    }
    groups
}

fn differs_only_by_instance(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.primary.is_some()
        && a.code == b.code
        && a.severity == b.severity
        && a.subject.is_some()
        && a.primary == b.primary
        && a.message == b.message
}

impl FindingGroup<'_> {
    pub(crate) fn message(&self) -> String {
        let message = one_line(&self.finding.headline());
        match self.more {
            0 => message,
            more => format!("{message} (and {})", pluralize(more, "more instance")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Severity};
    use terraform_eval::source::{Sources, Span};

    #[test]
    fn instances_of_one_block_are_grouped() {
        let file = Sources::new().add("a.tf", "x");
        let finding = |address: &str, message: &str| {
            Diagnostic::new(Code::Rule("r"), Severity::Error, message)
                .about(address)
                .at(Span::new(file, 0, 1), "")
        };
        let findings = [
            finding("a[0]", "wrong"),
            finding("a[1]", "wrong"),
            finding("a[2]", "otherwise wrong"),
        ];
        let messages: Vec<String> = group_findings(&findings)
            .iter()
            .map(FindingGroup::message)
            .collect();
        assert_eq!(
            messages,
            ["a[0]: wrong (and 1 more instance)", "a[2]: otherwise wrong"]
        );
    }
}
