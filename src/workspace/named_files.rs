//! Files that a user names: plans, states and manifests, told apart by their content.

use std::path::Path;

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
}

impl NamedFiles {
    pub(crate) fn read_path(&mut self, path: &Path, files: &mut InputFiles) {
        let name = display_name(path);
        let ends = files.sources.files().read_ends(path, &plan::PLAN_MARKERS);
        if let Some(contents) = ends.and_then(|ends| plan::read_from_ends(&name, &ends.head, &ends.tail)) {
            files.sources.add_unread(path);
            files.read += 1;
            self.plans.push(LoadedPlan::new(contents, Some(path)));
            return;
        }
        match files.sources.read(path) {
            Ok(file) => self.read_text(file, &name, files),
            Err(error) => files.report_unreadable(path, &error),
        }
    }

    pub(crate) fn read_text(&mut self, file: FileId, name: &str, files: &mut InputFiles) {
        let source = files.sources.file(file);
        if is_manifest(source.path(), source.text()) {
            self.manifests.read(file, name, files);
            return;
        }
        match plan::read_plan(file, name, source.text()) {
            Ok(contents) => {
                self.plans.push(LoadedPlan::new(contents, source.path()));
                files.read += 1;
            }
            Err(error) => {
                let rule = if error.is_unsupported_input() {
                    &UNSUPPORTED_INPUT
                } else {
                    &SYNTAX_ERROR
                };
                files.report_invalid(rule, name, &error, error.span, Some(error.help()));
            }
        }
    }
}
