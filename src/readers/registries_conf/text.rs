//! A file in the format of `registries.conf`, with the places of the names in it.
//!
//! Keys are matched as the container runtime matches them: in any case, and those that it does not know are ignored. A
//! value of another type is an error, with which no image at all can be pulled.

use std::collections::BTreeMap;
use std::ops::Range;

use registries_conf::{
    ConfError, ConfErrorCause, ConfFile, MirrorKeys, RegistriesError, RegistryKeys, Version1Keys,
};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

type Value<'t> = Spanned<DeValue<'t>>;

/// A file with the places of its names.
#[derive(Debug, Clone, Default)]
pub struct ConfText {
    /// The file.
    pub file: ConfFile,
    /// The places in each of its `[[registry]]` tables.
    pub registries: Vec<RegistrySpans>,
    /// `unqualified-search-registries`.
    pub search: Option<Range<usize>>,
    /// `short-name-mode`.
    short_name_mode: Option<Range<usize>>,
    /// The values of `[aliases]`.
    aliases: BTreeMap<String, Range<usize>>,
    /// `[registries]` of the first version of the format.
    version_1: Option<Range<usize>>,
}

impl ConfText {
    /// The place of what the container runtime rejects. The start of the file if it is not known better.
    pub(crate) fn range_of(&self, error: &ConfError) -> Range<usize> {
        let table = error.table.and_then(|table| self.registries.get(table));
        let range = match &error.cause {
            ConfErrorCause::Registries(RegistriesError::EmptyMirror(_)) => table.map(|table| &table.table),
            ConfErrorCause::Registries(RegistriesError::Scheme(location)) => match error.table {
                Some(table) => self.range_of_location(table, location),
                None => self.search.as_ref(),
            },
            ConfErrorCause::PullFromMirror(_)
            | ConfErrorCause::PullFromMirrorTwice(_)
            | ConfErrorCause::PullFromMirrorOfRegistry(_)
            | ConfErrorCause::Registries(_) => table.and_then(|table| table.scope.as_ref()),
            ConfErrorCause::SearchRegistry(_) => self.search.as_ref(),
            ConfErrorCause::ShortNameMode(_) => self.short_name_mode.as_ref(),
            ConfErrorCause::Alias(error) => self.range_of_alias(&error.text),
            ConfErrorCause::MixedVersions | ConfErrorCause::Version1DropIn => self.version_1.as_ref(),
        };
        let range = range.or(table.map(|table| &table.table));
        range.cloned().unwrap_or(0..0)
    }

    /// Where a table has a location: as its own, as its prefix or as a mirror.
    fn range_of_location(&self, table: usize, location: &str) -> Option<&Range<usize>> {
        let (keys, spans) = (self.file.registries.get(table)?, self.registries.get(table)?);
        let is_it = |text: &str| text.trim_end_matches('/') == location;
        if is_it(&keys.location) {
            return spans.location.as_ref();
        }
        let mut mirrors = keys.mirrors.iter().zip(&spans.mirrors);
        let mirror = mirrors.find(|(mirror, _)| is_it(&mirror.location));
        mirror.map(|(_, range)| range).or(spans.scope.as_ref())
    }

    /// Where an alias is whose name or image this is.
    fn range_of_alias(&self, text: &str) -> Option<&Range<usize>> {
        let mut aliases = self.file.aliases.iter();
        let (name, _) = aliases.find(|(name, image)| *name == text || *image == text)?;
        self.aliases.get(name)
    }
}

/// The places in a `[[registry]]` table, as bytes of the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistrySpans {
    /// The table without the tables in it.
    pub table: Range<usize>,
    /// `prefix`, or `location` if there is no prefix.
    pub scope: Option<Range<usize>>,
    /// `location`.
    pub location: Option<Range<usize>>,
    /// `blocked`.
    pub blocked: Option<Range<usize>>,
    /// `location` of each mirror.
    pub mirrors: Vec<Range<usize>>,
}

/// Why a text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfTextError {
    /// What is wrong.
    pub message: String,
    /// Where, as bytes of the text.
    pub range: Range<usize>,
}

