//! Repairs of names: what a fix may put in a name's place.

/// Whether a repair keeps what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Nothing else can have been meant.
    Safe,
    /// It decides something that the text leaves open.
    Unsafe,
}

/// A whole name to put in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The new name.
    pub name: String,
    /// Whether it keeps what was meant.
    pub safety: Safety,
}
