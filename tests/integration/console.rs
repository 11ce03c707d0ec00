//! Random expressions: `terraform console` and the evaluator have to agree.
//!
//! They agree if the type (`type(…)`), the JSON (`jsonencode(…)`) and, for values that are partly unknown or
//! sensitive, the printed value are equal, or if both reject the expression. The test runs if
//! `MIRRORSET_CONSOLE_EXPRESSIONS` is the number of expressions and a `terraform` and `script` of
//! util-linux are on the `PATH`. `MIRRORSET_CONSOLE_SEED` is the first seed, and `MIRRORSET_CONSOLE_REPORT` the name of a
//! file for the differences:
//!
//! ```text
//! MIRRORSET_CONSOLE_EXPRESSIONS=20000 cargo test --test integration console::
//! ```
//!
//! Last run with Terraform 1.11.4, 20,000 expressions each:
//!
//! | from seed | rejected by both | undecided | different |
//! |---|---|---|---|
//! | 1 | 9,193 | 3 | 0 |
//! | 100,001 | 9,120 | 7 | 0 |
//! | 200,001 | 9,172 | 6 | 0 |
//! | 300,001 | 9,153 | 4 | 0 |
//! | 400,001 | 9,096 | 5 | 0 |
//! | 500,001 | 9,264 | 0 | 0 |
//! | 600,001 | 9,324 | 3 | 0 |
//! | 700,001 | 9,080 | 5 | 0 |
//! | 800,001 | 9,186 | 6 | 0 |
//! | 900,001 | 9,168 | 6 | 0 |
//! | 1,000,001 | 9,293 | 5 | 0 |
//! | 1,100,001 | 9,218 | 4 | 0 |
//! | 1,200,001 | 9,169 | 7 | 1 |
//!
//! Other programs, under the name `terraform` on the `PATH`; the evaluator takes the program and version that it prints:
//!
//! | program | from seed | rejected by both | undecided | different |
//! |---|---|---|---|---|
//! | Terraform 1.16.0-rc2 | 1 | 9,139 | 3 | 0 |
//! | Terraform 1.16.0-rc2 | 40,001 (12,000) | 5,484 | 6 | 0 |
//! | Terraform 1.16.0-rc2 | 5,000,001 (4,000) | 1,787 | 0 | 0 |
//! | Terraform 1.16.0-rc2 | 7,000,001 | 9,135 | 7 | 2, since corrected |
//! | OpenTofu 1.12.6 | 1 | 9,312 | 3 | 2, since corrected |
//! | OpenTofu 1.12.6 | 20 (14,225) | 6,580 | 1 | 0 |
//! | OpenTofu 1.12.6 | 8,000,001 | 9,413 | 9 | 4, since corrected |
//! | OpenTofu 1.12.6 | 9,000,001 | 9,404 | 2 | 1, since corrected |
//! | OpenTofu 1.12.6 | 10,000,001 | not noted | not noted | 0 |
//! | Terraform 1.16.0-rc2 | 11,000,001 | 9,384 | 4 | 1, since corrected |
//! | Terraform 1.16.0-rc2 | 12,000,001 | 9,285 | 4 | 0 |
//!
//! One difference (seed 1,200,050) remains: `alltrue(toset([local.u.string, "a"]))`. Terraform converts a set of
//! unknown length to a list of its own element type, whatever the target type is, and then rejects the list. Here
//! it is an unknown list of bools.
//!
//! Known differences:
//!
//! - `timestamp`, `plantimestamp`, `uuid`, `bcrypt`, `base64gzip`, `rsadecrypt` and the contents of files outside
//!   of the directory are unknown here. They are not generated.
//! - The order of elements of a set that differ only in the sign of a zero, inside tuples or objects
//!   (`setproduct(toset(["a"]), [0, -0.0])`): in Terraform it depends on the other elements.
//! - Some encodings are not supported (code pages of DOS and EBCDIC, HZ) or not completely (`EUC-JP`), and a text,
//!   a number or the work of an evaluation can exceed a limit. The error states the reason, and the expression
//!   counts as undecided.

mod collections;
mod functions;
mod generate;
mod ours;
mod random;
mod templates;
mod terraform;
mod words;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::support::program::write_files;
use generate::Generator;
use terraform_eval::dialect::Engine;
use terraform_eval::version::Version;

