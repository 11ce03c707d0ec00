//! Plans and states that real Terraform wrote, read into the model.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::shared::shared;
use mirrorset::testing::model::{Attribute, AttributeValue, Mirror, OriginTarget};
use mirrorset::testing::parallel::Threads;
use mirrorset::testing::readers::plan::{self, JsonKind, PlanContents, PlanErrorKind};
use proptest::prelude::*;
use terraform_eval::source::{Sources, Span};

fn read(path: &Path) -> (Sources, PlanContents) {
    let mut sources = Sources::new();
    let file = sources.read(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let contents = plan::read_plan(file, &name, sources.text(file), Threads::OF_PROCESSOR)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    (sources, contents)
}

fn value(sources: &Sources, attribute: &Attribute<String>) -> String {
    let mark = if attribute.sensitive { " (sensitive)" } else { "" };
    let text = attribute.span.map(|span| sources.slice(span).to_owned());
    match &attribute.content {
        AttributeValue::Absent => format!("null{mark}"),
        AttributeValue::Known(value) => {
            if let Some(text) = text {
                assert_eq!(serde_json::from_str::<String>(&text).unwrap(), *value);
            }
            format!("{value}{mark}")
        }
        AttributeValue::Unknown(unknown) => {
            assert_eq!(text.as_deref(), Some("true"));
            format!("<{unknown}>{mark}")
        }
    }
}

fn target(target: &OriginTarget) -> String {
    match target {
        OriginTarget::Resource { attribute, .. } => {
            format!("{}.{}", target.name(), attribute.as_deref().unwrap_or("?"))
        }
        OriginTarget::Module { source, output, .. } => {
            format!(
                "{}.{} ({source})",
                target.name(),
                output.as_deref().unwrap_or("?")
            )
        }
    }
}

/// A mirror in a few lines. Also checks each span.
fn describe(sources: &Sources, mirror: &Mirror) -> String {
    let mut out = String::new();
    let address: String = serde_json::from_str(sources.slice(mirror.span)).unwrap();
    assert_eq!(address, mirror.address.to_string());
    let _ = writeln!(out, "{address}");
    let _ = writeln!(out, "  source {}", value(sources, &mirror.source));
    let mirrors = match &mirror.mirrors.content {
        AttributeValue::Known(list) => list
            .iter()
            .map(|element| value(sources, element))
            .collect::<Vec<_>>()
            .join(", "),
        AttributeValue::Unknown(unknown) => format!("<{unknown}>"),
        AttributeValue::Absent => "null".to_owned(),
    };
    let mark = if mirror.mirrors.sensitive {
        " (sensitive)"
    } else {
        ""
    };
    let _ = writeln!(out, "  mirrors {mirrors}{mark}");
    if mirror.resource().unwrap().mirror_type.span.is_none()
        || mirror
            .resource()
            .unwrap()
            .mirror_type
            .value()
            .is_none_or(|kind| kind != "digest")
    {
        let _ = writeln!(
            out,
            "  type {}",
            value(sources, &mirror.resource().unwrap().mirror_type)
        );
    }
    let _ = writeln!(
        out,
        "  cluster {}",
        value(sources, &mirror.resource().unwrap().cluster_id)
    );
    let _ = writeln!(out, "  named {}", mirror.cluster_name());
    for candidate in &mirror.resource().unwrap().cluster_origin.candidates {
        let trace: Vec<&str> = candidate.trace.iter().map(|step| step.text.as_str()).collect();
        for step in &candidate.trace {
            assert_eq!(
                serde_json::from_str::<String>(sources.slice(step.span)).unwrap(),
                step.text
            );
        }
        if let Some(span) = candidate.span {
            assert!(sources.slice(span).contains("rhcs_"));
        }
        let certainty = if candidate.is_certain { "" } else { " possible" };
        let _ = writeln!(
            out,
            "  origin{certainty} {} [{}]",
            target(&candidate.target),
            trace.join(" > ")
        );
    }
    for reason in &mirror.resource().unwrap().cluster_origin.unresolved {
        let _ = writeln!(out, "  unresolved {reason}");
    }
    if let Some(only) = &mirror.resource().unwrap().cluster_origin.sole_candidate {
        let _ = writeln!(out, "  sole candidate {}", target(only));
    }
    match &mirror.resource().unwrap().depends_on {
        None => out.push_str("  depends_on ?\n"),
        Some(entries) => {
            for entry in entries.iter() {
                let reaches: Vec<String> = entry.resources.iter().map(ToString::to_string).collect();
                let _ = writeln!(out, "  depends_on {} [{}]", entry.text, reaches.join(" "));
                for reason in &entry.unresolved {
                    let _ = writeln!(out, "    unresolved {reason}");
                }
            }
        }
    }
    for reason in &mirror.resource().unwrap().unresolved_dependencies {
        let _ = writeln!(out, "  depends on unresolved {reason}");
    }
    if !mirror.resource().unwrap().dependencies.is_empty() {
        let dependencies: Vec<String> = mirror
            .resource()
            .unwrap()
            .dependencies
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = writeln!(out, "  depends on {}", dependencies.join(" "));
    }
    out
}

fn describe_all(sources: &Sources, contents: &PlanContents) -> String {
    let mut out = String::new();
    for mirror in &contents.input.mirrors {
        out.push_str(&describe(sources, mirror));
    }
    for cluster in &contents.input.clusters {
        let ids = cluster
            .instances
            .iter()
            .filter_map(|instance| instance.id.as_deref());
        let ids: Vec<&str> = ids.collect();
        let _ = writeln!(out, "cluster {} {:?} {ids:?}", cluster.path, cluster.kind);
    }
    let shown = |span: &Span| sources.slice(*span).to_owned();
    for text in contents
        .sensitive
        .iter()
        .map(shown)
        .collect::<std::collections::BTreeSet<_>>()
    {
        let _ = writeln!(out, "sensitive {text}");
    }
    out
}

/// The plans of `fixtures/plan`. Each directory also has the configuration of the plan and the expected mirrors.
#[test]
fn fixtures_are_read_as_expected() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/plan");
    let mut differences = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let directory = entry.unwrap().path();
        let (sources, contents) = read(&directory.join("plan.json"));
        let actual = describe_all(&sources, &contents);
        let expected = directory.join("expected.txt");
        if update {
            std::fs::write(&expected, &actual).unwrap();
        }
        if std::fs::read_to_string(&expected).unwrap_or_default() != actual {
            differences.push(format!("{}:\n{actual}", directory.display()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The kind of the error for `text`.
fn error_kind(text: &str) -> PlanErrorKind {
    let mut sources = Sources::new();
    let file = sources.add("plan.json", text);
    let error = plan::read_plan(file, "plan", text, Threads::OF_PROCESSOR).unwrap_err();
    if let Some(span) = error.span {
        assert!(text.get(span.range()).is_some(), "{error}");
    }
    let message = error.to_string();
    assert!(
        !message.ends_with('.') && message.starts_with(char::is_lowercase),
        "{message}"
    );
    error.kind
}

const FIXTURES: [&str; 3] = [
    include_str!("../../fixtures/plan/several_clusters/plan.json"),
    include_str!("../../fixtures/plan/sensitive/plan.json"),
    include_str!("../../fixtures/plan/nested_keys/plan.json"),
];

#[test]
fn input_that_is_not_a_plan_is_identified() {
    let plan = FIXTURES[1];
    assert_eq!(error_kind(&plan[..plan.len() / 2]), PlanErrorKind::Truncated);
    assert_eq!(error_kind(&plan.repeat(2)), PlanErrorKind::TrailingText);
    assert_eq!(
        error_kind(&plan.replacen("1.2", "2.0", 1)),
        PlanErrorKind::UnsupportedVersion("2.0".to_owned())
    );
    assert_eq!(
        error_kind(&plan.replacen("1.2", "10.2", 1)),
        PlanErrorKind::UnsupportedVersion("10.2".to_owned())
    );
    assert_eq!(
        error_kind(&plan.replacen("format_version", "version_of_format", 1)),
        PlanErrorKind::MissingVersion
    );
    assert_eq!(
        error_kind(r#"{"format_version":"2.0","planned_values":["rhcs_"]}"#),
        PlanErrorKind::UnsupportedVersion("2.0".to_owned())
    );
    assert_eq!(
        error_kind("{\"@level\":\"info\",\"@message\":\"x\"}\n{\"@level\":\"info\"}\n"),
        PlanErrorKind::LineStream
    );
    assert_eq!(
        error_kind("{\"@level\":\"info\",\"type\":\"rhcs_x\"}\n{\"@level\":\"info\"}\n"),
        PlanErrorKind::LineStream
    );
    assert_eq!(
        error_kind(r#"{"version":4,"terraform_version":"1.11.4","serial":1,"resources":[]}"#),
        PlanErrorKind::RawState
    );
    assert_eq!(
        error_kind(r#"{"format_version":"1.0","provider_schemas":{"rhcs_":1}}"#),
        PlanErrorKind::ProviderSchemas
    );
    assert_eq!(error_kind(r#"{"a":"rhcs_x"}"#), PlanErrorKind::NotAPlan);
    assert_eq!(error_kind(r#"["rhcs_x"]"#), PlanErrorKind::NotAPlan);
    assert_eq!(error_kind("{}"), PlanErrorKind::NotAPlan);
    assert_eq!(error_kind("[1]"), PlanErrorKind::NotAPlan);
    assert_eq!(error_kind(""), PlanErrorKind::Truncated);
    assert!(matches!(
        error_kind("resource \"rhcs_image_mirror\" \"a\" {}"),
        PlanErrorKind::InvalidJson(_)
    ));
}

#[test]
fn duplicate_keys_and_resources_are_errors() {
    let plan = FIXTURES[1];
    let twice = |key: &str, text: &str| {
        let doubled = plan.replacen(text, &format!("{text},{text}"), 1);
        assert_ne!(doubled, plan);
        assert_eq!(error_kind(&doubled), PlanErrorKind::DuplicateKey(key.to_owned()));
    };
    twice("format_version", r#""format_version":"1.2""#);
    twice("source", r#""source":"quay.io/element""#);
    twice("type", r#""type":"digest""#);
    twice("name", r#""name":"element""#);
    twice("src", r#""src":{"value":"secret.example.com/team"}"#);
    let resource = plan.find(r#"{"address":"rhcs_image_mirror.element""#).unwrap();
    let next = plan.find(r#"{"address":"rhcs_image_mirror.id""#).unwrap();
    let doubled = format!("{}{}", &plan[..next], &plan[resource..]);
    assert!(matches!(error_kind(&doubled), PlanErrorKind::Duplicate(_)));
}

#[test]
fn a_truncated_plan_without_mirrors_is_an_error() {
    let complete = r#"{"format_version":"1.2","planned_values":{"root_module":{}},"resource_changes":[]}"#;
    let mut sources = Sources::new();
    let file = sources.add("plan.json", complete);
    assert!(
        plan::read_plan(file, "plan", complete, Threads::OF_PROCESSOR)
            .unwrap()
            .input
            .mirrors
            .is_empty()
    );
    assert_eq!(
        error_kind(&complete[..complete.len() - 1]),
        PlanErrorKind::Truncated
    );
    assert_eq!(plan::detect(complete), Some(JsonKind::Plan));
    let state = r#"{"format_version":"1.0"}"#;
    assert!(plan::read_plan(file, "state", state, Threads::OF_PROCESSOR).is_ok());
}

#[test]
fn nesting_is_limited_everywhere() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
    let skipped = format!(
        r#"{{"format_version":"1.2","x":{},"planned_values":{{}},"y":"rhcs_"}}"#,
        deep("[", "]")
    );
    assert_eq!(error_kind(&skipped), PlanErrorKind::TooDeep);
    for text in [
        format!(
            r#"{{"y":"rhcs_","format_version":"1.2","planned_values":{{"root_module":{}}}}}"#,
            deep(r#"{"child_modules":["#, "]}")
        ),
        deep("[", "]"),
        deep(r#"{"rhcs_":"#, "}"),
    ] {
        error_kind(&text);
    }
    let expressions = deep(r#"{"references":"#, "}").replace('1', r#"["a.b"]"#);
    let configuration = format!(
        r#"{{"format_version":"1.2","planned_values":{{}},"configuration":{{"root_module":{{"resources":[{{"address":"rhcs_a.b","type":"rhcs_a","name":"b","expressions":{{"a":{expressions}}}}}]}}}}}}"#
    );
    assert_eq!(error_kind(&configuration), PlanErrorKind::TooDeep);
    let marks = format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{{"address":"rhcs_a.b","type":"rhcs_a","name":"b","values":{0},"sensitive_values":{0}}}]}}}}}}"#,
        deep(r#"{"a":"#, "}").replace('1', "true")
    );
    assert_eq!(error_kind(&marks), PlanErrorKind::TooDeep);
}

#[test]
fn cyclic_references_terminate() {
    let plan = FIXTURES[0].replace(
        r#""references":["rhcs_cluster_rosa_hcp.single"]"#,
        r#""references":["rhcs_image_mirror.splat.cluster_id","rhcs_image_mirror.splat"]"#,
    );
    assert_ne!(plan, FIXTURES[0]);
    let mut sources = Sources::new();
    let file = sources.add("plan.json", plan.as_str());
    let contents = plan::read_plan(file, "plan", &plan, Threads::OF_PROCESSOR).unwrap();
    let mirrors = &contents.input.mirrors;
    let splat = mirrors
        .iter()
        .find(|mirror| mirror.address.to_string() == "rhcs_image_mirror.splat")
        .unwrap();
    assert!(!splat.resource().unwrap().cluster_origin.unresolved.is_empty());
}

/// Reads any text, and checks all spans of the result.
fn never_panics(text: &str) {
    let mut sources = Sources::new();
    let file = sources.add("plan.json", text);
    let inside = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?}");
    let _ = plan::detect(text);
    match plan::read_plan(file, "plan", text, Threads::OF_PROCESSOR) {
        Err(error) => {
            let _ = error.help();
            error.span.into_iter().for_each(inside);
        }
        Ok(contents) => {
            contents.sensitive.into_iter().for_each(inside);
            for cluster in &contents.input.clusters {
                inside(cluster.span);
            }
            for mirror in &contents.input.mirrors {
                let _ = mirror.cluster_name();
                inside(mirror.span);
                let strings = [
                    &mirror.resource().unwrap().cluster_id,
                    &mirror.source,
                    &mirror.resource().unwrap().mirror_type,
                ];
                let list = mirror.mirrors.value().into_iter().flatten();
                strings
                    .into_iter()
                    .chain(list)
                    .filter_map(|attribute| attribute.span)
                    .for_each(inside);
                [mirror.mirrors.span, mirror.resource().unwrap().depends_on_span]
                    .into_iter()
                    .flatten()
                    .for_each(inside);
                for lead in &mirror.resource().unwrap().cluster_origin.candidates {
                    lead.span.into_iter().for_each(inside);
                    lead.trace.iter().for_each(|step| inside(step.span));
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_rejected(text in any::<String>()) {
        never_panics(&text);
    }

    #[test]
    fn any_pieces_of_a_plan_are_read_or_rejected(pieces in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"rhcs_image_mirror\"", "\"type\"", "\"format_version\"", "\"1.2\"", "\"planned_values\"",
        "\"root_module\"", "\"resources\"", "\"values\"", "\"child_modules\"", "true", "null", "1", "\"\\ud800\"", "\u{feff}", "é", "\n",
    ]), 0..40)) {
        never_panics(&pieces.concat());
    }

    #[test]
    fn any_part_of_a_plan_is_read_or_rejected(which in 0..FIXTURES.len(), at in any::<prop::sample::Index>()) {
        let plan = FIXTURES[which];
        never_panics(plan.get(..at.index(plan.len())).unwrap_or_default());
    }

    #[test]
    fn a_plan_with_one_changed_byte_is_read_or_rejected(which in 0..FIXTURES.len(), at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let mut bytes = FIXTURES[which].as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = String::from_utf8(bytes) {
            never_panics(&text);
        }
    }

    #[test]
    fn a_plan_with_moved_parts_is_read_or_rejected(which in 0..FIXTURES.len(), cut in any::<[prop::sample::Index; 3]>()) {
        let plan = FIXTURES[which];
        let mut cut = cut.map(|at| at.index(plan.len()));
        cut.sort_unstable();
        if plan.is_ascii() {
            never_panics(&format!("{}{}{}{}", &plan[..cut[0]], &plan[cut[1]..cut[2]], &plan[cut[0]..cut[1]], &plan[cut[2]..]));
        }
    }
}

/// The mirrors of a plan or state, read independently: from the tree of the complete document.
fn by_tree(module: &serde_json::Value, resources: &mut Vec<(String, serde_json::Value)>) {
    let list = |key: &str| module[key].as_array().cloned().unwrap_or_default();
    for resource in list("resources") {
        if resource["type"] == "rhcs_image_mirror" && resource["mode"] == "managed" {
            resources.push((
                resource["address"].as_str().unwrap().to_owned(),
                resource["values"].clone(),
            ));
        }
    }
    for child in list("child_modules") {
        by_tree(&child, resources);
    }
}

#[test]
fn every_conformance_plan_has_the_mirrors_that_terraform_planned() {
    let Some(shared) = shared("conformance/plans") else {
        return;
    };
    let mut mirrors = 0;
    for entry in std::fs::read_dir(shared).unwrap() {
        let path = entry.unwrap().path();
        let (sources, contents) = read(&path);
        // This also checks each span.
        let _ = describe_all(&sources, &contents);
        let tree: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let mut expected = Vec::new();
        by_tree(&tree["planned_values"]["root_module"], &mut expected);
        by_tree(&tree["values"]["root_module"], &mut expected);
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        let mut actual: Vec<&Mirror> = contents.input.mirrors().collect();
        actual.sort_by_key(|mirror| mirror.address.to_string());
        assert_eq!(actual.len(), expected.len(), "{}", path.display());
        for (mirror, (address, values)) in actual.into_iter().zip(expected) {
            assert_eq!(mirror.address.to_string(), address);
            let same = |attribute: &Attribute<String>, value: &serde_json::Value| {
                assert_eq!(attribute.value().map(String::as_str), value.as_str(), "{address}");
            };
            same(&mirror.source, &values["source"]);
            same(&mirror.resource().unwrap().cluster_id, &values["cluster_id"]);
            same(&mirror.resource().unwrap().mirror_type, &values["type"]);
            let list = mirror.mirrors.value().map_or(&[][..], Vec::as_slice);
            assert_eq!(list.len(), values["mirrors"].as_array().map_or(0, Vec::len));
            for (position, element) in list.iter().enumerate() {
                same(element, &values["mirrors"][position]);
            }
            mirrors += 1;
        }
    }
    println!("{mirrors} mirrors");
}

/// A mirror, the origin of its cluster, and the resources that its `depends_on` reaches.
type Led = (&'static str, &'static str, &'static str);

/// Written by hand from `conformance/modules` and `conformance/changes`.
const LEADS: [(&str, &[Led]); 5] = [
    (
        "cluster_in_same_configuration",
        &[
            (
                "rhcs_image_mirror.nginx",
                "rhcs_cluster_rosa_hcp.example",
                "rhcs_cluster_rosa_hcp.example",
            ),
            ("rhcs_image_mirror.redis", "rhcs_cluster_rosa_hcp.example", ""),
        ],
    ),
    (
        "module_for_each_chain",
        &[
            (
                r#"module.mirrors["quay"].rhcs_image_mirror.image_mirror"#,
                "module.cluster.rhcs_cluster_rosa_hcp.this",
                "",
            ),
            (
                r#"module.mirrors["redhat"].rhcs_image_mirror.image_mirror"#,
                "module.cluster.rhcs_cluster_rosa_hcp.this",
                "",
            ),
        ],
    ),
    (
        "wait_and_waiters",
        &[
            (
                "rhcs_image_mirror.does_not_wait",
                "rhcs_cluster_rosa_hcp.nowait",
                "rhcs_cluster_rosa_hcp.nowait",
            ),
            (
                "rhcs_image_mirror.explicit",
                "rhcs_cluster_rosa_hcp.nowait",
                "rhcs_cluster_rosa_hcp.nowait rhcs_cluster_wait.w",
            ),
            ("rhcs_image_mirror.waits", "rhcs_cluster_rosa_hcp.nowait", ""),
        ],
    ),
    (
        "classic_through_local",
        &[
            (
                "rhcs_image_mirror.right",
                "(cluster of rhcs_image_mirror.right)",
                "rhcs_cluster_rosa_hcp.new",
            ),
            (
                "rhcs_image_mirror.wrong",
                "(cluster of rhcs_image_mirror.wrong)",
                "rhcs_cluster_rosa_classic.old",
            ),
        ],
    ),
    (
        "literal",
        &[
            ("rhcs_image_mirror.nginx", "2lbbrpgkocgajphhqee7vku1pgd4qsge", ""),
            (
                "rhcs_image_mirror.ordered",
                "2lbbrpgkocgajphhqee7vku1pgd4qsge",
                "",
            ),
        ],
    ),
];

#[test]
fn origins_in_conformance_plans_are_the_clusters_of_their_modules() {
    let Some(shared) = shared("conformance/plans") else {
        return;
    };
    for (plan, expected) in LEADS {
        let (_, contents) = read(&shared.join(format!("{plan}.json")));
        let actual: Vec<_> = contents
            .input
            .mirrors
            .iter()
            .map(|mirror| {
                let entries = mirror
                    .resource()
                    .unwrap()
                    .depends_on
                    .iter()
                    .flat_map(|entries| entries.iter())
                    .flat_map(|entry| &entry.resources);
                let reaches: Vec<String> = entries.map(ToString::to_string).collect();
                (
                    mirror.address.to_string(),
                    mirror.cluster_name(),
                    reaches.join(" "),
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(address, cluster, reaches)| {
                (
                    (*address).to_owned(),
                    (*cluster).to_owned(),
                    (*reaches).to_owned(),
                )
            })
            .collect();
        assert_eq!(actual, expected, "{plan}");
    }
}

#[test]
fn a_configuration_that_opentofu_printed_without_a_plan() {
    // `tofu show -json -config` prints what a plan has under `configuration`.
    let text = r#"{"provider_config":{},"root_module":{
      "resources":[
        {"address":"rhcs_cluster_rosa_classic.old","mode":"managed","type":"rhcs_cluster_rosa_classic","name":"old"},
        {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx","expressions":{
          "cluster_id":{"references":["rhcs_cluster_rosa_classic.old.id","rhcs_cluster_rosa_classic.old"]},
          "source":{"constant_value":"quay.io/org"},
          "mirrors":{"constant_value":["mirror.example.com/org"]}}}],
      "module_calls":{"more":{"source":"./more","for_each_expression":{"references":["var.all"]},"module":{
        "resources":[
          {"address":"rhcs_image_mirror.all","mode":"managed","type":"rhcs_image_mirror","name":"all","expressions":{
            "source":{"references":["var.source"]},"mirrors":{"constant_value":null}}}]}}}}}"#;
    assert_eq!(plan::detect(text), Some(JsonKind::Configuration));
    let mut sources = Sources::new();
    let file = sources.add("config.json", text);
    let input = plan::read_plan(file, "config.json", text, Threads::OF_PROCESSOR)
        .unwrap()
        .input;
    let [nginx, all] = input.mirrors.as_slice() else {
        panic!("{:?}", input.mirrors)
    };
    assert_eq!(nginx.source.value().unwrap(), "quay.io/org");
    assert_eq!(sources.slice(nginx.source.span.unwrap()), r#""quay.io/org""#);
    assert_eq!(nginx.mirrors.value().unwrap().len(), 1);
    assert_eq!(nginx.resource().unwrap().mirror_type.value().unwrap(), "digest");
    assert_eq!(nginx.resource().unwrap().cluster_origin.candidates.len(), 1);
    assert_eq!(
        target(&nginx.resource().unwrap().cluster_origin.candidates[0].target),
        "rhcs_cluster_rosa_classic.old.id"
    );
    assert_eq!(all.address.to_string(), "module.more[*].rhcs_image_mirror.all");
    assert!(all.unknown_instances().is_some());
    assert_eq!(
        all.source.as_unknown().unwrap().to_string(),
        "var.source is not evaluated without a plan"
    );
    assert_eq!(all.mirrors.content, AttributeValue::Absent);
}
