//! YAML and JSON documents as a tree with spans.
//!
//! The parser accepts what Kubernetes accepts: `sigs.k8s.io/yaml`, whose `goyaml.v2` resolves plain scalars by YAML 1.1
//! ([`scalar`]). Invalid text gives one error and no tree, as it does in Kubernetes.

mod json;
mod node;
mod read;
pub mod scalar;
mod tabs;
#[cfg(test)]
mod tests;

pub(crate) use node::CORE;
pub use node::{Key, Node, NodeKind};

use crate::source::FileId;
use crate::syntax::syntax_error::SyntaxError;

use read::read;

/// Parses the documents of a text. Empty documents are omitted.
///
/// Text that begins like JSON is parsed as JSON first, because YAML supports neither surrogate pairs nor long keys.
pub fn documents(file: FileId, text: &str) -> Result<Vec<Node>, SyntaxError> {
    let content = text.trim_start_matches('\u{feff}').trim_start();
    if !content.starts_with(['{', '[']) {
        return read(file, text);
    }
    json::documents(file, text).or_else(|error| read(file, text).map_err(|_| error))
}
