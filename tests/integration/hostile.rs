//! Small inputs that ask for very much work or memory: each ends soon and in little memory, and says which limit it
//! reached.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program::{VERSIONS, mirrorset_in, write_files};

/// The files of an input, by name.
type Files = Vec<(String, String)>;

/// An input, and what its report has to say.
struct Case {
    name: &'static str,
    files: Files,
    /// A part of the report.
    message: &'static str,
}

/// Creates a case.
fn case(name: &'static str, files: Files, message: &'static str) -> Case {
    Case { name, files, message }
}

/// The memory that a run may take, in bytes.
const MAX_MEMORY: u64 = 256 << 20;

/// How often longer than a run with nothing to do a run may take. That is some seconds with optimization.
const MAX_RATIO: u32 = 2_000;

/// The output of a run, its duration, its exit status, and the most memory that it had, if the system tells.
struct Measured {
    output: String,
    elapsed: Duration,
    status: i32,
    memory: u64,
}

fn measure(directory: &Path) -> Measured {
    let output = directory.join("../output");
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_mirrorset"))
        .args(["check", ".", "--output-format", "concise"])
        .current_dir(directory)
        .env_clear()
        .stdout(std::fs::File::create(&output).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak_memory(child.id()));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    Measured {
        elapsed: begun.elapsed(),
        output: std::fs::read_to_string(output).unwrap(),
        status: status.code().unwrap_or(-1),
        memory,
    }
}

/// The most memory that a process has had, in bytes. Zero where the system does not tell.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}

fn check(case: &Case, idle: Duration) {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join("input");
    let files = case.files.iter();
    let files: Vec<(&str, &str)> = files.map(|(name, text)| (name.as_str(), text.as_str())).collect();
    write_files(&directory, &files);
    let Measured {
        output,
        elapsed,
        status,
        memory,
    } = measure(&directory);
    let name = case.name;
    assert!(output.contains(case.message), "{name}: {output:.2000}");
    // A mirror may be hidden, so the check does not pass.
    assert_eq!(status, 1, "{name}: {output:.2000}");
    assert!(memory < MAX_MEMORY, "{name}: {memory} bytes");
    assert!(
        elapsed < idle * MAX_RATIO,
        "{name}: {elapsed:?}, and {idle:?} with nothing to do"
    );
}

/// A mirror whose source is an expression.
fn mirror(source: &str) -> String {
    format!(
        "resource \"rhcs_image_mirror\" \"a\" {{\n  cluster_id = \"c\"\n  source     = {source}\n  mirrors    = \
         [\"m.io/a\"]\n}}\n"
    )
}

/// A manifest that Terraform applies, whose source is an expression.
fn manifest(source: &str) -> String {
    format!(
        "resource \"kubernetes_manifest\" \"a\" {{\n  manifest = {{\n    apiVersion = \"config.openshift.io/v1\"\n    \
         kind = \"ImageDigestMirrorSet\"\n    metadata = {{ name = \"a\" }}\n    spec = {{ imageDigestMirrors = [{{ source \
         = {source}, mirrors = [\"m.io/a\"] }}] }}\n  }}\n}}\n"
    )
}

fn root(text: impl Into<String>) -> Files {
    vec![("main.tf".to_owned(), text.into())]
}

/// Modules that each call the next one `width` times, with a text for the last one and one for each of the others.
fn tree(levels: usize, width: usize, last: &str) -> Files {
    let mut files = Files::new();
    for level in 0..levels {
        let mut text = String::new();
        for call in 0..width {
            let next = level + 1;
            writeln!(text, "module \"c{call}\" {{\n  source = \"../m{next}\"\n}}").unwrap();
        }
        let outputs: Vec<String> = (0..width).map(|call| format!("${{module.c{call}.o}}")).collect();
        writeln!(text, "output \"o\" {{\n  value = \"{}\"\n}}", outputs.concat()).unwrap();
        files.push((format!("m{level}/main.tf"), text));
    }
    files.push((format!("m{levels}/main.tf"), last.to_owned()));
    let text = "module \"a\" {\n  source = \"./m0\"\n}\n".to_owned() + &mirror("\"quay.io/${module.a.o}\"");
    files.extend(root(text));
    files
}

fn merges(number: usize) -> String {
    let mut text = "locals {\n".to_owned();
    for step in 0..number {
        let next = step + 1;
        writeln!(
            text,
            "  l{step} = merge(local.l{next}, {{ k{step} = \"quay.io/a{step}\" }})"
        )
        .unwrap();
    }
    write!(text, "  l{number} = {{}}\n}}\n").unwrap();
    text
}

