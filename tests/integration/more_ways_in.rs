//! More ways in: what `oc adm must-gather` writes, clusters of Azure Red Hat OpenShift in Terraform, the configuration of
//! CRI-O's credential provider, and policies for signatures.

use serde_json::{Value, json};

use crate::support::program::{findings, mirrorset_in, scratch};

const IDMS: &str = "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: quay.io/org
    mirrors: [m.example.com/org]
";

#[test]
fn the_objects_of_a_must_gather_belong_to_one_cluster() {
    let root = "must-gather.local.1/quay-io-sha256-a/cluster-scoped-resources/config.openshift.io";
    let itms = IDMS
        .replace("ImageDigest", "ImageTag")
        .replace("imageDigest", "imageTag");
    let image = "apiVersion: config.openshift.io/v1\nkind: Image\nmetadata: {name: cluster}\nspec:\n  registrySources: {insecureRegistries: [m.example.com]}\n";
    let directory = scratch(&[
        (&format!("{root}/imagedigestmirrorsets/a.yaml"), IDMS),
        (&format!("{root}/imagetagmirrorsets/a.yaml"), &itms),
        (&format!("{root}/images/cluster.yaml"), image),
    ]);
    let run = mirrorset_in(
        directory.path(),
        &["resolve", "quay.io/org/app:1", "--in", "must-gather.local.1"],
    );
    assert_eq!(run.status, 0, "{}", run.stderr);
    let by_tag = "  by digest and by tag:\n    1. m.example.com/org/app (insecure)\n    2. quay.io/org/app (the source)\n";
    assert!(run.stdout.ends_with(by_tag), "{}", run.stdout);
}

const AZURE: &str = r#"
variable "mirror" {
  default = "m.example.com/org"
}

resource "azapi_resource" "cluster" {
  type      = "Microsoft.RedHatOpenShift/hcpOpenShiftClusters@2025-12-23-preview"
  name      = "prod"
  parent_id = "/subscriptions/a/resourceGroups/b"
  body = BODY
}

resource "azapi_resource" "other" {
  type = "Microsoft.Network/virtualNetworks@2024-01-01"
  name = "net"
  body = { properties = { addressSpace = { addressPrefixes = ["10.0.0.0/8"] } } }
}
"#;

const BODY: &str = r#"{
    properties = {
      version = { id = "4.20" }
      imageDigestMirrors = [
        { source = "nginx", mirrors = [var.mirror] },
      ]
    }
  }"#;

#[test]
fn a_hosted_cluster_of_azure_is_read_from_its_body() {
    for body in [BODY.to_owned(), format!("jsonencode({BODY})")] {
        let configuration = AZURE.replace("BODY", &body);
        let directory = scratch(&[("main.tf", &configuration)]);
        let run = mirrorset_in(directory.path(), &["check", "--output-format=json"]);
        let found = findings(&run, directory.path());
        let address = "hcpOpenShiftCluster[0] in azapi_resource.cluster".to_owned();
        assert_eq!(
            found,
            [("short-source".to_owned(), address, "\"nginx\"".to_owned())],
            "{body}: {}",
            run.stderr
        );
    }
}

#[test]
fn a_credential_provider_serves_mirrors_with_secrets_of_the_namespace() {
    let provider = "apiVersion: config.openshift.io/v1
kind: CRIOCredentialProviderConfig
metadata: {name: cluster}
spec:
  matchImages: ['*.io']
";
    let directory = scratch(&[
        ("idms.yaml", IDMS),
        ("provider.yaml", provider),
        ("pull-secret.json", "{\"auths\": {}}"),
    ]);
    let check = |paths: &[&str]| {
        let arguments = [
            "check",
            "--pull-secret=pull-secret.json",
            "--output-format=concise",
        ];
        let run = mirrorset_in(directory.path(), &[&arguments, paths].concat());
        assert!(run.status < 2, "{}{}", run.stdout, run.stderr);
        run.stdout
    };
    std::fs::create_dir(directory.path().join("alone")).unwrap();
    std::fs::write(directory.path().join("alone/idms.yaml"), IDMS).unwrap();
    assert!(check(&["alone"]).contains("warning[mirror-without-credentials]"));
    let found = check(&["idms.yaml", "provider.yaml"]);
    assert!(found.contains("info[mirror-without-credentials]"), "{found}");
}

