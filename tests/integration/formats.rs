//! The output formats of `check`: where they go, and whether the schemas of their readers accept them, for every fixture
//! and for hostile inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::hostile_output;
use crate::support::program::{
    Run, VERSIONS, fixture, mirrorset, mirrorset_in, mirrorset_with_environment, scratch,
};
use mirrorset::testing::output::check::FORMATS;
use mirrorset::testing::rules::RULES;

/// A mirror whose source has no registry, in a module that is called with it.
const SHORT_SOURCE: [(&str, &str); 3] = [
    VERSIONS,
    (
        "main.tf",
        "# é\nmodule \"nginx\" {\n  source = \"./nginx\"\n  image  = \"nginx\"\n}\n",
    ),
    (
        "nginx/main.tf",
        r#"variable "image" {}
resource "rhcs_image_mirror" "this" {
  cluster_id = "c"
  source     = var.image
  mirrors    = ["m.example.com/nginx"]
}
"#,
    ),
];

/// Checks a directory in all formats at once, and returns the directory with the documents, one for each format.
fn all_formats(directory: &Path) -> tempfile::TempDir {
    let documents = tempfile::tempdir().unwrap();
    let outputs = FORMATS.iter().map(|format| {
        let file = documents.path().join(format.name);
        format!("--output-format={}={}", format.name, file.display())
    });
    let mut arguments = vec!["check".to_owned(), "--isolated".to_owned()];
    arguments.extend(outputs);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = mirrorset_in(directory, &arguments);
    assert_eq!(run.stdout, "", "{}", run.stderr);
    assert!(run.stderr.contains(" with findings, "), "{}", run.stderr);
    documents
}

