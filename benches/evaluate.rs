//! How long evaluation takes, and that an instance costs the same however many there are.
//!
//! `cargo bench --bench evaluate`

#![allow(clippy::unwrap_used, reason = "a benchmark may stop at once")]

use std::fmt::Write as _;
use std::path::Path;

use divan::Bencher;
use mirrorset::testing::convert::{self, find_target};
use mirrorset::testing::workspace::{Options, load};
use tempfile::TempDir;

fn main() {
    divan::main();
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A root that calls a module for each of 100 teams, which calls one for each of its mirrors.
fn two_levels(instances: usize) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let per_team = instances / 100;
    write(
        directory.path(),
        "main.tf",
        &format!(
            r#"
variable "cluster_id" {{
  default = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
}}
locals {{
  teams = {{ for t in range(100) : "team-${{t}}" => {{
    for m in range({per_team}) : "quay.io/team-${{t}}/app-${{m}}" => ["mirror.example.com/team-${{t}}/app-${{m}}", "backup.example.com/team-${{t}}/app-${{m}}"]
  }} }}
}}
module "team" {{
  source     = "./team"
  for_each   = local.teams
  cluster_id = var.cluster_id
  mirrors    = each.value
}}
"#
        ),
    );
    write(
        directory.path(),
        "team/main.tf",
        r#"
variable "cluster_id" {
  type = string
}
variable "mirrors" {
  type = map(list(string))
}
module "mirror" {
  source     = "../mirror"
  for_each   = var.mirrors
  cluster_id = var.cluster_id
  registry   = each.key
  mirrors    = each.value
}
"#,
    );
    write(
        directory.path(),
        "mirror/main.tf",
        r#"
variable "cluster_id" {
  type = string
}
variable "registry" {
  type = string
}
variable "mirrors" {
  type = list(string)
}
resource "rhcs_image_mirror" "this" {
  cluster_id = var.cluster_id
  source     = var.registry
  mirrors    = var.mirrors
}
"#,
    );
    directory
}

#[divan::bench(args = [1_000, 10_000, 100_000], max_time = 20)]
fn instances_through_two_module_levels(bencher: Bencher<'_, '_>, instances: usize) {
    measure_mirrors(bencher, &two_levels(instances), instances);
}

#[divan::bench(args = [1_000, 10_000, 100_000], max_time = 20)]
fn locals_in_a_chain(bencher: Bencher<'_, '_>, locals: usize) {
    let directory = tempfile::tempdir().unwrap();
    let mut text = String::from("locals {\n  l0 = \"quay.io/app\"\n");
    for local in 1..locals {
        writeln!(text, "  l{local} = \"${{local.l{}}}\"", local - 1).unwrap();
    }
    writeln!(
        text,
        "}}\nresource \"rhcs_image_mirror\" \"m\" {{\n  cluster_id = \"c\"\n  source = local.l{}\n  mirrors = [\"m.example.com/app\"]\n}}",
        locals - 1
    )
    .unwrap();
    write(directory.path(), "main.tf", &text);
    let paths = [directory.path().to_owned()];
    bencher
        .counter(divan::counter::ItemsCount::new(locals))
        .bench(|| {
            let loaded = load(&paths, &Options::default());
            let source = loaded.project.inputs[0].mirrors[0].source.value().cloned();
            assert_eq!(source.as_deref(), Some("quay.io/app"));
            loaded
        });
}

/// Each mirror takes its source out of a list of all sources of another block.
#[divan::bench(args = [1_000, 10_000, 100_000], max_time = 20)]
fn elements_of_another_block(bencher: Bencher<'_, '_>, instances: usize) {
    let directory = tempfile::tempdir().unwrap();
    let block = |name: &str, source: &str| {
        format!(
            "resource \"rhcs_image_mirror\" \"{name}\" {{\n  count = {instances}\n  cluster_id = \"c\"\n  \
             source = {source}\n  mirrors = [\"m.example.com/app\"]\n}}\n"
        )
    };
    let first = block("first", "\"quay.io/app-${count.index}\"");
    let second = block(
        "second",
        "element(rhcs_image_mirror.first[*].source, count.index)",
    );
    write(directory.path(), "main.tf", &(first + &second));
    measure_mirrors(bencher, &directory, 2 * instances);
}

/// Each mirror refers to the one before it, as people write it who want them created one by one.
#[divan::bench(args = [100, 1_000, 3_000], max_time = 20)]
fn mirrors_in_a_chain(bencher: Bencher<'_, '_>, mirrors: usize) {
    let directory = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for mirror in 0..mirrors {
        let source = match mirror.checked_sub(1) {
            Some(before) => format!("rhcs_image_mirror.m{before}.source"),
            None => "\"quay.io/app\"".to_owned(),
        };
        writeln!(
            text,
            "resource \"rhcs_image_mirror\" \"m{mirror}\" {{\n  cluster_id = \"c\"\n  source = {source}\n  \
             mirrors = [\"m.example.com/app\"]\n}}"
        )
        .unwrap();
    }
    write(directory.path(), "main.tf", &text);
    measure_mirrors(bencher, &directory, mirrors);
}

fn measure_mirrors(bencher: Bencher<'_, '_>, directory: &TempDir, mirrors: usize) {
    let paths = [directory.path().to_owned()];
    bencher
        .counter(divan::counter::ItemsCount::new(mirrors))
        .bench(|| {
            let loaded = load(&paths, &Options::default());
            assert_eq!(loaded.project.inputs[0].mirrors.len(), mirrors);
            loaded
        });
}

#[divan::bench(args = [10_000], max_time = 10)]
fn conversion_to_json(bencher: Bencher<'_, '_>, instances: usize) {
    let directory = two_levels(instances);
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    let options = convert::Options::default();
    let json = find_target("json").unwrap();
    bencher.bench(|| convert::convert(&loaded.project, &loaded.sources, json, &options));
}
