//! `regsync`: the configuration of regclient's regsync.

use serde::Serialize;

use crate::convert::cluster_part::ClusterPart;
use crate::convert::copies::{CAPABILITIES, collect_copies};
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
struct Configuration {
    version: u8,
    sync: Vec<Step>,
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
    let document = (!steps.is_empty()).then(|| Document {
        file: "regsync.yaml".to_owned(),
        text: to_yaml(&Configuration {
            version: 1,
            sync: steps,
        }),
    });
    Ok(TargetOutput {
        losses: copies.losses,
        ..TargetOutput::from_documents(document.into_iter().collect())
    })
}
