//! Files that a user names: plans, states, manifests and files of nodes, told apart by their content.

use std::path::Path;

use crate::model::{FileRole, SkipReason, Skipped};
use crate::readers::image_set::parse_image_set;
use crate::readers::plan;
use crate::readers::registries_conf::is_registries_conf;
use crate::rules::{SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded_plan::LoadedPlan;
use crate::workspace::manifest_files::{Manifests, is_manifest};
use crate::workspace::name_kind::NameKind;
use crate::workspace::node_files::NodeFiles;
use crate::workspace::other_files::of_other_tool;
use terraform_eval::source::{FileId, display_name};

#[derive(Debug, Default)]
pub(crate) struct NamedFiles {
    pub(crate) plans: Vec<LoadedPlan>,
    pub(crate) manifests: Manifests,
    pub(crate) nodes: NodeFiles,
    /// Files that are none of these.
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

    /// Reports that nothing reads the file: as an error if it may be meant as an input.
    pub(crate) fn report(self, files: &mut InputFiles) {
        if self.is_image_set(files) {
            return;
        }
        let source = files.sources.file(self.file);
        let (name, text) = (source.name().to_owned(), source.text());
        // What Terraform wrote is meant as a plan, although it cannot be read.
        let is_of_terraform = self.error.is_some() && PLAN_WORDS.iter().any(|word| text.contains(word));
        if !is_of_terraform && let Some(skipped) = of_other_tool(name.clone(), source.path(), text, files) {
            return files.skipped.push(skipped);
        }
        let is_meant = match self.error {
            None => may_be_manifest(text),
            Some(_) => may_be_manifest(text) || may_be_plan(&name, text),
        };
        if is_meant {
            return self.report_as_input(files);
        }
        let message = match self.error {
            None => "the file declares no mirrors, and no configuration reads it",
            Some(_) => "the file is neither a plan nor a state nor a manifest, and no configuration reads it",
        };
        files
            .skipped
            .push(Skipped::new(name, SkipReason::UnknownKind, message));
    }

    /// Takes the file as an image set, which is beside the inputs. Returns whether it is one.
    fn is_image_set(&self, files: &mut InputFiles) -> bool {
        let source = files.sources.file(self.file);
        let set = parse_image_set(self.file, source.name(), source.text());
        let is_set = set.is_some();
        if is_set {
            files.roles.insert(self.file, FileRole::ImageSet);
        }
        files.image_sets.extend(set);
        is_set
    }

    /// Reports the file as what it was meant as: an input.
    pub(crate) fn report_as_input(self, files: &mut InputFiles) {
        let Some(error) = self.error else {
            return Manifests::report_no_manifest(self.file, files);
        };
        let rule = if error.is_unsupported_input() {
            &UNSUPPORTED_INPUT
        } else {
            &SYNTAX_ERROR
        };
        files.report_invalid(rule, self.file, &error, error.span, Some(error.help()));
    }
}

/// Whether a text may be meant as a manifest about mirrors, although it declares none: it says more of mirrors than the
/// name of this program, which a workflow or the configuration of hooks has.
fn may_be_manifest(text: &str) -> bool {
    text.replace("mirrorset", "").contains("irror")
}

/// Words of what Terraform and OpenTofu write.
const PLAN_WORDS: [&str; 8] = [
    "format_version",
    "terraform_version",
    "planned_values",
    "resource_changes",
    "@message",
    "Terraform",
    "OpenTofu",
    "rhcs_",
];

/// Whether a file may be meant as a plan or a state: because it is JSON, by its name, by what Terraform writes, or because
/// the command that was to write it failed.
fn may_be_plan(name: &str, text: &str) -> bool {
    let path = Path::new(name);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_named = ["plan", "state", "<stdin>"]
        .iter()
        .any(|word| name.contains(word));
    let is_json = NameKind::of(path) == NameKind::Manifest || text.trim_start().starts_with('{');
    is_json || is_named || text.trim().is_empty() || PLAN_WORDS.iter().any(|word| text.contains(word))
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
        match files.sources.read_input(path) {
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
        // Files of nodes are named for what they are in their directory, and copies of them in any way.
        let has_node_name =
            (source.path().and_then(Path::extension)).is_some_and(|extension| extension == "conf");
        let has_node_text = is_registries_conf(source.text());
        if !(has_node_name && has_node_text) && is_manifest(source.path(), source.text()) {
            if !self.manifests.read(file, name, files) {
                self.others.push(OtherFile { file, error: None });
            }
            return;
        }
        if has_node_name || has_node_text {
            self.nodes.add(file, files);
            return;
        }
        match plan::read_plan(file, name, source.text(), files.threads) {
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
