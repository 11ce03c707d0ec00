//! The command-line arguments: the only place for flags, their help and their defaults.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::convert::hcl::ClusterId;
use crate::convert::{ObjectName, TARGETS, TargetSpec, find_target};
use crate::output::check::{FORMATS, Format, find_format};
use crate::rules;
use crate::settings::FailOn;
use crate::workspace::EngineVersion;
use registries_conf::NodeVersion;
use terraform_eval::dialect::Engine;
use terraform_eval::source::ReadLimits;

const INPUT: &str = "Input";
const VARIABLES: &str = "Variables";
const CONFIGURATION: &str = "Configuration";
const OUTPUT: &str = "Output";
const EXIT_STATUS: &str =
    "Exit status: 0 success, 1 findings or differences, 2 an input could not be read or the command failed";

/// Lint and convert container image mirrors in Terraform.
#[derive(Debug, Parser)]
#[command(name = "mirrorset", version, about, arg_required_else_help = true)]
#[command(after_help = EXIT_STATUS)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    /// When to use colors and links.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        help_heading = OUTPUT
    )]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check image mirrors in Terraform configuration, plans, states and manifests.
    #[command(visible_alias = "lint")]
    Check(CheckArguments),
    /// Convert image mirrors to manifests, Terraform or other formats.
    Convert(ConvertArguments),
    /// Compare the image mirrors of two inputs.
    Diff(DiffArguments),
    /// Show where images are pulled from: the matching entry, the order of attempts, and failures.
    Resolve(ResolveArguments),
    /// List the rules.
    Rules(RulesArguments),
    /// Explain a rule: what it checks, why it matters, and an example.
    Explain(ExplainArguments),
    /// Evaluate Terraform expressions in a module, without `terraform init`.
    Eval(EvalArguments),
    /// Serve an editor: the language server, on standard input and output.
    Lsp(LspArguments),
    /// Print the completions for a shell.
    ///
    /// For bash: `mirrorset completions bash > ~/.local/share/bash-completion/completions/mirrorset`.
    Completions(CompletionsArguments),
    /// Print the manual page, or write those of all commands.
    Man(ManArguments),
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// Name of the shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(super) shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Write a page for each command into this directory instead of printing the page of `mirrorset`.
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    pub(super) output_dir: Option<PathBuf>,
    /// Replace existing files in the directory, whatever they are.
    #[arg(long, requires = "output_dir", help_heading = OUTPUT)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct InputArguments {
    /// Files or directories to read, or `-` for standard input.
    ///
    /// Each path is a directory of Terraform configuration or of manifests, a configuration file, a plan or a
    /// state (`terraform show -json`), or a manifest.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// The arguments for reading inputs.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// Name shown for standard input in findings.
    #[arg(long, value_name = "NAME", default_value = "<stdin>", help_heading = INPUT)]
    pub(super) stdin_filename: String,
    /// Directory that holds everything that may be read.
    ///
    /// By default, that is for each path the git work tree that holds it, else the directory of the nearest
    /// `mirrorset.toml`, else the current directory if it holds the path, else the path itself.
    #[arg(long, value_name = "DIR", help_heading = INPUT)]
    pub(super) project_root: Option<PathBuf>,
    /// Largest file that is read, in megabytes; plans may be larger.
    #[arg(long, value_name = "MB", default_value_t = ReadLimits::DEFAULT_FILE, help_heading = INPUT)]
    pub(super) max_file_size: u64,
    /// Largest size of all files together, in megabytes; plans do not count.
    #[arg(long, value_name = "MB", default_value_t = ReadLimits::DEFAULT_TOTAL, help_heading = INPUT)]
    pub(super) max_total_size: u64,
    /// Ignore all configuration files (`mirrorset.toml`).
    #[arg(long, help_heading = CONFIGURATION)]
    pub(super) isolated: bool,
    /// Root module the plans were created from; may be repeated.
    ///
    /// It has what a plan does not record: the text to change, and which instance of a cluster a mirror belongs to.
    /// Without this option, `check` searches for a root module that declares the plan's mirrors among the paths,
    /// then in the current directory; other commands read the plan alone.
    #[arg(long, value_name = "DIR", help_heading = "Plans")]
    pub(super) plan_config: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    #[command(flatten)]
    pub(super) engine: EngineArguments,
}

