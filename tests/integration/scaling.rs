//! Inputs with very many elements of one kind take linear time: a linear search for each of them would take
//! minutes.

use std::num::NonZero;
use std::time::{Duration, Instant};

use crate::support::program::{mirrorset_in, write_files};
use crate::support::report::{render, report, report_by};
use mirrorset::testing::output::check::find_format;
use mirrorset::testing::parallel::Threads;
use mirrorset::testing::workspace::{KnownTrees, Options, PlanConfiguration, load};
use serde_json::{Map, Value, json};

/// Far more than any test needs, even without optimization and on a busy machine.
const LIMIT: Duration = Duration::from_secs(15);

/// The rules with findings in a plan, without duplicates.
#[track_caller]
fn rules(plan: &str) -> Vec<&'static str> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plan.json");
    std::fs::write(&path, plan).unwrap();
    let options = Options {
        plan_configuration: PlanConfiguration::None,
        ..Options::default()
    };
    let begun = Instant::now();
    let loaded = load(&[path], &options);
    let mut rules: Vec<&str> = report(&loaded)
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    let elapsed = begun.elapsed();
    assert!(elapsed < LIMIT, "took {elapsed:?}");
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn mirror(name: &str, values: &Value) -> Value {
    json!({"address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror",
        "name": name, "values": values})
}

fn values(id: &str) -> Value {
    json!({"cluster_id": id, "source": "quay.io/org", "mirrors": ["mirror.example.com/org"], "type": "digest"})
}

fn cluster(name: &str) -> Value {
    json!({"address": format!("rhcs_cluster_rosa_hcp.{name}"), "mode": "managed", "type": "rhcs_cluster_rosa_hcp",
        "name": name, "values": {"id": name, "private": true}})
}

#[test]
fn many_keys_take_linear_time() {
    let mut plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}}});
    let keys = (0..200_000).map(|number| (format!("key{number}"), Value::Null));
    plan.as_object_mut().unwrap().extend(keys);
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
    // A duplicate key is found among many keys.
    let twice = plan.to_string().replacen('{', "{\"key199999\":null,", 1);
    assert_eq!(rules(&twice), ["syntax-error"]);
}

#[test]
fn many_references_in_one_expression_take_linear_time() {
    let references = (0..20_000).flat_map(|number| {
        let cluster = format!("rhcs_cluster_rosa_hcp.c{number}");
        [format!("{cluster}.id"), cluster]
    });
    let references: Vec<String> = references.collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}},
        "configuration": {"root_module": {"resources": [{"address": "rhcs_image_mirror.a", "mode": "managed",
            "type": "rhcs_image_mirror", "name": "a", "expressions": {"cluster_id": {"references": references}}}]}}});
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
}

#[test]
fn many_sensitive_marks_take_linear_time() {
    let marks: Map<String, Value> = (0..50_000)
        .map(|number| (format!("key{number}"), json!(true)))
        .collect();
    let plain: Map<String, Value> = marks.keys().map(|key| (key.clone(), json!("x"))).collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [
            {"address": "null_resource.a", "mode": "managed", "type": "null_resource", "name": "a",
             "values": {"triggers": plain}, "sensitive_values": {"triggers": marks}},
            mirror("a", &values("c"))]}}});
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
}

#[test]
fn many_changes_and_clusters_take_linear_time() {
    let names: Vec<String> = (0..10_000).map(|number| format!("m{number}")).collect();
    let change = |name: &String| {
        json!({"address": format!("rhcs_image_mirror.{name}"), "mode": "managed", "type": "rhcs_image_mirror",
            "name": name, "change": {"actions": ["delete"], "before": values(name), "after": null}})
    };
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": names.iter().map(|name| cluster(name)).collect::<Vec<_>>()}},
        "resource_changes": names.iter().map(change).collect::<Vec<_>>()});
    assert_eq!(rules(&plan.to_string()), ["node-rollout", "removed-mirror"]);
}

