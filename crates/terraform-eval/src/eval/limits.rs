//! The limits of an evaluation.

use std::cell::Cell;

use super::{EvalError, Result};

/// The steps that the evaluation of one root module may take: about two seconds of work.
const MAX_STEPS: u64 = 10_000_000;

/// The memory that the values of one root module may take, in MiB.
const MAX_MEMORY_MIB: u64 = 64;

/// The steps that each block may take after the budget is exhausted: enough for literals.
const RESERVE_STEPS: u64 = 200;

/// The bytes that the values of each block may take after the budget is exhausted: enough for literals.
const RESERVE_MEMORY: u64 = 16 << 10;

/// The maximum number of instances of blocks in one root module, including those in child modules.
pub(super) const MAX_INSTANCES: usize = 100_000;

/// The maximum number of module instances in one root module.
const MAX_MODULE_INSTANCES: usize = 10_000;

/// The maximum number of module calls from the root module to another one.
pub const MAX_MODULE_DEPTH: usize = 100;

/// The deepest nesting of evaluated expressions. [`with_stack`](crate::eval::with_stack) is large enough for it.
const MAX_DEPTH: u32 = 4_000;

/// The bytes of values that count as a step in the work of an evaluation.
const BYTES_OF_A_STEP: u64 = 64;

/// What is left for an evaluation, if others have done the work that all of them together may do.
#[derive(Debug, Clone, Copy)]
pub struct SharedWork {
    /// The steps that the evaluation may take.
    pub steps: u64,
    /// The steps that all evaluations together may take, for the message about the limit.
    pub total: u64,
}

/// What a part of an evaluation took of the limits.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    steps: u64,
    memory: u64,
    instances: usize,
    module_instances: usize,
}

/// What remains of a budget, and what each block may spend after it is exhausted.
struct Budget {
    /// The amount at the beginning.
    total: u64,
    remaining: Cell<u64>,
    reserve: Cell<u64>,
}

impl Budget {
    fn new(amount: u64) -> Self {
        Self {
            total: amount,
            remaining: Cell::new(amount),
            reserve: Cell::new(0),
        }
    }

    fn spent(&self) -> u64 {
        self.total.saturating_sub(self.remaining.get())
    }

    /// Takes what another evaluation spent. Returns whether there was as much.
    fn take(&self, amount: u64) -> bool {
        let rest = self.remaining.get().checked_sub(amount);
        self.remaining.set(rest.unwrap_or(0));
        rest.is_some()
    }

    /// Spends an amount of the budget, or of the reserve if the budget is exhausted. Returns whether there was enough.
    fn spend(&self, amount: usize) -> bool {
        let amount = u64::try_from(amount).unwrap_or(u64::MAX);
        [&self.remaining, &self.reserve].into_iter().any(|cell| {
            let rest = cell.get().checked_sub(amount);
            rest.is_some_and(|rest| {
                cell.set(rest);
                true
            })
        })
    }
}

/// What remains of a number of instances.
struct Quota {
    /// The number at the beginning.
    total: usize,
    /// `None` after a block had more instances than remained.
    remaining: Cell<Option<usize>>,
}

impl Quota {
    fn new(total: usize) -> Self {
        Self {
            total,
            remaining: Cell::new(Some(total)),
        }
    }

    /// Takes a number from what remains, unless there is less. Returns whether there was enough.
    fn reserve(&self, count: usize) -> bool {
        let rest = self.remaining.get();
        let rest = rest.and_then(|remaining| remaining.checked_sub(count));
        self.remaining.set(rest);
        rest.is_some()
    }

    fn spent(&self) -> usize {
        self.total - self.remaining.get().unwrap_or(0)
    }
}

/// What remains of the limits of one evaluation.
pub(super) struct Limits {
    steps: Budget,
    /// The steps that all evaluations together may take, if they have taken them.
    exhausted_total: Option<u64>,
    memory: Budget,
    depth: Cell<u32>,
    /// The instances of blocks.
    instances: Quota,
    module_instances: Quota,
    /// Whether something had no room within a limit.
    is_reached: Cell<bool>,
}

impl Limits {
    pub(super) fn new() -> Self {
        Self::of_part(1)
    }

    /// The limits of one of several parts, each of which has the same share.
    pub(super) fn of_part(parts: usize) -> Self {
        let share = u64::try_from(parts.max(1)).unwrap_or(u64::MAX);
        Self {
            steps: Budget::new(MAX_STEPS / share),
            exhausted_total: None,
            memory: Budget::new((MAX_MEMORY_MIB << 20) / share),
            depth: Cell::new(0),
            instances: Quota::new(MAX_INSTANCES / parts.max(1)),
            module_instances: Quota::new(MAX_MODULE_INSTANCES / parts.max(1)),
            is_reached: Cell::new(false),
        }
    }

