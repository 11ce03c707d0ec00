//! The size of the pages in which Linux provides memory: small ones, until a command reads a large file. The language server
//! keeps small ones.
//!
//! A small page holds 4 KB and a huge one 2 MB. The system takes about 2 µs for a small page, which is a fifth of the
//! processor time of a large file, and 0.1 ms for a huge one. A run without large files has no use for huge pages: it needs
//! less than one of them, or reads many root modules, which use the same memory one after the other.

use std::sync::atomic::{AtomicBool, Ordering};

use rustix::thread::{disable_transparent_huge_pages, transparent_huge_pages_are_disabled};

/// Whether this program chose small pages, and not who started it.
static ARE_SMALL_BY_CHOICE: AtomicBool = AtomicBool::new(false);

/// From now on, the system provides small pages.
pub(super) fn use_small_pages() {
    let were_huge = transparent_huge_pages_are_disabled() == Ok(false);
    let are_small = were_huge && disable_transparent_huge_pages(true).is_ok();
    ARE_SMALL_BY_CHOICE.store(are_small, Ordering::Relaxed);
}

/// From now on, the system provides huge pages, unless it or whoever started this program has decided against them.
pub(super) fn allow_huge_pages() {
    if ARE_SMALL_BY_CHOICE.swap(false, Ordering::Relaxed) {
        // If that fails, the run takes longer.
        _ = disable_transparent_huge_pages(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn huge_pages_are_allowed_if_they_were_before() {
        let before = transparent_huge_pages_are_disabled();
        use_small_pages();
        // A sandbox may reject the call.
        if before.is_ok() {
            assert_eq!(transparent_huge_pages_are_disabled(), Ok(true));
        }
        allow_huge_pages();
        assert_eq!(transparent_huge_pages_are_disabled(), before);
        // Whoever disables them from here on is not this program.
        if before == Ok(false) {
            disable_transparent_huge_pages(true).unwrap();
            allow_huge_pages();
            assert_eq!(transparent_huge_pages_are_disabled(), Ok(true));
            disable_transparent_huge_pages(false).unwrap();
        }
    }
}
