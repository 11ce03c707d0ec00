//! The rules about clusters, arguments and blocks: where they speak, where they stay quiet, and what their
//! fixes write. Each finding is `rule address: text under the label`.

use std::path::Path;

use crate::support::program::{findings, fixture, mirrorset_in, scratch};
use crate::support::report::report;
use mirrorset::workspace::{Options, load};

/// What is found in a module of these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let directory = scratch(files);
    let run = mirrorset_in(directory.path(), &["check", ".", "--output-format", "json"]);
    assert!(run.status < 2, "{}", run.stderr);
    findings(&run, Path::new(directory.path()))
        .into_iter()
        .map(|(rule, address, text)| format!("{rule} {address}: {text}"))
        .collect()
}

/// The text of `main.tf` with the edits of all fixes made.
fn fixed(text: &str) -> String {
    let directory = scratch(&[("main.tf", text)]);
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    let report = report(&loaded);
    let fixes = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|fix| fix.edits.iter().cloned()).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.content);
    }
    text
}

const MIRROR: &str = "source     = \"quay.io/a\"\n  mirrors    = [\"m.example.com/a\"]";

/// A mirror for this cluster.
fn mirror(cluster_id: &str, more: &str) -> String {
    format!("resource \"rhcs_image_mirror\" \"a\" {{\n  cluster_id = {cluster_id}\n  {MIRROR}\n{more}}}\n")
}

const LATE: &str = "resource \"rhcs_cluster_rosa_hcp\" \"c\" {\n  name = \"c\"\n}\n";

#[test]
fn a_resource_that_waits_for_the_cluster_has_to_come_first() {
    let waiter = "resource \"rhcs_cluster_wait\" \"w\" {\n  cluster = rhcs_cluster_rosa_hcp.c.id\n}\n";
    let pool = "resource \"rhcs_hcp_machine_pool\" \"w\" {\n  cluster = rhcs_cluster_rosa_hcp.c.id\n}\n";
    let other = "resource \"rhcs_cluster_wait\" \"w\" {\n  cluster = \"c2\"\n}\n";
    let id = "rhcs_cluster_rosa_hcp.c.id";
    let late = ["cluster-not-ready rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"];
    let named = "  depends_on = [rhcs_cluster_rosa_hcp.c, rhcs_cluster_wait.w]\n";
    let cluster_alone = "  depends_on = [rhcs_cluster_rosa_hcp.c]\n";
    let waits = LATE.to_owned() + waiter + &mirror(id, named);
    assert_eq!(found(&[("main.tf", &waits)]), [] as [&str; 0]);
    let through_pool = named.replace("rhcs_cluster_wait", "rhcs_hcp_machine_pool");
    let waits = LATE.to_owned() + pool + &mirror(id, &through_pool);
    assert_eq!(found(&[("main.tf", &waits)]), [] as [&str; 0]);
    // It is there and nothing ties the mirror to it, or it waits for another cluster.
    let untied = LATE.to_owned() + waiter + &mirror(id, cluster_alone);
    assert_eq!(found(&[("main.tf", &untied)]), late);
    let elsewhere = LATE.to_owned() + other + &mirror(id, named);
    assert_eq!(found(&[("main.tf", &elsewhere)]), late);
    // There is no instance of it, or nobody knows.
    let none = waiter.replace("cluster =", "count = 0\n  cluster =");
    assert_eq!(
        found(&[("main.tf", &(LATE.to_owned() + &none + &mirror(id, named)))]),
        late
    );
    let open = "variable \"n\" {}\n".to_owned() + &waiter.replace("cluster =", "count = var.n\n  cluster =");
    let open = found(&[("main.tf", &(LATE.to_owned() + &open + &mirror(id, named)))]);
    assert_eq!(
        open,
        ["unknown-value rhcs_image_mirror.a: rhcs_cluster_rosa_hcp.c.id"]
    );
}

