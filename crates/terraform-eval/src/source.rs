//! Source files: access to them, their text, their names, and spans into them.
//!
//! A span counts bytes of the file on disk, including a byte order mark, so that edits and editors address the same
//! bytes however the file was read.

mod cached_files;
mod canonical_directories;
mod disk_file;
mod file_ids;
mod files;
mod listings;
mod read_error;
mod read_limits;
pub(crate) mod sandbox;
mod span;
mod stamp;
mod text_index;
mod tool_data;

pub use cached_files::CachedFiles;
pub use disk_file::FileEnds;
pub use file_ids::FileIds;
pub use files::{DirectoryEntry, DiskFiles, FileKind, Files, MemoryFiles, OverlayFiles};
pub use listings::{ChangedDirectory, Listings};
pub use read_error::ReadError;
pub use read_limits::ReadLimits;
pub use span::{FileId, Location, Span};
pub use stamp::Stamp;
pub use tool_data::is_tool_data;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::hashing::HashMap;

use text_index::TextIndex;

static DETACHED: SourceFile = SourceFile {
    name: String::new(),
    path: None,
    is_installed: false,
    is_json: false,
    text: String::new(),
    index: TextIndex::new(),
};

/// One file: its name as findings print it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    path: Option<PathBuf>,
    is_installed: bool,
    is_json: bool,
    text: String,
    index: TextIndex,
}

impl SourceFile {
    /// The name that findings print: the path as it was given, with `/` as separator.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path as it was given; `None` for standard input and other texts without a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether it is below `.terraform`, where `terraform init` installs modules that users do not edit.
    #[must_use]
    pub fn is_installed(&self) -> bool {
        self.is_installed
    }

    /// Whether the name ends in `.json`.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// The entire text, including a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The length of the byte order mark at the start: 3 bytes, or 0 if the text has none.
    #[must_use]
    pub fn bom_len(&self) -> usize {
        if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }
    }

    /// The line, counted from 0, that contains the byte at `offset`.
    #[must_use]
    pub fn line_index(&self, offset: usize) -> usize {
        self.index.line_index(&self.text, offset.min(self.text.len()))
    }

    /// Where a line begins, counted from 0. `None` if the text has fewer lines.
    #[must_use]
    pub fn line_start(&self, line: usize) -> Option<usize> {
        self.index.line_start(&self.text, line)
    }

    /// The line and column of the byte at `offset`; an offset past the end means the end.
    #[must_use]
    pub fn location(&self, offset: usize) -> Location {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_index(offset);
        // The byte order mark does not count as a column of the first line.
        let start = if line == 0 {
            self.bom_len().min(offset)
        } else {
            self.line_start(line).unwrap_or(offset)
        };
        let characters = |offset| self.index.characters(&self.text, offset);
        Location {
            line: line + 1,
            column: characters(offset) - characters(start) + 1,
        }
    }
}

/// Whether a path is below `.terraform`, where `terraform init` installs modules that users do not edit.
#[must_use]
pub fn is_installed(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == ".terraform")
}

/// Whether the name of a file ends in `.json`.
pub(crate) fn has_json_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// The files that a run has read, and the access to all others.
#[derive(Debug)]
pub struct Sources {
    /// By id. Without ids from earlier runs, all are there.
    read: Vec<Option<Arc<SourceFile>>>,
    ids: Option<Ids>,
    files: Arc<dyn Files>,
}

/// The ids that files keep from run to run.
#[derive(Debug)]
struct Ids {
    kept: Arc<FileIds>,
    /// How often a name has been read.
    names: HashMap<String, usize>,
}

impl Default for Sources {
    fn default() -> Self {
        Self::with_files(Arc::new(DiskFiles::default()))
    }
}

impl Sources {
    /// No file is read yet, and those that will be are on disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No file is read yet, and `files` provides those that will be.
    #[must_use]
    pub fn with_files(files: Arc<dyn Files>) -> Self {
        Self {
            read: Vec::new(),
            ids: None,
            files,
        }
    }

    /// The same, where a file has the id that it had in earlier runs.
    #[must_use]
    pub fn with_ids(files: Arc<dyn Files>, kept: Arc<FileIds>) -> Self {
        let ids = Ids {
            kept,
            names: HashMap::default(),
        };
        Self {
            ids: Some(ids),
            ..Self::with_files(files)
        }
    }

    /// The access to files that have not been read.
    #[must_use]
    pub fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// The same, shared: it stays usable while files are added.
    #[must_use]
    pub fn shared_files(&self) -> Arc<dyn Files> {
        self.files.clone()
    }

    /// Reads a file.
    pub fn read(&mut self, path: &Path) -> Result<FileId, ReadError> {
        let text = self.files.read_text(path)?;
        Ok(self.insert(display_name(path), Some(path.to_owned()), text))
    }

