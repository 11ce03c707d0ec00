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

/// What a program prints for an editor's settings. `None` if the program is not installed.
fn printed(program: &str, arguments: &[&str], files: &[(&str, &str)]) -> Option<String> {
    if Command::new(program).arg("--version").output().is_err() {
        println!("skipped: {program} is not installed");
        return None;
    }
    let root = scratch(files);
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(root.path())
        .env("HOME", root.path());
    let output = command.output().unwrap();
    let [text, messages] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{messages}");
    Some(text + &messages + &std::fs::read_to_string(root.path().join("printed")).unwrap_or_default())
}

#[test]
fn helix_and_zed_have_settings_in_the_form_that_they_read() {
    let helix: toml::Table = snippet("helix").parse().unwrap();
    assert_eq!(
        helix["language-server"]["mirrorset"]["command"].as_str(),
        Some("mirrorset")
    );
    assert_eq!(
        helix["language-server"]["mirrorset"]["args"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for language in helix["language"].as_array().unwrap() {
        let servers = language["language-servers"].as_array().unwrap();
        assert!(servers.iter().any(|server| server.as_str() == Some("mirrorset")));
    }
    let zed: Value = serde_json::from_str(&snippet("zed")).unwrap();
    assert_eq!(zed["lsp"]["mirrorset"]["settings"]["inlayHints"], true);
}

#[test]
fn emacs_reads_its_settings() {
    // In place of the packages, which have more in them than what the settings need.
    let packages = "(defvar eglot-server-programs nil)\n(provide 'eglot)\n\
                    (defun lsp-stdio-connection (command) (list 'stdio command))\n\
                    (defun lsp-activate-on (&rest languages) (cons 'on languages))\n\
                    (defun make-lsp-client (&rest slots) slots)\n\
                    (defun lsp-register-client (client) (princ (format \"%S\" client)))\n(provide 'lsp-mode)\n";
    let files = [
        ("eglot.el", &*snippet("eglot")),
        ("lsp-mode.el", &*snippet("lsp-mode")),
        ("packages.el", packages),
    ];
    let arguments = [
        "--batch",
        "-Q",
        "-l",
        "./eglot.el",
        "-l",
        "./lsp-mode.el",
        "-l",
        "./packages.el",
        "--eval",
        "(princ (format \"%S\" eglot-server-programs))",
    ];
    let Some(text) = printed("emacs", &arguments, &files) else {
        return;
    };
    assert!(
        text.contains("((terraform-mode \"mirrorset\" \"lsp\"))"),
        "{text}"
    );
    assert!(
        text.contains("(stdio (\"mirrorset\" \"lsp\")) :activation-fn (on \"terraform\" \"yaml\")"),
        "{text}"
    );
}

#[test]
fn kakoune_reads_its_settings() {
    let option = "declare-option str lsp_servers ''\n";
    let then = "\nedit main.tf\nset-option buffer filetype terraform\n\
                nop %sh{ printf '%s' \"$kak_opt_lsp_servers\" >printed }\nquit!\n";
    let kakrc = option.to_owned() + &snippet("kakoune") + then;
    let arguments = ["-n", "-ui", "dummy", "-e", "source kakrc"];
    let Some(text) = printed("kak", &arguments, &[("kakrc", &kakrc), ("main.tf", "")]) else {
        return;
    };
    let servers: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(servers["mirrorset"]["command"].as_str(), Some("mirrorset"));
    assert_eq!(servers["mirrorset"]["args"][0].as_str(), Some("lsp"));
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