#[test]
fn a_cluster_in_another_module_is_awaited_there_or_in_between() {
    let child = LATE.to_owned() + "output \"id\" {\n  value = rhcs_cluster_rosa_hcp.c.id\n}\n";
    let call = "module \"c\" {\n  source = \"./c\"\n}\n";
    let main = call.to_owned() + &mirror("module.c.id", "");
    assert_eq!(
        found(&[("main.tf", &main), ("c/main.tf", &child)]),
        ["cluster-not-ready rhcs_image_mirror.a: module.c.id"]
    );
    let waiter = "resource \"rhcs_cluster_wait\" \"w\" {\n  cluster = module.c.id\n}\n";
    let main = call.to_owned() + waiter + &mirror("rhcs_cluster_wait.w.cluster", "");
    assert_eq!(
        found(&[("main.tf", &main), ("c/main.tf", &child)]),
        [] as [&str; 0]
    );
    let wait = "resource \"rhcs_cluster_wait\" \"w\" {\n  cluster = var.id\n}\nvariable \"id\" {}\n";
    let main = call.to_owned()
        + "module \"w\" {\n  source = \"./w\"\n  id = module.c.id\n}\n"
        + &mirror("module.c.id", "  depends_on = [module.w]\n");
    assert_eq!(
        found(&[("main.tf", &main), ("c/main.tf", &child), ("w/main.tf", wait)]),
        [] as [&str; 0]
    );
}

#[test]
fn red_hats_module_waits_unless_it_is_told_not_to() {
    let call = |more: &str| {
        let source = "terraform-redhat/rosa-hcp/rhcs";
        format!("module \"rosa\" {{\n  source = {source:?}\n  cluster_name = \"c\"\n{more}}}\n")
            + &mirror("module.rosa.cluster_id", "")
    };
    assert_eq!(found(&[("main.tf", &call(""))]), [] as [&str; 0]);
    assert_eq!(
        found(&[("main.tf", &call("  wait_for_create_complete = false\n"))]),
        ["cluster-not-ready rhcs_image_mirror.a: module.rosa.cluster_id"]
    );
}

#[test]
fn what_people_really_write_is_quiet() {
    for name in ["red_hat_module", "one_count"] {
        let run = mirrorset_in(
            &fixture("modules"),
            &["check", name, "--output-format", "concise"],
        );
        let ours = [
            "cluster-",
            "wrong-",
            "registry-",
            "missing-argument",
            "unsupported",
            "count-",
        ];
        let told: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| ours.iter().any(|rule| line.contains(rule)))
            .collect();
        // A fixture about `one` names no cluster of its module in `depends_on`.
        let told: Vec<&&str> = told
            .iter()
            .filter(|line| !line.contains("missing-depends-on"))
            .collect();
        assert_eq!(told, [] as [&&str; 0], "{name}");
    }
    let read = "data \"rhcs_cluster_rosa_hcp\" \"c\" {\n  id = var.id\n}\nvariable \"id\" {}\n";
    let main = read.to_owned() + &mirror("data.rhcs_cluster_rosa_hcp.c.id", "");
    assert_eq!(found(&[("main.tf", &main)]), [] as [&str; 0]);
    let elsewhere = "variable \"id\" {}\n".to_owned() + &mirror("var.id", "");
    assert_eq!(found(&[("main.tf", &elsewhere)]), [] as [&str; 0]);
    // An id out of another provider's object can be anything.
    let stored = "data \"aws_ssm_parameter\" \"id\" {\n  name = \"cluster\"\n}\n".to_owned()
        + &mirror("data.aws_ssm_parameter.id.value", "");
    assert_eq!(found(&[("main.tf", &stored)]), [] as [&str; 0]);
}

#[test]
fn another_attribute_or_object_is_no_clusters_id() {
    let ready = LATE.replace("}\n", "  wait_for_create_complete = true\n}\n");
    let pool = "resource \"rhcs_hcp_machine_pool\" \"p\" {\n  cluster = rhcs_cluster_rosa_hcp.c.id\n}\n";
    let after = "  depends_on = [rhcs_cluster_rosa_hcp.c]\n";
    for (written, right) in [
        ("rhcs_cluster_rosa_hcp.c.domain", "rhcs_cluster_rosa_hcp.c.id"),
        ("rhcs_cluster_rosa_hcp.c.name", "rhcs_cluster_rosa_hcp.c.id"),
        ("rhcs_hcp_machine_pool.p.id", "rhcs_hcp_machine_pool.p.cluster"),
    ] {
        let main = ready.clone() + pool + &mirror(written, after);
        let finding = format!("wrong-cluster-attribute rhcs_image_mirror.a: {written}");
        assert!(found(&[("main.tf", &main)]).contains(&finding), "{written}");
        assert!(
            fixed(&main).contains(&format!("cluster_id = {right}\n")),
            "{written}"
        );
    }
    // The local may serve other things.
    let local = "locals {\n  name = rhcs_cluster_rosa_hcp.c.domain\n}\n";
    let main = ready + local + &mirror("local.name", after);
    assert_eq!(fixed(&main), main);
}

