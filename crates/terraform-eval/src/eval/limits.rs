//! The limits of an evaluation.

use std::cell::Cell;

use super::{EvalError, Result};

/// The steps that the evaluation of one root module may take: some seconds of work.
const MAX_STEPS: u64 = 30_000_000;

/// The steps that each block may take after the budget is exhausted: enough for literals.
const RESERVE_STEPS: u64 = 200;

/// The maximum number of instances of blocks in one root module, including those in child modules.
const MAX_INSTANCES: usize = 250_000;

/// The deepest nesting of evaluated expressions. [`with_stack`](crate::eval::with_stack) is large enough for it.
const MAX_DEPTH: u32 = 4_000;

/// What remains of the limits of one evaluation.
pub(super) struct Limits {
    steps: Cell<u64>,
    reserve: Cell<u64>,
    depth: Cell<u32>,
    /// `None` after a block had more instances than remained.
    instances: Cell<Option<usize>>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self {
            steps: Cell::new(MAX_STEPS),
            reserve: Cell::new(0),
            depth: Cell::new(0),
            instances: Cell::new(Some(MAX_INSTANCES)),
        }
    }

    /// Refills the reserve.
    pub(super) fn grant_reserve(&self) {
        self.reserve.set(RESERVE_STEPS);
    }

    /// Charges steps to the budget, or to the reserve if the budget is exhausted.
    pub(super) fn charge(&self, steps: usize) -> Result<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        for remaining in [&self.steps, &self.reserve] {
            if let Some(rest) = remaining.get().checked_sub(steps) {
                remaining.set(rest);
                return Ok(());
            }
        }
        Err(EvalError::limit("the evaluation takes too many steps"))
    }

    /// Reserves the instances of a block.
    pub(super) fn reserve_instances(&self, count: usize) -> Result<()> {
        let remaining = self.instances.get();
        self.instances
            .set(remaining.and_then(|remaining| remaining.checked_sub(count)));
        if self.is_instance_limit_reached() {
            return Err(EvalError::limit(format!("more than {MAX_INSTANCES} instances")));
        }
        Ok(())
    }

    pub(super) fn is_instance_limit_reached(&self) -> bool {
        self.instances.get().is_none()
    }

    /// Evaluates one level deeper.
    pub(super) fn with_depth<T>(&self, evaluate: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(EvalError::limit("the expressions refer to each other too deeply"));
        }
        self.depth.set(depth + 1);
        let result = evaluate();
        self.depth.set(depth);
        result
    }
}
