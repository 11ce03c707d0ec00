//! `itms`: `ImageTagMirrorSet` manifests.

use crate::convert::mirror_set_manifest::{MirrorSetKind, REJECTED_BY_ROSA, write_mirror_sets};
use crate::convert::target::{ApiSchema, Capabilities, EntryMerging, ExpressiblePulls, TargetSpec};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "itms",
    help: "ImageTagMirrorSet manifests, one per cluster",
    label: "an ImageTagMirrorSet",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::TagOrAllDigest,
        source_policy: true,
        empty_entries: true,
        empty_clusters: false,
        unresolved_mirrors: false,
        all_characters: true,
    },
    merging: EntryMerging::Merged,
    api_schema: Some(ApiSchema::MirrorSet),
    option_group: None,
    terraform_note: Some(REJECTED_BY_ROSA),
    write: |context, parts| Ok(write_mirror_sets(KIND, context, parts)),
};

const KIND: MirrorSetKind = MirrorSetKind {
    api_version: "config.openshift.io/v1",
    name: "ImageTagMirrorSet",
    list: "imageTagMirrors",
};
