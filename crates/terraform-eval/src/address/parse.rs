//! Module paths, addresses and references from their text: the inverse of their `Display`.
//!
//! The quoting of keys is that of `toHCLQuotedString` in Terraform's `internal/addrs`: a key may contain dots,
//! brackets, quotes and template openings.

use std::sync::Arc;

use crate::address::{Address, InstanceKey, ModulePath, ResourceName, Subject};

/// A reference without the module in which it appears: `rhcs_cluster_rosa_hcp.main[0].id`, `module.a.id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelativeReference {
    /// The object that the reference names.
    pub subject: Subject,
    /// The instance key, if the reference has one.
    pub key: Option<InstanceKey>,
    /// The attributes of the object, up to the first index.
    pub attributes: Vec<Arc<str>>,
}

impl RelativeReference {
    /// Parses a reference: `rhcs_cluster_rosa_hcp.main[0].id`, `module.cluster.cluster_id`, `var.ids["a"]`, `each.key`.
    /// `None` if the text is not a reference.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text);
        let mut key = None;
        let mut ahead = Rest(text);
        let subject = match ahead.word()? {
            "var" => Subject::Variable(rest.second_word()?),
            "local" => Subject::Local(rest.second_word()?),
            "module" => {
                let name = rest.second_word()?;
                key = rest.key()?;
                Subject::Module(name)
            }
            "self" => {
                rest = ahead;
                Subject::SelfObject
            }
            "ephemeral" => {
                ahead.eat(".").then_some(())?;
                let ResourceName { kind, name, .. } = ahead.resource()?;
                rest = ahead;
                Subject::Ephemeral { kind, name }
            }
            keyword @ ("each" | "count" | "path" | "terraform" | "tofu") => {
                Subject::from_keyword(keyword, &rest.second_word()?)?
            }
            _ => {
                let resource = rest.resource()?;
                key = rest.key()?;
                Subject::Resource(resource)
            }
        };
        let mut attributes = Vec::new();
        while rest.eat(".") {
            attributes.push(rest.word()?.into());
        }
        Some(Self {
            subject,
            key,
            attributes,
        })
    }
}

impl ModulePath {
    /// Parses a path: `module.a["x"].module.b[3]`; the empty text is the root. `None` if the text is not a path.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text);
        let path = rest.modules()?;
        rest.0.is_empty().then_some(path)
    }
}

impl Address {
    /// Parses the address of a resource instance: `module.a["x"].rhcs_image_mirror.nginx[0]`. `None` if the text is not
    /// such an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text);
        let module = rest.modules()?;
        if !module.is_root() {
            rest.eat(".").then_some(())?;
        }
        let resource = rest.resource()?;
        let key = rest.key()?;
        rest.0.is_empty().then(|| Self::new(module, resource, key))
    }
}

/// The part of the text that is not parsed yet.
#[derive(Clone, Copy)]
struct Rest<'t>(&'t str);

impl<'t> Rest<'t> {
    fn eat(&mut self, token: &str) -> bool {
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Everything up to a dot or a bracket.
    fn word(&mut self) -> Option<&'t str> {
        let end = self.0.find(['.', '[']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }

    /// The word after the first one and its dot.
    fn second_word(&mut self) -> Option<Arc<str>> {
        self.word()?;
        self.eat(".").then_some(())?;
        self.word().map(Into::into)
    }

    fn modules(&mut self) -> Option<ModulePath> {
        let mut path = ModulePath::root();
        loop {
            let mut step = *self;
            if !path.is_root() && !step.eat(".") {
                return Some(path);
            }
            if !step.eat("module.") {
                return Some(path);
            }
            let call = step.word()?;
            let key = step.key()?;
            path = path.child(call, key);
            *self = step;
        }
    }

    fn resource(&mut self) -> Option<ResourceName> {
        let data = self.eat("data.");
        let kind = self.word()?;
        self.eat(".").then_some(())?;
        let name = self.word()?;
        Some(if data {
            ResourceName::data(kind, name)
        } else {
            ResourceName::managed(kind, name)
        })
    }

    /// An instance key: `Some(None)` if none follows, `None` if an invalid one follows.
    #[expect(
        clippy::option_option,
        reason = "a missing key and an invalid key are different things"
    )]
    fn key(&mut self) -> Option<Option<InstanceKey>> {
        if !self.eat("[") {
            return Some(None);
        }
        let key = if self.eat("\"") {
            InstanceKey::Key(self.quoted()?.into())
        } else if self.eat("*") {
            InstanceKey::Unknown
        } else {
            let end = self.0.find(']')?;
            let (digits, rest) = self.0.split_at_checked(end)?;
            self.0 = rest;
            InstanceKey::Index(digits.parse().ok()?)
        };
        self.eat("]").then_some(Some(key))
    }

    /// The rest of a quoted text, up to and including its closing quote.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.0.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => match characters.next()? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'u' => text.push(code_point(&mut characters, 4)?),
                    'U' => text.push(code_point(&mut characters, 8)?),
                    other => text.push(other),
                },
                sign @ ('$' | '%') => {
                    text.push(sign);
                    let doubled = characters.as_str().strip_prefix(sign);
                    if let Some(rest) = doubled.filter(|rest| rest.starts_with('{')) {
                        characters = rest.chars();
                    }
                }
                other => text.push(other),
            }
        }
        self.0 = characters.as_str();
        Some(text)
    }
}

