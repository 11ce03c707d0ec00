//! Terraform's names in a plan, from text: module paths, addresses, references.
//!
//! The quoting is that of `toHCLQuotedString` in Terraform's `internal/addrs`: a key may hold dots,
//! brackets, quotes and template openings.

use std::sync::Arc;

use terraform_eval::address::{InstanceKey, ModulePath, ResourceName, Subject};

/// A reference as a plan records it, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// What is referred to.
    pub(super) subject: Subject,
    /// Its instance, where one is named.
    pub(super) key: Option<InstanceKey>,
    /// The attributes that are read of it, up to the first index.
    pub(super) path: Vec<Arc<str>>,
}

/// `module.a["x"].module.b[3]`; the empty text is the root.
pub(super) fn module_path(text: &str) -> Option<ModulePath> {
    let mut rest = Rest(text);
    let path = rest.modules()?;
    rest.0.is_empty().then_some(path)
}

/// `rhcs_cluster_rosa_hcp.main[0].id`, `module.cluster.cluster_id`, `var.ids["a"]`, `each.key`.
pub(super) fn reference(text: &str) -> Option<Name> {
    let mut rest = Rest(text);
    let mut key = None;
    let mut peek = Rest(text);
    let subject = match peek.word()? {
        "var" => Subject::Variable(rest.second()?),
        "local" => Subject::Local(rest.second()?),
        "module" => {
            let name = rest.second()?;
            key = rest.key()?;
            Subject::Module(name)
        }
        "self" => {
            rest = peek;
            Subject::SelfObject
        }
        "ephemeral" => {
            peek.eat(".").then_some(())?;
            let ResourceName { kind, name, .. } = peek.resource()?;
            rest = peek;
            Subject::Ephemeral { kind, name }
        }
        keyword @ ("each" | "count" | "path" | "terraform" | "tofu") => {
            Subject::from_keyword(keyword, &rest.second()?)?
        }
        _ => {
            let resource = rest.resource()?;
            key = rest.key()?;
            Subject::Resource(resource)
        }
    };
    let mut path = Vec::new();
    while rest.eat(".") {
        path.push(rest.word()?.into());
    }
    Some(Name { subject, key, path })
}

/// Whether `general` names what `specific` is a part of: `a.b` of `a.b[0].id`.
pub(super) fn is_part(specific: &str, general: &str) -> bool {
    specific
        .strip_prefix(general)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// What is left to read.
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

    /// A name: everything up to a dot or a bracket.
    fn word(&mut self) -> Option<&'t str> {
        let end = self.0.find(['.', '[']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }

    /// The word after the first one and its dot.
    fn second(&mut self) -> Option<Arc<str>> {
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

    /// An instance key, if one follows; none where what follows is no key.
    #[expect(
        clippy::option_option,
        reason = "no key and a broken key are different things"
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

    /// The rest of a quoted text, its closing quote included.
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
    use proptest::prelude::*;
    use terraform_eval::address::EachAttribute;

    #[test]
    fn keys_may_contain_path_syntax() {
        for text in [
            "",
            "module.a",
            r#"module.a["x.y[0]"].module.b[3]"#,
            r#"module.a["module.b"].module.c"#,
            r#"module.a["x\"y\\"].module.b["$${z}"].module.c["%%{if}"].module.d["$$"]"#,
        ] {
            assert_eq!(module_path(text).unwrap().to_string(), text);
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
            assert_eq!(module_path(text), None, "{text}");
        }
    }

    #[test]
    fn unprintable_characters_are_unescaped() {
        let path = module_path(r#"module.a["\u00ad\U0001f3fb\n"]"#).unwrap();
        assert_eq!(
            path.steps()[0].key,
            Some(InstanceKey::Key("\u{ad}\u{1f3fb}\n".into()))
        );
    }

    #[test]
    fn references_are_split() {
        let name = reference(r#"rhcs_cluster_rosa_hcp.c["a.b"].sts.x["y"].z"#).unwrap();
        assert_eq!(
            name.subject,
            Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", "c"))
        );
        assert_eq!(name.key, Some(InstanceKey::Key("a.b".into())));
        assert_eq!(name.path, ["sts".into(), "x".into()] as [Arc<str>; 2]);
        let name = reference("module.m[0].out.id").unwrap();
        assert_eq!(
            (name.subject, name.key),
            (Subject::Module("m".into()), Some(InstanceKey::Index(0)))
        );
        assert_eq!(name.path.len(), 2);
        let name = reference("each.value.cluster").unwrap();
        assert_eq!(name.subject, Subject::Each(EachAttribute::Value));
        assert_eq!(name.path, ["cluster".into()] as [Arc<str>; 1]);
        assert_eq!(
            reference("data.rhcs_groups.g").unwrap().subject.to_string(),
            "data.rhcs_groups.g"
        );
        assert_eq!(reference("self").unwrap().subject, Subject::SelfObject);
        assert_eq!(reference("var"), None);
        assert_eq!(reference(""), None);
    }

    proptest! {
        #[test]
        fn a_printed_path_parses_to_itself(keys in prop::collection::vec(any::<String>(), 1..4), index in any::<u64>()) {
            let mut module = ModulePath::root();
            for key in &keys {
                module = module.child("m", Some(InstanceKey::Key(key.as_str().into())));
            }
            let module = module.child("n", Some(InstanceKey::Index(index)));
            prop_assert_eq!(module_path(&module.to_string()), Some(module));
        }

        #[test]
        fn any_text_is_parsed_or_rejected(text in r#"(module\.|[a-z]|\.|\[|\]|"|\\|\$|\{|[0-9]|\*)*"#) {
            let _ = (module_path(&text), reference(&text));
        }
    }
}
