//! How the processor time of a run grows with each dimension of its input: the exponent between the last two of three sizes, of
//! which each is twice the one before. 1 is linear; over 1.2 the benchmark fails.
//!
//! The time is what Linux counts for the program on all its threads, so that other work on the machine matters little;
//! elsewhere it is the elapsed time.
//!
//! `cargo bench --bench scaling`; `cargo bench --bench scaling -- clusters` takes the dimensions with that word.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "it measures for a person to look at, and its inputs are small programs"
)]

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Growth that is faster than this fails.
const MAX_EXPONENT: f64 = 1.2;

/// A run that takes less time than this says nothing about growth: the sizes are doubled until it takes longer.
const MIN_TIME: Duration = Duration::from_millis(100);

/// Sizes are not doubled any more from this time on.
const MAX_TIME: Duration = Duration::from_secs(20);

/// Sizes are not doubled any more from here on: of some dimensions, the inputs have a bound.
const MAX_SIZE: usize = 1 << 18;

/// What a run has as input: files by name. The command is `check .` unless there is another one.
struct Input {
    files: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// A way in which inputs grow.
struct Dimension {
    name: &'static str,
    /// The smallest size.
    size: usize,
    build: fn(usize) -> Input,
}

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let idle = time(&file("variable \"a\" {}\n"));
    println!(
        "{:<42} {:>9} {:>10} {:>10} {:>10} {:>9}",
        "dimension", "size", "time", "x 2", "x 4", "exponent"
    );
    let mut is_linear = true;
    for dimension in dimensions() {
        let is_wanted = |word: &String| dimension.name.contains(word.as_str());
        if !wanted.is_empty() && !wanted.iter().any(is_wanted) {
            continue;
        }
        let mut size = dimension.size;
        let mut first = time(&(dimension.build)(size)).saturating_sub(idle);
        while first < MIN_TIME && size < MAX_SIZE {
            let factor = if first < MIN_TIME / 8 { 4 } else { 2 };
            size *= factor;
            let begun = Instant::now();
            first = time(&(dimension.build)(size)).saturating_sub(idle);
            if begun.elapsed() > MAX_TIME {
                break;
            }
        }
        let second = time(&(dimension.build)(2 * size)).saturating_sub(idle);
        let third = time(&(dimension.build)(4 * size)).saturating_sub(idle);
        let exponent = (third.as_secs_f64() / second.as_secs_f64()).log2();
        // The time of an input with a bound does not grow.
        let is_ok = exponent <= MAX_EXPONENT || third < MIN_TIME;
        is_linear &= is_ok;
        println!(
            "{:<42} {size:>9} {first:>10.1?} {second:>10.1?} {third:>10.1?} {exponent:>9.2}{}",
            dimension.name,
            if is_ok { "" } else { "  <-- not linear" }
        );
    }
    if is_linear {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The shortest of three runs.
fn time(input: &Input) -> Duration {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in &input.files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let runs = (0..3).map(|_| run(directory.path(), &input.arguments));
    runs.min().unwrap()
}

fn run(directory: &Path, arguments: &[String]) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorset"));
    command.current_dir(directory).env_clear().args(arguments);
    let begun = (processor_time(), Instant::now());
    let output = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let elapsed = match (begun.0, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => begun.1.elapsed(),
    };
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|status| status < 2),
        "{arguments:?}: {message}"
    );
    elapsed
}

/// The time that the programs which have ended so far took of the processor, in hundredths of a second.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    let (user, system) = (ticks.next()?.ok()?, ticks.next()?.ok()?);
    Some(Duration::from_millis(10 * (user + system)))
}

fn of(files: Vec<(String, String)>, arguments: &[&str]) -> Input {
    Input {
        files,
        arguments: arguments.iter().map(ToString::to_string).collect(),
    }
}

fn check(files: Vec<(String, String)>) -> Input {
    of(files, &["check", ".", "--output-format", "json"])
}

fn file(text: impl Into<String>) -> Input {
    check(vec![("main.tf".to_owned(), text.into())])
}

fn plan(plan: &Value) -> Input {
    of(
        vec![("plan.json".to_owned(), plan.to_string())],
        &["check", "plan.json", "--output-format", "json"],
    )
}

fn repeat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}

const CLUSTER_ID: &str = "rhcs_cluster_rosa_hcp.c.id";