#[test]
fn lists_of_registries_are_compared_with_sources_and_mirrors() {
    let with = |lists: &str, mirror_arguments: &str| {
        let cluster = format!(
            "resource \"rhcs_cluster_rosa_hcp\" \"c\" {{\n  wait_for_create_complete = true\n  registry_config = \
             {{\n    registry_sources = {{\n      {lists}\n    }}\n  }}\n}}\n"
        );
        let mirror = format!(
            "resource \"rhcs_image_mirror\" \"a\" {{\n  cluster_id = rhcs_cluster_rosa_hcp.c.id\n  \
             {mirror_arguments}\n  depends_on = [rhcs_cluster_rosa_hcp.c]\n}}\n"
        );
        let told = found(&[("main.tf", &(cluster + &mirror))]);
        told.into_iter()
            .filter_map(|finding| Some(finding.strip_prefix("registry-config-conflict ")?.to_owned()))
            .collect::<Vec<_>>()
    };
    let clean: [&str; 0] = [];
    let ghcr = "source = \"ghcr.io/org\"\n  mirrors = [\"m.example.com/org\"]";
    assert_eq!(
        with("blocked_registries = [\"ghcr.io\"]", ghcr),
        ["rhcs_image_mirror.a: \"ghcr.io/org\""]
    );
    assert_eq!(with("blocked_registries = [\"ghcr.io/other\"]", ghcr), clean);
    assert_eq!(
        with("blocked_registries = [\"m.example.com\"]", ghcr),
        ["rhcs_image_mirror.a: \"m.example.com/org\""]
    );
    assert_eq!(
        with("allowed_registries = [\"docker.io\"]", ghcr),
        ["rhcs_image_mirror.a: \"ghcr.io/org\""]
    );
    for allowed in ["ghcr.io", "ghcr.io/org", "ghcr.io/org/app"] {
        assert_eq!(
            with(&format!("allowed_registries = [{allowed:?}]"), ghcr),
            clean,
            "{allowed}"
        );
    }
    // ROSA allows these by itself.
    let quay = "source = \"quay.io/org\"\n  mirrors = [\"m.example.com/org\"]";
    assert_eq!(with("allowed_registries = [\"docker.io\"]", quay), clean);
    let both = "allowed_registries = [\"ghcr.io\"]\n      blocked_registries = [\"docker.io\"]";
    assert_eq!(with(both, ghcr), ["rhcs_cluster_rosa_hcp.c: [\"ghcr.io\"]"]);
    let wildcard = "source = \"*.example.org\"\n  mirrors = [\"m.example.com/org\"]";
    assert_eq!(
        with("insecure_registries = [\"a.example.org\"]", wildcard),
        ["rhcs_image_mirror.a: \"*.example.org\""]
    );
}

#[test]
fn what_a_block_does_not_have_is_taken_out_or_renamed() {
    let text = "resource \"rhcs_image_mirror\" \"a\" {\n  name = \"a\"\n  cluster = \"c1\"\n  source = \
                \"quay.io/a\"\n  mirror = [\"m.example.com/a\"]\n  id = \"x\"\n  timeouts {\n    create = \
                \"1h\"\n  }\n}\n";
    let of = |text: &str| format!("unsupported-argument rhcs_image_mirror.a: {text}");
    assert_eq!(
        found(&[("main.tf", text)]),
        ["name", "cluster", "mirror", "id", "timeouts"].map(of)
    );
    let right = "resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c1\"\n  source = \
                 \"quay.io/a\"\n  mirrors = [\"m.example.com/a\"]\n}\n";
    assert_eq!(fixed(text), right);
    let with_null = right.replace("\n}\n", "\n  id = null\n}\n");
    assert_eq!(found(&[("main.tf", &with_null)]), [] as [&str; 0]);
}

