//! Spans of files as locations of the protocol.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use gen_lsp_types::{Location, Uri};
use terraform_eval::hashing::HashMap;
use terraform_eval::source::{FileId, Files, Sources, Span};

use super::documents::{Documents, real_path};
use super::position::{Encoding, TextLines};
use super::uri::uri_of;

/// The URIs of files: as the client spells those of its open texts and of the folder.
#[derive(Debug)]
pub(super) struct FileUris {
    /// The folder as the client spells it, and its canonical path.
    folder: (PathBuf, PathBuf),
    /// The URIs of open texts, by canonical path.
    open: HashMap<PathBuf, Uri>,
}

impl FileUris {
    pub(super) fn new(folder: &Path, documents: &Documents, files: &dyn Files) -> Self {
        let open = documents
            .iter()
            .map(|document| (real_path(&document.path, files), document.uri.clone()));
        Self {
            folder: (folder.to_owned(), files.canonical_path(folder)),
            open: open.collect(),
        }
    }

    /// The URI of a canonical path.
    pub(super) fn of_path(&self, canonical: &Path) -> Uri {
        if let Some(uri) = self.open.get(canonical) {
            return uri.clone();
        }
        let (spelled, folder) = &self.folder;
        match canonical.strip_prefix(folder) {
            Ok(below) => uri_of(&spelled.join(below)),
            Err(_) => uri_of(canonical),
        }
    }

    /// The URIs of open texts.
    pub(super) fn open(&self) -> impl Iterator<Item = &Uri> {
        self.open.values()
    }

    /// The canonical path of the folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder.1
    }

    /// Whether the text of a canonical path is open.
    pub(super) fn is_open(&self, canonical: &Path) -> bool {
        self.open.contains_key(canonical)
    }
}

/// A file with the URI and the lines that the client has of it.
#[derive(Debug)]
pub(super) struct LocatedFile<'s> {
    pub(super) uri: Uri,
    pub(super) path: PathBuf,
    pub(super) lines: TextLines<'s>,
}

/// Finds the locations of spans.
#[derive(Debug)]
pub(super) struct Locations<'s> {
    sources: &'s Sources,
    uris: &'s FileUris,
    encoding: Encoding,
    files: RefCell<BTreeMap<FileId, Option<Rc<LocatedFile<'s>>>>>,
}

impl<'s> Locations<'s> {
    pub(super) fn new(sources: &'s Sources, uris: &'s FileUris, encoding: Encoding) -> Self {
        Self {
            sources,
            uris,
            encoding,
            files: RefCell::default(),
        }
    }

    /// A file of the sources; `None` for a text without a file.
    pub(super) fn file(&self, id: FileId) -> Option<Rc<LocatedFile<'s>>> {
        if let Some(known) = self.files.borrow().get(&id) {
            return known.clone();
        }
        let source = self.sources.file(id);
        let located = source.path().map(|path| {
            let path = real_path(path, self.sources.files());
            // An open text has a byte order mark only if the client counts it.
            let skipped = if self.uris.is_open(&path) {
                0
            } else {
                source.bom_len()
            };
            Rc::new(LocatedFile {
                uri: self.uris.of_path(&path),
                lines: TextLines::new(source.text(), skipped, self.encoding),
                path,
            })
        });
        self.files.borrow_mut().insert(id, located.clone());
        located
    }

    /// The location of a span; `None` in a text without a file.
    pub(super) fn locate(&self, span: Span) -> Option<Location> {
        let file = self.file(span.file)?;
        Some(Location {
            uri: file.uri.clone(),
            range: file.lines.range(span.range()),
        })
    }

    /// The file with a URI.
    pub(super) fn find(&self, uri: &Uri) -> Option<FileId> {
        let ids = self.sources.ids();
        let ids = ids.filter(|id| self.file(*id).is_some_and(|file| file.uri == *uri));
        // A file that a finding is about may be there a second time, without its text.
        ids.max_by_key(|id| self.sources.text(*id).len())
    }
}
