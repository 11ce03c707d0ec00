//! The rules: data and a function each, one file a rule, listed in one slice.
//!
//! Rules see the model alone. What a rule needs is known or it is not: a rule that meets an unknown
//! value says so ([`Outcome::undecided`]) and never guesses.

mod chained_mirror;
mod changed;
mod classic_cluster;
mod drifted_mirror;
mod duplicate_mirror;
mod duplicate_source;
mod empty_mirrors;
mod entries;
mod invalid_mirror;
mod invalid_source;
mod local_mirror;
mod missing_depends_on;
mod names;
mod node_rollout;
mod non_canonical_mirror;
mod non_digest_type;
mod offer;
mod plan_differs;
mod recreated_mirror;
mod removed_mirror;
mod reordered_mirrors;
mod replaced_mirror;
mod rewritten_too_long;
mod self_mirror;
mod shadowed_source;
mod short_source;
mod syntax_error;
mod too_many_entries;
pub mod undecided;
mod unmatchable_source;
mod wildcard_source;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Configuration, ImageMirror, Unknown};

pub use duplicate_source::report as duplicate_source;
pub use entries::{Clusters, Entries};
pub use plan_differs::RULE as PLAN_DIFFERS;
pub use syntax_error::RULE as SYNTAX_ERROR;
pub use undecided::RULE as UNDECIDED;

/// Every rule, in the order of the catalogue.
pub const RULES: &[&Rule] = &[
    &missing_depends_on::RULE,
    &short_source::RULE,
    &non_digest_type::RULE,
    &classic_cluster::RULE,
    &invalid_source::RULE,
    &unmatchable_source::RULE,
    &wildcard_source::RULE,
    &shadowed_source::RULE,
    &invalid_mirror::RULE,
    &non_canonical_mirror::RULE,
    &duplicate_mirror::RULE,
    &empty_mirrors::RULE,
    &self_mirror::RULE,
    &chained_mirror::RULE,
    &local_mirror::RULE,
    &rewritten_too_long::RULE,
    &too_many_entries::RULE,
    &duplicate_source::RULE,
    &replaced_mirror::RULE,
    &recreated_mirror::RULE,
    &removed_mirror::RULE,
    &reordered_mirrors::RULE,
    &drifted_mirror::RULE,
    &node_rollout::RULE,
    &plan_differs::RULE,
    &undecided::RULE,
    &syntax_error::RULE,
];

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab case; the id in every output.
    pub name: &'static str,
    /// How bad its findings are, unless the finding says otherwise.
    pub severity: Severity,
    /// What it does in one sentence, for tables.
    pub summary: &'static str,
    /// Its page.
    pub documentation: Documentation,
    /// How it decides.
    pub check: Check,
}

/// A rule's page, in a fixed form.
#[derive(Debug)]
pub struct Documentation {
    /// What it looks for.
    pub what: &'static str,
    /// Why that is bad: the consequence in production, and the source of that fact.
    pub why: &'static str,
    /// Configuration that has one finding of this rule, and none of another one; a plan, where only a
    /// plan can have it.
    pub failing: &'static str,
    /// The same configuration made right: no finding at all.
    pub passing: &'static str,
}

/// How a rule decides.
#[derive(Debug)]
pub enum Check {
    /// It looks at one mirror at a time.
    Mirror(fn(&Configuration, &ImageMirror) -> Outcome),
    /// It looks at one mirror among all of its cluster.
    Entry(fn(&Entries<'_>, &ImageMirror) -> Outcome),
    /// It looks at what a plan changes.
    Changes(fn(&Configuration) -> Vec<Diagnostic>),
    /// Its findings arise where the files are read or the outcomes are counted.
    Elsewhere,
}

/// What a rule says of one mirror. It may find some things and leave others open.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// Why the rule could not decide on everything.
    pub undecided: Option<Unknown>,
}

impl Outcome {
    /// Nothing is wrong, as far as this rule sees.
    #[must_use]
    pub fn clean() -> Self {
        Self::default()
    }

    /// This is wrong.
    #[must_use]
    pub fn found(finding: Diagnostic) -> Self {
        Self {
            findings: vec![finding],
            undecided: None,
        }
    }

    /// An unknown value keeps the rule from deciding.
    #[must_use]
    pub fn undecided(unknown: Unknown) -> Self {
        Self {
            findings: Vec::new(),
            undecided: Some(unknown),
        }
    }
}

impl Rule {
    /// A finding of this rule about a mirror. `what` follows the address in the message.
    fn finding(&self, mirror: &ImageMirror, what: &str) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, format!("{}: {what}", mirror.address))
            .at_address(mirror.address.to_string())
    }
}

/// Puts the primary label on an argument's value, and the way that the value took beside it.
trait AtAttribute {
    fn at_attribute<T>(self, mirror: &ImageMirror, attribute: &Attribute<T>, label: &str) -> Self;

    /// Adds the place of a value that another one was compared with, if that is another place and one does
    /// not give the other away.
    fn compared_with<A, B>(self, own: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self;
}

impl AtAttribute for Diagnostic {
    fn at_attribute<T>(self, mirror: &ImageMirror, attribute: &Attribute<T>, label: &str) -> Self {
        let labelled = self.at(attribute.span.unwrap_or(mirror.span), label);
        let led = attribute
            .way
            .iter()
            .fold(labelled, |finding, step| finding.related(step.span, "used here"));
        match attribute.planned {
            Some(span) => led.related(span, "the planned value"),
            None => led,
        }
    }

    fn compared_with<A, B>(self, own: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self {
        match other.span.filter(|span| Some(*span) != own.span) {
            Some(span) if names::may_be_compared(own, other) => self.related(span, label),
            _ => self,
        }
    }
}

/// The rule of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kebab_case_and_unique() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert!(
            names
                .iter()
                .all(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn every_rule_is_found_by_its_name() {
        for rule in RULES {
            assert!(std::ptr::eq(find(rule.name).unwrap(), *rule));
        }
        assert!(find("no-such-rule").is_none());
    }
}