#[test]
fn a_module_call_has_to_set_what_the_module_needs() {
    let source = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors";
    let call = format!(
        "module \"m\" {{\n  source = {source:?}\n  cluster_id = \"c1\"\n  source_registry = \"quay.io/a\"\n  mirrors \
         = [\"m.example.com/a\"]\n}}\n"
    );
    assert_eq!(
        found(&[("main.tf", &call)]),
        ["missing-argument module.m: module \"m\""]
    );
    let whole = call.replace("cluster_id", "type = \"digest\"\n  cluster_id");
    assert_eq!(found(&[("main.tf", &whole)]), [] as [&str; 0]);
}

#[test]
fn a_source_taken_by_count_index_in_a_module_call_is_told_there() {
    let child = mirror("\"c1\"", "").replace("\"quay.io/a\"", "var.source_registry")
        + "variable \"source_registry\" {}\n";
    let main = "module \"m\" {\n  source = \"./m\"\n  count = 2\n  source_registry = [\"quay.io/a\", \
                \"quay.io/b\"][count.index]\n}\n";
    assert_eq!(
        found(&[("main.tf", main), ("m/main.tf", &child)]),
        ["count-indexed-mirrors module.m.rhcs_image_mirror.a: [\"quay.io/a\", \"quay.io/b\"][count.index]"]
    );
    // `count` that says whether there is one takes nothing out of a list.
    let switch = mirror("\"c1\"", "  count = 1\n");
    assert_eq!(found(&[("main.tf", &switch)]), [] as [&str; 0]);
}

#[test]
fn fixes_keep_to_the_form_of_the_block() {
    let text = LATE.to_owned()
        + &mirror(
            "rhcs_cluster_rosa_hcp.c.id",
            "  depends_on = [rhcs_cluster_rosa_hcp.c]\n",
        );
    let waits = "  name = \"c\"\n  wait_for_create_complete = true\n}";
    assert!(fixed(&text).contains(waits));
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(fixed(&crlf), fixed(&text).replace('\n', "\r\n"));
    let says_no = text.replace("name = \"c\"", "wait_for_create_complete = false # quick");
    assert!(fixed(&says_no).contains("  wait_for_create_complete = true # quick\n"));
    let read = mirror("\"c1\"", "") + "data \"rhcs_image_mirrors\" \"all\" {\n  cluster_id = \"c1\"\n}\n";
    assert!(fixed(&read).ends_with("  cluster_id = \"c1\"\n  depends_on = [rhcs_image_mirror.a]\n}\n"));
}

#[test]
fn the_lock_file_counts_before_the_constraint() {
    let main = |version: &str| {
        format!(
            "terraform {{\n  required_providers {{\n    rhcs = {{\n      source = \
             \"terraform-redhat/rhcs\"\n      version = {version:?}\n    }}\n  }}\n}}\n"
        ) + &mirror("\"c1\"", "")
    };
    let lock = |version: &str| {
        format!("provider \"registry.terraform.io/terraform-redhat/rhcs\" {{\n  version = {version:?}\n}}\n")
    };
    let wide = main(">= 1.1.0");
    assert_eq!(found(&[("main.tf", &wide)]), ["provider-version : \">= 1.1.0\""]);
    assert!(fixed(&wide).contains("version = \">= 1.7.2\""));
    let locked = |version: &str| found(&[("main.tf", &wide), (".terraform.lock.hcl", &lock(version))]);
    assert_eq!(locked("1.7.7"), [] as [&str; 0]);
    assert_eq!(locked("1.7.1"), ["provider-version : \"1.7.1\""]);
    assert_eq!(found(&[("main.tf", &main("~> 1.7.0, != 1.7.3"))]).len(), 1);
    assert_eq!(found(&[("main.tf", &main("latest"))]), [] as [&str; 0]);
}
