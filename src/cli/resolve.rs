//! `mirrorset resolve`.

use anyhow::anyhow;

use crate::cluster_mirrors::{MirrorSet, gather, mistakes, of_cluster};
use crate::output;
use crate::resolve::{Cluster, listed};
use crate::workspace::Options;
use terraform_eval::source::Sources;

use super::arguments::{ResolveArguments, ResolveFormat};
use super::{Exit, beside, complain, load, print, show, whole};

pub(super) fn run(arguments: &ResolveArguments, options: &Options) -> anyhow::Result<Exit> {
    let images = images(arguments)?;
    let loaded = load(&arguments.inputs, &arguments.reading, options)?;
    // Half of the mirrors would be taken for all of them.
    let exit = whole(&loaded);
    if exit != Exit::Clean {
        return Ok(exit);
    }
    let all = gather(&loaded.project);
    let sets = of_cluster(&all, arguments.cluster.as_deref())?;
    show(&mistakes(&loaded.project, &sets), &loaded);
    for set in &sets {
        tell_open(set);
    }
    let (blocked, insecure) = (&arguments.registries.blocked, &arguments.registries.insecure);
    let mut clusters: Vec<Cluster<'_>> = sets
        .iter()
        .map(|set| Cluster::of(set, blocked, insecure))
        .collect();
    if clusters.is_empty() {
        complain("warning: no image mirrors found");
        clusters.push(Cluster::without_mirrors(blocked, insecure));
    }
    for cluster in &clusters {
        for doubt in cluster.doubts() {
            complain(&format!("warning: {}: {}", cluster.name, doubt.message));
            complain(&format!("help: {}", doubt.help));
        }
    }
    let several = clusters.len() > 1;
    let mut text = String::new();
    let mut fails = false;
    for image in &images {
        for cluster in &clusters {
            let answer = cluster.resolve(image);
            fails |= answer.fails();
            let name = several.then_some(cluster.name);
            text += &match arguments.output_format {
                ResolveFormat::Full => output::resolve::full(&answer, name, &loaded.sources),
                ResolveFormat::JsonLines => output::resolve::json_line(&answer, name),
            };
        }
    }
    print(&text)?;
    Ok(if fails { Exit::Findings } else { Exit::Clean })
}

/// The images that are asked about.
fn images(arguments: &ResolveArguments) -> anyhow::Result<Vec<String>> {
    let mut images = arguments.images.clone();
    for path in &arguments.file {
        let text = beside(path, &arguments.inputs)?;
        let file = Sources::default().add(path.display().to_string(), text.as_str());
        images.extend(listed(file, &text).map_err(|error| anyhow!("{}: {error}", path.display()))?);
    }
    Ok(images)
}

/// Says which mirrors are not known: they may change any answer.
fn tell_open(set: &MirrorSet<'_>) {
    for unresolved in &set.unresolved {
        let address = unresolved.mirror.address.to_string();
        for problem in &unresolved.problems {
            let message = problem.message.strip_prefix(&address).unwrap_or(&problem.message);
            complain(&format!("warning: ignoring {address}{message}"));
        }
    }
}
