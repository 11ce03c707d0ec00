//! The rules. A rule is data, a page and a function: `NAME.rs` and `NAME.md`, and one line in the list below.
//!
//! Rules see the model, and neither HCL nor JSON nor a path. A rule that needs an unknown value reports that
//! ([`RuleOutcome::undecided`]) and never guesses.
//!
//! | module | holds |
//! |---|---|
//! | `rule` | what a rule is: [`Rule`], [`Check`], [`RuleOutcome`] |
//! | `page` | the form of a page, and its parser |
//! | `rule_list` | the macro behind the list, [`Group`] |
//! | `support` | what several rules have in common |
//!
//! Everything that names rules follows from the list: `mirrorset rules` and `explain`, `docs/rules.md`, the schema
//! of the configuration file. `cargo fmt` does not see modules that a macro declares, so `.ci/run` checks their format
//! by path.

mod page;
mod rule;
mod rule_list;
mod support;

use crate::diagnostic::{Code, nearest_of};

rule_list::rules! {
    Cluster {
        missing_depends_on,
        cluster_not_ready,
        classic_cluster,
        wrong_cluster_attribute,
        external_cluster_id,
    }
    Source {
        short_source,
        invalid_source,
        unmatchable_source,
        wildcard_source,
    }
    Mirrors {
        invalid_mirror,
        unrewritable_mirror,
        local_mirror,
        self_mirror,
        duplicate_mirror,
        empty_mirrors,
        mirror_name_too_long,
        non_digest_type,
    }
    WholeCluster {
        shadowed_source,
        chained_mirror,
        duplicate_source,
        too_many_entries,
        mirror_without_credentials,
        mirror_policy,
        unserved_image,
        unfilled_mirror,
        registry_config_conflict,
        invalid_registry,
    }
    Terraform {
        unsupported_argument,
        missing_argument,
        wrong_argument_type,
        invalid_configuration,
        provider_version,
        count_indexed_mirrors,
        ignored_mirrors,
        unordered_data_source,
        invalid_import_id,
    }
    Plan {
        replaced_mirror,
        recreated_mirror,
        removed_mirror,
        reordered_mirrors,
        drifted_mirror,
        node_rollout,
        plan_mismatch,
    }
    Manifest {
        invalid_manifest,
        overwritten_manifest,
        conflicting_order,
        conflicting_policy,
        image_policy_on_mirror,
    }
    Node {
        invalid_registries_conf,
        unused_table,
    }
    Housekeeping {
        unknown_value,
        syntax_error,
        unsupported_input,
        skipped_input,
        unused_suppression,
    }
}

pub(crate) use duplicate_mirror::check as check_duplicate_mirrors;
pub(crate) use empty_mirrors::check as check_empty_mirrors;
pub(crate) use invalid_mirror::check as check_mirror_names;
pub(crate) use invalid_source::check as check_source_name;
pub(crate) use mirror_without_credentials::report_key_traps;
pub(crate) use page::page_lines;
pub use page::{Example, Language, Page};
pub(crate) use plan_mismatch::RULE as PLAN_MISMATCH;
pub(crate) use rule::{Check, RuleOutcome};
pub use rule::{Fixability, Rule};
pub(crate) use rule_list::{Group, Section};
pub(crate) use skipped_input::{RULE as SKIPPED_INPUT, report as report_skipped};
pub(crate) use support::cluster_index::{ClusterIndex, IndexedCluster};
pub(crate) use syntax_error::RULE as SYNTAX_ERROR;
pub(crate) use unknown_value::{
    RULE as UNKNOWN_VALUE, report as report_unknown_values, report_plan as report_unfinished_plan,
    report_plans as report_unfinished_plans,
};
pub(crate) use unsupported_input::RULE as UNSUPPORTED_INPUT;
pub(crate) use unused_suppression::RULE as UNUSED_SUPPRESSION;

/// Every rule with its group.
pub(crate) fn grouped() -> impl Iterator<Item = (Group, &'static Rule)> {
    let sections = SECTIONS.iter();
    sections.flat_map(|section| section.rules.iter().map(|rule| (section.group, *rule)))
}

/// Returns the rule with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    let mut rules = RULES.iter().copied();
    rules.find(|rule| rule.name == name)
}

/// Returns the rule that a finding comes from.
#[must_use]
pub(crate) fn by_code(code: Code) -> Option<&'static Rule> {
    match code {
        Code::Rule(name) => find(name),
        Code::Configuration | Code::LossyConversion => None,
    }
}

/// Whether a rule reports input that was not read. `--select` never disables such a rule, and its findings can neither
/// be suppressed nor be part of a baseline: unread input must not pass as checked.
#[must_use]
pub(crate) fn reports_unread_input(code: Code) -> bool {
    code == SYNTAX_ERROR.code() || code == UNSUPPORTED_INPUT.code()
}

/// Returns the name of the rule that is most similar to an unknown name.
#[must_use]
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, RULES.iter().map(|rule| rule.name))
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
    fn a_misspelled_name_finds_the_nearest_rule() {
        assert_eq!(nearest("short-sauce"), Some("short-source"));
        assert_eq!(nearest("missing_depends_on"), Some("missing-depends-on"));
        assert_eq!(nearest("x"), None);
    }
}
