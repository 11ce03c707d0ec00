//! Reads plans and states, as `terraform show -json` prints them, into the model.
//!
//! A plan is read in one pass over its text. Each value is a slice of the text, so its position is its span. Only the
//! provider's resources are parsed; everything else is skipped, because plans can be hundreds of megabytes.
//!
//! Labels point at `planned_values`, which has every instance once, and for unknown values at the `true` in
//! `after_unknown`.
//!
//! | question | file |
//! |---|---|
//! | What kind of JSON is a text? | `detect` |
//! | How does a plan become an input of the model? | `read` |
//! | What can be wrong with a plan? | `error` |
//! | What else stands in the file of a plan? | `surrounding_text`, `foreign_line` |
//! | How does a slice of the text become a value and a span? | `plan_text` |
//! | How are the irrelevant parts skipped? | `json_cursor`, `json_skip` |
//! | Where do resources end, and which may be relevant? | `resource_index` |
//! | Which fields of a plan are read? | `document` |
//! | Which instances are there, and what are their addresses? | `instances`, `instance_address` |
//! | Which manifests do resources apply? | `manifests` |
//! | Which values does a mirror have, and why are some unknown? | `mirrors` |
//! | What changes, and what has drifted? | `changes` |
//! | Which clusters are there, and with which registry settings? | `clusters`, `cluster_values` |
//! | What does the configuration in the plan declare? | `configuration` |
//! | Where does a cluster id come from? | `reference_tracer` |
//! | What does a resource depend on? | `graph` |
//! | Which values are sensitive? | `sensitive` |
//! | How is `tofu show -json -config` read? | `config_json` |

mod changes;
mod cluster_values;
mod clusters;
mod config_json;
mod configuration;
mod detect;
mod document;
mod error;
mod foreign_line;
mod graph;
mod instance_address;
mod instances;
mod json_cursor;
mod json_skip;
mod manifests;
mod mirrors;
mod plan_text;
mod read;
mod reference_tracer;
mod resource_index;
mod sensitive;
mod surrounding_text;

pub use detect::{JsonKind, detect};
pub(crate) use error::PlanError;
pub use error::PlanErrorKind;
pub use read::{PlanContents, read_plan};
pub(crate) use read::{plan_markers, read_from_ends};
pub(crate) use surrounding_text::follows_other_text;
