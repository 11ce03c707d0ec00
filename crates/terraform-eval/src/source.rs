//! Source files: their text, their names, and spans into them. The only module that reads files.
//!
//! A span counts bytes of the file on disk, a byte order mark included, so that an edit or an
//! editor finds the place without knowing how the file was read.

mod bulk;
pub mod tree_access;

pub use bulk::{Glance, glance};

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A file in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// A text that is no file of a run: a template, read while something is evaluated. Its name and its
    /// text are empty wherever somebody asks for them.
    pub(crate) const DETACHED: Self = Self(u32::MAX);
}

static DETACHED: SourceFile = SourceFile {
    name: String::new(),
    path: None,
    text: String::new(),
    line_starts: OnceLock::new(),
};

/// A range of bytes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`. Offsets beyond `u32` cannot occur: [`Sources`] refuses such files.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// The bytes as a range.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A place for people: line and column count from 1, columns in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Why a file could not be read as text.
#[derive(Debug)]
pub enum ReadError {
    /// The system refused: absent, a directory, no permission.
    Io(std::io::Error),
    /// Not UTF-8, from this byte on.
    NotUtf8 {
        /// How many bytes before it are valid.
        valid_up_to: usize,
    },
    /// UTF-16 or UTF-32, told by its byte order mark.
    Utf16,
    /// Compressed with gzip.
    Gzip,
    /// A zip archive; a binary Terraform plan is one.
    Zip,
    /// Neither text nor one of these.
    Binary,
    /// Past what a span can address.
    TooLarge,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) if error.kind() == std::io::ErrorKind::NotFound => {
                f.write_str("no such file or directory")
            }
            Self::Io(error) => write!(f, "cannot read the file: {error}"),
            Self::NotUtf8 { valid_up_to } => write!(
                f,
                "the file is not valid UTF-8 (invalid byte at offset {valid_up_to})"
            ),
            Self::Utf16 => f.write_str("the file is UTF-16, but Terraform requires UTF-8"),
            Self::Gzip => f.write_str("the file is compressed with gzip"),
            Self::Zip => f.write_str("the file is a binary plan (or another zip archive), not JSON"),
            Self::Binary => f.write_str("the file is binary, not text"),
            Self::TooLarge => f.write_str("the file is larger than 4 GiB"),
        }
    }
}

impl ReadError {
    /// What to do about it, where there is more to say than the message has.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotUtf8 { .. } => Some("save the file as UTF-8"),
            Self::Utf16 => Some(
                "save the file as UTF-8; `>` in PowerShell writes UTF-16, `| Out-File -Encoding utf8` does not",
            ),
            Self::Binary => Some("convert a plan to JSON first: `terraform show -json PLAN > plan.json`"),
            Self::Gzip => Some("decompress it first: `gunzip -k FILE`"),
            Self::Zip => Some("convert it to JSON first: `terraform show -json PLAN > plan.json`"),
            Self::Io(_) | Self::TooLarge => None,
        }
    }
}

impl std::error::Error for ReadError {}

/// One file: its name as findings print it, and its text.
#[derive(Debug)]
pub struct SourceFile {
    name: String,
    path: Option<PathBuf>,
    text: String,
    line_starts: OnceLock<Vec<usize>>,
}

impl SourceFile {
    /// The name that findings print: the path as it was given, with `/` between its parts.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path on disk; none for standard input.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The whole text, with its byte order mark if it has one.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bytes a byte order mark takes at the start: 3 or 0.
    #[must_use]
    pub fn bom_len(&self) -> usize {
        if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }
    }

    /// Where each line starts, in bytes.
    #[must_use]
    pub fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let ends = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(ends.map(|at| at + 1)).collect()
        })
    }

    /// The line, counted from 0, that holds the byte at `offset`.
    #[must_use]
    pub fn line_index(&self, offset: usize) -> usize {
        self.line_starts()
            .partition_point(|&start| start <= offset)
            .saturating_sub(1)
    }

    /// Line and column of the byte at `offset`; a place behind the end is the end.
    #[must_use]
    pub fn location(&self, offset: usize) -> Location {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_index(offset);
        let start = self.line_starts().get(line).copied().unwrap_or_default();
        // The byte order mark is no column of the first line.
        let start = if line == 0 {
            self.bom_len().min(offset)
        } else {
            start
        };
        let before = self.text.get(start..offset).unwrap_or_default();
        Location {
            line: line + 1,
            column: before.chars().count() + 1,
        }
    }
}

