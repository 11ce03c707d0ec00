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

#[cfg(unix)]
#[test]
fn a_finding_in_a_file_that_a_link_leads_to_is_shown_and_offered_once() {
    let root = scratch(&[
        VERSIONS,
        ("a/main.tf", &mirror("nginx")),
        ("b/versions.tf", VERSIONS.1),
    ]);
    std::os::unix::fs::symlink("../a/main.tf", root.path().join("b/linked.tf")).unwrap();
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("b/versions.tf");
    editor.open_file("a/main.tf");
    let shown = editor.diagnostics("a/main.tf");
    let of_rule = shown.iter().filter(|shown| shown.contains("short-source"));
    assert_eq!(of_rule.count(), 1, "{shown:#?}");
    let actions = editor.code_actions("a/main.tf", [2, 16, 2, 16], &["quickfix"]);
    let fixes = titles(&actions)
        .into_iter()
        .filter(|title| title.contains("docker.io/library/nginx"));
    assert_eq!(fixes.count(), 1, "{:#?}", titles(&actions));
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
fn a_request_is_answered_whatever_its_id_is() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    for id in [
        json!(5_000_000_000_i64),
        json!(-1),
        json!(1.5),
        json!("text"),
        json!(""),
    ] {
        editor.send(&json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/unknown"}));
        let answer = editor.response_to(&id);
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
    }
    for (message, code) in [
        ("{", -32700),
        ("[]", -32600),
        ("{\"id\": null, \"method\": \"shutdown\"}", -32600),
    ] {
        editor.write_raw(format!("Content-Length: {}\r\n\r\n{message}", message.len()).as_bytes());
        assert_eq!(
            editor.response_to(&Value::Null)["error"]["code"],
            code,
            "{message}"
        );
    }
    // What came before a request is handled first, so the request is canceled before it is handled.
    editor.open("main.tf", &mirror("nginx"));
    let id = 6_000_000_000_i64;
    let hover =
        json!({"textDocument": {"uri": editor.uri("main.tf")}, "position": {"line": 0, "character": 0}});
    let request =
        json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": hover}).to_string();
    let cancel = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}}).to_string();
    let both = [request, cancel].map(|text| format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    editor.write_raw(both.concat().as_bytes());
    let answer = editor.response_to(&json!(id));
    // The server may have begun before it has read the second message.
    assert!(
        answer["error"]["code"] == -32800 || answer.get("result").is_some(),
        "{answer}"
    );
    assert_eq!(editor.diagnostics("main.tf").len(), 1);
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

#[test]
fn edits_that_come_while_a_check_runs_count() {
    let slow = "locals {\n  all = [for i in range(400) : [for j in range(400) : i * j]]\n}\nresource \"rhcs_image_mirror\" \
                \"n\" {\n  cluster_id = \"c\"\n  source     = length(local.all) == 400 ? \"redis\" : \"quay.io/a\"\n  \
                mirrors    = [\"mirror.example.com/n\"]\n}\n";
    let root = scratch(&[VERSIONS, ("main.tf", ""), ("slow.tf", slow)]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("slow.tf");
    editor.open("main.tf", &mirror("quay.io/org/app"));
    let uri = editor.uri("main.tf");
    for number in 0..20 {
        editor.change("main.tf", &mirror(&format!("nginx{number}")));
        editor.wait(Duration::from_millis(20));
    }
    while !editor.published.contains_key(&uri) {
        editor.wait(Duration::from_millis(50));
    }
    let found = editor.diagnostics("main.tf");
    assert!(found.len() == 1 && found[0].contains("\"nginx19\""), "{found:?}");
    assert_eq!(editor.diagnostics("slow.tf").len(), 1);
    assert_eq!(editor.shut_down(), 0);
}

#[test]
fn a_module_that_needs_less_has_fewer_syntax_errors() {
    let broken = "resource \"aws_s3_bucket\" \"b\" {\n  bucket = 1 +\n}\n";
    let root = scratch(&[
        VERSIONS,
        ("main.tf", &mirror("nginx")),
        ("main_override.tf", ""),
        ("other.tf", broken),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    let errors = |editor: &mut Editor| editor.diagnostics("other.tf").len();
    // Every block counts where mirrors are declared.
    assert_eq!(errors(&mut editor), 1);
    editor.change("main.tf", "");
    assert_eq!(errors(&mut editor), 0);
    editor.change("main.tf", &mirror("quay.io/org/app"));
    assert_eq!(errors(&mut editor), 1);
    // An override replaces the argument of a block that has not changed.
    editor.open(
        "main_override.tf",
        &mirror("redis").replace("  cluster_id = \"c\"\n", ""),
    );
    let found = editor.diagnostics("main_override.tf");
    assert!(
        found
            .iter()
            .any(|shown| shown.contains("short-source") && shown.contains("redis")),
        "{found:?}"
    );
    editor.change("main_override.tf", "");
    assert_eq!(editor.diagnostics("main.tf"), [] as [&str; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_given_back() {
    let root = tree_with_a_module();
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("live/a/main.tf");
    editor.open_file("modules/m/main.tf");
    let text = std::fs::read_to_string(root.path().join("modules/m/main.tf")).unwrap();
    let mut edit_often = |times: usize| {
        for number in 0..times {
            editor.change(
                "modules/m/main.tf",
                &text.replace("quay.io", &format!("quay{number}.io")),
            );
            editor.settle();
        }
        editor.memory()
    };
    let before = edit_often(50);
    let after = edit_often(300);
    assert!(
        after <= before + 8,
        "{before} MB after 50 edits, {after} MB after 350"
    );
}

/// The tree of a module that two root modules call.
fn tree_with_a_module() -> tempfile::TempDir {
    scratch(&[
        (".git/HEAD", ""),
        ("modules/m/versions.tf", VERSIONS.1),
        (
            "modules/m/main.tf",
            "variable \"apps\" {}\n\
             variable \"cluster\" {}\n\
             locals {\n  host = \"quay.io\"\n}\n\
             resource \"rhcs_image_mirror\" \"m\" {\n  \
             for_each   = var.apps\n  \
             cluster_id = var.cluster\n  \
             source     = \"${local.host}/${each.key}\"\n  \
             mirrors    = [each.value]\n}\n",
        ),
        (
            "live/a/main.tf",
            "resource \"rhcs_cluster_rosa_hcp\" \"main\" {}\n\
             variable \"token\" {\n  sensitive = true\n}\n\
             module \"m\" {\n  \
             source  = \"../../modules/m\"\n  \
             cluster = rhcs_cluster_rosa_hcp.main.id\n  \
             apps    = var.apps\n}\n\
             variable \"apps\" {}\n\
             locals {\n  copy = var.token\n}\n",
        ),
        (
            "live/a/terraform.tfvars",
            "token = \"hunter2\"\napps = {\n  x = \"mirror.example.com/x\"\n  y = \"mirror.example.com/y\"\n}\n",
        ),
        (
            "live/b/main.tf",
            "module \"m\" {\n  source  = \"../../modules/m\"\n  cluster = \"c\"\n  apps    = { z = \"mirror.example.com/z\" }\n}\n",
        ),
    ])
}

/// The parameters of a request about the first occurrence of a text in a file; `^` in the text is the place.
fn place(editor: &Editor, root: &std::path::Path, name: &str, marked: &str) -> Value {
    let text = std::fs::read_to_string(root.join(name)).unwrap();
    let offset = text.find(&marked.replace('^', "")).unwrap() + marked.find('^').unwrap();
    let line = text[..offset].matches('\n').count();
    let character = offset - text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({
        "textDocument": {"uri": editor.uri(name)},
        "position": {"line": line, "character": character},
    })
}

/// The text of a hover; empty if there is none.
fn hover(editor: &mut Editor, root: &std::path::Path, name: &str, marked: &str) -> String {
    let params = place(editor, root, name, marked);
    let hover = editor.request("textDocument/hover", params);
    hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_hover_shows_the_value_in_each_root_and_instance() {
    let root = tree_with_a_module();
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("modules/m/main.tf");
    editor.open_file("live/a/main.tf");
    let module = "modules/m/main.tf";
    let keys = hover(&mut editor, root.path(), module, "${each.k^ey}");
    let values = "```text\n\"x\"\n  live/a: module.m.rhcs_image_mirror.m[\"x\"]\n\
                  \"y\"\n  live/a: module.m.rhcs_image_mirror.m[\"y\"]\n\
                  \"z\"\n  live/b: module.m.rhcs_image_mirror.m[\"z\"]\n```";
    assert!(keys.starts_with(values), "{keys}");
    let local = hover(&mut editor, root.path(), module, "${local.ho^st}");
    assert!(
        local.starts_with("```text\n\"quay.io\"\n  live/a: module.m.rhcs_image_mirror.m[\"x\"]\n"),
        "{local}"
    );
    // The argument: what the provider takes, its values, and where nodes pull from.
    let source = hover(&mut editor, root.path(), module, "so^urce     =");
    assert!(
        source.starts_with("`source` of `rhcs_image_mirror`: required; string\n\n```text\n\"quay.io/x\""),
        "{source}"
    );
    let cluster = hover(&mut editor, root.path(), module, "= var.clu^ster");
    assert!(
        cluster.contains("unknown: rhcs_cluster_rosa_hcp.main.id is known only after apply"),
        "{cluster}"
    );
    assert!(cluster.contains("\"c\"\n  live/b: "), "{cluster}");
    let variable = hover(&mut editor, root.path(), module, "variable \"ap^ps\"");
    assert!(
        variable
            .contains("{ x = \"mirror.example.com/x\", y = \"mirror.example.com/y\" }\n  live/a: module.m\n"),
        "{variable}"
    );
    // A sensitive value is not shown.
    let token = hover(&mut editor, root.path(), "live/a/main.tf", "copy = var.to^ken");
    assert_eq!(token, "```text\n(sensitive value)\n  live/a\n```");
    assert_eq!(hover(&mut editor, root.path(), module, "loc^als {"), "");
}

#[test]
fn a_hover_in_a_file_of_variables_shows_the_value_in_each_root() {
    let main = "variable \"port\" {\n  type = string\n}\nvariable \"token\" {\n  type = string\n  sensitive = true\n}\n\
                resource \"rhcs_image_mirror\" \"m\" {\n  cluster_id = \"c\"\n  source = \"quay.io/a\"\n  mirrors = \
                [\"localhost:${var.port}/a\"]\n}\n";
    let root = scratch(&[
        (".git/HEAD", ""),
        ("mirrorset.toml", "var-files = [\"common.tfvars\"]\n"),
        ("common.tfvars", "port  = 5000\ntoken = \"secret\"\n"),
        ("live/a/main.tf", main),
        ("live/b/main.tf", main),
        ("live/b/terraform.tfvars", "port = 1\n"),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("common.tfvars");
    let port = hover(&mut editor, root.path(), "common.tfvars", "po^rt  =");
    assert_eq!(port, "```text\n\"5000\"\n  live/a\n  live/b\n```");
    let token = hover(&mut editor, root.path(), "common.tfvars", "\"sec^ret");
    assert_eq!(token, "```text\n(sensitive value)\n  live/a\n  live/b\n```");
    editor.open_file("live/b/terraform.tfvars");
    let port = hover(&mut editor, root.path(), "live/b/terraform.tfvars", "port = ^1");
    assert_eq!(port, "```text\n\"5000\"\n  live/b\n```");
}

#[test]
fn a_hover_on_a_name_shows_where_nodes_pull_from() {
    let root = scratch(&[VERSIONS, ("main.tf", &mirror("quay.io/org/app"))]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    for marked in ["\"quay.io^/org/app\"", "\"mirror.exam^ple.com/m\""] {
        let text = hover(&mut editor, root.path(), "main.tf", marked);
        assert!(text.contains("quay.io/org/app on c"), "{text}");
        assert!(text.contains("matches quay.io/org/app"), "{text}");
        assert!(
            text.find("mirror.example.com/m") < text.rfind("quay.io/org/app"),
            "{text}"
        );
    }
}

#[test]
fn a_hover_on_the_name_of_a_rule_shows_its_page() {
    let text = format!("# mirrorset: ignore[short-source] known\n{}", mirror("nginx"));
    let root = scratch(&[
        VERSIONS,
        ("main.tf", &text),
        ("mirrorset.toml", "[rules]\nself-mirror = \"off\"\n"),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    editor.open_file("mirrorset.toml");
    let page = hover(&mut editor, root.path(), "main.tf", "short^-source");
    assert!(page.starts_with("# short-source\n"), "{page}");
    let page = hover(&mut editor, root.path(), "mirrorset.toml", "self-mirror^");
    assert!(page.starts_with("# self-mirror\n"), "{page}");
}

/// The places that a request leads to: file, line, and the text of the line.
fn places(
    editor: &mut Editor,
    root: &std::path::Path,
    method: &str,
    name: &str,
    marked: &str,
) -> Vec<String> {
    let mut params = place(editor, root, name, marked);
    params["context"] = json!({"includeDeclaration": true});
    let folder = editor.uri("");
    let found = editor.request(method, params);
    let show = |location: &Value| {
        let file = location["uri"]
            .as_str()
            .unwrap()
            .strip_prefix(&format!("{folder}/"))
            .unwrap()
            .to_owned();
        let line = usize::try_from(location["range"]["start"]["line"].as_u64().unwrap()).unwrap();
        let text = std::fs::read_to_string(root.join(&file)).unwrap();
        format!("{file}:{}: {}", line + 1, text.lines().nth(line).unwrap().trim())
    };
    found.as_array().into_iter().flatten().map(show).collect()
}

#[test]
fn a_definition_is_where_the_value_is_written() {
    let root = tree_with_a_module();
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("modules/m/main.tf");
    let definition = "textDocument/definition";
    let module = "modules/m/main.tf";
    let cluster = places(&mut editor, root.path(), definition, module, "= var.clu^ster");
    assert!(
        cluster.contains(&"live/a/main.tf:1: resource \"rhcs_cluster_rosa_hcp\" \"main\" {}".to_owned()),
        "{cluster:?}"
    );
    let mut values = places(&mut editor, root.path(), definition, module, "[each.val^ue]");
    values.sort();
    assert_eq!(
        values,
        [
            "live/a/terraform.tfvars:3: x = \"mirror.example.com/x\"",
            "live/a/terraform.tfvars:4: y = \"mirror.example.com/y\"",
            "live/b/main.tf:4: apps    = { z = \"mirror.example.com/z\" }",
        ]
    );
    editor.open_file("live/a/terraform.tfvars");
    let uses = places(
        &mut editor,
        root.path(),
        "textDocument/references",
        "live/a/terraform.tfvars",
        "\"mirror.exam^ple.com/x\"",
    );
    assert!(
        uses.contains(&"modules/m/main.tf:10: mirrors    = [each.value]".to_owned()),
        "{uses:?}"
    );
    editor.open_file("live/a/main.tf");
    let of_cluster = places(
        &mut editor,
        root.path(),
        "textDocument/references",
        "live/a/main.tf",
        "\"rhcs_cluster^_rosa_hcp\"",
    );
    assert!(
        of_cluster.contains(&"modules/m/main.tf:6: resource \"rhcs_image_mirror\" \"m\" {".to_owned()),
        "{of_cluster:?}"
    );
}

#[test]
fn a_decoded_value_leads_to_the_line_of_its_file() {
    let text = "locals {\n  all = yamldecode(file(\"${path.module}/mirrors.yaml\"))\n}\nresource \"rhcs_image_mirror\" \"m\" {\n  \
                for_each   = local.all\n  cluster_id = \"c\"\n  source     = each.key\n  mirrors    = [for host in \
                each.value : host]\n}\n";
    let yaml = "# quay.io/org\nquay.io/org:\n  - mirror.example.com/org\n'quay.io/org/app': [\"two.example.com/app\"]\n";
    let root = scratch(&[
        VERSIONS,
        ("main.tf", text),
        ("mirrors.yaml", yaml),
        ("other.yaml", yaml),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    let mut defined = |marked: &str| {
        let found = places(
            &mut editor,
            root.path(),
            "textDocument/definition",
            "main.tf",
            marked,
        );
        found
            .into_iter()
            .filter(|place| place.contains(".yaml"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        defined("= each.k^ey"),
        [
            "mirrors.yaml:1: # quay.io/org",
            "mirrors.yaml:2: quay.io/org:",
            "mirrors.yaml:4: 'quay.io/org/app': [\"two.example.com/app\"]",
        ]
    );
}

#[test]
fn a_source_leads_to_the_entries_that_shadow_it() {
    let both = format!(
        "{}{}",
        mirror("quay.io/org"),
        mirror("quay.io/org/app")
            .replace("\"m\"", "\"n\"")
            .replace(".com/m", ".com/n")
    );
    let root = scratch(&[VERSIONS, ("main.tf", &both)]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("main.tf");
    editor.settle();
    let references = "textDocument/references";
    let found = places(
        &mut editor,
        root.path(),
        references,
        "main.tf",
        "\"quay.io/^org\"",
    );
    assert!(
        found.iter().any(|place| place.contains("\"quay.io/org/app\"")),
        "{found:?}"
    );
    // Also where they have the same mirrors, so that nothing is reported.
    let other = mirror("quay.io/org/app").replace("\"m\"", "\"n\"");
    editor.change("main.tf", &(mirror("quay.io/org") + &other));
    let definition = "textDocument/definition";
    assert_eq!(
        places(
            &mut editor,
            root.path(),
            definition,
            "main.tf",
            "\"quay.io/^org\""
        )
        .len(),
        1
    );
    assert_eq!(
        places(
            &mut editor,
            root.path(),
            definition,
            "main.tf",
            "\"quay.io/org/^app\""
        ),
        [] as [&str; 0]
    );
}

/// The texts that are offered at `^` in a text of a file.
fn completed(editor: &mut Editor, name: &str, marked: &str) -> Vec<String> {
    let offset = marked.find('^').unwrap();
    editor.open(name, &marked.replace('^', ""));
    let line = marked[..offset].matches('\n').count();
    let character = offset - marked[..offset].rfind('\n').map_or(0, |at| at + 1);
    let position = json!({"line": line, "character": character});
    let params = json!({"textDocument": {"uri": editor.uri(name)}, "position": position});
    let items = editor.request("textDocument/completion", params);
    let items = items.as_array().into_iter().flatten();
    items
        .map(|item| item["textEdit"]["newText"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn completion_offers_rules_clusters_and_sources() {
    let root = scratch(&[VERSIONS]);
    let mut editor = Editor::start(root.path(), &able());
    let rules = completed(&mut editor, "a.tf", "# mirrorset: ignore[short-^]\nlocals {}\n");
    assert!(
        rules.contains(&"short-source".to_owned()) && rules.len() > 30,
        "{rules:?}"
    );
    let clusters =
        "resource \"rhcs_cluster_rosa_hcp\" \"a\" {}\nresource \"rhcs_cluster_rosa_classic\" \"b\" {}\n";
    let offered = completed(
        &mut editor,
        "main.tf",
        &format!(
            "{clusters}{}",
            mirror("nginx").replace("cluster_id = \"c\"", "cluster_id = ^")
        ),
    );
    assert_eq!(offered, ["rhcs_cluster_rosa_hcp.a.id"]);
    let offered = completed(&mut editor, "main.tf", &mirror("nginx^"));
    assert_eq!(offered, ["docker.io/library/nginx"]);
    let offered = completed(&mut editor, "mirrorset.toml", "[rules]\n^\n");
    assert!(offered.contains(&"short-source".to_owned()));
    let offered = completed(&mut editor, "mirrorset.toml", "[rules]\nshort-source = \"^\"\n");
    assert_eq!(offered, ["error", "info", "off", "warning"]);
    // Everything else is for other servers.
    assert_eq!(
        completed(&mut editor, "main.tf", "locals {\n  a = ^\n}\n"),
        [] as [&str; 0]
    );
}

#[test]
fn hints_and_lenses_are_off_until_they_are_wanted() {
    let root = tree_with_a_module();
    for (settings, hints, lenses) in [
        (json!(null), vec![], vec![]),
        (
            json!({"inlayHints": true, "codeLens": true}),
            vec!["7: 2 values", "8: 3 values", "9: 3 values"],
            vec!["5: 1 clean, 2 with findings"],
        ),
    ] {
        let mut editor = Editor::start_with(root.path(), &able(), &settings, &[]);
        editor.open_file("modules/m/main.tf");
        let document = json!({"uri": editor.uri("modules/m/main.tf")});
        let params = json!({"textDocument": document, "range": range_of([0, 0, 99, 0])});
        let found = editor.request("textDocument/inlayHint", params);
        let show = |hint: &Value| {
            format!(
                "{}: {}",
                hint["position"]["line"],
                hint["label"].as_str().unwrap()
            )
        };
        let mut shown: Vec<String> = found.as_array().into_iter().flatten().map(show).collect();
        shown.dedup();
        assert_eq!(shown, hints);
        let found = editor.request("textDocument/codeLens", json!({"textDocument": document}));
        let show = |lens: &Value| {
            format!(
                "{}: {}",
                lens["range"]["start"]["line"],
                lens["command"]["title"].as_str().unwrap()
            )
        };
        let shown: Vec<String> = found.as_array().into_iter().flatten().map(show).collect();
        assert_eq!(shown, lenses);
    }
}

#[test]
fn a_finding_of_several_root_modules_names_them() {
    let root = scratch(&[
        (".git/HEAD", ""),
        ("modules/m/versions.tf", VERSIONS.1),
        ("modules/m/main.tf", &mirror("nginx")),
        (
            "live/a/main.tf",
            "module \"m\" {\n  source = \"../../modules/m\"\n}\n",
        ),
        (
            "live/b/main.tf",
            "module \"m\" {\n  source = \"../../modules/m\"\n}\n",
        ),
    ]);
    let mut editor = Editor::start(root.path(), &able());
    editor.open_file("modules/m/main.tf");
    editor.settle();
    let shown = &editor.published[&editor.uri("modules/m/main.tf")];
    let of_rule = |shown: &&Value| shown["code"] == "short-source";
    let diagnostic = shown.iter().find(of_rule).unwrap();
    let message = diagnostic["message"].as_str().unwrap();
    assert!(message.ends_with("\nin live/a, live/b"), "{message}");
}
