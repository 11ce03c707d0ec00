//! Which command evaluates: Terraform calls this the operation of a graph walk.

/// The command whose evaluation this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// `terraform plan`.
    Plan,
    /// `terraform validate`.
    Validate,
    /// `terraform init`, which evaluates the sources of modules.
    Init,
}
