//! JSON as Terraform's `jsonencode` and `jsondecode` write and read it.

mod decode;
mod encode;

pub use decode::{DecodeError, Duplicates, from_json};
pub use encode::{EncodeError, to_json};
