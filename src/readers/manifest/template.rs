//! The parameters of an OpenShift `Template`, as `oc process` substitutes them (openshift/library-go,
//! `pkg/template/templateprocessing/template.go`).

use std::collections::{BTreeMap, BTreeSet};

use terraform_eval::syntax::yaml::{self, Key, Node, NodeKind};

/// How many bytes of values are inserted into one template.
const MAX_INSERTED: usize = 4 << 20;

/// The parameters of a template.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    /// The parameters without a value: one generates it, or a person gives it.
    pub(super) unset: BTreeSet<String>,
}

/// The values of the parameters make more text than is read.
#[derive(Debug)]
pub(super) struct TooLarge;

impl Parameters {
    pub(super) fn read(template: &Node) -> Self {
        let mut parameters = Self::default();
        let Some(NodeKind::Sequence(elements)) = template.get("parameters").map(|node| &node.kind) else {
            return parameters;
        };
        for element in elements {
            let Some(name) = element.get("name").and_then(Node::as_str).map(str::to_owned) else {
                continue;
            };
            let value = element.get("value").and_then(Node::as_str).map(str::to_owned);
            // An empty value of a required parameter is an error of `oc process`.
            let is_filled_in = |value: &String| !value.is_empty() || !has_other_source(element);
            match value.filter(is_filled_in) {
                Some(value) => {
                    parameters.unset.remove(&name);
                    parameters.values.insert(name, value);
                }
                None => {
                    parameters.values.remove(&name);
                    parameters.unset.insert(name);
                }
            }
        }
        parameters
    }

    /// An object with the values in all of its strings. The spans stay those in the template.
    pub(super) fn substitute(&self, object: &Node) -> Result<Node, TooLarge> {
        let mut inserted = 0;
        let node = self.node(object, &mut inserted);
        if inserted > MAX_INSERTED {
            Err(TooLarge)
        } else {
            Ok(node)
        }
    }

    fn node(&self, node: &Node, inserted: &mut usize) -> Node {
        let kind = match &node.kind {
            NodeKind::Mapping(entries) => NodeKind::Mapping(
                entries
                    .iter()
                    .map(|(key, value)| {
                        let text = self.text(&key.text, inserted).unwrap_or_else(|| key.text.clone());
                        (Key { text, ..key.clone() }, self.node(value, inserted))
                    })
                    .collect(),
            ),
            NodeKind::Sequence(elements) => NodeKind::Sequence(
                elements
                    .iter()
                    .map(|element| self.node(element, inserted))
                    .collect(),
            ),
            NodeKind::String(text) => match self.whole_value(node, text, inserted) {
                Some(kind) => kind,
                None => NodeKind::String(self.text(text, inserted).unwrap_or_else(|| text.clone())),
            },
            NodeKind::Word(..) => node.kind.clone(),
        };
        Node {
            span: node.span,
            kind,
        }
    }

    /// The value of `${{NAME}}`, which replaces the string: any JSON, or else a string.
    fn whole_value(&self, node: &Node, text: &str, inserted: &mut usize) -> Option<NodeKind> {
        let name = text.strip_prefix("${{")?.strip_suffix("}}")?;
        let value = self.values.get(name)?;
        if !count(value, inserted) {
            return None;
        }
        let parsed = yaml::documents(node.span.file, value).ok();
        Some(match parsed.map(|mut nodes| (nodes.pop(), nodes.is_empty())) {
            Some((Some(parsed), true)) => parsed.with_spans(&|_| node.span).kind,
            _ => NodeKind::String(value.clone()),
        })
    }

    /// The text with the values of `${NAME}`. Values are not substituted again. `None` if there are none.
    fn text(&self, text: &str, inserted: &mut usize) -> Option<String> {
        let mut result = String::new();
        let mut copied = 0;
        for (range, name) in references(text) {
            if let Some(value) = self.values.get(name).filter(|value| count(value, inserted)) {
                result.push_str(text.get(copied..range.start)?);
                result.push_str(value);
                copied = range.end;
            }
        }
        if copied == 0 {
            return None;
        }
        result.push_str(text.get(copied..)?);
        Some(result)
    }
}

/// Counts an inserted value. After the limit, no value is inserted any more.
fn count(value: &str, inserted: &mut usize) -> bool {
    *inserted = inserted.saturating_add(value.len());
    *inserted <= MAX_INSERTED
}

/// Whether an empty value means that there is none: the value is generated, or a person has to give it.
fn has_other_source(parameter: &Node) -> bool {
    let is_required = parameter
        .get("required")
        .is_some_and(|required| matches!(&required.kind, NodeKind::Word(yaml::scalar::Word::Bool(true), _)));
    is_required || parameter.get("generate").and_then(Node::as_str).is_some()
}

