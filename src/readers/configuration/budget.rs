//! What the evaluation of all root modules of a run may take together: memory for the model, and work.
//!
//! A few lines with `count` ask for any number of mirrors, and a few small root modules together for any amount of work,
//! although each is within the limits of an evaluation.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::model::{Attribute, Mirror};
use terraform_eval::eval::{EvalError, SharedWork};
use terraform_eval::source::Sources;

/// The memory for what the text does not spell out, but repeats.
const MEMORY_OF_REPETITION: u64 = 96 << 20;

/// The memory for each byte of text. A block or an element that is spelled out takes less.
const MEMORY_OF_BYTE: u64 = 64;

/// The memory of an instance of a block with its findings, apart from its texts (measured: 1.7 to 2.2 kB).
const INSTANCE: usize = 2 << 10;

/// The memory of an element of `mirrors` or of a part of a manifest, apart from its text (measured: 0.37 kB).
const ELEMENT: usize = 384;

/// The memory of each byte of a manifest: an entry of 45 bytes is a mirror.
const MANIFEST_BYTE: usize = 40;

/// The work for what the text does not spell out: that of a root module that reaches the limit of an evaluation.
const WORK_OF_REPETITION: u64 = 10_000_000;

/// The work for each byte of text (measured over the fixtures and those of Terraform: 0.3 to 1.6).
const WORK_OF_BYTE: u64 = 100;

/// The work of a root module after the budget is exhausted (measured: the largest of the fixtures takes 10,000).
const RESERVED_WORK: u64 = 20_000;

/// What remains for a run.
pub(crate) struct RunBudget {
    text: u64,
    remaining_memory: AtomicU64,
    is_exceeded: AtomicBool,
    /// Whether something has to be evaluated in order.
    needs_order: AtomicBool,
    /// The work that was done, in steps of an evaluation.
    work: Arc<AtomicU64>,
}

impl RunBudget {
    /// The budget of a run that has read these files.
    pub(crate) fn new(sources: &Sources) -> Self {
        let text: usize = sources.ids().map(|id| sources.text(id).len()).sum();
        Self::for_text(u64::try_from(text).unwrap_or(u64::MAX), Arc::default())
    }

    /// A budget for models that are not kept, with what remains of the work of this one.
    pub(crate) fn for_comparison(&self) -> Self {
        Self::for_text(self.text, Arc::clone(&self.work))
    }

    fn for_text(text: u64, work: Arc<AtomicU64>) -> Self {
        Self {
            text,
            remaining_memory: AtomicU64::new(memory_for(text)),
            is_exceeded: AtomicBool::new(false),
            needs_order: AtomicBool::new(false),
            work,
        }
    }

    fn total_work(&self) -> u64 {
        let of_text = self.text.saturating_mul(WORK_OF_BYTE);
        of_text.saturating_add(WORK_OF_REPETITION)
    }

    /// Evaluates with this budget, on several threads at first. If that exhausts the budget, or reaches another limit in parts of
    /// a root module, which blocks are affected is a matter of time, and a report has to be the same each time: then `evaluate`
    /// has to do it again one after the other, with what remained before.
    pub(crate) fn evaluate_in_order<T>(&self, mut evaluate: impl FnMut(bool) -> T) -> T {
        let order = Ordering::Relaxed;
        let (memory, work) = (self.remaining_memory.load(order), self.work.load(order));
        if !self.is_exhausted() {
            let evaluated = evaluate(true);
            if !self.is_exhausted() && !self.needs_order.load(order) {
                return evaluated;
            }
            self.remaining_memory.store(memory, order);
            self.work.store(work, order);
            self.is_exceeded.store(false, order);
            self.needs_order.store(false, order);
        }
        evaluate(false)
    }

    /// Makes [`evaluate_in_order`](Self::evaluate_in_order) evaluate one after the other.
    pub(crate) fn ask_for_order(&self) {
        self.needs_order.store(true, Ordering::Relaxed);
    }

    fn is_exhausted(&self) -> bool {
        self.is_exceeded.load(Ordering::Relaxed) || self.shared_work().is_some()
    }

    /// The steps that an evaluation may take, if the budget for all is exhausted.
    pub(crate) fn shared_work(&self) -> Option<SharedWork> {
        let total = self.total_work();
        (self.work.load(Ordering::Relaxed) >= total).then_some(SharedWork {
            steps: RESERVED_WORK,
            total,
        })
    }

    /// Counts the steps of an evaluation.
    pub(crate) fn add_work(&self, steps: u64) {
        self.work.fetch_add(steps, Ordering::Relaxed);
    }

    /// The limit of the memory, if something had no room. Then nothing has any more.
    pub(crate) fn memory_limit(&self) -> Option<EvalError> {
        let message = || {
            let mebibytes = memory_for(self.text) >> 20;
            format!("the mirrors of all root modules take more than {mebibytes} MiB of memory")
        };
        let is_exceeded = self.is_exceeded.load(Ordering::Relaxed);
        is_exceeded.then(|| EvalError::exhausted(message()))
    }

    /// Makes room for the instances of a block.
    pub(crate) fn charge_instances(&self, count: usize) -> Result<(), EvalError> {
        self.charge(count.saturating_mul(INSTANCE))
    }

    /// Makes room for what a mirror has in addition to that of every instance.
    pub(crate) fn charge_mirror(&self, mirror: &Mirror) -> Result<(), EvalError> {
        let text = |text: &Attribute<String>| text.value().map_or(0, String::len);
        let elements = mirror.mirrors.value().map(Vec::as_slice).unwrap_or_default();
        let texts = elements.iter().chain([&mirror.source]).map(text);
        self.charge(texts.fold(elements.len().saturating_mul(ELEMENT), usize::saturating_add))
    }

    /// Makes room for the parts of a manifest, and for those that its text has.
    pub(crate) fn charge_manifest(&self, parts: usize, bytes: usize) -> Result<(), EvalError> {
        let text = bytes.saturating_mul(MANIFEST_BYTE);
        self.charge(parts.saturating_mul(ELEMENT).saturating_add(text))
    }

    fn charge(&self, bytes: usize) -> Result<(), EvalError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let subtract = |remaining: u64| remaining.checked_sub(bytes);
        let order = Ordering::Relaxed;
        let remaining = &self.remaining_memory;
        if self.is_exceeded.load(order) || remaining.fetch_update(order, order, subtract).is_err() {
            self.is_exceeded.store(true, order);
        }
        self.memory_limit().map_or(Ok(()), Err)
    }
}

/// The memory for so many bytes of text.
fn memory_for(text: u64) -> u64 {
    text.saturating_mul(MEMORY_OF_BYTE)
        .saturating_add(MEMORY_OF_REPETITION)
}
