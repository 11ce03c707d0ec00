//! Rule settings: which rules run, the severity of their findings, and the minimum severity that fails a check.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{RULES, Rule, SKIPPED_INPUT, UNKNOWN_VALUE, reports_unread_input};
use terraform_eval::source::FileId;

/// The level of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Findings keep the severity that the rule gives them.
    Default,
    /// The rule does not run.
    Off,
    /// All findings get this severity.
    At(Severity),
}

impl Level {
    /// The words of the configuration file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("off", Self::Off),
        ("info", Self::At(Severity::Info)),
        ("warning", Self::At(Severity::Warning)),
        ("error", Self::At(Severity::Error)),
    ];

    /// The word for the level; for the default level, the severity of the rule.
    #[must_use]
    pub fn word(self, rule: &Rule) -> &'static str {
        match self {
            Self::Default => rule.severity.as_str(),
            Self::Off => "off",
            Self::At(severity) => severity.as_str(),
        }
    }
}

/// The minimum severity that causes exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Findings of this severity and above.
    Severity(Severity),
    /// No finding.
    Never,
}

impl FailOn {
    /// The words of the command line and the configuration file.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("error", Self::Severity(Severity::Error)),
        ("warning", Self::Severity(Severity::Warning)),
        ("info", Self::Severity(Severity::Info)),
        ("never", Self::Never),
    ];

    /// Parses a word. `None` if there is no such word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let known = Self::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, fail_on)| *fail_on)
    }

    /// The word of the command line and the configuration file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Severity(severity) => severity.as_str(),
            Self::Never => "never",
        }
    }

    /// Whether a finding of this severity causes exit status 1.
    #[must_use]
    pub fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Severity(minimum) => severity >= minimum,
            Self::Never => false,
        }
    }
}

impl Default for FailOn {
    fn default() -> Self {
        Self::Severity(Severity::Warning)
    }
}

/// Levels by rule name. Other rules have the default level.
pub(crate) type Levels = BTreeMap<&'static str, Level>;

/// The settings of one input, or of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSettings {
    /// The levels for all files.
    pub levels: Levels,
    /// Levels for mirrors that are declared in specific files, which take precedence.
    pub by_file: Arc<BTreeMap<FileId, Levels>>,
    /// The minimum severity that causes exit status 1.
    pub fail_on: FailOn,
}

impl RuleSettings {
    /// The level of a rule in a file.
    #[must_use]
    pub fn level(&self, rule: &str, file: Option<FileId>) -> Level {
        let file_level = file.and_then(|file| self.by_file.get(&file)?.get(rule));
        file_level
            .or(self.levels.get(rule))
            .copied()
            .unwrap_or(Level::Default)
    }

    /// Applies the level of a finding's rule to its severity. `None` if the rule is off.
    #[must_use]
    pub fn apply_level(&self, mut finding: Diagnostic, file: Option<FileId>) -> Option<Diagnostic> {
        match self.level(finding.code.as_str(), file) {
            Level::Default => {}
            Level::Off => return None,
            Level::At(severity) => finding.severity = severity,
        }
        Some(finding)
    }

    /// Overrides the settings with the rule selection of the command line, except for those of files.
    pub fn override_with(&mut self, selection: &RuleSelection) {
        selection.apply_to(&mut self.levels, true);
        self.fail_on = selection.fail_on.unwrap_or(self.fail_on);
    }
}

/// Overrides the levels for specific files with the rule selection of the command line.
pub(crate) fn override_file_levels(by_file: &mut BTreeMap<FileId, Levels>, selection: &RuleSelection) {
    for levels in by_file.values_mut() {
        selection.apply_to(levels, false);
    }
}

/// The rule selection of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSelection {
    /// The rules to run. If empty, all of them.
    pub select: Vec<&'static str>,
    /// The rules to disable.
    pub ignore: Vec<&'static str>,
    /// Whether undecided mirrors are errors.
    pub strict: bool,
    /// The minimum severity that causes exit status 1.
    pub fail_on: Option<FailOn>,
}

impl RuleSelection {
    /// The level that the selection gives a rule whose level is `configured` otherwise. `None` if the selection does not
    /// change it. Rules about unread input run even if they are not selected: a file that was not read must not pass
    /// for checked.
    #[must_use]
    pub fn level(&self, rule: &Rule, configured: Level) -> Option<Level> {
        let is_named = self.select.contains(&rule.name);
        let is_selected = self.select.is_empty() || is_named || reports_unread_input(rule.code());
        if self.ignore.contains(&rule.name) || !is_selected {
            return Some(Level::Off);
        }
        if self.strict && [UNKNOWN_VALUE.name, SKIPPED_INPUT.name].contains(&rule.name) {
            return Some(Level::At(Severity::Error));
        }
        (is_named && configured == Level::Off).then_some(Level::Default)
    }

    /// Applies the selection to levels. Levels of rules that have none yet are added only if `add_missing`.
    fn apply_to(&self, levels: &mut Levels, add_missing: bool) {
        for rule in RULES {
            let configured = levels.get(rule.name).copied();
            if let Some(level) = self.level(rule, configured.unwrap_or(Level::Default))
                && (add_missing || configured.is_some())
            {
                levels.insert(rule.name, level);
            }
        }
    }
}
