//! Finds everything that is wrong with the text of a source or mirror, and suggests a corrected one.
//!
//! White space, scheme, slashes, digest and tag are trimmed from both ends, and the rest is examined as host,
//! port and path. An issue does not hide others.

use std::ops::Range;

use crate::char_runs::{CharClass, split_into_runs};
use crate::grammar::{Role, is_label, is_port, is_separator, is_valid_location};
use crate::hosted_cluster::MAX_LOCATION_LENGTH;
use crate::name_issue::{NameIssue, NameIssueKind, TextEdit};
use crate::suggestion::{SuggestedName, SuggestionApplicability};

/// Everything that is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis<'a> {
    /// The issues in the order of their ranges; empty for a valid text.
    pub issues: Vec<NameIssue>,
    text: &'a str,
    role: Role,
}

/// Finds every issue of a source or mirror.
#[must_use]
pub fn diagnose(text: &str, role: Role) -> Diagnosis<'_> {
    let mut issues = Vec::new();
    if !is_valid_location(text, role) {
        let mut examination = Examination {
            text,
            remaining: 0..text.len(),
            issues,
        };
        examination.run(role);
        issues = examination.issues;
    }
    if text.len() > MAX_LOCATION_LENGTH
        && let Some((start, _)) = text.char_indices().nth(MAX_LOCATION_LENGTH)
    {
        issues.push(NameIssue {
            kind: NameIssueKind::TooLong,
            range: start..text.len(),
            edit: None,
        });
    }
    issues.sort_by_key(|issue| (issue.range.start, issue.range.end, issue.kind));
    issues.dedup();
    Diagnosis { issues, text, role }
}

impl Diagnosis<'_> {
    /// Applies every edit up to an applicability. `None` if the text is valid already, or if the result is not
    /// valid.
    #[must_use]
    pub fn suggest_name_up_to(&self, max_applicability: SuggestionApplicability) -> Option<SuggestedName> {
        if self.issues.is_empty() {
            return None;
        }
        let mut name = String::new();
        let mut applicability = SuggestionApplicability::Safe;
        let mut end = 0;
        for issue in &self.issues {
            let Some(edit) = &issue.edit else { continue };
            if edit.applicability <= max_applicability && issue.range.start >= end {
                name.push_str(&self.text[end..issue.range.start]);
                name.push_str(&edit.text);
                applicability = applicability.max(edit.applicability);
                end = issue.range.end;
            }
        }
        name.push_str(&self.text[end..]);
        let is_valid = is_valid_location(&name, self.role) && name.len() <= MAX_LOCATION_LENGTH;
        (is_valid && name != self.text).then_some(SuggestedName { name, applicability })
    }

    /// The corrected text to suggest: with safe edits only if they suffice, else with all edits.
    #[must_use]
    pub fn suggest_name(&self) -> Option<SuggestedName> {
        self.suggest_name_up_to(SuggestionApplicability::Safe)
            .or_else(|| self.suggest_name_up_to(SuggestionApplicability::Unsafe))
    }
}

/// A text, the part of it that is not examined yet, and the issues so far.
struct Examination<'a> {
    text: &'a str,
    remaining: Range<usize>,
    issues: Vec<NameIssue>,
}

impl<'a> Examination<'a> {
    fn run(&mut self, role: Role) {
        if self.text.trim().is_empty() {
            self.report(NameIssueKind::Empty, self.remaining.clone());
            return;
        }
        self.trim_ends();
        if self.remaining.is_empty() {
            self.report(NameIssueKind::Empty, self.remaining.clone());
        } else if self.remaining().starts_with("*.") {
            self.examine_wildcard(role);
        } else {
            self.examine_registry_and_path();
        }
    }

