//! The settings of a check: which rule settings apply to which input and file.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::InputId;
use crate::settings::RuleSettings;
use terraform_eval::source::FileId;

/// The settings of a check.
#[derive(Debug, Clone)]
pub struct CheckSettings {
    /// Whether informational findings about planned changes are reported.
    pub changes_info: bool,
    /// The rule settings of inputs and files that have none of their own.
    pub default: Arc<RuleSettings>,
    /// The rule settings of inputs.
    pub by_input: BTreeMap<InputId, Arc<RuleSettings>>,
    /// The rule settings of files, for findings about a file that concern no input.
    pub by_file: BTreeMap<FileId, Arc<RuleSettings>>,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            changes_info: true,
            default: Arc::default(),
            by_input: BTreeMap::new(),
            by_file: BTreeMap::new(),
        }
    }
}

impl CheckSettings {
    /// The rule settings of an input.
    pub(super) fn for_input(&self, input: InputId) -> &RuleSettings {
        self.by_input.get(&input).unwrap_or(&self.default)
    }

    /// The rule settings of a file, or the default ones without a file.
    pub(super) fn for_file(&self, file: Option<FileId>) -> &RuleSettings {
        file.and_then(|file| self.by_file.get(&file))
            .unwrap_or(&self.default)
    }
}
