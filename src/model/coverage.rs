//! What was read, and what was skipped and why.

use std::path::PathBuf;

use terraform_eval::source::Span;

/// The coverage of a run: every file that was read, and everything below the given paths that was skipped.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    /// The files that were read, sorted by name, each once.
    pub(crate) read: Vec<ReadFile>,
    /// What was skipped, in the order of the report.
    pub(crate) skipped: Vec<Skipped>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReadFile {
    /// The name that findings print.
    pub(crate) name: Box<str>,
    /// What it was read as.
    pub(crate) role: FileRole,
}

/// What a file was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileRole {
    /// Terraform configuration.
    Configuration,
    /// Values of variables.
    Variables,
    /// The dependency lock file.
    LockFile,
    /// A plan or a state.
    Plan,
    /// Manifests.
    Manifest,
    /// `registries.conf` of a node, or one of its drop-ins.
    RegistriesConf,
    /// What a tool copies to mirrors.
    ImageSet,
    /// A file that a function of the configuration reads.
    Data,
    /// YAML or JSON that declares no mirrors.
    WithoutMirrors,
}

impl FileRole {
    /// The word in JSON and lists.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Variables => "variables",
            Self::LockFile => "lock-file",
            Self::Plan => "plan",
            Self::Manifest => "manifest",
            Self::RegistriesConf => "registries-conf",
            Self::ImageSet => "image-set",
            Self::Data => "data",
            Self::WithoutMirrors => "without-mirrors",
        }
    }
}

/// A file, a directory or the module of a call that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The path or, for a module call, its address.
    pub(crate) name: String,
    /// Why it was skipped.
    pub(crate) reason: SkipReason,
    /// The text to change: the source of a module call, a document.
    pub(crate) span: Option<Span>,
    /// What was skipped, in words: "the module is not installed".
    pub(crate) message: String,
    /// What a person can do about it.
    pub(crate) help: Option<String>,
    /// Whether it may hold mirrors.
    pub(crate) hides: Hides,
    /// The source of a module call that is skipped.
    pub(crate) source: Option<String>,
    /// The canonical paths of the files that hold it. If all of them are read as manifests, nothing was skipped.
    pub(crate) held_in: Vec<PathBuf>,
    /// Whether settings say that it is known.
    pub is_known: bool,
}

impl Skipped {
    /// Something that was skipped, and whether it may hold mirrors according to the reason alone.
    pub(crate) fn new(name: impl Into<String>, reason: SkipReason, message: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            reason,
            span: None,
            message: message.into(),
            help: None,
            hides: reason.hides(),
            source: None,
            held_in: Vec::new(),
            is_known: false,
        }
    }

    /// A path that a person has decided not to have read.
    pub(crate) fn by_choice(name: impl Into<String>, choice: Choice) -> Self {
        let (reason, message) = match choice {
            Choice::Excluded => (SkipReason::Excluded, "excluded by the configuration file"),
            Choice::Ignored => (SkipReason::Ignored, "ignored by `.gitignore`"),
            Choice::Hidden => (SkipReason::Hidden, "hidden directory"),
        };
        Self::new(name, reason, message)
    }

    /// Whether it may hold mirrors, and it is not marked as known.
    #[must_use]
    pub(crate) fn is_gap(&self) -> bool {
        self.hides != Hides::Nothing && !self.is_known
    }
}

/// How a person decides that a path is not to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// By `exclude` in a configuration file.
    Excluded,
    /// By a `.gitignore` file.
    Ignored,
    /// By a name that starts with a dot.
    Hidden,
}

/// Why something was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SkipReason {
    /// `terraform init` did not install the module of a call.
    ModuleNotInstalled,
    /// The source of a module call is not a literal string.
    ComputedModuleSource,
    /// Terraform refuses the source of a module call, for example a path without `./`.
    InvalidModuleSource,
    /// It lies outside of the project tree.
    OutsideTree,
    /// A configuration file excludes it.
    Excluded,
    /// A `.gitignore` file ignores it.
    Ignored,
    /// Its name starts with a dot.
    Hidden,
    /// The system does not let us read it.
    Unreadable,
    /// It is larger than what is to be read.
    TooLarge,
    /// mirrorset does not read files of its kind.
    UnknownKind,
    /// A plan or state that is not named on the command line.
    UnnamedPlan,
    /// A file of variables that no root module loads.
    UnusedVariables,
    /// A value for a variable that the root module does not declare.
    UndeclaredVariable,
    /// A mirror set in an object that mirrorset cannot open.
    UnopenedWrapper,
    /// A configuration file that only the other program reads.
    OtherEngine,
    /// A directory that holds nothing to check, and that no one named.
    NothingToCheck,
}

impl SkipReason {
    /// The word in JSON.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ModuleNotInstalled => "module-not-installed",
            Self::ComputedModuleSource => "computed-module-source",
            Self::InvalidModuleSource => "invalid-module-source",
            Self::OutsideTree => "outside-tree",
            Self::Excluded => "excluded",
            Self::Ignored => "gitignored",
            Self::Hidden => "hidden",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too-large",
            Self::UnknownKind => "unknown-kind",
            Self::UnnamedPlan => "unnamed-plan",
            Self::UnusedVariables => "unused-variables",
            Self::UndeclaredVariable => "undeclared-variable",
            Self::UnopenedWrapper => "unopened-wrapper",
            Self::OtherEngine => "other-engine",
            Self::NothingToCheck => "nothing-to-check",
        }
    }

    /// The words in the summary.
    #[must_use]
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::ModuleNotInstalled => "module not installed",
            Self::ComputedModuleSource => "computed module source",
            Self::InvalidModuleSource => "invalid module source",
            Self::OutsideTree => "outside of the project tree",
            Self::Excluded => "excluded",
            Self::Ignored => "ignored by .gitignore",
            Self::Hidden => "hidden",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too large",
            Self::UnknownKind => "of another kind",
            Self::UnnamedPlan => "plan that is not named",
            Self::UnusedVariables => "unused variables",
            Self::UndeclaredVariable => "undeclared variable",
            Self::UnopenedWrapper => "wrapped manifest",
            Self::OtherEngine => "for another engine",
            Self::NothingToCheck => "nothing to check",
        }
    }

    fn hides(self) -> Hides {
        match self {
            Self::ModuleNotInstalled
            | Self::ComputedModuleSource
            | Self::InvalidModuleSource
            | Self::OutsideTree
            | Self::Unreadable
            | Self::TooLarge
            | Self::UndeclaredVariable
            | Self::UnopenedWrapper
            | Self::NothingToCheck => Hides::Possibly,
            Self::Excluded
            | Self::Ignored
            | Self::Hidden
            | Self::UnknownKind
            | Self::UnnamedPlan
            | Self::UnusedVariables
            | Self::OtherEngine => Hides::Nothing,
        }
    }
}

/// Whether something that was skipped holds mirrors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Hides {
    /// It holds none, or a person has decided that it is not to be read.
    Nothing,
    /// It may hold some.
    Possibly,
    /// It holds some.
    Certainly,
}
