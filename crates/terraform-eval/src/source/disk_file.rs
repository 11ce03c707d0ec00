//! Regular files on disk: opened, read within a limit (large ones by two threads), or searched without being held in
//! memory.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use aho_corasick::packed::Searcher;
use memchr::memmem::Finder;

use super::read_limits::{MAX_TEXT_BYTES, too_large};

/// Files of at least this size are read by two threads (on Windows, by one). Most of the time goes into the pages of memory that
/// the text is written to, and the system provides those in parallel.
pub(super) const MIN_LARGE_BYTES: u64 = 2 << 20;

/// How many bytes are read or searched at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// How many bytes of a stream are read into one buffer.
const PIECE_BYTES: usize = 8 << 20;

/// How many bytes of either end [`read_ends`] returns.
const END_BYTES: usize = 64 << 10;

/// Opens a regular file. Anything else is an error at once: a device may be endless, and a pipe may have no writer.
/// A person can name an open file of the process, `/dev/stdin` or `/dev/fd/3`, whatever it is.
pub(super) fn open(path: &Path) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        if path.starts_with("/dev/fd") || path == Path::new("/dev/stdin") {
            let file = options.open(path)?;
            let metadata = file.metadata()?;
            return Ok((file, metadata));
        }
        // Else, the system would wait for a writer of a pipe.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::other(
            "not a regular file, but a device, a pipe or a socket",
        ));
    }
    Ok((file, metadata))
}

/// Reads the bytes of a file that has at most `limit`. `before_large` is called before a large one is read.
pub(super) fn read(path: &Path, limit: u64, before_large: impl FnOnce()) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    let length = metadata.len();
    if length > limit {
        return Err(too_large(limit));
    }
    let size = usize::try_from(length).map_err(|_| too_large(limit))?;
    if metadata.is_file() && length >= MIN_LARGE_BYTES {
        before_large();
        #[cfg(unix)]
        return read_in_parallel(&file, size);
    }
    if metadata.is_file() && size > 0 {
        return read_size(file, size);
    }
    read_to_end(file, size, limit)
}

/// Reads a file of this size with one call of the system, if it gives all at once. If the file grows in the meantime, the
/// rest is not read.
fn read_size(file: File, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size);
    // A reader that may give `size` bytes and no more is not asked for the end of the file.
    file.take(size as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads the bytes of a file at a canonical path, which was found to be one that may be read. If a link has taken the place
/// of a part of the path since then, nothing is read.
pub(super) fn read_resolved(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    if !is_at(&metadata, path)? {
        return Err(io::Error::other("another file took the place of the file"));
    }
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if metadata.len() > limit {
        return Err(too_large(limit));
    }
    read_to_end(file, size, limit)
}

/// Whether an open file is the one at a path in which there are no links.
fn is_at(opened: &Metadata, path: &Path) -> io::Result<bool> {
    let found = std::fs::symlink_metadata(path)?;
    Ok(std::fs::canonicalize(path)? == path && is_same_file(opened, &found))
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// The standard library does not tell which file this is.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

/// Reads to the end, but not more than `limit` bytes. `size` is the expected number.
fn read_to_end(source: impl io::Read, size: usize, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(too_large(limit))
    }
}

/// Appends the rest of a stream to what was read of it, but reads not more than `limit` bytes. It is read in pieces, because a
/// buffer that grows is copied again and again, and is in memory twice.
pub(super) fn append_stream(head: Vec<u8>, mut stream: impl io::Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut length = head.len();
    let mut pieces = vec![head];
    loop {
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        stream.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece)?;
        length += piece.len();
        if length as u64 > limit {
            return Err(too_large(limit));
        }
        let is_last = piece.len() < PIECE_BYTES;
        pieces.push(piece);
        if is_last {
            break;
        }
    }
    let mut bytes = Vec::with_capacity(length);
    for piece in pieces {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Reads a file of this size by two threads, each from where it wants to. If it grows in the meantime, the rest is not read.
#[cfg(unix)]
fn read_in_parallel(file: &File, size: usize) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt as _;
    use std::sync::{Mutex, PoisonError};

    let mut bytes = vec![0; size];
    let chunks = Mutex::new(bytes.chunks_mut(CHUNK_BYTES).enumerate());
    let next = || chunks.lock().unwrap_or_else(PoisonError::into_inner).next();
    let read_share = || -> io::Result<()> {
        while let Some((index, chunk)) = next() {
            file.read_exact_at(chunk, (index * CHUNK_BYTES) as u64)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        // Without a second thread, this one reads all.
        let thread = std::thread::Builder::new().spawn_scoped(scope, read_share).ok();
        let first = read_share();
        let interrupted = |_| Err(io::Error::other("interrupted"));
        let second = thread.map_or(Ok(()), |thread| thread.join().unwrap_or_else(interrupted));
        first.and(second)
    })?;
    Ok(bytes)
}

/// Whether a text begins like a JSON object.
pub(super) fn begins_like_json(head: &[u8]) -> bool {
    let content = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    content.trim_ascii_start().starts_with(b"{")
}

/// The ends of a large file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEnds {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes.
    pub tail: Vec<u8>,
}

