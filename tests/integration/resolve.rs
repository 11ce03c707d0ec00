//! `mirrorset resolve`: agreement with the real libraries, case by case, and the printed form.

use std::fmt::Write as _;
use std::path::Path;

use insta::assert_snapshot;
use mirrorset::testing::{convert, workspace};
use serde_json::{Value, json};

use crate::support::program::{Run, fixture, mirrorset_in, scratch};
use crate::support::shared::shared;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The keys of a resolution in our output, and in the recorded results.
const KEYS: [(&str, &str); 4] = [
    ("image", "image"),
    ("source", "prefix"),
    ("blocked", "blocked"),
    ("pull_sources", "tries"),
];

/// The settings of a recorded case.
struct Settings {
    /// The entries, as a manifest.
    manifest: String,
    blocked: Vec<String>,
    insecure: Vec<String>,
}

impl Settings {
    fn new(case: &Value) -> Self {
        let manifest = json!({
            "apiVersion": "config.openshift.io/v1",
            "kind": "ImageDigestMirrorSet",
            "metadata": {"name": "case"},
            "spec": {"imageDigestMirrors": case["entries"]},
        });
        let list = |name: &str| {
            let registries = case[name].as_array().into_iter().flatten();
            registries
                .map(|registry| registry.as_str().unwrap().to_owned())
                .collect()
        };
        Self {
            manifest: manifest.to_string(),
            blocked: list("blocked"),
            insecure: list("insecure"),
        }
    }

    fn run(&self, directory: &Path, arguments: &[&str], more: &[&str]) -> Run {
        let blocked = self
            .blocked
            .iter()
            .map(|registry| format!("--blocked={registry}"));
        let insecure = self
            .insecure
            .iter()
            .map(|registry| format!("--insecure={registry}"));
        let flags: Vec<String> = blocked.chain(insecure).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        mirrorset_in(directory, &[arguments, &flags, more].concat())
    }
}

/// Converts `case.yaml` to `registries.conf`.
type Converter = fn(&Path, &Settings) -> Result<String, String>;

fn convert_with_program(directory: &Path, settings: &Settings) -> Result<String, String> {
    let arguments = ["convert", "case.yaml", "--to", "registries-conf"];
    let run = settings.run(directory, &arguments, &[]);
    if run.status == 0 {
        return Ok(run.stdout);
    }
    assert_eq!(run.stdout, "");
    Err(run.stderr)
}

fn convert_in_process(directory: &Path, settings: &Settings) -> Result<String, String> {
    let loaded = workspace::load(&[directory.join("case.yaml")], &workspace::Options::default());
    if !loaded.is_complete() || !loaded.project.diagnostics.is_empty() {
        return Err(format!("{:?} {:?}", loaded.errors, loaded.project.diagnostics));
    }
    let target = convert::find_target("registries-conf").unwrap();
    let options = convert::Options {
        blocked: settings.blocked.clone(),
        insecure: settings.insecure.clone(),
        ..convert::Options::default()
    };
    let converted = convert::convert(&loaded.project, &loaded.sources, target, &options);
    let conversion = converted.map_err(|error| format!("{error:?}"))?;
    let texts: Vec<&str> = conversion
        .documents
        .iter()
        .map(|document| document.text.as_str())
        .collect();
    Ok(texts.join("---\n"))
}

/// References as CRI-O has them: it drops a tag beside a digest and adds the tag `latest` where there is neither, before it
/// calls the library that recorded them.
fn as_pulled(tries: &Value) -> Value {
    let without_tag = |reference: &Value| {
        let text = reference.as_str().unwrap();
        let path = text.rfind('/').map_or(0, |slash| slash + 1);
        let Some((named, digest)) = text.split_once('@') else {
            let has_tag = text[path..].contains(':');
            return json!(if has_tag {
                text.to_owned()
            } else {
                format!("{text}:latest")
            });
        };
        let path = named.rfind('/').map_or(0, |slash| slash + 1);
        let name = named[path..]
            .find(':')
            .map_or(named, |colon| &named[..path + colon]);
        json!(format!("{name}@{digest}"))
    };
    match tries.as_array() {
        Some(tries) => tries.iter().map(without_tag).collect(),
        None => tries.clone(),
    }
}

