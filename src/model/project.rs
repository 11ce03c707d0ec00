//! Everything that was read in one run.

use terraform_eval::source::Span;

use crate::diagnostic::Diagnostic;

use super::ids::{InputId, MirrorId};
use super::input::Input;

/// Everything that was read in one run.
#[derive(Debug, Default)]
pub struct Project {
    /// One for each root module, plan and state, in the order in which they were found. [`Project::add`] adds one.
    pub inputs: Vec<Input>,
    /// What was wrong with the files themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// Text that no output may show: the source of sensitive values.
    pub sensitive: Vec<Span>,
    /// How many files were read.
    pub files: usize,
    /// How many files could not be read.
    pub unreadable: usize,
    /// How many mirrors the inputs have.
    mirrors: u32,
}

impl Project {
    /// Adds an input, and numbers it and its mirrors.
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