#[test]
fn many_mirrors_of_many_clusters_take_linear_time() {
    let names: Vec<String> = (0..20_000).map(|number| format!("m{number}")).collect();
    let clusters = names.iter().map(|name| cluster(name));
    let mirrors = names.iter().map(|name| mirror(name, &values(name)));
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": clusters.chain(mirrors).collect::<Vec<_>>()}}});
    assert_eq!(rules(&plan.to_string()), [] as [&str; 0]);
}

#[test]
fn many_reasons_for_a_replacement_take_linear_time() {
    let paths: Vec<Value> = (0..50_000).map(|number| json!([format!("a{number}")])).collect();
    let plan = json!({"format_version": "1.2",
        "planned_values": {"root_module": {"resources": [mirror("a", &values("c"))]}},
        "resource_changes": [{"address": "rhcs_image_mirror.a", "mode": "managed", "type": "rhcs_image_mirror",
            "name": "a", "change": {"actions": ["delete", "create"], "before": values("b"), "after": values("c"),
            "replace_paths": paths}}]});
    assert_eq!(rules(&plan.to_string()), ["node-rollout", "replaced-mirror"]);
}

#[test]
fn many_findings_in_one_file_take_linear_time() {
    let block = |number: usize| {
        format!(
            r#"resource "rhcs_image_mirror" "m{number}" {{
  cluster_id = "c{number}"
  source     = "https://quay.io/org{number}"
  mirrors    = ["mirror.example.com/org"]
}}
"#
        )
    };
    let directory = tempfile::tempdir().unwrap();
    let text: String = (0..8_000).map(block).collect();
    std::fs::write(directory.path().join("main.tf"), text).unwrap();
    let begun = Instant::now();
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    let report = report(&loaded);
    assert_eq!(report.findings.len(), 8_000);
    let printed = render(find_format("full").unwrap(), &report, &loaded);
    assert!(printed.lines().count() > 8_000 * 5);
    assert!(begun.elapsed() < LIMIT, "took {:?}", begun.elapsed());
}

/// Files by name, as one size of an input has them.
type Files = Vec<(String, String)>;

/// How much longer an input may take that is four times as large: somewhat more than four times. In proportion to the
/// square it would be sixteen times.
const MAX_RATIO: f64 = 9.0;

/// What every run takes, and what other work on the machine may add.
const NOISE: Duration = Duration::from_millis(150);

/// The shortest of some runs of `check`.
fn time_of(files: &Files, arguments: &[&str]) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    write_files(
        directory.path(),
        &files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect::<Vec<_>>(),
    );
    let run = || {
        let begun = Instant::now();
        let run = mirrorset_in(directory.path(), arguments);
        assert!(run.status < 2, "{}{}", run.stdout, run.stderr);
        begun.elapsed()
    };
    (0..2).map(|_| run()).min().unwrap()
}

/// Checks that an input takes time in proportion to its size.
#[track_caller]
fn assert_linear(name: &str, size: usize, build: impl Fn(usize) -> Files) {
    let small = time_of(&build(size), &["check", "."]);
    let large = time_of(&build(4 * size), &["check", "."]);
    let ratio = large.as_secs_f64() / (small + NOISE).as_secs_f64();
    assert!(
        ratio < MAX_RATIO,
        "{name}: {small:?}, and {large:?} for four times as much"
    );
}

fn file(text: impl Into<String>) -> Files {
    vec![("main.tf".to_owned(), text.into())]
}

fn mirror_block(number: usize, cluster: &str) -> String {
    format!(
        "resource \"rhcs_image_mirror\" \"a{number}\" {{\n  cluster_id = {cluster}\n  source = \"quay.io/a{number}\"\n  \
         mirrors = [\"m.io/a\"]\n}}\n"
    )
}

const CLUSTER: &str = "resource \"rhcs_cluster_rosa_hcp\" \"c\" {\n  name = \"x\"\n}\n";

