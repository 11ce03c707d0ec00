//! The arguments: one place for flags, their help and their defaults.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::convert::Name;
use crate::convert::hcl::ClusterId;
use crate::rules;
use crate::settings::FailOn;

/// Checks and converts container image mirrors in Terraform.
#[derive(Debug, Parser)]
#[command(name = "mirrorset", version, about, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 nothing found, 1 findings, 2 something could not be read or done.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check image mirrors in configuration, plans, states and manifests.
    #[command(alias = "lint")]
    Check(CheckArguments),
    /// Convert image mirrors to another form.
    Convert(ConvertArguments),
    /// Compare the mirrors of two inputs: configuration, plans, states, manifests.
    Diff(DiffArguments),
    /// Say where images are pulled from: which mirror counts, what is tried in which order, what fails.
    Resolve(ResolveArguments),
    /// List the rules.
    Rules(RulesArguments),
    /// Print the page of a rule: what it looks for, why that is bad, an example.
    Explain(ExplainArguments),
    /// Say what expressions are worth in a module, without `terraform init`.
    Eval(EvalArguments),
}

#[derive(Debug, Args)]
pub(super) struct InputArguments {
    /// Directories of configuration or of manifests, configuration files, plans and states (`terraform show
    /// -json`), manifests; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// How inputs are read.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// The name that findings give standard input.
    #[arg(long, value_name = "NAME", default_value = "<stdin>")]
    pub(super) stdin_filename: String,
    /// Ignore configuration files (`mirrorset.toml`).
    #[arg(long)]
    pub(super) isolated: bool,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
}

/// They are read from the raw matches, since their order counts (`super::options`).
#[derive(Debug, Args)]
pub(super) struct VariableArguments {
    /// A value for a variable of the root modules.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) var: Vec<String>,
    /// A file of values for variables.
    #[arg(long, value_name = "FILE")]
    pub(super) var_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    pub(super) output_format: OutputFormat,
    /// When to colour.
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// A file: the configuration file, instead of the nearest `mirrorset.toml` above each root module. A
    /// directory: the root module that the plans were made of, so that findings point at its text; without it,
    /// the one among the paths or in the current directory that declares a plan's mirrors is taken. May be
    /// given once for each.
    #[arg(long, value_name = "PATH")]
    pub(super) config: Vec<PathBuf>,
    /// Print the settings of each root module with the place that they come from, and check nothing.
    #[arg(long)]
    pub(super) show_settings: bool,
    /// Leave out what a plan tells of its changes where that is no mistake: reordered and drifted mirrors, the
    /// rollout of the nodes.
    #[arg(long)]
    pub(super) no_changes_info: bool,
    #[command(flatten)]
    pub(super) rules: RuleArguments,
    /// Leave out the findings that this file knows (`--write-baseline`).
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the findings of this check to a file, so that later ones tell only what is new.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub(super) write_baseline: Option<PathBuf>,
    #[command(flatten)]
    pub(super) fixes: FixArguments,
    /// Exit with 0 even if there are findings (not if something could not be read).
    #[arg(long)]
    pub(super) exit_zero: bool,
}

/// What to do about findings that come with a fix.
#[derive(Debug, Args)]
pub(super) struct FixArguments {
    /// Make the fixes that keep the meaning, then check again.
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) fix: bool,
    /// With `--fix` or `--diff`, make those as well that a person must look at.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print what `--fix` would change, and write nothing; the exit status is 1 if it would change something.
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) diff: bool,
}

/// What the command line decides about rules; it wins over configuration files.
#[derive(Debug, Args)]
pub(super) struct RuleArguments {
    /// Run these rules alone (and `syntax-error`).
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name)]
    pub(super) select: Vec<&'static str>,
    /// Leave these rules out.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name)]
    pub(super) ignore: Vec<&'static str>,
    /// The lightest finding that makes the exit status 1 [default: warning].
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    pub(super) fail_on: Option<FailOn>,
    /// Make what is undecided an error.
    #[arg(long)]
    pub(super) strict: bool,
}

/// The name of a rule that there is.
fn rule_name(name: &str) -> Result<&'static str, String> {
    if let Some(rule) = rules::find(name.trim()) {
        return Ok(rule.name);
    }
    Err(match rules::nearest(name) {
        Some(meant) => format!("there is no rule of this name; did you mean `{meant}`?"),
        None => "there is no rule of this name; `mirrorset rules` lists them".to_owned(),
    })
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    let words = FailOn::WORDS.map(|(word, _)| word);
    PossibleValuesParser::new(words).map(|word| FailOn::of(&word).unwrap_or_default())
}

#[derive(Debug, Args)]
pub(super) struct ConvertArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// What to convert to.
    #[arg(long, value_enum, value_name = "TARGET", default_value = "idms")]
    pub(super) to: Target,
    /// The name of the manifest; with several clusters, the first part of each name.
    #[arg(long)]
    pub(super) name: Option<Name>,
    /// Convert the mirrors of this cluster alone: its id, or what its id is read from
    /// (`rhcs_cluster_rosa_hcp.main`).
    #[arg(long, value_name = "CLUSTER")]
    pub(super) cluster: Option<String>,
    /// Write a file for each manifest into this directory instead of printing them.
    #[arg(long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Leave out mirrors with values that are unknown or sensitive, and what cannot be read in manifests.
    #[arg(long)]
    pub(super) skip_unresolved: bool,
    /// Refuse to convert what the target cannot express, instead of a warning.
    #[arg(long)]
    pub(super) strict: bool,
    /// Write no comments: neither where entries come from, nor what to know before the manifest is applied.
    #[arg(long)]
    pub(super) no_notes: bool,
    #[command(flatten)]
    pub(super) registries: RegistryArguments,
    #[command(flatten)]
    pub(super) hcl: HclArguments,
}

