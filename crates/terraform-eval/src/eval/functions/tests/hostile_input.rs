//! Hostile arguments: each evaluation ends, with a value or an error.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::conformance::evaluate;

fn quoted(text: &str) -> String {
    let plain = serde_json::to_string(text).expect("a string");
    plain.replace("${", "$${").replace("%{", "%%{")
}

#[test]
fn work_is_bounded() {
    let bomb = {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..40 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            writeln!(text, "a{level}: &a{level} [{below}]").expect("writing to a string cannot fail");
        }
        text
    };
    let long = "a".repeat(200_000);
    let expressions = [
        format!("jsonencode(yamldecode({}))", quoted(&bomb)),
        format!("yamldecode({})", quoted(&"[".repeat(100_000))),
        format!("yamldecode({})", quoted(&"- ".repeat(100_000))),
        format!("yamldecode({})", quoted(&"{a: ".repeat(100_000))),
        format!("jsondecode({})", quoted(&"[".repeat(100_000))),
        "format(\"%999999999d\", 1)".to_owned(),
        "format(\"%99999999999999999999999s\", 1)".to_owned(),
        "format(\"%.999999999f\", 1)".to_owned(),
        "[for i in range(1000) : format(\"%1000000d\", i)]".to_owned(),
        "format(\"%s\", 1e70000)".to_owned(),
        "format(\"%d %x %f %e %g\", 1e70000, 1e70000, 1e70000, 1e70000, 1e70000)".to_owned(),
        "indent(999999999999, \"a\\nb\")".to_owned(),
        format!("replace({0}, \"\", {0})", quoted(&long)),
        format!("replace({0}, \"/a/\", {0})", quoted(&long)),
        format!("regexall(\"a|b.*c\", {})", quoted(&long)),
        format!("regexall(\"(a*)*b|a\", {})", quoted(&long)),
        "regex(\"((a{100}){10}){10}\", \"a\")".to_owned(),
        format!("regex({}, \"a\")", quoted(&"(".repeat(100_000))),
        format!("regex({}, \"a\")", quoted(&"\\pL{1000}".repeat(50))),
        format!("regex({}, \"a\")", quoted(&"[[:".repeat(20_000))),
        format!(
            "csvdecode({})",
            quoted(&format!("{}\n", ",".repeat(100)).repeat(1000))
        ),
        format!(
            "formatdate({}, \"2020-01-01T00:00:00Z\")",
            quoted(&"MMMM ".repeat(100_000))
        ),
        format!("fileset(\".\", {})", quoted(&"{a,b}".repeat(30))),
        format!("fileset(\".\", {})", quoted(&"*a".repeat(30))),
        "cidrhost(\"::/0\", 1e70000)".to_owned(),
        format!(
            "[for t in [{}] : templatestring(t, {{}})]",
            quoted(&"${".repeat(50_000))
        ),
        format!("join({0}, [for i in range(1000) : {0}])", quoted(&long)),
    ];
    let thread = std::thread::Builder::new().stack_size(crate::stack::STACK_SIZE / 4);
    let all = move || {
        for text in expressions {
            let start = Instant::now();
            // Only the time matters here.
            let _ = evaluate(&text);
            let taken = start.elapsed();
            let shown: String = text.chars().take(80).collect();
            assert!(taken < Duration::from_secs(20), "{shown}: {taken:?}");
            println!("{taken:?} {shown}");
        }
    };
    assert!(thread.spawn(all).expect("a thread").join().is_ok());
}

proptest! {
    #[test]
    fn any_text_is_accepted_or_rejected(
        yaml in "([-?:,\\[\\]{}#&*!|>'\"%@` \t\n\r~0-9a-c.\\\\<=é]|: |- |\n  ){0,40}",
        pattern in "([\\[\\](){}?*+.^$|\\\\a-dpPLQEwxWsbB0-9:<>=!-]|\\[:|\\(\\?){0,25}",
        format in "[%0-9.\\[\\]#+ a-zé-]{0,20}",
        csv in "[a,\"\n\r]{0,20}",
        time in "[0-9TZ:.,+-]{0,25}",
        other in ".{0,20}",
    ) {
        for text in [
            format!("yamldecode({})", quoted(&yaml)),
            format!("regexall({}, {})", quoted(&pattern), quoted(&other)),
            format!("replace({}, {}, {})", quoted(&other), quoted(&format!("/{pattern}/")), quoted(&format)),
            format!("format({}, 1, \"a\", true)", quoted(&format)),
            format!("formatdate({}, \"2020-02-03T04:05:06Z\")", quoted(&format!("'{other}{format}"))),
            format!("csvdecode({})", quoted(&csv)),
            format!("timeadd(\"2020-02-03T04:05:06Z\", {})", quoted(&time)),
            format!("timecmp({}, {})", quoted(&time), quoted(&other)),
            format!("cidrsubnets({}, 1)", quoted(&time)),
            format!("yamlencode([{0}, {{({0}) = {0}}}])", quoted(&other)),
            format!("fileset(\".\", {})", quoted(&format)),
            format!("title(upper(strrev({})))", quoted(&other)),
            format!("substr({}, -3, 2)", quoted(&other)),
            format!("base64decode({})", quoted(&other)),
            format!("textdecodebase64({}, \"GBK\")", quoted(&other)),
            format!("uuidv5({}, \"a\")", quoted(&other)),
            format!("basename(dirname({}))", quoted(&other)),
        ] {
            let _ = evaluate(&text);
        }
    }
}
