//! `shadowed-source`: a source under another one, without its mirrors.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, Mirror, UnknownReasons};
use crate::provider::limits::MAX_LIST_ITEMS;
use registries_conf::{Name, Role, is_valid, matched_length, unmatchable};

use super::{AtAttribute as _, Check, Documentation, Entries, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "shadowed-source",
    severity: Severity::Warning,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "`source` lies under another one, and does not repeat its mirrors",
    documentation: Documentation {
        what: "Looks for a `source` that lies under the `source` of another mirror of the same cluster, and \
               whose `mirrors` lack what the wider one has: `quay.io/org` beside `quay.io`. Where they are repeated, \
               all is well. In manifests, all lists for a source are looked at together, those for \
               pulls by tag apart from those by digest: an entry of either kind shadows the other.",
        why: "Of the sources that match an image only the longest counts; there is no falling back to the \
              mirrors of a wider one (containers/image, `findRegistryWithParsedConfig`). An image that the narrow \
              mirror lacks is pulled from the public registry, which fails where that is out of reach. A cluster \
              without egress comes with entries for Red Hat's registries, which are shadowed in the same way.",
        failing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay"]
}

resource "rhcs_image_mirror" "org" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org"
  mirrors    = ["mirror.example.com/org"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay"]
}

resource "rhcs_image_mirror" "org" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/org"
  mirrors    = ["mirror.example.com/org", "mirror.example.com/quay/org"]
}
"#,
    },
    check: Check::Entry(check),
};

fn check(entries: &Entries<'_>, mirror: &Mirror) -> Outcome {
    let source = match names::source(mirror) {
        Ok(source) => source,
        Err(outcome) => return outcome,
    };
    if !counts(mirror) {
        return Outcome::clean();
    }
    let wider = wider(source).into_iter().find_map(|name| {
        let same = entries.with_source(&name).iter();
        same.filter(|other| other.source.value() == Some(&name) && counts(other))
            .min_by_key(|other| other.unknown_instances().is_some())
    });
    let Some(wider) = wider else {
        return Outcome::clean();
    };
    if let Some(unknown) = wider.unknown_instances() {
        return Outcome::undecided(unknown.clone());
    }
    let lacking = if mirror.resource().is_none() {
        lacking_of_lists(entries, mirror, source, wider)
    } else {
        elements(&mirror.mirrors).and_then(|own| lacking(mirror, source, wider, &[own]))
    };
    match lacking {
        Ok(lacking) if lacking.is_empty() => Outcome::clean(),
        Ok(lacking) => Outcome::found(report(mirror, wider, &lacking)),
        Err(unknown) => Outcome::undecided(unknown),
    }
}

/// Whether the nodes take the entry: it has a source that can match, and may have a mirror besides that.
fn counts(mirror: &Mirror) -> bool {
    let Some(source) = mirror.source.value() else {
        return false;
    };
    let only_itself = mirror
        .mirrors
        .value()
        .is_some_and(|list| list.iter().all(|element| element.value() == Some(source)));
    is_valid(source, Role::Source) && unmatchable(source).is_none() && !only_itself
}

/// The names that lie around a source, the nearest first.
fn wider(source: &str) -> Vec<String> {
    let Some(name) = Name::parse(source) else {
        return Vec::new();
    };
    let slashes = source.rmatch_indices('/').map(|(at, _)| source[..at].to_owned());
    let dots = name
        .host
        .match_indices('.')
        .map(|(at, _)| format!("*{}", &name.host[at..]));
    slashes.chain(dots).collect()
}

/// The same for manifests, where a source has as many lists as there are entries for it, those for pulls by
/// tag among them. It is said of the first entry.
fn lacking_of_lists(
    entries: &Entries<'_>,
    mirror: &Mirror,
    source: &str,
    wider: &Mirror,
) -> Result<Vec<Attribute<String>>, UnknownReasons> {
    let same = |source: &str| {
        let literal = source.to_owned();
        let all = entries.with_source(&names::normal_source(source)).iter();
        all.filter(move |other| other.source.value() == Some(&literal))
    };
    let first = same(source).find(|other| counts(other));
    if first.is_none_or(|first| first.address != mirror.address) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for wider in same(wider.source.value().map_or("", String::as_str)).take(MAX_LIST_ITEMS) {
        let own = same(source).filter(|own| own.pull == wider.pull);
        let own: Result<Vec<_>, _> = own.map(|own| elements(&own.mirrors)).collect();
        for lacked in lacking(mirror, source, wider, &own?)? {
            if !all.contains(&lacked) {
                all.push(lacked);
            }
        }
    }
    Ok(all)
}

/// The mirrors of the wider source that the narrow one does not repeat, as they serve it. One that is
/// repeated word for word was not forgotten.
fn lacking(
    mirror: &Mirror,
    source: &str,
    wider: &Mirror,
    own: &[&[Attribute<String>]],
) -> Result<Vec<Attribute<String>>, UnknownReasons> {
    let others = elements(&wider.mirrors)?;
    let own = || own.iter().copied().flatten();
    let own_names: BTreeSet<&str> = own()
        .filter_map(|element| element.value())
        .map(String::as_str)
        .collect();
    let wider_source = wider.source.value().map_or("", String::as_str);
    let rest = matched_length(wider_source, source)
        .and_then(|covered| source.get(covered..))
        .unwrap_or_default();
    let mut lacking = Vec::new();
    // A cluster takes no more, and everything under the wider source looks at them.
    for other in others.iter().take(MAX_LIST_ITEMS) {
        let Some(text) = other
            .value()
            .filter(|text| !text.is_empty() && *text != wider_source)
        else {
            continue;
        };
        let serving = format!("{text}{rest}");
        if !own_names.contains(serving.as_str()) && !own_names.contains(text.as_str()) {
            lacking.push(Attribute {
                content: AttributeValue::Known(serving),
                sensitive: other.sensitive || mirror.source.sensitive || wider.source.sensitive,
                ..Attribute::absent()
            });
        }
    }
    // What is not known on this side may be what is lacking, and on the other side may lack here.
    let open = if lacking.is_empty() {
        others.iter().find_map(Attribute::as_unknown)
    } else {
        own().find_map(Attribute::as_unknown)
    };
    match open {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(lacking),
    }
}

fn elements(list: &Attribute<Vec<Attribute<String>>>) -> Result<&[Attribute<String>], UnknownReasons> {
    match &list.content {
        AttributeValue::Known(elements) => Ok(elements),
        AttributeValue::Unknown(unknown) => Err(unknown.clone()),
        AttributeValue::Absent => Ok(&[]),
    }
}

fn report(mirror: &Mirror, wider: &Mirror, lacking: &[Attribute<String>]) -> Diagnostic {
    let other = if names::may_be_compared(&mirror.source, &wider.source) {
        format!("{} of {}", wider.source.shown(), wider.address)
    } else {
        "that of another mirror".to_owned()
    };
    let shown = mirror.source.shown();
    let listed: Vec<String> = lacking.iter().take(3).map(Attribute::shown).collect();
    let more = if lacking.len() > listed.len() {
        " and so on"
    } else {
        ""
    };
    RULE.finding(
        mirror,
        &format!("source {shown} lies under {other}, and lacks its mirrors"),
    )
    .at_attribute(
        mirror,
        &mirror.source,
        "the mirrors of the wider source do not serve this",
    )
    .compared_with(&mirror.source, &wider.source, "the wider source")
    .note("only the longest source that matches an image counts; there is no falling back to a wider one")
    .help(format!(
        "if they are to serve it as well, add them to its list: {}{more}",
        listed.join(", ")
    ))
}
