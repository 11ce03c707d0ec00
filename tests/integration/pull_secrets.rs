//! `--pull-secret`: which mirrors have credentials, and that no output shows a secret.

use insta::assert_snapshot;
use mirrorset::testing::convert::TARGETS;
use mirrorset::testing::output::check::FORMATS;
use serde_json::{Value, json};

use crate::support::editor::{Editor, able};
use crate::support::program::{Run, mirrorset_in, scratch, write_files};

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const MIRRORS: &str = r#"
resource "rhcs_image_mirror" "org" {
  cluster_id = "1a"
  source     = "quay.io/org"
  mirrors = [
    "served.example.com/org",
    "nokey.example.com/org",
    "empty.example.com/org",
    "part.example.com/org",
    "helper.example.com/org",
    "quay.io/mirror",
  ]
}
"#;

/// user:hunter2-secret, and other texts that must not be shown.
const SECRETS: [&str; 7] = [
    "dXNlcjpodW50ZXIyLXNlY3JldA==",
    "hunter2-secret",
    "plain-secret-1",
    "plain-secret-2",
    "not base64 secret-3",
    "token-secret-4",
    "userinfo-secret-5",
];

const PULL_SECRET: &str = r#"{
  "auths": {
    "served.example.com": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="},
    "nokey.example.com:8443": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="},
    "empty.example.com": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="},
    "empty.example.com/org": {"username": "plain-secret-1", "password": "plain-secret-2"},
    "part.example.com/org/app": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA==", "identitytoken": "token-secret-4"},
    "*.wildcard.example.com": {"auth": "not base64 secret-3"},
    "https://user:userinfo-secret-5@info.example.com/org": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="},
    "quay.io": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="},
    "cloud.openshift.com": {"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="}
  },
  "credHelpers": {"helper.example.com": "ecr-login"}
}
"#;

/// Files with the pull secret that are named as something else, or hold something else beside it.
const PLACES: [&str; 9] = [
    "pull-secret.json",
    "broken.json",
    "cut.json",
    "secret.yaml",
    "manifests.yaml",
    "install-config.yaml",
    "registries.conf",
    "registries.conf.d/1.conf",
    "images.txt",
];

fn directory() -> tempfile::TempDir {
    let broken = PULL_SECRET.replacen(
        r#"{"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="}"#,
        r#""dXNlcjpodW50ZXIyLXNlY3JldA==""#,
        1,
    );
    let cut = &PULL_SECRET[..PULL_SECRET.len() / 2];
    scratch(&[
        ("main.tf", MIRRORS),
        ("pull-secret.json", PULL_SECRET),
        ("broken.json", &broken),
        ("cut.json", cut),
    ])
}

/// The same with the pull secret in files of other kinds.
fn directory_of_places() -> tempfile::TempDir {
    let one_line = PULL_SECRET.replace('\n', " ");
    let secret = format!(
        "kind: Secret\napiVersion: v1\nmetadata: {{name: x}}\nstringData:\n  .dockerconfigjson: '{one_line}'\n"
    );
    let manifests = format!(
        "{secret}---\napiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {{name: m}}\nspec:\n  \
         imageDigestMirrors:\n  - {{source: nginx, mirrors: [m/x]}}\n"
    );
    let drop_in = format!("[[registry]]\nlocation = \"a.io\"\n{one_line}\n");
    let images = format!("quay.io/org/app:v1\nauth {one_line}\n");
    let install_config = format!(
        "apiVersion: v1\nbaseDomain: example.com\npullSecret: '{one_line}'\nimageDigestSources:\n\
         - {{source: nginx, mirrors: [m/x]}}\n"
    );
    let directory = directory();
    write_files(
        directory.path(),
        &[
            ("secret.yaml", &secret),
            ("manifests.yaml", &manifests),
            ("install-config.yaml", &install_config),
            ("registries.conf", &one_line),
            ("registries.conf.d/1.conf", &drop_in),
            ("images.txt", &images),
        ],
    );
    directory
}

