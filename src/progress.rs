//! How far the work of a run is, for a person who waits for it, and whether its result is still wanted.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

/// What is being done. The work itself only counts; who shows the count reads it from another thread.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    /// The number of a stage, or 0 before the first one.
    stage: AtomicU8,
    done: AtomicUsize,
    /// How much there is to do; 0 if that is not known.
    total: AtomicUsize,
    stop: Stop,
    is_stopped: AtomicBool,
}

/// Tells whether the result is not wanted any more. By default, it always is.
#[derive(Default)]
struct Stop(Option<Box<dyn Fn() -> bool + Send + Sync>>);

impl fmt::Debug for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "asked" } else { "never" })
    }
}

/// A part of a run that takes time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    /// Lists directories.
    Search = 1,
    /// Reads modules.
    Read,
    /// Evaluates root modules.
    Evaluate,
    /// Checks mirrors.
    Check,
}

impl Progress {
    /// Progress of work that ends early, with a result that is not to be used, once `is_unwanted` holds.
    pub(crate) fn until(is_unwanted: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(Counters {
            stop: Stop(Some(Box::new(is_unwanted))),
            ..Counters::default()
        }))
    }

    /// Whether the rest of the work can be left out, because its result is not used.
    pub(crate) fn is_stopped(&self) -> bool {
        let Counters { stop, is_stopped, .. } = &*self.0;
        let is_unwanted = || stop.0.as_ref().is_some_and(|is_unwanted| is_unwanted());
        if !is_stopped.load(Ordering::Relaxed) && is_unwanted() {
            is_stopped.store(true, Ordering::Relaxed);
        }
        is_stopped.load(Ordering::Relaxed)
    }

    /// Begins a stage. `total` is 0 if it is not known how much there is to do.
    pub(crate) fn begin(&self, stage: Stage, total: usize) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
        self.0.stage.store(stage as u8, Ordering::Relaxed);
    }

    /// Counts what is done of the stage.
    pub(crate) fn advance(&self, count: usize) {
        self.0.done.fetch_add(count, Ordering::Relaxed);
    }

    /// What to show now. `None` before the first stage.
    #[must_use]
    pub(crate) fn line(&self) -> Option<String> {
        let done = self.0.done.load(Ordering::Relaxed);
        let total = self.0.total.load(Ordering::Relaxed);
        let (what, unit) = match self.0.stage.load(Ordering::Relaxed) {
            1 => ("searching", "directories"),
            2 => ("reading", "modules"),
            3 => ("evaluating", "root modules"),
            4 => ("checking", ""),
            _ => return None,
        };
        Some(match (done, total) {
            (0, 0) | (_, 1) => what.to_owned(),
            (done, 0) => format!("{what}: {done} {unit}"),
            (done, total) => format!("{what}: {} of {total} {unit}", done.min(total)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_was_stopped_stays_stopped() {
        let is_unwanted = Arc::new(AtomicBool::new(false));
        let asked = is_unwanted.clone();
        let progress = Progress::until(move || asked.load(Ordering::Relaxed));
        assert!(!progress.is_stopped() && !Progress::default().is_stopped());
        is_unwanted.store(true, Ordering::Relaxed);
        assert!(progress.clone().is_stopped());
        is_unwanted.store(false, Ordering::Relaxed);
        assert!(progress.is_stopped());
    }

    #[test]
    fn the_line_says_what_is_done_and_how_far() {
        let progress = Progress::default();
        let line = || progress.line().unwrap_or_default();
        assert_eq!(line(), "");
        progress.begin(Stage::Search, 0);
        assert_eq!(line(), "searching");
        progress.advance(30);
        assert_eq!(line(), "searching: 30 directories");
        progress.begin(Stage::Evaluate, 7);
        assert_eq!(line(), "evaluating: 0 of 7 root modules");
        progress.clone().advance(7);
        progress.advance(1);
        assert_eq!(line(), "evaluating: 7 of 7 root modules");
        progress.begin(Stage::Evaluate, 1);
        assert_eq!(line(), "evaluating");
        progress.begin(Stage::Check, 0);
        assert_eq!(line(), "checking");
    }
}
