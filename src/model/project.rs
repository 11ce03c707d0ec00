//! The inputs of a run.

use terraform_eval::source::Span;

use crate::diagnostic::Diagnostic;

use super::coverage::Coverage;
use super::ids::{InputId, MirrorId};
use super::input::Input;

/// The inputs of a run, with what reading them found.
#[derive(Debug, Default)]
pub struct Project {
    /// The inputs, in the order in which they were found. [`Project::add`] adds one.
    pub inputs: Vec<Input>,
    /// Findings about files that could not be read or parsed.
    pub diagnostics: Vec<Diagnostic>,
    /// The source text of sensitive values, which no output may show.
    pub sensitive: Vec<Span>,
    /// What was read, and what was skipped.
    pub(crate) coverage: Coverage,
    /// The number of files that could not be read.
    pub unreadable: usize,
    /// The number of mirrors in the inputs.
    mirrors: u32,
}

impl Project {
    /// Adds an input, and assigns ids to it and its mirrors.
    pub fn add(&mut self, mut input: Input) -> InputId {
        let id = InputId(u32::try_from(self.inputs.len()).unwrap_or(u32::MAX));
        input.id = id;
        for mirror in &mut input.mirrors {
            mirror.id = MirrorId(self.mirrors);
            self.mirrors = self.mirrors.saturating_add(1);
        }
        self.inputs.push(input);
        id
    }
}
