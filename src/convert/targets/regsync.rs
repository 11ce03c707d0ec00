//! `regsync`: the configuration of regclient's regsync.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::convert::cluster_part::ClusterPart;
use crate::convert::copies::{CAPABILITIES, Copy, collect_copies};
use crate::convert::error::ConvertError;
use crate::convert::target::{Context, Document, EntryMerging, OptionGroup, TargetOutput, TargetSpec};
use crate::convert::yaml::to_yaml;

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "regsync",
    help: "The configuration of regsync that fills the mirrors with the images of `--images`",
    label: "a configuration of regsync",
    capabilities: CAPABILITIES,
    merging: EntryMerging::ByNodes,
    api_schema: None,
    option_group: Some(OptionGroup::Images),
    terraform_note: None,
    write,
};

#[derive(Serialize)]
struct Configuration<'a> {
    version: u8,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    creds: Vec<Registry<'a>>,
    sync: Vec<Step>,
}

/// A registry whose certificate is not verified. One without TLS has `disabled`, which nodes do not tell apart.
#[derive(Serialize)]
struct Registry<'a> {
    registry: &'a str,
    tls: &'static str,
}

#[derive(Serialize)]
struct Step {
    source: String,
    target: String,
    r#type: &'static str,
}

fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    let copies = collect_copies(context, parts)?;
    let steps: Vec<Step> = copies
        .copies
        .iter()
        .map(|copy| Step {
            source: copy.source.to_string(),
            target: copy.target(),
            r#type: "image",
        })
        .collect();
    let registries = insecure_registries(&copies.copies);
    let note = if context.options.no_notes || registries.is_empty() {
        ""
    } else {
        "# `tls: disabled` for a registry without TLS\n"
    };
    let creds = registries.into_iter().map(|registry| Registry {
        registry,
        tls: "insecure",
    });
    let configuration = Configuration {
        version: 1,
        creds: creds.collect(),
        sync: steps,
    };
    let document = (!configuration.sync.is_empty()).then(|| Document {
        file: "regsync.yaml".to_owned(),
        text: format!("{note}{}", to_yaml(&configuration)),
    });
    Ok(TargetOutput {
        losses: copies.losses,
        ..TargetOutput::from_documents(document.into_iter().collect())
    })
}

fn insecure_registries(copies: &[Copy]) -> BTreeSet<&str> {
    let mut registries = BTreeSet::new();
    for copy in copies {
        let ends = [
            (copy.is_source_insecure, copy.source.name()),
            (copy.is_destination_insecure, copy.destination.as_str()),
        ];
        let insecure = ends.into_iter().filter(|(is_insecure, _)| *is_insecure);
        registries.extend(insecure.filter_map(|(_, name)| name.split('/').next()));
    }
    registries
}