const CLUSTER: &str = "resource \"rhcs_cluster_rosa_hcp\" \"c\" {\n  name = \"x\"\n}\n";

fn mirror(number: usize, cluster: &str) -> String {
    format!(
        "resource \"rhcs_image_mirror\" \"a{number}\" {{\n  cluster_id = {cluster}\n  source = \"quay.io/a{number}\"\n  \
         mirrors = [\"m.io/a\"]\n}}\n"
    )
}

fn cluster(number: usize) -> String {
    format!("resource \"rhcs_cluster_rosa_hcp\" \"c{number}\" {{\n  name = \"x{number}\"\n}}\n")
}

fn planned(kind: &str, name: &str, values: &Value) -> Value {
    json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "values": values})
}

fn planned_mirror(number: usize, cluster: &str) -> Value {
    let values = json!({"cluster_id": cluster, "source": format!("quay.io/a{number}"), "mirrors": ["m.io/a"],
        "type": "digest"});
    planned("rhcs_image_mirror", &format!("m{number}"), &values)
}

fn planned_values(resources: Vec<Value>) -> Value {
    let resources = Value::Array(resources);
    json!({"format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}}})
}

/// Root modules with one mirror each, and other files.
fn roots(
    count: usize,
    text: impl Fn(usize) -> String,
    others: Vec<(String, String)>,
) -> Vec<(String, String)> {
    let root = |number: usize| (format!("r{number}/main.tf"), text(number));
    (0..count).map(root).chain(others).collect()
}

fn manifest(entries: usize) -> String {
    let entries = repeat(entries, |number| {
        format!("  - source: quay.io/a{number}\n    mirrors: [m.io/a{number}]\n")
    });
    format!(
        "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n  name: a\nspec:\n  \
         imageDigestMirrors:\n{entries}"
    )
}

/// The beginning of a policy for signatures in a namespace.
fn image_policy(number: usize) -> String {
    format!(
        "---\napiVersion: config.openshift.io/v1\nkind: ImagePolicy\nmetadata: {{name: p{number}, namespace: n{number}}}\n\
         spec:\n  policy:\n    rootOfTrust: {{policyType: PublicKey, publicKey: {{keyData: YQ==}}}}\n"
    )
}

/// A list of images, one for each entry of a manifest.
fn images(count: usize) -> String {
    repeat(count, |i| format!("quay.io/a{i}@sha256:{}\n", "0".repeat(64)))
}

/// Modules of which each calls the next one so many times.
fn levels(count: usize, calls: usize) -> Vec<(String, String)> {
    let module = |number: usize| {
        let text = if number + 1 == count {
            "variable \"x\" {}\noutput \"o\" {\n  value = var.x\n}\n".to_owned()
        } else {
            let one = |call: usize| {
                format!(
                    "module \"n{call}\" {{\n  source = \"../m{}\"\n  x = var.x\n}}\n",
                    number + 1
                )
            };
            let values = repeat(calls, |call| format!("${{module.n{call}.o}}"));
            let output = if calls == 1 {
                "module.n0.o".to_owned()
            } else {
                format!("length(\"{values}\")")
            };
            format!(
                "variable \"x\" {{}}\n{}output \"o\" {{\n  value = {output}\n}}\n",
                repeat(calls, one)
            )
        };
        (format!("m{number}/main.tf"), text)
    };
    let root = "module \"a\" {\n  source = \"./m0\"\n  x = 1\n}\n".to_owned()
        + &mirror(0, "\"c\"").replace("quay.io/a0", "quay.io/${module.a.o}");
    (0..count)
        .map(module)
        .chain([("main.tf".to_owned(), root)])
        .collect()
}

/// All dimensions.
fn dimensions() -> Vec<Dimension> {
    let mut all = blocks();
    all.extend(long_lines());
    all.extend(arguments_and_aliases());
    all.extend(expressions());
    all.extend(trees());
    all.extend(comments_and_settings());
    all.extend(plans_and_manifests());
    all.extend(policies());
    all.extend(images_and_credentials());
    all
}

macro_rules! dimension {
    ($name:expr, $size:expr, $build:expr) => {
        Dimension {
            name: $name,
            size: $size,
            build: $build,
        }
    };
}

fn blocks() -> Vec<Dimension> {
    vec![
        dimension!("mirrors", 500, |n| file(repeat(n, |i| mirror(i, "\"c\"")))),
        dimension!("mirrors of one cluster", 500, |n| file(
            CLUSTER.to_owned() + &repeat(n, |i| mirror(i, CLUSTER_ID))
        )),
        dimension!("clusters", 500, |n| file(
            repeat(n, cluster) + &mirror(0, "rhcs_cluster_rosa_hcp.c0.id")
        )),
        dimension!("clusters with a mirror each", 500, |n| {
            file(repeat(n, |i| {
                cluster(i) + &mirror(i, &format!("rhcs_cluster_rosa_hcp.c{i}.id"))
            }))
        }),
        dimension!("instances of clusters", 500, |n| {
            file(format!(
                "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{\n  count = {n}\n  name = \"x${{count.index}}\"\n}}\n\
                 resource \"rhcs_image_mirror\" \"m\" {{\n  count = {n}\n  cluster_id = \
                 rhcs_cluster_rosa_hcp.c[count.index].id\n  source = \"quay.io/a\"\n  mirrors = [\"m.io/a\"]\n}}\n"
            ))
        }),
        dimension!("waiters", 500, |n| {
            let waiter = |i: usize| {
                format!("resource \"rhcs_cluster_wait\" \"w{i}\" {{\n  cluster = {CLUSTER_ID}\n}}\n")
            };
            file(CLUSTER.to_owned() + &repeat(n, waiter) + &repeat(n, |i| mirror(i, CLUSTER_ID)))
        }),
        dimension!("data sources and mirrors", 300, |n| {
            let data = |i: usize| {
                format!("data \"rhcs_image_mirrors\" \"d{i}\" {{\n  cluster_id = {CLUSTER_ID}\n}}\n")
            };
            file(CLUSTER.to_owned() + &repeat(n, |i| data(i) + &mirror(i, CLUSTER_ID)))
        }),
        dimension!("chain of depends_on", 1000, |n| {
            let block = |i: usize| {
                let next = if i + 1 < n {
                    format!("  depends_on = [null_resource.r{}]\n", i + 1)
                } else {
                    String::new()
                };
                format!("resource \"null_resource\" \"r{i}\" {{\n{next}}}\n")
            };
            file(repeat(n, block) + CLUSTER + &mirror(0, CLUSTER_ID))
        }),
        dimension!("variables", 2000, |n| {
            file(repeat(n, |i| format!("variable \"v{i}\" {{\n  default = {i}\n}}\n")) + &mirror(0, "\"c\""))
        }),
        dimension!("registries of a cluster and mirrors", 500, |n| {
            let registries = repeat(n, |i| format!("\"r{i}.io/\", "));
            let cluster = format!(
                "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{\n  registry_config = {{\n    registry_sources = {{\n      \
                 insecure_registries = [{registries}]\n    }}\n  }}\n}}\n"
            );
            file(cluster + &repeat(n, |i| mirror(i, CLUSTER_ID)))
        }),
        dimension!("mirrors of other blocks", 2000, |n| {
            file(
                repeat(n, |i| {
                    format!("resource \"aws_vpc\" \"v{i}\" {{\n  cidr = \"10.0.0.0/8\"\n}}\n")
                }) + &mirror(0, "\"c\""),
            )
        }),
        dimension!("override files over files", 100, |n| {
            let one = |i: usize| {
                [
                    (format!("a{i}.tf"), mirror(i, "\"c\"")),
                    (format!("a{i}_override.tf"), mirror(i, "\"d\"")),
                ]
            };
            check((0..n).flat_map(one).collect())
        }),
        dimension!("imports", 500, |n| {
            let import = |i: usize| {
                format!("import {{\n  to = rhcs_image_mirror.a{i}\n  id = \"c,{i}\"\n}}\n")
                    + &mirror(i, "\"c\"")
            };
            file(repeat(n, import))
        }),
        dimension!("syntax errors", 300, |n| file(
            repeat(n, |i| format!("resource \"a\" \"r{i}\" {{\n  x = = 1\n}}\n")) + &mirror(0, "\"c\"")
        )),
    ]
}

fn long_lines() -> Vec<Dimension> {
    vec![
        dimension!("mirrors of a list on one line", 500, |n| {
            let mirrors = repeat(n, |i| format!("\"https://m{i}.io\", "));
            file(format!(
                "resource \"rhcs_image_mirror\" \"a\" {{\n  cluster_id = \"c\"\n  source = \"quay.io/a\"\n  mirrors = \
                 [{mirrors}]\n}}\n"
            ))
        }),
        dimension!("mirrors in JSON on one line", 500, |n| {
            let one = |i: usize| {
                let mirror =
                    json!({"cluster_id": "c", "source": format!("quay.io/a{i}"), "mirrors": ["m.io/a"]});
                (format!("a{i}"), mirror)
            };
            let mirrors: serde_json::Map<String, Value> = (0..n).map(one).collect();
            let text = json!({"resource": {"rhcs_image_mirror": mirrors}}).to_string();
            check(vec![("main.tf.json".to_owned(), text)])
        }),
        dimension!("findings on one line", 200, |n| {
            let entries = repeat(n, |i| format!("\"https://quay.io/a{i}\" = [\"m.io/a\"], "));
            file(format!(
                "resource \"rhcs_image_mirror\" \"a\" {{\n  for_each = {{ {entries} }}\n  cluster_id = \"c\"\n  source = \
                 each.key\n  mirrors = each.value\n}}\n"
            ))
        }),
    ]
}

fn arguments_and_aliases() -> Vec<Dimension> {
    vec![
        dimension!("arguments of a block", 1000, |n| {
            let arguments = repeat(n, |i| format!("  a{i} = {i}\n"));
            file(mirror(0, "\"c\"").replace("}\n", &format!("{arguments}}}\n")))
        }),
        dimension!("arguments of a module call", 1000, |n| {
            let arguments = repeat(n, |i| format!("  a{i} = {i}\n"));
            let variables = repeat(n, |i| format!("variable \"a{i}\" {{}}\n"));
            check(vec![
                (
                    "main.tf".to_owned(),
                    format!("module \"m\" {{\n  source = \"./m\"\n{arguments}}}\n"),
                ),
                ("m/main.tf".to_owned(), variables + &mirror(0, "\"c\"")),
            ])
        }),
        dimension!("arguments that a module does not have", 300, |n| {
            let arguments = repeat(n, |i| format!("  a{i} = {i}\n"));
            let variables = repeat(n, |i| format!("variable \"b{i}\" {{\n  default = 1\n}}\n"));
            check(vec![
                (
                    "main.tf".to_owned(),
                    format!("module \"m\" {{\n  source = \"./m\"\n{arguments}}}\n"),
                ),
                ("m/main.tf".to_owned(), variables + &mirror(0, "\"c\"")),
            ])
        }),
        dimension!("references to what is not declared", 300, |n| {
            let block = |i: usize| {
                let dependency = format!("  depends_on = [rhcs_image_mirror.b{i}]\n}}\n");
                mirror(i, "\"c\"").replace("}\n", &dependency)
            };
            file(repeat(n, block))
        }),
        dimension!("aliases of the provider", 300, |n| {
            let required = "terraform {\n  required_providers {\n    rhcs = { source = \"terraform-redhat/rhcs\" }\n  }\n}\n";
            let alias = |i: usize| format!("provider \"rhcs\" {{\n  alias = \"p{i}\"\n}}\n");
            let uses = |i: usize| mirror(i, "\"c\"").replace("}\n", &format!("  provider = rhcs.p{i}\n}}\n"));
            file(required.to_owned() + &repeat(n, |i| alias(i) + &uses(i)))
        }),
        dimension!("aliases that a call passes on", 300, |n| {
            let alias = |i: usize| format!("provider \"rhcs\" {{\n  alias = \"p{i}\"\n}}\n");
            let passed = repeat(n, |i| format!("    rhcs.p{i} = rhcs.p{i}\n"));
            let call = format!("module \"m\" {{\n  source = \"./m\"\n  providers = {{\n{passed}  }}\n}}\n");
            let names = repeat(n, |i| format!("rhcs.p{i}, "));
            let required = |rest: &str| {
                format!(
                    "terraform {{\n  required_providers {{\n    rhcs = {{\n      source = \
                     \"terraform-redhat/rhcs\"\n{rest}    }}\n  }}\n}}\n"
                )
            };
            let expected = required(&format!("      configuration_aliases = [{names}]\n"));
            let uses = |i: usize| mirror(i, "\"c\"").replace("}\n", &format!("  provider = rhcs.p{i}\n}}\n"));
            check(vec![
                ("main.tf".to_owned(), required("") + &repeat(n, alias) + &call),
                ("m/main.tf".to_owned(), expected + &repeat(n, uses)),
            ])
        }),
    ]
}

fn expressions() -> Vec<Dimension> {
    vec![
        dimension!("instances of a mirror", 1000, |n| {
            file(format!(
                "resource \"rhcs_image_mirror\" \"a\" {{\n  count = {n}\n  cluster_id = \"c\"\n  source = \
                 \"quay.io/a${{count.index}}\"\n  mirrors = [\"m.io/a\"]\n}}\n"
            ))
        }),
        dimension!("chain of locals", 1000, |n| {
            let local = |i: usize| format!("  l{} = local.l{i}\n", i + 1);
            let mirror = mirror(0, "\"c\"").replace("\"quay.io/a0\"", &format!("local.l{n}"));
            file(format!(
                "locals {{\n  l0 = \"quay.io/a\"\n{}}}\n{mirror}",
                repeat(n, local)
            ))
        }),
        dimension!("chain of merge", 300, |n| {
            let local = |i: usize| format!("  l{} = merge(local.l{i}, {{ k{i} = \"v\" }})\n", i + 1);
            let mirror = mirror(0, "\"c\"")
                .replace("\"quay.io/a0\"", &format!("\"quay.io/a${{length(local.l{n})}}\""));
            file(format!(
                "locals {{\n  l0 = {{}}\n{}}}\n{mirror}",
                repeat(n, local)
            ))
        }),
        dimension!("tuples by concat", 2000, |n| {
            let lists = repeat(n, |i| format!("[\"m{i}.io/a\"], "));
            let mirror = mirror(0, "\"c\"").replace("[\"m.io/a\"]", &format!("concat({lists})"));
            file(mirror)
        }),
        dimension!("references in an expression", 500, |n| {
            let parts = repeat(n, |i| format!("${{local.l{i}}}"));
            let locals = repeat(n, |i| format!("  l{i} = \"x\"\n"));
            file(
                format!("locals {{\n{locals}}}\n")
                    + &mirror(0, "\"c\"").replace("quay.io/a0", &format!("quay.io/{parts}")),
            )
        }),
        dimension!("roots that call file()", 100, |n| {
            let text = |i: usize| {
                mirror(i, "\"c\"").replace(
                    "\"quay.io/",
                    "\"${trimspace(file(\"${path.module}/../host.txt\"))}/",
                )
            };
            check(roots(
                n,
                text,
                vec![("host.txt".to_owned(), "quay.io\n".to_owned())],
            ))
        }),
        dimension!("entries of a file that some roots decode", 100, |n| {
            let entries: serde_json::Map<String, Value> = (0..n)
                .map(|i| (format!("k{i}"), json!({"source": format!("quay.io/a{i}")})))
                .collect();
            let text = |i: usize| {
                mirror(i, "\"c\"").replace(
                    &format!("\"quay.io/a{i}\""),
                    &format!("jsondecode(file(\"${{path.module}}/../all.json\")).k{i}.source"),
                )
            };
            let shared = ("all.json".to_owned(), json!(entries).to_string());
            check(roots(50, text, vec![shared]))
        }),
        dimension!("expressions with file() over modules", 100, |n| {
            let module = "variable \"i\" {}\nresource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c\"\n  source = \
                          \"${trimspace(file(\"${path.module}/host.txt\"))}/a${var.i}\"\n  mirrors = [\"m.io/a\"]\n}\n";
            let calls = repeat(n, |i| {
                format!("module \"m{i}\" {{\n  source = \"./m\"\n  i = {i}\n}}\n")
            });
            check(vec![
                ("main.tf".to_owned(), calls),
                ("m/main.tf".to_owned(), module.to_owned()),
                ("m/host.txt".to_owned(), "quay.io\n".to_owned()),
            ])
        }),
    ]
}

fn trees() -> Vec<Dimension> {
    vec![
        dimension!("roots", 100, |n| check(roots(
            n,
            |i| mirror(i, "\"c\""),
            Vec::new()
        ))),
        dimension!("roots without mirrors", 300, |n| {
            check(roots(
                n,
                |_| "resource \"aws_vpc\" \"v\" {}\n".to_owned(),
                Vec::new(),
            ))
        }),
        dimension!("roots that call one module", 100, |n| {
            let text = |i: usize| format!("module \"a\" {{\n  source = \"../m\"\n  x = {i}\n}}\n");
            let module = "variable \"x\" {}\n".to_owned() + &mirror(0, "\"c${var.x}\"");
            check(roots(n, text, vec![("m/main.tf".to_owned(), module)]))
        }),
        dimension!("roots that Terraform rejects", 100, |n| {
            check(roots(n, |i| mirror(i, "var.none"), Vec::new()))
        }),
        dimension!("modules that are not installed", 100, |n| {
            check(roots(
                n,
                |_| "module \"a\" {\n  source = \"hashicorp/consul/aws\"\n}\n".to_owned(),
                Vec::new(),
            ))
        }),
        dimension!("files in a directory", 200, |n| {
            check((0..n).map(|i| (format!("f{i}.tf"), mirror(i, "\"c\""))).collect())
        }),
        dimension!("depth of directories", 50, |n| {
            // Paths have at most 4,096 bytes.
            let n = n.min(400);
            let nested = |depth: usize| (format!("{}main.tf", "d/".repeat(depth)), mirror(0, "\"c\""));
            check((1..=n).map(nested).collect())
        }),
        dimension!("chain of modules", 20, |n| check(levels(n.min(90), 1))),
        dimension!("levels of modules with two calls each", 4, |n| check(levels(
            n.min(20),
            2
        ))),
        dimension!("clusters in instances of a module", 200, |n| {
            let root = format!("module \"m\" {{\n  source = \"./m\"\n  count = {n}\n  i = count.index\n}}\n");
            let module =
                "variable \"i\" {}\n".to_owned() + &cluster(0) + &mirror(0, "rhcs_cluster_rosa_hcp.c0.id");
            check(vec![
                ("main.tf".to_owned(), root),
                ("m/main.tf".to_owned(), module),
            ])
        }),
        dimension!("callers of one named module", 100, |n| {
            let text = |_| "module \"a\" {\n  source = \"../m\"\n}\n".to_owned();
            let files = roots(
                n,
                text,
                vec![
                    ("m/main.tf".to_owned(), mirror(0, "\"c\"")),
                    (".git/HEAD".to_owned(), String::new()),
                ],
            );
            of(files, &["check", "m/main.tf", "--output-format", "json"])
        }),
    ]
}

fn comments_and_settings() -> Vec<Dimension> {
    vec![
        dimension!("suppression comments", 1000, |n| {
            file(repeat(n, |i| {
                format!("# mirrorset: ignore[short-source] {i}\n") + &mirror(i, "\"c\"")
            }))
        }),
        dimension!("suppression comments in a row", 2000, |n| {
            file(repeat(n, |i| format!("# mirrorset: ignore[short-source] {i}\n")) + &mirror(0, "\"c\""))
        }),
        dimension!("unknown words of suppressions", 1000, |n| {
            file(repeat(n, |i| format!("# mirrorset: ignored[r{i}]\n")) + &mirror(0, "\"c\""))
        }),
        dimension!("unknown rules of a suppression", 500, |n| {
            let names = repeat(n, |i| format!("r{i}, "));
            file(format!("# mirrorset: ignore[{names}]\n") + &mirror(0, "\"c\""))
        }),
        dimension!("trailing suppressions in a block", 1000, |n| {
            let lines = repeat(n, |i| {
                format!("    \"m{i}.io/a\", # mirrorset: ignore[short-source]\n")
            });
            file(mirror(0, "\"c\"").replace("[\"m.io/a\"]", &format!("[\n{lines}  ]")))
        }),
        dimension!("overrides in settings over roots", 50, |n| {
            let settings = repeat(n, |i| {
                format!("[[overrides]]\npaths = [\"r{i}\"]\nrules = {{ short-source = \"off\" }}\n")
            });
            check(roots(
                n,
                |i| mirror(i, "\"c\""),
                vec![("mirrorset.toml".to_owned(), settings)],
            ))
        }),
        dimension!("one override over roots", 100, |n| {
            let settings =
                "[[overrides]]\npaths = [\"r1*\"]\nrules = { short-source = \"off\" }\n".to_owned();
            check(roots(
                n,
                |i| mirror(i, "\"c\""),
                vec![("mirrorset.toml".to_owned(), settings)],
            ))
        }),
        dimension!("settings in each root", 100, |n| {
            let settings = (0..n).map(|i| (format!("r{i}/mirrorset.toml"), "strict = true\n".to_owned()));
            check(roots(n, |i| mirror(i, "\"c\""), settings.collect()))
        }),
        dimension!("files of variables over roots", 50, |n| {
            let names = repeat(n, |i| format!("\"v{i}.tfvars\", "));
            let files = (0..n).map(|i| (format!("v{i}.tfvars"), format!("x{i} = 1\n")));
            let settings = ("mirrorset.toml".to_owned(), format!("var-files = [{names}]\n"));
            check(roots(
                n,
                |i| mirror(i, "\"c\""),
                files.chain([settings]).collect(),
            ))
        }),
        dimension!("named files of variables over roots", 50, |n| {
            let files = (0..n).map(|i| (format!("v{i}.tfvars"), format!("x{i} = 1\n")));
            let others = files.chain([(".git/HEAD".to_owned(), String::new())]);
            let mut input = check(roots(n, |i| mirror(i, "\"c\""), others.collect()));
            input
                .arguments
                .extend((0..n).flat_map(|i| ["--var-file".to_owned(), format!("v{i}.tfvars")]));
            input
        }),
    ]
}

fn plans_and_manifests() -> Vec<Dimension> {
    vec![
        dimension!("mirrors in a plan", 1000, |n| plan(&planned_values(
            (0..n).map(|i| planned_mirror(i, "c")).collect()
        ))),
        dimension!("clusters in a plan", 1000, |n| {
            let cluster = |i: usize| {
                planned(
                    "rhcs_cluster_rosa_hcp",
                    &format!("c{i}"),
                    &json!({"id": format!("c{i}")}),
                )
            };
            let resources = (0..n).flat_map(|i| [cluster(i), planned_mirror(i, &format!("c{i}"))]);
            plan(&planned_values(resources.collect()))
        }),
        dimension!("plans over roots", 40, |n| {
            let plans = (0..n).map(|i| {
                let mut mirror = planned_mirror(i, "c");
                mirror["address"] = json!(format!("rhcs_image_mirror.a{i}"));
                mirror["name"] = json!(format!("a{i}"));
                (format!("p{i}.json"), planned_values(vec![mirror]).to_string())
            });
            let mut input = check(roots(n, |i| mirror(i, "\"c\""), plans.collect()));
            input.arguments.extend((0..n).map(|i| format!("p{i}.json")));
            input
        }),
        dimension!("duplicate keys in JSON", 5000, |n| {
            let keys = repeat(n, |_| "\"a\": 1, ".to_owned());
            of(
                vec![(
                    "a.tf.json".to_owned(),
                    format!("{{\"locals\": {{{keys}\"b\": 1}}}}"),
                )],
                &["check", ".", "--output-format", "json"],
            )
        }),
        dimension!("clusters in diff", 300, |n| {
            let cluster = |i: usize| {
                planned(
                    "rhcs_cluster_rosa_hcp",
                    &format!("c{i}"),
                    &json!({"id": format!("c{i}")}),
                )
            };
            let resources = (0..n).flat_map(|i| [cluster(i), planned_mirror(i, &format!("c{i}"))]);
            let text = planned_values(resources.collect()).to_string();
            let files = ["a.json", "b.json"].map(|name| (name.to_owned(), text.clone()));
            of(files.into(), &["diff", "a.json", "b.json"])
        }),
        dimension!("entries of a manifest", 1000, |n| check(vec![(
            "a.yaml".to_owned(),
            manifest(n)
        )])),
        dimension!("manifests", 100, |n| check(
            (0..n).map(|i| (format!("d{i}/a.yaml"), manifest(1))).collect()
        )),
        dimension!("documents of a manifest", 300, |n| {
            check(vec![(
                "a.yaml".to_owned(),
                repeat(n, |i| {
                    manifest(1).replace("name: a", &format!("name: a{i}")) + "---\n"
                }),
            )])
        }),
        dimension!("entries in convert", 1000, |n| {
            of(
                vec![("a.yaml".to_owned(), manifest(n))],
                &["convert", "a.yaml", "--to", "hcl"],
            )
        }),
        dimension!("entries and registries in convert", 1000, |n| {
            let registries = repeat(n, |i| format!("      - blocked{i}.io\n"));
            let settings = format!(
                "---\napiVersion: config.openshift.io/v1\nkind: Image\nmetadata:\n  name: cluster\nspec:\n  \
                 registrySources:\n    blockedRegistries:\n{registries}"
            );
            of(
                vec![("a.yaml".to_owned(), manifest(n) + &settings)],
                &["convert", "a.yaml", "--to", "registries-conf"],
            )
        }),
    ]
}

fn policies() -> Vec<Dimension> {
    vec![
        dimension!("allowed registries in resolve", 500, |n| {
            let registries = repeat(n, |i| format!("    - r{i}.io\n"));
            let settings = format!(
                "---\napiVersion: config.openshift.io/v1\nkind: Image\nmetadata:\n  name: cluster\nspec:\n  \
                 registrySources:\n    allowedRegistries:\n{registries}"
            );
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(1) + &settings),
                    ("images.txt".to_owned(), images(n)),
                ],
                &["resolve", "--in", "a.yaml", "--file", "images.txt"],
            )
        }),
        dimension!("policies of namespaces in resolve", 300, |n| {
            let policies = repeat(n, |i| format!("{}  scopes: [quay.io/a{i}]\n", image_policy(i)));
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(1) + &policies),
                    ("images.txt".to_owned(), images(n)),
                ],
                &["resolve", "--in", "a.yaml", "--file", "images.txt"],
            )
        }),
        dimension!("policies that name mirrors", 300, |n| {
            let policies = repeat(n, |i| format!("{}  scopes: [m.io/a{i}, m.io]\n", image_policy(i)));
            of(
                vec![("a.yaml".to_owned(), manifest(n) + &policies)],
                &["check", "a.yaml"],
            )
        }),
        dimension!("lists of a policy", 500, |n| {
            let registries = repeat(n, |i| format!("\"r{i}.io\", "));
            let sources = repeat(n, |i| format!("\"quay.io/b{i}\", "));
            let settings = format!(
                "[policy]\nmirror-registries = [{registries}]\nmirror-order = [{registries}]\n\
                 denied-sources = [{sources}]\nrequired-sources = [{sources}]\n"
            );
            let mut input = file(CLUSTER.to_owned() + &repeat(n, |i| mirror(i, CLUSTER_ID)));
            input.files.push(("mirrorset.toml".to_owned(), settings));
            input
        }),
    ]
}