/// The program that evaluates. `super::loading::load_options` reads the values from the raw matches, which all commands
/// that evaluate have.
#[derive(Debug, Args)]
#[command(next_help_heading = "Engine")]
pub(super) struct EngineArguments {
    /// Program whose evaluation is followed.
    ///
    /// By default, it is detected for each root module: by `mirrorset.toml`, the pins of version managers, `.tofu` files,
    /// the lock file and `required_version`; else it is the newest Terraform, or OpenTofu if only that one accepts the
    /// configuration. `check --show-settings` prints the result.
    #[arg(long, value_name = "ENGINE", value_parser = engine_parser())]
    pub(super) engine: Option<Engine>,
    /// Version of that program, such as `1.12` or `1.12.6` [default: detected, else the newest known one].
    #[arg(long, value_name = "VERSION")]
    pub(super) engine_version: Option<EngineVersion>,
}

/// The arguments that set variables. `super::loading::load_options` reads their values from the raw matches, because
/// their order matters.
#[derive(Debug, Args)]
pub(super) struct VariableArguments {
    /// Set a variable of the root modules; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", help_heading = VARIABLES)]
    pub(super) var: Vec<String>,
    /// Read variable values from a `.tfvars` file; may be repeated.
    #[arg(long, value_name = "FILE", help_heading = VARIABLES)]
    pub(super) var_file: Vec<PathBuf>,
    /// Value of `terraform.workspace` [default: `TF_WORKSPACE`, else the selected workspace].
    #[arg(long, value_name = "NAME", help_heading = VARIABLES)]
    pub(super) workspace: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is a flag of the command line"
)]
pub(super) struct CheckArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Use this configuration file instead of the nearest `mirrorset.toml` above each root module.
    #[arg(long, value_name = "FILE", conflicts_with = "isolated", help_heading = CONFIGURATION)]
    pub(super) config: Option<PathBuf>,
    /// List the files that are read and what is skipped, and check nothing.
    #[arg(long, help_heading = INPUT)]
    pub(super) show_files: bool,
    /// Print the settings of each root module and where each one is set, and check nothing.
    #[arg(long, help_heading = CONFIGURATION)]
    pub(super) show_settings: bool,
    /// Hide informational findings about planned changes.
    ///
    /// These are the findings of `reordered-mirrors`, `drifted-mirror` and `node-rollout`.
    #[arg(long, help_heading = "Plans")]
    pub(super) no_changes_info: bool,
    #[command(flatten)]
    pub(super) secrets: PullSecretArguments,
    /// Images that are in use, for the policy of `mirrorset.toml`: a list or Kubernetes manifests; may be repeated.
    ///
    /// With this option, `required-sources` of the policy requires that these images are mirrored.
    #[arg(long, value_name = "FILE", help_heading = INPUT)]
    pub(super) images: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) rules: RuleArguments,
    #[command(flatten)]
    pub(super) fixes: FixArguments,
    /// Hide the findings recorded in this baseline file.
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Record the current findings in a baseline file.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "baseline",
        help_heading = "Baseline"
    )]
    pub(super) write_baseline: Option<PathBuf>,
    /// Replace an existing file with the baseline or a report, whatever it is.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) force: bool,
    /// Output formats, each printed or written to a file [default: full].
    ///
    /// May be repeated, or a list with commas, to have several formats in one run. At most one of them is printed. A file
    /// is replaced only if it is a report of the same format.
    #[arg(
        long,
        value_name = "FORMAT[=FILE]",
        env = "MIRRORSET_OUTPUT_FORMAT",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = OutputParser,
        help_heading = OUTPUT
    )]
    pub(super) output_format: Vec<Output>,
    /// Write the report to this file instead of printing it.
    #[arg(
        short = 'o',
        long,
        value_name = "FILE",
        conflicts_with_all = ["diff", "show_files", "show_settings"],
        help_heading = OUTPUT
    )]
    pub(super) output_file: Option<PathBuf>,
    /// Print how many findings each rule has instead of the findings.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) statistics: bool,
    /// Print findings, and neither the summary nor warnings.
    #[arg(short, long, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub(super) quiet: bool,
    /// Also print the files that are read and what is skipped, on standard error.
    #[arg(short, long, help_heading = OUTPUT)]
    pub(super) verbose: bool,
    /// Exit with status 0 even if there are findings.
    ///
    /// The exit status is still 2 if an input could not be read.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) exit_zero: bool,
}

