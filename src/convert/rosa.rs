//! `rosa`: commands that create the mirrors, one a line, quoted for a POSIX shell.

use std::fmt::Write as _;

use crate::cluster_mirrors::Cluster;
use crate::diagnostic::single_line;

use super::hcl::label::labels;
use super::{Document, Options, Part};

/// The command for each mirror. Of a cluster whose id is not known, a shell variable holds it; without a
/// value the shell stops.
pub(super) fn documents(parts: &[Part<'_>], options: &Options) -> Vec<Document> {
    let mut text = String::new();
    let unknown = parts.iter().filter(|part| part.cluster.id().is_none()).count();
    let own = labels(parts.iter().map(|part| ("", part.name.as_str())));
    for (part, own) in parts.iter().zip(own) {
        let cluster = match part.cluster {
            Cluster::Known(id) => quoted(id),
            Cluster::Named(name, _) => {
                let variable = if unknown > 1 {
                    format!("CLUSTER_ID_{}", own.to_ascii_uppercase())
                } else {
                    "CLUSTER_ID".to_owned()
                };
                if !options.no_notes && part.is_of_terraform() {
                    let name = single_line(name);
                    let _ = writeln!(text, "# {variable} is the id of {name}.");
                }
                format!("\"${{{variable}:?}}\"")
            }
        };
        for entry in &part.entries {
            let source = quoted(entry.source);
            let mirrors = quoted(&entry.mirrors.join(","));
            let _ = writeln!(
                text,
                "rosa create image-mirror --cluster {cluster} --type digest --source {source} --mirrors {mirrors}"
            );
        }
    }
    if text.is_empty() {
        return Vec::new();
    }
    vec![Document {
        file: "image-mirrors.sh".to_owned(),
        text,
    }]
}

/// A word for a shell. Only a text with a zero byte has none, and no shell could pass that on.
fn quoted(text: &str) -> String {
    match shlex::try_quote(text) {
        Ok(quoted) => quoted.into_owned(),
        Err(_) => "''".to_owned(),
    }
}