    /// Limits the steps to what other evaluations have left.
    pub(super) fn with_shared_work(self, shared: SharedWork) -> Self {
        Self {
            steps: Budget::new(shared.steps),
            exhausted_total: Some(shared.total),
            ..self
        }
    }

    /// The steps that were taken, and those that the memory of the values counts as.
    pub(super) fn work(&self) -> u64 {
        self.steps
            .spent()
            .saturating_add(self.memory.spent() / BYTES_OF_A_STEP)
    }

    /// What was taken so far.
    pub(super) fn spent(&self) -> Spent {
        Spent {
            steps: self.steps.spent(),
            memory: self.memory.spent(),
            instances: self.instances.spent(),
            module_instances: self.module_instances.spent(),
        }
    }

    /// Counts what the evaluation of a part took.
    pub(super) fn count_part(&self, part: &Spent) {
        let has_room = [
            self.steps.take(part.steps),
            self.memory.take(part.memory),
            self.instances.reserve(part.instances),
            self.module_instances.reserve(part.module_instances),
        ];
        if has_room.contains(&false) {
            self.is_reached.set(true);
        }
    }

    /// Whether something had no room within a limit.
    pub(super) fn is_reached(&self) -> bool {
        self.is_reached.get()
    }

    fn exhausted(&self, message: String) -> EvalError {
        self.is_reached.set(true);
        EvalError::exhausted(message)
    }

    /// Refills the reserves.
    pub(super) fn grant_reserve(&self) {
        self.steps.reserve.set(RESERVE_STEPS);
        self.memory.reserve.set(RESERVE_MEMORY);
    }

    /// Charges steps to the budget.
    pub(super) fn charge(&self, steps: usize) -> Result<()> {
        if self.steps.spend(steps) {
            return Ok(());
        }
        let message = match self.exhausted_total {
            Some(total) => format!("the evaluations of all root modules take more than {total} steps"),
            None => format!("the evaluation takes more than {MAX_STEPS} steps"),
        };
        Err(self.exhausted(message))
    }

    /// Charges memory for a value to the budget.
    pub(super) fn charge_memory(&self, bytes: usize) -> Result<()> {
        if self.memory.spend(bytes) {
            return Ok(());
        }
        Err(self.exhausted(format!(
            "the values take more than {MAX_MEMORY_MIB} MiB of memory"
        )))
    }

    /// What remains of the steps and of the memory, apart from the reserves.
    pub(super) fn remaining(&self) -> (u64, u64) {
        (self.steps.remaining.get(), self.memory.remaining.get())
    }

    /// Charges steps and memory if there is enough of both, apart from the reserves. Returns whether there was.
    pub(super) fn try_charge(&self, steps: u64, memory: u64) -> bool {
        let (remaining_steps, remaining_memory) = self.remaining();
        let rest = remaining_steps
            .checked_sub(steps)
            .zip(remaining_memory.checked_sub(memory));
        if let Some((steps, memory)) = rest {
            self.steps.remaining.set(steps);
            self.memory.remaining.set(memory);
        } else {
            self.is_reached.set(true);
        }
        rest.is_some()
    }

    /// What remains of the reserves.
    pub(super) fn remaining_reserve(&self) -> (u64, u64) {
        (self.steps.reserve.get(), self.memory.reserve.get())
    }

    /// What remains of the memory.
    pub(super) fn remaining_memory(&self) -> u64 {
        self.memory.remaining.get()
    }

    /// Reserves the instances of a block.
    pub(super) fn reserve_instances(&self, count: usize) -> Result<()> {
        if self.instances.reserve(count) {
            return Ok(());
        }
        let message = format!("more than {MAX_INSTANCES} instances of modules and resources");
        Err(self.exhausted(message))
    }

    /// Reserves the instances of a call in a module at a depth.
    pub(super) fn reserve_module_instances(&self, count: usize, depth: usize) -> Result<()> {
        if depth >= MAX_MODULE_DEPTH {
            let message = format!("the modules are nested more than {MAX_MODULE_DEPTH} levels deep");
            return Err(self.exhausted(message));
        }
        if self.module_instances.reserve(count) {
            return Ok(());
        }
        Err(self.exhausted(format!("more than {MAX_MODULE_INSTANCES} instances of modules")))
    }

    /// The limit because of which a call in a module at a depth has no instances.
    pub(super) fn call_limit(&self, depth: usize) -> Option<EvalError> {
        self.reserve_instances(0)
            .and_then(|()| self.reserve_module_instances(0, depth))
            .err()
    }

    /// Evaluates one level deeper.
    pub(super) fn with_depth<T>(&self, evaluate: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(self.exhausted(format!(
                "the expressions refer to each other through more than {MAX_DEPTH} levels"
            )));
        }
        self.depth.set(depth + 1);
        let result = evaluate();
        self.depth.set(depth);
        result
    }
}
