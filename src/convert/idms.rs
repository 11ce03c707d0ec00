//! `idms`: `ImageDigestMirrorSet` manifests of `config.openshift.io/v1`, one for each cluster.
//!
//! The form is that of `oc` and oc-mirror: keys in alphabetical order inside an entry, entries sorted
//! by source, mirrors in the order that was declared. `mirrorSourcePolicy` is never written: an
//! `rhcs_image_mirror` always leaves the source as the last resort (hypershift,
//! `support/globalconfig/imagecontentsource.go`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::model::Project;
use crate::rules::duplicate_source;
use crate::source::Sources;

use super::{Name, Resolved, resolve};

/// What the user decided.
#[derive(Debug, Default)]
pub struct Options {
    /// The name of the manifest; where there are several clusters, its first part.
    pub name: Option<Name>,
    /// Whether mirrors with unknown or sensitive values are left out rather than refused.
    pub skip_unresolved: bool,
}

/// One manifest.
#[derive(Debug)]
pub struct Document {
    /// Its `metadata.name`.
    pub name: Name,
    /// The YAML text, without a document marker.
    pub yaml: String,
}

/// What came of a conversion.
#[derive(Debug)]
pub struct Conversion {
    /// The manifests, by cluster.
    pub documents: Vec<Document>,
    /// The mirrors that were left out, by address.
    pub skipped: Vec<String>,
}

/// A cluster among all configurations: two configurations that name one id mean one cluster, while
/// `rhcs_cluster_rosa_hcp.main` is another one in each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Cluster {
    Known(String),
    Unknown(String, usize),
}

/// Converts every mirror. The findings say which values cannot be written, and which sources stand
/// twice in one cluster.
pub fn convert(
    project: &Project,
    sources: &Sources,
    options: &Options,
) -> Result<Conversion, Vec<Diagnostic>> {
    let mut clusters: BTreeMap<Cluster, Vec<Resolved<'_>>> = BTreeMap::new();
    let mut skipped = Vec::new();
    let mut problems = Vec::new();
    for (index, configuration) in project.configurations.iter().enumerate() {
        for mirror in &configuration.mirrors {
            match resolve(mirror) {
                Ok(resolved) => {
                    let cluster = match mirror.cluster_id.value() {
                        Some(id) if !mirror.cluster_id.sensitive => Cluster::Known(id.clone()),
                        _ => Cluster::Unknown(mirror.cluster_name(), index),
                    };
                    clusters.entry(cluster).or_default().push(resolved);
                }
                Err(_) if options.skip_unresolved => skipped.push(mirror.address.to_string()),
                Err(found) => problems.extend(found),
            }
        }
    }
    for entries in clusters.values_mut() {
        entries.sort_by(|a, b| (a.source, &a.mirror.address).cmp(&(b.source, &b.mirror.address)));
        problems.extend(
            entries
                .windows(2)
                .filter(|pair| pair[0].source == pair[1].source)
                .map(|pair| duplicate_source(pair[1].mirror, pair[0].mirror)),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let names = names(&clusters, options.name.as_ref());
    let documents = clusters.into_values().zip(names);
    let documents = documents
        .map(|(entries, name)| document(name, &entries, sources))
        .collect();
    Ok(Conversion { documents, skipped })
}

/// A name for each cluster, all different.
fn names(clusters: &BTreeMap<Cluster, Vec<Resolved<'_>>>, chosen: Option<&Name>) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::with_capacity(clusters.len());
    for cluster in clusters.keys() {
        let (Cluster::Known(text) | Cluster::Unknown(text, _)) = cluster;
        let own = Name::for_cluster(text);
        let wanted = match chosen {
            Some(name) if clusters.len() == 1 => name.clone(),
            Some(name) => name.with_suffix(own.as_str()),
            None => own,
        };
        let mut candidates = std::iter::once(wanted.clone())
            .chain((2_usize..).map(|number| wanted.with_suffix(&number.to_string())));
        names.extend(candidates.find(|candidate| !names.contains(candidate)));
    }
    names
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    mirrors: &'a [&'a str],
    source: &'a str,
}

/// The manifest is put together from pieces that serde-saphyr writes, so that the comment over an entry
/// stands over it: inside of a list item it would come behind the dash.
fn document(name: Name, entries: &[Resolved<'_>], sources: &Sources) -> Document {
    let mut yaml =
        String::from("apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n");
    indent(&mut yaml, &written(&Metadata { name: name.as_str() }));
    yaml.push_str("spec:\n  imageDigestMirrors:\n");
    for resolved in entries {
        let _ = writeln!(yaml, "  # {}", origin(resolved, sources));
        indent(
            &mut yaml,
            &written(&[Entry {
                mirrors: &resolved.mirrors,
                source: resolved.source,
            }]),
        );
    }
    Document { name, yaml }
}

fn written(value: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    // Strings and lists of strings always have a YAML form.
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

/// Without block scalars every line break is one of the layout's.
fn indent(yaml: &mut String, piece: &str) {
    for line in piece.lines() {
        let _ = writeln!(yaml, "  {line}");
    }
}

/// Where an entry comes from: `main.tf:34 rhcs_image_mirror.nginx`.
fn origin(resolved: &Resolved<'_>, sources: &Sources) -> String {
    let span = resolved.mirror.span;
    let file = sources.file(span.file);
    let line = file.location(span.range().start).line;
    let text = format!("{}:{line} {}", file.name(), resolved.mirror.address);
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}