const POLICIES: &str = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: mirrors}
spec:
  imageDigestMirrors:
  - {source: quay.io/team, mirrors: [mirror.example.com/team]}
  - {source: ghcr.io, mirrors: [mirror.example.com/ghcr]}
---
apiVersion: config.openshift.io/v1
kind: ClusterImagePolicy
metadata: {name: team}
spec:
  scopes: [quay.io, 'quay.io/team/one:v1']
  policy:
    rootOfTrust: {policyType: PublicKey, publicKey: {keyData: c2VjcmV0}}
    signedIdentity:
      matchPolicy: RemapIdentity
      remapIdentity: {prefix: quay.io/team, signedPrefix: signed.example.com}
---
apiVersion: config.openshift.io/v1
kind: ImagePolicy
metadata: {name: apps, namespace: shop}
spec:
  scopes: [ghcr.io/shop, quay.io/team/shop]
  policy:
    rootOfTrust: {policyType: PublicKey, publicKey: {keyData: c2VjcmV0}}
    signedIdentity: {matchPolicy: ExactRepository, exactRepository: {repository: vendor.example.com/app}}
";

/// Nodes look for a policy by the name in the pod. A scope of a namespace in one for all pods has no effect.
#[test]
fn resolve_says_as_what_an_image_has_to_be_signed() {
    let directory = scratch(&[("m.yaml", POLICIES)]);
    let signed = |image: &str| -> Value {
        let arguments = ["resolve", image, "--in=m.yaml", "--output-format=json-lines"];
        let run = mirrorset_in(directory.path(), &arguments);
        let line: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        line["candidates"][0]["signature_policies"].clone()
    };
    let team = |scope: &str, name: &str| json!([{"policy": "ClusterImagePolicy/team", "scope": scope, "signed_name": name}]);
    assert_eq!(
        signed("quay.io/team/app:1"),
        team("quay.io", "signed.example.com/app")
    );
    assert_eq!(
        signed("quay.io/team/one:v1"),
        team("quay.io/team/one:v1", "signed.example.com/one")
    );
    assert_eq!(signed("quay.io/teams:1"), team("quay.io", "quay.io/teams"));
    assert_eq!(
        signed("quay.io/team/shop"),
        team("quay.io", "signed.example.com/shop")
    );
    assert_eq!(
        signed("ghcr.io/shop/cart"),
        json!([{"policy": "ImagePolicy/apps", "namespace": "shop", "scope": "ghcr.io/shop", "signed_name": "vendor.example.com/app"}])
    );
    assert_eq!(signed("mirror.example.com/team/app"), Value::Null);
    let run = mirrorset_in(directory.path(), &["resolve", "ghcr.io/shop/cart", "--in=m.yaml"]);
    let line = "has to be signed as vendor.example.com/app at each place for pods in shop: ImagePolicy/apps (scope ghcr.io/shop)";
    assert!(run.stdout.contains(line), "{}", run.stdout);
}

#[test]
fn a_policy_for_a_mirror_is_reported() {
    let check = |old: &str, new: &str| {
        let directory = scratch(&[("m.yaml", &POLICIES.replace(old, new))]);
        let arguments = ["check", "m.yaml", "--output-format=concise"];
        mirrorset_in(directory.path(), &arguments).stdout
    };
    assert_eq!(check("", ""), "");
    // The source is covered by the other scope.
    assert_eq!(check("[quay.io,", "[quay.io, mirror.example.com/team,"), "");
    let scope = check(
        "[quay.io, 'quay.io/team/one:v1']",
        "['mirror.example.com/team/app:v1']",
    );
    assert!(
        scope.contains("m.yaml:14:12: warning[image-policy-on-mirror]"),
        "{scope}"
    );
    let prefix = check("prefix: quay.io/team", "prefix: 'mirror.example.com'");
    assert!(
        prefix.contains("m.yaml:19:31: warning[image-policy-on-mirror]"),
        "{prefix}"
    );
    let typo = check("scopes: [quay.io,", "scope: [quay.io,");
    assert!(typo.contains("error[invalid-manifest]"), "{typo}");
    // Other projects have an `ImagePolicy` as well.
    let other = check(
        "config.openshift.io/v1\nkind: ImagePolicy",
        "image.toolkit.fluxcd.io/v1\nkind: ImagePolicy",
    );
    assert_eq!(other, "");
}
