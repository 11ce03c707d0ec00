//! A linter and converter for container image mirrors in Terraform: the library behind the program `mirrorset`.
//!
//! People who run OpenShift on AWS with hosted control planes (ROSA HCP) declare mirrors as `rhcs_image_mirror`
//! resources of the provider terraform-redhat/rhcs. OpenShift Cluster Manager (the OCM API) stores them, and the
//! cluster turns them into an `ImageDigestMirrorSet`, which the container runtime (CRI-O) reads as `registries.conf`.
//! This crate reads such configuration, the plans made of it and mirror manifests, checks them, converts them to each
//! other, compares them, and shows where an image is pulled from.
//!
//! # The flow of data
//!
//! ```text
//! paths ─▶ workspace ─▶ inputs ─┬─ configuration: syntax ─▶ module tree ─▶ evaluation ─┐
//!                               ├─ plans and states                                     ├─▶ model ─▶ rules ─▶ report ─▶ output
//!                               └─ manifests                                            ┘     │                 └────▶ fixes
//!                                                                                             └─▶ cluster mirrors ─▶ convert, compare, resolve
//! ```
//!
//! Several readers fill one model, and rules see the model alone. Conversion, comparison and resolution see the same
//! mirrors from the side of the nodes: the resolved mirrors of each cluster. A plan and the configuration that it was
//! made of are joined in the model: the values are the plan's, the positions in the text are the configuration's.
//!
//! # Crates
//!
//! Two crates of this workspace stand on their own. [`terraform_eval`] evaluates Terraform configuration and does not
//! depend on a provider or on image mirrors: `provider` gives it the schemas of the rhcs provider. [`registries_conf`]
//! knows image references, mirrors and `registries.conf` as containers/image sees them, and has no dependencies.
//!
//! # Tiers
//!
//! A module imports from its own tier and from lower tiers. No file is in a cycle with another one: types lie below the
//! functions that use them, and a facade only re-exports. `tests/integration/architecture.rs` reads this table and
//! enforces both.
//!
//! | tier | module | what it holds |
//! |---|---|---|
//! | 5 application | `cli` | the command line: the only module that prints, reads the environment and exits |
//! | 5 application | `lsp` | the language server: sessions over the texts that an editor has open |
//! | 5 application | `output` | the report and other results as text, JSON, XML and HTML: one file per format |
//! | 5 application | `session` | the loaded project with settings, suppressions and baseline, for commands that check or fix and for the language server |
//! | 5 application | `testing` | what the tests and benchmarks of the package use of it |
//! | 4 operations | `check` | runs the rules; settings, suppressions and the baseline decide what is reported |
//! | 4 operations | `fix` | applies the fixes of findings until nothing changes, and drops those that add an error |
//! | 4 operations | `convert` | the model as manifests, Terraform, commands, JSON: one file per target |
//! | 4 operations | `compare` | the differences between two inputs, as nodes see them |
//! | 4 operations | `resolve` | where an image is pulled from |
//! | 3 readers | `workspace` | from paths to inputs: project tree, discovery, root modules and who calls whom, what is skipped (not Cargo's workspace: what the given paths hold) |
//! | 3 readers | `readers` | configuration, plans, manifests: each fills the model |
//! | 3 readers | `config` | the configuration file `mirrorset.toml`: discovered, read, every key checked |
//! | 3 readers | `settings` | severity levels of rules, and what makes a run fail |
//! | 3 readers | `suppress` | comments that suppress findings |
//! | 3 readers | `baseline` | findings that were there before |
//! | 2 rules | `rules` | one rule is `NAME.rs` and `NAME.md`; one list in `rules.rs` names them all |
//! | 1 domain | `cluster_mirrors` | the resolved mirrors of each cluster |
//! | 1 domain | `model` | mirrors, clusters, where a cluster id comes from, what depends on what |
//! | 1 domain | `provider` | all that is known of the rhcs provider |
//! | 1 domain | `diagnostic` | findings, labels, fixes |
//! | 1 domain | `file_writer` | files are written whole, never through a link or over another program's text |
//! | 1 domain | `parallel` | work on many things, spread over the cores |
//! | 1 domain | `progress` | how far the work of a run is, and whether its result is still wanted |
//! | 1 domain | `untrusted` | text of inputs, as outputs may show it |
//!
//! Rules have a tier of their own below the readers, because the configuration file and suppressions name rules and
//! check the names that they read.
//!
//! # Where to add things
//!
//! `CONTRIBUTING.md` lists the files that a new rule, output format, conversion target, Terraform function or fact about
//! the provider belongs in.
//!
//! # Invariants
//!
//! 1. What a path stands for does not depend on the order of the paths or on the current directory. Everything below it is
//!    read, or is counted as skipped with a reason. A module in which nothing can be checked is read and not evaluated.
//! 2. Rules see the model and `registries_conf`: no HCL, no JSON, no path.
//! 3. All readers fill the same types. `Input::kind` tells rules what a kind of input does not record. The same
//!    configuration gives the same findings as HCL and as a plan of it, except for what only one of them records.
//! 4. Unknown is a value with a reason. It is counted and reported, never guessed. A sensitive value is checked and
//!    never printed.
//! 5. A value knows where it came from; findings point at the text that a person has to change.
//! 6. A bad input is a finding. Nothing panics on any input; depth, expansion and work are bounded, and a bound that is
//!    reached is reported.
//! 7. Spans are bytes of the file on disk. Lines, columns and the cropping of long lines belong to `output`.
//! 8. Output is a function of the report and the sources: same input, same bytes. Only `output::Text` is printed, in which
//!    no input can begin or end a line or control a terminal.
//! 9. Files are read and directories listed through one trait, [`terraform_eval::source`]'s `Files`; the writers alone
//!    access the disk directly.
//! 10. The program opens no network connection, starts no process, and writes only the files that the user asks for.

mod baseline;
mod check;
mod cli;
mod cluster_mirrors;
mod compare;
mod config;
mod convert;
mod diagnostic;
mod file_writer;
mod fix;
mod lsp;
mod model;
mod output;
mod parallel;
mod progress;
mod provider;
mod readers;
mod resolve;
mod rules;
mod session;
mod settings;
mod suppress;
#[doc(hidden)]
pub mod testing;
mod untrusted;
mod workspace;

pub use cli::main;
