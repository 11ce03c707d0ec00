//! The rules: data and a function each, one file a rule, listed in one slice.
//!
//! Rules see the model alone. What a rule needs is known or it is not: a rule that meets an unknown
//! value says so ([`Outcome::undecided`]) and never guesses.

mod chained_mirror;
mod changed;
mod classic_cluster;
mod cluster_not_awaited;
mod conflicting_order;
mod conflicting_policy;
mod count_indexed_mirrors;
mod drifted_mirror;
mod duplicate_mirror;
mod duplicate_source;
mod empty_mirrors;
mod entries;
mod external_cluster_id;
mod ignored_mirrors;
mod invalid_import_id;
mod invalid_manifest;
mod invalid_mirror;
mod invalid_source;
mod local_mirror;
mod missing_argument;
mod missing_depends_on;
mod names;
mod node_rollout;
mod non_canonical_mirror;
mod non_digest_type;
mod offer;
mod plan_differs;
mod provider_version;
mod recreated_mirror;
mod registry_config_conflict;
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
mod unordered_mirrors_read;
mod unsupported_argument;
mod unused_suppression;
mod wildcard_source;
mod wrong_argument_type;
mod wrong_cluster_attribute;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Input, InputKind, Mirror, UnknownReasons};

pub use duplicate_source::report as duplicate_source;
pub use entries::{Clusters, Entries};
pub use plan_differs::RULE as PLAN_DIFFERS;
pub use syntax_error::RULE as SYNTAX_ERROR;
pub use undecided::RULE as UNDECIDED;
pub use unused_suppression::RULE as UNUSED_SUPPRESSION;

/// Every rule, in the order of the catalogue.
pub const RULES: &[&Rule] = &[
    &missing_depends_on::RULE,
    &short_source::RULE,
    &non_digest_type::RULE,
    &classic_cluster::RULE,
    &cluster_not_awaited::RULE,
    &wrong_cluster_attribute::RULE,
    &external_cluster_id::RULE,
    &unordered_mirrors_read::RULE,
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
    &conflicting_order::RULE,
    &conflicting_policy::RULE,
    &registry_config_conflict::RULE,
    &count_indexed_mirrors::RULE,
    &unsupported_argument::RULE,
    &missing_argument::RULE,
    &wrong_argument_type::RULE,
    &provider_version::RULE,
    &ignored_mirrors::RULE,
    &invalid_import_id::RULE,
    &replaced_mirror::RULE,
    &recreated_mirror::RULE,
    &removed_mirror::RULE,
    &reordered_mirrors::RULE,
    &drifted_mirror::RULE,
    &node_rollout::RULE,
    &plan_differs::RULE,
    &invalid_manifest::RULE,
    &undecided::RULE,
    &syntax_error::RULE,
    &unused_suppression::RULE,
];

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its name, in kebab case; the id in every output.
    pub name: &'static str,
    /// How bad its findings are, unless the finding says otherwise.
    pub severity: Severity,
    /// Which inputs show what it looks for.
    pub inputs: Inputs,
    /// Whether its findings come with a fix.
    pub fix: Fixability,
    /// What it does in one sentence, for tables.
    pub summary: &'static str,
    /// Its page.
    pub documentation: Documentation,
    /// How it decides.
    pub check: Check,
}

/// The inputs on which a rule can find something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Configuration alone: a plan does not record what it looks at.
    Configuration,
    /// Plans alone.
    Plan,
    /// Configuration, plans, and states as far as they record it.
    Both,
    /// Configuration and manifests: what people write.
    Written,
    /// Manifests alone.
    Manifest,
    /// Everything that declares mirrors.
    All,
}

impl Inputs {
    /// The names of the inputs, as people read them.
    #[must_use]
    pub fn names(self) -> &'static [&'static str] {
        match self {
            Self::Configuration => &["configuration"],
            Self::Plan => &["plan"],
            Self::Both => &["configuration", "plan"],
            Self::Written => &["configuration", "manifest"],
            Self::Manifest => &["manifest"],
            Self::All => &["configuration", "plan", "manifest"],
        }
    }

    /// Whether a rule can find something on an input. What Terraform writes is seen by every rule about it:
    /// which of them a plan has nothing for, the rules know themselves.
    #[must_use]
    pub fn include(self, input: InputKind) -> bool {
        match self {
            Self::All | Self::Written => true,
            Self::Manifest => input == InputKind::Manifest,
            Self::Configuration | Self::Plan | Self::Both => input != InputKind::Manifest,
        }
    }
}

/// Whether a rule's findings come with a fix, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixability {
    /// No finding has one.
    None,
    /// Findings have fixes that may be made without asking.
    Safe,
    /// Findings have fixes that a person must look at.
    Unsafe,
    /// Some findings have the one, some the other.
    SafeOrUnsafe,
}

impl Fixability {
    /// The word of tables and of JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::SafeOrUnsafe => "safe or unsafe",
        }
    }
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
    Mirror(fn(&Input, &Mirror) -> Outcome),
    /// It looks at what stands beside mirrors: other blocks, the versions of the provider.
    Beside(fn(&Input) -> Vec<Diagnostic>),
    /// It looks at one mirror among all of its cluster.
    Entry(fn(&Entries<'_>, &Mirror) -> Outcome),
    /// It looks at what a plan changes.
    Changes(fn(&Input) -> Vec<Diagnostic>),
    /// Its findings arise where the files are read or the outcomes are counted.
    Elsewhere,
}

/// What a rule says of one mirror. It may find some things and leave others open.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// Why the rule could not decide on everything.
    pub undecided: Option<UnknownReasons>,
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
    pub fn undecided(unknown: UnknownReasons) -> Self {
        Self {
            findings: Vec::new(),
            undecided: Some(unknown),
        }
    }
}

impl Rule {
    /// A finding of this rule about a mirror. `what` follows the address in the message.
    fn finding(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, format!("{}: {what}", mirror.address))
            .at_address(mirror.address.to_string())
    }

    /// A finding of this rule about a mirror's block, in the same words for all its instances: it is said once.
    fn finding_in_block(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        let block = mirror
            .path()
            .map_or_else(|| mirror.address.to_string(), |path| path.to_string());
        Diagnostic::new(self.name, self.severity, format!("{block}: {what}")).at_address(block)
    }
}

/// Puts the primary label on an argument's value, and the way that the value took beside it.
trait AtAttribute {
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self;

    /// Adds the place of a value that another one was compared with, if that is another place and one does
    /// not give the other away.
    fn compared_with<A, B>(self, own: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self;
}

impl AtAttribute for Diagnostic {
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self {
        let labelled = self.at(attribute.span.unwrap_or(mirror.span), label);
        let led = attribute
            .trace
            .iter()
            .fold(labelled, |finding, step| finding.related(step.span, "used here"));
        match attribute.planned_span {
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

/// The name of a rule that somebody may have meant by a name that no rule has.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, RULES.iter().map(|rule| rule.name))
}

/// The word that is most like another one, if any is like it at all.
#[must_use]
pub fn nearest_of<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    // Below this, people no longer recognise what they meant.
    const ALIKE: f64 = 0.7;
    let likeness = |other: &&str| strsim::jaro_winkler(word, other);
    let best = words
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= ALIKE).then_some(best)
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

    #[test]
    fn a_slip_of_the_pen_finds_the_name_that_was_meant() {
        assert_eq!(nearest("short-sauce"), Some("short-source"));
        assert_eq!(nearest("missing_depends_on"), Some("missing-depends-on"));
        assert_eq!(nearest("x"), None);
    }
}
