//! What is known of the text at an offset: the values of an expression, what the provider takes, where nodes pull from, and
//! the page of a rule.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use crate::cluster_mirrors::by_cluster;
use crate::model::UnknownReasons;
use crate::output::{self, Style};
use crate::provider::{self, is_provider_type};
use crate::readers::configuration::unknown_reasons;
use crate::resolve::{ClusterResolver, NodeOptions};
use crate::untrusted::{Untrusted, one_line};
use crate::workspace::{Element, InstanceValue, element_at, set_variable_at};
use terraform_eval::address::{Mode, ResourceName};
use terraform_eval::cty::{Value, ValueRef};
use terraform_eval::schema::SetBy;
use terraform_eval::source::{FileId, Span};

use super::analysis::Analysis;
use super::rule_names::rule_name_at;

/// How many different values are shown, and how many instances of each.
const MAX_SHOWN: usize = 8;

/// How many elements of a collection are shown.
const MAX_ELEMENTS: usize = 20;

/// How deeply collections are shown.
const MAX_DEPTH: usize = 4;

/// What a hover shows: Markdown about a range of bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HoverText {
    pub(super) range: Range<usize>,
    pub(super) markdown: String,
}

/// What is known of the text at an offset.
pub(super) fn hover(analysis: &Analysis, file: FileId, offset: usize) -> Option<HoverText> {
    let loaded = &analysis.session.loaded;
    let source = loaded.sources.file(file);
    if let Some((range, rule)) = rule_name_at(source.path()?, source.text(), offset) {
        let markdown = output::rules::page(rule, Style::default()).as_str().to_owned();
        return Some(HoverText { range, markdown });
    }
    let mut parts = Vec::new();
    let mut range = None;
    if let Some(element) = element_at(&loaded.sources, file, offset) {
        parts.extend(provider_facts(&element));
        let text = source.text().get(element.range.clone()).unwrap_or_default();
        parts.extend(values(analysis, &element, file, text));
        range = Some(element.range);
    }
    if let (Some((name, of_name)), Some(modules)) =
        (set_variable_at(&loaded.sources, file, offset), &loaded.modules)
    {
        let (values, has_more) = modules.values_of_variable(&name, source.path()?, &loaded.sources);
        parts.extend(show_values(&values, has_more, false));
        range = Some(of_name);
    }
    if let Some((of_name, text)) = pull_sources(analysis, file, offset) {
        range.get_or_insert(of_name);
        parts.push(text);
    }
    let range = range.filter(|_| !parts.is_empty())?;
    Some(HoverText {
        range,
        markdown: parts.join("\n\n"),
    })
}