    /// Reads an input that a user names.
    pub fn read_input(&mut self, path: &Path) -> Result<FileId, ReadError> {
        let text = self.files.read_input(path)?;
        Ok(self.insert(display_name(path), Some(path.to_owned()), text))
    }

    /// Registers a file whose text is not needed.
    pub fn add_unread(&mut self, path: &Path) -> FileId {
        self.insert(display_name(path), Some(path.to_owned()), String::new())
    }

    /// Reads standard input to its end.
    pub fn read_stdin(&mut self, name: &str) -> Result<FileId, ReadError> {
        let text = self.files.read_stdin()?;
        Ok(self.insert(name.to_owned(), None, text))
    }

    /// Registers a text that is in memory already.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.insert(name.into(), None, text.into())
    }

    fn insert(&mut self, name: String, path: Option<PathBuf>, text: String) -> FileId {
        let file = SourceFile {
            is_json: has_json_extension(Path::new(&name)),
            name,
            is_installed: path.as_deref().is_some_and(is_installed),
            path,
            text,
            index: TextIndex::new(),
        };
        let (index, file) = match &mut self.ids {
            None => (self.read.len(), Arc::new(file)),
            Some(Ids { kept, names }) => {
                let count = names.entry(file.name.clone()).or_default();
                let position = *count;
                *count += 1;
                kept.assign(file, position)
            }
        };
        if self.read.len() <= index {
            self.read.resize(index + 1, None);
        }
        if let Some(place) = self.read.get_mut(index) {
            *place = Some(file);
        }
        FileId::from_position(index)
    }

    /// The file with an id of this set. That of any other id has no name and no text.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        let read = self.read.get(id.position());
        read.and_then(Option::as_deref).unwrap_or(&DETACHED)
    }

    /// The same, shared.
    #[must_use]
    pub fn shared_file(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        self.read.get(id.position())?.as_ref()
    }

    /// The text of a file, including a byte order mark.
    #[must_use]
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).text()
    }

    /// The text that a span covers; empty if the span does not lie on character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or_default()
    }

    /// The ids of all files that were read: in this order, if no file has its id from an earlier run.
    pub fn ids(&self) -> impl Iterator<Item = FileId> {
        let ids = (0..).map(FileId::from_position).zip(&self.read);
        ids.filter_map(|(id, file)| file.as_ref().map(|_| id))
    }
}

/// A path as findings print it: with `/` as separator and without a leading `./`.
#[must_use]
pub fn display_name(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut rest = text.as_str();
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter.trim_start_matches('/');
    }
    if rest.is_empty() {
        ".".to_owned()
    } else {
        rest.to_owned()
    }
}

/// The path without `.` and `..`, by its text alone: links are not resolved.
#[must_use]
pub fn clean_path(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for component in path.components() {
        match (component, parts.last()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => _ = parts.pop(),
            (other, _) => parts.push(other),
        }
    }
    if parts.is_empty() {
        PathBuf::from(".")
    } else {
        parts.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_not_the_byte_order_mark() {
        let mut sources = Sources::new();
        let id = sources.add("a.tf", "\u{feff}é = 1\r\nb");
        let file = sources.file(id);
        assert_eq!(file.location(3), Location { line: 1, column: 1 });
        assert_eq!(file.location(5), Location { line: 1, column: 2 });
        assert_eq!(file.location(11), Location { line: 2, column: 1 });
        assert_eq!(file.location(999), Location { line: 2, column: 2 });
    }

    #[test]
    fn columns_of_a_long_line_are_those_that_a_count_of_its_characters_gives() {
        let line = "aé\u{1f600}\u{20ac}".repeat(1_000);
        let mut sources = Sources::new();
        let id = sources.add("a.tf", format!("b\n{line}\n{line}"));
        let file = sources.file(id);
        let text = file.text();
        for offset in (0..=text.len()).step_by(7).chain([text.len()]) {
            let before = (0..=offset).rev().find_map(|end| text.get(..end)).unwrap();
            let last_line = before.rsplit('\n').next().unwrap();
            let column = last_line.chars().count() + 1;
            assert_eq!(file.location(offset).column, column, "at {offset}");
        }
    }

    #[test]
    fn names_use_slashes_and_no_leading_dot() {
        assert_eq!(display_name(Path::new("./a/main.tf")), "a/main.tf");
        assert_eq!(display_name(Path::new(".")), ".");
        assert_eq!(display_name(Path::new("../a")), "../a");
    }

    #[test]
    fn paths_are_cleaned_by_their_text_alone() {
        for (path, expected) in [
            ("a/../b/./c", "b/c"),
            ("../a", "../a"),
            ("a/../..", ".."),
            ("/../a", "/a"),
            ("", "."),
            ("./", "."),
        ] {
            assert_eq!(clean_path(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
