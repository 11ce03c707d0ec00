//! What the mirrors of an input and the tool that fills them have in common: images that are copied and that no mirror
//! serves, and mirrors that nothing fills.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{ImageSet, Input, Mirror, MirrorLabels as _, SetImage, SetImageKind};
use registries_conf::{ImageName, PullKind, matched_length, matching_entries};

/// The code of findings about images.
pub(crate) const UNSERVED_IMAGE: &str = "unserved-image";

/// The code of findings about mirrors.
pub(crate) const UNFILLED_MIRROR: &str = "unfilled-mirror";

/// The sources of an input with their mirrors.
struct Served<'a> {
    by_source: BTreeMap<&'a str, Vec<&'a Mirror>>,
    /// Whether a source is unknown, which may be any.
    is_incomplete: bool,
}

impl<'a> Served<'a> {
    fn new(input: &'a Input) -> Self {
        let mut served = Self {
            by_source: BTreeMap::new(),
            is_incomplete: false,
        };
        for mirror in input.effective_mirrors() {
            match mirror.source.value() {
                Some(source) => served.by_source.entry(source).or_default().push(mirror),
                None => served.is_incomplete |= mirror.source.as_unknown().is_some(),
            }
        }
        served
    }

    /// The mirrors of the longest source that matches a name.
    fn longest_match(&self, name: &str) -> &[&'a Mirror] {
        let matching = matching_entries(&self.by_source, name)
            .filter_map(|(source, mirrors)| Some((matched_length(source, name)?, mirrors)));
        let longest = matching.max_by_key(|(length, _)| *length);
        longest.map_or(&[], |(_, mirrors)| mirrors)
    }
}

/// Whether an entry may have a mirror other than its source.
fn has_other_mirror(mirror: &Mirror) -> bool {
    let source = mirror.source.value();
    (mirror.mirrors.value()).is_none_or(|list| {
        list.iter()
            .any(|element| element.value().is_none() || element.value() != source)
    })
}

/// The images that are copied and that no mirror of the input serves.
#[must_use]
pub(crate) fn unserved_images(input: &Input, sets: &[ImageSet]) -> Vec<Diagnostic> {
    if sets.is_empty() {
        return Vec::new();
    }
    let served = Served::new(input);
    if served.is_incomplete || served.by_source.is_empty() {
        return Vec::new();
    }
    let images = sets.iter().flat_map(|set| &set.images);
    images
        .filter_map(|image| report_unserved(&served, image))
        .collect()
}

fn report_unserved(served: &Served<'_>, image: &SetImage) -> Option<Diagnostic> {
    let Ok(ImageName::Full(reference)) = ImageName::parse(&image.name) else {
        return None;
    };
    let mirrors = served.longest_match(reference.name());
    let serves = |pull: PullKind| {
        let mut mirrors = mirrors.iter().filter(|mirror| mirror.pull == pull);
        mirrors.any(|mirror| has_other_mirror(mirror))
    };
    let is_by_digest = reference.digest().is_some() || image.kind == SetImageKind::Release;
    let (by_digest, by_tag) = (serves(PullKind::DigestOnly), serves(PullKind::TagOnly));
    let is_served = match image.kind {
        // Its copy has a CatalogSource of its own.
        SetImageKind::Catalog => by_digest || by_tag,
        _ if is_by_digest => by_digest,
        _ => by_tag,
    };
    if is_served {
        return None;
    }
    let name = &image.name;
    let (what, note, help) = if by_digest && !is_by_digest {
        (
            format!("{name:?} is copied, but mirrors serve it by digest only, and the image has none here"),
            "a pod that names the image by tag has it pulled from its source",
            "name it by its digest, here and in pods",
        )
    } else if by_tag && is_by_digest {
        (
            format!("{name:?} is copied, but mirrors serve it by tag only"),
            "nodes pull an image with a digest from its source",
            "declare mirrors for pulls by digest",
        )
    } else {
        (
            format!("{name:?} is copied, but no mirror serves it"),
            "nodes pull it from its source, whatever was copied",
            "declare mirrors of a source that includes it, or do not copy it",
        )
    };
    let finding = Diagnostic::new(Code::Rule(UNSERVED_IMAGE), Severity::Warning, what)
        .at(image.span, "copied")
        .note(note);
    Some(finding.help(help))
}

/// The mirrors whose source includes none of the images that are copied.
#[must_use]
pub(crate) fn unfilled_mirrors(input: &Input, sets: &[ImageSet]) -> Vec<Diagnostic> {
    if sets.is_empty() || sets.iter().any(|set| set.has_unnamed) {
        return Vec::new();
    }
    let served = Served::new(input);
    let images = sets.iter().flat_map(|set| &set.images);
    let names: Option<Vec<String>> = images
        .map(|image| match ImageName::parse(&image.name) {
            Ok(ImageName::Full(reference)) => Some(reference.name().to_owned()),
            // A short name may be in any registry.
            _ => None,
        })
        .collect();
    let Some(names) = names else {
        return Vec::new();
    };
    let files: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
    let files = files.join(" and ");
    let matching = names
        .iter()
        .flat_map(|name| matching_entries(&served.by_source, name));
    let filled: BTreeSet<&str> = matching.map(|(source, _)| *source).collect();
    let unfilled = served
        .by_source
        .iter()
        .filter(|(source, _)| !filled.contains(*source));
    unfilled
        .flat_map(|(_, mirrors)| mirrors)
        .filter(|mirror| has_other_mirror(mirror))
        .map(|mirror| report_unfilled(mirror, &files))
        .collect()
}

fn report_unfilled(mirror: &Mirror, files: &str) -> Diagnostic {
    let what = format!(
        "no image of source {} is copied to its mirrors",
        mirror.source.describe()
    );
    mirror
        .finding(Code::Rule(UNFILLED_MIRROR), Severity::Warning, what)
        .at_attribute(mirror, &mirror.source, "nothing fills its mirrors")
        .note(format!("{files} names no image of this source"))
        .help("copy the images that are in use, or remove the mirror")
}