fn schema(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(fixture(&format!("schemas/{name}"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_valid(schema: &jsonschema::Validator, document: &Value) {
    let errors: Vec<String> = schema
        .iter_errors(document)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// The inputs that every format is tried with: all fixtures, and names that try to leave their place.
fn inputs() -> [(std::path::PathBuf, Option<tempfile::TempDir>); 2] {
    let hostile = hostile_output::inputs();
    [(fixture(""), None), (hostile.path().to_owned(), Some(hostile))]
}

#[test]
fn the_schemas_of_their_readers_accept_all_formats() {
    let (sarif, rdjson, gitlab) = (
        schema("sarif-2.1.0.json"),
        schema("rdjson.json"),
        schema("gitlab.json"),
    );
    let report =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.schema.json"));
    let report = jsonschema::validator_for(&serde_json::from_str(&report.unwrap()).unwrap()).unwrap();
    for (directory, _guard) in inputs() {
        let documents = all_formats(&directory);
        let path = |format: &str| documents.path().join(format);
        let log = read_json(&path("sarif"));
        assert_valid(&sarif, &log);
        assert_ingestible(&log);
        assert_valid(&rdjson, &read_json(&path("rdjson")));
        assert_valid(&report, &read_json(&path("json")));
        let issues = read_json(&path("gitlab"));
        for issue in issues.as_array().unwrap() {
            assert_valid(&gitlab, issue);
            let severity = issue["severity"].as_str().unwrap();
            assert!(
                ["blocker", "critical", "minor", "info"].contains(&severity),
                "{issue}"
            );
        }
        let fingerprints = issues
            .as_array()
            .unwrap()
            .iter()
            .map(|issue| issue["fingerprint"].as_str().unwrap());
        let count = fingerprints.clone().count();
        assert_eq!(fingerprints.collect::<BTreeSet<_>>().len(), count);
        for (format, schema) in [("junit", Some("junit-10.xsd")), ("checkstyle", None)] {
            let text = std::fs::read_to_string(path(format)).unwrap();
            roxmltree::Document::parse(&text).unwrap();
            if let Some(schema) = schema {
                assert_valid_xml(&path(format), &fixture(&format!("schemas/{schema}")));
            }
        }
    }
}

/// Validates a document with `xmllint`, if this machine has it.
fn assert_valid_xml(document: &Path, schema: &Path) {
    let mut command = std::process::Command::new("xmllint");
    match command
        .arg("--noout")
        .arg("--schema")
        .arg(schema)
        .arg(document)
        .output()
    {
        Ok(output) => assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(_) => println!("skipped: xmllint is not on the PATH"),
    }
}

/// The attributes of each element with this name, in the order of the document.
fn elements(document: &str, name: &str) -> Vec<BTreeMap<String, String>> {
    let document = roxmltree::Document::parse(document).unwrap();
    let named = document.descendants().filter(|node| node.has_tag_name(name));
    let attributes = |node: roxmltree::Node<'_, '_>| {
        let attributes = node.attributes();
        attributes
            .map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned()))
            .collect()
    };
    named.map(attributes).collect()
}

/// A directory with a clean, an undecided and a wrong mirror, and a path that does not exist, in a format.
fn verdicts(format: &str) -> Run {
    let directory = scratch(&[
        VERSIONS,
        (
            "main.tf",
            r#"resource "rhcs_image_mirror" "clean" {
  cluster_id = "c"
  source     = "quay.io/a"
  mirrors    = ["m.example.com/a"]
}
resource "rhcs_image_mirror" "open" {
  cluster_id = "c"
  source     = var.b
  mirrors    = ["m.example.com/b"]
}
variable "b" {}
resource "rhcs_image_mirror" "wrong" {
  cluster_id = "c"
  source     = "é|']#@nginx"
  mirrors    = ["m.example.com/c"]
}
"#,
        ),
    ]);
    mirrorset_in(
        directory.path(),
        &[
            "check",
            "--select=invalid-source,unknown-value",
            "--output-format",
            format,
            ".",
            "no-such-path",
        ],
    )
}

#[test]
fn junit_has_a_test_for_each_mirror_and_each_finding() {
    let document = verdicts("junit").stdout;
    let total = &elements(&document, "testsuites")[0];
    let counts = ["tests", "failures", "errors"].map(|name| total[name].as_str());
    assert_eq!(counts, ["5", "1", "1"], "{document}");
    let names: Vec<String> = elements(&document, "testcase")
        .iter()
        .map(|test| test["name"].clone())
        .collect();
    assert_eq!(
        names[..2],
        ["rhcs_image_mirror.clean", "rhcs_image_mirror.open"],
        "{document}"
    );
    assert_eq!(names[4], "read");
    let suites: Vec<String> = elements(&document, "testsuite")
        .iter()
        .map(|suite| suite["name"].clone())
        .collect();
    assert_eq!(suites, ["main.tf", "no-such-path"]);
    assert_eq!(elements(&document, "skipped").len(), 1);
    let failure = &elements(&document, "failure")[0];
    assert_eq!(failure["type"], "invalid-source");
    assert!(failure["message"].contains("é|']#@nginx"), "{document}");
}

#[test]
fn checkstyle_has_the_errors_of_each_file() {
    let document = verdicts("checkstyle").stdout;
    let files: Vec<String> = elements(&document, "file")
        .iter()
        .map(|file| file["name"].clone())
        .collect();
    assert_eq!(files, ["main.tf", "no-such-path"]);
    let errors = elements(&document, "error");
    let wrong = errors
        .iter()
        .find(|error| error["source"] == "mirrorset.invalid-source")
        .unwrap();
    let place = ["line", "column", "severity"].map(|name| wrong[name].as_str());
    assert_eq!(place, ["14", "16", "error"]);
}

#[test]
fn commands_of_azure_and_teamcity_end_where_they_should() {
    let document = verdicts("azure").stdout;
    let line = document
        .lines()
        .find(|line| line.contains("code=invalid-source"))
        .unwrap();
    let start = "##vso[task.logissue type=error;sourcepath=main.tf;linenumber=14;columnnumber=16;code=invalid-source;]";
    assert!(line.starts_with(start), "{line}");
    let document = verdicts("teamcity").stdout;
    let line = document.lines().find(|line| line.contains("|0x00E9")).unwrap();
    assert!(
        line.starts_with("##teamcity[inspection typeId='invalid-source' message='"),
        "{line}"
    );
    assert!(line.contains("|0x00E9|||'|]#@nginx"), "{line}");
    assert!(
        line.ends_with("' file='main.tf' line='14' SEVERITY='ERROR']"),
        "{line}"
    );
    for line in document.lines() {
        // Every quote and bracket inside of a message has a bar before it.
        let plain = line
            .replace("||", "")
            .replace("|'", "")
            .replace("|[", "")
            .replace("|]", "");
        assert_eq!(plain.matches(['[', ']']).count(), 2, "{line}");
        assert_eq!(plain.matches('\'').count() % 2, 0, "{line}");
    }
}

#[test]
fn rdjson_counts_columns_in_bytes_and_suggests_fixes() {
    let directory = scratch(&[
        VERSIONS,
        (
            "main.tf",
            "resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c\"\n  /* éé */ source = \"nginx\"\n  mirrors = [\"m.example.com/a\"]\n}\n",
        ),
    ]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format=rdjson"]);
    let result: Value = serde_json::from_str(&run.stdout).unwrap();
    let range = serde_json::json!({"start": {"line": 3, "column": 23}, "end": {"line": 3, "column": 30}});
    let diagnostic = &result["diagnostics"][0];
    assert_eq!(diagnostic["location"]["range"], range);
    let suggestion = serde_json::json!({"range": range, "text": "\"docker.io/library/nginx\""});
    assert_eq!(diagnostic["suggestions"], serde_json::json!([suggestion]));
}

#[test]
fn markdown_has_the_worst_findings_first_and_no_markup_of_an_input() {
    let page = verdicts("markdown").stdout;
    assert!(page.contains("\n| 3 | 1 | 1 | 1 |"), "{page}");
    assert!(page.contains("**not read**: no-such-path"), "{page}");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.contains("docs/rules.md#"))
        .collect();
    assert!(rows[0].starts_with("| **error** | [invalid-source]("), "{page}");
    assert!(rows[0].contains(r"é\|'\]\#<!-- -->@<!-- -->nginx"), "{page}");
    assert!(rows[1].starts_with("| info | [unknown-value]("), "{page}");
}

#[test]
fn a_long_markdown_page_is_cut_and_says_so() {
    let mut text = String::new();
    for number in 0..6_000 {
        let name = "n".repeat(100);
        text.push_str(&format!(
            "resource \"rhcs_image_mirror\" \"{name}{number}\" {{\n  cluster_id = \"c\"\n  source = \"nginx\"\n  mirrors = [\"m.example.com/a\"]\n}}\n"
        ));
    }
    let directory = scratch(&[VERSIONS, ("main.tf", &text)]);
    let run = mirrorset_in(
        directory.path(),
        &["check", "--select=short-source", "--output-format=markdown"],
    );
    assert!(run.stdout.len() < 1_000_000, "{}", run.stdout.len());
    let rows = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("| **error** |"))
        .count();
    let rest = format!("{} more findings did not fit on this page.", 6_000 - rows);
    assert!(rows > 1_000 && run.stdout.contains(&rest), "{rows}");
}

#[test]
fn github_says_in_the_tenth_annotation_how_many_more_there_are() {
    let resource = |number: usize| {
        format!(
            "resource \"rhcs_image_mirror\" \"r{number}\" {{\n  cluster_id = \"c\"\n  source = \"nginx{number}\"\n  mirrors = [\"m.example.com/a\"]\n}}\n"
        )
    };
    let annotations = |count: usize| {
        let text: String = (0..count).map(resource).collect();
        let directory = scratch(&[VERSIONS, ("main.tf", &text)]);
        let arguments = ["check", "--select=short-source", "--output-format=github"];
        mirrorset_in(directory.path(), &arguments).stdout
    };
    let ten = annotations(10);
    assert!(
        ten.lines().count() == 10 && !ten.contains("more finding"),
        "{ten}"
    );
    let twelve = annotations(12);
    let lines: Vec<&str> = twelve.lines().collect();
    assert_eq!(lines.len(), 13);
    assert!(
        lines[9].starts_with("::error title=mirrorset::3 more findings of this severity"),
        "{}",
        lines[9]
    );
}

/// What GitHub asks for in addition to the schema.
fn assert_ingestible(log: &Value) {
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert!(results.len() > 10);
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    let mut fingerprints = BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.starts_with("./") && !uri.is_empty(), "{uri}");
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
        let number = |name: &str| place["region"][name].as_u64().unwrap();
        let start = (number("startLine"), number("startColumn"));
        assert!(start.0 >= 1 && start.1 >= 1);
        assert!(start <= (number("endLine"), number("endColumn")));
        let fingerprint = result["partialFingerprints"]["mirrorsetFinding/v1"]
            .as_str()
            .unwrap();
        assert!(fingerprints.insert(fingerprint), "{result}");
    }
}

