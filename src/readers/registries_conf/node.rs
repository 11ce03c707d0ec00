//! The files of a node as an input of the model.
//!
//! A `[[registry]]` table is an entry: its source is the `prefix`, or the `location` if there is no prefix. The container
//! runtime tells pulls by digest and by tag apart for each mirror, so a table with mirrors for both is two entries. Of a
//! table whose `prefix` is at another `location`, images are pulled from there and not from where their names say: that is a
//! last mirror, and the source is never contacted.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use registries_conf::{ConfFile, PullKind, RegistriesConf, RegistryKeys, SourcePolicy};
use terraform_eval::source::{FileId, Span};

use crate::model::{
    Attribute, DocumentAddress, EntryAddress, Input, InputKind, ManifestDeclaration, ManifestKind, Mirror,
    NodeFacts, RegistrySources, RejectedConf, UnusedTable,
};

use super::text::{ConfText, RegistrySpans};

/// A file of a node.
#[derive(Debug)]
pub(crate) struct NodeFile {
    /// The name of the drop-in. `None` for `registries.conf`.
    pub(crate) drop_in: Option<Arc<str>>,
    pub(crate) file: FileId,
    pub(crate) text: ConfText,
}

impl NodeFile {
    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

/// The input of the files of a node, in the order in which they are loaded. `name` is the name of the first file.
pub(crate) fn node_input(name: &str, files: &[NodeFile]) -> Input {
    let mut input = Input::new(InputKind::RegistriesConf, name);
    let cluster: Arc<str> = name.into();
    let used = used_tables(files);
    let mut lists = Lists::default();
    let mut unused_tables = Vec::new();
    for (position, file) in files.iter().enumerate() {
        let document = DocumentAddress {
            position,
            cluster: Arc::clone(&cluster),
            kind: ManifestKind::RegistriesConf,
            name: file.drop_in.clone(),
            before: 0,
            resource: None,
        };
        lists.add_search(file);
        let tables = file.text.file.registries.iter().zip(&file.text.registries);
        for (index, (keys, spans)) in tables.enumerate() {
            let table = Table { file, keys, spans };
            let other = used
                .get(table.scope())
                .copied()
                .filter(|used| *used != (position, index));
            if let Some((used_file, used_index)) = other {
                unused_tables.extend(span_of(files, used_file, used_index).map(|used| UnusedTable {
                    scope: table.scope().to_owned(),
                    span: table.scope_span(),
                    used,
                    is_same_file: used_file == position,
                }));
            } else {
                lists.add_table(&table);
            }
            let declaration = ManifestDeclaration {
                is_overwritten: other.is_some(),
                ..ManifestDeclaration::default()
            };
            let pulls = table.pulls();
            input.mirrors.extend(pulls.iter().map(|pull| {
                let address = EntryAddress {
                    document: document.clone(),
                    index,
                    pull: *pull,
                };
                table.entry(address, declaration.clone())
            }));
        }
    }
    input.node = Some(Box::new(NodeFacts {
        conf: load(files),
        unused_tables,
        registry_sources: lists.into_registry_sources(),
    }));
    input
}

/// The table that the node uses for each scope: the first one of the last file that has one.
fn used_tables(files: &[NodeFile]) -> BTreeMap<&str, (usize, usize)> {
    let mut used = BTreeMap::new();
    for (position, file) in files.iter().enumerate() {
        let tables = file.text.file.registries.iter().enumerate();
        for (index, keys) in tables.rev() {
            used.insert(scope(keys), (position, index));
        }
    }
    used
}

fn span_of(files: &[NodeFile], position: usize, index: usize) -> Option<Span> {
    let file = files.get(position)?;
    let keys = file.text.file.registries.get(index)?;
    let spans = file.text.registries.get(index)?;
    Some(Table { file, keys, spans }.scope_span())
}

fn load(files: &[NodeFile]) -> Result<RegistriesConf, RejectedConf> {
    let (main, drop_ins): (Vec<&NodeFile>, Vec<&NodeFile>) =
        files.iter().partition(|file| file.drop_in.is_none());
    let main = main
        .first()
        .map(|main| main.text.file.clone())
        .unwrap_or_default();
    let drop_ins: Vec<ConfFile> = drop_ins.iter().map(|file| file.text.file.clone()).collect();
    RegistriesConf::load(&main, &drop_ins).map_err(|error| {
        let file = files.iter().find(|file| file.text.file.name == error.file);
        let span = file.or(files.first()).map(|file| {
            let range = file.text.range_of(&error);
            file.span(&range)
        });
        RejectedConf { error, span }
    })
}

/// The names that a table applies to, without trailing slashes.
fn scope(keys: &RegistryKeys) -> &str {
    let scope = if keys.prefix.is_empty() {
        &keys.location
    } else {
        &keys.prefix
    };
    scope.trim_end_matches('/')
}

/// A `[[registry]]` table.
struct Table<'a> {
    file: &'a NodeFile,
    keys: &'a RegistryKeys,
    spans: &'a RegistrySpans,
}

