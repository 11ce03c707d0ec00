//! Completion where mirrorset knows more than a server for Terraform: names of rules, clusters that can have mirrors, and
//! sources in the form that nodes compare.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use crate::cluster_mirrors::canonical_source;
use crate::model::Cluster;
use crate::provider::{ClusterKind, IMAGE_MIRROR};
use crate::rules::RULES;
use crate::settings::Level;
use terraform_eval::source::{FileId, Sources};
use terraform_eval::syntax::document::{Format, parse_file};
use terraform_eval::syntax::is_identifier;

use super::analysis::Analysis;
use super::rule_names::{is_place_of_rule, line_before, word_at};

/// The number of sources that are offered.
const MAX_SOURCES: usize = 200;

/// What can be written in place of some bytes.
#[derive(Debug, Default)]
pub(super) struct Completion {
    pub(super) range: Range<usize>,
    /// The texts, each with what it is.
    pub(super) items: BTreeMap<String, String>,
}

/// What can be written at an offset.
pub(super) fn complete(analysis: &Analysis, file: FileId, offset: usize) -> Option<Completion> {
    let sources = &analysis.session.loaded.sources;
    let source = sources.file(file);
    let (path, text) = (source.path()?, source.text());
    if is_place_of_rule(path, text, offset) {
        let rules = RULES
            .iter()
            .map(|rule| (rule.name.to_owned(), rule.summary().to_owned()));
        return Some(Completion {
            range: word_at(text, offset),
            items: rules.collect(),
        });
    }
    let line = line_before(text, offset);
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value.trim_start());
    if path
        .file_name()
        .is_some_and(|name| name == crate::config::FILE_NAME)
    {
        let typed = value.strip_prefix('"').filter(|typed| !typed.contains('"'))?;
        crate::rules::find(name)?;
        let words = Level::WORDS.map(|(word, _)| (word.to_owned(), format!("level of {name}")));
        return Some(Completion {
            range: offset - typed.len()..offset,
            items: words.into(),
        });
    }
    if !is_in_mirror(path, text, offset) {
        return None;
    }
    match name {
        "cluster_id" => Some(Completion {
            range: offset - value.len()..offset,
            items: clusters(analysis, path),
        }),
        "source" => {
            let typed = value
                .strip_prefix('"')
                .filter(|typed| !typed.contains(['"', '$']))?;
            Some(Completion {
                range: offset - typed.len()..offset,
                items: sources_like(analysis, typed),
            })
        }
        _ => None,
    }
}

/// Whether an offset is in the block of a mirror.
fn is_in_mirror(path: &Path, text: &str, offset: usize) -> bool {
    let mut sources = Sources::new();
    let file = sources.add("", text);
    let document = parse_file(file, text, Format::from_path(path));
    document.items.iter().any(|item| {
        let label = item.labels.first().map(|label| &*label.text);
        item.span.range().contains(&offset) && label == Some(IMAGE_MIRROR)
    })
}

/// References to the ids of hosted clusters that are declared in the module of a file.
fn clusters(analysis: &Analysis, path: &Path) -> BTreeMap<String, String> {
    let loaded = &analysis.session.loaded;
    let is_here = |cluster: &&Cluster| {
        let declared = loaded.sources.file(cluster.span.file).path();
        cluster.kind == ClusterKind::Hosted
            && is_identifier(&cluster.path.resource.name)
            && declared.and_then(Path::parent) == path.parent()
    };
    let clusters = loaded.project.inputs.iter().flat_map(|input| &input.clusters);
    let mut items = BTreeMap::new();
    for cluster in clusters.filter(is_here) {
        for instance in &cluster.instances {
            let key = instance
                .address
                .key
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            let reference = format!("{}{key}.id", cluster.path.resource);
            items.insert(reference, "cluster with hosted control planes".to_owned());
        }
    }
    items
}

/// The canonical form of what is typed, and those of the sources of the project.
fn sources_like(analysis: &Analysis, typed: &str) -> BTreeMap<String, String> {
    let mut items = BTreeMap::new();
    if !typed.is_empty() {
        let canonical = canonical_source(typed);
        if canonical != typed {
            items.insert(canonical.into_owned(), format!("canonical form of {typed}"));
        }
    }
    let mirrors = analysis
        .session
        .loaded
        .project
        .inputs
        .iter()
        .flat_map(|input| &input.mirrors);
    let known = mirrors.filter(|mirror| !mirror.source.sensitive);
    let known: BTreeSet<String> = known
        .filter_map(|mirror| mirror.source.value())
        .filter(|source| *source != typed)
        .map(|source| canonical_source(source).into_owned())
        .collect();
    for source in known.into_iter().take(MAX_SOURCES) {
        items
            .entry(source)
            .or_insert_with(|| "source in this project".to_owned());
    }
    items
}