#[test]
fn each_mirror_without_credentials_is_reported_with_the_reason() {
    let run = mirrorset_in(
        directory().path(),
        &[
            "check",
            "main.tf",
            "--pull-secret=pull-secret.json",
            "--select=mirror-without-credentials",
            "--output-format=concise",
        ],
    );
    assert_eq!(run.status, 1, "{}", run.stderr);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let expected = [
        (
            "main.tf:7:",
            "warning",
            "the pull secret has no credentials for mirror \"nokey.example.com/org\"",
        ),
        (
            "main.tf:8:",
            "warning",
            "no credentials for mirror \"empty.example.com/org\": the key \"empty.example.com/org\" has a user and a \
             password, which only kubelet reads, and no `auth`, and hides the key \"empty.example.com\"",
        ),
        (
            "main.tf:9:",
            "warning",
            "the pull secret has credentials for a part of mirror \"part.example.com/org\" only: \
             \"part.example.com/org/app\"",
        ),
        (
            "main.tf:10:",
            "info",
            "mirror \"helper.example.com/org\" is asked with what the credential helper \"ecr-login\" says",
        ),
        (
            "main.tf:11:",
            "info",
            "mirror \"quay.io/mirror\" is asked with the credentials that Red Hat's pull secret has for \"quay.io\"",
        ),
        (
            "",
            "warning",
            "the key \"*.wildcard.example.com\" is a wildcard, which only kubelet reads",
        ),
        (
            "",
            "warning",
            "the key \"https://…@info.example.com/org\" has a scheme and a path, and counts for the whole host",
        ),
    ];
    for (place, severity, message) in expected {
        let severity = format!("{severity}[");
        let is_it =
            |line: &&str| line.starts_with(place) && line.contains(&severity) && line.contains(message);
        assert!(lines.iter().any(is_it), "{place} {message}: {}", run.stdout);
    }
    assert!(!run.stdout.contains("served.example.com"), "{}", run.stdout);
    let full = mirrorset_in(
        directory().path(),
        &[
            "check",
            "main.tf",
            "--pull-secret=pull-secret.json",
            "--select=mirror-without-credentials",
        ],
    );
    assert!(
        full.stdout
            .contains("did you mean the key \"nokey.example.com:8443\"?"),
        "{}",
        full.stdout
    );
}

