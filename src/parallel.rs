//! Work on many things, spread over the processor's cores. The results do not depend on the number of threads.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

/// More threads than this do not pay: what they wait for is the memory and the file system.
const MAX_THREADS: usize = 16;

/// Fewer things than this are done in less time than it takes to start a thread.
const MIN_ITEMS: usize = 32;

/// Fewer things than this are sorted or counted in less time than it takes to start a thread.
const MANY_ITEMS: usize = 512;

/// How many things a thread takes at a time.
const CHUNK: usize = 8;

/// The threads for the cores of the processor. The system reads files to tell their number, so it is asked once.
static CORES: LazyLock<usize> =
    LazyLock::new(|| available_parallelism().map_or(1, |cores| cores.get().min(MAX_THREADS)));

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
            None => *CORES,
        }
    }

    /// The threads for each of some tasks that are done at the same time.
    pub(crate) fn shared_by(self, tasks: usize) -> Self {
        let share = self.count() / tasks.max(1);
        Self(Some(NonZero::new(share).unwrap_or(NonZero::<usize>::MIN)))
    }

    /// The same threads for quick work on many things; one for few.
    pub(crate) fn if_many(self, items: usize) -> Self {
        if items < MANY_ITEMS { Self::ONE } else { self }
    }

    /// Does something with each of many things. The results are in the order of the things.
    pub(crate) fn map<'t, T: Sync, R: Send>(
        self,
        items: &'t [T],
        work: impl Fn(&'t T) -> R + Sync,
    ) -> Vec<R> {
        let threads = if items.len() < MIN_ITEMS { 1 } else { self.count() };
        if threads == 1 {
            return items.iter().map(work).collect();
        }
        let here = |share: &mut (dyn FnMut() + Send)| share();
        let queue = ChunkQueue {
            next: AtomicUsize::new(0),
            count: items.len(),
        };
        in_order(spread(threads, &queue, items, &here, &work))
    }

    /// Does two things, the second one on another thread if there is one. Each of them is done once.
    pub(crate) fn join<A, B: Send>(self, here: impl FnOnce() -> A, there: impl Fn() -> B + Sync) -> (A, B) {
        if self.count() == 1 {
            return (here(), there());
        }
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().spawn_scoped(scope, &there);
            let done = here();
            let other = match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => there(),
            };
            (done, other)
        })
    }

    /// Does something long with each of some things, batch by batch: none of a batch before `between`, which is given the number
    /// of the batch before it, has returned. Each thread does its share of the work inside of `enclose`. `None` if that does not
    /// call what it is given, or ends a panic in it.
    ///
    /// The threads are the same for all batches. What a thread frees can only be used again by the same one for as long as it
    /// lives.
    pub(crate) fn map_in_batches<T: Sync, R: Send>(
        self,
        items: &[T],
        batch: usize,
        enclose: &Enclose,
        work: impl Fn(&T) -> R + Sync,
        between: impl FnMut(usize) + Send,
    ) -> Option<Vec<R>> {
        if items.is_empty() {
            return Some(Vec::new());
        }
        let threads = self.count().min(items.len());
        let queue = BatchQueue {
            size: batch,
            count: items.len(),
            state: Mutex::new(BatchState {
                next: 0,
                end: batch.min(items.len()),
                threads,
                waiting: 0,
                between,
            }),
            changed: Condvar::new(),
        };
        let results = in_order(spread(threads, &queue, items, enclose, &work));
        (results.len() == items.len()).then_some(results)
    }
}

/// Calls a thread's share of the work, in a place that is fit for it.
pub(crate) type Enclose = dyn Fn(&mut (dyn FnMut() + Send)) + Sync;

/// Which things a thread does next.
trait Queue: Sync {
    /// The next things. `None` if there are no more.
    fn take(&self) -> Option<Range<usize>>;

    /// Counts a thread that takes nothing any more.
    fn leave(&self) {}
}

/// Things in no other order than theirs.
struct ChunkQueue {
    next: AtomicUsize,
    count: usize,
}

impl Queue for ChunkQueue {
    fn take(&self) -> Option<Range<usize>> {
        let start = self.next.fetch_add(CHUNK, Ordering::Relaxed);
        (start < self.count).then(|| start..self.count.min(start + CHUNK))
    }
}

/// Things in batches.
struct BatchQueue<F> {
    size: usize,
    count: usize,
    state: Mutex<BatchState<F>>,
    /// Tells the threads that wait that a batch begins, or that a thread has left.
    changed: Condvar,
}

