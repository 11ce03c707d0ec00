//! The memory that the model of all root modules may take. A few lines with `count` ask for any number of mirrors, and so do
//! a few small root modules together, although each is within the limits of an evaluation.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::model::{Attribute, Mirror};
use terraform_eval::eval::EvalError;
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

/// What remains of the memory.
pub(crate) struct ModelBudget {
    total: u64,
    remaining: AtomicU64,
    is_exceeded: AtomicBool,
}

impl ModelBudget {
    /// The budget of all root modules together whose files were read.
    pub(crate) fn new(sources: &Sources) -> Self {
        let text: usize = sources.ids().map(|id| sources.text(id).len()).sum();
        let text = u64::try_from(text).unwrap_or(u64::MAX);
        let total = text
            .saturating_mul(MEMORY_OF_BYTE)
            .saturating_add(MEMORY_OF_REPETITION);
        Self {
            total,
            remaining: AtomicU64::new(total),
            is_exceeded: AtomicBool::new(false),
        }
    }

    /// Whether something had no room. Then nothing has any more.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.is_exceeded.load(Ordering::Relaxed)
    }

    /// The limit, if it was reached.
    pub(crate) fn limit(&self) -> Option<EvalError> {
        let message = || {
            let mebibytes = self.total >> 20;
            format!("the mirrors of all root modules take more than {mebibytes} MiB of memory")
        };
        self.is_exceeded().then(|| EvalError::exhausted(message()))
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
        if self.is_exceeded() || self.remaining.fetch_update(order, order, subtract).is_err() {
            self.is_exceeded.store(true, order);
        }
        self.limit().map_or(Ok(()), Err)
    }
}