#[test]
fn dependencies_take_linear_time() {
    assert_linear("chain of depends_on", 1_000, |size| {
        let block = |number: usize| {
            format!(
                "resource \"null_resource\" \"r{number}\" {{\n  depends_on = [null_resource.r{}]\n}}\n",
                number + 1
            )
        };
        let chain: String = (0..size).map(block).collect();
        let end = format!("resource \"null_resource\" \"r{size}\" {{\n}}\n");
        file(chain + &end + CLUSTER + &mirror_block(0, "rhcs_cluster_rosa_hcp.c.id"))
    });
    assert_linear("instances of a cluster", 500, |size| {
        let keys: String = (0..size).map(|number| format!("\"k{number}\", ")).collect();
        let each = format!("{{\n  for_each = toset([{keys}])\n");
        let blocks = CLUSTER.to_owned() + &mirror_block(0, "rhcs_cluster_rosa_hcp.c[each.key].id");
        file(blocks.replace("{\n", &each))
    });
    assert_linear("data sources and mirrors", 250, |size| {
        let cluster = "rhcs_cluster_rosa_hcp.c.id";
        let blocks = (0..size).map(|number| {
            let data =
                format!("data \"rhcs_image_mirrors\" \"d{number}\" {{\n  cluster_id = {cluster}\n}}\n");
            data + &mirror_block(number, cluster)
        });
        file(CLUSTER.to_owned() + &blocks.collect::<String>())
    });
}

#[test]
fn comments_take_linear_time() {
    assert_linear("lines", 4_000, |size| {
        file("# mirrorset: x\n".repeat(size) + &mirror_block(0, "\"c\""))
    });
    assert_linear("on one line", 4_000, |size| {
        file("/* mirrorset: x */ ".repeat(size) + &mirror_block(0, "\"c\""))
    });
}

#[test]
fn settings_take_linear_time() {
    assert_linear("overrides over root modules", 60, |size| {
        let roots = (0..size).map(|number| (format!("r{number}/f.tf"), mirror_block(number, "\"c\"")));
        let settings = (0..size).map(|number| {
            format!("[[overrides]]\npaths = [\"r{number}\"]\nrules = {{ short-source = \"off\" }}\n")
        });
        let settings = ("mirrorset.toml".to_owned(), settings.collect());
        roots.chain([settings]).collect()
    });
    assert_linear("directories", 50, |size| {
        let nested = |depth: usize| (format!("{}main.tf", "d/".repeat(depth)), mirror_block(0, "\"c\""));
        (1..=size).map(nested).collect()
    });
}

#[test]
fn modules_take_linear_time() {
    assert_linear("chain of modules", 200, |size| {
        let module = |number: usize| {
            let text = if number + 1 < size {
                format!("module \"n\" {{\n  source = \"../m{}\"\n}}\n", number + 1)
            } else {
                mirror_block(0, "\"c\"")
            };
            (format!("m{number}/main.tf"), text)
        };
        let root = file("module \"a\" {\n  source = \"./m0\"\n}\n");
        (0..size).map(module).chain(root).collect()
    });
    // The paths double with each level.
    assert_linear("levels of modules", 5, |size| {
        let module = |number: usize| {
            let call = |name: &str| {
                format!(
                    "module \"{name}\" {{\n  source = \"../m{}\"\n  x = var.x\n}}\n",
                    number + 1
                )
            };
            let calls = if number + 1 < size {
                let output = "output \"o\" {\n  value = \"${module.a.o}${module.b.o}\"\n}\n";
                call("a") + &call("b") + output
            } else {
                "output \"o\" {\n  value = \"\"\n}\n".to_owned()
            };
            let text = "variable \"x\" {}\n".to_owned() + &calls;
            (format!("m{number}/main.tf"), text)
        };
        let call = "module \"a\" {\n  source = \"./m0\"\n  x = 1\n}\n";
        let mirror = mirror_block(0, "\"c\"").replace("quay.io/a0", "quay.io/${module.a.o}");
        (0..size)
            .map(module)
            .chain(file(call.to_owned() + &mirror))
            .collect()
    });
}

