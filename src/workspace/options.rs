//! What a user says about a run: the inputs, and the options for reading them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::ConfigSource;
pub use crate::config::EngineVersion;
use crate::parallel::Threads;
use crate::progress::Progress;
use crate::workspace::known_trees::KnownTrees;
use terraform_eval::dialect::Engine;
use terraform_eval::source::{DiskFiles, Files};

/// The inputs that a user names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputPaths {
    /// Files and directories.
    Paths(Vec<PathBuf>),
    /// Standard input.
    Stdin {
        /// The name that findings show for it.
        name: String,
    },
}

/// How inputs are read.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which configuration files apply.
    pub config: ConfigSource,
    /// Where to look for the configuration that plans were created from.
    pub plan_configuration: PlanConfiguration,
    /// The project tree of all paths; by default, each path has the tree that it lies in.
    pub project_root: Option<PathBuf>,
    /// `--workspace` or `TF_WORKSPACE`: the value of `terraform.workspace`. By default, the selected workspace of each root module.
    pub workspace: Option<String>,
    /// `TF_DATA_DIR`, relative to each root module. By default `.terraform`.
    pub data_directory: Option<PathBuf>,
    /// Whether a named manifest stands for the manifests of its directory, as where they are checked.
    pub reads_neighbors: bool,
    /// Whether a given directory may hold nothing to check, as where a user names none and the current directory is checked.
    pub may_be_empty: bool,
    /// The access to all files.
    pub files: Arc<dyn Files>,
    /// `TF_VAR_name=text` of the environment. Names that no root module declares are ignored.
    pub environment: Vec<(String, String)>,
    /// `--engine`: the program that evaluates. By default, it is detected for each root module.
    pub engine: Option<Engine>,
    /// `--engine-version`: the version of the program. By default, it is detected for each root module.
    pub engine_version: Option<EngineVersion>,
    /// What is known of project trees from earlier loads. By default, every load finds out again.
    pub known: Option<Arc<KnownTrees>>,
    /// How many threads work at the same time.
    pub threads: Threads,
    /// How far the work is, for another thread to show.
    pub progress: Progress,
    /// Whether modules that have nothing to check are read as well, as the settings of all root modules need it.
    pub reads_all_modules: bool,
    /// `--var` and `--var-file`, in order. They apply to every root module that declares the names.
    pub variables: Vec<VariableArg>,
}

impl Options {
    /// The directory of Terraform's own data, relative to each root module.
    pub(crate) fn data_directory(&self) -> &Path {
        self.data_directory.as_deref().unwrap_or(Path::new(".terraform"))
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: ConfigSource::default(),
            plan_configuration: PlanConfiguration::default(),
            project_root: None,
            workspace: None,
            data_directory: None,
            reads_neighbors: false,
            may_be_empty: false,
            files: Arc::new(DiskFiles::default()),
            environment: Vec::new(),
            engine: None,
            engine_version: None,
            known: None,
            threads: Threads::default(),
            progress: Progress::default(),
            reads_all_modules: false,
            variables: Vec::new(),
        }
    }
}

/// Where to look for the configuration that a plan was created from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PlanConfiguration {
    /// Nowhere: findings about a plan point at the plan.
    #[default]
    None,
    /// Among the root modules of the other paths, and in this directory.
    Near(PathBuf),
    /// In one of these directories.
    At(Vec<PathBuf>),
}

/// A value for a variable, or a file of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableArg {
    /// `--var name=text`.
    Variable {
        /// The name of the variable.
        name: String,
        /// A string if the variable has a primitive type, else an expression.
        text: String,
    },
    /// `--var-file path`.
    File(PathBuf),
    /// `-var-file path` of `TF_CLI_ARGS`, relative to each root module.
    FileOfRoot(PathBuf),
}
