//! `fileset`, with the patterns of Terraform's library `doublestar`.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::file::{Lookup, resolve_path, too_large, unknown_refused};
use crate::cty::{Type, Value};
use crate::dialect::Feature;
use crate::eval::functions::args::Args;
use crate::eval::functions::error::{FunctionError, FunctionResult};
use crate::eval::functions::function::{ConstType, Function, Parameter};
use crate::eval::functions::host::Call;
use crate::source::sandbox::SandboxResult;
use crate::source::{DirectoryEntry, FileKind, clean_path};

/// The functions of this file.
pub(super) const FUNCTIONS: &[Function] = &[Function::new("fileset", file_set)
    .param(Parameter::new("path", ConstType::String))
    .param(Parameter::new("pattern", ConstType::String))
    .returns(ConstType::SetOfString)];

/// The deepest nesting of directories; this also stops at links to an enclosing directory.
const MAX_DEPTH: usize = 64;

/// The maximum number of alternatives that a pattern may expand to.
const MAX_ALTERNATIVES: usize = 1_000;

fn file_set(call: &Call<'_>, args: Args<'_>) -> FunctionResult {
    let (path, pattern) = (args.string(0), args.string(1));
    // Terraform does not expand a leading `~` here.
    let start = clean_path(Path::new(path));
    let mut search = Search {
        call,
        matches: BTreeSet::new(),
    };
    let pattern = clean_path(&start.join(pattern.trim_start_matches('/')));
    let pattern = pattern.to_string_lossy();
    if !is_valid_pattern(&pattern) && args.has(Feature::CheckedFilesetPattern) {
        return Err(format!("failed to glob pattern {pattern}: syntax error in pattern").into());
    }
    let components: Vec<&str> = pattern
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let mut base = PathBuf::from(if pattern.starts_with('/') { "/" } else { "" });
    let mut components = components.as_slice();
    if pattern.contains('\\') && args.has(Feature::LiteralFilesetBackslash) {
        let has_escapes = args.has(Feature::EscapedFilesetDirectory);
        while let Some((first, rest)) = components.split_first().filter(|(first, _)| !has_wildcard(first)) {
            // The last component is a name whose wildcards are always escaped.
            let is_name = rest.is_empty();
            base.push(if has_escapes || is_name {
                without_escapes(first)
            } else {
                (*first).to_owned()
            });
            components = rest;
        }
    }
    if let Lookup::Refused(refusal) = search.walk(&base, components, 0)? {
        return Ok(unknown_refused(
            Type::set(Type::String),
            refusal,
            args.shown_string(0),
            args.get(0),
        ));
    }
    let names = search.matches.iter().map(|path| {
        call.charge(1)?;
        Ok(Value::string(relative_path(&start, path)))
    });
    let names: FunctionResult<Vec<Value>> = names.collect();
    Ok(Value::set(Type::String, names?))
}

/// Whether a component has a wildcard that is not escaped.
fn has_wildcard(component: &str) -> bool {
    let mut rest = component.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' | '?' | '[' | '{' => return true,
            '\\' => _ = rest.next(),
            _ => {}
        }
    }
    false
}

/// The name that a component without wildcards stands for in `doublestar` 4: other characters keep their backslash.
fn without_escapes(component: &str) -> String {
    let mut name = String::with_capacity(component.len());
    let mut rest = component.chars().peekable();
    while let Some(c) = rest.next() {
        let is_escape = c == '\\'
            && rest
                .peek()
                .is_some_and(|next| matches!(next, '*' | '?' | '[' | ']' | '{' | '}'));
        if !is_escape {
            name.push(c);
        }
    }
    name
}

/// Whether all classes and alternatives of a pattern end (`ValidatePathPattern` of `doublestar` 4).
fn is_valid_pattern(pattern: &str) -> bool {
    let mut alternatives = 0_usize;
    let mut rest = pattern.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' if rest.next().is_none() => return false,
            b'[' => {
                let mut first = rest.next();
                if matches!(first, Some(b'^' | b'!')) {
                    first = rest.next();
                }
                if first == Some(b']') || !ends_class(first, &mut rest) {
                    return false;
                }
            }
            b'{' => alternatives += 1,
            b'}' => match alternatives.checked_sub(1) {
                Some(open) => alternatives = open,
                None => return false,
            },
            _ => {}
        }
    }
    alternatives == 0
}

