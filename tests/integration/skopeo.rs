//! The real skopeo and docker-registry on loopback: which credentials are sent to a location, and whether the commands of
//! `convert --to skopeo-copy` fill the mirrors.
//!
//! `MIRRORSET_SKOPEO=300 cargo test --test integration skopeo:: -- --nocapture` runs 300 random cases of credentials. The
//! programs `skopeo`, `docker-registry` and `htpasswd` have to be there.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::program::{mirrorset_in, write_files};

/// The number of cases. `None` if the test is skipped.
fn requested() -> Option<usize> {
    let Ok(count) = std::env::var("MIRRORSET_SKOPEO") else {
        println!("skipped: MIRRORSET_SKOPEO is not set");
        return None;
    };
    let count = count.parse().ok()?;
    for program in ["skopeo", "docker-registry", "htpasswd"] {
        let found = std::env::split_paths(&std::env::var_os("PATH")?).any(|path| path.join(program).exists());
        assert!(found, "{program} is not there");
    }
    Some(count)
}

/// A registry on loopback, which ends with the test.
struct Registry {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Registry {
    fn start(directory: &Path, name: &str, htpasswd: Option<&Path>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let auth = htpasswd.map_or_else(String::new, |path| {
            format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", path.display())
        });
        let data = directory.join(name);
        let configuration = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '127.0.0.1:{port}', secret: s}}\n{auth}",
            data.display()
        );
        let path = directory.join(format!("{name}.yml"));
        std::fs::write(&path, configuration).unwrap();
        let log = directory.join(format!("{name}.log"));
        let output = std::fs::File::create(&log).unwrap();
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { process, port, log }
    }

    fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.stop();
    }
}

