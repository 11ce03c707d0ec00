//! The settings for editors in `docs/editors.md`, tried with the editors that are installed.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::program::{VERSIONS, scratch};

/// The block of code after a marker in the page about editors.
fn snippet(marker: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/editors.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (_, after) = page.split_once(&format!("<!-- {marker} -->\n")).unwrap();
    let (_, code) = after.split_once('\n').unwrap();
    code.split_once("\n```").unwrap().0.to_owned()
}

const MAIN: &str = r#"variable "mirror" {
  type = string
}

resource "rhcs_image_mirror" "m" {
  cluster_id = "c"
  source     = "nginx"
  mirrors    = [var.mirror]
}
"#;

#[test]
fn neovim_shows_findings_applies_a_fix_shows_a_hover_and_jumps_to_a_definition() {
    if Command::new("nvim").arg("--version").output().is_err() {
        println!("skipped: Neovim is not installed");
        return;
    }
    let root = scratch(&[
        VERSIONS,
        (".git/HEAD", ""),
        ("main.tf", MAIN),
        (
            "terraform.tfvars",
            "# values\nmirror = \"mirror.example.com/m\"\n",
        ),
        ("init.lua", &snippet("neovim")),
        ("drive.lua", include_str!("neovim.lua")),
    ]);
    let program = assert_cmd::cargo::cargo_bin("mirrorset");
    let path = std::env::join_paths(
        std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let output = Command::new("nvim")
        .args([
            "--headless",
            "--clean",
            "-u",
            "init.lua",
            "main.tf",
            "-c",
            "luafile drive.lua",
        ])
        .current_dir(root.path())
        .env("PATH", path.unwrap())
        .env("HOME", root.path())
        .output()
        .unwrap();
    let text = std::fs::read_to_string(root.path().join("seen.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let seen: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(seen.get("problem"), None, "{seen}");
    let found = seen["found"][0].as_str().unwrap();
    assert!(
        found.starts_with("6: rhcs_image_mirror.m: source \"nginx\" has no registry host"),
        "{seen}"
    );
    assert_eq!(seen["applied"], "write \"docker.io/library/nginx\"");
    assert_eq!(seen["line"], "  source     = \"docker.io/library/nginx\"");
    let hover = seen["hover"].as_str().unwrap();
    assert!(
        hover.contains("\"mirror.example.com/m\"") && hover.contains("rhcs_image_mirror.m"),
        "{seen}"
    );
    assert_eq!(seen["definition"], "mirror = \"mirror.example.com/m\"");
}
