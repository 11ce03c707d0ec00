//! What CRI-O tries for the name of an image, row by row: `fixtures/registries/names.jsonl`, and the recorded rows in
//! `../shared`, whose README has the format. Each row has the text of `registries.conf` and of its drop-ins.

use std::collections::BTreeMap;
use std::path::Path;

use mirrorset::testing::readers::registries_conf::parse_conf_file;
use registries_conf::{
    AliasErrorCause, CandidateOrigin, CandidatesError, ConfErrorCause, ImageName, NodeVersion,
    RegistriesConf, RegistriesError, ShortNameMode,
};
use serde::Deserialize;

use crate::support::program::fixture;
use crate::support::shared::shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    registries_conf: String,
    #[serde(default)]
    drop_ins: BTreeMap<String, String>,
    image: String,
    mode: String,
    mode_source: String,
    description: Option<String>,
    candidates: Vec<Candidate>,
    error: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Candidate {
    reference: String,
    prefix: Option<String>,
    blocked: bool,
    pull_sources: Vec<PullSource>,
    error: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PullSource {
    reference: String,
    insecure: bool,
    blocked: bool,
}

/// What CRI-O says where we have this error: the words that distinguish it. What follows a name is the name.
fn words_of_conf_error(cause: &ConfErrorCause) -> Vec<String> {
    let words: Vec<&str> = match cause {
        ConfErrorCause::Registries(error) => match error {
            RegistriesError::Scheme(location) => vec!["URI schemes are not supported", location],
            RegistriesError::EmptySource => vec!["both location and prefix are unset"],
            RegistriesError::EmptyMirror(_) => vec!["mirror location is unset"],
            RegistriesError::InvalidWildcard(wildcard) => {
                vec!["Wildcarded prefix should be in the format", wildcard]
            }
            RegistriesError::ConflictingTables(location) => {
                vec!["defined multiple times with conflicting", location]
            }
            RegistriesError::MissingLocation(_) => vec!["location is unset and prefix is not in the format"],
        },
        ConfErrorCause::PullFromMirrorOfRegistry(scope) => {
            vec!["must not be set for a non-mirror registry", scope]
        }
        ConfErrorCause::PullFromMirrorTwice(mirror) => {
            vec!["cannot set mirror usage mirror-by-digest-only", mirror]
        }
        ConfErrorCause::PullFromMirror(value) => vec!["unsupported pull-from-mirror value", value],
        ConfErrorCause::SearchRegistry(registry) => {
            vec!["Invalid unqualified-search-registries entry", registry]
        }
        ConfErrorCause::ShortNameMode(mode) => vec!["invalid short-name mode", mode],
        ConfErrorCause::Alias(error) => {
            let words = match error.cause {
                AliasErrorCause::Reference(_) => "invalid reference format",
                AliasErrorCause::Tag => "must not contain tag",
                AliasErrorCause::Digest => "must not contain digest",
                AliasErrorCause::Registry => "must not contain registry",
                AliasErrorCause::NoRegistry => "must contain registry and repository",
            };
            vec!["validating short-name aliases", words, &error.text]
        }
        ConfErrorCause::MixedVersions => vec!["mixing sysregistry v1/v2 is not supported"],
        ConfErrorCause::Version1DropIn => vec!["registry must be in v2 format but is in v1"],
    };
    words.into_iter().map(str::to_owned).collect()
}

/// The loaded configuration, or the words that tell why there is none.
fn load(row: &Row) -> Result<RegistriesConf, Vec<String>> {
    let parse = |name: &str, text: &str| {
        let parsed = parse_conf_file(name, text);
        parsed
            .map(|conf| conf.file)
            .map_err(|_| vec!["toml: ".to_owned()])
    };
    let main = parse("FILE", &row.registries_conf)?;
    let drop_ins: Vec<_> = row
        .drop_ins
        .iter()
        .filter(|(name, _)| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "conf")
        })
        .map(|(name, text)| parse(&format!("FILE.d/{name}"), text))
        .collect::<Result<_, _>>()?;
    RegistriesConf::load(&main, &drop_ins).map_err(|error| words_of_conf_error(&error.cause))
}

fn has_words(recorded: Option<&String>, words: &[String]) -> bool {
    recorded.is_some_and(|recorded| words.iter().all(|word| recorded.contains(word.as_str())))
}

