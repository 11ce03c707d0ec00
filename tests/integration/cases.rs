//! Situations that users reported of other linters, one directory each in `fixtures/cases`: what is said of each, in full or
//! in part.

use crate::support::program::{Run, fixture, mirrorset_in};

/// A case: the arguments, and what is reported.
struct Case {
    directory: &'static str,
    arguments: &'static str,
    status: i32,
    /// The findings: severity, rule, and the beginning of the message with the address.
    findings: &'static [&'static str],
    /// The end of the summary line.
    summary: &'static str,
}

const CASES: &[Case] = &[
    Case {
        directory: "clean-in-refused-manifest",
        arguments: ".",
        status: 1,
        findings: &["error[invalid-manifest] ImageDigestMirrorSet/fbc-mirror-set: apiVersion is"],
        summary: "1 mirror in 1 manifest: 0 clean, 1 with findings, 0 undecided",
    },
    Case {
        directory: "file-outside-tree",
        arguments: "live/prod",
        status: 1,
        findings: &[
            "error[short-source] module.x.rhcs_image_mirror.m: source \"nginx\" has no registry host",
            "info[provider-version] modules/x: the module does not declare the source",
        ],
        summary: "1 mirror in 1 root module: 0 clean, 1 with findings, 0 undecided",
    },
    Case {
        directory: "manifest-names",
        arguments: ".",
        status: 1,
        findings: &[
            "error[invalid-manifest] ImageContentSourcePolicy/olm/operators: the API server rejects the name",
            "error[invalid-manifest] ImageDigestMirrorSet/Team_Mirrors: the API server rejects the name",
            "error[invalid-manifest] ImageDigestMirrorSet: metadata.name is missing",
            "error[invalid-manifest] ImageDigestMirrorSet#2: metadata.name is a number",
        ],
        summary: "4 mirrors in 4 manifests: 0 clean, 4 with findings, 0 undecided",
    },
    // Terraform 1.12 and later do not look at the operand that fails.
    Case {
        directory: "short-circuit",
        arguments: ".",
        status: 0,
        findings: &["info[provider-version] .: the module does not declare the source"],
        summary: "0 mirrors in 1 root module: 0 clean, 0 with findings, 0 undecided; 1 block without instances",
    },
    // Only OpenTofu accepts `enabled`, so that it evaluates.
    Case {
        directory: "tofu-enabled",
        arguments: ".",
        status: 0,
        findings: &[
            "info[provider-version] .: the module does not declare the source",
            "info[provider-version] m: the module does not declare the source",
        ],
        summary: "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided; 2 blocks without instances",
    },
    Case {
        directory: "tofu-enabled",
        arguments: ". --engine terraform",
        status: 1,
        findings: &[
            "error[unsupported-argument] module.off: `lifecycle { enabled = … }`: exists in OpenTofu since 1.11; \
             Terraform has none",
            "error[unsupported-argument] module.on: `lifecycle { enabled = … }`",
            "error[unsupported-argument] rhcs_image_mirror.off: `lifecycle { enabled = … }`",
            "error[short-source] module.off.rhcs_image_mirror.m",
            "error[short-source] rhcs_image_mirror.off",
            "info[provider-version] .",
            "info[provider-version] m",
        ],
        summary: "",
    },
    // `convert` is new in OpenTofu 1.13, the first version that accepts the whole.
    Case {
        directory: "tofu-functions",
        arguments: ".",
        status: 1,
        findings: &[
            "error[short-source] rhcs_image_mirror.last: source \"redis\" has no registry host",
            "info[provider-version] .: the module does not declare the source",
        ],
        summary: "4 mirrors in 1 root module: 3 clean, 1 with findings, 0 undecided",
    },
    Case {
        directory: "module-not-installed",
        arguments: ".",
        status: 1,
        findings: &[
            "info[skipped-input] module.mirrors: the module is not installed, so nothing in it is checked",
            "info[skipped-input] module.registry: the module is not installed, so nothing in it is checked",
            "warning[skipped-input] module.forgot_the_dot: the source is taken for an address in a registry",
            "info[provider-version] modules/mirrors: the module does not declare the source",
        ],
        summary: "3 skipped (module not installed: 2, invalid module source: 1)",
    },
    Case {
        directory: "module-not-installed",
        arguments: ". --strict",
        status: 1,
        findings: &[
            "error[skipped-input] module.mirrors: the module is not installed, so nothing in it is checked",
            "error[skipped-input] module.registry: the module is not installed, so nothing in it is checked",
            "error[skipped-input] module.forgot_the_dot: the source is taken for an address in a registry",
            "info[provider-version] modules/mirrors: the module does not declare the source",
        ],
        summary: "3 skipped (module not installed: 2, invalid module source: 1)",
    },
    Case {
        directory: "official-module-version",
        arguments: ".",
        status: 1,
        findings: &[
            "error[provider-version] module.rosa_hcp: \"1.7.0\" excludes all releases of the module that have",
            "error[provider-version] module.old: \"~> 1.6.9\" excludes all releases of the module that have",
        ],
        summary: "2 mirrors in 1 root module: 2 clean, 0 with findings, 0 undecided",
    },
    Case {
        directory: "provider-declaration/no-source",
        arguments: ".",
        status: 0,
        findings: &["info[provider-version] .: the module does not declare the source of the rhcs provider"],
        summary: "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided",
    },
    Case {
        directory: "provider-declaration/old-string",
        arguments: ".",
        status: 1,
        findings: &[
            "error[provider-version] .: the module does not declare the source of the rhcs provider",
            "error[provider-version] .: \"~> 1.6.0\" excludes all provider versions that support image mirrors",
        ],
        summary: "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided",
    },
    Case {
        directory: "provider-declaration/version-in-provider",
        arguments: ".",
        status: 1,
        findings: &["error[provider-version] .: \"~> 1.6.0\" excludes all provider versions that support"],
        summary: "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided",
    },
    Case {
        directory: "tfvars-by-name",
        arguments: "terraform.tfvars",
        status: 1,
        findings: &[
            "info[provider-version] .: the module does not declare the source of the rhcs provider",
            "error[short-source] rhcs_image_mirror.m: source \"nginx\" has no registry host",
        ],
        summary: "1 mirror in 1 root module: 0 clean, 1 with findings, 0 undecided",
    },
    Case {
        directory: "tfvars-by-name",
        arguments: "terragrunt.hcl",
        status: 0,
        findings: &[],
        summary: "1 skipped (of another kind: 1)",
    },
    Case {
        directory: "workspace",
        arguments: ".",
        status: 1,
        findings: &["error[short-source] rhcs_image_mirror.m: source \"nginx\" has no registry host"],
        summary: "1 mirror in 1 root module: 0 clean, 1 with findings, 0 undecided",
    },
    Case {
        directory: "workspace",
        arguments: ". --workspace default",
        status: 0,
        findings: &[],
        summary: "1 mirror in 1 root module: 1 clean, 0 with findings, 0 undecided",
    },
    Case {
        directory: "wrapped-manifests",
        arguments: ".",
        status: 1,
        findings: &[
            "error[short-source] ImageDigestMirrorSet/idms#2[0]: source \"nginx\" has no registry host",
            "error[unrewritable-mirror] ImageDigestMirrorSet/idms#2[0]: mirror \"mirror/nginx\" has no registry host",
            "error[unrewritable-mirror] ImageDigestMirrorSet/idms#3[0]: mirror \"mirror/acme\" has no registry host",
            "info[unknown-value] ImageDigestMirrorSet/idms#4[0]: mirrors[0] is unknown: parameter MIRROR has no value",
        ],
        summary: "4 mirrors in 4 manifests: 1 clean, 2 with findings, 1 undecided (parameter MIRROR has no value)",
    },
    Case {
        directory: "yaml-merge-key",
        arguments: ".",
        status: 0,
        findings: &[],
        summary: "3 mirrors in 1 manifest: 3 clean, 0 with findings, 0 undecided",
    },
];