fn images_and_credentials() -> Vec<Dimension> {
    vec![
        dimension!("keys of a pull secret over mirrors", 300, |n| {
            let keys: serde_json::Map<String, Value> = (0..n)
                .map(|i| (format!("m{i}.io"), json!({"auth": "YTpi"})))
                .collect();
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(n)),
                    ("pull.json".to_owned(), json!({"auths": keys}).to_string()),
                ],
                &["check", "a.yaml", "--pull-secret", "pull.json"],
            )
        }),
        dimension!("images of a policy", 300, |n| {
            let policy = "[policy]\nrequired-sources = [\"quay.io\"]\n".to_owned();
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(n)),
                    ("mirrorset.toml".to_owned(), policy),
                    ("images.txt".to_owned(), images(n)),
                ],
                &["check", "a.yaml", "--images", "images.txt"],
            )
        }),
        dimension!("images of an image set", 300, |n| {
            let images = repeat(n, |i| {
                format!("  - name: quay.io/a{i}@sha256:{}\n", "0".repeat(64))
            });
            let set = "apiVersion: mirror.openshift.io/v2alpha1\nkind: ImageSetConfiguration\nmirror:\n  additionalImages:\n";
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(n)),
                    ("set.yaml".to_owned(), set.to_owned() + &images),
                ],
                &["check", "a.yaml", "set.yaml"],
            )
        }),
        dimension!("images that fill mirrors", 300, |n| {
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(n)),
                    ("images.txt".to_owned(), images(n)),
                ],
                &[
                    "convert",
                    "a.yaml",
                    "--to",
                    "skopeo-copy",
                    "--images",
                    "images.txt",
                ],
            )
        }),
        dimension!("wildcard sources and images in resolve", 500, |n| {
            let entries = repeat(n, |i| {
                format!("  - source: '*.r{i}.io'\n    mirrors: [m.io/a{i}]\n")
            });
            let images = repeat(n, |i| format!("q.r{i}.io/a@sha256:{}\n", "0".repeat(64)));
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(0) + &entries),
                    ("images.txt".to_owned(), images),
                ],
                &["resolve", "--in", "a.yaml", "--file", "images.txt"],
            )
        }),
        dimension!("images in resolve", 500, |n| {
            of(
                vec![
                    ("a.yaml".to_owned(), manifest(n)),
                    ("images.txt".to_owned(), images(n)),
                ],
                &["resolve", "--in", "a.yaml", "--file", "images.txt"],
            )
        }),
    ]
}
