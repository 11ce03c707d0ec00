//! How much is read from disk: of one file, and of all files together.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const MEGABYTE: u64 = 1 << 20;

/// The largest file that a [`Span`](super::Span) can address.
pub(super) const MAX_TEXT_BYTES: u64 = u32::MAX as u64;

/// How much is read from disk. Clones share what is left.
#[derive(Debug, Clone)]
pub struct ReadLimits {
    /// The size of a file, in bytes.
    file: u64,
    /// The size of all files together, in bytes.
    total: u64,
    /// What is left of the total.
    rest: Arc<AtomicU64>,
}

impl ReadLimits {
    /// The default size of a file, in megabytes. Configuration files of real repositories have some hundred kilobytes,
    /// and GitHub rejects files of over 100 MB.
    pub const DEFAULT_FILE: u64 = 64;

    /// The default size of all files together, in megabytes. 10,000 root modules have 124 MB.
    pub const DEFAULT_TOTAL: u64 = 2048;

    /// Limits in megabytes.
    #[must_use]
    pub fn from_megabytes(file: u64, total: u64) -> Self {
        let file = file.saturating_mul(MEGABYTE).min(MAX_TEXT_BYTES);
        let total = total.saturating_mul(MEGABYTE);
        Self {
            file,
            total,
            rest: Arc::new(AtomicU64::new(total)),
        }
    }

    /// The size of a file, in bytes.
    pub(super) fn file(&self) -> u64 {
        self.file
    }

    /// What is left of the total.
    pub(super) fn budget(&self) -> u64 {
        self.rest.load(Ordering::Relaxed)
    }

    /// Sets what is left of the total.
    pub(super) fn set_budget(&self, bytes: u64) {
        self.rest.store(bytes, Ordering::Relaxed);
    }

    /// Takes the bytes of a file out of what is left.
    pub(super) fn charge(&self, bytes: u64) -> io::Result<()> {
        let take = |rest: u64| rest.checked_sub(bytes);
        match self.rest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                format!("the files have more than {} MB together", self.total / MEGABYTE),
            )),
        }
    }
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self::from_megabytes(Self::DEFAULT_FILE, Self::DEFAULT_TOTAL)
    }
}

/// The error of a file with more bytes than `limit`.
pub(super) fn too_large(limit: u64) -> io::Error {
    let limit = match limit.div_ceil(MEGABYTE) {
        4096 => "4 GB".to_owned(),
        megabytes => format!("{megabytes} MB"),
    };
    io::Error::new(
        io::ErrorKind::FileTooLarge,
        format!("the file is larger than {limit}"),
    )
}
