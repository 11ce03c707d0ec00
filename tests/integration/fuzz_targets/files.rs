//! Targets whose input is the text of files.

use std::path::PathBuf;

use mirrorset::testing::diagnostic::Applicability;

use super::fixing;
use super::outputs::{MARK, assert_all};
use super::scratch::{archive, directory_of};

/// Variables whose values no output shows. The inputs can refer to them.
const HIDDEN: &str = r#"variable "hidden" {
  sensitive = true
  default   = "M4RKhidden"
}
variable "hidden_object" {
  ephemeral = true
  default   = { M4RKkey = ["M4RKelement"] }
}
"#;

/// Whether an input leaves the hidden values hidden: it has no mark of its own, and neither declares the variables again
/// nor takes the marks away.
fn keeps_hidden(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let words = [MARK, "nonsensitive", "variable", "yamldecode", "jsondecode"];
    !words.iter().any(|word| text.contains(word))
}

/// A module beside hidden values.
fn configuration(name: &str, input: &[u8]) {
    let directory = directory_of([(name, input), ("hidden.tf", HIDDEN.as_bytes())]);
    assert_all(&[directory], keeps_hidden(input));
}

pub(crate) fn native(input: &[u8]) {
    configuration("main.tf", input);
}

pub(crate) fn json(input: &[u8]) {
    configuration("main.tf.json", input);
}

/// Manifests, named and found in a directory.
pub(crate) fn yaml(input: &[u8]) {
    let directory = directory_of([("m.yaml", input)]);
    assert_all(&[directory.join("m.yaml")], false);
    assert_all(&[directory], false);
}

pub(crate) fn plan(input: &[u8]) {
    let directory = directory_of([("plan.json", input)]);
    assert_all(&[directory.join("plan.json")], false);
}

/// A module whose values come from other files.
const MODULE: &str = r#"variable "a" {
  type = string
}
variable "b" {
  type = list(string)
}
variable "c" {
  type = map(object({ s = string, m = optional(list(string), ["m.io/x"]), x = optional(any) }))
}
variable "d" {
  sensitive = true
}
resource "rhcs_image_mirror" "a" {
  cluster_id = var.d
  source     = var.a
  mirrors    = var.b
}
resource "rhcs_image_mirror" "c" {
  for_each   = var.c
  cluster_id = "2lbbrpgk"
  source     = each.value.s
  mirrors    = each.value.m
}
"#;

/// Files that say what a module does not: the first byte chooses which, and a NUL divides their texts. A hidden value is
/// in the file of variables, in front of the input.
pub(crate) fn settings(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else {
        return;
    };
    let mut parts = rest.splitn(2, |byte| *byte == 0);
    let [first, second] = [(); 2].map(|()| parts.next().unwrap_or_default());
    let values = |start: &str| [start.as_bytes(), first].concat();
    let commented = [MODULE.as_bytes(), b"\n# mirrorset: ", second].concat();
    let native = values("d = \"M4RKd\"\n");
    let json = values("{\"d\": \"M4RKd\", ");
    let files: Vec<(&str, &[u8])> = match choice % 4 {
        0 => vec![
            ("main.tf", MODULE.as_bytes()),
            ("terraform.tfvars", &native),
            ("mirrorset.toml", second),
        ],
        1 => vec![
            ("main.tf", MODULE.as_bytes()),
            ("terraform.tfvars.json", &json),
            ("mirrorset.toml", second),
        ],
        2 => vec![("main.tf", &commented), ("a.auto.tfvars", &native)],
        _ => vec![
            ("main.tf", MODULE.as_bytes()),
            ("z.auto.tfvars", &native),
            (".terraform.lock.hcl", second),
            (".terraform/modules/modules.json", second),
        ],
    };
    let directory = directory_of(files);
    assert_all(&[directory], keeps_hidden(input));
}

/// Several files of any kind, as a directory and each one named.
pub(crate) fn tree(input: &[u8]) {
    let files = archive(input);
    let directory = directory_of(files.iter().map(|(name, text)| (name.as_str(), text.as_slice())));
    let ends_with = |name: &str, endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let is_named = |name: &str| ends_with(name, &[".json", ".yaml"]) && !ends_with(name, &[".tf.json"]);
    let named = files.iter().filter(|(name, _)| is_named(name));
    let named: Vec<PathBuf> = named.map(|(name, _)| directory.join(name)).collect();
    assert_all(&[std::slice::from_ref(&directory), &named].concat(), false);
}

/// Several files, whose findings are fixed.
pub(crate) fn fix(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else {
        return;
    };
    let applicability = match choice % 2 {
        0 => Applicability::Unsafe,
        _ => Applicability::Safe,
    };
    let files = archive(rest);
    let directory = directory_of(files.iter().map(|(name, text)| (name.as_str(), text.as_slice())));
    fixing::assert_safe(&directory, applicability);
}
