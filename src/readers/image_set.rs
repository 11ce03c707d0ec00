//! Reads an `ImageSetConfiguration` of oc-mirror, `v1alpha2` or `v2alpha1` (openshift/oc-mirror, `type_config.go`): what it has
//! copied, as far as it names it.

use crate::model::{ImageSet, SetImage, SetImageKind};
use terraform_eval::source::FileId;
use terraform_eval::syntax::yaml::{Node, NodeKind, documents};

/// The repositories of the images of a release: the release itself, and what it consists of.
const OCP_REPOSITORIES: [&str; 2] = [
    "quay.io/openshift-release-dev/ocp-release",
    "quay.io/openshift-release-dev/ocp-v4.0-art-dev",
];

/// The same of OKD.
const OKD_REPOSITORIES: [&str; 2] = ["quay.io/openshift/okd", "quay.io/openshift/okd-content"];

/// Reads the image sets of a text. `None` if it has none.
pub(crate) fn parse_image_set(file: FileId, name: &str, text: &str) -> Option<ImageSet> {
    if !text.contains(KIND) {
        return None;
    }
    let documents = documents(file, text).ok()?;
    let mut sets = documents.iter().filter_map(read_image_set);
    let mut all = sets.next()?;
    sets.for_each(|set| all.extend(set));
    Some(all.in_file(file, name))
}

const KIND: &str = "ImageSetConfiguration";

/// The images of a document, if it is an image set.
pub(crate) fn read_image_set(document: &Node) -> Option<ImageSet> {
    if document.get("kind").and_then(Node::as_str) != Some(KIND) {
        return None;
    }
    let mut set = ImageSet::default();
    let Some(mirror) = document.get("mirror") else {
        return Some(set);
    };
    for image in elements(mirror.get("additionalImages")) {
        set.add(image.get("name"), SetImageKind::Image);
    }
    if let Some(platform) = mirror.get("platform") {
        set.add_platform(platform);
    }
    for operator in elements(mirror.get("operators")) {
        set.has_unnamed = true;
        // A catalog on the disk has no name that nodes could pull.
        let catalog = operator.get("catalog");
        let is_pulled = catalog
            .and_then(Node::as_str)
            .is_some_and(|name| !name.starts_with("oci:"));
        set.add(catalog.filter(|_| is_pulled), SetImageKind::Catalog);
    }
    for list in ["helm", "samples"] {
        set.has_unnamed |= mirror.get(list).is_some_and(|list| !list.is_null());
    }
    Some(set)
}

impl ImageSet {
    fn add(&mut self, node: Option<&Node>, kind: SetImageKind) {
        let Some((node, name)) = node.and_then(|node| Some((node, node.as_str()?.trim()))) else {
            return;
        };
        if !name.is_empty() {
            self.images.push(SetImage {
                name: name.to_owned(),
                span: node.span,
                kind,
            });
        }
    }

    /// A release by its digest, and the images of release channels.
    fn add_platform(&mut self, platform: &Node) {
        self.add(platform.get("release"), SetImageKind::Image);
        for channel in elements(platform.get("channels")) {
            let is_okd = channel.get("type").and_then(Node::as_str) == Some("okd");
            let repositories = if is_okd {
                OKD_REPOSITORIES
            } else {
                OCP_REPOSITORIES
            };
            let span = channel.get("name").map_or(channel.span, |name| name.span);
            self.images.extend(repositories.map(|repository| SetImage {
                name: repository.to_owned(),
                span,
                kind: SetImageKind::Release,
            }));
        }
    }
}

fn elements(list: Option<&Node>) -> &[Node] {
    match list.map(|list| &list.kind) {
        Some(NodeKind::Sequence(elements)) => elements,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Sources;

    fn parse(text: &str) -> Option<ImageSet> {
        let file = Sources::default().add("set.yaml", text);
        parse_image_set(file, "set.yaml", text)
    }

    #[test]
    fn what_is_copied_is_read_as_far_as_it_is_named() {
        let text = "
apiVersion: mirror.openshift.io/v2alpha1
kind: ImageSetConfiguration
mirror:
  platform:
    release: quay.io/openshift-release-dev/ocp-release@sha256:a
    channels:
    - name: stable-4.16
    - {name: okd, type: okd}
  operators:
  - catalog: registry.redhat.io/redhat/redhat-operator-index:v4.16
  - catalog: oci:///home/user/catalog
  additionalImages:
  - name: quay.io/org/app:v1
  - {}
  blockedImages:
  - name: quay.io/org/blocked
";
        let set = parse(text).unwrap();
        let images: Vec<(&str, SetImageKind)> = set
            .images
            .iter()
            .map(|image| (image.name.as_str(), image.kind))
            .collect();
        assert_eq!(
            images,
            [
                ("quay.io/org/app:v1", SetImageKind::Image),
                (
                    "quay.io/openshift-release-dev/ocp-release@sha256:a",
                    SetImageKind::Image
                ),
                ("quay.io/openshift-release-dev/ocp-release", SetImageKind::Release),
                (
                    "quay.io/openshift-release-dev/ocp-v4.0-art-dev",
                    SetImageKind::Release
                ),
                ("quay.io/openshift/okd", SetImageKind::Release),
                ("quay.io/openshift/okd-content", SetImageKind::Release),
                (
                    "registry.redhat.io/redhat/redhat-operator-index:v4.16",
                    SetImageKind::Catalog
                ),
            ]
        );
        assert!(set.has_unnamed);
    }

    #[test]
    fn other_texts_have_no_image_set() {
        assert_eq!(parse("kind: Pod\n"), None);
        assert_eq!(parse("# an ImageSetConfiguration\nkind: Pod\n"), None);
        assert_eq!(parse("kind: ImageSetConfiguration\n  x"), None);
        let empty = parse("kind: ImageSetConfiguration\nmirror: {additionalImages: null}\n").unwrap();
        assert!(empty.images.is_empty() && !empty.has_unnamed);
    }
}