/// Searches a large file that begins like JSON for `words`, and returns its ends if it has none of them: see
/// [`Files::read_ends`](super::Files::read_ends).
pub(super) fn read_ends(path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
    let (mut file, metadata) = open(path).ok()?;
    let length = metadata.len();
    if !metadata.is_file() || !(CHUNK_BYTES as u64..=MAX_TEXT_BYTES).contains(&length) {
        return None;
    }
    let mut head = vec![0; END_BYTES];
    file.read_exact(&mut head).ok()?;
    if !begins_like_json(&head) {
        return None;
    }
    let search = Search {
        path,
        words: WordSearcher::new(words),
        // A word may lie across the boundary of two chunks.
        overlap: words.iter().map(|word| word.len()).max().unwrap_or_default(),
        is_over: AtomicBool::new(false),
    };
    let middle = length / 2;
    let has_words = if length < MIN_LARGE_BYTES {
        search.has_words(0..length)?
    } else {
        std::thread::scope(|scope| {
            let second = || search.has_words(middle.saturating_sub(search.overlap as u64)..length);
            let thread = std::thread::Builder::new().spawn_scoped(scope, second).ok()?;
            let first = search.has_words(0..middle);
            let second = thread.join().ok()?;
            Some(first? || second?)
        })?
    };
    if has_words {
        return None;
    }
    let end = i64::try_from(END_BYTES).ok()?;
    file.seek(SeekFrom::End(-end)).ok()?;
    let mut tail = Vec::with_capacity(END_BYTES);
    file.read_to_end(&mut tail).ok()?;
    // A file that has changed in the meantime was not searched as a whole.
    let is_same = file.metadata().ok()?.len() == length;
    is_same.then_some(FileEnds { head, tail })
}

/// The search of a file, in parts.
struct Search<'p, 'w> {
    path: &'p Path,
    words: WordSearcher<'w>,
    overlap: usize,
    /// Whether a part has a word, so that the other one need not be searched.
    is_over: AtomicBool,
}

impl Search<'_, '_> {
    /// Whether a part of the file has one of the words, or the search of another part is over. `None` if it cannot be
    /// read.
    fn has_words(&self, part: Range<u64>) -> Option<bool> {
        let (mut file, _) = open(self.path).ok()?;
        file.seek(SeekFrom::Start(part.start)).ok()?;
        let mut file = file.take(part.end - part.start);
        let mut buffer = vec![0; CHUNK_BYTES];
        let mut carried = 0;
        loop {
            let count = file.read(buffer.get_mut(carried..)?).ok()?;
            let filled = carried + count;
            if self.is_over.load(Ordering::Relaxed) {
                return Some(true);
            }
            if self.words.is_in(buffer.get(..filled)?) {
                self.is_over.store(true, Ordering::Relaxed);
                return Some(true);
            }
            if count == 0 {
                return Some(false);
            }
            carried = self.overlap.min(filled);
            buffer.copy_within(filled - carried..filled, 0);
        }
    }
}

