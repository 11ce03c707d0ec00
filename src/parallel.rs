//! Work on many things, spread over the processor's cores. The results do not depend on the number of threads.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this do not pay: what they wait for is the memory and the file system.
const MAX_THREADS: usize = 16;

/// Fewer things than this are done in less time than it takes to start a thread.
const MIN_ITEMS: usize = 32;

/// How many things a thread takes at a time.
const CHUNK: usize = 8;

/// The number of threads that work at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(Option<NonZero<usize>>);

impl Threads {
    /// As many as the processor has cores.
    pub const OF_PROCESSOR: Self = Self(None);

    /// One after the other.
    pub(crate) const ONE: Self = Self(Some(NonZero::<usize>::MIN));

    /// A number of threads, whatever the processor has.
    #[must_use]
    pub fn exactly(number: NonZero<usize>) -> Self {
        Self(Some(number))
    }

    /// The number of threads.
    pub(crate) fn count(self) -> usize {
        match self.0 {
            Some(number) => number.get(),
            None => std::thread::available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS)),
        }
    }

    /// Does something with each of many things. The results are in the order of the things.
    pub(crate) fn map<T: Sync, R: Send>(self, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
        let threads = if items.len() < MIN_ITEMS { 1 } else { self.count() };
        if threads == 1 {
            return items.iter().map(work).collect();
        }
        let here = |share: &mut (dyn FnMut() + Send)| share();
        in_order(spread(threads, CHUNK, items, &here, &work))
    }

    /// Does something long with each of some things. Each thread does its share of the work inside of `enclose`. `None` if
    /// that does not call what it is given, or something panics in it.
    pub(crate) fn map_within<T: Sync, R: Send>(
        self,
        items: &[T],
        enclose: &Enclose,
        work: impl Fn(&T) -> R + Sync,
    ) -> Option<Vec<R>> {
        if items.is_empty() {
            return Some(Vec::new());
        }
        let results = in_order(spread(self.count().min(items.len()), 1, items, enclose, &work));
        (results.len() == items.len()).then_some(results)
    }
}

/// Calls a thread's share of the work, in a place that is fit for it.
pub(crate) type Enclose = dyn Fn(&mut (dyn FnMut() + Send)) + Sync;

/// Results by the position of their first thing.
type Parts<R> = Vec<(usize, Vec<R>)>;

fn in_order<R>(mut parts: Parts<R>) -> Vec<R> {
    parts.sort_unstable_by_key(|(start, _)| *start);
    parts.into_iter().flat_map(|(_, results)| results).collect()
}

/// Lets threads, of which this is one, take so many things at a time until none is left.
fn spread<T: Sync, R: Send>(
    threads: usize,
    chunk: usize,
    items: &[T],
    enclose: &Enclose,
    work: &(impl Fn(&T) -> R + Sync),
) -> Parts<R> {
    let next = AtomicUsize::new(0);
    let take_all = || {
        let mut done = Vec::new();
        enclose(&mut || {
            loop {
                let start = next.fetch_add(chunk, Ordering::Relaxed);
                let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else {
                    break;
                };
                done.push((start, rest.iter().take(chunk).map(work).collect()));
            }
        });
        done
    };
    std::thread::scope(|scope| {
        let start = |_| std::thread::Builder::new().spawn_scoped(scope, take_all).ok();
        let others: Vec<_> = (1..threads).filter_map(start).collect();
        let mut done = take_all();
        for other in others {
            match other.join() {
                Ok(parts) => done.extend(parts),
                Err(panic) => resume_unwind(panic),
            }
        }
        done
    })
}

impl Default for Threads {
    fn default() -> Self {
        Self::OF_PROCESSOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_with_any_number_of_threads() {
        for count in [0, 1, MIN_ITEMS - 1, MIN_ITEMS, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let expected: Vec<usize> = items.iter().map(|item| item * 2).collect();
            for threads in [1, 2, 16].into_iter().filter_map(NonZero::new) {
                let threads = Threads::exactly(threads);
                assert_eq!(threads.map(&items, |item| item * 2), expected);
                let results = threads.map_within(&items, &|share| share(), |item| item * 2);
                assert_eq!(results, Some(expected.clone()));
                let lost = threads.map_within(&items, &|_| (), |item| item * 2);
                assert_eq!(lost.is_none(), count > 0);
            }
        }
    }
}
