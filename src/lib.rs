//! A linter and converter for container image mirrors in Terraform.
//!
//! People who run OpenShift on AWS with hosted control planes (ROSA HCP) declare mirrors as
//! `rhcs_image_mirror` resources, and the cluster makes an `ImageDigestMirrorSet` of them. This crate
//! reads such configuration and the plans made of it, evaluates it as Terraform would, checks it, converts it
//! to manifests and back, and says what nodes will make of it. The program `mirrorset` is a thin shell around it.
//!
//! # The way of the data
//!
//! ```text
//! paths ─discover─▶ files ─syntax─▶ terraform::Tree ─eval─▶ ┐
//!                                                           ├▶ model::Project ─check (rules)─▶ Report ─▶ output
//! plan and state JSON ──────────────plan──────────────────▶ ┤        │
//! manifests ─────────────syntax──────────manifest─────────▶ ┘        └▶ mirror_set ─convert─▶ manifests, Terraform, …
//!                                                                             ├────compare─▶ differences
//!                                                                             └────resolve─▶ where images come from
//! ```
//!
//! Several readers fill one model; rules see the model alone. What is converted, compared and resolved is the
//! same thing seen from the nodes: the known mirrors of each cluster (`mirror_set`). A plan and the configuration
//! that it was made of are joined in the model: the values are the plan's, the places the configuration's.
//! A large plan is read by its outline, and what no rule needs is passed over (`plan`).
//!
//! # Layers
//!
//! A module imports from lower layers only, never from its own. A test (`tests/layers.rs`) reads this
//! table and holds the code to it.
//!
//! | layer | module | holds |
//! |---|---|---|
//! | 0 | `source` | files, their text, spans; the only module that reads files |
//! | 0 | `address` | Terraform's names: module paths, resource addresses, references |
//! | 0 | `registry` | image names as the container runtime sees them |
//! | 1 | `diagnostic` | findings, labels, fixes |
//! | 1 | `cty` | Terraform's type system: types, values, marks, conversion, numbers |
//! | 1 | `syntax` | text to the syntax tree, for native HCL and for JSON; YAML to a tree of its own |
//! | 2 | `model` | mirrors, clusters, where a cluster id leads, what comes before what |
//! | 3 | `terraform` | modules, the blocks in them, who calls whom, references |
//! | 3 | `plan` | plan and state JSON to the model |
//! | 3 | `manifest` | ImageDigestMirrorSet and its kin to the model |
//! | 3 | `rules` | a rule is `NAME.rs` and `NAME.md`; one list of them, by group |
//! | 4 | `eval` | expressions, instances, variables, outputs: what a value is worth |
//! | 4 | `mirror_set` | the mirrors of each cluster, as far as their values are known |
//! | 4 | `settings` | what the user decides: levels of rules, what fails |
//! | 4 | `suppress` | the comments by which findings are accepted where they stand |
//! | 4 | `baseline` | the findings that were there before |
//! | 5 | `config` | the configuration file: found, read, every key checked |
//! | 5 | `check` | every rule on every mirror, weighed, suppressed, sorted, said once, counted |
//! | 5 | `convert` | the model to manifests, Terraform, commands, JSON: one file a target |
//! | 5 | `compare` | two inputs by what nodes make of them |
//! | 5 | `resolve` | what a pull of an image will do |
//! | 6 | `load` | paths to a project: discovers, reads, evaluates, joins |
//! | 6 | `output` | the report as text and JSON, one file a format |
//! | 6 | `fix` | the edits of findings, made until nothing changes, undone where they break something |
//! | 7 | `cli` | the command line: the only module that prints, exits or reads the environment |
//!
//! Three things stand differently than one might expect. `syntax` is a layer of its own below
//! `terraform`, because the evaluator walks expressions and must not know how they were written.
//! `cty` knows spans and references, because a value remembers where it was written and which objects
//! it comes from: that is what a finding points at. `eval` stands above `terraform`: a module says what
//! is declared, and only the evaluator says what that is worth.
//!
//! # Invariants
//!
//! 1. Rules see neither HCL nor JSON nor a path: `model` and `registry` only. A rule is data, a page and a
//!    function in two files, and one line in the list that feeds everything else that names rules.
//! 2. The model does not know which reader filled it: the same configuration, read as HCL and as a plan of
//!    it, gives the same findings, save those that only one side can see.
//! 3. Unknown is a value of its own with the references that it comes from. It is counted and said, never
//!    guessed. A sensitive value can be checked and is never printed.
//! 4. A bad input is a finding. Nothing panics on any input; depth, expansion and work are bounded, and a
//!    bound that is met is said.
//! 5. Spans are bytes of the file on disk. Lines, columns and the cropping of long lines are `output`'s.
//! 6. Output is a pure function of report and sources: same input, same bytes.
//! 7. No network, no processes, nothing written but what was asked for.

pub mod baseline;
pub mod check;
pub mod cli;
pub mod cluster_mirrors;
pub mod compare;
pub mod config;
pub mod convert;
pub mod diagnostic;
pub mod fix;
pub mod model;
pub mod output;
pub mod provider;
pub mod readers;
pub mod resolve;
pub mod rules;
pub mod settings;
pub mod suppress;
pub mod workspace;
