//! What the user decides about rules: which ones run, how their findings count, and which ones fail.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{RULES, Rule, UNKNOWN_VALUE, reports_unread_input};
use terraform_eval::source::FileId;

/// How the findings of a rule count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As the rule says.
    Default,
    /// The rule is not run.
    Off,
    /// All of them with this severity.
    At(Severity),
}

impl Level {
    /// Its words in the configuration file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("off", Self::Off),
        ("info", Self::At(Severity::Info)),
        ("warning", Self::At(Severity::Warning)),
        ("error", Self::At(Severity::Error)),
    ];

    /// The word for it; that of its severity for a rule that keeps its own.
    #[must_use]
    pub fn word(self, rule: &Rule) -> &'static str {
        match self {
            Self::Default => rule.severity.as_str(),
            Self::Off => "off",
            Self::At(severity) => severity.as_str(),
        }
    }
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
    pub fn from_word(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, fail_on)| *fail_on)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Severity(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity fails the run.
    #[must_use]
    pub fn is_reached_by(self, severity: Severity) -> bool {
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
pub struct RuleSettings {
    /// The levels.
    pub levels: Levels,
    /// Levels of mirrors that are declared in these files; they come before the others.
    pub by_file: BTreeMap<FileId, Levels>,
    /// What fails.
    pub fail_on: FailOn,
}

impl RuleSettings {
    /// The level of a rule for what stands in a file.
    #[must_use]
    pub fn level(&self, rule: &str, file: Option<FileId>) -> Level {
        let special = file.and_then(|file| self.by_file.get(&file)?.get(rule));
        special
            .or(self.levels.get(rule))
            .copied()
            .unwrap_or(Level::Default)
    }

    /// Applies the level of a finding's rule: gives the finding with the severity that it counts with, or
    /// nothing where its rule is off.
    #[must_use]
    pub fn apply_level(&self, mut finding: Diagnostic, file: Option<FileId>) -> Option<Diagnostic> {
        match self.level(finding.code.as_str(), file) {
            Level::Default => {}
            Level::Off => return None,
            Level::At(severity) => finding.severity = severity,
        }
        Some(finding)
    }

    /// Lays what the command line says over what the configuration file says.
    pub fn override_with(&mut self, choice: &RuleSelection) {
        choice.apply_to(&mut self.levels, true);
        for levels in self.by_file.values_mut() {
            choice.apply_to(levels, false);
        }
        self.fail_on = choice.fail_on.unwrap_or(self.fail_on);
    }
}

/// What the command line says about rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSelection {
    /// The rules to run; all of them where none is named.
    pub select: Vec<&'static str>,
    /// The rules not to run.
    pub ignore: Vec<&'static str>,
    /// Whether what is undecided is an error.
    pub strict: bool,
    /// What fails.
    pub fail_on: Option<FailOn>,
}

impl RuleSelection {
    /// What it says about one rule; none where it leaves that to others. Selecting some rules does not
    /// select away what could not be read: that would pass for checked.
    #[must_use]
    pub fn level(&self, rule: &Rule, before: Level) -> Option<Level> {
        let named = self.select.contains(&rule.name);
        let selected = self.select.is_empty() || named || reports_unread_input(rule.code());
        if self.ignore.contains(&rule.name) || !selected {
            return Some(Level::Off);
        }
        if self.strict && rule.name == UNKNOWN_VALUE.name {
            return Some(Level::At(Severity::Error));
        }
        (named && before == Level::Off).then_some(Level::Default)
    }

    fn apply_to(&self, levels: &mut Levels, add: bool) {
        for rule in RULES {
            let before = levels.get(rule.name).copied();
            if let Some(level) = self.level(rule, before.unwrap_or(Level::Default))
                && (add || before.is_some())
            {
                levels.insert(rule.name, level);
            }
        }
    }
}
