//! `rosa`: commands that create the mirrors, one a line, quoted for a POSIX shell.

use std::fmt::Write as _;

use crate::mirror_set::Cluster;

use super::{Document, Options, Part};

/// The command for each mirror. Of a cluster whose id is not known, a shell variable holds it; without a
/// value the shell stops.
pub(super) fn documents(parts: &[Part<'_>], options: &Options) -> Vec<Document> {
    let mut text = String::new();
    let unknown = parts.iter().filter(|part| part.cluster.id().is_none()).count();
    for part in parts {
        let cluster = match part.cluster {
            Cluster::Known(id) => quoted(id),
            Cluster::Named(name, _) => {
                let variable = if unknown > 1 {
                    let own = part.name.as_str().to_ascii_uppercase();
                    format!("CLUSTER_ID_{}", own.replace(['-', '.'], "_"))
                } else {
                    "CLUSTER_ID".to_owned()
                };
                if !options.no_notes && part.is_of_terraform() {
                    let name = name.replace(char::is_control, "\u{fffd}");
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
