//! The rules. A rule is data, a page and a function: `NAME.rs` and `NAME.md`, and one line in the list below.
//!
//! Rules see the model, and neither HCL nor JSON nor a path. A rule that needs an unknown value reports that
//! ([`RuleOutcome::undecided`]) and never guesses.
//!
//! | module | holds |
//! |---|---|
//! | `rule` | what a rule is: [`Rule`], [`Check`], [`RuleOutcome`] |
//! | `page` | the form of a page, and its parser |
//! | `registry` | the macro behind the list, [`Group`], [`find`] |
//! | `support` | what several rules have in common |
//!
//! Everything that names rules follows from the list: `mirrorset rules` and `explain`, `docs/rules.md`, the schema
//! of the configuration file, completions. `cargo fmt` does not see modules that a macro declares, so `.ci/run`
//! formats the rules by their paths.

mod page;
mod registry;
mod rule;
mod support;

registry::rules! {
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
        registry_config_conflict,
    }
    Terraform {
        unsupported_argument,
        missing_argument,
        wrong_argument_type,
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
        conflicting_order,
        conflicting_policy,
    }
    Housekeeping {
        unknown_value,
        syntax_error,
        unsupported_input,
        unused_suppression,
    }
}

pub use duplicate_mirror::check as check_duplicate_mirrors;
pub use empty_mirrors::check as check_empty_mirrors;
pub use invalid_mirror::check as check_mirror_names;
pub use invalid_source::check as check_source_name;
pub use page::{Example, Language, Page, PageError, page_lines};
pub use plan_mismatch::RULE as PLAN_MISMATCH;
pub use registry::{Group, Section, find, grouped, nearest, reports_unread_input};
pub use rule::{Check, Fixability, Rule, RuleOutcome};
pub use support::cluster_index::{ClusterIndex, ClusterMirrors};
pub use syntax_error::RULE as SYNTAX_ERROR;
pub use unknown_value::{
    RULE as UNKNOWN_VALUE, report as report_unknown_values, report_plan as report_unfinished_plan,
};
pub use unsupported_input::RULE as UNSUPPORTED_INPUT;
pub use unused_suppression::RULE as UNUSED_SUPPRESSION;