/// Reads a text.
pub fn parse_conf_file(name: &str, text: &str) -> Result<ConfText, ConfTextError> {
    let table = DeTable::parse(text).map_err(|error| ConfTextError {
        message: format!("invalid TOML: {}", error.message()),
        range: error.span().unwrap_or(0..0),
    })?;
    let table = Keys(table.get_ref());
    let (registries, spans): (Vec<RegistryKeys>, Vec<RegistrySpans>) = table
        .tables("registry")?
        .into_iter()
        .map(|(keys, span)| read_registry(&keys, span))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .unzip();
    let search_registries = table.strings("unqualified-search-registries")?;
    let credential_helpers = table.strings("credential-helpers")?;
    let short_name_mode = table.text("short-name-mode")?;
    let helper = table.text("additional-layer-store-auth-helper")?;
    let aliases = table.aliases()?;
    let is_version_2 = table.get("registry").is_some()
        || search_registries.is_some()
        || credential_helpers.is_some()
        || aliases.is_some()
        || !short_name_mode.is_empty()
        || !helper.is_empty();
    Ok(ConfText {
        file: ConfFile {
            name: name.to_owned(),
            registries,
            search_registries,
            short_name_mode,
            credential_helpers,
            aliases: aliases.unwrap_or_default(),
            is_version_2,
            version_1: read_version_1(&table)?,
        },
        registries: spans,
        search: table.span("unqualified-search-registries"),
        short_name_mode: table.span("short-name-mode"),
        aliases: table.alias_spans(),
        version_1: table.span("registries"),
    })
}

fn read_registry(
    keys: &Keys<'_, '_>,
    table: Range<usize>,
) -> Result<(RegistryKeys, RegistrySpans), ConfTextError> {
    let mut mirrors = Vec::new();
    let mut mirror_spans = Vec::new();
    for (mirror, span) in keys.tables("mirror")? {
        mirrors.push(MirrorKeys {
            location: mirror.text("location")?,
            insecure: mirror.flag("insecure")?,
            pull_from_mirror: mirror.text("pull-from-mirror")?,
        });
        mirror_spans.push(mirror.span("location").unwrap_or(span));
    }
    let registry = RegistryKeys {
        prefix: keys.text("prefix")?,
        location: keys.text("location")?,
        insecure: keys.flag("insecure")?,
        blocked: keys.flag("blocked")?,
        mirror_by_digest_only: keys.flag("mirror-by-digest-only")?,
        pull_from_mirror: keys.text("pull-from-mirror")?,
        mirrors,
    };
    let scope = if registry.prefix.is_empty() {
        keys.span("location")
    } else {
        keys.span("prefix")
    };
    let spans = RegistrySpans {
        table,
        scope,
        location: keys.span("location"),
        blocked: keys.span("blocked"),
        mirrors: mirror_spans,
    };
    Ok((registry, spans))
}

/// The keys of the first version of the format, if there are any.
fn read_version_1(table: &Keys<'_, '_>) -> Result<Option<Version1Keys>, ConfTextError> {
    let Some(registries) = table.table("registries")? else {
        return Ok(None);
    };
    let list = |name: &str| -> Result<Option<Vec<String>>, ConfTextError> {
        match registries.table(name)? {
            Some(keys) => keys.strings("registries"),
            None => Ok(None),
        }
    };
    let (search, insecure, block) = (list("search")?, list("insecure")?, list("block")?);
    if search.is_none() && insecure.is_none() && block.is_none() {
        return Ok(None);
    }
    Ok(Some(Version1Keys {
        search: search.unwrap_or_default(),
        insecure: insecure.unwrap_or_default(),
        block: block.unwrap_or_default(),
    }))
}

/// The keys of a table.
struct Keys<'v, 't>(&'v DeTable<'t>);

impl<'v, 't> Keys<'v, 't> {
    /// The value of a key in any case; the key with the right case comes first.
    fn get(&self, name: &str) -> Option<&'v Value<'t>> {
        self.0.get(name).or_else(|| {
            let mut keys = self.0.iter();
            keys.find(|(key, _)| key.get_ref().eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }

    fn span(&self, name: &str) -> Option<Range<usize>> {
        self.get(name).map(Spanned::span)
    }

    fn text(&self, name: &str) -> Result<String, ConfTextError> {
        match self.get(name) {
            None => Ok(String::new()),
            Some(value) => as_text(value, name),
        }
    }

    fn flag(&self, name: &str) -> Result<bool, ConfTextError> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => match value.get_ref() {
                DeValue::Boolean(flag) => Ok(*flag),
                _ => Err(wrong_type(value, name, "true or false")),
            },
        }
    }

    fn strings(&self, name: &str) -> Result<Option<Vec<String>>, ConfTextError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let DeValue::Array(elements) = value.get_ref() else {
            return Err(wrong_type(value, name, "an array of strings"));
        };
        let strings = elements.iter().map(|element| as_text(element, name));
        strings.collect::<Result<_, _>>().map(Some)
    }