/// Whether a class ends in the rest of a pattern, which is consumed up to there.
fn ends_class(first: Option<u8>, rest: &mut std::str::Bytes<'_>) -> bool {
    let mut next = first;
    while let Some(byte) = next {
        match byte {
            b']' => return true,
            b'\\' => _ = rest.next(),
            _ => {}
        }
        next = rest.next();
    }
    false
}

/// The relative path from a directory to a file.
fn relative_path(start: &Path, file: &Path) -> String {
    let normal = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|component| *component != Component::CurDir)
            .map(|component| component.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (start, file) = (normal(start), normal(file));
    let common = start
        .iter()
        .zip(&file)
        .take_while(|(left, right)| left == right)
        .count();
    let up = std::iter::repeat_n("..", start.len() - common);
    let down = file.iter().skip(common).map(String::as_str);
    let relative = up.chain(down).collect::<Vec<_>>().join("/");
    if relative.is_empty() {
        ".".to_owned()
    } else {
        relative
    }
}

/// A search for files that match a pattern.
struct Search<'c> {
    call: &'c Call<'c>,
    matches: BTreeSet<PathBuf>,
}

impl Search<'_> {
    fn path_on_disk(&self, path: &Path) -> FunctionResult<PathBuf> {
        match resolve_path(self.call, ".")? {
            Lookup::Found(base) => Ok(base.join(path)),
            Lookup::Refused(_) => Err("no directory to search".into()),
        }
    }

    /// Matches the components of a pattern below a directory.
    fn walk(&mut self, at: &Path, components: &[&str], depth: usize) -> FunctionResult<Lookup<()>> {
        self.call.charge(20)?;
        if depth > MAX_DEPTH {
            return Err(FunctionError::limit("the directories are nested too deeply"));
        }
        let Some((first, rest)) = components.split_first() else {
            return self.add_file(at);
        };
        if !first.contains(['*', '?', '[', '{', '\\']) {
            return self.walk(&at.join(first), rest, depth + 1);
        }
        let entries = match self.call.host.sandbox().list(&self.path_on_disk(at)?) {
            SandboxResult::Found(entries) => entries,
            SandboxResult::Missing | SandboxResult::Failed(_) => return Ok(Lookup::Found(())),
            SandboxResult::Refused(refusal) => return Ok(Lookup::Refused(refusal)),
            SandboxResult::TooLarge => return Err(too_large(&at.to_string_lossy())),
        };
        self.call.charge(entries.len() * 10)?;
        if *first == "**" {
            return self.walk_recursively(at, components, rest, &entries, depth);
        }
        let patterns: Vec<Vec<Part>> = expand_braces(first)?
            .iter()
            .map(|pattern| parse_component(pattern))
            .collect::<Result<_, _>>()?;
        let length: usize = patterns.iter().map(Vec::len).sum();
        for entry in entries {
            let name = entry.name.to_string_lossy();
            self.call.charge((name.len() + 1) * length / 32)?;
            let name: Vec<char> = name.chars().collect();
            if patterns.iter().any(|pattern| matches(pattern, &name))
                && let Lookup::Refused(refusal) = self.walk(&at.join(&*entry.name), rest, depth + 1)?
            {
                return Ok(Lookup::Refused(refusal));
            }
        }
        Ok(Lookup::Found(()))
    }

    /// Matches `**`: this directory and all directories below it.
    fn walk_recursively(
        &mut self,
        at: &Path,
        components: &[&str],
        rest: &[&str],
        entries: &[DirectoryEntry],
        depth: usize,
    ) -> FunctionResult<Lookup<()>> {
        for entry in entries {
            let below = at.join(&*entry.name);
            let step = if entry.kind == FileKind::Directory {
                self.walk(&below, components, depth + 1)?
            } else if rest.is_empty() {
                self.add_file(&below)?
            } else {
                continue;
            };
            if let Lookup::Refused(refusal) = step {
                return Ok(Lookup::Refused(refusal));
            }
        }
        if rest.is_empty() {
            Ok(Lookup::Found(()))
        } else {
            self.walk(at, rest, depth + 1)
        }
    }

    /// Adds a path to the matches if it is a file.
    fn add_file(&mut self, at: &Path) -> FunctionResult<Lookup<()>> {
        match self.call.host.sandbox().find_file(&self.path_on_disk(at)?) {
            SandboxResult::Found(_) => _ = self.matches.insert(at.to_owned()),
            SandboxResult::Refused(refusal) => return Ok(Lookup::Refused(refusal)),
            SandboxResult::Missing | SandboxResult::Failed(_) | SandboxResult::TooLarge => {}
        }
        Ok(Lookup::Found(()))
    }
}

