//! `mirrorset resolve`.

use std::collections::BTreeSet;

use anyhow::anyhow;
use registries_conf::{Aliases, AuthFile};

use crate::cluster_mirrors::{
    ClusterMirrors, by_cluster, manifest_issues, select_cluster, unfilled_mirrors, unserved_images,
};
use crate::diagnostic::Diagnostic;
use crate::model::{ImageSet, UnknownReasons};
use crate::output;
use crate::readers::registries_conf::parse_conf_file;
use crate::resolve::{ClusterResolver, NodeOptions};
use crate::rules::report_unfinished_plans;
use crate::workspace::Options;
use terraform_eval::source::{Files, Sources};

use super::arguments::{ResolveArguments, ResolveFormat};
use super::exit::Exit;
use super::images::read_image_file;
use super::loading::{load, read_auxiliary};
use super::pull_secret::read_pull_secret;
use super::terminal::{eprint_findings, eprint_line, eprint_load_status, print, stdout_style};

pub(super) fn run(arguments: &ResolveArguments, options: &Options) -> anyhow::Result<Exit> {
    let ImagesToResolve {
        images,
        image_sets,
        is_complete,
    } = read_images(arguments, &*options.files)?;
    let nodes = NodeOptions {
        blocked: arguments.registries.blocked.clone(),
        insecure: arguments.registries.insecure.clone(),
        version: arguments.nodes.node_version,
        aliases: read_aliases(arguments, &*options.files)?,
    };
    let secret = read_pull_secret(&arguments.inputs, &arguments.secrets, &*options.files)?;
    let mut loaded = load(&arguments.inputs, &arguments.reading, options)?;
    let image_sets: Vec<ImageSet> = (image_sets.into_iter())
        .map(|(name, text, set)| set.in_file(loaded.sources.add(name.as_str(), text), &name))
        .collect();
    // With partially loaded mirrors, resolutions would be wrong.
    eprint_load_status(&loaded);
    let exit = Exit::from_loaded(&loaded);
    if exit != Exit::Clean {
        return Ok(exit);
    }
    let all = by_cluster(&loaded.project);
    let clusters = select_cluster(&all, arguments.cluster.as_deref())?;
    eprint_findings(&manifest_issues(&loaded.project, &clusters), &loaded);
    eprint_findings(&report_unfinished_plans(&loaded.project), &loaded);
    for cluster in &clusters {
        warn_unresolved(cluster);
    }
    let (unknown, clusters): (Vec<_>, Vec<_>) = clusters
        .into_iter()
        .partition(|cluster| cluster.cluster.is_unknown());
    let mut resolvers: Vec<ClusterResolver<'_>> = clusters
        .iter()
        .map(|cluster| ClusterResolver::new(cluster, &nodes))
        .collect();
    let gaps = (loaded.project.inputs.iter()).flat_map(|input| {
        [
            unserved_images(input, &image_sets),
            unfilled_mirrors(input, &image_sets),
        ]
        .concat()
    });
    let gaps: Vec<Diagnostic> = gaps.collect();
    eprint_findings(&gaps, &loaded);
    // Without its mirrors, what a cluster does is not known.
    let is_undecided = !unknown.is_empty();
    if resolvers.is_empty() && !is_undecided {
        eprint_line("warning: no image mirrors found");
        resolvers.push(ClusterResolver::without_mirrors(&nodes));
    }
    for resolver in &resolvers {
        for caveat in resolver.caveats() {
            eprint_line(&format!("warning: {}: {}", resolver.name, caveat.message));
            eprint_line(&format!("help: {}", caveat.help));
        }
    }
    let request = Request {
        images: &images,
        is_complete,
        format: arguments.output_format,
        secret: secret.as_ref().map(|secret| &secret.file),
        has_provider: loaded.project.credential_images().next().is_some(),
    };
    print_resolutions(
        &request,
        &resolvers,
        &loaded.sources,
        is_undecided || !gaps.is_empty(),
    )
}

