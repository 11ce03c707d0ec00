//! Regular files on disk: opened, read within a limit (large ones by two threads), or searched without being held in
//! memory.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use aho_corasick::AhoCorasick;

use super::read_limits::{MAX_TEXT_BYTES, too_large};

/// Files of at least this size are read in two halves at once. Most of the time goes into the pages of memory that
/// the text is written to, and the system provides those in parallel.
const MIN_PARALLEL_BYTES: u64 = 16 << 20;

/// How many bytes are searched at a time.
const CHUNK_BYTES: usize = 1 << 20;

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

/// Reads the bytes of a file that has at most `limit`.
pub(super) fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    let length = metadata.len();
    if length > limit {
        return Err(too_large(limit));
    }
    let size = usize::try_from(length).map_err(|_| too_large(limit))?;
    if metadata.is_file() && length >= MIN_PARALLEL_BYTES {
        return read_halves(path, file, size);
    }
    read_to_end(file, size, limit)
}

/// Reads to the end, but not more than `limit` bytes. `size` is the expected number.
pub(super) fn read_to_end(source: impl io::Read, size: usize, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= limit) {
        Ok(bytes)
    } else {
        Err(too_large(limit))
    }
}

/// Reads a file of this size. If it grows in the meantime, the rest is not read.
fn read_halves(path: &Path, file: File, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; size];
    let (first, second) = bytes.split_at_mut(size / 2);
    let middle = first.len() as u64;
    let read_half = |mut file: File, start: u64, half: &mut [u8]| -> io::Result<()> {
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(half)
    };
    let (second_file, _) = open(path)?;
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().spawn_scoped(scope, || read_half(second_file, middle, second));
        let first_result = read_half(file, 0, first);
        let second_result = thread.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("interrupted")))
        });
        first_result.and_then(|()| second_result?)
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
    let is_large = metadata.len() >= CHUNK_BYTES as u64 && metadata.len() <= MAX_TEXT_BYTES;
    if !metadata.is_file() || !is_large {
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
            if !begins_like_json(&head) {
                return None;
            }
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
        assert!(read(file.path(), MAX_TEXT_BYTES).unwrap() == bytes);
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