/// A resolution of the name as the library that recorded it completes it: without a registry, it is on Docker Hub.
fn on_docker_hub(line: &Value) -> Value {
    let candidates = line["candidates"].as_array().unwrap();
    let [_, _, ..] = candidates.as_slice() else {
        return line.clone();
    };
    let is_on_docker_hub =
        |candidate: &&Value| candidate["reference"].as_str().unwrap().starts_with("docker.io/");
    let candidate = candidates.iter().find(is_on_docker_hub).unwrap();
    let references = candidate["pull_sources"].as_array().unwrap().iter();
    let mut line = json!({
        "image": line["image"],
        "source": candidate["source"],
        "blocked": candidate["blocked"],
        "error": candidate["error"],
    });
    if candidate["source"].is_string() && candidate["error"].is_null() {
        line["pull_sources"] = references.map(|source| source["reference"].clone()).collect();
    }
    line
}

/// The difference between the output of `resolve` and `convert` and the recorded results, if there is one.
fn difference(case: &Value, convert: Converter) -> Option<String> {
    let settings = Settings::new(case);
    let directory = scratch(&[("case.yaml", &settings.manifest)]);
    let converted = convert(directory.path(), &settings);
    if let Some(theirs) = case["registries_conf"].as_str() {
        let read = |text: &str| text.parse::<toml::Table>().unwrap();
        if converted.as_deref().map(read) != Ok(read(theirs)) {
            return Some(format!("{converted:?}, not {theirs}"));
        }
    } else if let Ok(converted) = converted {
        return Some(format!("{converted}, not {}", case["render_error"]));
    }
    let images: Vec<&str> = case["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image.as_str().unwrap())
        .collect();
    let arguments = ["resolve", "--in=case.yaml", "--output-format=json-lines"];
    let resolved = settings.run(
        directory.path(),
        &arguments,
        &[&["--"], images.as_slice()].concat(),
    );
    let lines: Vec<Value> = resolved
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    if lines.len() != images.len() {
        return Some(resolved.stderr);
    }
    let is_broken = case.get("render_error").is_some() || case.get("load_error").is_some();
    let none = Vec::new();
    let results = if is_broken {
        &none
    } else {
        case["results"].as_array().unwrap()
    };
    for (index, line) in lines.iter().map(on_docker_hub).enumerate() {
        let Some(theirs) = results.get(index) else {
            if line["error"].is_string() {
                continue;
            }
            return Some(format!("{line}, not an error"));
        };
        let fails = theirs["error"].is_string() || theirs["unparsable"].is_string();
        let recorded = |key: &str| match key {
            "tries" => as_pulled(&theirs[key]),
            _ => theirs[key].clone(),
        };
        let same = KEYS.iter().all(|(ours, theirs)| line[ours] == recorded(theirs));
        if !same || line["error"].is_string() != fails {
            return Some(format!("{line}, not {theirs}"));
        }
    }
    None
}

fn compare(path: &Path, at_least: usize, convert: Converter) {
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut agreed = 0;
    for case in &cases {
        match difference(case, convert) {
            None => agreed += 1,
            Some(difference) => println!("{}: {difference}", case["name"]),
        }
    }
    println!("{}: {agreed} of {} agree", path.display(), cases.len());
    assert!(agreed == cases.len() && agreed >= at_least);
}

#[test]
fn the_recorded_cases_agree() {
    compare(&fixture("registries/named.jsonl"), 53, convert_with_program);
}

#[test]
fn the_shared_cases_agree() {
    if let Some(path) = shared("conformance/registries.jsonl") {
        compare(&path, 403, convert_in_process);
    }
}

/// A recorded case as resources of Terraform, whose lists of registries are those of their cluster.
#[test]
fn terraform_resolves_as_manifests_do() {
    let text = std::fs::read_to_string(fixture("registries/named.jsonl")).unwrap();
    for case in text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
    {
        let Some(theirs) = case["registries_conf"].as_str() else {
            continue;
        };
        let lists = |name: &str| case.get(name).cloned().unwrap_or(json!([]));
        let mut configuration = format!(
            r#"resource "rhcs_cluster_rosa_hcp" "c" {{
  registry_config = {{ registry_sources = {{ blocked_registries = {}, insecure_registries = {} }} }}
}}
"#,
            lists("blocked"),
            lists("insecure")
        );
        for (index, entry) in case["entries"].as_array().unwrap().iter().enumerate() {
            let _ = write!(
                configuration,
                r#"resource "rhcs_image_mirror" "m{index}" {{
  cluster_id = rhcs_cluster_rosa_hcp.c.id
  source = {}
  mirrors = {}
}}
"#,
                entry["source"], entry["mirrors"]
            );
        }
        let directory = scratch(&[("main.tf", &configuration)]);
        let run = mirrorset_in(directory.path(), &["convert", "main.tf", "--to=registries-conf"]);
        let read = |text: &str| text.parse::<toml::Table>().unwrap();
        assert_eq!(
            read(&run.stdout),
            read(theirs),
            "{}: {}",
            case["name"],
            run.stderr
        );
    }
}

