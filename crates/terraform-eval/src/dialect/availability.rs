//! Since when programs have something.

use std::fmt;

use super::Engine;

/// The first minor version of each program that has something: `Some(8)` is 1.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    terraform: Option<u32>,
    opentofu: Option<u32>,
}

impl Availability {
    /// What both programs have.
    pub(super) const fn both(terraform: u32, opentofu: u32) -> Self {
        Self {
            terraform: Some(terraform),
            opentofu: Some(opentofu),
        }
    }

    /// What Terraform alone has.
    pub(super) const fn terraform(minor: u32) -> Self {
        Self {
            terraform: Some(minor),
            opentofu: None,
        }
    }

    /// What `OpenTofu` alone has.
    pub(super) const fn opentofu(minor: u32) -> Self {
        Self {
            terraform: None,
            opentofu: Some(minor),
        }
    }

    /// The first minor version of a program that has it; `None` if no version has it.
    #[must_use]
    pub fn since(self, engine: Engine) -> Option<u32> {
        match engine {
            Engine::Terraform => self.terraform,
            Engine::OpenTofu => self.opentofu,
        }
    }
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.terraform, self.opentofu) {
            (Some(terraform), Some(opentofu)) => {
                write!(
                    f,
                    "exists in Terraform since 1.{terraform} and in OpenTofu since 1.{opentofu}"
                )
            }
            (Some(terraform), None) => {
                write!(f, "exists in Terraform since 1.{terraform}; OpenTofu has none")
            }
            (None, Some(opentofu)) => {
                write!(f, "exists in OpenTofu since 1.{opentofu}; Terraform has none")
            }
            (None, None) => f.write_str("exists in no program"),
        }
    }
}