/// A repository of root modules, of which some have mirrors, mistakes, files of variables, or call other modules.
fn repository(roots: usize) -> Files {
    let root = |number: usize| {
        let directory = format!("live/team-{number}");
        let calls = format!("module \"net\" {{\n  source = \"../../modules/net\"\n  size = {number}\n}}\n");
        let mut files = vec![
            (format!("{directory}/main.tf"), calls),
            (
                format!("{directory}/variables.tf"),
                "variable \"x\" {\n  default = 1\n}\n".to_owned(),
            ),
            (format!("{directory}/terraform.tfvars"), "x = 2\n".to_owned()),
        ];
        let special = match number % 8 {
            0 => mirror_block(number, "\"c\""),
            1 => mirror_block(number, "var.cluster").replace("quay.io", "https://quay.io"),
            2 => "module \"m\" {\n  source = \"../../modules/mirror\"\n}\n".to_owned(),
            3 => "module \"far\" {\n  source = \"hashicorp/consul/aws\"\n}\n".to_owned(),
            4 => "# mirrorset: ignore[short-source]\nresource \"aws_vpc\" \"v\" {}\n".to_owned(),
            5 if number % 16 == 5 => "variable \"broken\" {\n".to_owned(),
            _ => String::new(),
        };
        files.push((format!("{directory}/special.tf"), special));
        files
    };
    let modules = [
        ("modules/net/main.tf", "variable \"size\" {}\n".to_owned()),
        ("modules/mirror/main.tf", mirror_block(0, "\"c\"")),
        (
            "modules/unused/main.tf",
            "output \"a\" {\n  value = 1\n}\n".to_owned(),
        ),
        (
            "loop/a/main.tf",
            "module \"b\" {\n  source = \"../b\"\n}\n".to_owned(),
        ),
        (
            "loop/b/main.tf",
            "module \"a\" {\n  source = \"../a\"\n}\n".to_owned(),
        ),
    ];
    let modules = modules.map(|(name, text)| (name.to_owned(), text));
    (0..roots).flat_map(root).chain(modules).collect()
}

fn write_repository(directory: &std::path::Path, roots: usize) {
    let files = repository(roots);
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    write_files(directory, &files);
}

/// What a check of a directory reports, with all that it has read and skipped.
fn report_of(directory: &std::path::Path, options: &Options) -> String {
    let loaded = load(&[directory.to_owned()], options);
    render(
        find_format("json").unwrap(),
        &report_by(&loaded, options.threads),
        &loaded,
    )
}

#[test]
fn the_report_does_not_depend_on_the_number_of_threads() {
    let directory = tempfile::tempdir().unwrap();
    write_repository(directory.path(), 100);
    assert!(assert_same_with_any_threads(directory.path()).contains("invalid-source"));
}

/// A cluster and a mirror for each of many numbers, in one file. `value` gives a mirror's source.
fn large_root_module(head: &str, value: impl Fn(usize) -> String) -> String {
    let pair = |number: usize| {
        format!(
            "resource \"rhcs_cluster_rosa_hcp\" \"c{number}\" {{\n  name = \"c{number}\"\n}}\n\
             resource \"rhcs_image_mirror\" \"m{number}\" {{\n  cluster_id = rhcs_cluster_rosa_hcp.c{number}.id\n  \
             type = \"digest\"\n  source = {}\n  mirrors = [\"mirror.io/a{number}\"]\n}}\n",
            value(number)
        )
    };
    head.to_owned() + &(0..400).map(pair).collect::<String>()
}

