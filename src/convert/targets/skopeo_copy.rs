//! `skopeo-copy`: commands that fill the mirrors, one per line, quoted for a POSIX shell.

use std::fmt::Write as _;

use crate::convert::cluster_part::ClusterPart;
use crate::convert::copies::{CAPABILITIES, Copy, collect_copies};
use crate::convert::error::ConvertError;
use crate::convert::shell::quote;
use crate::convert::target::{Context, Document, EntryMerging, OptionGroup, TargetOutput, TargetSpec};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "skopeo-copy",
    help: "`skopeo copy` commands that fill the mirrors with the images of `--images`",
    label: "commands that copy images",
    capabilities: CAPABILITIES,
    merging: EntryMerging::ByNodes,
    api_schema: None,
    option_group: Some(OptionGroup::Images),
    terraform_note: None,
    write,
};

fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    let copies = collect_copies(context, parts)?;
    let mut text = String::new();
    for copy in &copies.copies {
        let _ = writeln!(text, "{}", command(copy));
    }
    let document = (!text.is_empty()).then(|| Document {
        file: "copy-images.sh".to_owned(),
        text,
    });
    Ok(TargetOutput {
        losses: copies.losses,
        ..TargetOutput::from_documents(document.into_iter().collect())
    })
}

/// Without `--all`, a list of manifests is cut to one platform, and its digest does not exist at the mirror; with
/// `--preserve-digests`, a copy fails that would change the digest.
fn command(copy: &Copy) -> String {
    let mut command = "skopeo copy --all --preserve-digests".to_owned();
    if copy.is_source_insecure {
        command.push_str(" --src-tls-verify=false");
    }
    if copy.is_destination_insecure {
        command.push_str(" --dest-tls-verify=false");
    }
    let source = quote(&format!("docker://{}", copy.source));
    let destination = quote(&format!("docker://{}", copy.target()));
    format!("{command} {source} {destination}")
}