    /// Trims everything that does not belong to a location, from the outside to the inside.
    fn trim_ends(&mut self) {
        let remaining = self.remaining();
        let leading_space = remaining.len() - remaining.trim_start().len();
        self.trim_start(leading_space, NameIssueKind::Whitespace);
        let length = self.remaining().trim_end().len();
        self.truncate(length, NameIssueKind::Whitespace, SuggestionApplicability::Safe);
        while let Some(length) = scheme_length(self.remaining()) {
            self.trim_start(length, NameIssueKind::Scheme);
        }
        let leading_slashes = self.remaining().len() - self.remaining().trim_start_matches('/').len();
        self.trim_start(leading_slashes, NameIssueKind::LeadingSlash);
        self.trim_trailing_slashes();
        let remaining = self.remaining();
        if let Some(at_sign) = remaining
            .find('@')
            .filter(|at_sign| !remaining[*at_sign..].contains('/'))
        {
            self.truncate(at_sign, NameIssueKind::Digest, SuggestionApplicability::Unsafe);
        }
        if let Some(colon) = find_tag(self.remaining()) {
            self.truncate(colon, NameIssueKind::Tag, SuggestionApplicability::Unsafe);
        }
        self.trim_trailing_slashes();
    }

    fn remaining(&self) -> &'a str {
        &self.text[self.remaining.clone()]
    }

    fn report(&mut self, kind: NameIssueKind, range: Range<usize>) {
        self.issues.push(NameIssue {
            kind,
            range,
            edit: None,
        });
    }

    fn report_with_edit(
        &mut self,
        kind: NameIssueKind,
        range: Range<usize>,
        text: String,
        applicability: SuggestionApplicability,
    ) {
        self.issues.push(NameIssue {
            kind,
            range,
            edit: Some(TextEdit { text, applicability }),
        });
    }

    /// Removes bytes from the start, which is always safe.
    fn trim_start(&mut self, length: usize, kind: NameIssueKind) {
        let start = self.remaining.start + length;
        if length > 0 {
            let range = self.remaining.start..start;
            self.report_with_edit(kind, range, String::new(), SuggestionApplicability::Safe);
        }
        self.remaining.start = start;
    }

    /// Removes everything after the first `length` bytes.
    fn truncate(&mut self, length: usize, kind: NameIssueKind, applicability: SuggestionApplicability) {
        let end = self.remaining.start + length;
        if end < self.remaining.end {
            self.report_with_edit(kind, end..self.remaining.end, String::new(), applicability);
        }
        self.remaining.end = end;
    }

    fn trim_trailing_slashes(&mut self) {
        let length = self.remaining().trim_end_matches('/').len();
        self.truncate(
            length,
            NameIssueKind::TrailingSlash,
            SuggestionApplicability::Safe,
        );
    }

    fn examine_wildcard(&mut self, role: Role) {
        if role == Role::Mirror {
            let asterisk = self.remaining.start..self.remaining.start + 1;
            self.report(NameIssueKind::Wildcard, asterisk);
            self.remaining.start += "*.".len();
            self.examine_registry_and_path();
            return;
        }
        let start = self.remaining.start + "*.".len();
        let host_and_suffix = &self.text[start..self.remaining.end];
        let end = start + host_and_suffix.find([':', '/']).unwrap_or(host_and_suffix.len());
        if end < self.remaining.end {
            self.report(NameIssueKind::WildcardSuffix, end..self.remaining.end);
        }
        self.examine_host(start..end);
    }

    fn examine_registry_and_path(&mut self) {
        let remaining = self.remaining();
        let slash = remaining.find('/').unwrap_or(remaining.len());
        let registry = self.remaining.start..self.remaining.start + slash;
        self.examine_registry(&registry);
        // Each component starts after a slash, so any slashes at its start are redundant.
        let mut start = registry.end + 1;
        while let Some(path) = self.text[..self.remaining.end].get(start..) {
            let slashes = path.len() - path.trim_start_matches('/').len();
            if slashes > 0 {
                self.report_with_edit(
                    NameIssueKind::DoubleSlash,
                    start..start + slashes,
                    String::new(),
                    SuggestionApplicability::Safe,
                );
            }
            let path = &path[slashes..];
            let component = path.split('/').next().unwrap_or(path);
            self.examine_component(start + slashes, component);
            start += slashes + component.len() + 1;
        }
    }

    fn examine_registry(&mut self, range: &Range<usize>) {
        let registry = &self.text[range.clone()];
        // An IPv6 address contains colons, which are not allowed in a host.
        if registry.starts_with('[') {
            self.report(NameIssueKind::InvalidHost, range.clone());
            return;
        }
        let host_length = registry.find(':').unwrap_or(registry.len());
        let host_end = range.start + host_length;
        let port = registry.get(host_length + 1..);
        if port.is_some_and(|port| !is_port(port)) {
            self.report(NameIssueKind::InvalidPort, host_end..range.end);
        }
        self.examine_host(range.start..host_end);
    }

    fn examine_host(&mut self, range: Range<usize>) {
        let mut start = range.start;
        for label in self.text[range.clone()].split('.') {
            if label.is_empty() {
                // The dot before the empty label, or the one after it, or the place of the missing host.
                let dot = if start > range.start { start - 1 } else { start };
                self.report(NameIssueKind::InvalidHost, dot..(dot + 1).min(range.end).max(dot));
            } else if !is_label(label) {
                self.examine_label(start, label);
            }
            start += label.len() + 1;
        }
    }

    fn examine_label(&mut self, start: usize, label: &str) {
        for (class, run) in split_into_runs(label) {
            let range = start + run.start..start + run.end;
            let is_at_end = run.start == 0 || run.end == label.len();
            let is_hyphens = label[run].bytes().all(|byte| byte == b'-');
            match class {
                CharClass::Alphanumeric => {}
                CharClass::Separator if is_hyphens && !is_at_end => {}
                CharClass::Separator | CharClass::Other => self.report(NameIssueKind::InvalidHost, range),
                CharClass::Whitespace => self.report_inner_space(range),
                CharClass::Asterisk => self.report(NameIssueKind::Wildcard, range),
            }
        }
    }

    fn examine_component(&mut self, start: usize, component: &str) {
        for (class, run) in split_into_runs(component) {
            let range = start + run.start..start + run.end;
            let is_at_end = run.start == 0 || run.end == component.len();
            let text = &component[run];
            match class {
                CharClass::Alphanumeric if text.bytes().any(|byte| byte.is_ascii_uppercase()) => self
                    .report_with_edit(
                        NameIssueKind::Uppercase,
                        range,
                        text.to_ascii_lowercase(),
                        SuggestionApplicability::Unsafe,
                    ),
                CharClass::Alphanumeric => {}
                CharClass::Separator if !is_at_end && is_separator(text) => {}
                CharClass::Separator => self.report(NameIssueKind::InvalidSeparator, range),
                CharClass::Other => self.report(NameIssueKind::InvalidCharacter, range),
                CharClass::Whitespace => self.report_inner_space(range),
                CharClass::Asterisk => self.report(NameIssueKind::Wildcard, range),
            }
        }
    }

    fn report_inner_space(&mut self, range: Range<usize>) {
        self.report_with_edit(
            NameIssueKind::Whitespace,
            range,
            String::new(),
            SuggestionApplicability::Unsafe,
        );
    }
}

/// The length of `scheme://` at the start.
fn scheme_length(text: &str) -> Option<usize> {
    let scheme_end = text.find("://")?;
    let scheme = &text[..scheme_end];
    let is_valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
    is_valid.then_some(scheme_end + "://".len())
}

/// The colon of a tag: the first one in the last component. A text without a slash has a tag if the text before
/// the colon is not a host with a dot and the text after it is not a number: `nginx:latest` has a tag, while
/// `mirror:5000` has a port and `quay.io:x` an invalid one.
fn find_tag(text: &str) -> Option<usize> {
    let last_component = text.rfind('/').map_or(0, |slash| slash + 1);
    let colon = last_component + text[last_component..].find(':')?;
    if last_component > 0 {
        return Some(colon);
    }
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    let is_tag = !host.is_empty()
        && !host.contains(['.', '['])
        && host != "localhost"
        && !port.is_empty()
        && !is_port(port);
    is_tag.then_some(colon)
}

#[cfg(test)]
mod tests;
