//! Counts the blocks that declare mirrors in a form that is not read: Helm releases, data sources with documents, commands
//! that apply a manifest or create mirrors, and any other block that names a mirror set or the API of mirrors.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::readers::configuration::root_module::carrier_words::{has_provisioner, is_external};
use crate::readers::configuration::root_module::enclosing_context::EnclosingContext;
use crate::readers::configuration::root_module::instances::expand;
use crate::readers::configuration::root_module::manifests::ManifestArgument;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::manifest::{Carrier, ManifestForm, can_carry_manifests, manifest_type_of, names_mirrors};
use terraform_eval::address::{Address, Mode};
use terraform_eval::cty::Value;
use terraform_eval::eval::{InstanceId, RepetitionData};
use terraform_eval::modules::Resource;
use terraform_eval::syntax::tree::{Block, Expression};

/// How many files of a directory are searched.
const MAX_FILES: usize = 500;

/// How large a file may be to be searched.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// How many words of a command are looked up as files.
const MAX_WORDS: usize = 200;

/// The options of `oc` and `kubectl` whose value is a file or a directory.
const FILE_OPTIONS: [&str; 4] = ["-f", "-k", "--filename", "--kustomize"];

impl<'a> RootModuleReader<'a> {
    /// Whether a block may carry manifests.
    pub(crate) fn may_carry_manifests(&self, resource: &Resource) -> bool {
        can_carry_manifests(&resource.name)
            || self.runs_commands(resource)
            || (manifest_type_of(&resource.name).is_none()
                && resource.block.any_text(self.context.sources, names_mirrors))
    }

    /// Whether a block runs commands.
    fn runs_commands(&self, resource: &Resource) -> bool {
        match resource.name.mode {
            Mode::Data => is_external(&resource.name),
            Mode::Managed => resource.block.any_text(self.context.sources, has_provisioner),
        }
    }

    /// Counts the blocks that name a mirror set and cannot be read. What they read is not the data of the configuration
    /// alone: a file with values of a chart can be checked as well.
    pub(crate) fn count_carriers(&mut self) {
        for (instance, resource, enclosing) in std::mem::take(&mut self.carriers) {
            self.read_carrier(instance, resource, &enclosing);
        }
    }

    fn read_carrier(&mut self, instance: InstanceId, resource: &'a Resource, enclosing: &EnclosingContext) {
        let Some(block) = resource.block.parse(self.context.sources) else {
            return;
        };
        let carrier = if resource.name.kind.starts_with("helm") {
            Carrier::HelmRelease
        } else if self.runs_commands(resource) {
            Carrier::Commands
        } else if resource.name.mode == Mode::Data {
            Carrier::Documents
        } else {
            Carrier::Other
        };
        let expansion = self.expansion_of(instance, resource);
        let (repetitions, _) = expand(expansion, enclosing);
        let module = self.context.evaluator.path(instance);
        for repetition in repetitions {
            let address = Address::new(module.clone(), resource.name.clone(), repetition.key.clone());
            let repetition = Rc::new(repetition);
            let place = CarrierPlace {
                instance,
                repetition: &repetition,
                block,
            };
            let mut found = Found::default();
            self.search_block(&place, carrier, &mut found);
            if found.is_in_text || !found.files.is_empty() {
                // A file that is named is not a gap where it is read as a manifest.
                let files = if found.is_in_text { Vec::new() } else { found.files };
                let header = resource.block.header();
                self.manifests
                    .skip_carrier(&address.to_string(), header, carrier, files);
            }
        }
    }

    /// Searches the text of a block, its arguments, and the files that they name.
    fn search_block(&mut self, place: &CarrierPlace<'_>, carrier: Carrier, found: &mut Found) {
        found.is_in_text = names_mirrors(self.context.sources.slice(place.block.span));
        if found.is_in_text {
            return;
        }
        for attribute in &place.block.body.attributes {
            if matches!(
                &*attribute.name.text,
                "count" | "for_each" | "depends_on" | "provider"
            ) {
                continue;
            }
            let Some(value) = self.value_of(place, &attribute.value) else {
                continue;
            };
            found.is_in_text |= strings_of(&value).iter().any(|text| names_mirrors(text));
            if let ("chart", Some(chart)) = (&*attribute.name.text, value.as_str()) {
                let templates = self.root_directory().join(&**chart).join("templates");
                found.files.extend(self.mirror_sets_below(&templates));
            }
            if carrier == Carrier::Commands {
                self.search_words(&value, &[], found);
            }
        }
        for provisioner in place.block.body.blocks("provisioner") {
            self.search_provisioner(place, provisioner, found);
        }
    }

