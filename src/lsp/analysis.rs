//! What is known of the open texts of one folder: their session and its findings.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crate::baseline::BaselineError;
use crate::check::Verdict;
use crate::diagnostic::Diagnostic;
use crate::model::MirrorId;
use crate::progress::Progress;
use crate::session::{Session, SessionOptions};
use crate::workspace::InputPaths;
use terraform_eval::source::Files;

use super::documents::{Documents, real_path};
use super::folder_files::FolderFiles;
use super::locations::{FileUris, Locations};
use super::position::Encoding;

/// The session of a folder, with its findings.
#[derive(Debug)]
pub(super) struct Analysis {
    /// The loaded project.
    pub(super) session: Session,
    /// The findings of the report, or the errors in configuration files, which precede a report.
    pub(super) findings: Vec<Diagnostic>,
    /// The names of the inputs whose mirrors each finding is about.
    pub(super) roots: Vec<BTreeSet<String>>,
    /// The verdicts on the mirrors, in the order of the inputs.
    pub(super) verdicts: Vec<Verdict>,
    /// The URIs of its files.
    pub(super) uris: FileUris,
    /// The files with the open texts.
    pub(super) files: Arc<dyn Files>,
    /// The options of the session.
    pub(super) options: SessionOptions,
}

impl Analysis {
    /// Checks what the open texts of a folder stand for, as `mirrorset check` does that runs in the folder and names them.
    /// All open texts are laid over the files on disk. `None` if the progress was stopped before that was done.
    pub(super) fn check(
        folder: &Path,
        documents: &Documents,
        options: &SessionOptions,
        disk: Arc<dyn Files>,
    ) -> Result<Option<Self>, BaselineError> {
        let uris = FileUris::new(folder, documents, &*disk);
        let canonical = disk.canonical_path(folder);
        let named = documents.in_folder(folder).map(|document| {
            let path = real_path(&document.path, &*disk);
            path.strip_prefix(&canonical).map_or(path.clone(), Path::to_owned)
        });
        let mut options = options.clone();
        options.inputs = InputPaths::Paths(named.collect());
        let files: Arc<dyn Files> = Arc::new(FolderFiles::new(&canonical, documents.over(disk)));
        let session = Session::open_over(&options, files.clone())?;
        if options.load.progress.is_stopped() {
            return Ok(None);
        }
        // What else the session is opened for is done to its end.
        options.load.progress = Progress::default();
        let mut verdicts = Vec::new();
        let mut roots = Vec::new();
        let findings = match session.configuration_errors() {
            [] => {
                let report = session.check();
                verdicts.extend(report.mirrors.iter().map(|(_, verdict)| *verdict));
                roots.extend(
                    report
                        .subjects
                        .iter()
                        .map(|mirrors| root_names(&session, mirrors)),
                );
                report.findings
            }
            errors => errors.to_vec(),
        };
        Ok(Some(Self {
            session,
            findings,
            roots,
            verdicts,
            uris,
            files,
            options,
        }))
    }

    /// The locations of the spans of its files.
    pub(super) fn locations(&self, encoding: Encoding) -> Locations<'_> {
        Locations::new(&self.session.loaded.sources, &self.uris, encoding)
    }

    /// The files with texts laid over them, as the session of the folder sees them.
    pub(super) fn folder_files(&self, files: Arc<dyn Files>) -> Arc<dyn Files> {
        Arc::new(FolderFiles::new(self.uris.folder(), files))
    }
}

/// The names of the inputs of mirrors.
fn root_names(session: &Session, mirrors: &[MirrorId]) -> BTreeSet<String> {
    let inputs = &session.loaded.project.inputs;
    let name = |id: &MirrorId| {
        // The ids follow the order of the inputs.
        let position = inputs.partition_point(|input| input.mirrors.last().is_none_or(|last| last.id < *id));
        let input = inputs.get(position)?;
        input
            .mirrors
            .iter()
            .any(|mirror| mirror.id == *id)
            .then(|| input.name.clone())
    };
    mirrors.iter().filter_map(name).collect()
}
