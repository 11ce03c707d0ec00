//! The list of all rules, by group, and how to find one.

use super::{Rule, SECTIONS, SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::diagnostic::nearest_of;

/// Declares the modules of the rules and lists the rules by group, so that a new rule is one line.
macro_rules! rules {
    ($($group:ident { $($module:ident,)+ })+) => {
        $($(mod $module;)+)+

        /// Every rule by group, in the order in which they are listed and documented.
        pub static SECTIONS: &[$crate::rules::Section] = &[
            $($crate::rules::Section {
                group: $crate::rules::Group::$group,
                rules: &[$(&$module::RULE),+],
            }),+
        ];

        /// Every rule, in the order of the groups.
        pub static RULES: &[&$crate::rules::Rule] = &[$($(&$module::RULE),+),+];
    };
}
pub(super) use rules;

/// What a rule is about: the headings of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The cluster that a mirror belongs to.
    Cluster,
    /// `source`.
    Source,
    /// `mirrors` and `type`.
    Mirrors,
    /// All mirrors of a cluster together.
    WholeCluster,
    /// Blocks, arguments and versions, as Terraform has them.
    Terraform,
    /// What a plan changes.
    Plan,
    /// What only manifests have.
    Manifest,
    /// Reading, deciding and suppressing.
    Housekeeping,
}

impl Group {
    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Source => "Source",
            Self::Mirrors => "Mirrors",
            Self::WholeCluster => "Whole cluster",
            Self::Terraform => "Terraform",
            Self::Plan => "Plan",
            Self::Manifest => "Manifest",
            Self::Housekeeping => "Housekeeping",
        }
    }
}

/// The rules of a group.
#[derive(Debug)]
pub struct Section {
    /// The group.
    pub group: Group,
    /// Its rules, in the order of the list.
    pub rules: &'static [&'static Rule],
}

/// Every rule with its group.
pub fn grouped() -> impl Iterator<Item = (Group, &'static Rule)> {
    let sections = SECTIONS.iter();
    sections.flat_map(|section| section.rules.iter().map(|rule| (section.group, *rule)))
}

/// Returns the rule with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    let mut rules = super::RULES.iter().copied();
    rules.find(|rule| rule.name == name)
}

/// Whether a rule reports input that was not read. Such a rule always runs, and its findings can neither be
/// suppressed nor be part of a baseline: unread input must not pass as checked.
#[must_use]
pub fn reports_unread_input(rule: &str) -> bool {
    rule == SYNTAX_ERROR.name || rule == UNSUPPORTED_INPUT.name
}

/// Returns the name of the rule that is most similar to an unknown name.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, super::RULES.iter().map(|rule| rule.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

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
    fn a_misspelled_name_finds_the_nearest_rule() {
        assert_eq!(nearest("short-sauce"), Some("short-source"));
        assert_eq!(nearest("missing_depends_on"), Some("missing-depends-on"));
        assert_eq!(nearest("x"), None);
    }
}