/// Inputs whose modules have too many instances, or are nested too deeply.
fn module_cases() -> Vec<Case> {
    let output = "output \"o\" {\n  value = \"x\"\n}\n";
    vec![
        case(
            "tree of 2^20 modules",
            tree(20, 2, output),
            "more than 10000 instances of modules",
        ),
        case(
            "tree of 8^12 modules",
            tree(12, 8, output),
            "more than 10000 instances of modules",
        ),
        case(
            "tree of 2^20 modules with mirrors",
            tree(20, 2, &(output.to_owned() + &mirror("\"quay.io/a\""))),
            "more than 10000 instances of modules",
        ),
        case(
            "chain of 300 modules",
            tree(300, 1, &(output.to_owned() + &mirror("\"nginx\""))),
            "the modules are nested more than 100 levels deep",
        ),
        case(
            "20,000 modules with a manifest",
            vec![
                (
                    "main.tf".to_owned(),
                    "module \"m\" {\n  source = \"./m\"\n  count  = 20000\n}\n".to_owned(),
                ),
                ("m/main.tf".to_owned(), manifest("\"quay.io/a\"")),
            ],
            "more than 10000 instances of modules, so mirrors may be missing",
        ),
    ]
}

/// Inputs whose values take too much memory.
fn value_cases() -> Vec<Case> {
    let memory = "the values take more than 64 MiB of memory";
    let numbers = "range(1000)";
    vec![
        case(
            "strings that double",
            {
                let steps = (1..40).map(|step| {
                    let previous = step - 1;
                    format!("  s{step} = \"${{local.s{previous}}}${{local.s{previous}}}\"\n")
                });
                let locals = format!(
                    "locals {{\n  s0 = \"abcdefgh\"\n{}}}\n",
                    steps.collect::<String>()
                );
                root(locals + &mirror("substr(local.s39, 0, 9)"))
            },
            memory,
        ),
        case(
            "lists that double",
            {
                let steps = (1..40).map(|step| {
                    let previous = step - 1;
                    format!("  s{step} = concat(local.s{previous}, local.s{previous})\n")
                });
                let locals = format!("locals {{\n  s0 = [\"a\"]\n{}}}\n", steps.collect::<String>());
                root(locals + &mirror("local.s39[0]"))
            },
            memory,
        ),
        case(
            "nested lists",
            root(mirror(&format!(
                "[for a in {numbers} : [for b in {numbers} : \"quay.io/team-${{a}}/app-${{b}}\"]][0][0]"
            ))),
            memory,
        ),
        case(
            "chain of merges",
            root(merges(2_000) + &mirror("values(local.l0)[0]")),
            memory,
        ),
        case(
            "csvdecode",
            {
                let mut files = root(mirror("csvdecode(file(\"rows.csv\"))[0].a"));
                files.push((
                    "rows.csv".to_owned(),
                    "a,b\n".to_owned() + &"1,2\n".repeat(200_000),
                ));
                files
            },
            memory,
        ),
        case(
            "jsondecode",
            {
                let mut files = root(mirror("jsondecode(file(\"list.json\"))[0]"));
                files.push(("list.json".to_owned(), format!("[{}1]", "1,".repeat(1_500_000))));
                files
            },
            memory,
        ),
        case(
            "yamldecode",
            {
                let mut files = root(mirror("yamldecode(file(\"list.txt\"))[0]"));
                files.push(("list.txt".to_owned(), "- 1\n".repeat(1_300_000)));
                files
            },
            memory,
        ),
        case(
            "split",
            {
                let mut files = root(mirror("split(\"\", file(\"text.txt\"))[0]"));
                files.push(("text.txt".to_owned(), "a".repeat(2_000_000)));
                files
            },
            memory,
        ),
        case(
            "count",
            root(mirror("\"quay.io/${count.index}\"").replacen(
                "  cluster_id",
                "  count = 120000\n  cluster_id",
                1,
            )),
            "count is larger than 100000",
        ),
        case(
            "manifest with an element of a large value",
            root(
                "locals {\n  all = [for i in range(1000) : [for j in range(1000) : \"quay.io/team-${i}/${j}\"]]\n}\n"
                    .to_owned()
                    + &manifest("local.all[0][0]"),
            ),
            "the values take more than 64 MiB of memory, so mirrors may be missing",
        ),
    ]
}

