//! `hostedcluster`: the `imageContentSources` of each cluster, for the `spec` of its HostedCluster.

use crate::convert::cluster_part::ClusterPart;
use crate::convert::mirror_set_manifest::{document, entry_list};
use crate::convert::target::{
    ApiSchema, Capabilities, Context, EntryMerging, ExpressiblePulls, TargetOutput, TargetSpec,
};
use crate::convert::yaml::YamlComments;

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "hostedcluster",
    help: "The `imageContentSources` of a HostedCluster's `spec` (self-managed hosted control planes)",
    label: "a HostedCluster",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Digest,
        source_policy: false,
        empty_entries: true,
        empty_clusters: false,
        unresolved_mirrors: false,
        all_characters: true,
    },
    merging: EntryMerging::Merged,
    api_schema: Some(ApiSchema::HostedCluster),
    option_group: None,
    terraform_note: None,
    write: |context, parts| Ok(write(context, parts)),
};

fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> TargetOutput {
    let comments = YamlComments::new(context);
    let documents = parts
        .iter()
        .map(|part| document(part, entry_list("imageContentSources", part, 0, &comments)));
    TargetOutput::from_documents(documents.collect())
}