fn sarif_result(run: &Run) -> Value {
    let log: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{results:#?}");
    results[0].clone()
}

#[test]
fn sarif_has_the_way_of_a_value_its_fix_and_paths_from_the_top_of_the_repository() {
    let files = SHORT_SOURCE.map(|(name, text)| (format!("envs/prod/{name}"), text));
    let files = files.each_ref().map(|(name, text)| (name.as_str(), *text));
    let directory = scratch(&files);
    let top = directory.path().to_str().unwrap();
    let run = mirrorset_with_environment(
        &directory.path().join("envs/prod"),
        &["check", "--output-format=sarif", "--select=short-source"],
        &[("GITHUB_WORKSPACE", top)],
    );
    let result = sarif_result(&run);
    assert_eq!(result["ruleId"], "short-source");
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"],
        serde_json::json!({"uri": "envs/prod/main.tf", "uriBaseId": "%SRCROOT%"})
    );
    let region = serde_json::json!({"startLine": 4, "startColumn": 12, "endLine": 4, "endColumn": 19});
    assert_eq!(place["region"], region);
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
        .as_array()
        .unwrap();
    let uris: Vec<&str> = steps
        .iter()
        .map(|step| {
            step["location"]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(uris, ["envs/prod/main.tf", "envs/prod/nginx/main.tf"]);
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["replacements"][0]["deletedRegion"], region);
    assert_eq!(
        change["replacements"][0]["insertedContent"]["text"],
        "\"docker.io/library/nginx\""
    );
}

#[test]
fn sarif_keeps_suppressed_findings_and_fingerprints_of_lines_that_move() {
    let (_, resource) = SHORT_SOURCE[2].1.split_once('\n').unwrap();
    let resource = resource.replace("var.image", "\"nginx\"");
    let check = |text: &str| {
        let directory = scratch(&[VERSIONS, ("main.tf", text)]);
        sarif_result(&mirrorset_in(
            directory.path(),
            &["check", "--output-format=sarif", "--select=short-source"],
        ))
    };
    let plain = check(&resource);
    assert_eq!(plain["suppressions"], Value::Null);
    let moved = check(&format!("# one\n# two\n{resource}"));
    assert_eq!(plain["partialFingerprints"], moved["partialFingerprints"]);
    let other = check(&resource.replace("\"nginx\"", "\"redis\""));
    assert_ne!(plain["partialFingerprints"], other["partialFingerprints"]);
    let suppressed = check(&format!(
        "# mirrorset: ignore[short-source] it is a test\n{resource}"
    ));
    assert_eq!(suppressed["suppressions"][0]["kind"], "inSource");
    assert_eq!(suppressed["suppressions"][0]["justification"], "it is a test");
}

#[test]
fn sarif_explains_every_rule_and_names_what_was_not_read() {
    let run = mirrorset(&[
        "check",
        "--output-format=sarif",
        "cases/module-not-installed",
        "no-such-path",
    ]);
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    for (described, rule) in rules.iter().zip(RULES) {
        let markdown = described["help"]["markdown"].as_str().unwrap();
        assert!(markdown.starts_with(&format!("# {}\n", rule.name)), "{markdown}");
        assert!(described["helpUri"].as_str().unwrap().ends_with(rule.name));
    }
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    let has = |level: &str, text: &str| {
        notifications.iter().any(|notification| {
            notification["level"] == level && notification["message"]["text"].as_str().unwrap().contains(text)
        })
    };
    assert!(has("error", "no-such-path"), "{notifications:#?}");
    assert!(has("warning", "not installed"), "{notifications:#?}");
}

#[test]
fn several_formats_are_written_in_one_run_and_one_is_printed() {
    let directory = scratch(&SHORT_SOURCE);
    let check = |arguments: &[&str]| mirrorset_in(directory.path(), &[&["check"], arguments].concat());
    let run = check(&[
        "--output-format=concise,sarif=a.sarif",
        "--output-format",
        "json=a.json",
    ]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(
        run.stdout.starts_with("main.tf:4:12: error[short-source]"),
        "{}",
        run.stdout
    );
    assert!(directory.path().join("a.sarif").is_file() && directory.path().join("a.json").is_file());
    // A second run replaces its own reports.
    let run = check(&["--output-format=sarif", "-o", "a.sarif"]);
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(
        run.stderr.starts_with("1 mirror in 1 root module"),
        "{}",
        run.stderr
    );
    let run = check(&["--output-format=json,sarif"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("only one format can be printed"),
        "{}",
        run.stderr
    );
    let run = check(&["--output-format=sarof"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("sarif"), "{}", run.stderr);
}

#[test]
fn a_report_replaces_neither_another_file_nor_a_link() {
    let directory = scratch(&SHORT_SOURCE);
    let check = |arguments: &[&str]| mirrorset_in(directory.path(), &[&["check"], arguments].concat());
    for format in FORMATS {
        let run = check(&["--output-format", format.name, "-o", "nginx/main.tf"]);
        assert_eq!(run.status, 2, "{}", format.name);
        assert!(run.stderr.contains("`--force`"), "{}", run.stderr);
    }
    let text = std::fs::read_to_string(directory.path().join("nginx/main.tf")).unwrap();
    assert_eq!(text, SHORT_SOURCE[2].1);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nginx/main.tf", directory.path().join("report")).unwrap();
        let run = check(&["--force", "-o", "report"]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains("is a link"), "{}", run.stderr);
    }
}

#[test]
fn the_environment_sets_the_default_format() {
    let directory = scratch(&SHORT_SOURCE);
    let environment = [("MIRRORSET_OUTPUT_FORMAT", "concise")];
    let check = |arguments: &[&str]| mirrorset_with_environment(directory.path(), arguments, &environment);
    let run = check(&["check"]);
    assert!(
        run.stdout.starts_with("main.tf:4:12: error[short-source]"),
        "{}",
        run.stdout
    );
    let run = check(&["check", "--output-format=full"]);
    assert!(run.stdout.starts_with("error[short-source]"), "{}", run.stdout);
    // Other commands have other formats.
    assert_eq!(check(&["rules"]).status, 0);
}

#[test]
fn the_configuration_file_sets_the_default_format() {
    let directory = scratch(&SHORT_SOURCE);
    let write = |text: &str| std::fs::write(directory.path().join("mirrorset.toml"), text).unwrap();
    let check = |arguments: &[&str]| mirrorset_in(directory.path(), &[&["check"], arguments].concat());
    write("output-format = \"concise\"\n");
    let run = check(&[]);
    assert!(
        run.stdout.starts_with("main.tf:4:12: error[short-source]"),
        "{}",
        run.stdout
    );
    assert!(
        check(&["--output-format=full"])
            .stdout
            .starts_with("error[short-source]")
    );
    assert!(check(&["--isolated"]).stdout.starts_with("error[short-source]"));
    write("output-format = \"concize\"\n");
    let run = check(&[]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("mirrorset.toml:1:1") && run.stderr.contains("did you mean `concise`?"),
        "{}",
        run.stderr
    );
    // The file of a stranger's branch names no file to write.
    write("output-format = \"concise=main.tf\"\n");
    assert_eq!(check(&[]).status, 2);
}

#[test]
fn json_says_where_a_mirror_is_what_explains_a_rule_and_what_was_fixed() {
    let directory = scratch(&SHORT_SOURCE);
    let check = |arguments: &[&str]| -> Value {
        let run = mirrorset_in(
            directory.path(),
            &[&["check", "--output-format=json"], arguments].concat(),
        );
        serde_json::from_str(&run.stdout).expect(&run.stderr)
    };
    let report = check(&[]);
    assert_eq!(report["tool"]["name"], "mirrorset");
    assert_eq!(report["fixed"], Value::Null);
    let mirror = &report["mirrors"][0];
    assert_eq!(mirror["root"], ".");
    assert_eq!(mirror["file"], "nginx/main.tf");
    assert_eq!(mirror["start"]["line"], 2);
    let finding = &report["findings"][0];
    assert!(
        finding["url"]
            .as_str()
            .unwrap()
            .ends_with("/docs/rules.md#short-source"),
        "{finding}"
    );
    let report = check(&["--fix"]);
    assert_eq!(report["fixed"]["findings"], 1);
    assert!(
        report["fixed"]["files"]
            .as_array()
            .unwrap()
            .contains(&"main.tf".into()),
        "{report:#}"
    );
}

#[test]
fn rules_and_explain_have_the_same_form_in_json() {
    let rules: Value = serde_json::from_str(&mirrorset(&["rules", "--output-format=json"]).stdout).unwrap();
    let explained: Value =
        serde_json::from_str(&mirrorset(&["explain", "short-source", "--output-format=json"]).stdout)
            .unwrap();
    let row = rules["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["name"] == "short-source");
    assert_eq!(row, Some(&explained));
    let page = mirrorset(&["explain", "short-source"]).stdout;
    assert_eq!(explained["explanation"], page);
    let pages = mirrorset(&["rules", "--output-format=markdown"]).stdout;
    assert!(
        pages.contains("\n### short-source\n") || pages.contains("# short-source\n"),
        "{pages}"
    );
}

#[test]
fn the_page_is_well_formed_and_shows_where_images_come_from() {
    let directory = scratch(&[
        VERSIONS,
        (
            "m.yaml",
            "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: a}\nspec:\n  \
             imageDigestMirrors:\n  - source: quay.io/team\n    mirrors: [a.example.com/team, b.example.com/team]\n  - source: \
             quay.io\n    mirrors: [c.example.com]\n  - source: nginx\n    mirrors: [x.example.com/<script]\n",
        ),
    ]);
    let page = mirrorset_in(directory.path(), &["check", "m.yaml", "--output-format=html"]).stdout;
    assert!(!page.contains("<script"), "{page}");
    let stops = |page: &str| -> Vec<Vec<String>> {
        let options = roxmltree::ParsingOptions {
            allow_dtd: true,
            ..roxmltree::ParsingOptions::default()
        };
        let document = roxmltree::Document::parse_with_options(page, options).unwrap();
        let lanes = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("lane"));
        let text = |node: roxmltree::Node<'_, '_>| -> String {
            node.descendants()
                .filter(roxmltree::Node::is_text)
                .filter_map(|node| node.text())
                .collect()
        };
        lanes
            .map(|lane| {
                let how = lane
                    .children()
                    .filter(|node| node.attribute("class") == Some("how"));
                let stops = lane
                    .descendants()
                    .filter(|node| node.attribute("class") == Some("stop"));
                how.map(text).chain(stops.map(text)).collect()
            })
            .collect()
    };
    assert_eq!(
        stops(&page),
        [
            vec!["by digest", "mirrorc.example.com", "sourcequay.io"],
            vec!["by tag", "sourcequay.io"],
            vec![
                "by digest",
                "mirrora.example.com/team",
                "mirrorb.example.com/team",
                "sourcequay.io/team"
            ],
            vec!["by tag", "sourcequay.io/team"],
        ],
        "{page}"
    );
    assert!(page.contains("so the mirrors of quay.io are not tried"), "{page}");
    assert!(page.contains(">never used</span>"), "{page}");
    // Nothing is loaded from elsewhere: the only addresses are those of links.
    let loads = ["src=", "url(", "@import", "<link", "<iframe", "<object"];
    assert!(loads.iter().all(|load| !page.contains(load)), "{page}");
    for (directory, _guard) in inputs() {
        let text = std::fs::read_to_string(all_formats(&directory).path().join("html")).unwrap();
        assert!(!stops(&text).is_empty());
    }
}
