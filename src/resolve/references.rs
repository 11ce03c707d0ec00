//! Images out of a file: a list, one a line, or the manifests of Kubernetes.

use std::fmt;

use terraform_eval::source::FileId;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::yaml::{Node, NodeKind, documents};

/// Why a file has no images.
#[derive(Debug)]
pub enum Unlisted {
    /// It is neither a list nor YAML.
    Form(SyntaxError),
    /// None of its manifests has one.
    None,
}

impl fmt::Display for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(problem) => write!(f, "neither a list of images nor a manifest: {}", problem.message),
            Self::None => f.write_str("no images found"),
        }
    }
}

impl std::error::Error for Unlisted {}

/// The images of a text, each once, in the order in which they are named first.
///
/// A list has one on each line; empty lines and what follows a `#` are passed over. In manifests, an image is
/// what stands under the key `image` of a container, and under the `reference` of an image volume.
pub fn listed(file: FileId, text: &str) -> Result<Vec<String>, Unlisted> {
    let text = text.trim_start_matches('\u{feff}');
    let lines = text
        .lines()
        .map(|line| line.split(" #").next().unwrap_or(line).trim());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let has_words = lines.clone().any(|line| line.contains(char::is_whitespace));
    let is_plain = |line: &str| !line.ends_with(':') && !line.starts_with(['{', '[', '-', '%']);
    let mut images = Images::default();
    if has_words || !lines.clone().all(is_plain) {
        match documents(file, text) {
            Ok(documents) => documents.iter().for_each(|document| images.walk(document)),
            // One image that is none is no reason to take a list for something else.
            Err(_) if !has_words => {}
            Err(problem) => return Err(Unlisted::Form(problem)),
        }
    }
    if images.found.is_empty() && !has_words {
        lines
            .filter(|line| !line.starts_with('{'))
            .for_each(|line| images.add(line));
    }
    if images.found.is_empty() {
        return Err(Unlisted::None);
    }
    Ok(images.found)
}

#[derive(Default)]
struct Images {
    found: Vec<String>,
    seen: std::collections::BTreeSet<String>,
}

impl Images {
    fn add(&mut self, image: &str) {
        if self.seen.insert(image.to_owned()) {
            self.found.push(image.to_owned());
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
        listed(file, text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_has_an_image_on_each_line() {
        let list = "# for production\nquay.io/org/app:v1\r\n\n  nginx\nquay.io/org/app:v1\n";
        assert_eq!(images(list).unwrap(), ["quay.io/org/app:v1", "nginx"]);
    }

    #[test]
    fn lines_that_are_not_images_are_kept_in_a_list() {
        let list = "quay.io/org/app: # no tag\n[::1]:5000/org/app\nnginx # the last one\n";
        let expected = ["quay.io/org/app:", "[::1]:5000/org/app", "nginx"];
        assert_eq!(images(list).unwrap(), expected);
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
    fn input_without_images_is_rejected() {
        assert!(images("# none\n").is_err());
        assert!(images("kind: Namespace\nmetadata:\n  name: x\n").is_err());
        assert!(images("a: [b\n").is_err());
    }
}