/// The difference between a row and what we make of it, if there is one.
fn difference(row: &Row, node: NodeVersion) -> Option<String> {
    let conf = load(row);
    // CRI-O sets the mode itself; only other programs read it from the file, before they look at the name.
    let mode = match (row.mode_source.as_str(), &conf) {
        ("crio", _) => node.short_name_mode(ShortNameMode::from_word(&row.mode).unwrap()),
        (_, Ok(conf)) => {
            let mode = conf.short_name_mode.unwrap_or(ShortNameMode::Permissive);
            if ShortNameMode::from_word(&row.mode) != Some(mode) {
                return Some(format!("mode {mode:?}"));
            }
            mode
        }
        (_, Err(words)) => return (!has_words(row.error.as_ref(), words)).then(|| format!("{words:?}")),
    };
    let name = match ImageName::parse(&row.image) {
        Ok(name) => name,
        Err(error) => {
            let words = ["cannot parse input".to_owned(), row.image.clone()];
            return (!has_words(row.error.as_ref(), &words)).then(|| error.to_string());
        }
    };
    let conf = match (&conf, &name) {
        (Ok(conf), _) => conf,
        // A full name is a candidate before any file is looked at.
        (Err(words), ImageName::Full(reference)) => {
            let [candidate] = row.candidates.as_slice() else {
                return Some("one candidate".to_owned());
            };
            let agrees = candidate.reference == reference.to_string()
                && candidate.pull_sources.is_empty()
                && has_words(candidate.error.as_ref(), words)
                && row.error.is_none();
            return (!agrees).then(|| format!("{reference}: {words:?}"));
        }
        (Err(words), ImageName::Short(_)) => {
            return (!has_words(row.error.as_ref(), words)).then(|| format!("{words:?}"));
        }
    };
    let candidates = match conf.candidates(&name, mode) {
        Ok(candidates) => candidates,
        Err(error) => {
            let words = match &error {
                CandidatesError::NoSearchRegistries => "no unqualified-search registries are defined",
                CandidatesError::Ambiguous(_) if row.mode_source == "crio" => "returns ambiguous list",
                CandidatesError::Ambiguous(_) => "short-name resolution enforced but cannot prompt",
                CandidatesError::InRegistry { .. } => "creating reference with unqualified-search registry",
                CandidatesError::Name(_) => "cannot",
            };
            return (!has_words(row.error.as_ref(), &[words.to_owned()])).then(|| error.to_string());
        }
    };
    let description = match (&candidates.origin, &name) {
        (CandidateOrigin::Alias(file), ImageName::Short(name)) => {
            Some(format!("Resolved {:?} as an alias ({file})", name.name()))
        }
        (CandidateOrigin::SearchRegistries(file), ImageName::Short(name)) => Some(format!(
            "Resolving {:?} using unqualified-search registries ({file})",
            name.name()
        )),
        _ => None,
    };
    let ours: Vec<Candidate> = candidates
        .references
        .iter()
        .zip(row.candidates.iter().map(Some).chain(std::iter::repeat(None)))
        .map(|(reference, theirs)| candidate(conf, reference, theirs))
        .collect();
    let agrees = row.error.is_none()
        && ours == row.candidates
        && (row.mode_source != "crio" || description == row.description);
    (!agrees).then(|| format!("{ours:?} {description:?}"))
}

/// A candidate. An error has the recorded text if it has the same meaning.
fn candidate(
    conf: &RegistriesConf,
    reference: &registries_conf::ImageReference,
    theirs: Option<&Candidate>,
) -> Candidate {
    let resolution = conf.registries.resolve(reference);
    let (pull_sources, error) = match resolution.pull_sources {
        Ok(sources) => (sources, None),
        Err(error) => (Vec::new(), Some(error)),
    };
    let pull_source = |source: &registries_conf::PullSource| PullSource {
        reference: source.reference.to_string(),
        insecure: source.insecure,
        blocked: source.blocked,
    };
    let recorded = theirs.and_then(|theirs| theirs.error.clone());
    let is_rewriting = recorded
        .as_ref()
        .is_some_and(|text| text.starts_with("rewriting reference: "));
    Candidate {
        reference: reference.to_string(),
        prefix: resolution.source,
        blocked: resolution.blocked,
        pull_sources: pull_sources.iter().map(pull_source).collect(),
        error: error.map(|error| {
            recorded
                .filter(|_| is_rewriting)
                .unwrap_or_else(|| error.to_string())
        }),
    }
}

fn compare(path: &Path, node: &str, at_least: usize) {
    let node = node.parse().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let mut agreed = 0;
    let mut rows = 0;
    for line in text.lines() {
        let row: Row = serde_json::from_str(line).unwrap();
        rows += 1;
        match difference(&row, node) {
            None => agreed += 1,
            Some(difference) => println!("{} {}: {difference}, not {line}", row.name, row.image),
        }
    }
    println!("{}: {agreed} of {rows} agree", path.display());
    assert!(agreed == rows && agreed >= at_least);
}

#[test]
fn the_recorded_names_agree() {
    compare(&fixture("registries/names.jsonl"), "4.21", 40);
}

/// CRI-O of 4.21 and later knows the enforcing mode; the CRI-O of 4.20 and older answers some rows differently.
#[test]
fn the_shared_names_agree() {
    for (file, node, at_least) in [
        ("shortnames.jsonl", "4.21", 185),
        ("shortnames-crio-1.33.jsonl", "4.20", 20),
        ("tagdigest.jsonl", "4.21", 50),
    ] {
        if let Some(path) = shared(&format!("conformance/shortnames/{file}")) {
            compare(&path, node, at_least);
        }
    }
}
