//! The integration tests: one program, so that it is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::assigning_clones,
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "a test fails by panicking and prints what it skipped, and clippy takes the helpers of tests for production code"
)]

mod architecture;
mod baseline;
mod cases;
mod changes;
mod cli;
mod cluster_rules;
mod config;
mod conformance;
mod console;
mod convert;
mod coverage;
mod coverage_tree;
mod dialects;
mod diff;
mod docs;
mod documents;
mod editors;
mod eval;
mod examples;
mod file_access;
mod filling;
mod fix_mutations;
mod fixes;
mod formats;
mod fuzz_regressions;
mod fuzz_targets;
mod hidden_mirrors;
mod hostile;
mod hostile_files;
mod hostile_output;
mod image_sets;
mod installed_modules;
mod invalid_examples;
mod kubernetes_manifests;
mod lsp;
mod lsp_random;
mod manifest;
mod merge_order_conformance;
mod modules;
mod more_ways_in;
mod names;
mod no_silent_loss;
mod node_files;
mod parity;
mod plan;
mod plan_gaps;
mod plan_with_configuration;
mod policy;
mod provider_conformance;
mod pull_secrets;
mod registries;
mod resolve;
mod robustness;
mod round_trip;
mod rules;
mod scaling;
mod secrets;
mod selection;
mod settings_parity;
mod short_names;
mod skopeo;
mod support;
mod suppress;
mod terminal;
mod terraform;
mod upstream;
mod version_boundaries;
mod versions;
mod words;
mod wrapped_manifests;
