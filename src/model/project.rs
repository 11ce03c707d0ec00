//! The inputs of a run.

use std::collections::BTreeSet;

use terraform_eval::source::{FileId, Span};

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
    /// The texts that no output may show.
    pub sensitive: HiddenTexts,
    /// What was read, and what was skipped.
    pub(crate) coverage: Coverage,
    /// The number of files that could not be read.
    pub unreadable: usize,
    /// The number of mirrors in the inputs.
    mirrors: u32,
}

/// The texts that no output may show, and where the same texts are hidden.
#[derive(Debug, Default)]
pub struct HiddenTexts {
    /// The source text of sensitive values.
    pub spans: Vec<Span>,
    /// The configuration files of each root module, with those of the modules that it calls. What is sensitive in one of
    /// them is hidden in all of them and in the files of variables, and not in files that only other root modules have.
    pub root_modules: Vec<BTreeSet<FileId>>,
    /// The files of variables.
    pub shared_files: Vec<SharedFiles>,
}

/// Files of variables, and the root modules that load all of them.
#[derive(Debug)]
pub struct SharedFiles {
    /// The files.
    pub files: BTreeSet<FileId>,
    /// The positions of the root modules in [`HiddenTexts::root_modules`].
    pub root_modules: Vec<usize>,
}

impl Project {
    /// The patterns of images for whose mirrors pods get the credentials of their namespace.
    pub(crate) fn credential_images(&self) -> impl Iterator<Item = &String> {
        self.inputs
            .iter()
            .flat_map(|input| &input.manifest_facts().credential_images)
    }

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
