//! What the user decided about a check: which rules run, how their findings count, and which ones fail.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{RULES, Rule, SYNTAX_ERROR, UNDECIDED};
use crate::source::FileId;

/// How the findings of a rule count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As the rule says.
    Own,
    /// The rule is not run.
    Off,
    /// All of them with this severity.
    At(Severity),
}

/// The lightest finding that fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// One of this severity.
    Severity(Severity),
    /// None does.
    Never,
}

impl FailOn {
    /// Its words on the command line and in the configuration file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("error", Self::Severity(Severity::Error)),
        ("warning", Self::Severity(Severity::Warning)),
        ("info", Self::Severity(Severity::Info)),
        ("never", Self::Never),
    ];

    /// What a word means.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, fail_on)| *fail_on)
    }

    /// Whether a finding of this severity fails the run.
    #[must_use]
    pub fn is_met_by(self, severity: Severity) -> bool {
        match self {
            Self::Severity(line) => severity >= line,
            Self::Never => false,
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self::Severity(Severity::Warning)
    }
}

/// Levels by the name of the rule; a rule that is not there keeps its own.
pub type Levels = BTreeMap<&'static str, Level>;

/// What was decided for one root module, or for one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decided {
    /// The levels.
    pub levels: Levels,
    /// Levels of mirrors that are declared in these files; they come before the others.
    pub by_file: BTreeMap<FileId, Levels>,
    /// What fails.
    pub fail_on: FailOn,
}

impl Decided {
    /// The level of a rule for what stands in a file.
    #[must_use]
    pub fn level(&self, rule: &str, file: Option<FileId>) -> Level {
        let special = file.and_then(|file| self.by_file.get(&file)?.get(rule));
        special.or(self.levels.get(rule)).copied().unwrap_or(Level::Own)
    }

    /// Applies the level of a finding's rule: gives the finding with the severity that it counts with, or
    /// nothing where its rule is off.
    pub(super) fn weigh(&self, mut finding: Diagnostic, file: Option<FileId>) -> Option<Diagnostic> {
        match self.level(finding.rule, file) {
            Level::Own => {}
            Level::Off => return None,
            Level::At(severity) => finding.severity = severity,
        }
        Some(finding)
    }

    /// Lays what the command line says over what the configuration file says.
    pub fn lay_over(&mut self, choice: &Choice) {
        choice.lay_over(&mut self.levels, true);
        for levels in self.by_file.values_mut() {
            choice.lay_over(levels, false);
        }
        self.fail_on = choice.fail_on.unwrap_or(self.fail_on);
    }
}

/// What the command line says about rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The rules to run; all of them where none is named.
    pub select: Vec<&'static str>,
    /// The rules not to run.
    pub ignore: Vec<&'static str>,
    /// Whether what is undecided is an error.
    pub strict: bool,
    /// What fails.
    pub fail_on: Option<FailOn>,
}

impl Choice {
    /// What it says about one rule; none where it leaves that to others. Selecting some rules does not
    /// select away what could not be read: that would pass for checked.
    #[must_use]
    pub fn level(&self, rule: &Rule, before: Level) -> Option<Level> {
        let named = self.select.contains(&rule.name);
        let selected = self.select.is_empty() || named || rule.name == SYNTAX_ERROR.name;
        if self.ignore.contains(&rule.name) || !selected {
            return Some(Level::Off);
        }
        if self.strict && rule.name == UNDECIDED.name {
            return Some(Level::At(Severity::Error));
        }
        (named && before == Level::Off).then_some(Level::Own)
    }

    fn lay_over(&self, levels: &mut Levels, add: bool) {
        for rule in RULES {
            let before = levels.get(rule.name).copied();
            if let Some(level) = self.level(rule, before.unwrap_or(Level::Own))
                && (add || before.is_some())
            {
                levels.insert(rule.name, level);
            }
        }
    }
}

/// What the user decided about a check.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether to tell what a plan changes where that is no mistake.
    pub changes_info: bool,
    /// What holds where nothing else is decided.
    pub otherwise: Rc<Decided>,
    /// What holds for the configurations of a project, by their position.
    pub configurations: BTreeMap<usize, Rc<Decided>>,
    /// What holds for findings about a file rather than a mirror.
    pub files: BTreeMap<FileId, Rc<Decided>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            changes_info: true,
            otherwise: Rc::default(),
            configurations: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }
}

impl Settings {
    pub(super) fn of_configuration(&self, position: usize) -> &Decided {
        self.configurations.get(&position).unwrap_or(&self.otherwise)
    }

    pub(super) fn of_file(&self, file: Option<FileId>) -> &Decided {
        file.and_then(|file| self.files.get(&file))
            .unwrap_or(&self.otherwise)
    }
}
