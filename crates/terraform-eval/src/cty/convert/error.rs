//! Errors of conversions.

use std::fmt;
use std::sync::Arc;

use crate::cty::quote::quoted;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// `.name`
    Attribute(Arc<str>),
    /// `[0]`
    Index(usize),
    /// `["key"]`
    Key(Arc<str>),
}

impl fmt::Display for PathStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, ".{name}"),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
        }
    }
}

/// A value does not convert. Prints as cty's message; [`ConvertError::message_with_path`] adds the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// The path to the part that does not convert, from outside.
    pub path: Vec<PathStep>,
    /// The error: `a number is required`.
    pub message: String,
}

impl ConvertError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            message: message.into(),
        }
    }

    pub(super) fn inside(mut self, step: PathStep) -> Self {
        // The innermost step comes first until `outermost` reverses the path.
        self.path.push(step);
        self
    }

    pub(super) fn outermost(mut self) -> Self {
        self.path.reverse();
        self
    }

    /// The error of a value that no text may contain: without the names of attributes and keys, which are a part of it.
    pub(super) fn without_names(self) -> Self {
        let has_names = self.message.contains('"');
        Self::new(if has_names {
            "the value has another type; the difference is not shown, because the value is sensitive or ephemeral".to_owned()
        } else {
            self.message
        })
    }

    /// The message after its path, as Terraform prints it: `.a[0]: a number is required`.
    #[must_use]
    pub fn message_with_path(&self) -> String {
        let path: String = self.path.iter().map(PathStep::to_string).collect();
        if path.is_empty() {
            self.message.clone()
        } else {
            format!("{path}: {}", self.message)
        }
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConvertError {}