/// Registries that are not as others, besides what a cluster's `registry_config` says.
#[derive(Debug, Args)]
pub(super) struct RegistryArguments {
    /// A registry that no image is pulled from, besides those that the cluster's `registry_config` blocks. A
    /// conversion takes it with `--to registries-conf`.
    #[arg(long, value_name = "REGISTRY")]
    pub(super) blocked: Vec<String>,
    /// A registry without TLS, besides those of the cluster's `registry_config`, as `--blocked`.
    #[arg(long, value_name = "REGISTRY")]
    pub(super) insecure: Vec<String>,
}

/// How Terraform configuration is written.
#[derive(Debug, Args)]
pub(super) struct HclArguments {
    /// With `--to hcl`, the form [default: resources].
    #[arg(long, value_enum, value_name = "STYLE")]
    pub(super) style: Option<Style>,
    /// With `--to hcl`, the expression of the cluster's id: `rhcs_cluster_rosa_hcp.main.id`, `var.cluster_id`,
    /// `'"2lbb…"'`. The output is then a part of the module that has the cluster; without it, it is a root
    /// module of its own.
    #[arg(long, value_name = "EXPR")]
    pub(super) cluster_id: Option<ClusterId>,
    /// With `--to hcl`, write an `import` block for each mirror that the cluster has already: a file of
    /// `rosa list image-mirrors -o json`; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) import: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Style {
    /// One resource for each source.
    Resources,
    /// A map from source to mirrors, and one resource with `for_each`.
    ForEach,
    /// A map, and a call of Red Hat's module `terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors`.
    Module,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 no difference, 1 a difference or a mirror that cannot be compared, 2 something \
                        could not be read."
)]
pub(super) struct DiffArguments {
    /// The first input: anything that `check` reads; `-` is standard input.
    #[arg(value_name = "A")]
    pub(super) before: PathBuf,
    /// The second input.
    #[arg(value_name = "B")]
    pub(super) after: PathBuf,
    /// Compare the mirrors of this cluster alone: its id, or what its id is read from
    /// (`rhcs_cluster_rosa_hcp.main`). An input with mirrors of one cluster need not know the name.
    #[arg(long, value_name = "CLUSTER")]
    pub(super) cluster: Option<String>,
    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    pub(super) output_format: DiffFormat,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people.
    Full,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ResolveArguments {
    /// The images, as a pod names them.
    #[arg(value_name = "IMAGE", required_unless_present = "file")]
    pub(super) images: Vec<String>,
    /// Where the mirrors are declared: anything that `check` reads; `-` is standard input.
    #[arg(long = "in", value_name = "PATH", default_value = ".")]
    pub(super) inputs: Vec<PathBuf>,
    /// A file of images: one a line, or the manifests of Kubernetes that name them; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) file: Vec<PathBuf>,
    /// Answer for this cluster alone: its id, or what its id is read from (`rhcs_cluster_rosa_hcp.main`).
    #[arg(long, value_name = "CLUSTER")]
    pub(super) cluster: Option<String>,
    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    pub(super) output_format: ResolveFormat,
    #[command(flatten)]
    pub(super) registries: RegistryArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ResolveFormat {
    /// For people, by digest and by tag.
    Full,
    /// One JSON object an image: the source that matches, and what is tried for just this reference.
    JsonLines,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    pub(super) output_format: RulesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// A table.
    Full,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The name of the rule.
    #[arg(value_name = "RULE", value_parser = rule_name)]
    pub(super) rule: &'static str,
}

#[derive(Debug, Args)]
pub(super) struct EvalArguments {
    /// The expressions, behind `--` where one begins with a dash; without any, one is read from each line
    /// of standard input.
    #[arg(value_name = "EXPR")]
    pub(super) expressions: Vec<String>,
    /// The module's directory.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    pub(super) output_format: EvalFormat,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    /// As `terraform console` shows values.
    Full,
    /// One JSON object an expression.
    JsonLines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// With excerpts, for people.
    Full,
    /// One line a finding.
    Concise,
    /// One JSON document.
    Json,
    /// One JSON object a finding.
    JsonLines,
    /// Workflow commands, which GitHub shows as annotations.
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Target {
    /// ImageDigestMirrorSet manifests, one for each cluster.
    Idms,
    /// ImageTagMirrorSet manifests.
    Itms,
    /// ImageContentSourcePolicy manifests, for OpenShift before 4.13.
    Icsp,
    /// The `imageContentSources` of a HostedCluster's `spec` (self-managed hosted control planes).
    Hostedcluster,
    /// A `ConfigMap` to be named in the `config` of `NodePool`s (self-managed hosted control planes).
    Nodepool,
    /// The `registries.conf` that the machine config operator makes for the nodes.
    RegistriesConf,
    /// `rosa create image-mirror` commands.
    Rosa,
    /// Terraform configuration.
    Hcl,
    /// The resolved mirrors, in the shape of Terraform's plan JSON.
    Json,
}
