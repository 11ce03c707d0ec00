//! The model in other forms: one file per target, and a table that lists them.
//!
//! Every target starts from the mirrors of each cluster ([`crate::cluster_mirrors`]). What a target cannot express is
//! left out and reported ([`Conversion::losses`]), or rejected, and so is what the API server would reject.
//!
//! | module | holds |
//! |---|---|
//! | `target` | what a target is: [`TargetSpec`] |
//! | `targets` | the table of all targets, and one file for each |
//! | `options` | what the user decides about a conversion |
//! | `conversion` | the steps from the model to documents |
//! | `cluster_part` | one cluster's part of a conversion |
//! | `expressible` | which entries a target can express, and what is lost |
//! | `api_schema` | what the API server would reject |
//! | `error` | the error of a conversion |
//! | `copies` | the copies that fill mirrors |
//! | `hcl`, `yaml`, `shell`, `mirror_set_manifest`, `resource_label`, `object_name` | the forms that several targets share |

mod api_schema;
mod cluster_part;
mod conversion;
mod copies;
mod error;
mod expressible;
pub mod hcl;
mod mirror_set_manifest;
mod object_name;
mod options;
mod resource_label;
mod shell;
mod target;
mod targets;
mod yaml;

pub(crate) use conversion::Conversion;
pub use conversion::convert;
pub use error::ConvertError;
pub(crate) use object_name::ObjectName;
pub use options::Options;
pub use target::TargetSpec;
pub(crate) use target::{Document, OptionGroup};
pub use targets::{TARGETS, find_target};
