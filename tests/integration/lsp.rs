//! The language server, from the side of an editor: what it shows and offers after edits.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::editor::{Editor, able, apply, range_of};
use crate::support::program::{VERSIONS, scratch, write_files};

/// A mirror with this source.
fn mirror(source: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "m" {{
  cluster_id = "c"
  source     = "{source}"
  mirrors    = ["mirror.example.com/m"]
}}
"#
    )
}

/// The texts after a code action.
fn applied(action: &Value, texts: &[(String, &str)]) -> BTreeMap<String, String> {
    let mut texts = texts
        .iter()
        .map(|(uri, text)| (uri.clone(), (*text).to_owned()))
        .collect();
    apply(action, &mut texts);
    texts
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions
        .iter()
        .map(|action| action["title"].as_str().unwrap())
        .collect()
}

#[test]
fn findings_follow_each_edit() {
    let root = scratch(&[VERSIONS, ("main.tf", &mirror("quay.io/org/app"))]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    let line = json!({"range": range_of([2, 16, 2, 31]), "text": "nginx"});
    editor.change_with("main.tf", json!([line]));
    let found = [
        "2:15-2:22 error short-source: rhcs_image_mirror.m: source \"nginx\" has no registry host: never matches an image reference",
    ];
    assert_eq!(editor.diagnostics("main.tf"), found);
    // A syntax error, and its repair.
    editor.change_with("main.tf", json!([{"range": range_of([4, 0, 4, 1]), "text": ""}]));
    assert!(
        editor
            .diagnostics("main.tf")
            .iter()
            .any(|shown| shown.contains("syntax-error"))
    );
    editor.change_with("main.tf", json!([{"range": range_of([4, 0, 4, 0]), "text": "}"}]));
    assert_eq!(editor.diagnostics("main.tf"), found);
    // Without the unsaved text, the text on disk counts, and nothing is open.
    editor.close("main.tf");
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    assert_eq!(editor.shut_down(), 0);
}

#[test]
fn findings_are_pushed_without_a_request() {
    let root = scratch(&[VERSIONS, ("main.tf", &mirror("nginx"))]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    let uri = editor.uri("main.tf");
    while !editor.published.contains_key(&uri) {
        editor.wait(Duration::from_millis(50));
    }
    assert_eq!(editor.published[&uri].len(), 1);
}

#[test]
fn a_diagnostic_has_the_page_of_its_rule_and_the_trace_of_its_value() {
    let root = scratch(&[
        VERSIONS,
        ("terraform.tfvars", "app = \"nginx\"\n"),
        (
            "main.tf",
            &format!("variable \"app\" {{}}\n{}", mirror("${var.app}")),
        ),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    editor.settle();
    let shown = editor.published[&editor.uri("terraform.tfvars")].clone();
    let [diagnostic] = shown.as_slice() else {
        panic!("{shown:?}")
    };
    assert_eq!(diagnostic["source"], "mirrorset");
    assert_eq!(diagnostic["code"], "short-source");
    let page = diagnostic["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("docs/rules.md#short-source"), "{page}");
    let related = &diagnostic["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], editor.uri("main.tf").as_str());
    assert_eq!(related["location"]["range"]["start"]["line"], 3);
}

#[test]
fn positions_are_counted_in_the_encoding_of_the_client() {
    let root = scratch(&[VERSIONS]);
    let text = mirror("quay.io/a/b").replace("cluster_id = \"c\"", "/* é€😀 */ cluster_id = \"c\"");
    let text = text
        .replace("source     =", "/* é€😀 */ source =")
        .replace("quay.io/a/b", "nginx");
    for (encodings, start) in [
        (json!(null), 22),
        (json!(["utf-16"]), 22),
        (json!(["utf-8", "utf-16"]), 27),
        (json!(["utf-32"]), 21),
    ] {
        let mut capabilities = able();
        capabilities["general"]["positionEncodings"] = encodings.clone();
        let mut editor = Editor::start(root.path(), &capabilities);
        editor.open("main.tf", &text);
        let shown = editor.diagnostics("main.tf");
        assert!(
            shown[0].starts_with(&format!("2:{start}-2:{} ", start + 7)),
            "{encodings}: {shown:?}"
        );
        // The same units say where a change is.
        let change = json!({"range": range_of([2, start + 1, 2, start + 6]), "text": "quay.io/a/b"});
        editor.change_with("main.tf", json!([change]));
        assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0], "{encodings}");
    }
}

#[test]
fn a_changed_module_updates_its_callers() {
    let root = scratch(&[
        ("modules/m/versions.tf", VERSIONS.1),
        (
            "modules/m/main.tf",
            &format!("variable \"source_name\" {{}}\n{}", mirror("${var.source_name}")),
        ),
        (
            "live/a/main.tf",
            "module \"m\" {\n  source      = \"../../modules/m\"\n  source_name = \"nginx\"\n}\n",
        ),
        (
            "live/b/main.tf",
            "module \"m\" {\n  source      = \"../../modules/m\"\n  source_name = \"redis\"\n}\n",
        ),
        (".git/HEAD", ""),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("modules/m/main.tf");
    let name = "2:16-2:23 error short-source: module.m.rhcs_image_mirror.m: source \"nginx\" has no registry host: never matches an image reference";
    assert_eq!(editor.diagnostics("live/a/main.tf"), [name]);
    assert_eq!(
        editor.diagnostics("live/b/main.tf"),
        [name.replace("nginx", "redis")]
    );
    let text = std::fs::read_to_string(root.path().join("modules/m/main.tf")).unwrap();
    editor.change(
        "modules/m/main.tf",
        &text.replace("${var.source_name}", "quay.io/${var.source_name}"),
    );
    assert_eq!(editor.diagnostics("live/a/main.tf"), [] as [&str; 0]);
    // The unsaved text of the module counts for a root module that is opened later.
    editor.open(
        "live/c/main.tf",
        "module \"m\" {\n  source = \"../../modules/m\"\n  source_name = \"redis:1\"\n}\n",
    );
    editor.settle();
    let mut all = editor.published.values().flatten();
    let is_about_both = |shown: &Value| shown["message"].as_str().unwrap().contains("quay.io/redis:1");
    assert!(all.any(is_about_both), "{:?}", editor.published);
}

#[test]
fn files_change_outside_of_the_editor() {
    let root = scratch(&[
        VERSIONS,
        (
            "main.tf",
            &format!("variable \"app\" {{}}\n{}", mirror("${var.app}")),
        ),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    assert!(editor.diagnostics("main.tf")[0].contains("unknown-value"));
    let is_registered = |message: &Value| message["method"] == "client/registerCapability";
    assert!(editor.received.iter().any(is_registered));
    let changed = |editor: &mut Editor, kind: i32| {
        let change = json!({"uri": editor.uri("a.auto.tfvars"), "type": kind});
        editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
    };
    write_files(root.path(), &[("a.auto.tfvars", "app = \"nginx\"\n")]);
    changed(&mut editor, 1);
    assert_eq!(editor.diagnostics("a.auto.tfvars").len(), 1);
    write_files(root.path(), &[("a.auto.tfvars", "app = \"quay.io/org/app\"\n")]);
    changed(&mut editor, 2);
    assert_eq!(editor.diagnostics("a.auto.tfvars"), [] as [&str; 0]);
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    std::fs::remove_file(root.path().join("a.auto.tfvars")).unwrap();
    changed(&mut editor, 3);
    assert!(editor.diagnostics("main.tf")[0].contains("unknown-value"));
}

#[test]
fn every_kind_of_input_is_checked() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    let json = json!({"resource": {"rhcs_image_mirror": {"j": {
        "cluster_id": "c", "source": "nginx", "mirrors": ["mirror.example.com/m"]}}}});
    let manifest = "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n  name: m\nspec:\n  \
                    imageDigestMirrors:\n    - source: nginx\n      mirrors: [mirror.example.com/m]\n";
    let plan = std::fs::read_to_string(crate::support::program::fixture(
        "examples/short-source/fail.json",
    ));
    for (name, text, rule) in [
        ("a/main.tf.json", json.to_string(), "short-source"),
        ("b/main.tofu", mirror("nginx"), "short-source"),
        ("c/mirrors.yaml", manifest.to_owned(), "short-source"),
        ("d/plan.json", plan.unwrap_or_default(), "short-source"),
        (
            "e/mirrorset.toml",
            "[rules]\nshort-sauce = \"off\"\n".to_owned(),
            ": unknown rule `short-sauce`",
        ),
    ] {
        if text.is_empty() {
            println!("skipped: no fixture for {name}");
            continue;
        }
        editor.open(name, &text);
        let shown = editor.diagnostics(name);
        assert!(
            shown.iter().any(|shown| shown.contains(rule)),
            "{name}: {shown:?}"
        );
        editor.close(name);
        assert_eq!(editor.diagnostics(name), [] as [&str; 0]);
    }
}

#[test]
fn a_safe_fix_is_preferred_and_edits_the_version_that_was_checked() {
    let root = scratch(&[VERSIONS]);
    let text = mirror("nginx");
    let mut editor = Editor::start(root.path(), &able());
    editor.open("main.tf", &mirror("redis"));
    editor.change("main.tf", &text);
    let actions = editor.code_actions("main.tf", [2, 15, 2, 15], &["quickfix"]);
    assert_eq!(
        titles(&actions),
        [
            "write \"docker.io/library/nginx\"",
            "Suppress short-source here, with a reason",
            "Turn short-source off in mirrorset.toml",
        ]
    );
    let fix = &actions[0];
    assert_eq!(
        (&fix["isPreferred"], &fix["kind"]),
        (&json!(true), &json!("quickfix"))
    );
    assert_eq!(fix["diagnostics"][0]["code"], "short-source");
    let document = &fix["edit"]["documentChanges"][0]["textDocument"];
    assert_eq!(
        (&document["uri"], &document["version"]),
        (&json!(editor.uri("main.tf")), &json!(2))
    );
    let uri = editor.uri("main.tf");
    let texts = applied(fix, &[(uri.clone(), &text)]);
    assert_eq!(texts[&uri], mirror("docker.io/library/nginx"));
    assert_eq!(
        editor.code_actions("main.tf", [0, 0, 1, 0], &[]),
        [] as [Value; 0]
    );
}

#[test]
fn a_fix_that_needs_review_is_not_preferred() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open("main.tf", &mirror("quay.io/a/b:latest"));
    let actions = editor.code_actions("main.tf", [2, 0, 3, 0], &[]);
    let unsafe_fix = actions
        .iter()
        .find(|action| action["title"].as_str().unwrap().ends_with("(needs review)"));
    assert_eq!(unsafe_fix.expect("an unsafe fix").get("isPreferred"), None);
    // All safe fixes do not include it.
    assert_eq!(
        editor.code_actions("main.tf", [0; 4], &["source.fixAll.mirrorset"]),
        [] as [Value; 0]
    );
}

#[test]
fn all_safe_fixes_of_a_file_are_one_action() {
    let root = scratch(&[VERSIONS]);
    let text = mirror("nginx").replace("mirror.example.com/m", "https://mirror.example.com/m/");
    let mut editor = Editor::start(root.path(), &able());
    editor.open("main.tf", &text);
    for only in ["source", "source.fixAll", "source.fixAll.mirrorset"] {
        let actions = editor.code_actions("main.tf", [0; 4], &[only]);
        let [action] = actions.as_slice() else {
            panic!("{only}: {actions:?}")
        };
        let uri = editor.uri("main.tf");
        let fixed = applied(action, &[(uri.clone(), &text)]).remove(&uri).unwrap();
        assert_eq!(fixed, mirror("docker.io/library/nginx"));
        editor.change("main.tf", &fixed);
        assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
        editor.change("main.tf", &text);
    }
    assert_eq!(
        editor.code_actions("main.tf", [0; 4], &["source.organizeImports"]),
        [] as [Value; 0]
    );
}

#[test]
fn a_finding_is_suppressed_with_a_reason_or_its_rule_is_turned_off() {
    let root = scratch(&[VERSIONS]);
    let text = mirror("nginx");
    let mut editor = Editor::start(root.path(), &able());
    editor.open("main.tf", &text);
    let actions = editor.code_actions("main.tf", [2, 15, 2, 15], &["quickfix"]);
    let uri = editor.uri("main.tf");
    let suppressed = applied(&actions[1], &[(uri.clone(), &text)])
        .remove(&uri)
        .unwrap();
    let comment = "  # mirrorset: ignore[short-source] explain why\n  source";
    assert_eq!(suppressed, text.replace("  source", comment));
    editor.change("main.tf", &suppressed);
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    editor.change("main.tf", &text);
    let settings = editor.uri("mirrorset.toml");
    let created = &actions[2]["edit"]["documentChanges"][0];
    assert_eq!(
        (&created["kind"], &created["uri"]),
        (&json!("create"), &json!(settings))
    );
    let written = applied(&actions[2], &[]).remove(&settings).unwrap();
    assert_eq!(written, "[rules]\nshort-source = \"off\"\n");
    editor.open("mirrorset.toml", &written);
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    // The next rule goes to the file that there is.
    editor.change("main.tf", &text.replace("/m\"", "/m/\""));
    let actions = editor.code_actions("main.tf", [3, 20, 3, 20], &["quickfix"]);
    let action = actions
        .iter()
        .find(|action| action["title"].as_str().unwrap().starts_with("Turn"));
    let edited = applied(action.unwrap(), &[(settings.clone(), &written)])
        .remove(&settings)
        .unwrap();
    assert_eq!(edited, format!("{written}invalid-mirror = \"off\"\n"));
}

#[test]
fn a_client_without_versions_gets_plain_edits() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &json!({}));
    editor.open("main.tf", &mirror("nginx"));
    let actions = editor.code_actions("main.tf", [2, 15, 2, 15], &["quickfix"]);
    assert_eq!(
        titles(&actions),
        [
            "write \"docker.io/library/nginx\"",
            "Suppress short-source here, with a reason"
        ]
    );
    assert!(actions[0]["edit"]["changes"][editor.uri("main.tf")].is_array());
}

#[test]
fn settings_of_the_client_and_of_the_project_apply() {
    let root = scratch(&[VERSIONS]);
    let settings = json!({"ignore": ["short-source"]});
    let mut editor = Editor::start_with(root.path(), &able(), &settings, &["--stdio", "--strict"]);
    editor.open("main.tf", &mirror("nginx"));
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    editor.settings = json!({"ignore": ["no-rule"]});
    editor.notify("workspace/didChangeConfiguration", json!({"settings": null}));
    editor.wait(Duration::from_millis(300));
    assert_eq!(editor.diagnostics("main.tf").len(), 1);
    let is_told = |message: &Value| {
        message["params"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("no-rule"))
    };
    assert!(editor.received.iter().any(is_told), "{:?}", editor.received);
    editor.open("mirrorset.toml", "[rules]\nshort-source = \"info\"\n");
    assert!(editor.diagnostics("main.tf")[0].contains(" info short-source"));
}

#[test]
fn each_folder_is_checked_on_its_own() {
    let roots = [
        scratch(&[VERSIONS, ("mirrorset.toml", "[rules]\nshort-source = \"off\"\n")]),
        scratch(&[VERSIONS]),
    ];
    let mut editor = Editor::start(roots[0].path(), &able());
    editor.open("main.tf", &mirror("nginx"));
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    let second = std::fs::canonicalize(roots[1].path()).unwrap();
    let folder = json!({"uri": format!("file://{}", second.display()), "name": "second"});
    let event = json!({"added": [folder], "removed": []});
    editor.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    let name = second.join("main.tf").display().to_string();
    editor.open(&name, &mirror("nginx"));
    assert_eq!(editor.diagnostics(&name).len(), 1);
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
    let event = json!({"added": [], "removed": [folder]});
    editor.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    assert_eq!(
        editor.diagnostics(&name).len(),
        1,
        "a text without a folder is checked in its directory"
    );
}

#[test]
fn diagnostics_are_pulled_by_a_client_that_asks_again() {
    let root = scratch(&[VERSIONS, ("a.auto.tfvars", "app = \"nginx\"\n")]);
    let mut capabilities = able();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({"refreshSupport": true});
    let mut editor = Editor::start(root.path(), &capabilities);
    assert_eq!(
        editor.capabilities["diagnosticProvider"]["interFileDependencies"],
        true
    );
    editor.open(
        "main.tf",
        &format!("variable \"app\" {{}}\n{}", mirror("${var.app}")),
    );
    editor.open_file("a.auto.tfvars");
    let pull = |editor: &mut Editor| {
        let document = json!({"uri": editor.uri("a.auto.tfvars")});
        editor.request("textDocument/diagnostic", json!({"textDocument": document}))["items"].clone()
    };
    assert_eq!(pull(&mut editor)[0]["code"], "short-source");
    assert!(editor.published.is_empty());
    editor.change("main.tf", "");
    editor.settle();
    let is_refresh = |message: &Value| message["method"] == "workspace/diagnostic/refresh";
    assert!(editor.received.iter().any(is_refresh));
    assert_eq!(pull(&mut editor), json!([]));
}

#[test]
fn a_broken_message_ends_nothing() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::spawn(root.path(), &[]);
    let early = editor.send_request("textDocument/codeAction", json!({}));
    assert_eq!(editor.response(early)["error"]["code"], -32002);
    let folder = editor.uri("");
    editor.request(
        "initialize",
        json!({"rootUri": folder, "capabilities": {"general": 7}}),
    );
    for broken in [
        "",
        "{",
        "[]",
        "null",
        "{\"jsonrpc\": \"2.0\"}",
        "{\"id\": 1.5, \"method\": \"x\"}",
        "\u{0}",
    ] {
        editor.write_raw(format!("Content-Length: {}\r\n\r\n{broken}", broken.len()).as_bytes());
    }
    editor.write_raw(b"\r\n\r\nnoise\r\nContent-Length: none\r\n\r\n");
    editor.write_raw(b"Content-Length: 2\r\n\r\n\xff\xfe");
    for method in [
        "textDocument/didOpen",
        "textDocument/didChange",
        "workspace/didChangeWorkspaceFolders",
    ] {
        editor.notify(method, json!({"textDocument": 7}));
    }
    let unknown = editor.send_request("textDocument/unknown", json!({}));
    assert_eq!(editor.response(unknown)["error"]["code"], -32601);
    let invalid = editor.send_request("textDocument/codeAction", json!([]));
    assert_eq!(editor.response(invalid)["error"]["code"], -32602);
    editor.open("main.tf", &mirror("nginx"));
    assert_eq!(editor.diagnostics("main.tf").len(), 1);
    editor.request("shutdown", Value::Null);
    let late = editor.send_request("textDocument/codeAction", json!({}));
    assert_eq!(editor.response(late)["error"]["code"], -32600);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.exit_status(), 0);
}

#[test]
fn the_server_ends_with_its_client() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    assert_eq!(editor.exit_status(), 1, "the client has not asked to shut down");
    let mut editor = Editor::start(root.path(), &able());
    editor.notify("exit", Value::Null);
    assert_eq!(editor.exit_status(), 1);
    let mut editor = Editor::spawn(root.path(), &[]);
    assert_eq!(editor.exit_status(), 1);
}

#[test]
fn a_canceled_request_is_answered_as_canceled() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open("main.tf", &mirror("nginx"));
    let document = json!({"uri": editor.uri("main.tf")});
    let params = json!({"textDocument": document, "range": range_of([0; 4]), "context": {"diagnostics": []}});
    // All of it arrives at once, so the request is canceled before it is handled, or answered.
    let mut text = String::new();
    for message in [
        json!({"jsonrpc": "2.0", "id": 90, "method": "textDocument/codeAction", "params": params}),
        json!({"jsonrpc": "2.0", "id": 91, "method": "textDocument/codeAction", "params": params}),
        json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 91}}),
    ] {
        let message = message.to_string();
        text.push_str(&format!("Content-Length: {}\r\n\r\n{message}", message.len()));
    }
    editor.write_raw(text.as_bytes());
    assert!(editor.response(90).get("result").is_some());
    let canceled = editor.response(91);
    let is_canceled = canceled["error"]["code"] == -32800;
    assert!(is_canceled || canceled.get("result").is_some(), "{canceled}");
}
