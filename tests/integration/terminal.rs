//! What the reader of an output can show: its width, its characters, colors and links; and what is printed for shells and
//! `man`.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::program::{Run, VERSIONS, mirrorset, mirrorset_with_environment, scratch, write_files};
use mirrorset::testing::rules::RULES;

/// Findings with several labels, notes and a line that is longer than any terminal.
fn project() -> tempfile::TempDir {
    let long = format!(
        "  mirrors = [\"{}.example.com/a\", \"m.example.com/ b\"]\n",
        "m".repeat(40)
    );
    let text = format!(
        "module \"nginx\" {{\n  source = \"./nginx\"\n  image = \"nginx\"\n}}\nresource \"rhcs_image_mirror\" \"long\" {{\n  \
         cluster_id = \"c\"\n  source = \"quay.io/a\"\n{long}}}\nresource \"rhcs_image_mirror\" \"again\" {{\n  cluster_id = \
         \"c\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.example.com/c\"]\n}}\n"
    );
    let child = "variable \"image\" {}\nresource \"rhcs_image_mirror\" \"this\" {\n  cluster_id = \"c\"\n  source = \
                 var.image\n  mirrors = [\"m.example.com/nginx\"]\n}\n";
    scratch(&[VERSIONS, ("main.tf", &text), ("nginx/main.tf", child)])
}

