//! Plans and states that real Terraform wrote, read into the model.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use mirrorset::model::{Attribute, Content, ImageMirror, Target};
use mirrorset::plan::{self, Reading};
use mirrorset::source::{Sources, Span};

fn shared() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/plans");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn read(path: &Path) -> (Sources, Reading) {
    let mut sources = Sources::new();
    let file = sources.read(path).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let reading = plan::read(file, &name, sources.text(file)).unwrap_or_else(|error| panic!("{name}: {error}"));
    (sources, reading)
}

fn value(sources: &Sources, attribute: &Attribute<String>) -> String {
    let mark = if attribute.sensitive { " (sensitive)" } else { "" };
    let text = attribute.span.map(|span| sources.slice(span).to_owned());
    match &attribute.content {
        Content::Absent => format!("null{mark}"),
        Content::Known(value) => {
            if let Some(text) = text {
                assert_eq!(serde_json::from_str::<String>(&text).unwrap(), *value);
            }
            format!("{value}{mark}")
        }
        Content::Unknown(unknown) => {
            assert_eq!(text.as_deref(), Some("true"));
            format!("<{unknown}>{mark}")
        }
    }
}

fn target(target: &Target) -> String {
    match target {
        Target::Resource { attribute, .. } => {
            format!("{}.{}", target.name(), attribute.as_deref().unwrap_or("?"))
        }
        Target::Module { source, output, .. } => {
            format!("{}.{} ({source})", target.name(), output.as_deref().unwrap_or("?"))
        }
    }
}

/// A mirror in a few lines, with each span checked on the way.
fn describe(sources: &Sources, mirror: &ImageMirror) -> String {
    let mut out = String::new();
    let address: String = serde_json::from_str(sources.slice(mirror.span)).unwrap();
    assert_eq!(address, mirror.address.to_string());
    let _ = writeln!(out, "{address}");
    let _ = writeln!(out, "  source {}", value(sources, &mirror.source));
    let mirrors = match &mirror.mirrors.content {
        Content::Known(list) => list.iter().map(|element| value(sources, element)).collect::<Vec<_>>().join(", "),
        Content::Unknown(unknown) => format!("<{unknown}>"),
        Content::Absent => "null".to_owned(),
    };
    let mark = if mirror.mirrors.sensitive { " (sensitive)" } else { "" };
    let _ = writeln!(out, "  mirrors {mirrors}{mark}");
    if mirror.kind.span.is_none() || mirror.kind.value().is_none_or(|kind| kind != "digest") {
        let _ = writeln!(out, "  type {}", value(sources, &mirror.kind));
    }
    let _ = writeln!(out, "  cluster {}", value(sources, &mirror.cluster_id));
    let _ = writeln!(out, "  named {}", mirror.cluster_name());
    for lead in &mirror.leads.to {
        let way: Vec<&str> = lead.way.iter().map(|step| step.text.as_str()).collect();
        for step in &lead.way {
            assert_eq!(serde_json::from_str::<String>(sources.slice(step.span)).unwrap(), step.text);
        }
        if let Some(span) = lead.span {
            assert!(sources.slice(span).contains("rhcs_"));
        }
        let sure = if lead.certain { "" } else { " perhaps" };
        let _ = writeln!(out, "  leads{sure} {} [{}]", target(&lead.target), way.join(" > "));
    }
    for cause in &mirror.leads.unfollowed {
        let _ = writeln!(out, "  unfollowed {cause}");
    }
    if let Some(only) = &mirror.leads.only {
        let _ = writeln!(out, "  only {}", target(only));
    }
    match &mirror.depends_on {
        None => out.push_str("  depends_on ?\n"),
        Some(entries) => {
            for entry in entries {
                let reaches: Vec<String> = entry.reaches.iter().map(ToString::to_string).collect();
                let _ = writeln!(out, "  depends_on {} [{}]", entry.text, reaches.join(" "));
            }
        }
    }
    if !mirror.after.is_empty() {
        let after: Vec<String> = mirror.after.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "  after {}", after.join(" "));
    }
    out
}

fn describe_all(sources: &Sources, reading: &Reading) -> String {
    let mut out = String::new();
    for mirror in &reading.configuration.mirrors {
        out.push_str(&describe(sources, mirror));
    }
    for cluster in &reading.configuration.clusters {
        let ids: Vec<&str> = cluster.ids.iter().map(|(_, id)| id.as_str()).collect();
        let _ = writeln!(out, "cluster {} {:?} {ids:?}", cluster.path, cluster.kind);
    }
    let shown = |span: &Span| sources.slice(*span).to_owned();
    for text in reading.sensitive.iter().map(shown).collect::<std::collections::BTreeSet<_>>() {
        let _ = writeln!(out, "sensitive {text}");
    }
    out
}

#[test]
fn dump() {
    let Some(shared) = shared() else { return };
    let mut files: Vec<_> = std::fs::read_dir(shared).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let (sources, reading) = read(&file);
        println!("=== {}\n{}", reading.configuration.name, describe_all(&sources, &reading));
    }
}