/// Lines that are shown as they are.
fn fenced(text: &str) -> String {
    let text = text.trim_end();
    // A fence is longer than any in the text.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

/// What the provider takes for the argument whose name this is.
fn provider_facts(element: &Element) -> Option<String> {
    let name = element.argument.as_deref().filter(|_| element.is_argument_name)?;
    let [kind, label] = &*element.block.labels else {
        return None;
    };
    let resource = ResourceName {
        mode: if &*element.block.kind.text == "data" {
            Mode::Data
        } else {
            Mode::Managed
        },
        kind: kind.text.clone(),
        name: label.text.clone(),
    };
    if !is_provider_type(&kind.text) {
        return None;
    }
    let attribute = provider::schemas().get(&resource)?.get(name)?;
    let set_by = match attribute.set_by {
        SetBy::Required => "required".to_owned(),
        SetBy::Optional => "optional".to_owned(),
        SetBy::Default => match &attribute.default {
            Some(default) => format!("optional, {} by default", show_value(default, 0)),
            None => "optional, with a default".to_owned(),
        },
        SetBy::Either => "optional, set by the provider if absent".to_owned(),
        SetBy::Computed => "set by the provider".to_owned(),
    };
    Some(format!("`{name}` of `{}`: {set_by}; {}", kind.text, attribute.ty))
}

/// The values of an element, each with its instances.
fn values(analysis: &Analysis, element: &Element, file: FileId, text: &str) -> Option<String> {
    let loaded = &analysis.session.loaded;
    let path = loaded.sources.file(file).path()?;
    let (values, has_more) = loaded.modules.as_ref()?.values_of(element, path, &loaded.sources);
    let is_literal = text.starts_with('"') && !text.contains("${") && !text.contains("%{");
    show_values(&values, has_more, is_literal)
}

/// Values, each with its instances. A literal says its value itself if there is only one.
fn show_values(values: &[InstanceValue], has_more: bool, is_literal: bool) -> Option<String> {
    if values.is_empty() {
        return None;
    }
    let mut groups: BTreeMap<String, Vec<&InstanceValue>> = BTreeMap::new();
    for value in values {
        groups.entry(show_outcome(value)).or_default().push(value);
    }
    if is_literal && groups.len() == 1 {
        return None;
    }
    let mut lines = String::new();
    for (shown, instances) in groups.iter().take(MAX_SHOWN) {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{shown}");
        for instance in instances.iter().take(MAX_SHOWN) {
            let root = one_line(&instance.root);
            let _ = match instance.address.as_str() {
                "" => writeln!(lines, "  {root}"),
                address => writeln!(lines, "  {root}: {}", one_line(address)),
            };
        }
        if instances.len() > MAX_SHOWN {
            let _ = writeln!(lines, "  and {} more instances", instances.len() - MAX_SHOWN);
        }
    }
    if groups.len() > MAX_SHOWN {
        let _ = writeln!(lines, "and {} more values", groups.len() - MAX_SHOWN);
    }
    if has_more {
        lines.push_str("further instances are not evaluated here\n");
    }
    Some(fenced(&lines))
}

fn show_outcome(value: &InstanceValue) -> String {
    match &value.value {
        Ok(value) => show_value(value, 0),
        Err(error) => format!("error: {}", Untrusted(&error.to_string())),
    }
}

/// A value on one line. A sensitive part is not shown, and an unknown one has its reasons.
pub(super) fn show_value(value: &Value, depth: usize) -> String {
    if value.marks().hides_value() {
        return "(sensitive value)".to_owned();
    }
    let show = |item: &Value| show_value(item, depth + 1);
    let list = |items: Vec<String>, count: usize, [open, close]: [&str; 2]| {
        let more = if count > items.len() {
            format!(", and {} more", count - items.len())
        } else {
            String::new()
        };
        format!("{open}{}{more}{close}", items.join(", "))
    };
    match value.view() {
        ValueRef::Unknown(_) => {
            let reasons = UnknownReasons::from_reasons(unknown_reasons(value));
            format!("unknown: {}", Untrusted(&reasons.to_string()))
        }
        ValueRef::Null => "null".to_owned(),
        ValueRef::Bool(value) => value.to_string(),
        ValueRef::Number(number) => number.to_string(),
        ValueRef::String(text) => Untrusted(&format!("{text:?}")).to_string(),
        _ if depth >= MAX_DEPTH => "…".to_owned(),
        ValueRef::List(items) | ValueRef::Set(items) | ValueRef::Tuple(items) => {
            let shown = items.iter().take(MAX_ELEMENTS).map(show).collect();
            list(shown, items.len(), ["[", "]"])
        }
        ValueRef::Map(items) | ValueRef::Object(items) => {
            let shown = items.iter().take(MAX_ELEMENTS);
            let shown = shown.map(|(key, item)| format!("{} = {}", Untrusted(key), show(item)));
            list(shown.collect(), items.len(), ["{ ", " }"])
        }
    }
}

/// Where the nodes of each cluster pull from, for the source or the mirror at an offset, with the range of the name.
fn pull_sources(analysis: &Analysis, file: FileId, offset: usize) -> Option<(Range<usize>, String)> {
    let loaded = &analysis.session.loaded;
    let holds = |span: Option<Span>| {
        span.filter(|span| span.file == file && span.range().start <= offset && offset <= span.range().end)
    };
    let clusters = by_cluster(&loaded.project);
    let options = NodeOptions::default();
    let mut shown = String::new();
    let mut range = None;
    for cluster in &clusters {
        let entry = cluster.entries.iter().find_map(|entry| {
            let elements = entry.mirror.mirrors.value().into_iter().flatten();
            let mut spans =
                std::iter::once(entry.mirror.source.span).chain(elements.map(|element| element.span));
            Some((entry, spans.find_map(holds)?))
        });
        let Some((entry, span)) = entry.filter(|_| !cluster.cluster.is_unknown()) else {
            continue;
        };
        range.get_or_insert(span.range());
        let resolver = ClusterResolver::new(cluster, &options);
        let resolution = resolver.resolve(entry.source);
        let text = output::resolve::full(&resolution, Some(resolver.name), &loaded.sources, None);
        if !shown.contains(text.as_str()) {
            shown.push_str(text.as_str());
        }
    }
    Some((range?, fenced(&shown)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::cty::Type;

    #[test]
    fn values_are_shown_on_one_line() {
        let list = Value::list(
            Type::String,
            vec![Value::string("a\n\u{202e}"), Value::string("b")],
        );
        assert_eq!(show_value(&list, 0), "[\"a\\n\\u{202e}\", \"b\"]");
        assert_eq!(show_value(&Value::null(Type::String), 0), "null");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fenced("a\n"), "```text\na\n```");
        assert_eq!(fenced("````"), "`````text\n````\n`````");
    }
}
