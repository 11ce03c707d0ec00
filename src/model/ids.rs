//! Numbers that identify inputs and mirrors inside one project.

/// An input of a project: its position in [`Project::inputs`](super::Project::inputs).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InputId(pub(super) u32);

/// A mirror of a project: its position among the mirrors of all inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MirrorId(pub(super) u32);

impl InputId {
    /// The position, for indexing.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl MirrorId {
    /// The position, for indexing.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
