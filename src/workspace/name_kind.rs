//! What a file is, by its name alone.

use std::path::Path;

use crate::config;
use crate::workspace::configuration_names::{
    LOCK_FILE, is_automatic_variables, is_configuration, is_variables,
};

/// Whether a file is YAML, by its name.
pub(crate) fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The directory of the drop-ins of `registries.conf`.
pub(crate) const DROP_INS: &str = "registries.conf.d";

/// Whether a file is the `registries.conf` of a node or one of its drop-ins, by its name.
fn is_registries_conf(path: &Path) -> bool {
    let is_drop_in = || {
        let directory = path.parent().and_then(Path::file_name);
        directory.is_some_and(|name| name == DROP_INS)
            && path.extension().is_some_and(|extension| extension == "conf")
    };
    path.file_name().is_some_and(|name| name == "registries.conf") || is_drop_in()
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameKind {
    Configuration,
    AutomaticVariables,
    Variables,
    LockFile,
    Settings,
    /// A file of Terraform or of another tool that holds no mirrors.
    Other(&'static str),
    /// YAML or JSON: manifests, a plan, a state, or data.
    Manifest,
    /// `registries.conf` of a node or one of its drop-ins.
    RegistriesConf,
    /// A state file as Terraform stores it.
    State,
    /// The template of a text.
    Template,
    /// A script, whose commands may apply manifests.
    Script,
    /// A plan, a state, manifests, or data.
    Content,
    /// Data for a function of the configuration, or nothing of interest.
    Data,
}

impl NameKind {
    pub(crate) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let has_ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if is_configuration(path) {
            Self::Configuration
        } else if is_automatic_variables(path) {
            Self::AutomaticVariables
        } else if is_variables(path) {
            Self::Variables
        } else if name == LOCK_FILE {
            Self::LockFile
        } else if name == config::FILE_NAME {
            Self::Settings
        } else if has_ending(&[
            ".tftest.hcl",
            ".tofutest.hcl",
            ".tftest.json",
            ".tofutest.json",
            ".tfmock.hcl",
        ]) {
            Self::Other("tests of Terraform are not read")
        } else if has_ending(&[
            ".tfquery.hcl",
            ".tfdeploy.hcl",
            ".tfstack.hcl",
            ".tfcomponent.hcl",
        ]) {
            Self::Other("queries and stacks of Terraform are not read")
        } else if name == "terragrunt.hcl" || name == "root.hcl" || name.starts_with("terragrunt.") {
            Self::Other("files of Terragrunt are not read")
        } else if has_ending(&[".hcl"]) {
            Self::Other("mirrorset does not read this kind of HCL file")
        } else if DATA_NAMES.contains(&&*name) {
            Self::Data
        } else if is_registries_conf(path) {
            Self::RegistriesConf
        } else if is_yaml(path) || has_ending(&[".json"]) {
            Self::Manifest
        } else if has_ending(&[".tfstate", ".tfstate.backup"]) {
            Self::State
        } else if has_ending(TEMPLATES) {
            Self::Template
        } else if has_ending(SCRIPTS) || SCRIPT_NAMES.contains(&&*name) {
            Self::Script
        } else if has_ending(DATA) || name.starts_with('.') {
            Self::Data
        } else {
            Self::Content
        }
    }

    /// Whether a file of this kind, which is not an input, may have mirrors in it.
    pub(crate) fn may_hide_mirrors(self) -> bool {
        matches!(
            self,
            Self::AutomaticVariables
                | Self::Variables
                | Self::State
                | Self::Template
                | Self::Script
                | Self::Other(_)
        )
    }

    /// Whether a named file of this kind is read to see whether it is an input.
    pub(crate) fn is_read_by_content(self) -> bool {
        matches!(
            self,
            Self::Manifest | Self::RegistriesConf | Self::State | Self::Content
        )
    }
}

/// Endings of the templates of texts: of Terraform, Jinja, Go and others.
const TEMPLATES: &[&str] = &[
    ".tftpl",
    ".tpl",
    ".tmpl",
    ".gotmpl",
    ".j2",
    ".jinja",
    ".jinja2",
    ".template",
    ".in",
    ".erb",
];

/// Endings of files that are neither plans nor manifests.
const DATA: &[&str] = &[
    ".md", ".rst", ".adoc", ".csv", ".py", ".rb", ".go", ".rs", ".js", ".ts", ".lock", ".toml", ".ini",
    ".cfg", ".html", ".css", ".png", ".svg", ".pem", ".crt", ".mod", ".sum",
];

/// Endings of scripts.
const SCRIPTS: &[&str] = &[
    ".sh",
    ".bash",
    ".zsh",
    ".ksh",
    ".ps1",
    ".bat",
    ".mk",
    ".Containerfile",
    ".Dockerfile",
];

/// Names of scripts.
const SCRIPT_NAMES: &[&str] = &[
    "Containerfile",
    "Dockerfile",
    "Jenkinsfile",
    "Justfile",
    "Makefile",
    "justfile",
    "makefile",
];

/// Endings of texts in which other tools keep manifests.
const TEXTS: &[&str] = &[
    ".txt",
    ".jsonl",
    ".ndjson",
    ".json5",
    ".jsonc",
    ".jsonnet",
    ".libsonnet",
    ".cue",
    ".k",
    ".bu",
    ".ign",
    // `oc apply` reads a file of this name if it is named, and not with its directory.
    ".yaml",
    ".yml",
    ".json",
];

/// Whether a file of unknown content may be a text with manifests, by its name: the generators of kustomize take files
/// without an ending.
pub(crate) fn may_be_text(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_ascii_lowercase();
    NameKind::of(path) == NameKind::Content
        && (!name.contains('.') || TEXTS.iter().any(|ending| name.ends_with(ending)))
}

/// Whether a file is a compressed manifest, plan or state, by its name.
pub(crate) fn is_compressed(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [".yaml.gz", ".yml.gz", ".json.gz"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Names of files that are neither plans nor manifests.
const DATA_NAMES: &[&str] = &[
    "CODEOWNERS",
    "LICENSE",
    "OWNERS",
    "composer.json",
    "deno.json",
    "jsconfig.json",
    "package-lock.json",
    "package.json",
    "renovate.json",
    "tsconfig.json",
];