/// The arguments of the language server. The settings of the editor take precedence.
#[derive(Debug, Args)]
pub(super) struct LspArguments {
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
    /// Use this configuration file instead of the nearest `mirrorset.toml` above each root module.
    #[arg(long, value_name = "FILE", conflicts_with = "isolated", help_heading = CONFIGURATION)]
    pub(super) config: Option<PathBuf>,
    #[command(flatten)]
    pub(super) rules: RuleArguments,
    /// Hide the findings recorded in this baseline file.
    #[arg(long, value_name = "FILE", help_heading = "Baseline")]
    pub(super) baseline: Option<PathBuf>,
    /// Use standard input and output, which is the default: editors pass this flag.
    #[arg(long, hide = true)]
    pub(super) stdio: bool,
}

/// The arguments about fixes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fixes")]
pub(super) struct FixArguments {
    /// Apply safe fixes, then check again.
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) fix: bool,
    /// With `--fix` or `--diff`, also include fixes that need review.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print the changes that `--fix` would make, and write nothing.
    ///
    /// The exit status is 1 if there are any changes.
    #[arg(long, conflicts_with = "write_baseline")]
    pub(super) diff: bool,
}

/// The rule settings of the command line, which take precedence over configuration files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArguments {
    /// Run only these rules, in addition to `syntax-error` and `unsupported-input`.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleParser, hide_possible_values = true)]
    pub(super) select: Vec<&'static str>,
    /// Disable these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleParser, hide_possible_values = true)]
    pub(super) ignore: Vec<&'static str>,
    /// Minimum severity that causes exit status 1 [default: warning].
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on_parser())]
    pub(super) fail_on: Option<FailOn>,
    /// Treat undecided mirrors as errors.
    #[arg(long)]
    pub(super) strict: bool,
}

/// Parses the name of a rule. Help does not list the names, and completions do.
#[derive(Clone)]
struct RuleParser;

impl TypedValueParser for RuleParser {
    type Value = &'static str;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<&'static str, clap::Error> {
        let parse = |name: String| parse_rule_name(&name);
        let parser = StringValueParser::new().try_map(parse);
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let rules = rules::RULES.iter();
        Some(Box::new(
            rules.map(|rule| PossibleValue::new(rule.name).help(rule.summary())),
        ))
    }
}

fn parse_rule_name(name: &str) -> Result<&'static str, String> {
    if let Some(rule) = rules::find(name.trim()) {
        return Ok(rule.name);
    }
    Err(match rules::nearest(name) {
        Some(nearest) => format!("unknown rule; did you mean `{nearest}`?"),
        None => "unknown rule; run `mirrorset rules` to list the rules".to_owned(),
    })
}

/// An output of `check`: a format, and the file that it is written to. Without a file, it is printed.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) format: &'static Format,
    pub(super) file: Option<PathBuf>,
}

/// Parses an `--output-format` value of `check`: `FORMAT` or `FORMAT=FILE`.
#[derive(Clone)]
struct OutputParser;

impl OutputParser {
    fn names() -> impl Iterator<Item = PossibleValue> {
        let formats = FORMATS.iter();
        formats.map(|format| PossibleValue::new(format.name).help(format.help))
    }
}

impl TypedValueParser for OutputParser {
    type Value = Output;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Output, clap::Error> {
        let text = value.to_string_lossy();
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (&*text, None),
        };
        let names = PossibleValuesParser::new(Self::names());
        let name = names.parse_ref(command, argument, OsStr::new(name))?;
        let format = find_format(&name).ok_or_else(|| clap::Error::new(ErrorKind::InvalidValue))?;
        Ok(Output { format, file })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Self::names()))
    }
}

/// Parses a `--fail-on` value.
fn fail_on_parser() -> impl TypedValueParser<Value = FailOn> {
    let words = FailOn::WORDS.map(|(word, _)| word);
    PossibleValuesParser::new(words).map(|word| FailOn::from_word(&word).unwrap_or_default())
}

/// Parses an `--engine` value.
fn engine_parser() -> impl TypedValueParser<Value = Engine> {
    let values = Engine::ALL.map(|engine| PossibleValue::new(engine.word()).help(engine.name()));
    PossibleValuesParser::new(values).try_map(|word| Engine::from_word(&word).ok_or("unknown engine"))
}

