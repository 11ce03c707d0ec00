//! The files of a run: reads them, notes what each was read as and what is skipped, and reports those that cannot be
//! read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use crate::config::ConfigFiles;
use crate::diagnostic::Diagnostic;
use crate::model::{FileRole, ImageSet, SkipReason, Skipped};
use crate::parallel::Threads;
use crate::progress::Progress;
use crate::rules::{Rule, SYNTAX_ERROR, UNSUPPORTED_INPUT};
use crate::untrusted::source_kind::InvalidSource;
use crate::workspace::known_trees::KnownTrees;
use crate::workspace::options::Options;
use crate::workspace::project_tree::{ProjectTrees, holds};
use terraform_eval::source::{CachedFiles, FileId, ReadError, Sources, Span, display_name};

#[derive(Debug, Default)]
pub(crate) struct InputFiles {
    pub(crate) sources: Sources,
    /// The files of `sources`, whose directories are listed once.
    pub(crate) cached: Arc<CachedFiles>,
    /// What is known of project trees.
    pub(crate) known: Arc<KnownTrees>,
    pub(crate) threads: Threads,
    pub(crate) progress: Progress,
    pub(crate) configs: ConfigFiles,
    pub(crate) trees: ProjectTrees,
    /// Findings about the inputs themselves, in the order in which they were read.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What each file was read as.
    pub(crate) roles: BTreeMap<FileId, FileRole>,
    /// What was skipped.
    pub(crate) skipped: Vec<Skipped>,
    /// The files that could not be read.
    pub(crate) unreadable: Vec<FileId>,
    /// What named files have copied to mirrors.
    pub(crate) image_sets: Vec<ImageSet>,
}

impl InputFiles {
    pub(crate) fn new(options: &Options) -> Self {
        let known = options.known.clone().unwrap_or_default();
        known.verify(&*options.files, options.threads);
        let cached = CachedFiles::with_listings(options.files.clone(), known.listings());
        let cached = Arc::new(cached);
        Self {
            sources: known.sources(cached.clone()),
            cached,
            known,
            threads: options.threads,
            progress: options.progress.clone(),
            configs: ConfigFiles::new(options.config.clone()),
            trees: ProjectTrees::new(options.project_root.as_deref(), &*options.files),
            ..Self::default()
        }
    }

    /// Reads a file, or reports that it cannot be read.
    pub(crate) fn read(&mut self, path: &Path, role: FileRole) -> Option<FileId> {
        match self.sources.read(path) {
            Ok(file) => {
                self.roles.insert(file, role);
                Some(file)
            }
            Err(error) => {
                self.report_unreadable(path, &error);
                None
            }
        }
    }

    /// Reads a file in a directory of the tree, unless it is a link that leads out of the tree.
    pub(crate) fn read_in_tree(&mut self, path: &Path, tree: &Path, role: FileRole) -> Option<FileId> {
        if self.leads_out(path, tree) {
            let message = "the link leads out of the project tree";
            let mut skipped = Skipped::new(display_name(path), SkipReason::OutsideTree, message);
            skipped.span = Some(Span::new(self.sources.add_unread(path), 0, 0));
            skipped.help = Some("set `--project-root` to a directory that holds everything".to_owned());
            self.skipped.push(skipped);
            return None;
        }
        self.read(path, role)
    }

    /// Whether a path in a directory of the tree is a link that leads out of the tree.
    pub(crate) fn leads_out(&self, path: &Path, tree: &Path) -> bool {
        let files = self.sources.files();
        files.is_link(path) && !files.canonicalize(path).is_ok_and(|target| holds(tree, &target))
    }

    pub(crate) fn report_unreadable(&mut self, path: &Path, error: &ReadError) {
        let rule = match error {
            ReadError::Gzip | ReadError::Zip | ReadError::Binary => &UNSUPPORTED_INPUT,
            error if error.is_too_large() => &UNSUPPORTED_INPUT,
            _ => &SYNTAX_ERROR,
        };
        let file = self.sources.add_unread(path);
        self.report_invalid(rule, file, error, None, error.help());
    }

    /// Reports a file whose content is not what a reader needs.
    pub(crate) fn report_invalid(
        &mut self,
        rule: &Rule,
        file: FileId,
        error: &dyn Display,
        span: Option<Span>,
        help: Option<&str>,
    ) {
        self.unreadable.push(file);
        let source = self.sources.file(file);
        let name = source.name();
        let error = InvalidSource::new(name, source.text()).message(&error.to_string());
        let mut finding = rule.diagnostic(format!("{name}: {error}"));
        finding = finding.at(span.unwrap_or(Span::new(file, 0, 0)), "");
        finding.help = help.map(str::to_owned);
        self.diagnostics.push(finding);
    }
}
