//! `convert` to what fills mirrors: each image to each location where nodes look for it.
//!
//! `skopeo.rs` runs the commands of `--to skopeo-copy` with the real skopeo.

use insta::assert_snapshot;

use crate::support::program::{Run, mirrorset_in, scratch};

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const MIRRORS: &str = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: quay.io
    mirrors: [mirror.example.com:8443/quay, backup.example.com/quay]
  - source: quay.io/org
    mirrors: [mirror.example.com:8443/org]
  - source: ghcr.io
    mirrors: [blocked.example.com]
---
apiVersion: config.openshift.io/v1
kind: ImageTagMirrorSet
metadata: {name: t}
spec:
  imageTagMirrors:
  - source: registry.redhat.io
    mirrors: [mirror.example.com:8443/rh]
---
apiVersion: config.openshift.io/v1
kind: Image
metadata: {name: cluster}
spec:
  registrySources:
    insecureRegistries: [backup.example.com]
    blockedRegistries: [blocked.example.com]
";

fn convert(images: &str, target: &str) -> Run {
    let directory = scratch(&[("m.yaml", MIRRORS), ("images.txt", images)]);
    let arguments = [
        "convert",
        "m.yaml",
        "--images=images.txt",
        "--no-notes",
        "--to",
        target,
    ];
    mirrorset_in(directory.path(), &arguments)
}

fn images() -> String {
    format!("quay.io/org/app:v1@{A}\nquay.io/other/app@{A}\n")
}

