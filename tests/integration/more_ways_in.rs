//! More ways in: what `oc adm must-gather` writes, clusters of Azure Red Hat OpenShift in Terraform, and the configuration of
//! CRI-O's credential provider.

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