/// The references `${NAME}` in a text, with their ranges.
pub(super) fn references(text: &str) -> impl Iterator<Item = (std::ops::Range<usize>, &str)> {
    let starts = memchr::memmem::find_iter(text.as_bytes(), "${");
    starts.filter_map(|start| {
        let rest = text.get(start + 2..)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_name(c))?;
        let name = rest.get(..length).filter(|name| !name.is_empty())?;
        let is_closed = rest.get(length..)?.starts_with('}');
        is_closed.then_some((start..start + 3 + length, name))
    })
}

/// The first place in a text where a tool other than `oc` inserts a value: `${NAME}`, `$NAME`, `$(NAME)`, `<name>`, `@NAME@`,
/// `%NAME%`. None of them is part of any name of an image.
pub(super) fn first_placeholder(text: &str) -> Option<&str> {
    let braces = references(text).next().map(|(range, _)| range);
    let others = text
        .match_indices(['$', '<', '@', '%'])
        .find_map(|(start, mark)| {
            let (open, close) = match mark {
                "$" if text.get(start + 1..)?.starts_with('(') => (2, ")"),
                "$" => (1, ""),
                "<" => (1, ">"),
                mark => (1, mark),
            };
            let rest = text.get(start + open..)?;
            let is_name = |c: char| {
                c.is_ascii_alphanumeric() || c == '_' || (mark == "<" && matches!(c, ' ' | '-' | '.'))
            };
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let is_whole = length > 0 && rest.get(length..)?.starts_with(close);
            is_whole.then_some(start..start + open + length + close.len())
        });
    let first = [braces, others]
        .into_iter()
        .flatten()
        .min_by_key(|range| range.start);
    text.get(first?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Sources;

    fn substituted(parameters: &str, object: &str) -> String {
        let text = format!("parameters: {parameters}\nobject: {object}\n");
        let file = Sources::new().add("a", text.as_str());
        let template = yaml::documents(file, &text).unwrap().remove(0);
        let parameters = Parameters::read(&template);
        let node = parameters.substitute(template.get("object").unwrap()).unwrap();
        show(&node)
    }

    fn show(node: &Node) -> String {
        match &node.kind {
            NodeKind::Sequence(elements) => elements.iter().map(show).collect::<Vec<_>>().join(" | "),
            NodeKind::Mapping(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| format!("{}={}", key.text, show(value)));
                entries.collect::<Vec<_>>().join(", ")
            }
            NodeKind::String(text) => format!("{text:?}"),
            NodeKind::Word(_, text) => text.clone(),
        }
    }

    #[test]
    fn values_replace_references_once() {
        let parameters =
            "[{name: A, value: x}, {name: B, value: '${A}'}, {name: NUM, value: '12'}, {name: U}]";
        for (object, expected) in [
            ("'${A}/${A}-${B}'", "\"x/x-${A}\""),
            ("'${U} ${NONE} ${A'", "\"${U} ${NONE} ${A\""),
            ("'${{NUM}}'", "12"),
            ("'a${{NUM}}'", "\"a${{NUM}}\""),
            ("{'${A}': ['${NUM}']}", "x=\"12\""),
            ("'$${A}'", "\"$x\""),
        ] {
            assert_eq!(substituted(parameters, object), expected, "{object}");
        }
    }

    #[test]
    fn placeholders_of_other_tools_are_recognized() {
        for (text, placeholder) in [
            ("${REGISTRY}/a", "${REGISTRY}"),
            ("a/$REGISTRY/b", "$REGISTRY"),
            ("$(MIRROR_HOST)/a", "$(MIRROR_HOST)"),
            ("<your mirror-host>/a", "<your mirror-host>"),
            ("quay.io/@TENANT@", "@TENANT@"),
            ("%HOST%:5000/a", "%HOST%"),
        ] {
            assert_eq!(first_placeholder(text), Some(placeholder), "{text}");
        }
        for text in [
            "quay.io/a@sha256:0123456789abcdef",
            "quay.io/a:1.0",
            "a@b",
            "50%",
            "$",
            "<>",
            "$()",
            "<a",
            "@@",
        ] {
            assert_eq!(first_placeholder(text), None, "{text}");
        }
    }

    #[test]
    fn an_empty_value_is_a_value_unless_another_one_is_needed() {
        let parameters = "[{name: A, value: ''}, {name: B, value: '', required: true}, {name: C, value: '', generate: expression}]";
        assert_eq!(substituted(parameters, "'a${A}b${B}c${C}'"), "\"ab${B}c${C}\"");
    }

    #[test]
    fn values_that_make_too_much_text_are_refused() {
        let value = "x".repeat(1 << 16);
        let text = format!(
            "parameters: [{{name: A, value: {value}}}]\nobject: ['{}']\n",
            "${A}".repeat(1 << 12)
        );
        let file = Sources::new().add("a", text.as_str());
        let template = yaml::documents(file, &text).unwrap().remove(0);
        let parameters = Parameters::read(&template);
        assert!(parameters.substitute(template.get("object").unwrap()).is_err());
    }
}