/// The number of expressions that one console evaluates.
const BATCH: usize = 250;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The directory that the expressions are evaluated in.
fn prepared(directory: &Path) {
    let types = [
        ("any", "any"),
        ("bool", "bool"),
        ("number", "number"),
        ("string", "string"),
        ("list", "list(string)"),
        ("set", "set(string)"),
        ("map", "map(string)"),
        ("object", "object({ a = string, b = optional(number) })"),
        ("tuple", "tuple([string, number])"),
        ("objects", "list(object({ a = string }))"),
        ("numbers", "list(number)"),
        ("lists", "map(list(string))"),
        (
            "nested",
            "object({ a = optional(object({ b = string })), b = list(any) })",
        ),
    ];
    let mut call = r#"resource "terraform_data" "u" {}
locals {
  u = module.u
}
module "u" {
  source = "./u"
"#
    .to_owned();
    let mut module = String::new();
    for (name, ty) in types {
        writeln!(call, "  {name} = jsondecode(terraform_data.u.id)").unwrap();
        writeln!(
            module,
            r#"variable "{name}" {{
  type = {ty}
}}"#
        )
        .unwrap();
        writeln!(
            module,
            r#"output "{name}" {{
  value = var.{name}
}}"#
        )
        .unwrap();
    }
    call.push_str("}\n");
    let files: [(&str, &[u8]); 10] = [
        ("main.tf", call.as_bytes()),
        ("u/main.tf", module.as_bytes()),
        ("f/plain.txt", b"plain text\n"),
        ("f/sub/a.txt", b"a"),
        ("f/sub/é.txt", "é".as_bytes()),
        ("f/greet.tftpl", b"Hello ${a}!\n"),
        ("f/loop.tftpl", b"%{ for x in a ~}\n- ${x}\n%{ endfor ~}\n"),
        ("f/outer.tftpl", b"[${templatefile(\"f/greet.tftpl\", {a = a})}]"),
        ("f/bytes.bin", b"\xff\xfe\x00"),
        ("f/binary.tftpl", b"\xff${a}"),
    ];
    write_files(directory, &files);
}

#[test]
fn random_expressions_have_the_value_that_the_console_prints() {
    let Some(count) = number("MIRRORSET_CONSOLE_EXPRESSIONS") else {
        println!("skipped: MIRRORSET_CONSOLE_EXPRESSIONS is not a number");
        return;
    };
    if !terraform::is_there() {
        println!("skipped: terraform is not on the PATH");
        return;
    }
    let seed = number("MIRRORSET_CONSOLE_SEED").unwrap_or(1);
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().canonicalize().unwrap();
    prepared(&directory);
    terraform::prepare(&directory);
    let mut report = std::env::var("MIRRORSET_CONSOLE_REPORT")
        .ok()
        .map(|path| fs::File::create(path).unwrap());
    let (engine, version) = terraform::version();
    // Only the console of Terraform since 1.9 reads an expression of several lines.
    let reads_lines =
        engine == Engine::Terraform && Version::parse_release(&version).unwrap() >= Version(1, 9, 0);
    let (mut tried, mut rejected, mut undecided, mut differences) = (0, 0, 0, 0);
    let mut dead = 0;
    // Every batch has its own seed, so that a single batch can be repeated.
    for seed in seed.. {
        if tried >= count {
            break;
        }
        let mut generator = Generator::new(seed);
        let expressions = (0..BATCH).map(|_| generator.next());
        let is_readable = |text: &String| reads_lines || !text.contains('\n');
        let expressions: Vec<String> = expressions.filter(is_readable).collect();
        let answers = terraform::ask(&directory, &expressions);
        let values = ours::evaluate(&directory, &expressions);
        for ((expression, answer), value) in expressions.iter().zip(&answers).zip(&values) {
            tried += 1;
            let Some(answer) = answer else {
                println!("seed {seed}: Terraform dies of {expression}");
                dead += 1;
                continue;
            };
            rejected += u64::from(answer.ty.is_empty());
            undecided += u64::from(value.is_limit());
            if let Some(difference) = ours::difference(answer, value) {
                differences += 1;
                let text = format!("seed {seed}: {expression}\n{difference}\n");
                println!("{text}");
                if let Some(report) = &mut report {
                    writeln!(report, "{text}").unwrap();
                }
            }
        }
    }
    println!(
        "{tried} expressions from seed {seed} on, {rejected} rejected, {undecided} undecided, {dead} deadly: {differences} differ"
    );
    assert_eq!(differences, 0);
}

#[test]
fn random_expressions_evaluate_to_a_value_or_an_error() {
    let count = number("MIRRORSET_EVALUATED_EXPRESSIONS").unwrap_or(2_000);
    let seed = number("MIRRORSET_CONSOLE_SEED").unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    prepared(directory.path());
    for batch in 0..count / BATCH as u64 {
        let mut generator = Generator::new(seed + batch);
        let expressions: Vec<String> = (0..BATCH).map(|_| generator.next()).collect();
        let started = std::time::Instant::now();
        let values = ours::evaluate(directory.path(), &expressions);
        let panicked = values.iter().any(ours::Evaluation::is_panic);
        assert!(!panicked, "seed {} panics", seed + batch);
        assert!(
            started.elapsed().as_secs() < 60,
            "seed {} takes too long",
            seed + batch
        );
    }
}
