//! Which suppressions are used.

use std::collections::BTreeSet;

use terraform_eval::hashing::HashSet;
use terraform_eval::source::FileId;

/// Which rules have run, and which suppressions they used.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    /// The rules that have run on all files.
    pub run: HashSet<&'static str>,
    /// The rules for plans or manifests that have run, each with the files that declare the mirrors of such an input.
    pub run_on_files: BTreeSet<(&'static str, FileId)>,
    /// The rule names in suppressions that apply to a finding: the position of the suppression, and of the name in it.
    pub(super) used: BTreeSet<(usize, usize)>,
}

impl Usage {
    /// Whether a rule has run on a file.
    pub(super) fn has_run(&self, rule: &'static str, file: FileId) -> bool {
        self.run.contains(rule) || self.run_on_files.contains(&(rule, file))
    }
}
