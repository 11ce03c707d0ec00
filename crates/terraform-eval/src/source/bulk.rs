//! Large files: read by two threads, or looked through without being held.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use memchr::memmem::Finder;

/// From this size on a file is read in two halves at once. Most of the time goes into the pages of
/// memory that the text comes to, and those are made in parallel.
const HALVED: u64 = 16 << 20;

/// How much is looked through at a time.
const CHUNK: usize = 1 << 20;

/// How much of either end of a file is kept.
const END: usize = 64 << 10;

/// The bytes of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let data = file.metadata()?;
    let length = data.len();
    if !data.is_file() || length < HALVED {
        return std::fs::read(path);
    }
    let Ok(size) = usize::try_from(length) else {
        return std::fs::read(path);
    };
    let mut bytes = vec![0; size];
    let (first, second) = bytes.split_at_mut(size / 2);
    let middle = first.len() as u64;
    let part = |mut file: File, from: u64, into: &mut [u8]| -> io::Result<()> {
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(into)
    };
    let other = File::open(path)?;
    let halves = std::thread::scope(|scope| {
        let behind = std::thread::Builder::new().spawn_scoped(scope, || part(other, middle, second));
        let front = part(file, 0, first);
        let behind = behind.map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(io::Error::other("interrupted")))
        });
        front.and_then(|()| behind?)
    });
    match halves {
        Ok(()) if std::fs::metadata(path)?.len() == length => Ok(bytes),
        // It changed under our hands, or there is no thread to be had: once more, from front to back.
        _ => std::fs::read(path),
    }
}

/// What a look through a large file shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The first bytes.
    pub head: Vec<u8>,
    /// The last bytes.
    pub tail: Vec<u8>,
}

/// Looks through a large file without holding it: its ends, if none of `words` is anywhere in it.
///
/// None for a small file, one that holds a word, and one that cannot be looked through: such a file is
/// to be read.
#[must_use]
pub fn glance(path: &Path, words: &[&[u8]]) -> Option<Glance> {
    let mut file = File::open(path).ok()?;
    let data = file.metadata().ok()?;
    if !data.is_file() || data.len() < CHUNK as u64 {
        return None;
    }
    let finders: Vec<Finder<'_>> = words.iter().map(Finder::new).collect();
    // A word may lie across the end of a chunk.
    let overlap = words.iter().map(|word| word.len()).max().unwrap_or_default();
    let mut buffer = vec![0; CHUNK];
    let mut head = Vec::new();
    let mut kept = 0;
    loop {
        let count = file.read(buffer.get_mut(kept..)?).ok()?;
        let filled = kept + count;
        let seen = buffer.get(..filled)?;
        if head.is_empty() {
            head = seen.get(..END.min(filled))?.to_vec();
        }
        if finders.iter().any(|finder| finder.find(seen).is_some()) {
            return None;
        }
        if count == 0 {
            break;
        }
        kept = overlap.min(filled);
        buffer.copy_within(filled - kept..filled, 0);
    }
    let end = i64::try_from(END).ok()?;
    file.seek(SeekFrom::End(-end)).ok()?;
    let mut tail = Vec::with_capacity(END);
    file.read_to_end(&mut tail).ok()?;
    Some(Glance { head, tail })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_is_read_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..20_000_003_u32).map(|at| (at % 251) as u8).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        assert!(read(file.path()).unwrap() == bytes);
    }

    #[test]
    fn a_word_is_found_across_chunks_and_the_ends_are_kept() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for at in [0, CHUNK - 3, CHUNK, 2 * CHUNK - 1, 3 * CHUNK - 5] {
            let mut bytes = vec![b'.'; 3 * CHUNK];
            bytes[0] = b'<';
            bytes[3 * CHUNK - 1] = b'>';
            std::fs::write(file.path(), &bytes).unwrap();
            let glance = glance(file.path(), &[b"word"]).unwrap();
            assert_eq!((glance.head[0], glance.tail.last()), (b'<', Some(&b'>')));
            assert_eq!((glance.head.len(), glance.tail.len()), (END, END));
            bytes[at..at + 4].copy_from_slice(b"word");
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(super::glance(file.path(), &[b"other", b"word"]), None, "{at}");
        }
    }
}
