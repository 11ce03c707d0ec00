//! Large files on disk: read by two threads, or searched without being held in memory.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use aho_corasick::AhoCorasick;

/// Files of at least this size are read in two halves at once. Most of the time goes into the pages of memory that
/// the text is written to, and the system provides those in parallel.
const MIN_PARALLEL_BYTES: u64 = 16 << 20;

/// How many bytes are searched at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// How many bytes of either end [`read_ends`] returns.
const END_BYTES: usize = 64 << 10;

/// Reads the bytes of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let length = metadata.len();
    if !metadata.is_file() || length < MIN_PARALLEL_BYTES {
        return std::fs::read(path);
    }
    let Ok(size) = usize::try_from(length) else {
        return std::fs::read(path);
    };
    let mut bytes = vec![0; size];
    let (first, second) = bytes.split_at_mut(size / 2);
    let middle = first.len() as u64;
    let read_half = |mut file: File, start: u64, half: &mut [u8]| -> io::Result<()> {
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(half)
    };
    let second_file = File::open(path)?;
    let result = std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().spawn_scoped(scope, || read_half(second_file, middle, second));
        let first_result = read_half(file, 0, first);
        let second_result = thread.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("interrupted")))
        });
        first_result.and_then(|()| second_result?)
    });
    match result {
        Ok(()) if std::fs::metadata(path)?.len() == length => Ok(bytes),
        // The file changed in the meantime, or the system provides no thread: read it again, in one piece.
        _ => std::fs::read(path),
    }
}

/// The ends of a large file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEnds {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes.
    pub tail: Vec<u8>,
}

/// Searches a large file for `words`, and returns its ends if it has none of them: see
/// [`Files::read_ends`](super::Files::read_ends).
pub(super) fn read_ends(path: &Path, words: &[&[u8]]) -> Option<FileEnds> {
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() < CHUNK_BYTES as u64 {
        return None;
    }
    let finder = AhoCorasick::new(words).ok()?;
    // A word may lie across the boundary of two chunks.
    let overlap = words.iter().map(|word| word.len()).max().unwrap_or_default();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut head = Vec::new();
    let mut carried = 0;
    loop {
        let count = file.read(buffer.get_mut(carried..)?).ok()?;
        let filled = carried + count;
        let chunk = buffer.get(..filled)?;
        if head.is_empty() {
            head = chunk.get(..END_BYTES.min(filled))?.to_vec();
        }
        if finder.is_match(chunk) {
            return None;
        }
        if count == 0 {
            break;
        }
        carried = overlap.min(filled);
        buffer.copy_within(filled - carried..filled, 0);
    }
    let end = i64::try_from(END_BYTES).ok()?;
    file.seek(SeekFrom::End(-end)).ok()?;
    let mut tail = Vec::with_capacity(END_BYTES);
    file.read_to_end(&mut tail).ok()?;
    Some(FileEnds { head, tail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_read_completely() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..20_000_003_u32).map(|at| (at % 251) as u8).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(read(file.path()).unwrap() == bytes);
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
            bytes[0] = b'<';
            bytes[3 * CHUNK_BYTES - 1] = b'>';
            std::fs::write(file.path(), &bytes).unwrap();
            let ends = read_ends(file.path(), &[b"word"]).unwrap();
            assert_eq!((ends.head[0], ends.tail.last()), (b'<', Some(&b'>')));
            assert_eq!((ends.head.len(), ends.tail.len()), (END_BYTES, END_BYTES));
            bytes[at..at + 4].copy_from_slice(b"word");
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(read_ends(file.path(), &[b"other", b"word"]), None, "{at}");
        }
    }
}