    /// Searches the arguments of a provisioner, and the files that they name.
    fn search_provisioner(&mut self, place: &CarrierPlace<'_>, provisioner: &Block, found: &mut Found) {
        let argument = |name: &str| provisioner.body.attribute(name);
        let directory = argument("working_dir").and_then(|argument| self.value_of(place, &argument.value));
        let directories: Vec<PathBuf> = directory
            .iter()
            .filter_map(|value| Some(PathBuf::from(&**value.as_str()?)))
            .collect();
        let arguments = ["command", "inline", "script", "scripts", "source", "content"];
        for argument in arguments.into_iter().filter_map(argument) {
            if let Some(value) = self.value_of(place, &argument.value) {
                found.is_in_text |= strings_of(&value).iter().any(|text| names_mirrors(text));
                self.search_words(&value, &directories, found);
            }
        }
    }

    /// The value of an expression, with placeholders for what is unknown. A text with an error, such as one with `self`, is
    /// taken as it is written.
    fn value_of(&self, place: &CarrierPlace<'_>, expression: &Expression) -> Option<Value> {
        let argument = ManifestArgument {
            instance: place.instance,
            repetition: place.repetition,
            block: place.block,
            expression,
            form: ManifestForm::Documents,
        };
        match self.evaluate_manifest(&argument) {
            Ok(evaluated) if evaluated.value.is_known() => Some(evaluated.value),
            _ => {
                let sources = self.context.sources;
                let directory = |instance| {
                    let module = self.context.evaluator.module(instance);
                    sources.files().canonicalize(&module.directory).ok()
                };
                let text = sources.slice(expression.span);
                let text = text.replace("${path.module}", directory(place.instance)?.to_str()?);
                let text = text.replace("${path.root}", directory(InstanceId::ROOT)?.to_str()?);
                Some(Value::string(text))
            }
        }
    }

    fn root_directory(&self) -> &Path {
        &self.context.evaluator.module(InstanceId::ROOT).directory
    }

    /// Searches the files and directories whose paths are words of a command. Paths are relative to the root module, to the
    /// working directory, and to where the command goes.
    fn search_words(&mut self, value: &Value, directories: &[PathBuf], found: &mut Found) {
        for text in strings_of(value) {
            let is_separator = |c: char| {
                c.is_whitespace()
                    || matches!(
                        c,
                        '"' | '\'' | '`' | '=' | ';' | '|' | '&' | '<' | '>' | '(' | ')'
                    )
            };
            let words = text.split(is_separator).filter(|word| !word.is_empty());
            let mut bases: Vec<PathBuf> = vec![self.root_directory().to_owned()];
            bases.extend(
                directories
                    .iter()
                    .map(|directory| self.root_directory().join(directory)),
            );
            let mut previous = "";
            for word in words.take(MAX_WORDS) {
                let may_be_directory = FILE_OPTIONS.contains(&previous);
                if matches!(previous, "cd" | "pushd") {
                    bases.push(self.root_directory().join(word));
                }
                previous = word;
                for base in &bases {
                    let path = base.join(word);
                    if may_be_directory || self.context.sources.files().is_file(&path) {
                        found.files.extend(self.mirror_sets_below(&path));
                    }
                }
            }
        }
    }

    /// The files that name a mirror set: a file itself, or those in a directory. They have to lie in the project tree.
    fn mirror_sets_below(&mut self, path: &Path) -> Vec<PathBuf> {
        let files = self.context.sources.files();
        let readable = &self.context.inputs.readable;
        let Ok(path) = files.canonicalize(path) else {
            return Vec::new();
        };
        if !readable.iter().any(|tree| path.starts_with(tree)) {
            return Vec::new();
        }
        if let Some(known) = self.searched.get(&path) {
            return known.clone();
        }
        let mut found = Vec::new();
        let mut pending = vec![path.clone()];
        let mut searched = 0;
        while let Some(next) = pending.pop() {
            searched += 1;
            if searched > MAX_FILES {
                // A directory of this size is not searched to its end, and may hold more.
                found.push(path.clone());
                break;
            }
            if files.is_directory(&next) {
                let entries = files.list(&next).into_iter().flatten();
                let entries = entries.map(|entry| next.join(&*entry.name));
                pending.extend(entries.filter(|entry| !files.is_link(entry)));
            } else if let Ok(Some(bytes)) = files.read_bounded(&next, MAX_FILE_BYTES)
                && names_mirrors(&String::from_utf8_lossy(&bytes))
            {
                found.push(next);
            }
        }
        self.searched.insert(path, found.clone());
        found
    }
}

/// Where a block has the name of a mirror set.
#[derive(Default)]
struct Found {
    /// In its own text, or in the value of an argument.
    is_in_text: bool,
    /// In files that it names.
    files: Vec<PathBuf>,
}

/// One instance of a block.
struct CarrierPlace<'s> {
    instance: InstanceId,
    repetition: &'s Rc<RepetitionData>,
    block: &'s Block,
}

/// The strings in a value.
fn strings_of(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        found.extend(value.as_str().map(|text| &**text));
        pending.extend(value.as_slice().unwrap_or_default());
        pending.extend(value.as_map().into_iter().flat_map(|fields| fields.values()));
    }
    found
}
