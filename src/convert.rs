//! The model in other forms: one file a target.
//!
//! Every target starts from the same thing, the mirrors of each cluster ([`crate::cluster_mirrors`]). What a
//! target cannot express is left out and told ([`Conversion::losses`]), or refused; what the API server
//! would refuse is refused here.

mod capabilities;
pub mod hcl;
mod json;
mod manifest;
mod name;
mod registries_conf_target;
mod rosa;
mod validate;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use crate::cluster_mirrors::{Cluster, Merged, MirrorSet, gather, mistakes, of_cluster};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Mirror, Project};
use crate::rules::duplicate_source;
use terraform_eval::source::Sources;

pub use name::{InvalidName, Name};

/// What mirrors are converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// `ImageDigestMirrorSet` manifests, one for each cluster.
    Idms,
    /// `ImageTagMirrorSet` manifests.
    Itms,
    /// `ImageContentSourcePolicy` manifests.
    Icsp,
    /// The `imageContentSources` of a `HostedCluster`.
    HostedCluster,
    /// A `ConfigMap` for `NodePool`s, which holds an `ImageDigestMirrorSet`.
    NodePool,
    /// The `registries.conf` that nodes get.
    RegistriesConf,
    /// Commands that create the mirrors.
    Rosa,
    /// Terraform configuration.
    Hcl,
    /// The values of each mirror, in the shape of Terraform's plan JSON.
    Json,
}

/// What the user decided.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Options {
    /// The name of the manifest; where there are several clusters, its first part.
    pub name: Option<Name>,
    /// The only cluster whose mirrors are converted, by its id or by what its id is read from.
    pub cluster: Option<String>,
    /// Whether mirrors with unknown or sensitive values are left out rather than refused.
    pub skip_unresolved: bool,
    /// Whether a loss is an error.
    pub strict: bool,
    /// Whether no comments are written.
    pub no_notes: bool,
    /// Whether each cluster's text goes to a file of its own.
    pub separate: bool,
    /// Registries that are blocked and insecure besides what the clusters say.
    pub blocked: Vec<String>,
    /// As `blocked`.
    pub insecure: Vec<String>,
    /// How Terraform configuration is written.
    pub hcl: hcl::Options,
}

/// One text of a conversion.
#[derive(Debug)]
pub struct Document {
    /// The name of the file that it would be.
    pub file: String,
    /// The text, without a document marker.
    pub text: String,
}

/// What came of a conversion.
#[derive(Debug, Default)]
pub struct Conversion {
    /// The texts: one for each cluster, or one for all.
    pub documents: Vec<Document>,
    /// The mirrors that were left out, by address, since not all of their values can be told.
    pub skipped: Vec<String>,
    /// What the target cannot express.
    pub losses: Vec<Diagnostic>,
    /// What whoever uses the texts has to know.
    pub notes: Vec<&'static str>,
}

/// Why there is no conversion.
#[derive(Debug)]
pub enum Refusal {
    /// Values that cannot be written, or that the API server would refuse.
    Findings(Vec<Diagnostic>),
    /// The options do not fit the input: what to do.
    Options(String),
}

/// One cluster's part of a conversion.
struct Part<'a> {
    name: Name,
    cluster: &'a Cluster,
    set: &'a MirrorSet<'a>,
    /// What the target can express, by source.
    entries: Vec<Merged<'a>>,
}

/// Said of manifests that are made of mirrors of a hosted cluster (hypershift,
/// `kas/admissionpolicies.go`: the policies `mirror` and `icsp`).
const LOCKED: &str = "a ROSA cluster with hosted control planes rejects this manifest: its ValidatingAdmissionPolicy \
                      denies all changes to mirror sets";

