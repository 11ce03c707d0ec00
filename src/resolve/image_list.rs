//! Images in a file: a list with one image per line, or manifests of Kubernetes.

use std::fmt;

use crate::model::{ImageSet, SetImageKind};
use crate::readers::image_set::read_image_set;
use terraform_eval::source::FileId;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{Node, NodeKind, documents};

/// Why a text cannot be used as a list of images.
#[derive(Debug)]
pub(crate) enum ImageListError {
    /// It is neither a list nor valid YAML.
    Form(SyntaxError),
    /// It has no images.
    NoImages,
}

impl fmt::Display for ImageListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "neither a list of images nor a manifest: {}", error.message),
            Self::NoImages => f.write_str("no images found"),
        }
    }
}

impl std::error::Error for ImageListError {}

impl ImageListError {
    /// The message with the number of the line that cannot be read.
    #[must_use]
    pub(crate) fn located(&self, text: &str) -> String {
        match self {
            Self::Form(problem) => {
                let before = text.get(..problem.span.range().start).unwrap_or_default();
                format!("line {}: {self}", before.matches('\n').count() + 1)
            }
            Self::NoImages => self.to_string(),
        }
    }
}

/// The images of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ImageList {
    /// The images, each once, in the order of first occurrence.
    pub images: Vec<String>,
    /// The lines that are not images.
    pub unread: Vec<UnreadLine>,
    /// What the text has copied to mirrors, if it is an image set.
    pub image_set: Option<ImageSet>,
}

/// A line of a list that is not an image.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UnreadLine {
    /// The number of the line, from 1.
    pub number: usize,
    /// The line.
    pub text: String,
}

/// Parses the images of a text.
///
/// A list has one image per line; empty lines and comments after `#` are ignored. In manifests, an image is the value of
/// the key `image` of a container, and of the `reference` of an image volume; in an `ImageSetConfiguration` of oc-mirror, what
/// it names.
pub(crate) fn parse_image_list(file: FileId, text: &str) -> Result<ImageList, ImageListError> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim())
        .enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let is_image_line = |line: &str| !line.contains(char::is_whitespace) && !line.ends_with(':');
    let is_plain = |line: &str| is_image_line(line) && !line.starts_with(['{', '[', '-', '%']);
    // The lines of a JSON object are never those of a list, and may hold secrets.
    let is_object = text.trim_start().starts_with('{');
    let mut images = Images::default();
    if !lines.clone().all(|(_, line)| is_plain(line)) {
        match documents(file, text) {
            Ok(documents) => documents
                .iter()
                .for_each(|document| images.add_document(document)),
            Err(problem) if is_object || lines.clone().any(|(_, line)| is_manifest_line(line)) => {
                return Err(ImageListError::Form(problem));
            }
            // A list with an invalid image is still a list.
            Err(_) => {}
        }
        if images.image_set.is_some() {
            return Ok(ImageList {
                images: images.names,
                unread: Vec::new(),
                image_set: images.image_set,
            });
        }
        if images.names.is_empty() && (is_object || lines.clone().any(|(_, line)| is_manifest_line(line))) {
            return Err(ImageListError::NoImages);
        }
    }
    let mut unread = Vec::new();
    if images.names.is_empty() {
        for (index, line) in lines {
            if line.contains(char::is_whitespace) || line.starts_with(['{', '-', '%']) {
                let text = line.to_owned();
                unread.push(UnreadLine {
                    number: index + 1,
                    text,
                });
            } else {
                images.add(line);
            }
        }
    }
    if images.names.is_empty() {
        return Err(ImageListError::NoImages);
    }
    Ok(ImageList {
        images: images.names,
        unread,
        image_set: None,
    })
}

/// Whether a line belongs to a manifest of Kubernetes.
fn is_manifest_line(line: &str) -> bool {
    let keys = [
        "apiVersion:",
        "kind:",
        "metadata:",
        "spec:",
        "image:",
        "- image:",
        "containers:",
    ];
    keys.iter().any(|key| line.starts_with(key))
        || line.contains("\"apiVersion\"")
        || line.contains("\"kind\"")
}

#[derive(Default)]
struct Images {
    names: Vec<String>,
    seen: std::collections::BTreeSet<String>,
    image_set: Option<ImageSet>,
}

impl Images {
    fn add(&mut self, image: &str) {
        if self.seen.insert(image.to_owned()) {
            self.names.push(image.to_owned());
        }
    }

