//! Reads the files of a node into the model: `registries.conf` and its drop-ins.
//!
//! | question | file |
//! |---|---|
//! | How is one file read, and where are the names in it? | `text` |
//! | Which mirrors and lists do the files of a node have, and which tables have no effect? | `node` |
//! | Is a text such a file? | `detect` |
//! | Which comments does it have, and what do they apply to? | `comments` |

mod comments;
mod detect;
mod node;
mod text;

pub(crate) use comments::conf_comments;
pub(crate) use detect::is_registries_conf;
pub(crate) use node::{NodeFile, node_input};
pub use text::parse_conf_file;
