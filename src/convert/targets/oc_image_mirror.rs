//! `oc-image-mirror`: the file of `oc image mirror -f FILE`.

use std::fmt::Write as _;

use crate::convert::cluster_part::ClusterPart;
use crate::convert::copies::{CAPABILITIES, collect_copies};
use crate::convert::error::ConvertError;
use crate::convert::target::{Context, Document, EntryMerging, OptionGroup, TargetOutput, TargetSpec};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "oc-image-mirror",
    help: "The file of `oc image mirror` that fills the mirrors with the images of `--images`",
    label: "a file of oc image mirror",
    capabilities: CAPABILITIES,
    merging: EntryMerging::ByNodes,
    api_schema: None,
    option_group: Some(OptionGroup::Images),
    terraform_note: None,
    write,
};

/// How the file is used: without the options, lists of manifests are cut to one platform.
const USAGE: &str = "# oc image mirror -f FILE --keep-manifest-list=true --filter-by-os='.*'";

/// A line for each copy. A destination without a tag gets the digest alone.
fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    let copies = collect_copies(context, parts)?;
    let mut text = String::new();
    for copy in &copies.copies {
        let tag = copy
            .tag
            .as_ref()
            .map_or_else(String::new, |tag| format!(":{tag}"));
        let _ = writeln!(text, "{}={}{tag}", copy.source, copy.destination);
    }
    let mut copies_to = copies.copies.iter();
    let insecure = if copies_to.any(|copy| copy.is_source_insecure || copy.is_destination_insecure) {
        " --insecure=true"
    } else {
        ""
    };
    let usage = if context.options.no_notes {
        String::new()
    } else {
        format!("{USAGE}{insecure}\n")
    };
    let document = (!text.is_empty()).then(|| Document {
        file: "images.txt".to_owned(),
        text: format!("{usage}{text}"),
    });
    Ok(TargetOutput {
        losses: copies.losses,
        ..TargetOutput::from_documents(document.into_iter().collect())
    })
}