#[test]
fn blocks_of_a_large_root_module_are_read_in_parts_as_one_after_the_other() {
    let directory = tempfile::tempdir().unwrap();
    let head = "locals {\n  host = \"quay.io\"\n  bad = local.missing\n  names = jsondecode(file(\"names.json\"))\n}\n\
                variable \"token\" {\n  default = \"quay.io/secret\"\n  sensitive = true\n}\n\
                variable \"unknown\" {}\n";
    let text = large_root_module(head, |number| match number % 8 {
        0 => "local.bad".to_owned(),
        1 => format!("\"${{local.host}}/org/app{number}\""),
        2 => "var.token".to_owned(),
        3 => "var.unknown".to_owned(),
        4 => format!("local.names[{number}]"),
        5 => "\"nginx\"".to_owned(),
        6 => "try(local.missing.a, \"quay.io/a\")".to_owned(),
        _ => format!("element([\"quay.io/Org{number}\"], 0)"),
    });
    let names: Vec<String> = (0..400).map(|number| format!("\"quay.io/n{number}\"")).collect();
    let names = format!("[{}]", names.join(","));
    write_files(directory.path(), &[("main.tf", &text), ("names.json", &names)]);
    let report = assert_same_with_any_threads(directory.path());
    for expected in [
        "no local value named",
        "invalid-source",
        "short-source",
        "missing-depends-on",
    ] {
        assert!(report.contains(expected), "{expected}");
    }
    // Once for the local value that 50 mirrors have, and for each of the 50 mirrors that refer to it themselves.
    assert_eq!(report.matches("no local value named \\\"missing\\\"").count(), 51);
}

#[test]
fn a_cycle_has_the_same_names_in_each_part_of_a_large_root_module() {
    let directory = tempfile::tempdir().unwrap();
    let head = "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n";
    let text = large_root_module(head, |number| {
        format!("local.{}", ["a", "b", "c"].get(number % 3).unwrap())
    });
    write_files(directory.path(), &[("main.tf", &text)]);
    assert!(assert_same_with_any_threads(directory.path()).contains("cycle"));
}

#[test]
fn limits_of_a_large_root_module_are_those_of_an_evaluation_in_order() {
    let report_with = |repetitions: usize| {
        let directory = tempfile::tempdir().unwrap();
        let products = "length([for a in range(1000) : length([for b in range(300) : a * b + c])])";
        let head = format!("locals {{\n  slow = length([for c in range({repetitions}) : {products}])\n}}\n");
        let text = large_root_module(&head, |_| "\"quay.io/a${local.slow}\"".to_owned());
        write_files(directory.path(), &[("main.tf", &text)]);
        assert_same_with_any_threads(directory.path())
    };
    // The share of a part does not suffice, and all of the limit does.
    assert!(!report_with(1).contains("the evaluation takes more than"));
    assert!(report_with(4).contains("the evaluation takes more than 10000000 steps"));
}

#[test]
fn root_modules_find_room_in_their_order_with_any_number_of_threads() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..12 {
        let text = mirror_block(number, "\"c\"").replace("  source", "  count = 9000\n  source");
        write_files(
            &directory.path().join(format!("r{number}")),
            &[("main.tf", &text)],
        );
    }
    let report = assert_same_with_any_threads(directory.path());
    assert!(report.contains("the mirrors of all root modules take more than 96 MiB"));
}

/// Checks that the report is the same with any number of threads, and returns it.
#[track_caller]
fn assert_same_with_any_threads(directory: &std::path::Path) -> String {
    let [one, two, sixteen] = [1, 2, 16].map(|number| {
        let options = Options {
            threads: Threads::exactly(NonZero::new(number).unwrap()),
            ..Options::default()
        };
        report_of(directory, &options)
    });
    assert_eq!(one, two);
    assert_eq!(one, sixteen);
    one
}

#[test]
fn modules_without_mirrors_are_read_as_if_all_were_needed() {
    let directory = tempfile::tempdir().unwrap();
    write_repository(directory.path(), 64);
    let all = Options {
        reads_all_modules: true,
        ..Options::default()
    };
    assert_eq!(
        report_of(directory.path(), &Options::default()),
        report_of(directory.path(), &all)
    );
}