impl Table<'_> {
    fn scope(&self) -> &str {
        scope(self.keys)
    }

    fn scope_span(&self) -> Span {
        let range = self.spans.scope.as_ref().unwrap_or(&self.spans.table);
        self.file.span(range)
    }

    /// Where images are instead of where their names say.
    fn other_location(&self) -> Option<&str> {
        let location = self.keys.location.trim_end_matches('/');
        let is_other = !self.keys.prefix.is_empty() && !location.is_empty() && location != self.scope();
        is_other.then_some(location)
    }

    /// The pulls that its mirrors serve. A table without mirrors is one entry.
    fn pulls(&self) -> Vec<PullKind> {
        let both = [PullKind::DigestOnly, PullKind::TagOnly];
        let pulls: Vec<PullKind> = both
            .into_iter()
            .filter(|pull| self.other_location().is_some() || self.mirrors(*pull).next().is_some())
            .collect();
        if pulls.is_empty() {
            vec![PullKind::DigestOnly]
        } else {
            pulls
        }
    }

    /// Its mirrors for a kind of pull, with their positions.
    fn mirrors(&self, pull: PullKind) -> impl Iterator<Item = (&str, &Range<usize>)> {
        let mirrors = self.keys.mirrors.iter().zip(&self.spans.mirrors);
        let word = match pull {
            PullKind::DigestOnly => "digest-only",
            PullKind::TagOnly => "tag-only",
        };
        let serves = move |pulls: &str| match pulls {
            "" if self.keys.mirror_by_digest_only => pull == PullKind::DigestOnly,
            "" | "all" => true,
            other => other == word,
        };
        mirrors
            .filter(move |(keys, _)| serves(&keys.pull_from_mirror))
            .map(|(keys, range)| (keys.location.trim_end_matches('/'), range))
    }

    fn entry(&self, address: EntryAddress, mut declaration: ManifestDeclaration) -> Box<Mirror> {
        let source = Attribute::known(self.scope().to_owned(), Some(self.scope_span()));
        let known = |text: &str, span| Attribute::known(text.to_owned(), Some(span));
        let mirrors = self.mirrors(address.pull);
        let mut elements: Vec<Attribute<String>> = mirrors
            .map(|(location, range)| known(location, self.file.span(range)))
            .collect();
        let other = self.other_location();
        if let (Some(location), Some(range)) = (other, &self.spans.location) {
            elements.push(known(location, self.file.span(range)));
        }
        let table = self.file.span(&self.spans.table);
        declaration.policy = match &self.spans.blocked {
            Some(range) if self.keys.blocked => {
                Attribute::known(SourcePolicy::NeverContact, Some(self.file.span(range)))
            }
            _ if other.is_some() => Attribute::known(SourcePolicy::NeverContact, Some(table)),
            _ => Attribute::absent(),
        };
        let mirrors = Attribute::known(elements, Some(table));
        Mirror::from_manifest_entry(address, table, source, mirrors, declaration)
    }
}

/// The lists of a node.
#[derive(Default)]
struct Lists {
    blocked: Vec<Attribute<String>>,
    insecure: Vec<Attribute<String>>,
    search: Option<Attribute<Vec<Attribute<String>>>>,
}

impl Lists {
    /// The search registries of a file take the place of those of earlier ones.
    fn add_search(&mut self, file: &NodeFile) {
        let Some(registries) = &file.text.file.search_registries else {
            return;
        };
        let span = file.text.search.as_ref().map(|range| file.span(range));
        let registries = registries
            .iter()
            .map(|registry| Attribute::known(registry.clone(), span));
        self.search = Some(Attribute::known(registries.collect(), span));
    }

    fn add_table(&mut self, table: &Table<'_>) {
        let scope = || Attribute::known(table.scope().to_owned(), Some(table.scope_span()));
        // With mirrors, it is the policy of the entry.
        if table.keys.blocked && table.keys.mirrors.is_empty() {
            self.blocked.push(scope());
        }
        if table.keys.insecure {
            self.insecure.push(scope());
        }
        let mirrors = table.keys.mirrors.iter().zip(&table.spans.mirrors);
        let insecure = mirrors.filter(|(mirror, _)| mirror.insecure);
        for (mirror, range) in insecure {
            let location = mirror.location.trim_end_matches('/');
            if self
                .insecure
                .iter()
                .all(|known| known.value().is_none_or(|known| known != location))
            {
                self.insecure.push(Attribute::known(
                    location.to_owned(),
                    Some(table.file.span(range)),
                ));
            }
        }
    }

    fn into_registry_sources(self) -> RegistrySources {
        RegistrySources {
            allowed_registries: Attribute::absent().into(),
            blocked_registries: Attribute::known(self.blocked, None).into(),
            insecure_registries: Attribute::known(self.insecure, None).into(),
            search_registries: self.search.unwrap_or_else(Attribute::absent).into(),
        }
    }
}
