//! The steps from the model to documents, the same for every target.

use std::collections::{BTreeMap, BTreeSet};

use super::api_schema;
use super::cluster_part::ClusterPart;
use super::error::{ConvertError, as_error, as_warning};
use super::expressible;
use super::object_name::ObjectName;
use super::options::Options;
use super::target::{Context, Document, EntryMerging, TargetSpec};
use crate::cluster_mirrors::{
    ClusterMirrors, by_cluster, conversion_issues, duplicate_sources, select_cluster,
};
use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, AttributeValue, Mirror, Project, UnknownReasons};
use crate::rules::report_unfinished_plans;
use terraform_eval::source::Sources;

/// The result of a conversion.
#[derive(Debug, Default)]
pub struct Conversion {
    /// The texts: one for each cluster, or one for all.
    pub documents: Vec<Document>,
    /// The addresses of the mirrors that were skipped, since some of their values are unknown or sensitive.
    pub skipped: Vec<String>,
    /// What the target cannot express, and other warnings.
    pub losses: Vec<Diagnostic>,
    /// What to know before the texts are used.
    pub notes: Vec<&'static str>,
}

impl Conversion {
    /// Returns an error if there are errors or, with `strict`, losses.
    fn fail_on_errors(&mut self, mut errors: Vec<Diagnostic>, options: &Options) -> Result<(), ConvertError> {
        if options.strict {
            errors.extend(self.losses.drain(..).map(as_error));
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ConvertError::Findings(errors))
        }
    }
}

/// Converts every mirror.
pub fn convert(
    project: &Project,
    sources: &Sources,
    target: &TargetSpec,
    options: &Options,
) -> Result<Conversion, ConvertError> {
    let all = by_cluster(project);
    let clusters = select_cluster(&all, options.cluster.as_deref())
        .map_err(|error| ConvertError::Options(error.to_string()))?;
    let mut conversion = Conversion::default();
    let mut errors = Vec::new();
    let (issues, losses) = conversion_issues(project, &clusters);
    conversion.losses.extend(losses);
    if target.capabilities.unresolved_mirrors || options.skip_unresolved {
        conversion.losses.extend(issues);
    } else {
        errors.extend(issues.into_iter().map(as_error));
    }
    conversion.losses.extend(report_unfinished_plans(project));
    for cluster in &clusters {
        if !target.capabilities.unresolved_mirrors {
            let (skipped, unresolved) = unresolved_mirrors(cluster, options);
            conversion.skipped.extend(skipped);
            errors.extend(unresolved);
        }
        let duplicates = duplicate_sources(cluster);
        match target.merging {
            EntryMerging::Separate if !options.strict => {}
            // With `strict`, a duplicate that the OCM API rejects is an error.
            EntryMerging::ByNodes if !options.strict => {
                conversion.losses.extend(duplicates.into_iter().map(as_warning));
            }
            EntryMerging::Separate | EntryMerging::ByNodes | EntryMerging::Merged => {
                errors.extend(duplicates);
            }
        }
    }
    let names = object_names(&clusters, options.name.as_ref());
    let mut parts = Vec::with_capacity(clusters.len());
    for (cluster_mirrors, name) in clusters.into_iter().zip(names) {
        if cluster_mirrors.cluster.is_unknown() && !target.capabilities.unresolved_mirrors {
            continue;
        }
        let expressible = expressible::partition(cluster_mirrors, target);
        conversion.losses.extend(expressible.losses);
        errors.extend(expressible.errors);
        if let Some(schema) = target.api_schema {
            errors.extend(api_schema::violations(&expressible.entries, schema));
        }
        parts.push(ClusterPart {
            name,
            cluster_mirrors,
            entries: expressible.entries,
        });
    }
    conversion.fail_on_errors(errors, options)?;
    parts.retain(|part| target.capabilities.empty_clusters || !part.entries.is_empty());
    let is_from_terraform = parts.iter().any(ClusterPart::is_from_terraform);
    let note = target
        .terraform_note
        .filter(|_| is_from_terraform && !options.no_notes);
    conversion.notes.extend(note);
    let context = Context {
        options,
        origins: (!options.no_notes).then_some(sources),
        note,
    };
    let output = (target.write)(&context, &parts)?;
    conversion.documents = output.documents;
    conversion.losses.extend(output.losses);
    conversion.fail_on_errors(output.errors, options)?;
    conversion.losses.extend(output.warnings);
    Ok(conversion)
}

/// Whether a value of a manifest's entry is missing or rejected, which is reported as an issue of the manifest.
fn has_reported_issue(mirror: &Mirror) -> bool {
    let elements = mirror.mirrors.value().into_iter().flatten();
    let unknown = std::iter::once(&mirror.source)
        .chain(elements)
        .filter_map(Attribute::as_unknown)
        .chain(mirror.mirrors.as_unknown())
        .chain(mirror.policy().as_unknown());
    let is_missing = matches!(mirror.source.content, AttributeValue::Absent);
    mirror.address.manifest().is_some()
        && (is_missing || unknown.into_iter().any(UnknownReasons::is_rejected))
}

/// The unresolved mirrors of a cluster: the addresses of those that are skipped, and what is unknown of the others.
fn unresolved_mirrors(cluster: &ClusterMirrors<'_>, options: &Options) -> (Vec<String>, Vec<Diagnostic>) {
    if options.skip_unresolved {
        let unresolved = cluster.unresolved.iter();
        let addresses = unresolved.map(|unresolved| unresolved.mirror.address.to_string());
        return (addresses.collect(), Vec::new());
    }
    // An entry of a manifest can be unresolved because of an issue that is reported already.
    let resources = cluster
        .unresolved
        .iter()
        .filter(|unresolved| !has_reported_issue(unresolved.mirror));
    let reasons = resources.flat_map(|unresolved| unresolved.reasons.iter().cloned());
    (Vec::new(), reasons.collect())
}

/// A name for each cluster, all different.
fn object_names(clusters: &[&ClusterMirrors<'_>], chosen: Option<&ObjectName>) -> Vec<ObjectName> {
    let mut taken: BTreeSet<ObjectName> = BTreeSet::new();
    let mut next_suffix: BTreeMap<ObjectName, usize> = BTreeMap::new();
    let mut object_name = |cluster: &&ClusterMirrors<'_>| {
        // The cluster of manifests is named for a file or a directory, which says nothing about the cluster.
        let suggested = match cluster.entries.first() {
            Some(entry) if entry.is_from_manifest() => {
                ObjectName::from_document(cluster.document_name().unwrap_or_default())
            }
            _ => ObjectName::from_cluster(cluster.cluster.name()),
        };
        let wanted = match chosen {
            Some(name) if clusters.len() == 1 => name.clone(),
            Some(name) => name.with_suffix(suggested.as_str()),
            None => suggested,
        };
        let mut name = wanted.clone();
        while !taken.insert(name.clone()) {
            let number = next_suffix.entry(wanted.clone()).or_insert(1);
            *number += 1;
            name = wanted.with_suffix(&number.to_string());
        }
        name
    };
    clusters.iter().map(&mut object_name).collect()
}