#[test]
fn resolve_shows_the_key_for_each_location() {
    let directory = directory();
    let image = format!("quay.io/org/app@{DIGEST}");
    let run = mirrorset_in(
        directory.path(),
        &["resolve", &image, "--pull-secret=pull-secret.json"],
    );
    assert!(
        run.stderr
            .contains("imagePullSecrets of pods are sent to the host of the image only")
    );
    assert_snapshot!(run.stdout.replace(DIGEST, "sha256:A"), @r#"
    quay.io/org/app@sha256:A
      matches quay.io/org (longest match)
        main.tf:2 rhcs_image_mirror.org
      by digest:
        1. served.example.com/org/app@sha256:A (with the key "served.example.com")
        2. nokey.example.com/org/app@sha256:A (without credentials: no key)
        3. empty.example.com/org/app@sha256:A (without credentials: the key "empty.example.com/org" has none that can be used and hides the key "empty.example.com")
        4. part.example.com/org/app@sha256:A (with the key "part.example.com/org/app")
        5. helper.example.com/org/app@sha256:A (with the credential helper "ecr-login")
        6. quay.io/mirror/app@sha256:A (with the key "quay.io")
        7. quay.io/org/app@sha256:A (the source; with the key "quay.io")
    "#);
    let run = mirrorset_in(
        directory.path(),
        &[
            "resolve",
            &image,
            "--pull-secret=pull-secret.json",
            "--output-format=json-lines",
        ],
    );
    let line: Value = serde_json::from_str(&run.stdout).unwrap();
    let sources = line["candidates"][0]["pull_sources"].as_array().unwrap().iter();
    let credentials: Vec<Value> = sources.map(|source| source["credentials"].clone()).collect();
    assert_eq!(
        json!(credentials),
        json!([
            {"status": "sent", "key": "served.example.com"},
            {"status": "none"},
            {"status": "none", "key": "empty.example.com/org", "hidden_key": "empty.example.com"},
            {"status": "sent", "key": "part.example.com/org/app"},
            {"status": "helper", "helper": "ecr-login"},
            {"status": "sent", "key": "quay.io"},
            {"status": "sent", "key": "quay.io"},
        ])
    );
}

#[test]
fn several_files_are_merged_and_the_first_one_keeps_its_keys() {
    let entry = r#"{"auth": "dXNlcjpodW50ZXIyLXNlY3JldA=="}"#;
    let original = format!(r#"{{"auths": {{"m.example.com": {entry}}}}}"#);
    let additional = format!(r#"{{"auths": {{"m.example.com": {{}}, "n.example.com": {entry}}}}}"#);
    let mirrors = MIRRORS.replace("served", "m").replace("nokey", "n");
    let directory = scratch(&[
        ("main.tf", &mirrors),
        ("a.json", &original),
        ("b.json", &additional),
    ]);
    let keys = |files: &[&str]| -> Vec<Value> {
        let arguments = [
            "resolve",
            "quay.io/org/app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ];
        let options: Vec<String> = files.iter().map(|file| format!("--pull-secret={file}")).collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let more = ["--output-format=json-lines"];
        let mirrors = directory.path();
        let run = mirrorset_in(mirrors, &[&arguments, options.as_slice(), &more].concat());
        let line: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let sources = line["candidates"][0]["pull_sources"].as_array().unwrap().iter();
        sources
            .take(2)
            .map(|source| source["credentials"]["status"].clone())
            .collect()
    };
    // The names of the hosts are m.example.com and n.example.com.
    assert_eq!(keys(&["a.json", "b.json"]), ["sent", "sent"]);
    assert_eq!(keys(&["b.json", "a.json"]), ["none", "sent"]);
}

#[test]
fn a_file_that_the_runtime_cannot_read_is_an_error() {
    let directory = directory();
    for (file, message) in [
        (
            "broken.json",
            "error: broken.json: a value of `auths` is not an object: the container runtime cannot read the file, so every \
             pull fails",
        ),
        (
            "cut.json",
            "error: cut.json: neither JSON nor a Secret: invalid JSON at line",
        ),
        ("none.json", "error: none.json: no such file or directory"),
    ] {
        for command in [&["check", "main.tf"][..], &["resolve", "nginx"][..]] {
            let option = format!("--pull-secret={file}");
            let run = mirrorset_in(directory.path(), &[command, &[&option]].concat());
            assert_eq!(run.status, 2, "{}", run.stdout);
            assert!(run.stderr.starts_with(message), "{}", run.stderr);
        }
    }
}

#[test]
fn no_output_shows_a_secret() {
    let directory = directory_of_places();
    let assert_hidden = |run: &Run, arguments: &[&str]| {
        for secret in SECRETS {
            assert!(
                !run.stdout.contains(secret) && !run.stderr.contains(secret),
                "{arguments:?} shows {secret}: {}{}",
                run.stdout,
                run.stderr
            );
        }
    };
    let secrets = ["pull-secret.json", "broken.json", "cut.json"].map(|file| format!("--pull-secret={file}"));
    let mut runs: Vec<Vec<String>> = Vec::new();
    for secret in &secrets {
        for format in FORMATS {
            let format = format!("--output-format={}", format.name);
            runs.push(vec!["check".into(), "main.tf".into(), format, secret.clone()]);
        }
        for mode in [
            "--show-files",
            "--show-settings",
            "--diff",
            "--write-baseline=baseline.json",
        ] {
            runs.push(vec![
                "check".into(),
                "main.tf".into(),
                mode.into(),
                "--force".into(),
                secret.clone(),
            ]);
        }
        for format in ["full", "json-lines"] {
            let format = format!("--output-format={format}");
            runs.push(vec![
                "resolve".into(),
                "quay.io/org/app".into(),
                "nginx".into(),
                format,
                secret.clone(),
            ]);
        }
    }
    // A pull secret in the place of other files.
    for file in PLACES {
        let mut commands: Vec<Vec<&str>> = vec![
            vec!["resolve", "nginx", "--in", file],
            vec!["resolve", "nginx", "--in", file, "--output-format=json-lines"],
            vec!["resolve", "--file", file],
            vec!["resolve", "nginx", "--short-name-aliases", file],
            vec!["check", "main.tf", "--images", file],
            vec!["check", "main.tf", "--config", file],
            vec!["check", "main.tf", "--var-file", file],
            vec!["check", "main.tf", "--baseline", file],
            vec!["convert", "main.tf", "--to=hcl", "--import", file],
            vec!["convert", "main.tf", "--to=skopeo-copy", "--images", file],
            vec!["eval", "--var-file", file, "rhcs_image_mirror.org"],
            vec!["eval", "--dir", file, "1"],
        ];
        for format in ["full", "json"] {
            let format = if format == "full" {
                "--output-format=full"
            } else {
                "--output-format=json"
            };
            commands.push(vec!["diff", file, "main.tf", format]);
            commands.push(vec!["diff", "main.tf", file, format]);
        }
        let mut owned: Vec<Vec<String>> = commands
            .into_iter()
            .map(|command| command.into_iter().map(str::to_owned).collect())
            .collect();
        // What is printed of a file that is read at all depends on the format.
        let is_read = ["manifests.yaml", "install-config.yaml", "registries.conf"].contains(&file);
        let count = if is_read { FORMATS.len() } else { 1 };
        owned.extend(FORMATS.iter().take(count).map(|format| {
            let format = format!("--output-format={}", format.name);
            vec!["check".to_owned(), file.to_owned(), format]
        }));
        let count = if is_read { TARGETS.len() } else { 1 };
        owned.extend(TARGETS.iter().take(count).map(|target| {
            let target = format!("--to={}", target.flag);
            vec!["convert".to_owned(), file.to_owned(), target]
        }));
        runs.append(&mut owned);
    }
    for arguments in runs {
        let arguments: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .filter(|argument| {
                *argument != "--force" || arguments.iter().any(|other| other.contains("baseline"))
            })
            .collect();
        assert_hidden(&mirrorset_in(directory.path(), &arguments), &arguments);
    }
    let baseline = std::fs::read_to_string(directory.path().join("baseline.json")).unwrap();
    assert!(
        SECRETS.iter().all(|secret| !baseline.contains(secret)),
        "{baseline}"
    );
}

#[test]
fn an_editor_is_told_no_secret() {
    let directory = directory_of_places();
    let mut editor = Editor::start(directory.path(), &able());
    for file in PLACES.into_iter().chain(["main.tf"]) {
        editor.open_file(file);
    }
    let text = |value: &Value| value.to_string();
    let hover =
        json!({"textDocument": {"uri": editor.uri("main.tf")}, "position": {"line": 3, "character": 3}});
    let answered = text(&editor.request("textDocument/hover", hover));
    let published: String = editor.published.values().flatten().map(text).collect();
    let received: String = editor.received.iter().map(text).collect();
    assert!(!published.is_empty());
    for secret in SECRETS {
        for told in [&answered, &published, &received] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}