fn check(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Run {
    mirrorset_with_environment(directory, &[&["check"], arguments].concat(), environment)
}

/// The words of a text, without what is drawn around them.
fn words(text: &str) -> Vec<String> {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    text.split_whitespace()
        .filter(is_word)
        .map(str::to_owned)
        .collect()
}

#[test]
fn no_line_is_longer_than_the_terminal_and_no_word_is_broken() {
    let directory = project();
    let plain = check(directory.path(), &[], &[]).stdout;
    let known = words(&plain);
    for width in [80, 60, 40] {
        let columns = width.to_string();
        let run = check(directory.path(), &[("COLUMNS", &columns)], &[]);
        for line in run.stdout.lines() {
            let is_short = line.chars().count() <= width;
            // A word that is longer than the line has no place to break at.
            let is_one_word = words(line).len() <= 1;
            let is_excerpt = line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(" │ ");
            assert!(
                is_short || is_one_word || is_excerpt && line.chars().count() <= width + 8,
                "{width}: {line}"
            );
        }
        let is_known = |word: &String| known.contains(word) || word.contains('…');
        let unknown: Vec<String> = words(&run.stdout)
            .into_iter()
            .filter(|word| !is_known(word))
            .collect();
        assert_eq!(unknown, Vec::<String>::new(), "{}", run.stdout);
    }
}

#[test]
fn carets_stand_below_their_text_in_a_narrow_terminal() {
    let directory = project();
    let run = check(directory.path(), &[("COLUMNS", "40")], &["--select=short-source"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let carets = lines.iter().position(|line| line.contains("^^^^^^^")).unwrap();
    let column = |line: &str, text: &str| {
        let at = line.find(text).unwrap();
        line[..at].chars().count()
    };
    assert_eq!(
        column(lines[carets], "^^^^^^^"),
        column(lines[carets - 1], "\"nginx\""),
        "{}",
        run.stdout
    );
    // The words of the label begin below their first one.
    let label = column(lines[carets], "never");
    assert!(
        lines[carets + 1].chars().nth(label).unwrap().is_alphanumeric(),
        "{}",
        run.stdout
    );
}

#[test]
fn a_locale_without_characters_for_lines_gets_ascii() {
    let directory = project();
    let draws = |environment: &[(&str, &str)]| !check(directory.path(), environment, &[]).stdout.is_ascii();
    assert!(draws(&[]) && draws(&[("LANG", "en_US.UTF-8")]) && draws(&[("LANG", "C"), ("LC_ALL", "C.utf8")]));
    assert!(!draws(&[("LANG", "C")]) && !draws(&[("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")]));
}

#[test]
fn colors_follow_the_argument_in_every_command() {
    let directory = project();
    let color = |arguments: &[&str]| {
        let run = mirrorset_with_environment(directory.path(), arguments, &[]);
        run.stdout.contains('\u{1b}') || run.stderr.contains('\u{1b}')
    };
    write_files(
        directory.path(),
        &[(
            "bad.yaml",
            "kind: ImageDigestMirrorSet\napiVersion: config.openshift.io/v1\nspec: [\n",
        )],
    );
    assert!(color(&["check", "--color=always"]) && color(&["convert", "bad.yaml", "--color=always"]));
    assert!(!color(&["check"]) && !color(&["convert", "bad.yaml"]));
    // Links are for terminals.
    let run = check(directory.path(), &[], &["--color=always"]);
    assert!(!run.stdout.contains("\u{1b}]8"));
}

#[test]
fn tables_and_pages_fit_the_terminal() {
    for (columns, environment) in [
        (40, [("COLUMNS", "40")]),
        (80, [("COLUMNS", "80")]),
        (160, [("COLUMNS", "160")]),
    ] {
        let run =
            |arguments: &[&str]| mirrorset_with_environment(Path::new("."), arguments, &environment).stdout;
        let table = run(&["rules"]);
        for line in table.lines() {
            assert!(line.chars().count() <= columns, "{line}");
        }
        for rule in RULES {
            assert!(table.contains(rule.name));
            let mut in_code = false;
            for line in run(&["explain", rule.name]).lines() {
                in_code ^= line.starts_with("```");
                let is_short = line.chars().count() <= columns || words(line).len() <= 2;
                assert!(in_code || is_short, "{}: {line}", rule.name);
            }
        }
    }
}

#[test]
fn reports_of_all_commands_fit_the_terminal() {
    let directory = project();
    let changed = "resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.example.com/c\"]\n}\n";
    write_files(
        directory.path(),
        &[("new/main.tf", changed), ("new/a.tfstate", "{}")],
    );
    for arguments in [
        &["resolve", "nginx:1.27", "--in", "new"][..],
        &["diff", ".", "new"],
        &["check", "--show-files", "."],
        &["convert", "missing"],
        &["resolve", "a", "--in", "missing"],
    ] {
        let run = |environment| mirrorset_with_environment(directory.path(), arguments, environment);
        let (wide, narrow) = (run(&[]), run(&[("COLUMNS", "40")]));
        let (wide, narrow) = (
            format!("{}{}", wide.stdout, wide.stderr),
            format!("{}{}", narrow.stdout, narrow.stderr),
        );
        assert_eq!(words(&wide), words(&narrow), "{arguments:?}");
        // The number of an item stays with its first word.
        let item = |line: &str| words(line.trim_start_matches([' ', '1', '2', '.']));
        let is_long = |line: &&str| line.chars().count() > 40 && item(line).len() > 1;
        assert!(wide.lines().any(|line| is_long(&line)), "{wide}");
        let long: Vec<&str> = narrow.lines().filter(is_long).collect();
        assert_eq!(long, Vec::<&str>::new(), "{arguments:?}");
    }
}

/// What a command prints on a terminal, which `script` of util-linux provides. `None` if it is not installed.
fn on_terminal(directory: &Path, arguments: &str) -> Option<(String, Duration)> {
    let version = std::process::Command::new("script")
        .arg("--version")
        .output()
        .ok()?;
    if !String::from_utf8_lossy(&version.stdout).contains("util-linux") {
        return None;
    }
    let begun = Instant::now();
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_mirrorset"));
    let output = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(directory)
        .env("TERM", "xterm")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // If the system has no terminals, `script` prints only that.
    text.contains(" root module").then(|| (text, begun.elapsed()))
}

#[test]
fn long_work_shows_how_far_it_is_on_a_terminal_only() {
    let directory = project();
    let roots: Vec<String> = (0..1500).map(|number| format!("r{number}/main.tf")).collect();
    let mirror = "resource \"rhcs_image_mirror\" \"m\" {\n  cluster_id = \"c\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.io/a\"]\n}\n";
    let files: Vec<(&str, &str)> = roots.iter().map(|root| (root.as_str(), mirror)).collect();
    write_files(directory.path(), &files);
    let run = check(directory.path(), &[], &["--output-format=concise"]);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains(['\r', '\u{1b}']));
    let (Some((long, long_time)), Some((short, short_time))) = (
        on_terminal(directory.path(), "check --output-format=concise --color=never"),
        on_terminal(
            directory.path(),
            "check nginx --output-format=concise --color=never",
        ),
    ) else {
        println!("skipped: the program `script` of util-linux is not there");
        return;
    };
    assert!(
        short_time > Duration::from_millis(450) || !short.contains("\u{1b}[K"),
        "{short:?}"
    );
    let Some((drawn, printed)) = long.rsplit_once("\r\u{1b}[K") else {
        assert!(
            long_time < Duration::from_millis(1500),
            "no line was drawn in {long_time:?}"
        );
        println!("skipped: the machine is too fast for this test");
        return;
    };
    let is_line = |line: &str| {
        let words = ["searching", "reading", "evaluating", "checking", ""];
        words.contains(&line.split_once(':').map_or(line, |(word, _)| word))
    };
    assert!(
        drawn
            .split('\r')
            .map(|line| line.trim_end_matches("\u{1b}[K"))
            .all(is_line),
        "{drawn:?}"
    );
    assert!(printed.contains("mirrors in 1501 root modules"), "{printed}");
}

#[test]
fn quiet_prints_findings_alone_and_verbose_says_what_is_read() {
    let directory = project();
    let run = check(directory.path(), &[], &["-q", "--output-format=concise"]);
    assert!(
        run.stderr.is_empty() && run.stdout.contains("error[short-source]"),
        "{}",
        run.stderr
    );
    let run = check(directory.path(), &[], &["-q"]);
    assert!(
        run.stderr.is_empty() && !run.stdout.contains(" undecided"),
        "{}",
        run.stdout
    );
    let run = check(directory.path(), &[], &["-v", "--output-format=concise"]);
    assert!(
        run.stderr.contains("nginx/main.tf: configuration\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn statistics_count_the_findings_of_each_rule() {
    let directory = project();
    let run = check(
        directory.path(),
        &[],
        &["--statistics", "--select=short-source,duplicate-source"],
    );
    assert_eq!(run.status, 1);
    let starts = ["1 warning[duplicate-source] ", "1 error[short-source] "];
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), starts.len(), "{}", run.stdout);
    let has_severity =
        |line: &str, rule: &str| line.starts_with("1 ") && line.contains(&format!("[{rule}] "));
    assert!(
        has_severity(lines[0], "duplicate-source") && has_severity(lines[1], "short-source"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains(" with findings, "), "{}", run.stderr);
}

#[test]
fn completions_name_commands_formats_and_rules() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = mirrorset(&["completions", shell]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let values = ["json-lines", "short-source"];
        let lists_values = ["bash", "zsh", "fish"].contains(&shell);
        for word in ["resolve", "--output-format"]
            .into_iter()
            .chain(values.into_iter().filter(|_| lists_values))
        {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(run.stdout.contains(word), "{shell}: {word}");
        }
    }
    // The shell itself accepts the script.
    if let Ok(mut bash) = std::process::Command::new("bash")
        .arg("-n")
        .stdin(std::process::Stdio::piped())
        .spawn()
    {
        use std::io::Write as _;
        let script = mirrorset(&["completions", "bash"]).stdout;
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(bash.wait().unwrap().success());
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let page = mirrorset(&["man"]).stdout;
    assert!(
        page.contains(".TH mirrorset 1") && page.contains("Exit status"),
        "{page}"
    );
    let directory = scratch(&[]);
    let write = || mirrorset_with_environment(directory.path(), &["man", "--output-dir", "man"], &[]);
    assert_eq!(write().status, 0);
    // A second run replaces its own pages.
    assert_eq!(write().status, 0);
    for (name, text) in [
        ("mirrorset.1", "mirrorset\\-check(1)"),
        ("mirrorset-check.1", ".TH mirrorset-check 1"),
        ("mirrorset-resolve.1", "\\-\\-in"),
        ("mirrorset-completions.1", "bash"),
    ] {
        let page = std::fs::read_to_string(directory.path().join("man").join(name)).unwrap();
        assert!(page.contains(text), "{name}: {page}");
    }
}

#[test]
fn every_command_says_what_its_exit_status_means() {
    for command in ["check", "convert", "diff", "resolve", "eval"] {
        let run = mirrorset(&[command, "--help"]);
        assert!(run.stdout.contains("Exit status: 0 "), "{}", run.stdout);
    }
}
