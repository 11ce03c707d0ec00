//! `nodepool`: a ConfigMap for each cluster, to be named in `NodePool.spec.config`. It holds an ImageDigestMirrorSet
//! under its key `config` (hypershift, `nodepool/config.go`).

use crate::convert::cluster_part::ClusterPart;
use crate::convert::mirror_set_manifest::{MirrorSetKind, document, mirror_set, push_metadata};
use crate::convert::target::{
    ApiSchema, Capabilities, Context, EntryMerging, ExpressiblePulls, TargetOutput, TargetSpec,
};
use crate::convert::yaml::{YamlComments, push_indented};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "nodepool",
    help: "A ConfigMap for the `config` of NodePools (self-managed hosted control planes)",
    label: "the ConfigMap of a NodePool",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Digest,
        source_policy: true,
        empty_entries: true,
        empty_clusters: false,
        unresolved_mirrors: false,
        all_characters: true,
    },
    merging: EntryMerging::Merged,
    api_schema: Some(ApiSchema::MirrorSet),
    option_group: None,
    terraform_note: None,
    write: |context, parts| Ok(write(context, parts)),
};

fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> TargetOutput {
    let comments = YamlComments::new(context);
    let documents = parts.iter().map(|part| {
        let mut yaml = String::from("apiVersion: v1\nkind: ConfigMap\n");
        push_metadata(&mut yaml, part);
        yaml.push_str("data:\n  config: |\n");
        push_indented(
            &mut yaml,
            4,
            &mirror_set(part, MirrorSetKind::IMAGE_DIGEST_MIRROR_SET, &comments),
        );
        document(part, yaml)
    });
    TargetOutput::from_documents(documents.collect())
}
