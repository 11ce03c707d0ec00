//! Helpers that several test modules share.

pub(crate) mod concise;
pub(crate) mod editor;
pub(crate) mod examples;
pub(crate) mod lab;
pub(crate) mod program;
pub(crate) mod report;
pub(crate) mod shared;
pub(crate) mod terminal_picture;
