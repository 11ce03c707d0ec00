//! `oc-mirror`: an `ImageSetConfiguration` of oc-mirror v2 for each registry of mirrors. The registry is not in the file: the
//! command line of oc-mirror names it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::convert::cluster_part::ClusterPart;
use crate::convert::copies::{CAPABILITIES, Copy, collect_copies};
use crate::convert::error::ConvertError;
use crate::convert::target::{Context, Document, EntryMerging, OptionGroup, TargetOutput, TargetSpec};
use crate::convert::yaml::to_yaml;

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "oc-mirror",
    help: "ImageSetConfigurations of oc-mirror v2, one per registry, with the images of `--images`",
    label: "an ImageSetConfiguration",
    capabilities: CAPABILITIES,
    merging: EntryMerging::ByNodes,
    api_schema: None,
    option_group: Some(OptionGroup::Images),
    terraform_note: None,
    write,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration<'a> {
    api_version: &'static str,
    kind: &'static str,
    mirror: Mirror<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mirror<'a> {
    additional_images: Vec<Image<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    name: String,
    target_repo: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_tag: Option<&'a str>,
}

fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    let copies = collect_copies(context, parts)?;
    let mut registries: BTreeMap<&str, Vec<&Copy>> = BTreeMap::new();
    for copy in &copies.copies {
        registries
            .entry(copy.split_destination().0)
            .or_default()
            .push(copy);
    }
    let documents = registries.iter().map(|(registry, copies)| {
        let configuration = Configuration {
            api_version: "mirror.openshift.io/v2alpha1",
            kind: "ImageSetConfiguration",
            mirror: Mirror {
                additional_images: copies.iter().copied().map(image).collect(),
            },
        };
        let is_insecure = |of: fn(&Copy) -> bool| copies.iter().any(|copy| of(copy));
        let source = is_insecure(|copy| copy.is_source_insecure);
        let destination = is_insecure(|copy| copy.is_destination_insecure);
        let usage = if context.options.no_notes {
            String::new()
        } else {
            format!(
                "# oc mirror --v2 -c FILE --workspace file://DIRECTORY{}{} docker://{registry}\n",
                if source { " --src-tls-verify=false" } else { "" },
                if destination {
                    " --dest-tls-verify=false"
                } else {
                    ""
                }
            )
        };
        Document {
            file: format!("imageset-{}.yaml", registry.replace(':', "-")),
            text: format!("{usage}{}", to_yaml(&configuration)),
        }
    });
    let documents: Vec<Document> = documents.collect();
    Ok(TargetOutput {
        losses: copies.losses,
        ..TargetOutput::from_documents(documents)
    })
}

/// The name has the digest alone: oc-mirror pushes an image with both by its tag, and nodes pull by digest.
fn image(copy: &Copy) -> Image<'_> {
    Image {
        name: copy.source.to_string(),
        target_repo: copy.split_destination().1,
        target_tag: copy.tag.as_deref(),
    }
}
