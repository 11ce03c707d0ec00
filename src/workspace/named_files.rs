//! Files that a user names: plans, states and manifests, told apart by their content.

use std::path::Path;

use crate::model::{FileRole, SkipReason, Skipped};
use crate::readers::plan;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded_plan::LoadedPlan;
use crate::workspace::manifest_files::{Manifests, is_manifest};
use terraform_eval::source::{FileId, display_name};

#[derive(Debug, Default)]
pub(crate) struct NamedFiles {
    pub(crate) plans: Vec<LoadedPlan>,
    pub(crate) manifests: Manifests,
    /// Files that are neither plans nor states nor manifests.
    pub(crate) others: Vec<OtherFile>,
}

/// A named file whose content is not an input. A function of the configuration may read it.
#[derive(Debug)]
pub(crate) struct OtherFile {
    file: FileId,
    /// The error of the reader of plans; `None` for YAML.
    error: Option<plan::PlanError>,
}

impl OtherFile {
    /// Its path, as findings show it.
    pub(crate) fn path<'s>(&self, files: &'s InputFiles) -> Option<&'s Path> {
        files.sources.file(self.file).path()
    }

    /// Reports the file as what it was meant as: an input.
    pub(crate) fn report_as_input(self, files: &mut InputFiles) {
        if self.error.is_none() {
            Manifests::report_no_manifest(self.file, files);
        } else {
            self.report(files);
        }
    }

    /// Reports that nothing reads the file: as an error if it may be meant as an input.
    pub(crate) fn report(self, files: &mut InputFiles) {
        let source = files.sources.file(self.file);
        let (name, text) = (source.name().to_owned(), source.text());
        let is_meant = text.contains("irror");
        match self.error {
            None if is_meant => Manifests::report_no_manifest(self.file, files),
            None => {
                let message = "the file declares no mirrors, and no configuration reads it";
                files
                    .skipped
                    .push(Skipped::new(name, SkipReason::UnknownKind, message));
            }
            Some(error) => {
                let rule = if error.is_unsupported_input() {
                    &UNSUPPORTED_INPUT
                } else {
                    &SYNTAX_ERROR
                };
                files.report_invalid(rule, self.file, &error, error.span, Some(error.help()));
            }
        }
    }
}

impl NamedFiles {
    /// Reads a file. Returns whether it is an input or cannot be read; else, it is one of the other files.
    pub(crate) fn read_path(&mut self, path: &Path, files: &mut InputFiles) -> bool {
        let name = display_name(path);
        let ends = files.sources.files().read_ends(path, &plan::plan_markers());
        if let Some(contents) = ends.and_then(|ends| plan::read_from_ends(&name, &ends.head, &ends.tail)) {
            let file = files.sources.add_unread(path);
            files.roles.insert(file, FileRole::Plan);
            self.plans.push(LoadedPlan::new(contents, Some(path)));
            return true;
        }
        match files.sources.read(path) {
            Ok(file) => {
                let others = self.others.len();
                self.read_text(file, &name, files);
                self.others.len() == others
            }
            Err(error) => {
                files.report_unreadable(path, &error);
                true
            }
        }
    }

    pub(crate) fn read_text(&mut self, file: FileId, name: &str, files: &mut InputFiles) {
        let source = files.sources.file(file);
        if is_manifest(source.path(), source.text()) {
            if !self.manifests.read(file, name, files) {
                self.others.push(OtherFile { file, error: None });
            }
            return;
        }
        match plan::read_plan(file, name, source.text()) {
            Ok(contents) => {
                self.plans.push(LoadedPlan::new(contents, source.path()));
                files.roles.insert(file, FileRole::Plan);
            }
            Err(error) => self.others.push(OtherFile {
                file,
                error: Some(error),
            }),
        }
    }
}