/// Converts every mirror.
pub fn convert(
    project: &Project,
    sources: &Sources,
    target: Target,
    options: &Options,
) -> Result<Conversion, Refusal> {
    let all = gather(project);
    let sets =
        of_cluster(&all, options.cluster.as_deref()).map_err(|error| Refusal::Options(error.to_string()))?;
    let mut conversion = Conversion::default();
    let mut problems = Vec::new();
    let mistakes = mistakes(project, &sets);
    if target == Target::Json || options.skip_unresolved {
        conversion.losses = mistakes;
    } else {
        problems.extend(mistakes.into_iter().map(as_error));
    }
    if target == Target::Json {
        conversion
            .losses
            .extend(sets.iter().flat_map(|set| capabilities::policies(set, target)));
        conversion.settle(problems, options)?;
        // Here, what is not known can be said.
        conversion.documents.push(json::document(mirrors(project, &sets)));
        return Ok(conversion);
    }
    for set in &sets {
        for unresolved in &set.unresolved {
            if options.skip_unresolved {
                conversion.skipped.push(unresolved.mirror.address.to_string());
            } else if unresolved.mirror.address.manifest().is_none() {
                problems.extend(unresolved.problems.iter().cloned());
            }
            // What keeps an entry of a manifest from being known is a mistake in it.
        }
        // What nodes would get of both is worth showing, though the service takes only one of them.
        if target == Target::RegistriesConf && !options.strict {
            conversion.losses.extend(duplicates(set).map(as_warning));
        } else {
            problems.extend(duplicates(set));
        }
    }
    let names = names(&sets, options.name.as_ref());
    let mut parts = Vec::with_capacity(sets.len());
    for (set, name) in sets.into_iter().zip(names) {
        let kept = capabilities::kept(set, target);
        conversion.losses.extend(kept.losses);
        problems.extend(kept.problems);
        problems.extend(validate::problems(&kept.entries, target));
        parts.push(Part {
            name,
            cluster: &set.cluster,
            set,
            entries: kept.entries,
        });
    }
    conversion.settle(problems, options)?;
    // Nodes have a configuration without mirrors too.
    parts.retain(|part| !part.entries.is_empty() || target == Target::RegistriesConf);
    let is_locked = matches!(target, Target::Idms | Target::Itms | Target::Icsp)
        && parts.iter().any(Part::is_of_terraform);
    if is_locked && !options.no_notes {
        conversion.notes.push(LOCKED);
    }
    let layout = yaml::Layout {
        sources: (!options.no_notes).then_some(sources),
        note: conversion.notes.first().copied(),
    };
    conversion.documents = match target {
        Target::Idms => manifest::documents(&parts, manifest::IDMS, &layout),
        Target::Itms => manifest::documents(&parts, manifest::ITMS, &layout),
        Target::Icsp => manifest::documents(&parts, manifest::ICSP, &layout),
        Target::HostedCluster => manifest::hosted_clusters(&parts, &layout),
        Target::NodePool => manifest::node_pools(&parts, &layout),
        Target::RegistriesConf => registries_conf_target::documents(&parts, options, &mut conversion.losses)?,
        Target::Rosa => rosa::documents(&parts, options),
        Target::Hcl => hcl::documents(&parts, &options.hcl, &mut conversion.losses)?,
        Target::Json => Vec::new(),
    };
    Ok(conversion)
}

impl Conversion {
    /// Refuses the conversion where there are problems, or strictly where something is lost.
    fn settle(&mut self, mut problems: Vec<Diagnostic>, options: &Options) -> Result<(), Refusal> {
        if options.strict {
            problems.extend(self.losses.drain(..).map(as_error));
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Findings(problems))
        }
    }
}

/// The mirrors of some clusters, in the order of the project.
fn mirrors<'a>(project: &'a Project, sets: &[&MirrorSet<'a>]) -> impl Iterator<Item = &'a Mirror> {
    let wanted = sets.iter().flat_map(|set| set.mirrors());
    let wanted: BTreeSet<*const Mirror> = wanted.map(std::ptr::from_ref).collect();
    let all = project
        .inputs
        .iter()
        .flat_map(|configuration| &configuration.mirrors);
    all.filter(move |mirror| wanted.contains(&std::ptr::from_ref(*mirror)))
}

/// Sources that stand twice among the mirrors of one hosted cluster, which the service refuses. Lists of
/// manifests are merged.
fn duplicates<'s>(set: &'s MirrorSet<'_>) -> impl Iterator<Item = Diagnostic> + 's {
    set.entries.windows(2).filter_map(|pair| match pair {
        [first, second] if first.source == second.source && !second.is_of_manifest() => {
            Some(duplicate_source(second.mirror, first.mirror))
        }
        _ => None,
    })
}

/// What keeps other conversions from being made is told of this one.
fn as_warning(mut finding: Diagnostic) -> Diagnostic {
    finding.severity = Severity::Warning;
    finding
}

/// What is told of a conversion elsewhere keeps it from being made.
fn as_error(mut loss: Diagnostic) -> Diagnostic {
    loss.severity = Severity::Error;
    loss
}

/// A name for each cluster, all different.
fn names(sets: &[&MirrorSet<'_>], chosen: Option<&Name>) -> Vec<Name> {
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    let mut next: BTreeMap<Name, usize> = BTreeMap::new();
    let mut name = |set: &&MirrorSet<'_>| {
        // What is read of manifests is a file or a directory: no name for a cluster.
        let own = match set.entries.first() {
            Some(entry) if entry.is_of_manifest() => {
                Name::of_document(set.document_name().unwrap_or_default())
            }
            _ => Name::for_cluster(set.cluster.name()),
        };
        let wanted = match chosen {
            Some(name) if sets.len() == 1 => name.clone(),
            Some(name) => name.with_suffix(own.as_str()),
            None => own,
        };
        let mut name = wanted.clone();
        while !taken.insert(name.clone()) {
            let number = next.entry(wanted.clone()).or_insert(1);
            *number += 1;
            name = wanted.with_suffix(&number.to_string());
        }
        name
    };
    sets.iter().map(&mut name).collect()
}

impl Part<'_> {
    fn is_of_terraform(&self) -> bool {
        let inputs = self.entries.iter().flat_map(|entry| &entry.of);
        inputs.into_iter().any(|entry| !entry.is_of_manifest())
    }
}