/// What is resolved, and how it is shown.
struct Request<'a> {
    images: &'a [String],
    /// Whether all images could be read.
    is_complete: bool,
    format: ResolveFormat,
    secret: Option<&'a AuthFile>,
    /// Whether pods may get credentials for mirrors of their namespace.
    has_provider: bool,
}

/// Prints the resolution of each image in each cluster.
fn print_resolutions(
    request: &Request<'_>,
    resolvers: &[ClusterResolver<'_>],
    sources: &Sources,
    has_findings: bool,
) -> anyhow::Result<Exit> {
    let has_several = resolvers.len() > 1;
    let mut text = output::Text::new();
    let mut fails = has_findings;
    for image in request.images {
        for resolver in resolvers {
            let resolution = resolver.resolve(image);
            fails |= resolution.fails();
            let name = has_several.then_some(resolver.name);
            text.append(&match request.format {
                ResolveFormat::Full => {
                    output::resolve::full(&resolution, name, sources, request.secret).wrapped(stdout_style())
                }
                ResolveFormat::JsonLines => {
                    output::resolve::json_line(&resolution, name, sources, request.secret)
                }
            });
        }
    }
    print(&text)?;
    if request.secret.is_some() {
        eprint_line(
            "note: imagePullSecrets of pods are sent to the host of the image only; a mirror on another host gets the \
             credentials of the pull secret",
        );
        if request.has_provider {
            eprint_line(
                "note: for mirrors of images that the CRIOCredentialProviderConfig matches, Secrets in the namespace of the pod \
                 are used, too, if the mirror begins with their key",
            );
        }
    }
    Ok(match (request.is_complete, fails) {
        (false, _) => Exit::Failure,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Clean,
    })
}

/// The images of the command line and of `--file`.
struct ImagesToResolve {
    images: Vec<String>,
    /// The names and texts of image sets.
    image_sets: Vec<(String, String, ImageSet)>,
    /// Whether every line of the files could be read.
    is_complete: bool,
}

fn read_images(arguments: &ResolveArguments, files: &dyn Files) -> anyhow::Result<ImagesToResolve> {
    let mut images = arguments.images.clone();
    let mut image_sets = Vec::new();
    let mut is_complete = true;
    for path in &arguments.file {
        match read_image_file(path, &arguments.inputs, files)? {
            Some(file) => {
                is_complete &= file.list.unread.is_empty();
                images.extend(file.list.images.iter().cloned());
                image_sets.extend(file.into_image_set());
            }
            None => is_complete = false,
        }
    }
    Ok(ImagesToResolve {
        images,
        image_sets,
        is_complete,
    })
}

/// The aliases of `--short-name-aliases`. `None` without the option.
fn read_aliases(arguments: &ResolveArguments, files: &dyn Files) -> anyhow::Result<Option<Aliases>> {
    if arguments.nodes.short_name_aliases.is_empty() {
        return Ok(None);
    }
    let mut aliases = Aliases::default();
    for path in &arguments.nodes.short_name_aliases {
        let text = read_auxiliary(path, &arguments.inputs, files)?;
        let name = path.display().to_string();
        let conf = parse_conf_file(&name, &text).map_err(|error| {
            let before = text.get(..error.range.start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            anyhow!("{name}:{line}: {}", error.message)
        })?;
        let table = &conf.file.aliases;
        aliases.update(Aliases::from_table(table, &name).map_err(|error| anyhow!("{name}: {error}"))?);
    }
    Ok(Some(aliases))
}

/// Warns about mirrors with unknown values, which could change any result.
fn warn_unresolved(cluster: &ClusterMirrors<'_>) {
    let mut helps: BTreeSet<Option<String>> = BTreeSet::new();
    for unresolved in &cluster.unresolved {
        for reason in &unresolved.reasons {
            eprint_line(&format!("warning: ignoring {}", reason.headline()));
        }
        let unknown = unresolved
            .reasons
            .iter()
            .flat_map(|reason| reason.reasons.iter().cloned());
        helps.extend(unknown.map(|reason| UnknownReasons::new(reason).help(unresolved.input)));
    }
    for help in helps.into_iter().flatten() {
        eprint_line(&format!("help: {help}"));
    }
}