/// A cluster with its own registry lists, two valid mirrors and one to which CRI-O cannot rewrite a name.
const PROD: &str = r#"
resource "rhcs_cluster_rosa_hcp" "prod" {
  name                     = "prod"
  wait_for_create_complete = true
  registry_config = {
    registry_sources = {
      blocked_registries  = ["untrusted.example.com"]
      insecure_registries = ["mirror.local:5000"]
    }
  }
}

resource "rhcs_image_mirror" "quay" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay"]
}

resource "rhcs_image_mirror" "org" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "quay.io/org"
  mirrors    = ["mirror.local:5000/org", "mirror.example.com/org"]
}

resource "rhcs_image_mirror" "broken" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "docker.io/library"
  mirrors    = ["mirror.example.com/library", "rosa/cli"]
}
"#;

fn prod(arguments: &[&str]) -> Run {
    let directory = scratch(&[("main.tf", PROD)]);
    mirrorset_in(directory.path(), &[&["resolve"], arguments].concat())
}

#[test]
fn an_image_is_pulled_from_the_mirrors_of_its_longest_match() {
    let run = prod(&["quay.io/org/app:v1"]);
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout, @r"
    quay.io/org/app:v1
      matches quay.io/org (longest match)
        main.tf:19 rhcs_image_mirror.org
        shorter matches are not used, nor are their mirrors: quay.io
      by digest:
        1. mirror.local:5000/org/app (insecure)
        2. mirror.example.com/org/app
        3. quay.io/org/app (the source)
      by tag (not served by the mirrors):
        1. quay.io/org/app:v1 (the source)
    ");
}