#[test]
fn what_is_known_of_trees_is_looked_at_again_where_a_change_is_told() {
    let directory = tempfile::tempdir().unwrap();
    write_repository(directory.path(), 16);
    let root = std::fs::canonicalize(directory.path()).unwrap();
    let told = std::sync::Arc::new(KnownTrees::kept(vec![root.clone()]));
    let untold = std::sync::Arc::new(KnownTrees::kept(Vec::new()));
    let report_with = |known: &std::sync::Arc<KnownTrees>| {
        let known = Some(known.clone());
        let options = Options {
            known,
            ..Options::default()
        };
        report_of(directory.path(), &options)
    };
    let first = report_with(&told);
    assert_eq!(first, report_with(&told));
    assert_eq!(first, report_with(&untold));
    let new = root.join("live/team-7/special.tf");
    std::fs::write(&new, mirror_block(7, "\"c\"")).unwrap();
    // Nothing else is listed or read again.
    assert_eq!(first, report_with(&told));
    told.changed(&new);
    let second = report_with(&told);
    assert_ne!(first, second);
    assert_eq!(second, report_with(&untold));
    assert_eq!(second, report_of(directory.path(), &Options::default()));
}

/// The blocks of modules are let go after each batch of root modules, and read again where something needs them: a later batch,
/// another program, another version.
#[test]
fn many_root_modules_are_reported_as_each_of_them_alone() {
    let shared = "variable \"cluster\" {}\nvariable \"host\" {}\nlocals {\n  source = \"${var.host}/team\"\n}\n\
                  resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = var.cluster\n  type = \"digest\"\n  \
                  source = local.source\n  mirrors = [\"m.example.com/team\"]\n}\n";
    let root = |number: u32| {
        let call = "module \"shared\" {\n  source = \"../shared\"\n  cluster = \"c${local.number}\"\n  host = local.host\n}\n";
        let host = if number.is_multiple_of(3) {
            "hub"
        } else {
            "quay.io"
        };
        let own = format!("locals {{\n  host = \"{host}\"\n  number = {number}\n}}\n{call}");
        match number % 8 {
            0 => own + "locals {\n  broken = ]\n}\n",
            1 => own + "resource \"rhcs_image_mirror\" \"b\" {\n  source = = 1\n}\n",
            2 => own.replace("cluster =", "clutser ="),
            // OpenTofu alone evaluates the sources of modules.
            3 => {
                own.replace("\"../shared\"", "\"../${local.shared}\"")
                    + "locals {\n  shared = \"shared\"\n}\n"
            }
            // Versions before 1.9, which are admitted, do not have the function.
            5 => {
                let call = format!("templatestring(local.template, {{ host = \"{host}\" }})");
                own.replace(&format!("\"{host}\""), &call)
                    + "locals {\n  template = \"$${host}\"\n}\nterraform {\n  required_version = \">= 1.5\"\n}\n"
            }
            _ => own,
        }
    };
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path(), &[("shared/main.tf", shared)]);
    for number in 0..150 {
        let name = format!("r{number}/main.tf");
        write_files(directory.path(), &[(&name, &root(number))]);
        if number % 4 == 0 {
            let name = format!("r{number}/x_override.tf");
            let text = "module \"shared\" {\n  host = \"docker\"\n}\n";
            write_files(directory.path(), &[(&name, text)]);
        }
    }
    let findings = |what: &str| -> Vec<String> {
        let run = mirrorset_in(directory.path(), &["check", what, "--output-format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        // A finding in the shared module is reported for one of its callers, which is another one for all of them.
        let without_callers = |finding: &Value| {
            let mut finding = finding.clone();
            finding["related"].take();
            finding.to_string()
        };
        let findings = report["findings"].as_array().unwrap().iter();
        let mut findings: Vec<String> = findings.map(without_callers).collect();
        findings.sort();
        findings.dedup();
        findings
    };
    let mut of_each: Vec<String> = (0..150)
        .flat_map(|number| findings(&format!("r{number}")))
        .collect();
    of_each.sort();
    of_each.dedup();
    let of_all = findings(".");
    assert!(of_all.len() > 100, "{}", of_all.len());
    assert!(of_all.iter().any(|finding| finding.contains("before 1.9")));
    let others = |left: &[String], right: &[String]| -> Vec<String> {
        left.iter()
            .filter(|finding| !right.contains(finding))
            .cloned()
            .collect()
    };
    assert_eq!(
        (others(&of_all, &of_each), others(&of_each, &of_all)),
        (Vec::new(), Vec::new())
    );
}
