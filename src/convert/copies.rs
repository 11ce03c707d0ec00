//! The copies that fill mirrors: each image to each location where nodes look for it.

use std::collections::{BTreeMap, BTreeSet};

use super::cluster_part::ClusterPart;
use super::error::ConvertError;
use super::target::{Capabilities, Context, ExpressiblePulls};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::resolve::{ClusterResolver, ImageResolution, NodeOptions, PullOutcome};
use registries_conf::ImageReference;

/// What a target expresses that fills mirrors: the copies of all mirrors. An image that is not copied is a loss of its own.
pub(super) const CAPABILITIES: Capabilities = Capabilities {
    pulls: ExpressiblePulls::Any,
    source_policy: true,
    empty_entries: true,
    empty_clusters: false,
    unresolved_mirrors: false,
    all_characters: true,
};

/// One copy of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Copy {
    /// The image, by digest.
    pub(super) source: ImageReference,
    /// The name of the image at the mirror, without tag and digest.
    pub(super) destination: String,
    /// The tag that the image has at the source, if it is known.
    pub(super) tag: Option<String>,
    /// The digest.
    pub(super) digest: String,
    /// Whether nodes contact the source without TLS.
    pub(super) is_source_insecure: bool,
    /// Whether nodes contact the mirror without TLS.
    pub(super) is_destination_insecure: bool,
}

impl Copy {
    /// The image at the mirror: by tag if it has one, because registries may remove what has none, else by digest.
    pub(super) fn target(&self) -> String {
        match &self.tag {
            Some(tag) => format!("{}:{tag}", self.destination),
            None => format!("{}@{}", self.destination, self.digest),
        }
    }

    /// The registry of the mirror, and the path in it.
    pub(super) fn split_destination(&self) -> (&str, &str) {
        self.destination
            .split_once('/')
            .unwrap_or((&self.destination, ""))
    }
}

/// The copies of a conversion, and the images that are not copied.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Each copy once, in the order of the images.
    pub(super) copies: Vec<Copy>,
    /// Why images are not copied.
    pub(super) losses: Vec<Diagnostic>,
}

/// Collects the copies of the images of `--images`.
pub(super) fn collect_copies(
    context: &Context<'_>,
    parts: &[ClusterPart<'_>],
) -> Result<Copies, ConvertError> {
    let images = &context.options.images;
    if images.is_empty() {
        return Err(ConvertError::Options(
            "the images to copy are not known: name a file with `--images FILE`".to_owned(),
        ));
    }
    let mut collector = Collector::default();
    let resolvers: Vec<ClusterResolver<'_>> = parts
        .iter()
        .map(|part| ClusterResolver::new(part.cluster_mirrors, &NodeOptions::default()))
        .collect();
    for resolver in &resolvers {
        for caveat in resolver.caveats() {
            collector.warn(
                format!("{}: {}", resolver.name, caveat.message),
                Some(caveat.help),
            );
        }
    }
    for image in images {
        for resolver in &resolvers {
            collector.add_image(&resolver.resolve(image));
        }
    }
    let mut copies = collector.copies;
    drop_untagged_twins(&mut copies.copies);
    Ok(copies)
}

/// Drops a copy without a tag if the image is copied to the same place with one.
fn drop_untagged_twins(copies: &mut Vec<Copy>) {
    let place = |copy: &Copy| (copy.destination.clone(), copy.digest.clone());
    let tagged = copies.iter().filter(|copy| copy.tag.is_some());
    let tagged: BTreeSet<(String, String)> = tagged.map(place).collect();
    copies.retain(|copy| copy.tag.is_some() || !tagged.contains(&place(copy)));
}

#[derive(Default)]
struct Collector {
    copies: Copies,
    seen: BTreeSet<Copy>,
    messages: BTreeSet<String>,
    /// The digest of each tag at a mirror, by the name of the image there and the tag.
    tags: BTreeMap<(String, String), String>,
}

impl Collector {
    fn warn(&mut self, message: String, help: Option<&str>) {
        if self.messages.insert(message.clone()) {
            let loss = Diagnostic::new(Code::LossyConversion, Severity::Warning, message);
            self.copies.losses.push(match help {
                Some(help) => loss.help(help),
                None => loss,
            });
        }
    }

    fn lose(&mut self, image: &str, reason: &str) {
        self.warn(format!("{image}: not copied: {reason}"), None);
    }

    /// The tag for an image at a mirror. An image that was copied there before keeps its tag.
    fn free_tag(&mut self, image: &str, tag: &str, destination: &str, digest: &str) -> Option<String> {
        let key = (destination.to_owned(), tag.to_owned());
        let known = self.tags.entry(key).or_insert_with(|| digest.to_owned());
        if known == digest {
            return Some(tag.to_owned());
        }
        let message =
            format!("{image}: copied without a tag: another image has the tag {tag:?} at {destination}");
        self.warn(message, None);
        None
    }

    fn add_image(&mut self, resolution: &ImageResolution<'_>) {
        let image = resolution.image;
        match &resolution.attempts {
            Err(error) => self.lose(image, &error.to_string()),
            Ok(attempts) => {
                // The tag beside a digest, which nodes drop.
                let tag = ImageReference::parse_normalized(image)
                    .ok()
                    .filter(|reference| reference.digest().is_some())
                    .and_then(|reference| reference.tag().map(str::to_owned));
                for candidate in &attempts.candidates {
                    let name = if attempts.candidates.len() > 1 {
                        format!("{image} as {}", candidate.reference.name())
                    } else {
                        image.to_owned()
                    };
                    self.add_candidate(&name, tag.as_deref(), candidate);
                }
            }
        }
    }

    fn add_candidate(&mut self, image: &str, tag: Option<&str>, candidate: &PullOutcome<'_>) {
        let Some(digest) = candidate.reference.digest() else {
            return self.lose(
                image,
                "it has no digest, and a tag does not tell which image nodes pull",
            );
        };
        if candidate.denial.is_some() {
            return self.lose(
                image,
                "the policy of the cluster rejects it, so that no node pulls it",
            );
        }
        if candidate.resolution.source.is_none() {
            return self.lose(image, "no source matches it");
        }
        let sources = match &candidate.resolution.pull_sources {
            Ok(sources) => sources,
            Err(error) => return self.lose(image, &error.to_string()),
        };
        // The last one is the source itself.
        let Some((source, mirrors)) = sources.split_last() else {
            return;
        };
        if mirrors.is_empty() {
            return self.lose(image, "no mirror of its source serves pulls by digest");
        }
        if mirrors.iter().all(|mirror| mirror.blocked) {
            return self.lose(image, "its mirrors are blocked, so that no node asks them");
        }
        for mirror in mirrors.iter().filter(|mirror| !mirror.blocked) {
            let destination = mirror.reference.name();
            // The source may be a mirror of itself.
            if destination == source.reference.name() {
                continue;
            }
            let copy = Copy {
                source: source.reference.clone(),
                destination: destination.to_owned(),
                tag: tag.and_then(|tag| self.free_tag(image, tag, destination, digest)),
                digest: digest.to_owned(),
                is_source_insecure: source.insecure,
                is_destination_insecure: mirror.insecure,
            };
            if self.seen.insert(copy.clone()) {
                self.copies.copies.push(copy);
            }
        }
    }
}
