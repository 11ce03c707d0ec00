//! Configuration, evaluated and read into the model.
//!
//! | question | file |
//! |---|---|
//! | Which modules and blocks of a root module are read? | `root_module` |
//! | What is known while a root module is read? | `root_module/reader`, `evaluation_context` |
//! | Which instances does a block have (`count`, `for_each`)? | `root_module/instances` |
//! | Which blocks of a large root module are read at the same time? | `root_module/parts` |
//! | How is a mirror, cluster, waiter, data source or `import` block read? | `root_module/{mirrors,clusters,waiters,data_sources,imports}` |
//! | Which manifests do resources apply? | `root_module/manifests` |
//! | How does a value become a manifest, and how is a partly unknown one read? | `manifest_node`, `placeholders` |
//! | Which modules enclose a block, and what do their calls leave out? | `root_module/calls` |
//! | What does a block inherit from them? | `root_module/enclosing_context` |
//! | Which versions of the provider do the modules accept? | `root_module/provider_versions` |
//! | What is the value of an argument? | `block_reader`, `registry_sources` |
//! | What else is in a mirror's block? | `mirror_block` |
//! | Where does a cluster id come from, and why is a value unknown? | `provenance` |
//! | Through which expressions does a value reach a mirror? | `trace` |
//! | Which names and values does Terraform reject in a block? | `block_checks`, `meta_arguments`, `static_reference` |
//! | Which modules and calls are checked for that, and what is reported once? | `root_module/checks`, `issues` |
//! | Can a fix change the text of a value? | `editability`, `reference_counts` |
//! | Where can a fix add or remove something? | `insertion_points`, `list_edits` |
//! | Which syntax errors are reported? | `syntax_errors` |

mod block_checks;
mod block_reader;
mod budget;
mod editability;
mod evaluation_context;
mod insertion_points;
mod issues;
mod list_edits;
mod manifest_node;
mod meta_arguments;
mod mirror_block;
mod placeholders;
mod provenance;
mod reference_counts;
mod registry_sources;
mod root_module;
mod static_reference;
mod syntax_errors;
mod trace;

pub(crate) use budget::RunBudget;
pub(crate) use provenance::unknown_reasons;
pub(crate) use root_module::{
    RootModule, RootModuleModel, evaluate_root, evaluate_roots, may_carry_manifests, may_have_inputs,
    may_pass_mirrors,
};
pub(crate) use syntax_errors::syntax_error_findings;