#[test]
fn one_mirror_that_cannot_be_rewritten_fails_the_pull() {
    let run = prod(&["nginx"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r#"
    nginx
      has no registry: nodes try 2 images in order
      may be an alias on nodes from 4.19, which then try only the image of the alias (`--short-name-aliases`)
      may be rejected: nodes of the first releases of 4.21 do not pull a name that stands for several images
      1. registry.access.redhat.com/nginx:latest
        no source matches
        by digest and by tag:
          1. registry.access.redhat.com/nginx
      2. docker.io/library/nginx:latest
        matches docker.io/library (longest match)
          main.tf:25 rhcs_image_mirror.broken
        by digest: fails before any registry is contacted, including the source: cannot rewrite the image name for "rosa/cli": not a full image name that begins with a registry host
        by tag (not served by the mirrors):
          1. docker.io/library/nginx:latest (the source)
    "#);
}

#[test]
fn blocked_images_are_rejected_and_unmatched_images_are_pulled_unchanged() {
    let run = prod(&["untrusted.example.com/app", "ghcr.io/org/app"]);
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r"
    untrusted.example.com/app
      matches untrusted.example.com (longest match)
      rejected: untrusted.example.com is blocked on the cluster, even if a mirror has the image
      by digest and by tag:
        1. untrusted.example.com/app (the source; blocked, so not contacted)
    ghcr.io/org/app
      no source matches
      by digest and by tag:
        1. ghcr.io/org/app
    ");
}

#[test]
fn a_digest_is_pulled_by_digest_whatever_its_tag() {
    let image = format!("quay.io/x:v1@{DIGEST}");
    let run = prod(&[&image, "--output-format", "json-lines"]);
    let line: Value = serde_json::from_str(&run.stdout).unwrap();
    let pull_sources = [
        format!("mirror.example.com/quay/x@{DIGEST}"),
        format!("quay.io/x@{DIGEST}"),
    ];
    let detailed = pull_sources
        .each_ref()
        .map(|reference| json!({"reference": reference, "insecure": false, "blocked": false}));
    let candidate = json!({
        "reference": format!("quay.io/x@{DIGEST}"),
        "source": "quay.io",
        "blocked": false,
        "entries": [{"address": "rhcs_image_mirror.quay", "file": "main.tf", "line": 13}],
        "pull_sources": detailed,
    });
    assert_eq!(
        line,
        json!({
            "image": image,
            "source": "quay.io",
            "blocked": false,
            "pull_sources": pull_sources,
            "candidates": [candidate],
        })
    );
}

#[test]
fn only_allowed_images_are_pulled() {
    let configuration = PROD.replace(
        "blocked_registries  = [\"untrusted.example.com\"]",
        "allowed_registries  = [\"docker.io/bitnami\"]",
    );
    let directory = scratch(&[("main.tf", &configuration)]);
    let status = |image: &str| mirrorset_in(directory.path(), &["resolve", image]).status;
    assert_eq!(status("docker.io/bitnami/redis"), 0);
    assert_eq!(status("quay.io/org/app"), 0, "ROSA allows quay.io always");
    assert_eq!(status("ghcr.io/org/app"), 1);
    assert_eq!(status("docker.io/bitnamilegacy/redis"), 1);
}

#[test]
fn manifests_can_allow_and_block_registries() {
    let hosted = "
apiVersion: hypershift.openshift.io/v1beta1
kind: HostedCluster
metadata:
  name: prod
spec:
  configuration:
    image:
      registrySources:
        blockedRegistries: [untrusted.example.com]
        insecureRegistries: [mirror.local]
  imageContentSources:
  - source: quay.io
    mirrors: [mirror.local/quay]
";
    let image = "
apiVersion: config.openshift.io/v1
kind: Image
metadata:
  name: cluster
spec:
  registrySources:
    allowedRegistries: [quay.io]
";
    let files = [("hosted.yaml", hosted), ("image.yaml", image)];
    let directory = scratch(&files);
    let resolve = |file: &str, image: &str| mirrorset_in(directory.path(), &["resolve", image, "--in", file]);
    let run = resolve("hosted.yaml", "quay.io/x");
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("1. mirror.local/quay/x (insecure)"),
        "{}",
        run.stdout
    );
    assert_eq!(resolve("hosted.yaml", "untrusted.example.com/x").status, 1);
    assert_eq!(resolve("image.yaml", "quay.io/x").status, 0);
    // A cluster that is not a ROSA cluster allows nothing by default.
    assert_eq!(resolve("image.yaml", "registry.redhat.io/x").status, 1);
}

#[test]
fn images_are_read_from_lists_and_manifests() {
    let pod = "kind: Pod
spec:
  containers:
  - name: a
    image: quay.io/org/a
";
    let files = [
        ("main.tf", PROD),
        ("images.txt", "# two\nquay.io/org/b\n"),
        ("pod.yaml", pod),
    ];
    let directory = scratch(&files);
    let arguments = [
        "resolve",
        "--file=images.txt",
        "--file=pod.yaml",
        "--output-format=json-lines",
        "--in=main.tf",
    ];
    let run = mirrorset_in(directory.path(), &arguments);
    let images: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["image"].clone())
        .collect();
    assert_eq!(images, ["quay.io/org/b", "quay.io/org/a"]);
    let run = mirrorset_in(directory.path(), &["resolve", "--file=none.txt"]);
    assert_eq!(run.status, 2);
}

#[test]
fn each_cluster_has_a_result_and_one_can_be_selected() {
    let configuration = "
resource \"rhcs_image_mirror\" \"a\" {
  cluster_id = \"1a\"
  source     = \"quay.io\"
  mirrors    = [\"a.example.com\"]
}

resource \"rhcs_image_mirror\" \"b\" {
  cluster_id = \"2b\"
  source     = \"quay.io\"
  mirrors    = [\"b.example.com\"]
}
";
    let directory = scratch(&[("main.tf", configuration)]);
    let image = format!("quay.io/x@{DIGEST}");
    let resolve = |arguments: &[&str]| {
        let run = mirrorset_in(
            directory.path(),
            &[&["resolve", &image, "--output-format=json-lines"], arguments].concat(),
        );
        let lines = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines
            .map(|line| (line["cluster"].clone(), line["pull_sources"][0].clone()))
            .collect::<Vec<_>>()
    };
    let at = |cluster: Value, host: &str| (cluster, json!(format!("{host}.example.com/x@{DIGEST}")));
    assert_eq!(resolve(&[]), [at(json!("1a"), "a"), at(json!("2b"), "b")]);
    assert_eq!(resolve(&["--cluster=2b"]), [at(Value::Null, "b")]);
    assert_eq!(
        mirrorset_in(directory.path(), &["resolve", "nginx", "--cluster=3c"]).status,
        2
    );
}