/// The findings without the places.
fn findings(run: &Run) -> Vec<String> {
    let lines = run.stdout.lines().map(|line| {
        let severities = [": error[", ": warning[", ": info["];
        let start = severities.iter().find_map(|severity| line.find(severity));
        start.map_or(line, |start| &line[start + 2..]).to_owned()
    });
    lines.collect()
}

#[test]
fn each_case_is_reported() {
    for case in CASES {
        let directory = fixture("cases").join(case.directory);
        // The root keeps the modules of other cases out of the tree.
        let root = format!("--project-root={}", directory.display());
        let mut arguments = vec!["check", "--output-format", "concise", root.as_str()];
        arguments.extend(case.arguments.split(' '));
        let run = mirrorset_in(&directory, &arguments);
        let label = format!(
            "{} {}: {}{}",
            case.directory, case.arguments, run.stdout, run.stderr
        );
        let found = findings(&run);
        assert_eq!(found.len(), case.findings.len(), "{label}");
        for expected in case.findings {
            assert!(
                found.iter().any(|finding| finding.starts_with(expected)),
                "{label}\n{expected}"
            );
        }
        assert!(run.stderr.trim_end().ends_with(case.summary), "{label}");
        assert_eq!(run.status, case.status, "{label}");
    }
}

#[test]
fn an_entry_that_a_merge_key_adds_is_converted() {
    let run = mirrorset_in(&fixture("cases/yaml-merge-key"), &["convert", ".", "--no-notes"]);
    assert_eq!(run.status, 0);
    assert!(
        run.stdout
            .ends_with("  - mirrors:\n    - mirror.example.com/acme\n    source: quay.io/c\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_plan_after_other_text_is_a_plan_also_in_a_directory() {
    let run = mirrorset_in(&fixture("cases/terraform-wrapper"), &["check", "."]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    assert!(
        run.stdout.ends_with("2 skipped (plan that is not named: 2)\n"),
        "{}",
        run.stdout
    );
}
