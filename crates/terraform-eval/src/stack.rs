//! Stacks for recursion over syntax trees and values.

use std::cell::Cell;
use std::panic::resume_unwind;

/// The size of a large stack, in bytes: enough for the deepest expression and evaluation, even in unoptimized builds. The
/// system does not allocate the part that is never used.
pub(crate) const STACK_SIZE: usize = 512 << 20;

/// The depth of recursion for which the stack of any thread is large enough.
const MAX_SHALLOW: usize = 64;

thread_local! {
    /// Whether this thread has a large stack.
    static IS_LARGE: Cell<bool> = const { Cell::new(false) };
}

/// Runs a program on a thread with a large stack, so that its evaluations need no threads of their own: what one of them frees,
/// a later one can use again. If the thread cannot be started, the stack of this one has to do.
///
/// # Panics
///
/// If `run` does.
pub fn on_large_stack<T: Send>(mut run: impl FnMut() -> T + Send) -> T {
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK_SIZE)
            .spawn_scoped(scope, || {
                IS_LARGE.set(true);
                run()
            });
        thread.ok().map(std::thread::ScopedJoinHandle::join)
    });
    match result {
        Some(Ok(result)) => result,
        Some(Err(panic)) => resume_unwind(panic),
        None => run(),
    }
}

/// Runs an evaluation on a thread with a large stack, or on this one if it has such a stack. Returns `None` if the thread
/// cannot be started.
pub fn with_stack<T: Send>(evaluate: impl FnOnce() -> T + Send) -> Option<T> {
    if IS_LARGE.get() {
        return Some(evaluate());
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK_SIZE)
            .spawn_scoped(scope, || {
                IS_LARGE.set(true);
                evaluate()
            });
        thread.ok()?.join().ok()
    })
}

/// Whether a recursion of this depth may need more than the stack of this thread.
pub(crate) fn is_deep(depth: usize) -> bool {
    depth > MAX_SHALLOW && !IS_LARGE.get()
}

/// Runs a recursion of a known depth on a stack that is large enough for it. If no thread can be started, this thread's
/// stack has to do.
pub(crate) fn with_depth<T: Send>(depth: usize, mut recurse: impl FnMut() -> T + Send) -> T {
    if is_deep(depth)
        && let Some(result) = with_stack(&mut recurse)
    {
        return result;
    }
    recurse()
}