/// Parses a `--to` value.
fn target_parser() -> impl TypedValueParser<Value = &'static TargetSpec> {
    let values = TARGETS
        .iter()
        .map(|target| PossibleValue::new(target.flag).help(target.help));
    PossibleValuesParser::new(values).try_map(|flag| find_target(&flag).ok_or("unknown target"))
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is a flag of the command line"
)]
pub(super) struct ConvertArguments {
    #[command(flatten)]
    pub(super) input: InputArguments,
    /// Target format.
    #[arg(
        long,
        value_parser = target_parser(),
        value_name = "TARGET",
        default_value = TARGETS.first().map_or("", |target| target.flag),
        help_heading = OUTPUT
    )]
    pub(super) to: &'static TargetSpec,
    /// Name of the generated manifest; with several clusters, the prefix of each name.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) name: Option<ObjectName>,
    /// Convert only the mirrors of this cluster: its id, or the object its id is read from.
    ///
    /// The object is an address such as `rhcs_cluster_rosa_hcp.main`.
    #[arg(long, value_name = "CLUSTER", help_heading = INPUT)]
    pub(super) cluster: Option<String>,
    /// Write one file per manifest into this directory instead of printing them.
    #[arg(long, value_name = "DIR", help_heading = OUTPUT)]
    pub(super) output_dir: Option<PathBuf>,
    /// Replace existing files in the directory, whatever they are.
    #[arg(long, requires = "output_dir", help_heading = OUTPUT)]
    pub(super) force: bool,
    /// Skip mirrors with unknown or sensitive values, and unreadable parts of manifests.
    #[arg(long, help_heading = INPUT)]
    pub(super) skip_unresolved: bool,
    /// Fail instead of warning if the target cannot express something, or `check` reports errors.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) strict: bool,
    /// Omit comments: the origin of each entry, and what to know before applying the manifest.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) no_notes: bool,
    #[command(flatten)]
    pub(super) registries: RegistryArguments,
    /// Images to fill the mirrors with: a list with one image per line, or Kubernetes manifests; may be repeated.
    ///
    /// Each image is copied to each location where nodes look for it when they pull it by digest. Required by the targets
    /// that copy images, such as `--to skopeo-copy`.
    #[arg(long, value_name = "FILE", help_heading = "Images")]
    pub(super) images: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) hcl: HclArguments,
}

/// Registries that need special treatment, in addition to the cluster's `registry_config`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Registries")]
pub(super) struct RegistryArguments {
    /// Treat this registry as blocked, in addition to the cluster's `registry_config`; may be repeated.
    ///
    /// `convert` accepts this option only with `--to registries-conf`.
    #[arg(long, value_name = "REGISTRY")]
    pub(super) blocked: Vec<String>,
    /// Treat this registry as insecure, in addition to the cluster's `registry_config`; may be repeated.
    ///
    /// `convert` accepts this option only with `--to registries-conf`.
    #[arg(long, value_name = "REGISTRY")]
    pub(super) insecure: Vec<String>,
}

/// The arguments about generated Terraform configuration.
#[derive(Debug, Args)]
#[command(next_help_heading = "Terraform output (with --to hcl)")]
pub(super) struct HclArguments {
    /// Style of the generated configuration [default: resources].
    #[arg(long, value_enum, value_name = "STYLE")]
    pub(super) style: Option<Style>,
    /// Expression for the cluster's id, such as `rhcs_cluster_rosa_hcp.main.id` or `var.cluster_id`.
    ///
    /// With this option, the output is meant to be added to the module that contains the cluster; without it, the
    /// output is a root module. Write a literal id with its quotes: `'"2lbb…"'`.
    #[arg(long, value_name = "EXPR")]
    pub(super) cluster_id: Option<ClusterId>,
    /// Generate `import` blocks for existing mirrors listed in FILE (`rosa list image-mirrors -o json`).
    ///
    /// `-` reads the list from standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) import: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Style {
    /// One resource per source.
    Resources,
    /// A map from sources to mirrors, and one resource with `for_each`.
    ForEach,
    /// A map, and a call to Red Hat's module `terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors`.
    Module,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 no differences, 1 differences or mirrors that cannot be compared, 2 an input could \
                  not be read or the command failed"
)]
pub(super) struct DiffArguments {
    /// First input: anything that `check` reads, or `-` for standard input.
    #[arg(value_name = "A")]
    pub(super) before: PathBuf,
    /// Second input.
    #[arg(value_name = "B")]
    pub(super) after: PathBuf,
    /// Compare only the mirrors of this cluster: its id, or the object its id is read from.
    ///
    /// The object is an address such as `rhcs_cluster_rosa_hcp.main`. If an input has the mirrors of only one
    /// cluster, that cluster is compared whatever its name is.
    #[arg(long, value_name = "CLUSTER", help_heading = INPUT)]
    pub(super) cluster: Option<String>,
    /// Output format.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "full",
        help_heading = OUTPUT
    )]
    pub(super) output_format: DiffFormat,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// Human-readable text.
    Full,
    /// One JSON document.
    Json,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 success, 1 a pull that fails or cannot be decided, or findings, 2 an input could not be \
                  read or the command failed"
)]
pub(super) struct ResolveArguments {
    /// Images to resolve, as written in a pod spec.
    #[arg(value_name = "IMAGE", required_unless_present = "file")]
    pub(super) images: Vec<String>,
    /// File or directory that declares the mirrors, or `-` for standard input; may be repeated.
    ///
    /// The path can be anything that `check` reads, or the files of a node: its `registries.conf`, whose drop-ins in
    /// `registries.conf.d` are read too.
    #[arg(long = "in", value_name = "PATH", default_value = ".", help_heading = INPUT)]
    pub(super) inputs: Vec<PathBuf>,
    /// Resolve the images of a file: a list with one image per line, or Kubernetes manifests.
    ///
    /// `-` reads the file from standard input. May be repeated.
    #[arg(long, value_name = "FILE", help_heading = INPUT)]
    pub(super) file: Vec<PathBuf>,
    /// Resolve only for this cluster: its id, or the object its id is read from.
    ///
    /// The object is an address such as `rhcs_cluster_rosa_hcp.main`.
    #[arg(long, value_name = "CLUSTER", help_heading = INPUT)]
    pub(super) cluster: Option<String>,
    /// Output format.
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "full",
        help_heading = OUTPUT
    )]
    pub(super) output_format: ResolveFormat,
    #[command(flatten)]
    pub(super) registries: RegistryArguments,
    #[command(flatten)]
    pub(super) nodes: NodeArguments,
    #[command(flatten)]
    pub(super) secrets: PullSecretArguments,
    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

