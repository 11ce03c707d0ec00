//! Terraform configuration, evaluated without Terraform.
//!
//! The crate parses native HCL and JSON configuration, resolves module calls, and evaluates expressions as
//! `terraform plan` does before it asks a provider: types, conversions, functions, unknown and sensitive values, `count`
//! and `for_each`. A value remembers its origin, so that a finding about the value can point at the text to change.
//!
//! The crate knows no provider. Its user passes the attributes of resource types as [`schema::ProviderSchemas`].
//!
//! # Data flow
//!
//! ```text
//! source::Files ─read─▶ source::Sources ─syntax─▶ blocks ─modules─▶ ModuleTree ─eval─▶ cty::Value
//! (disk, memory,        (texts, spans)            (parsed on        (declarations,     (type, value, marks,
//!  overlay)                                        demand)           calls, graph)      origins)
//! ```
//!
//! # Where to find what
//!
//! | question | answer |
//! |---|---|
//! | How are files read, and how do texts in memory replace them? | [`source::Files`] |
//! | What is the text, the line and the column of a finding? | [`source::Sources`], [`source::Span`] |
//! | How is a file parsed? | [`syntax::document::parse_file`] |
//! | What does the syntax tree look like? | [`syntax::tree`] |
//! | Which comments does a file have, and what do they apply to? | [`syntax::comments`] |
//! | How are Kubernetes manifests parsed? | [`syntax::yaml`] |
//! | What does a module declare, and which modules does it call? | [`modules::Module`], [`modules::ModuleTree`] |
//! | What does a block depend on, and is there a cycle? | [`modules::GraphBuilder`], [`resource_set`] |
//! | What does an expression refer to? | [`modules::references`] |
//! | What does an expression evaluate to? | [`eval::Evaluator`] |
//! | Which instances does a block have? | [`eval::Expansion`] |
//! | What is the type of a value, is it known, is it sensitive? | [`cty`] |
//! | Where does a value come from? | [`cty::Marks`] |
//! | How does Terraform print an address? | [`address`] |
//! | Which attributes does a resource type have? | [`schema`] |
//! | What differs between Terraform, OpenTofu and their versions? | [`dialect`] |
//! | Which hash function and which maps are used? | [`hashing`] |
//!
//! # Example
//!
//! A module in memory, and the value of an expression in it:
//!
//! ```
//! use std::path::Path;
//! use std::sync::Arc;
//!
//! use terraform_eval::cty::to_json;
//! use terraform_eval::eval::{Evaluator, RootInputs, InstanceId, Scope};
//! use terraform_eval::modules::{FileBlock, Module, ModuleTree};
//! use terraform_eval::schema::ProviderSchemas;
//! use terraform_eval::source::{MemoryFiles, Sources};
//! use terraform_eval::syntax::document::{Format, parse_file};
//! use terraform_eval::syntax::native::parse_expression;
//!
//! let files = MemoryFiles::new([(
//!     "/app/main.tf",
//!     r#"
//!     resource "terraform_data" "greeting" {
//!       for_each = toset(["hello", "goodbye"])
//!       input    = "${each.key}, world"
//!     }
//!     "#,
//! )]);
//! let mut sources = Sources::with_files(Arc::new(files));
//! let file = sources.read(Path::new("/app/main.tf")).expect("the file exists");
//! let document = parse_file(file, sources.text(file), Format::Native);
//! assert!(document.syntax_errors.is_empty());
//!
//! let directory = Path::new("/app");
//! let mut tree = ModuleTree::new(ProviderSchemas::builtin());
//! let blocks = document.items.into_iter().map(FileBlock::new).collect();
//! let module = Module::new(directory, vec![file], blocks, Vec::new(), tree.schemas());
//! let root = tree.add(directory.to_owned(), module);
//!
//! let text = "{ for key, greeting in terraform_data.greeting : key => upper(greeting.input) }";
//! let expression_file = sources.add("expression", text);
//! let (expression, syntax_errors) = parse_expression(expression_file, text, 0..text.len());
//! assert!(syntax_errors.is_empty());
//!
//! let inputs = RootInputs::default();
//! let evaluator = Evaluator::new(&tree, &sources, &inputs, root);
//! let value = evaluator
//!     .evaluate(&expression.expect("it is valid"), Scope::module(InstanceId::ROOT))
//!     .expect("it can be evaluated");
//! let json = to_json(&value).expect("it is known");
//! println!("{json}");
//! assert_eq!(json, r#"{"goodbye":"GOODBYE, WORLD","hello":"HELLO, WORLD"}"#);
//! ```
//!
//! Large configuration needs more stack than a thread has by default; see [`eval::with_stack`].

pub mod address;
pub mod cty;
pub mod dialect;
pub mod eval;
pub mod hashing;
pub mod modules;
pub mod reference_graph;
pub mod resource_set;
pub mod schema;
pub mod source;
mod stack;
pub mod syntax;
pub mod version;
