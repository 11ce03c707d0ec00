//! From the paths that a user names to a project: finds what to read, has it read, and joins plans with their
//! configuration.
//!
//! | question | file |
//! |---|---|
//! | What is an input, and with which options is it read? | `options` |
//! | What does a run give back? | `loaded`, `load_error` |
//! | In which order is everything read and added to the project? | `load` |
//! | Which directory tree belongs to a path? | `project_tree` |
//! | Which directories and files below a path are read, and which are skipped? | `discovery` |
//! | What does `.gitignore` ignore? | `ignore_files` |
//! | What is a file, by its name? | `name_kind` |
//! | Which files of other kinds may hide mirrors? | `other_files` |
//! | Which root modules do the named paths stand for? | `selection` |
//! | Which modules of the tree call a module? | `callers` |
//! | What do the files of a directory say at a glance? | `survey` |
//! | Which texts are parsed already, and which are divided into blocks? | `known_documents`, `known_outlines` |
//! | What is known of project trees, and when is it looked at again? | `known_trees` |
//! | Which modules are read, and which have nothing to check? | `relevance` |
//! | Is a named file a plan, a state or a manifest? | `named_files` |
//! | Which manifests belong to one cluster? | `manifest_files` |
//! | Which files does a node load together? | `node_files` |
//! | Which files are patches and no manifests? | `kustomize` |
//! | What is a file of Terraform, by its name? | `configuration_names` |
//! | Which files of a directory does Terraform read? | `terraform_files` |
//! | Which modules are roots, and who calls whom? | `loaded_modules` |
//! | What if modules call each other in a cycle? | `call_cycles` |
//! | Where is a module that `terraform init` installed? | `installed_modules` |
//! | Which program and version evaluates a root module? | `dialects` |
//! | Do older versions that are admitted make something else of a root module? | `older_versions` |
//! | Which version of the provider is locked? | `lock_file` |
//! | Where does the value of a root module's variable come from? | `variables` |
//! | What does a plan say about its configuration? | `loaded_plan` |
//! | Which configuration was a plan created from? | `plan_configuration` |
//! | What does an expression evaluate to in a module? | `expressions` |
//! | What does the text at an offset evaluate to, in each root module and instance? | `values` |
//!
//! `input_files` reads files for all of them: it counts them, and reports those that cannot be read.

mod call_cycles;
mod callers;
mod configuration_names;
mod dialects;
mod discovery;
mod expressions;
mod ignore_files;
mod input_files;
mod installed_modules;
mod known_documents;
mod known_outlines;
mod known_trees;
mod kustomize;
mod load;
mod load_error;
mod loaded;
mod loaded_modules;
mod loaded_plan;
mod lock_file;
mod manifest_files;
mod name_kind;
mod named_files;
mod node_files;
mod older_versions;
mod options;
mod other_files;
mod plan_configuration;
mod project_tree;
mod relevance;
mod selection;
mod survey;
mod terraform_files;
mod values;
mod variables;

pub use dialects::DialectChoice;
pub use expressions::{ConsoleValue, evaluate, evaluate_console};
pub use known_trees::KnownTrees;
pub use load::load;
pub(crate) use load_error::LoadError;
pub use loaded::Loaded;
pub(crate) use options::VariableArg;
pub use options::{EngineVersion, InputPaths, Options, PlanConfiguration};
pub(crate) use values::{Element, InstanceValue, element_at, set_variable_at};