/// Texts that stand in for those on disk, by true path: files with fixes that are not written yet.
pub type Edited = BTreeMap<PathBuf, String>;

/// All files of a run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    edited: Arc<Edited>,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No files yet, and texts that stand in for some on disk.
    #[must_use]
    pub fn with_edited(edited: Arc<Edited>) -> Self {
        Self {
            files: Vec::new(),
            edited,
        }
    }

    /// Reads a file from disk.
    pub fn read(&mut self, path: &Path) -> Result<FileId, ReadError> {
        let text = match self.edited(path) {
            Some(text) => text.clone(),
            None => read_text(path)?,
        };
        Ok(self.insert(display_name(path), Some(path.to_owned()), text))
    }

    fn edited(&self, path: &Path) -> Option<&String> {
        if self.edited.is_empty() {
            return None;
        }
        self.edited.get(&std::fs::canonicalize(path).ok()?)
    }

    /// Takes note of a file whose text nobody is going to need.
    pub fn add_unread(&mut self, path: &Path) -> FileId {
        self.insert(display_name(path), Some(path.to_owned()), String::new())
    }

    /// Reads standard input to its end.
    pub fn read_stdin(&mut self, name: &str) -> Result<FileId, ReadError> {
        Ok(self.insert(name.to_owned(), None, stdin_text()?))
    }

    /// Takes a text that is in memory already.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.insert(name.into(), None, text.into())
    }

    fn insert(&mut self, name: String, path: Option<PathBuf>, text: String) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile {
            name,
            path,
            text,
            line_starts: OnceLock::new(),
        });
        id
    }

    /// The file behind an id of this set.
    ///
    /// # Panics
    ///
    /// On an id of another set.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        if id == FileId::DETACHED {
            return &DETACHED;
        }
        &self.files[id.0 as usize]
    }

    /// The text of a file, with its byte order mark if it has one.
    #[must_use]
    pub fn text(&self, id: FileId) -> &str {
        self.file(id).text()
    }

    /// The text that a span covers; empty where it does not lie on character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or_default()
    }

    /// All ids, in the order in which the files were read.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..u32::try_from(self.files.len()).unwrap_or(u32::MAX)).map(FileId)
    }
}

/// The text of a file that no finding points into.
pub fn read_text(path: &Path) -> Result<String, ReadError> {
    decode(bulk::read(path).map_err(ReadError::Io)?)
}

/// The text on standard input, to its end.
pub fn stdin_text() -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(ReadError::Io)?;
    decode(bytes)
}

/// Bytes as text, told apart from the things that people pass by mistake.
fn decode(bytes: Vec<u8>) -> Result<String, ReadError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(ReadError::TooLarge);
    }
    match bytes.as_slice() {
        [0x1f, 0x8b, ..] => return Err(ReadError::Gzip),
        [b'P', b'K', 3, 4, ..] => return Err(ReadError::Zip),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(ReadError::Utf16),
        // Without a mark: every other byte of what begins with ordinary characters is zero.
        [first, 0, second, 0, ..] | [0, first, 0, second, ..]
            if first.is_ascii() && second.is_ascii() && *first > 0 =>
        {
            return Err(ReadError::Utf16);
        }
        _ if memchr::memchr(0, bytes.get(..8192).unwrap_or(&bytes)).is_some() => {
            return Err(ReadError::Binary);
        }
        _ => {}
    }
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        valid_up_to: error.utf8_error().valid_up_to(),
    })
}

/// A path as findings print it: `/` between the parts, no leading `./`.
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
    fn what_is_not_text_is_told_apart() {
        assert!(matches!(decode(vec![0x1f, 0x8b, 8]), Err(ReadError::Gzip)));
        assert!(matches!(decode(b"PK\x03\x04".to_vec()), Err(ReadError::Zip)));
        assert!(matches!(decode(vec![0xff, 0xfe, b'{', 0]), Err(ReadError::Utf16)));
        assert!(matches!(
            decode(b"ab\xffc".to_vec()),
            Err(ReadError::NotUtf8 { valid_up_to: 2 })
        ));
    }

    #[test]
    fn names_use_slashes_and_no_leading_dot() {
        assert_eq!(display_name(Path::new("./a/main.tf")), "a/main.tf");
        assert_eq!(display_name(Path::new(".")), ".");
        assert_eq!(display_name(Path::new("../a")), "../a");
    }
}