fn skopeo(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("skopeo")
        .args(arguments)
        .env("HOME", directory)
        .env("XDG_RUNTIME_DIR", directory)
        .env_remove("REGISTRY_AUTH_FILE")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Random numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

/// The user that skopeo sent, or none. An error says that the location failed before the registry was asked.
fn user_that_asked(registry: &Registry, directory: &Path, image: &str) -> Result<Option<String>, String> {
    let before = std::fs::read_to_string(&registry.log).unwrap().len();
    let auth = directory.join("auth.json");
    let image = format!("docker://{image}");
    let conf = format!(
        "--registries-conf={}",
        directory.join("registries.conf").display()
    );
    let arguments = [
        &conf,
        "inspect",
        "--raw",
        "--tls-verify=false",
        "--authfile",
        auth.to_str().unwrap(),
        &image,
    ];
    let output = skopeo(directory, &arguments);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    std::thread::sleep(Duration::from_millis(30));
    let log = std::fs::read_to_string(&registry.log).unwrap();
    let mut users = log[before..].lines().filter_map(|line| {
        let (_, rest) = line.split_once("auth.user.name=")?;
        Some(rest.split([' ', '"']).find(|word| !word.is_empty())?.to_owned())
    });
    let user = users.next_back();
    if user.is_none() && !stderr.contains("authentication required") && !stderr.contains("unauthorized") {
        return Err(stderr);
    }
    Ok(user)
}

#[test]
fn real_skopeo_sends_the_credentials_that_resolve_shows() {
    let Some(count) = requested() else { return };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let htpasswd = directory.join("htpasswd");
    for user in 0..8 {
        let mut command = Command::new("htpasswd");
        command
            .arg(if user == 0 { "-Bbc" } else { "-Bb" })
            .args(["-C", "4"]);
        let name = format!("u{user}");
        assert!(
            command
                .arg(&htpasswd)
                .args([&name, "password"])
                .output()
                .unwrap()
                .status
                .success()
        );
    }
    let registry = Registry::start(directory, "registry", Some(&htpasswd));
    let hosts = [
        format!("127.0.0.1:{}", registry.port),
        format!("localhost:{}", registry.port),
    ];
    let mut random = Random(7);
    let mut agreed = 0;
    for case in 0..count {
        let path = random.pick(&["org/app", "org/sub/app", "org", "or/app", "org-2/app", "a/b/c/d"]);
        let host = &hosts[random.below(2)];
        let image = format!("{host}/{path}");
        // Half of the images are at a mirror of a source that is not contacted.
        let has_mirror = random.below(2) == 0;
        let (conf, asked) = if has_mirror {
            let mirror = format!("[[registry.mirror]]\nlocation = \"{host}\"\n");
            let source = "[[registry]]\nlocation = \"source.example.com\"\nblocked = true\n";
            (format!("{source}{mirror}"), format!("source.example.com/{path}"))
        } else {
            (format!("[[registry]]\nlocation = \"{host}\"\n"), image.clone())
        };
        let mut auths = serde_json::Map::new();
        let mut users = BTreeMap::new();
        for user in 0..=random.below(7) {
            let host = &hosts[usize::from(random.below(5) == 0)];
            let key = match random.below(18) {
                0 | 1 => host.clone(),
                2 => format!("{host}/org"),
                3 => format!("{host}/{path}"),
                4 => format!("{host}/{}", path.split('/').next().unwrap()),
                5 => format!("https://{host}"),
                6 => format!("http://{host}/v1/"),
                7 => format!("https://{host}/org"),
                8 => format!("{host}/"),
                9 => format!("{host}/or"),
                10 => "127.0.0.1".to_owned(),
                11 => format!("*.0.0.1:{}", registry.port),
                12 => format!("{host}/{path}:1"),
                13 => format!("HTTPS://{host}"),
                14 => format!("https://u@{host}"),
                15 => format!("{host}/{path}/more"),
                16 => format!("{host}/{}", path.to_uppercase()),
                _ => format!("{host}/org/sub"),
            };
            // Only one key may count for a host by its scheme: of several, containers/image takes any.
            let has_scheme = key.contains("://") && auths.keys().any(|other: &String| other.contains("://"));
            if has_scheme {
                continue;
            }
            let name = format!("u{user}");
            let encode = |text: &str| STANDARD.encode(text);
            let encoded = encode(&format!("{name}:password"));
            let value = match random.below(20) {
                0 => json!({}),
                1 => json!({"auth": ""}),
                2 => json!({"username": name, "password": "password"}),
                3 => json!({"auth": encode(&name)}),
                4 => json!({"auth": encoded.trim_end_matches('=')}),
                5 => json!({"Auth": encoded}),
                6 => json!({"auth": format!("{}\r\n{}", &encoded[..5], &encoded[5..])}),
                7 => json!({"auth": encoded, "username": "other", "password": "other"}),
                8 => json!({"auth": encode(":password")}),
                9 => json!({"auth": encode(":")}),
                10 => json!({"auth": encode(&format!("{name}:password\0\0"))}),
                11 => Value::Null,
                12 => json!({"identitytoken": "token"}),
                13 => json!({"auth": format!(" {encoded}")}),
                _ => json!({"auth": encoded}),
            };
            users.insert(key.clone(), name);
            auths.insert(key, value);
        }
        let file = json!({"auths": auths});
        write_files(
            directory,
            &[("auth.json", file.to_string()), ("registries.conf", conf)],
        );
        let theirs = user_that_asked(&registry, directory, &format!("{asked}:1"));
        let run = mirrorset_in(
            directory,
            &[
                "resolve",
                &format!("{asked}:1"),
                "--in=registries.conf",
                "--pull-secret=auth.json",
                "--output-format=json-lines",
            ],
        );
        let line: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let credentials = &line["candidates"][0]["pull_sources"][0]["credentials"];
        let key = credentials["key"]
            .as_str()
            .filter(|_| credentials["status"] == "sent");
        let ours = key.map(|key| users[key].clone());
        let agrees = match &theirs {
            Ok(user) => *user == ours,
            // The value of the key is not base64.
            Err(_) => credentials["status"] == "none" && credentials["key"].is_string(),
        };
        if agrees {
            agreed += 1;
        } else {
            println!("{case}: {asked}, {image}: {file}: {theirs:?}, not {credentials}");
        }
    }
    println!("{agreed} of {count} agree with skopeo");
    assert_eq!(agreed, count);
}

/// An OCI layout with one image, and a list of it if `is_list`. The digest of what is copied.
fn write_image(directory: &Path, index: usize, is_list: bool) -> String {
    use sha2::{Digest as _, Sha256};
    let blobs = directory.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let blob = |content: &str| {
        let digest = Sha256::digest(content.as_bytes())
            .iter()
            .fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
        std::fs::write(blobs.join(&digest), content).unwrap();
        (format!("sha256:{digest}"), content.len())
    };
    let config = json!({"architecture": "amd64", "os": "linux", "number": index, "rootfs": {"type": "layers", "diff_ids": []}});
    let (config_digest, config_size) = blob(&config.to_string());
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": config_size},
        "layers": [],
    });
    let (mut digest, mut size) = blob(&manifest.to_string());
    let mut media_type = "application/vnd.oci.image.manifest.v1+json";
    if is_list {
        let list = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [{"mediaType": media_type, "digest": digest, "size": size,
                "platform": {"architecture": "amd64", "os": "linux"}}],
        });
        (digest, size) = blob(&list.to_string());
        media_type = "application/vnd.oci.image.index.v1+json";
    }
    let index = json!({
        "schemaVersion": 2,
        "manifests": [{"mediaType": media_type, "digest": digest, "size": size,
            "annotations": {"org.opencontainers.image.ref.name": "image"}}],
    });
    std::fs::write(directory.join("index.json"), index.to_string()).unwrap();
    std::fs::write(directory.join("oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).unwrap();
    digest
}

#[test]
fn mirrors_that_skopeo_fills_serve_every_pull_by_digest() {
    if requested().is_none() {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path();
    let mut source = Registry::start(directory, "source", None);
    let mirror = Registry::start(directory, "mirror", None);
    let second = Registry::start(directory, "second", None);
    let (from, to, second) = (
        format!("127.0.0.1:{}", source.port),
        format!("127.0.0.1:{}", mirror.port),
        format!("localhost:{}", second.port),
    );
    let mut images = String::new();
    for index in 0..20 {
        let layout = directory.join(format!("layout-{index}"));
        let digest = write_image(&layout, index, index % 3 == 0);
        let path = [
            "org/app",
            "org/sub/app",
            "other/app",
            "deep/a/b/c",
            "org/sub/nested/app",
        ][index % 5];
        let name = format!("{from}/{path}-{index}");
        let layout = format!("oci:{}:image", layout.display());
        let destination = format!("docker://{name}:v1");
        let arguments = [
            "copy",
            "--all",
            "--preserve-digests",
            "--dest-tls-verify=false",
            "--insecure-policy",
        ];
        let output = skopeo(directory, &[&arguments[..], &[&layout, &destination]].concat());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let tag = if index % 2 == 0 { ":v1" } else { "" };
        let _ = writeln!(images, "{name}{tag}@{digest}");
    }
    let manifest = format!(
        "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: a}}
spec:
  imageDigestMirrors:
  - {{source: '{from}', mirrors: ['{to}/all']}}
  - {{source: '{from}/org', mirrors: ['{to}/org-1', '{second}/org-2']}}
  - {{source: '{from}/org/sub', mirrors: ['{second}', '{to}/all/org/sub']}}
  - {{source: '{from}/deep/a/b/c-3', mirrors: ['{to}/renamed', '{second}/deep/renamed']}}
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata: {{name: t}}
spec:
  imageTagMirrors:
  - {{source: '{from}/other', mirrors: ['{to}/by-tag']}}
---
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: b}}
spec:
  imageDigestMirrors:
  - {{source: '{from}/other', mirrors: ['{to}/other']}}
---
apiVersion: config.openshift.io/v1
kind: Image
metadata: {{name: cluster}}
spec:
  registrySources:
    insecureRegistries: ['{from}', '{to}', '{second}']
"
    );
    write_files(directory, &[("m.yaml", manifest), ("images.txt", images.clone())]);
    let convert = |more: &[&str]| {
        let run = mirrorset_in(directory, &[&["convert", "m.yaml", "--no-notes"], more].concat());
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout
    };
    let commands = convert(&["--to=skopeo-copy", "--images=images.txt"]);
    write_files(
        directory,
        &[("registries.conf", convert(&["--to=registries-conf"]))],
    );
    for command in commands.lines() {
        let words = shlex::split(command).unwrap();
        let words: Vec<&str> = words
            .iter()
            .skip(1)
            .map(String::as_str)
            .chain(["--insecure-policy"])
            .collect();
        let output = skopeo(directory, &words);
        assert!(
            output.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    source.stop();
    let run = mirrorset_in(
        directory,
        &[
            "resolve",
            "--in=m.yaml",
            "--file=images.txt",
            "--output-format=json-lines",
        ],
    );
    let mut served = 0;
    for line in run.stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let sources = line["candidates"][0]["pull_sources"].as_array().unwrap();
        // The last one is the source.
        for place in &sources[..sources.len() - 1] {
            let image = format!("docker://{}", place["reference"].as_str().unwrap());
            let output = skopeo(directory, &["inspect", "--raw", "--tls-verify=false", &image]);
            assert!(
                output.status.success(),
                "{image}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            served += 1;
        }
    }
    let conf = directory.join("registries.conf");
    let mut pulled = 0;
    for image in images.lines() {
        // CRI-O drops the tag.
        let (name, digest) = image.split_once('@').unwrap();
        let name = name.strip_suffix(":v1").unwrap_or(name);
        let image = format!("docker://{name}@{digest}");
        let conf = format!("--registries-conf={}", conf.display());
        let to = format!("dir:{}", directory.join(format!("pulled-{pulled}")).display());
        let output = skopeo(
            directory,
            &[&conf, "--insecure-policy", "copy", "--all", &image, &to],
        );
        assert!(
            output.status.success(),
            "{image}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        pulled += 1;
    }
    println!(
        "{} copies, {served} places that have the images, {pulled} pulls by digest without the source",
        commands.lines().count()
    );
    assert_eq!(served, commands.lines().count());
    assert_eq!(pulled, 20);
}