struct BatchState<F> {
    next: usize,
    /// Where the batch ends.
    end: usize,
    threads: usize,
    /// How many of the threads have nothing left to do in the batch.
    waiting: usize,
    between: F,
}

impl<F: FnMut(usize) + Send> Queue for BatchQueue<F> {
    fn take(&self) -> Option<Range<usize>> {
        let mut state = self.state();
        while state.next == state.end {
            let end = state.end;
            if end == self.count {
                return None;
            }
            state.waiting += 1;
            while state.end == end {
                if state.waiting >= state.threads {
                    (state.between)((end - 1) / self.size);
                    state.end = self.count.min(end + self.size);
                    state.waiting = 0;
                    self.changed.notify_all();
                } else {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
        state.next += 1;
        Some(state.next - 1..state.next)
    }

    fn leave(&self) {
        self.state().threads -= 1;
        self.changed.notify_all();
    }
}

impl<F> BatchQueue<F> {
    fn state(&self) -> MutexGuard<'_, BatchState<F>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves a queue however the work ends.
struct Leaving<'q, Q: Queue>(&'q Q);

impl<Q: Queue> Drop for Leaving<'_, Q> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Results by the position of their first thing.
type Parts<R> = Vec<(usize, Vec<R>)>;

fn in_order<R>(mut parts: Parts<R>) -> Vec<R> {
    parts.sort_unstable_by_key(|(start, _)| *start);
    parts.into_iter().flat_map(|(_, results)| results).collect()
}

/// Lets threads, of which this is one, take things until none is left.
fn spread<'t, T: Sync, R: Send>(
    threads: usize,
    queue: &impl Queue,
    items: &'t [T],
    enclose: &Enclose,
    work: &(impl Fn(&'t T) -> R + Sync),
) -> Parts<R> {
    let take_all = || {
        let _leaving = Leaving(queue);
        let mut done = Vec::new();
        enclose(&mut || {
            while let Some(range) = queue.take() {
                let taken = items.get(range.clone()).unwrap_or_default();
                done.push((range.start, taken.iter().map(work).collect()));
            }
        });
        done
    };
    std::thread::scope(|scope| {
        let start = |_| {
            let thread = std::thread::Builder::new().spawn_scoped(scope, take_all);
            if thread.is_err() {
                queue.leave();
            }
            thread.ok()
        };
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
                for batch in [1, 7, 100, 2000] {
                    let results =
                        threads.map_in_batches(&items, batch, &|share| share(), |item| item * 2, |_| ());
                    assert_eq!(results, Some(expected.clone()));
                    let lost = threads.map_in_batches(&items, batch, &|_| (), |item| item * 2, |_| ());
                    assert_eq!(lost.is_none(), count > 0);
                }
            }
        }
    }

    #[test]
    fn two_things_are_done_once_each() {
        for threads in [1, 2].into_iter().filter_map(NonZero::new) {
            let there = AtomicUsize::new(0);
            let mut here = 0;
            let results = Threads::exactly(threads).join(
                || {
                    here += 1;
                    "here"
                },
                || there.fetch_add(1, Ordering::SeqCst) + 10,
            );
            assert_eq!(results, ("here", 10));
            assert_eq!((here, there.into_inner()), (1, 1));
        }
    }

    #[test]
    fn batches_do_not_overlap() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 16].into_iter().filter_map(NonZero::new) {
            let batch = AtomicUsize::new(0);
            let mut done = Vec::new();
            let results = Threads::exactly(threads).map_in_batches(
                &items,
                64,
                &|share| share(),
                |item| (*item, batch.load(Ordering::SeqCst)),
                |number| {
                    done.push(number);
                    batch.fetch_add(1, Ordering::SeqCst);
                },
            );
            let expected: Vec<(usize, usize)> = items.iter().map(|item| (*item, item / 64)).collect();
            assert_eq!(results, Some(expected));
            assert_eq!(done, (0..15).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_ends_the_work_and_leaves_no_thread_waiting() {
        let items: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 16].into_iter().filter_map(NonZero::new) {
            let enclose = |share: &mut (dyn FnMut() + Send)| {
                let share = std::panic::AssertUnwindSafe(share);
                _ = std::panic::catch_unwind(|| { share }.0());
            };
            let work = |item: &usize| assert!(!item.is_multiple_of(100));
            let results = Threads::exactly(threads).map_in_batches(&items, 64, &enclose, work, |_| ());
            assert_eq!(results, None);
        }
    }
}