/// Finds any of several words: in one pass where the processor has the instructions for it.
struct WordSearcher<'w> {
    packed: Option<Searcher>,
    finders: Vec<Finder<'w>>,
}

impl<'w> WordSearcher<'w> {
    fn new(words: &[&'w [u8]]) -> Self {
        Self {
            packed: Searcher::new(words),
            finders: words.iter().map(|word| Finder::new(*word)).collect(),
        }
    }

    fn is_in(&self, chunk: &[u8]) -> bool {
        match &self.packed {
            Some(searcher) => searcher.find(chunk).is_some(),
            None => self.finders.iter().any(|finder| finder.find(chunk).is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_and_a_long_stream_are_read_completely() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..20_000_003_u32).map(|at| (at % 251) as u8).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(read(file.path(), MAX_TEXT_BYTES, || ()).unwrap() == bytes);
        let (head, rest) = bytes.split_at(1000);
        assert!(append_stream(head.to_vec(), rest, MAX_TEXT_BYTES).unwrap() == bytes);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_became_a_link_is_not_read() {
        let scratch = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(scratch.path()).unwrap();
        std::fs::create_dir(root.join("in")).unwrap();
        std::fs::create_dir(root.join("out")).unwrap();
        std::fs::write(root.join("in/a"), "a").unwrap();
        std::fs::write(root.join("out/a"), "secret").unwrap();
        let read = |name: &str| read_resolved(&root.join(name), 10).ok();
        assert_eq!(read("in/a").unwrap(), b"a");
        assert!(read_resolved(&root.join("in/a"), 0).is_err());
        std::os::unix::fs::symlink("../out/a", root.join("in/b")).unwrap();
        assert_eq!(read("in/b"), None);
        std::fs::remove_dir_all(root.join("in")).unwrap();
        std::os::unix::fs::symlink("out", root.join("in")).unwrap();
        assert_eq!(read("in/a"), None);
        let (_, opened) = open(&root.join("out/a")).unwrap();
        std::fs::rename(root.join("out/a"), root.join("out/b")).unwrap();
        std::fs::write(root.join("out/a"), "other").unwrap();
        assert!(!is_at(&opened, &root.join("out/a")).unwrap());
        assert!(is_at(&opened, &root.join("out/b")).unwrap());
    }

    #[test]
    fn a_word_is_found_between_the_halves_of_a_large_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let length = usize::try_from(MIN_LARGE_BYTES).unwrap() + 1;
        let mut bytes = vec![b'.'; length];
        bytes[0] = b'{';
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(read_ends(file.path(), &[b"word", b"longer"]).is_some());
        for at in [1, length / 2 - 5, length / 2 - 2, length / 2, length - 4] {
            bytes[at..at + 4].copy_from_slice(b"word");
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(read_ends(file.path(), &[b"word", b"longer"]), None, "{at}");
            bytes[at..at + 4].copy_from_slice(b"....");
        }
    }

    #[test]
    fn a_word_is_found_across_chunks_and_the_ends_are_returned() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in [
            0,
            CHUNK_BYTES - 3,
            CHUNK_BYTES,
            2 * CHUNK_BYTES - 1,
            3 * CHUNK_BYTES - 5,
        ] {
            let mut bytes = vec![b'.'; 3 * CHUNK_BYTES];
            bytes[0] = b'{';
            bytes[3 * CHUNK_BYTES - 1] = b'>';
            std::fs::write(file.path(), &bytes).unwrap();
            let ends = read_ends(file.path(), &[b"word"]).unwrap();
            assert_eq!((ends.head[0], ends.tail.last()), (b'{', Some(&b'>')));
            assert_eq!((ends.head.len(), ends.tail.len()), (END_BYTES, END_BYTES));
            bytes[at..at + 4].copy_from_slice(b"word");
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(read_ends(file.path(), &[b"other", b"word"]), None, "{at}");
        }
    }
}
