//! `rosa`: commands that create the mirrors, one per line, quoted for a POSIX shell.

use std::fmt::Write as _;

use crate::cluster_mirrors::Cluster;
use crate::convert::cluster_part::ClusterPart;
use crate::convert::resource_label::labels;
use crate::convert::shell::quote;
use crate::convert::target::{
    ApiSchema, Capabilities, Context, Document, EntryMerging, ExpressiblePulls, TargetOutput, TargetSpec,
};
use crate::untrusted::one_line;

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "rosa",
    help: "`rosa create image-mirror` commands",
    label: "a ROSA cluster with hosted control planes",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Digest,
        source_policy: false,
        empty_entries: false,
        empty_clusters: false,
        unresolved_mirrors: false,
        all_characters: true,
    },
    merging: EntryMerging::Merged,
    api_schema: Some(ApiSchema::HostedCluster),
    option_group: None,
    terraform_note: None,
    write: |context, parts| {
        Ok(TargetOutput::from_documents(
            write(context, parts).into_iter().collect(),
        ))
    },
};

/// One command for each mirror. If the id of a cluster is unknown, a shell variable holds it; the shell stops if it has
/// no value.
fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Option<Document> {
    let mut text = String::new();
    let unknown = parts.iter().filter(|part| part.cluster().id().is_none()).count();
    let labels = labels(parts.iter().map(|part| ("", part.name.as_str())));
    for (part, label) in parts.iter().zip(labels) {
        let cluster = match part.cluster() {
            Cluster::Known(id) => quote(id),
            cluster @ (Cluster::Named(..) | Cluster::Unknown(_)) => {
                let variable = if unknown > 1 {
                    format!("CLUSTER_ID_{}", label.to_ascii_uppercase())
                } else {
                    "CLUSTER_ID".to_owned()
                };
                if !context.options.no_notes && part.is_from_terraform() {
                    let name = one_line(cluster.name());
                    let _ = writeln!(text, "# {variable} is the id of {name}.");
                }
                format!("\"${{{variable}:?}}\"")
            }
        };
        for entry in &part.entries {
            let source = quote(entry.source);
            let mirrors = quote(&entry.mirrors.join(","));
            let _ = writeln!(
                text,
                "rosa create image-mirror --cluster {cluster} --type digest --source {source} --mirrors {mirrors}"
            );
        }
    }
    (!text.is_empty()).then(|| Document {
        file: "image-mirrors.sh".to_owned(),
        text,
    })
}
