//! Findings about several manifests agree with their merge: `conflicting-order` is reported exactly if the
//! merged order contradicts a list, `conflicting-policy` exactly if the Machine Config Operator rejects them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::program::fixture;
use crate::support::report::report;
use crate::support::shared::shared;
use mirrorset::testing::workspace::{Options, load};
use proptest::prelude::*;
use registries_conf::{self, PullKind, RegistrySettings, SourcePolicy, merge_mirrors};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    source: String,
    mirrors: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    entries: Vec<Entry>,
    registries_conf: Option<String>,
}

/// The sources of the entries with a finding of a rule.
fn sources_with_finding(rule: &str, manifests: &[serde_json::Value]) -> BTreeSet<String> {
    let text: Vec<String> = manifests.iter().map(ToString::to_string).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("all.json");
    std::fs::write(&path, text.join("\n")).unwrap();
    let loaded = load(&[path], &Options::default());
    let mirrors = &loaded.project.inputs[0].mirrors;
    let report = report(&loaded);
    let conflicting = report
        .findings
        .iter()
        .filter(|finding| finding.code.as_str() == rule);
    conflicting
        .map(|finding| {
            let address = finding.subject.as_ref().unwrap().to_string();
            let mirror = mirrors
                .iter()
                .find(|mirror| mirror.address.to_string() == address);
            mirror.unwrap().source.value().unwrap().clone()
        })
        .collect()
}

/// The sources for which the rule reports a contradiction.
fn contradictions(entries: &[Entry]) -> BTreeSet<String> {
    let manifest = serde_json::json!({
        "apiVersion": "operator.openshift.io/v1alpha1",
        "kind": "ImageContentSourcePolicy",
        "metadata": {"name": "all"},
        "spec": {"repositoryDigestMirrors": entries},
    });
    sources_with_finding("conflicting-order", &[manifest])
}

/// Whether a merged order of mirrors, after which the source is tried, contradicts a list of the source.
fn is_broken(source: &str, order: &[String], entries: &[Entry]) -> bool {
    let position_of = |name: &str| {
        order
            .iter()
            .position(|other| other == name)
            .unwrap_or(order.len())
    };
    let of_source = entries.iter().filter(|entry| entry.source == source);
    let real = of_source.filter(|entry| entry.mirrors.iter().any(|mirror| mirror != source));
    let mut lists = real.map(|entry| {
        let mut list = entry.mirrors.clone();
        if !list.iter().any(|mirror| mirror == source) {
            list.push(source.to_owned());
        }
        list
    });
    lists.any(|list| {
        list.windows(2)
            .any(|pair| pair[0] != pair[1] && position_of(&pair[0]) > position_of(&pair[1]))
    })
}

/// The mirrors of each source in a `registries.conf`.
fn orders(text: &str) -> BTreeMap<String, Vec<String>> {
    let file: toml::Table = text.parse().unwrap();
    let tables = file.get("registry").and_then(toml::Value::as_array);
    let word = |table: &toml::Value, key: &str| {
        let word = table.get(key).and_then(toml::Value::as_str);
        word.unwrap_or_default().to_owned()
    };
    let order = |table: &toml::Value| {
        let mirrors = table.get("mirror").and_then(toml::Value::as_array);
        let mirrors = mirrors.into_iter().flatten();
        let mirrors: Vec<String> = mirrors.map(|mirror| word(mirror, "location")).collect();
        let prefix = word(table, "prefix");
        let source = if prefix.is_empty() {
            word(table, "location")
        } else {
            prefix
        };
        (source, mirrors)
    };
    tables.into_iter().flatten().map(order).collect()
}

fn assert_agrees_with_recorded(path: &Path) {
    let (mut sources, mut broken) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let Some(conf) = case.registries_conf else {
            continue;
        };
        let orders = orders(&conf);
        let named: BTreeSet<&str> = case.entries.iter().map(|entry| entry.source.as_str()).collect();
        let expected: BTreeSet<String> = named
            .into_iter()
            .inspect(|_| sources += 1)
            .filter(|source| {
                let order = orders.get(*source);
                order.is_some_and(|order| is_broken(source, order, &case.entries))
            })
            .map(str::to_owned)
            .collect();
        broken += expected.len();
        assert_eq!(contradictions(&case.entries), expected, "{}", case.name);
    }
    println!("{sources} sources, {broken} with lists that contradict each other");
    assert!(broken > 0);
}

#[test]
fn contradictions_agree_with_recorded_merges() {
    assert_agrees_with_recorded(&fixture("registries/named.jsonl"));
    if let Some(path) = shared("conformance/registries.jsonl") {
        assert_agrees_with_recorded(&path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn contradictions_agree_with_merges_of_random_lists(lists in proptest::collection::vec(
        proptest::collection::vec(proptest::sample::select(vec!["a.io", "b.io", "c.io", "d.io", "s.io"]), 0..4),
        1..4,
    )) {
        let entries: Vec<Entry> = lists
            .iter()
            .map(|list| Entry {
                source: "s.io".to_owned(),
                mirrors: list.iter().map(|mirror| (*mirror).to_owned()).collect(),
            })
            .collect();
        let real: Vec<&[String]> = entries
            .iter()
            .filter(|entry| entry.mirrors.iter().any(|mirror| *mirror != entry.source))
            .map(|entry| entry.mirrors.as_slice())
            .collect();
        let order: Vec<String> = merge_mirrors("s.io", &real).into_iter().map(str::to_owned).collect();
        let expected = is_broken("s.io", &order, &entries);
        prop_assert_eq!(!contradictions(&entries).is_empty(), expected);
    }

    #[test]
    fn policy_conflicts_agree_with_the_operator(declared in proptest::collection::vec(
        (0_usize..2, proptest::collection::vec(0_usize..3, 0..3), 0_usize..3, any::<bool>()),
        0..5,
    )) {
        const NAMES: [&str; 3] = ["a.io/x", "b.io/x", "c.io/x"];
        const POLICIES: [Option<&str>; 3] = [None, Some("AllowContactingSource"), Some("NeverContactSource")];
        let mirrors = |list: &[usize]| -> Vec<String> {
            list.iter().map(|index| NAMES[*index].to_owned()).collect()
        };
        let (mut digest, mut tag, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for (source, list, policy, by_tag) in &declared {
            let mut entry = serde_json::json!({"source": NAMES[*source], "mirrors": mirrors(list)});
            if let Some(policy) = POLICIES[*policy] {
                entry["mirrorSourcePolicy"] = policy.into();
            }
            if *by_tag { &mut tag } else { &mut digest }.push(entry);
            entries.push(registries_conf::MirrorEntry {
                source: NAMES[*source].to_owned(),
                mirrors: mirrors(list),
                pull_kind: if *by_tag { PullKind::TagOnly } else { PullKind::DigestOnly },
                policy: if *policy == 2 { SourcePolicy::NeverContact } else { SourcePolicy::AllowContacting },
            });
        }
        let document = |kind: &str, list: &str, entries: Vec<serde_json::Value>| serde_json::json!({
            "apiVersion": "config.openshift.io/v1",
            "kind": kind,
            "metadata": {"name": "all"},
            "spec": {list: entries},
        });
        let manifests = [
            document("ImageTagMirrorSet", "imageTagMirrors", tag),
            document("ImageDigestMirrorSet", "imageDigestMirrors", digest),
        ];
        let conflicting = sources_with_finding("conflicting-policy", &manifests);
        let settings = RegistrySettings { entries, ..RegistrySettings::default() };
        prop_assert_eq!(!conflicting.is_empty(), settings.validate().is_err());
    }
}