#[test]
fn skopeo_copies_each_image_to_each_mirror_of_its_longest_match() {
    let run = convert(&images(), "skopeo-copy");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    let lines = run.stdout.replace(A, "sha256:A");
    assert_snapshot!(lines, @r"
    skopeo copy --all --preserve-digests docker://quay.io/org/app@sha256:A docker://mirror.example.com:8443/org/app:v1
    skopeo copy --all --preserve-digests docker://quay.io/other/app@sha256:A docker://mirror.example.com:8443/quay/other/app@sha256:A
    skopeo copy --all --preserve-digests --dest-tls-verify=false docker://quay.io/other/app@sha256:A docker://backup.example.com/quay/other/app@sha256:A
    ");
}

#[test]
fn oc_image_mirror_has_a_line_for_each_copy() {
    let run = convert(&images(), "oc-image-mirror");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout.replace(A, "sha256:A"), @r"
    quay.io/org/app@sha256:A=mirror.example.com:8443/org/app:v1
    quay.io/other/app@sha256:A=mirror.example.com:8443/quay/other/app
    quay.io/other/app@sha256:A=backup.example.com/quay/other/app
    ");
}

#[test]
fn oc_mirror_has_a_configuration_for_each_registry() {
    let run = convert(&images(), "oc-mirror");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout.replace(A, "sha256:A"), @r"
    apiVersion: mirror.openshift.io/v2alpha1
    kind: ImageSetConfiguration
    mirror:
      additionalImages:
      - name: quay.io/other/app@sha256:A
        targetRepo: quay/other/app
    ---
    apiVersion: mirror.openshift.io/v2alpha1
    kind: ImageSetConfiguration
    mirror:
      additionalImages:
      - name: quay.io/org/app@sha256:A
        targetRepo: org/app
        targetTag: v1
      - name: quay.io/other/app@sha256:A
        targetRepo: quay/other/app
    ");
}

#[test]
fn regsync_has_a_step_for_each_copy() {
    let run = convert(&images(), "regsync");
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert_snapshot!(run.stdout.replace(A, "sha256:A"), @r"
    version: 1
    creds:
    - registry: backup.example.com
      tls: insecure
    sync:
    - source: quay.io/org/app@sha256:A
      target: mirror.example.com:8443/org/app:v1
      type: image
    - source: quay.io/other/app@sha256:A
      target: mirror.example.com:8443/quay/other/app@sha256:A
      type: image
    - source: quay.io/other/app@sha256:A
      target: backup.example.com/quay/other/app@sha256:A
      type: image
    ");
}

#[test]
fn what_is_not_copied_is_named_with_the_reason() {
    let images = format!(
        "quay.io/org/app:v1\ndocker.io/library/nginx@{A}\nghcr.io/a/b@{A}\nregistry.redhat.io/ubi9@{A}\n$(touch x)\n"
    );
    let run = convert(&images, "skopeo-copy");
    assert_eq!(run.status, 2, "a line is not an image");
    let run = convert(
        &images.replace("$(touch x)\n", "';touch${IFS}x;'\n"),
        "skopeo-copy",
    );
    assert_eq!((run.status, run.stdout.as_str()), (0, ""));
    let stderr = run.stderr.replace(A, "sha256:A");
    for (image, reason) in [
        (
            "quay.io/org/app:v1",
            "it has no digest, and a tag does not tell which image nodes pull",
        ),
        ("docker.io/library/nginx@sha256:A", "no source matches it"),
        (
            "ghcr.io/a/b@sha256:A",
            "its mirrors are blocked, so that no node asks them",
        ),
        (
            "registry.redhat.io/ubi9@sha256:A",
            "no mirror of its source serves pulls by digest",
        ),
        ("';touch${IFS}x;'", "invalid image reference"),
    ] {
        let message = format!("{image}: not copied: {reason}");
        assert!(stderr.contains(&message), "{message}: {stderr}");
    }
    let strict = scratch(&[
        ("m.yaml", MIRRORS),
        ("images.txt", &images.replace("$(touch x)\n", "")),
    ]);
    let arguments = [
        "convert",
        "m.yaml",
        "--images=images.txt",
        "--to=skopeo-copy",
        "--strict",
    ];
    assert_eq!(mirrorset_in(strict.path(), &arguments).status, 1);
}

#[test]
fn notes_say_how_to_reach_insecure_registries() {
    let directory = scratch(&[("m.yaml", MIRRORS), ("images.txt", &images())]);
    for (target, line) in [
        (
            "oc-mirror",
            "# oc mirror --v2 -c FILE --workspace file://DIRECTORY --dest-tls-verify=false docker://backup.example.com",
        ),
        (
            "oc-mirror",
            "# oc mirror --v2 -c FILE --workspace file://DIRECTORY docker://mirror.example.com:8443",
        ),
        (
            "oc-image-mirror",
            "# oc image mirror -f FILE --keep-manifest-list=true --filter-by-os='.*' --insecure=true",
        ),
        ("regsync", "# `tls: disabled` for a registry without TLS"),
    ] {
        let run = mirrorset_in(
            directory.path(),
            &["convert", "m.yaml", "--images=images.txt", "--to", target],
        );
        assert!(run.stdout.lines().any(|other| other == line), "{}", run.stdout);
    }
}

/// Nodes do not pull what the policy of the cluster rejects, whatever mirrors have it.
#[test]
fn images_that_the_policy_rejects_are_not_copied() {
    let denied = MIRRORS.replace("[blocked.example.com]", "[blocked.example.com, quay.io/org]");
    let allowed = MIRRORS.replace(
        "blockedRegistries: [blocked.example.com]",
        "allowedRegistries: [quay.io/other]",
    );
    for manifests in [denied, allowed] {
        let directory = scratch(&[("m.yaml", &manifests), ("images.txt", &images())]);
        let arguments = ["convert", "m.yaml", "--images=images.txt", "--to=skopeo-copy"];
        let run = mirrorset_in(directory.path(), &arguments);
        assert!(!run.stdout.contains("quay.io/org/app") && run.stdout.contains("quay.io/other/app"));
        let message = format!("quay.io/org/app:v1@{A}: not copied: the policy of the cluster rejects it");
        assert!(run.stderr.contains(&message), "{}", run.stderr);
    }
}

/// Two images may be one repository at a mirror. A tag that moves would leave the first one without a tag.
#[test]
fn a_tag_at_a_mirror_stands_for_one_image() {
    let images = format!(
        "quay.io/x/app:v1@{A}\nghcr.io/x/app:v1@{B}\nghcr.io/x/app:v2@{B}\nquay.io/x/app:v1@{A}\n",
        B = A.replace("aa", "bb")
    );
    let mirrors = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - {source: quay.io, mirrors: [m.example.com]}
  - {source: ghcr.io, mirrors: [m.example.com]}
";
    let directory = scratch(&[("m.yaml", mirrors), ("images.txt", &images)]);
    let arguments = [
        "convert",
        "m.yaml",
        "--images=images.txt",
        "--no-notes",
        "--to=skopeo-copy",
    ];
    let run = mirrorset_in(directory.path(), &arguments);
    let shorten = |text: &str| {
        text.replace(A, "sha256:A")
            .replace(&A.replace("aa", "bb"), "sha256:B")
    };
    assert_snapshot!(shorten(&run.stdout), @r"
    skopeo copy --all --preserve-digests docker://quay.io/x/app@sha256:A docker://m.example.com/x/app:v1
    skopeo copy --all --preserve-digests docker://ghcr.io/x/app@sha256:B docker://m.example.com/x/app:v2
    ");
    let message = "ghcr.io/x/app:v1@sha256:B: copied without a tag: another image has the tag \"v1\" at m.example.com/x/app";
    assert!(shorten(&run.stderr).contains(message), "{}", run.stderr);
}

#[test]
fn images_are_required_and_have_no_effect_elsewhere() {
    let directory = scratch(&[("m.yaml", MIRRORS), ("images.txt", &images())]);
    let run = mirrorset_in(directory.path(), &["convert", "m.yaml", "--to=regsync"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("name a file with `--images FILE`"),
        "{}",
        run.stderr
    );
    let run = mirrorset_in(directory.path(), &["convert", "m.yaml", "--images=images.txt"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr
            .contains("`--images` requires `--to skopeo-copy` or `--to oc-mirror`"),
        "{}",
        run.stderr
    );
}

/// A line of a shell is a command and its arguments, whatever the names are.
#[test]
fn a_hostile_name_stays_in_its_argument() {
    let hostile = MIRRORS.replace("mirror.example.com:8443/org", "\"m.io/$(id)\"");
    let directory = scratch(&[("m.yaml", &hostile), ("images.txt", &images())]);
    let arguments = [
        "convert",
        "m.yaml",
        "--images=images.txt",
        "--to=skopeo-copy",
        "--skip-unresolved",
    ];
    let run = mirrorset_in(directory.path(), &arguments);
    for line in run.stdout.lines() {
        let words = shlex::split(line).unwrap();
        assert_eq!(words[..2], ["skopeo", "copy"]);
        assert!(!line.contains("$(id)") || words.iter().any(|word| word.contains("$(id)")));
    }
}