    fn add_document(&mut self, document: &Node) {
        match read_image_set(document) {
            Some(set) => {
                // A channel is not an image.
                let images = set.images.iter();
                images
                    .filter(|image| image.kind != SetImageKind::Release)
                    .for_each(|image| self.add(&image.name));
                self.image_set.get_or_insert_default().extend(set);
            }
            None => self.walk(document),
        }
    }

    fn walk(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Sequence(elements) => elements.iter().for_each(|element| self.walk(element)),
            NodeKind::Mapping(entries) => {
                for (key, value) in entries {
                    let volume = || value.get("reference").and_then(Node::as_str);
                    let image = match key.text.as_str() {
                        "image" => value.as_str().or_else(volume),
                        _ => None,
                    };
                    match image.map(str::trim).filter(|image| !image.is_empty()) {
                        Some(image) => self.add(image),
                        None => self.walk(value),
                    }
                }
            }
            NodeKind::String(_) | NodeKind::Word(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Sources;

    fn images(text: &str) -> Result<Vec<String>, String> {
        let file = Sources::default().add("images", text);
        parse_image_list(file, text)
            .map(|list| list.images)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_has_an_image_on_each_line() {
        let list = "# for production\nquay.io/org/app:v1\r\n\n  nginx\nquay.io/org/app:v1\n";
        assert_eq!(images(list).unwrap(), ["quay.io/org/app:v1", "nginx"]);
    }

    #[test]
    fn invalid_images_are_lines_of_a_list() {
        let list = "quay.io/org/app: # no tag\n[::1]:5000/org/app\nnginx # the last one\n";
        let expected = ["quay.io/org/app:", "[::1]:5000/org/app", "nginx"];
        assert_eq!(images(list).unwrap(), expected);
    }

    #[test]
    fn lines_that_are_not_images_are_named() {
        let list = "quay.io/org/app:v1\n# comment\nimage one: two\nnginx\n  - x\n";
        let file = Sources::default().add("images", list);
        let list = parse_image_list(file, list).unwrap();
        assert_eq!(list.images, ["quay.io/org/app:v1", "nginx"]);
        let unread: Vec<_> = list
            .unread
            .iter()
            .map(|line| (line.number, line.text.as_str()))
            .collect();
        assert_eq!(unread, [(3, "image one: two"), (5, "- x")]);
    }

    #[test]
    fn manifests_have_images_in_containers_and_volumes() {
        let manifests = "
kind: Deployment
spec:
  template:
    spec:
      initContainers:
      - image: quay.io/org/init
      containers:
      - name: app
        image: quay.io/org/app:v1
      volumes:
      - image:
          reference: quay.io/org/data:v1
---
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: \"nginx\"}]}}}}}
";
        assert_eq!(
            images(manifests).unwrap(),
            [
                "quay.io/org/init",
                "quay.io/org/app:v1",
                "quay.io/org/data:v1",
                "nginx"
            ]
        );
        let json = r#"{"kind": "Pod", "spec": {"containers": [{"image": "nginx"}]}}"#;
        assert_eq!(images(json).unwrap(), ["nginx"]);
    }

    #[test]
    fn an_image_set_configuration_has_images_and_catalogs() {
        let configuration = "
kind: ImageSetConfiguration
apiVersion: mirror.openshift.io/v2alpha1
mirror:
  operators:
  - catalog: registry.redhat.io/redhat/redhat-operator-index:v4.20
  additionalImages:
  - name: quay.io/org/app:v1
    targetRepo: org/app
  - name: registry.redhat.io/ubi9/ubi
";
        assert_eq!(
            images(configuration).unwrap(),
            [
                "quay.io/org/app:v1",
                "registry.redhat.io/ubi9/ubi",
                "registry.redhat.io/redhat/redhat-operator-index:v4.20"
            ]
        );
    }

    #[test]
    fn texts_without_images_are_rejected() {
        assert!(images("# none\n").is_err());
        assert!(images("kind: Namespace\nmetadata:\n  name: x\n").is_err());
        assert!(images("a: [b\n").is_err());
        assert!(images("{\n\"auths\": {\"m.io\": {\"auth\": \"dTpw\"}}\n}\n").is_err());
        assert!(images("{\n\"auths\": {\"m.io\":\n").is_err());
    }
}