fn code_point(characters: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let (code, rest) = characters.as_str().split_at_checked(digits)?;
    *characters = rest.chars();
    char::from_u32(u32::from_str_radix(code, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::EachAttribute;
    use proptest::prelude::*;

    #[test]
    fn keys_may_contain_the_separators_of_paths() {
        for text in [
            "",
            "module.a",
            r#"module.a["x.y[0]"].module.b[3]"#,
            r#"module.a["module.b"].module.c"#,
            r#"module.a["x\"y\\"].module.b["$${z}"].module.c["%%{if}"].module.d["$$"]"#,
        ] {
            assert_eq!(ModulePath::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "module",
            "module.",
            "module.a[",
            "module.a[\"x]",
            "module.a[x]",
            "module.a.b",
            "a",
            "module.a[0",
        ] {
            assert_eq!(ModulePath::parse(text), None, "{text}");
        }
    }

    #[test]
    fn escapes_of_unprintable_characters_are_decoded() {
        let path = ModulePath::parse(r#"module.a["\u00ad\U0001f3fb\n"]"#).unwrap();
        assert_eq!(
            path.steps()[0].key,
            Some(InstanceKey::Key("\u{ad}\u{1f3fb}\n".into()))
        );
    }

    #[test]
    fn addresses_of_resource_instances_are_parsed() {
        for text in [
            "rhcs_image_mirror.nginx",
            r#"module.a["x.y"].module.b[3].rhcs_image_mirror.nginx["docker.io/library/nginx"]"#,
            "data.rhcs_groups.all[0]",
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "module.a",
            "rhcs_image_mirror",
            "rhcs_image_mirror.a.b",
            "rhcs_image_mirror.a[",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn references_are_parsed() {
        let reference = RelativeReference::parse(r#"rhcs_cluster_rosa_hcp.c["a.b"].sts.x["y"].z"#).unwrap();
        assert_eq!(
            reference.subject,
            Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", "c"))
        );
        assert_eq!(reference.key, Some(InstanceKey::Key("a.b".into())));
        assert_eq!(reference.attributes, ["sts".into(), "x".into()] as [Arc<str>; 2]);
        let reference = RelativeReference::parse("module.m[0].out.id").unwrap();
        assert_eq!(
            (reference.subject, reference.key),
            (Subject::Module("m".into()), Some(InstanceKey::Index(0)))
        );
        assert_eq!(reference.attributes.len(), 2);
        let reference = RelativeReference::parse("each.value.cluster").unwrap();
        assert_eq!(reference.subject, Subject::Each(EachAttribute::Value));
        assert_eq!(reference.attributes, ["cluster".into()] as [Arc<str>; 1]);
        assert_eq!(
            RelativeReference::parse("data.rhcs_groups.g")
                .unwrap()
                .subject
                .to_string(),
            "data.rhcs_groups.g"
        );
        assert_eq!(
            RelativeReference::parse("self").unwrap().subject,
            Subject::SelfObject
        );
        assert_eq!(RelativeReference::parse("var"), None);
        assert_eq!(RelativeReference::parse(""), None);
    }

    proptest! {
        #[test]
        fn a_printed_path_parses_to_the_same_path(keys in prop::collection::vec(any::<String>(), 1..4), index in any::<u64>()) {
            let mut module = ModulePath::root();
            for key in &keys {
                module = module.child("m", Some(InstanceKey::Key(key.as_str().into())));
            }
            let module = module.child("n", Some(InstanceKey::Index(index)));
            prop_assert_eq!(ModulePath::parse(&module.to_string()), Some(module));
        }

        #[test]
        fn any_text_is_parsed_or_rejected(text in r#"(module\.|[a-z]|\.|\[|\]|"|\\|\$|\{|[0-9]|\*)*"#) {
            let _ = (ModulePath::parse(&text), RelativeReference::parse(&text));
        }
    }
}
