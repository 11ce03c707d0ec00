//! The texts that the client has open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri, VersionedTextDocumentIdentifier};
use terraform_eval::source::{Files, OverlayFiles};

use super::position::{Encoding, TextLines};
use super::uri::path_of;

/// A text that the client has open.
#[derive(Debug)]
pub(super) struct Document {
    /// The URI as the client spells it.
    pub(super) uri: Uri,
    /// The version of the text, which each change increases.
    pub(super) version: i32,
    /// The text.
    pub(super) text: String,
    /// The path of the URI.
    pub(super) path: PathBuf,
    /// The folder that it is checked in.
    pub(super) folder: PathBuf,
}

/// The open texts, by URI.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
    /// The folders of the client.
    folders: Vec<PathBuf>,
}

impl Documents {
    /// Opens a text. `None` if it is not one of a file.
    pub(super) fn open(&mut self, item: TextDocumentItem) -> Option<&Document> {
        let path = path_of(&item.uri)?;
        let key = item.uri.as_ref().to_owned();
        let document = Document {
            folder: folder_of(&path, &self.folders),
            uri: item.uri,
            version: item.version,
            text: item.text,
            path,
        };
        self.open.insert(key.clone(), document);
        self.open.get(&key)
    }

    /// Applies changes in their order. `None` if the text is not open.
    pub(super) fn change(
        &mut self,
        identifier: &VersionedTextDocumentIdentifier,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self
            .open
            .get_mut(identifier.text_document_identifier.uri.as_ref())?;
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(change) => {
                    let bytes = TextLines::new(&document.text, 0, encoding).bytes(change.range);
                    document.text.replace_range(bytes, &change.text);
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(change) => {
                    document.text = change.text;
                }
            }
        }
        document.version = identifier.version;
        Some(document)
    }

    /// Closes a text, and returns it.
    pub(super) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.open.remove(uri.as_ref())
    }

    /// The text of a URI, if it is open.
    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_ref())
    }

    /// The open texts, by URI.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }

    /// Sets the folders of the client.
    pub(super) fn set_folders(&mut self, folders: Vec<PathBuf>) {
        self.folders = folders;
        for document in self.open.values_mut() {
            document.folder = folder_of(&document.path, &self.folders);
        }
    }

    /// The folders of the client.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The folders that open texts are checked in.
    pub(super) fn used_folders(&self) -> BTreeSet<PathBuf> {
        self.iter().map(|document| document.folder.clone()).collect()
    }

    /// The open texts that are checked in a folder.
    pub(super) fn in_folder(&self, folder: &Path) -> impl Iterator<Item = &Document> {
        self.iter().filter(move |document| document.folder == folder)
    }

    /// The files with the open texts laid over them. Of two texts of one file, the last one counts.
    pub(super) fn over(&self, files: Arc<dyn Files>) -> Arc<dyn Files> {
        let texts = self
            .iter()
            .map(|document| (real_path(&document.path, &*files), document.text.clone()));
        let texts: BTreeMap<PathBuf, String> = texts.collect();
        Arc::new(OverlayFiles::new(texts, files))
    }
}

/// The folder that a text is checked in: the innermost one that holds it, else its directory.
fn folder_of(path: &Path, folders: &[PathBuf]) -> PathBuf {
    let holding = folders.iter().filter(|folder| path.starts_with(folder));
    let innermost = holding.max_by_key(|folder| folder.components().count());
    let directory = || path.parent().unwrap_or(path).to_owned();
    innermost.cloned().unwrap_or_else(directory)
}

/// The canonical path of a file that may exist in the client alone.
pub(super) fn real_path(path: &Path, files: &dyn Files) -> PathBuf {
    files.canonicalize(path).unwrap_or_else(|_| files.location(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gen_lsp_types::{
        LanguageKind, Position, Range, TextDocumentContentChangePartial,
        TextDocumentContentChangeWholeDocument, TextDocumentIdentifier,
    };

    fn item(uri: &str, text: &str) -> TextDocumentItem {
        TextDocumentItem {
            uri: uri.into(),
            language_id: LanguageKind::from("terraform".to_owned()),
            version: 1,
            text: text.to_owned(),
        }
    }

    fn replace(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        let change = TextDocumentContentChangePartial {
            range: Range {
                start: position(start),
                end: position(end),
            },
            text: text.to_owned(),
            ..TextDocumentContentChangePartial::default()
        };
        change.into()
    }

    #[test]
    fn changes_apply_one_after_the_other() {
        let mut documents = Documents::default();
        documents.open(item("file:///a.tf", "a😀b\r\nc")).unwrap();
        let identifier = VersionedTextDocumentIdentifier {
            version: 7,
            text_document_identifier: TextDocumentIdentifier {
                uri: "file:///a.tf".into(),
            },
        };
        let changes = vec![
            replace((0, 3), (0, 4), "B"),
            replace((1, 0), (1, 0), "new\n"),
            replace((9, 0), (99, 9), "!"),
        ];
        let document = documents.change(&identifier, changes, Encoding::Utf16).unwrap();
        assert_eq!((document.text.as_str(), document.version), ("a😀B\r\nnew\nc!", 7));
        let whole = TextDocumentContentChangeWholeDocument {
            text: "whole".to_owned(),
        };
        let document = documents
            .change(&identifier, vec![whole.into()], Encoding::Utf16)
            .unwrap();
        assert_eq!(document.text, "whole");
    }

    #[test]
    fn a_text_belongs_to_the_innermost_folder() {
        let mut documents = Documents::default();
        documents.open(item("file:///repo/live/prod/main.tf", ""));
        let folder = |documents: &Documents| documents.iter().next().unwrap().folder.clone();
        assert_eq!(folder(&documents), Path::new("/repo/live/prod"));
        documents.set_folders(vec!["/repo".into(), "/repo/live".into(), "/repo/li".into()]);
        assert_eq!(folder(&documents), Path::new("/repo/live"));
    }

    #[test]
    fn texts_without_a_file_are_not_opened() {
        let mut documents = Documents::default();
        assert!(documents.open(item("untitled:Untitled-1", "")).is_none());
        assert_eq!(documents.iter().count(), 0);
    }
}