/// The pull secret of the nodes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Nodes")]
pub(super) struct PullSecretArguments {
    /// Tell for each mirror which key of this pull secret serves it; may be repeated.
    ///
    /// The file is the `config.json` of a node, a `Secret` or an `install-config.yaml`. Several files are merged as
    /// HyperShift merges the additional pull secret: a key of the first file keeps its value. The values are never printed.
    /// `check` reports mirrors without credentials (`mirror-without-credentials`).
    #[arg(long, value_name = "FILE")]
    pub(super) pull_secret: Vec<PathBuf>,
}

/// What is known of the nodes, apart from the inputs.
#[derive(Debug, Args)]
#[command(next_help_heading = "Nodes")]
pub(super) struct NodeArguments {
    /// Release of OpenShift on the nodes, such as `4.20` or `4.21.0`.
    ///
    /// It decides what nodes do with an image without a registry: nodes of the first releases of 4.21 reject one that
    /// stands for several images, and nodes from 4.19 may have aliases.
    #[arg(long, value_name = "VERSION")]
    pub(super) node_version: Option<NodeVersion>,
    /// Read the aliases of images without a registry from a file of the nodes; may be repeated.
    ///
    /// The files are those in `/etc/containers/registries.conf.d` with a table `[aliases]`, such as
    /// `000-shortnames.conf`. A later file replaces aliases of an earlier one.
    #[arg(long, value_name = "FILE")]
    pub(super) short_name_aliases: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ResolveFormat {
    /// Human-readable text, for pulls by digest and by tag.
    Full,
    /// One JSON object per image: each image that it stands for, the matching source, and the order of attempts.
    JsonLines,
}

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// Output format.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full", help_heading = OUTPUT)]
    pub(super) output_format: RulesFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    /// Human-readable text, for the width of the terminal.
    Full,
    /// One JSON document.
    Json,
    /// A page in Markdown.
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// Name of the rule.
    #[arg(value_name = "RULE", value_parser = RuleParser, hide_possible_values = true)]
    pub(super) rule: &'static str,
    /// Output format.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full", help_heading = OUTPUT)]
    pub(super) output_format: RulesFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 success, 1 an expression that is not valid, 2 the command failed")]
pub(super) struct EvalArguments {
    /// Expressions to evaluate; without any, each line of standard input is an expression.
    ///
    /// Put `--` in front of expressions that begin with a dash.
    #[arg(value_name = "EXPR")]
    pub(super) expressions: Vec<String>,
    /// Directory of the module.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) dir: PathBuf,
    /// Output format.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full", help_heading = OUTPUT)]
    pub(super) output_format: EvalFormat,
    #[command(flatten)]
    pub(super) variables: VariableArguments,
    #[command(flatten)]
    pub(super) engine: EngineArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    /// Values as `terraform console` prints them.
    Full,
    /// One JSON object per expression.
    JsonLines,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// Only on a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