#[test]
fn unknown_values_are_reported() {
    let configuration = "
variable \"host\" {}

resource \"rhcs_image_mirror\" \"a\" {
  cluster_id = \"1a\"
  source     = \"quay.io\"
  mirrors    = [\"${var.host}/quay\"]
}
";
    let directory = scratch(&[("main.tf", configuration)]);
    let run = mirrorset_in(directory.path(), &["resolve", "quay.io/x"]);
    assert!(
        run.stderr.contains("ignoring rhcs_image_mirror.a"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("var.host has no value"), "{}", run.stderr);
}

/// The case `short-names`: the references that nodes try, and what they ask for each by digest.
#[test]
fn short_names_are_tried_in_each_search_registry_or_as_an_alias() {
    let candidates = |more: &[&str]| -> Vec<(String, Vec<String>)> {
        let arguments = [
            "resolve",
            "--in=mirrors.yaml",
            "--file=images.txt",
            "--output-format=json-lines",
        ];
        let run = mirrorset_in(&fixture("cases/short-names"), &[&arguments, more].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        let lines = run
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let names = |line: &Value| {
            let candidates = line["candidates"].as_array().unwrap().iter();
            candidates
                .map(|candidate| candidate["reference"].as_str().unwrap().to_owned())
                .collect()
        };
        lines
            .map(|line| (line["image"].as_str().unwrap().to_owned(), names(&line)))
            .collect()
    };
    let tried = |image: &str, names: &[&str]| {
        (
            image.to_owned(),
            names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        candidates(&[]),
        [
            tried(
                "ubi9/ubi",
                &[
                    "registry.access.redhat.com/ubi9/ubi:latest",
                    "docker.io/ubi9/ubi:latest"
                ]
            ),
            tried(
                "fedora",
                &[
                    "registry.access.redhat.com/fedora:latest",
                    "docker.io/library/fedora:latest"
                ]
            ),
            tried(
                "centos",
                &[
                    "registry.access.redhat.com/centos:latest",
                    "docker.io/library/centos:latest"
                ]
            ),
            tried(
                "alpine:3",
                &[
                    "registry.access.redhat.com/alpine:3",
                    "docker.io/library/alpine:3"
                ]
            ),
            tried(
                "nginx",
                &[
                    "registry.access.redhat.com/nginx:latest",
                    "docker.io/library/nginx:latest"
                ]
            ),
        ]
    );
    assert_eq!(
        candidates(&["--short-name-aliases=000-shortnames.conf"]),
        [
            tried(
                "ubi9/ubi",
                &[
                    "registry.access.redhat.com/ubi9/ubi:latest",
                    "docker.io/ubi9/ubi:latest"
                ]
            ),
            tried("fedora", &["registry.fedoraproject.org/fedora:latest"]),
            tried("centos", &["quay.io/centos/centos:latest"]),
            tried("alpine:3", &["docker.io/library/alpine:3"]),
            tried(
                "nginx",
                &[
                    "registry.access.redhat.com/nginx:latest",
                    "docker.io/library/nginx:latest"
                ]
            ),
        ]
    );
}

#[test]
fn each_candidate_has_its_own_entry_and_mirrors() {
    let directory = fixture("cases/short-names");
    let run = mirrorset_in(
        &directory,
        &["resolve", "ubi9/ubi", "--in=mirrors.yaml", "--node-version=4.18"],
    );
    assert_snapshot!(run.stdout, @r"
    ubi9/ubi
      has no registry: nodes try 2 images in order
      1. registry.access.redhat.com/ubi9/ubi:latest
        matches registry.access.redhat.com (longest match)
          mirrors.yaml:6 ImageDigestMirrorSet/idms[0]
        by digest:
          1. mirror.example.com:8443/rhacc/ubi9/ubi
          2. registry.access.redhat.com/ubi9/ubi (the source)
        by tag (not served by the mirrors):
          1. registry.access.redhat.com/ubi9/ubi:latest (the source)
      2. docker.io/ubi9/ubi:latest
        matches docker.io (longest match)
          mirrors.yaml:8 ImageDigestMirrorSet/idms[1]
        by digest:
          1. mirror.example.com:8443/hub/ubi9/ubi
          2. docker.io/ubi9/ubi (the source)
        by tag (not served by the mirrors):
          1. docker.io/ubi9/ubi:latest (the source)
    ");
    let aliased = mirrorset_in(
        &directory,
        &[
            "resolve",
            "centos",
            "--in=mirrors.yaml",
            "--short-name-aliases=000-shortnames.conf",
        ],
    );
    assert_snapshot!(aliased.stdout, @r"
    centos
      is an alias of quay.io/centos/centos:latest in 000-shortnames.conf, which is the only image that nodes try
      matches quay.io (longest match)
        mirrors.yaml:10 ImageDigestMirrorSet/idms[2]
      by digest:
        1. mirror.example.com:8443/quay/centos/centos
        2. quay.io/centos/centos (the source)
      by tag (not served by the mirrors):
        1. quay.io/centos/centos:latest (the source)
    ");
}

#[test]
fn the_release_of_the_nodes_decides_about_ambiguous_names() {
    let resolve = |image: &str, more: &[&str]| {
        let arguments = [
            "resolve",
            image,
            "--in=mirrors.yaml",
            "--output-format=json-lines",
        ];
        let run = mirrorset_in(&fixture("cases/short-names"), &[&arguments, more].concat());
        let line: Value = serde_json::from_str(&run.stdout).unwrap();
        let has = |key: &str| line[key] == json!(true);
        (
            run.status,
            line["error"].is_string(),
            has("may_be_rejected"),
            has("may_be_alias"),
        )
    };
    assert_eq!(resolve("nginx", &[]), (0, false, true, true));
    assert_eq!(
        resolve("nginx", &["--node-version=4.18.2"]),
        (0, false, false, false)
    );
    assert_eq!(
        resolve("nginx", &["--node-version=4.20"]),
        (0, false, false, true)
    );
    assert_eq!(
        resolve("nginx", &["--node-version=4.21.0"]),
        (1, true, false, false)
    );
    assert_eq!(
        resolve("nginx", &["--node-version=4.21.4"]),
        (0, false, true, true)
    );
    assert_eq!(
        resolve("quay.io/nginx", &["--node-version=4.21.0"]),
        (0, false, false, false)
    );
    let aliases = "--short-name-aliases=000-shortnames.conf";
    assert_eq!(
        resolve("alpine", &[aliases, "--node-version=4.21.0"]),
        (0, false, false, false)
    );
}

#[test]
fn an_image_configuration_replaces_the_search_registries() {
    let image = "
apiVersion: config.openshift.io/v1
kind: Image
metadata:
  name: cluster
spec:
  registrySources:
    containerRuntimeSearchRegistries: [quay.io, \"registry.corp.example:5000\"]
";
    let invalid = image.replace("quay.io", "docker.io/library");
    let directory = scratch(&[("image.yaml", image), ("invalid.yaml", &invalid)]);
    let resolve = |file: &str| {
        let arguments = ["resolve", "nginx:1", "--in", file, "--output-format=json-lines"];
        let run = mirrorset_in(directory.path(), &arguments);
        serde_json::from_str::<Value>(&run.stdout).unwrap()
    };
    let line = resolve("image.yaml");
    let candidates = line["candidates"].as_array().unwrap().iter();
    let names: Vec<&Value> = candidates.map(|candidate| &candidate["reference"]).collect();
    assert_eq!(names, ["quay.io/nginx:1", "registry.corp.example:5000/nginx:1"]);
    // CRI-O does not load the file, so that no image at all can be pulled.
    let error = resolve("invalid.yaml")["error"].to_string();
    assert!(
        error.contains("docker.io/library") && error.contains("every pull fails"),
        "{error}"
    );
    let converted = mirrorset_in(
        directory.path(),
        &["convert", "image.yaml", "--to=registries-conf"],
    );
    assert!(
        converted
            .stdout
            .contains(r#"["quay.io", "registry.corp.example:5000"]"#),
        "{}",
        converted.stdout
    );
}

#[test]
fn an_alias_file_that_the_runtime_rejects_is_an_error() {
    let files = [
        ("main.tf", PROD),
        ("tag.conf", "[aliases]\nnginx = \"quay.io/nginx:1\"\n"),
        ("type.conf", "\n[aliases]\nnginx = 1\n"),
    ];
    let directory = scratch(&files);
    for (file, message) in [
        (
            "tag.conf",
            "error: tag.conf: alias \"quay.io/nginx:1\": a tag is not allowed",
        ),
        (
            "type.conf",
            "error: type.conf:3: invalid type for `nginx`: expected a string, found integer",
        ),
        ("none.conf", "error: none.conf: no such file or directory"),
    ] {
        let run = mirrorset_in(
            directory.path(),
            &["resolve", "nginx", "--short-name-aliases", file],
        );
        assert_eq!(run.status, 2);
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
    }
}

/// The files of a node are those that the Machine Config Operator makes of the manifests.
#[test]
fn the_files_of_a_node_resolve_as_the_manifests_they_were_made_from() {
    let manifests = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: quay.io
    mirrors: [m.example.com/quay, n.example.com]
  - source: quay.io/org
    mirrors: [m.example.com/org]
    mirrorSourcePolicy: NeverContactSource
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata: {name: t}
spec:
  imageTagMirrors:
  - source: quay.io/org
    mirrors: [t.example.com/org]
    mirrorSourcePolicy: NeverContactSource
---
apiVersion: config.openshift.io/v1
kind: Image
metadata: {name: cluster}
spec:
  registrySources:
    insecureRegistries: [n.example.com]
    containerRuntimeSearchRegistries: [quay.io, docker.io]
";
    let directory = scratch(&[("m.yaml", manifests)]);
    let converted = mirrorset_in(directory.path(), &["convert", "m.yaml", "--to=registries-conf"]);
    assert_eq!(converted.status, 0, "{}", converted.stderr);
    let aliases = "[aliases]\n\"app\" = \"quay.io/org/app\"\n";
    crate::support::program::write_files(
        directory.path(),
        &[
            ("etc/containers/registries.conf", converted.stdout.as_str()),
            ("etc/containers/registries.conf.d/000-shortnames.conf", aliases),
            ("etc/containers/registries.conf.d/999.toml", "not read ["),
        ],
    );
    let digest = format!("quay.io/org/app@{DIGEST}");
    let images = [
        "quay.io/org/app:v1",
        &digest,
        "quay.io/x",
        "ghcr.io/y",
        "nginx",
        "org/app:2",
        "app",
    ];
    let resolve = |input: &str, more: &[&str]| -> Vec<Value> {
        let arguments = ["resolve", "--output-format=json-lines", "--in", input];
        let run = mirrorset_in(directory.path(), &[&arguments, more, &images].concat());
        let lines = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        let mut lines: Vec<Value> = lines.collect();
        assert_eq!(lines.len(), images.len(), "{}", run.stderr);
        for line in &mut lines {
            // A node does not know which manifest an entry comes from.
            for candidate in line["candidates"].as_array_mut().unwrap() {
                candidate.as_object_mut().unwrap().remove("entries");
            }
            line.as_object_mut().unwrap().remove("alias_in");
        }
        lines
    };
    let conf = "etc/containers/registries.conf";
    let drop_in = "--short-name-aliases=etc/containers/registries.conf.d/000-shortnames.conf";
    let of_manifests = resolve("m.yaml", &[drop_in]);
    for input in [conf, "etc/containers/registries.conf.d"] {
        assert_eq!(resolve(input, &[]), of_manifests, "{input}");
    }
    assert_eq!(
        of_manifests[6]["candidates"][0]["reference"],
        json!("quay.io/org/app:latest")
    );
}

#[test]
fn files_that_a_node_cannot_load_are_errors() {
    let files = [
        ("toml.conf", "a = [\n"),
        (
            "search.conf",
            "unqualified-search-registries = [\"docker.io/library\"]\n",
        ),
        ("drop.conf", ""),
        ("drop.conf.d/1.conf", "\n[[registry]]\nlocation = 5\n"),
    ];
    let directory = scratch(&files);
    for (file, status, message) in [
        ("toml.conf", 2, "error[syntax-error]: toml.conf: invalid TOML"),
        (
            "search.conf",
            1,
            "every pull fails: search registry \"docker.io/library\" is not a host",
        ),
        (
            "drop.conf",
            2,
            "error[syntax-error]: drop.conf.d/1.conf: invalid type for `location`",
        ),
    ] {
        let run = mirrorset_in(directory.path(), &["resolve", "nginx", "--in", file]);
        assert_eq!(run.status, status, "{}{}", run.stdout, run.stderr);
        let output = run.stdout + &run.stderr;
        assert!(output.contains(message), "{output}");
    }
}