    fn table(&self, name: &str) -> Result<Option<Keys<'v, 't>>, ConfTextError> {
        match self.get(name).map(|value| (value, value.get_ref())) {
            None => Ok(None),
            Some((_, DeValue::Table(table))) => Ok(Some(Keys(table))),
            Some((value, _)) => Err(wrong_type(value, name, "a table")),
        }
    }

    fn tables(&self, name: &str) -> Result<Vec<(Keys<'v, 't>, Range<usize>)>, ConfTextError> {
        let Some(value) = self.get(name) else {
            return Ok(Vec::new());
        };
        let wrong_type = |value| wrong_type(value, name, "an array of tables");
        let DeValue::Array(elements) = value.get_ref() else {
            return Err(wrong_type(value));
        };
        let table = |element: &'v Value<'t>| match element.get_ref() {
            DeValue::Table(table) => Ok((Keys(table), element.span())),
            _ => Err(wrong_type(element)),
        };
        elements.iter().map(table).collect()
    }

    fn aliases(&self) -> Result<Option<BTreeMap<String, String>>, ConfTextError> {
        let Some(Keys(table)) = self.table("aliases")? else {
            return Ok(None);
        };
        let alias = |(name, value): (&Spanned<toml::de::DeString<'_>>, &Value<'_>)| {
            Ok((name.get_ref().to_string(), as_text(value, name.get_ref())?))
        };
        table.iter().map(alias).collect::<Result<_, _>>().map(Some)
    }

    fn alias_spans(&self) -> BTreeMap<String, Range<usize>> {
        let table = self.table("aliases").ok().flatten();
        let aliases = table.iter().flat_map(|Keys(table)| table.iter());
        aliases
            .map(|(name, value)| (name.get_ref().to_string(), value.span()))
            .collect()
    }
}

fn as_text(value: &Value<'_>, key: &str) -> Result<String, ConfTextError> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(wrong_type(value, key, "a string")),
    }
}

fn wrong_type(value: &Value<'_>, key: &str, expected: &str) -> ConfTextError {
    let found = value.get_ref().type_str();
    ConfTextError {
        message: format!("invalid type for `{key}`: expected {expected}, found {found}"),
        range: value.span(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_the_places_of_names() {
        let text = r#"
unqualified-search-registries = ["docker.io"]
Short-Name-Mode = "disabled"
unknown = 1

[[registry]]
prefix = "quay.io/org"
location = "m.io"
blocked = true
[[registry.mirror]]
location = "a.io"
insecure = true
pull-from-mirror = "tag-only"

[aliases]
"nginx" = "docker.io/nginx"
"#;
        let conf = parse_conf_file("f", text).unwrap();
        assert!(conf.file.is_version_2 && conf.file.version_1.is_none());
        assert_eq!(conf.file.short_name_mode, "disabled");
        assert_eq!(
            conf.file.search_registries.as_deref(),
            Some(&["docker.io".to_owned()][..])
        );
        assert_eq!(conf.file.aliases["nginx"], "docker.io/nginx");
        let registry = &conf.file.registries[0];
        assert!(registry.blocked && !registry.insecure && registry.mirrors[0].insecure);
        let spans = &conf.registries[0];
        assert_eq!(&text[spans.scope.clone().unwrap()], "\"quay.io/org\"");
        assert_eq!(&text[spans.mirrors[0].clone()], "\"a.io\"");
        assert_eq!(&text[spans.blocked.clone().unwrap()], "true");
    }

    #[test]
    fn values_of_other_types_are_errors() {
        for (text, place) in [
            ("unqualified-search-registries = \"docker.io\"", "\"docker.io\""),
            ("unqualified-search-registries = [1]", "1"),
            ("registry = 1", "1"),
            ("[[registry]]\nblocked = \"true\"", "\"true\""),
            ("[[registry]]\nlocation = 5", "5"),
            ("[[registry]]\n[[registry.mirror]]\ninsecure = 1", "1"),
            ("[aliases]\nnginx = 1", "1"),
            ("aliases = 1", "1"),
            ("registries = []", "[]"),
        ] {
            let error = parse_conf_file("f", text).unwrap_err();
            assert_eq!(&text[error.range], place, "{text}");
        }
        assert!(parse_conf_file("f", "a = [1").is_err());
    }

    #[test]
    fn the_first_version_has_tables_of_lists() {
        let conf = parse_conf_file("f", "[registries.search]\nregistries = ['quay.io']\n").unwrap();
        assert!(!conf.file.is_version_2);
        assert_eq!(conf.file.version_1.unwrap().search, ["quay.io"]);
        let conf = parse_conf_file("f", "[registries.search]\n").unwrap();
        assert_eq!(conf.file.version_1, None);
    }
}
