//! Agreement with the real libraries, case by case: the tables of `registries.conf`, and for images the source
//! that matches and the pull sources. The results in `fixtures/registries/named.jsonl` (and more in `../shared`,
//! if that exists) were recorded from `EditRegistriesConfig` of
//! openshift/runtime-utils and from containers/image; its README has the format.

use std::path::Path;

use crate::support::program::fixture;
use crate::support::shared::shared;
use registries_conf::{
    ImageReference, MirrorEntry, MirrorTable, PullFromMirror, PullKind, Registries, RegistrySettings,
    RegistryTable, SEARCH_REGISTRIES, SourcePolicy,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    entries: Vec<DeclaredEntry>,
    #[serde(default)]
    insecure: Vec<String>,
    #[serde(default)]
    blocked: Vec<String>,
    images: Vec<String>,
    registries_conf: Option<String>,
    render_error: Option<String>,
    load_error: Option<String>,
    #[serde(default)]
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeclaredEntry {
    source: String,
    mirrors: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outcome {
    image: String,
    #[serde(rename = "prefix")]
    source: Option<String>,
    blocked: bool,
    #[serde(rename = "tries")]
    pull_sources: Option<Vec<String>>,
    error: Option<String>,
    unparsable: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Conf {
    unqualified_search_registries: Vec<String>,
    short_name_mode: String,
    #[serde(default)]
    registry: Vec<RegistryConf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct RegistryConf {
    prefix: String,
    location: String,
    insecure: bool,
    blocked: bool,
    mirror: Vec<MirrorConf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[derive(Default)]
struct MirrorConf {
    location: String,
    insecure: bool,
    pull_from_mirror: String,
}

fn settings(case: &Case) -> RegistrySettings {
    let entry = |entry: &DeclaredEntry| MirrorEntry {
        source: entry.source.clone(),
        mirrors: entry.mirrors.clone(),
        pull_kind: PullKind::DigestOnly,
        policy: SourcePolicy::AllowContacting,
    };
    RegistrySettings {
        entries: case.entries.iter().map(entry).collect(),
        insecure: case.insecure.clone(),
        blocked: case.blocked.clone(),
        allowed: Vec::new(),
        search: Vec::new(),
    }
}

fn tables(conf: &str) -> Vec<RegistryTable> {
    let conf: Conf = toml::from_str(conf).unwrap();
    assert_eq!(conf.unqualified_search_registries, SEARCH_REGISTRIES);
    assert_eq!(conf.short_name_mode, "");
    let mirror = |mirror: MirrorConf| {
        assert_eq!(mirror.pull_from_mirror, "digest-only");
        MirrorTable {
            location: mirror.location,
            insecure: mirror.insecure,
            pull_from_mirror: PullFromMirror::DigestOnly,
        }
    };
    let table = |registry: RegistryConf| RegistryTable {
        prefix: registry.prefix,
        location: registry.location,
        insecure: registry.insecure,
        blocked: registry.blocked,
        mirrors: registry.mirror.into_iter().map(mirror).collect(),
    };
    conf.registry.into_iter().map(table).collect()
}

/// Returns an error that shows the difference, if there is one.
fn difference(case: &Case) -> Result<(), String> {
    let ours = settings(case).to_tables();
    let ours = match (ours, &case.render_error) {
        (Err(_), Some(_)) => return Ok(()),
        (Ok(tables), None) => tables,
        (ours, theirs) => return Err(format!("tables: {ours:?}, not {theirs:?}")),
    };
    let theirs = tables(case.registries_conf.as_deref().unwrap());
    if ours != theirs {
        return Err(format!("tables: {ours:#?}, not {theirs:#?}"));
    }
    let registries = match (Registries::from_tables(&ours), &case.load_error) {
        (Err(_), Some(_)) => return Ok(()),
        (Ok(registries), None) => registries,
        (ours, theirs) => return Err(format!("loading: {ours:?}, not {theirs:?}")),
    };
    assert_eq!(case.images.len(), case.results.len(), "{}", case.name);
    case.results
        .iter()
        .try_for_each(|result| image_difference(&registries, result))
}

fn image_difference(registries: &Registries, theirs: &Outcome) -> Result<(), String> {
    let reference = match (
        ImageReference::parse_normalized(&theirs.image),
        &theirs.unparsable,
    ) {
        (Err(_), Some(_)) => return Ok(()),
        (Ok(reference), None) => reference,
        (ours, _) => return Err(format!("reading: {ours:?}, not {theirs:?}")),
    };
    let ours = registries.resolve(&reference);
    let pull_sources = ours.pull_sources.as_ref().map(|sources| {
        let references = sources.iter().map(|source| source.reference.to_string());
        references.collect::<Vec<_>>()
    });
    let agree = ours.source == theirs.source
        && ours.blocked == theirs.blocked
        && match (&pull_sources, theirs.source.is_some(), &theirs.error) {
            (Err(_), true, error) => error.is_some(),
            (Ok(sources), true, None) => Some(sources) == theirs.pull_sources.as_ref(),
            // If no source matches, the image is pulled unchanged.
            (Ok(sources), false, None) => *sources == [reference.to_string()],
            _ => false,
        };
    if agree {
        Ok(())
    } else {
        Err(format!("{}: {ours:#?}, not {theirs:#?}", theirs.image))
    }
}

fn compare(path: &Path, at_least: usize) {
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut agreed = 0;
    for case in &cases {
        match difference(case) {
            Ok(()) => agreed += 1,
            Err(difference) => println!("{}: {difference}", case.name),
        }
    }
    println!("{}: {agreed} of {} agree", path.display(), cases.len());
    assert!(agreed == cases.len() && agreed >= at_least);
}

#[test]
fn the_recorded_cases_agree() {
    compare(&fixture("registries/named.jsonl"), 53);
}

#[test]
fn the_shared_cases_agree() {
    if let Some(path) = shared("conformance/registries.jsonl") {
        compare(&path, 403);
    }
}