/// Inputs that take too much memory or work together, although each value and each root module is within its limits.
fn run_cases() -> Vec<Case> {
    let message =
        "the mirrors of all root modules take more than 96 MiB of memory, so mirrors may be missing";
    let counted = |count: usize| {
        mirror("\"quay.io/a${count.index}\"").replacen(
            "  cluster_id",
            &format!("  count = {count}\n  cluster_id"),
            1,
        )
    };
    let list = |elements: &str| format!("locals {{\n  all = [for i in range(1000) : {elements}]\n}}\n");
    vec![
        case("100,000 mirrors", root(counted(100_000)), message),
        case(
            "20 root modules with 60,000 mirrors each",
            (0..20)
                .map(|number| (format!("r{number}/main.tf"), counted(60_000)))
                .collect(),
            message,
        ),
        case(
            "1,000 mirrors in each of 1,000 instances of a module",
            vec![
                (
                    "main.tf".to_owned(),
                    "module \"m\" {\n  source = \"./m\"\n  count  = 1000\n}\n".to_owned(),
                ),
                (
                    "m/main.tf".to_owned(),
                    (0..1000)
                        .map(|number| {
                            mirror("\"quay.io/a\"").replace("\"a\" {", &format!("\"a{number}\" {{"))
                        })
                        .collect(),
                ),
            ],
            "MiB of memory, so mirrors may be missing",
        ),
        case(
            "5,000 mirrors that share a list of 1,000 elements",
            root(list("\"m.io/a${i}\"") + &counted(5_000).replace("[\"m.io/a\"]", "local.all")),
            message,
        ),
        case(
            "1,000 manifests that share a list of 1,000 entries",
            root(
                list("{ source = \"quay.io/a${i}\", mirrors = [\"m.io/a\"] }")
                    + &manifest("null")
                        .replace("  manifest =", "  count = 1000\n  manifest =")
                        .replace("name = \"a\"", "name = \"a${count.index}\"")
                        .replace("[{ source = null, mirrors = [\"m.io/a\"] }]", "local.all"),
            ),
            message,
        ),
        case(
            "12 root modules with long loops",
            (0..12)
                .map(|number| {
                    let loops =
                        "length([for c in range(9) : c if length([for a in range(1000) : a if length([for b in \
                         range(1000) : b if b + a < c]) + a < 0]) > 1])";
                    (
                        format!("r{number}/main.tf"),
                        mirror(&format!("\"quay.io/${{{loops}}}\"")),
                    )
                })
                .collect(),
            "r9: the evaluations of all root modules take more than 10",
        ),
        case(
            "mirrors with long sources",
            root(
                "locals {\n  long = join(\"\", [for i in range(1000) : \"abcde\"])\n}\n".to_owned()
                    + &counted(60_000).replace("quay.io/a$", "${local.long}$"),
            ),
            "MiB of memory, so mirrors may be missing",
        ),
    ]
}

#[test]
fn hostile_inputs_end_soon_and_say_which_limit_they_reached() {
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join("input");
    write_files(&directory, &[("main.tf", mirror("\"quay.io/a\""))]);
    let idle = measure(&directory).elapsed.max(Duration::from_millis(10));
    for case in [module_cases(), value_cases(), run_cases()].iter().flatten() {
        check(case, idle);
    }
}

#[test]
fn a_limit_is_a_finding_with_its_number_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let text = mirror("\"quay.io/a\"").replacen("  cluster_id", "  count      = 1000000\n  cluster_id", 1);
    write_files(directory.path(), &[("main.tf", text.as_str()), VERSIONS]);
    let run = mirrorset_in(directory.path(), &["check", "."]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!(run.stdout, @r#"
    info[unknown-value]: rhcs_image_mirror.a[*]: the number of instances is unknown: the instances are unknown: count is larger than 100000
      ┌─ main.tf:1:1
      │
    1 │ resource "rhcs_image_mirror" "a" {
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown
      │
      = help: use a plan, in which the value may be known (`terraform show -json PLAN`)

    warning[unknown-value]: .: count is larger than 100000, so mirrors may be missing or undecided
      ┌─ main.tf:2:16
      │
    2 │   count      = 1000000
      │                ^^^^^^^ the limit is reached here
      │
      = help: check a plan of the configuration, whose values Terraform has computed (`terraform show -json PLAN`), or divide the configuration

    1 mirror in 1 root module: 0 clean, 0 with findings, 1 undecided (the instances are unknown: count is larger than 100000)
    "#);
}