/// Expands `{a,b}` to all patterns.
fn expand_braces(pattern: &str) -> FunctionResult<Vec<String>> {
    let mut pending = vec![pattern.to_owned()];
    let mut expanded = Vec::new();
    while let Some(pattern) = pending.pop() {
        if pending.len() + expanded.len() > MAX_ALTERNATIVES {
            return Err(FunctionError::limit("the pattern has too many alternatives"));
        }
        let Some((start, end, commas)) = find_braces(&pattern)? else {
            expanded.push(pattern);
            continue;
        };
        let mut from = start + 1;
        for to in commas.into_iter().chain([end]) {
            let alternative = [&pattern[..start], &pattern[from..to], &pattern[end + 1..]];
            pending.push(alternative.concat());
            from = to + 1;
        }
    }
    Ok(expanded)
}

type Braces = (usize, usize, Vec<usize>);

/// The offsets of the first pair of braces and of the commas between its alternatives.
fn find_braces(pattern: &str) -> FunctionResult<Option<Braces>> {
    let mut start = None;
    let mut depth = 0;
    let mut commas = Vec::new();
    let mut is_escaped = false;
    for (offset, character) in pattern.char_indices() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match character {
            '\\' => is_escaped = true,
            '{' => {
                depth += 1;
                start.get_or_insert(offset);
            }
            '}' if depth > 0 => {
                depth -= 1;
                if let (0, Some(start)) = (depth, start) {
                    return Ok(Some((start, offset, commas)));
                }
            }
            ',' if depth == 1 => commas.push(offset),
            _ => {}
        }
    }
    if start.is_some() {
        return Err("syntax error in pattern".into());
    }
    Ok(None)
}

/// A part of the pattern of one path component.
enum Part {
    Star,
    Any,
    Literal(char),
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
}

fn parse_component(pattern: &str) -> FunctionResult<Vec<Part>> {
    const SYNTAX_ERROR: &str = "syntax error in pattern";
    let mut characters = pattern.chars().peekable();
    let mut parts = Vec::new();
    while let Some(character) = characters.next() {
        parts.push(match character {
            '*' => Part::Star,
            '?' => Part::Any,
            '\\' => Part::Literal(characters.next().ok_or(SYNTAX_ERROR)?),
            '[' => {
                let is_negated = characters.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                loop {
                    let mut low = characters.next().ok_or(SYNTAX_ERROR)?;
                    if low == ']' && !ranges.is_empty() {
                        break;
                    }
                    if low == '\\' {
                        low = characters.next().ok_or(SYNTAX_ERROR)?;
                    }
                    let mut high = low;
                    if characters.next_if_eq(&'-').is_some() {
                        high = characters.next().ok_or(SYNTAX_ERROR)?;
                        if high == '\\' {
                            high = characters.next().ok_or(SYNTAX_ERROR)?;
                        }
                    }
                    ranges.push((low, high));
                }
                Part::Class { is_negated, ranges }
            }
            character => Part::Literal(character),
        });
    }
    Ok(parts)
}

/// Whether a name matches a pattern. Backtracking is necessary to the last star only.
fn matches(pattern: &[Part], name: &[char]) -> bool {
    let (mut part, mut character) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while character < name.len() {
        let is_match = match pattern.get(part) {
            Some(Part::Star) => {
                last_star = Some((part, character));
                part += 1;
                continue;
            }
            Some(Part::Any) => true,
            Some(Part::Literal(wanted)) => *wanted == name[character],
            Some(Part::Class { is_negated, ranges }) => {
                let is_inside = ranges
                    .iter()
                    .any(|&(low, high)| (low..=high).contains(&name[character]));
                is_inside != *is_negated
            }
            None => false,
        };
        if is_match {
            part += 1;
            character += 1;
        } else if let Some((star, star_end)) = last_star {
            part = star + 1;
            character = star_end + 1;
            last_star = Some((star, star_end + 1));
        } else {
            return false;
        }
    }
    pattern[part..].iter().all(|part| matches!(part, Part::Star))
}
