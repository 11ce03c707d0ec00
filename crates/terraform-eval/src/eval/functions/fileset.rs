//! `fileset`, with the patterns of Terraform's library `doublestar`.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::cty::{Type, Value};
use crate::source::sandbox::SandboxResult;
use crate::source::{DirectoryEntry, FileKind, clean_path};

use super::super::Failure;
use super::definition::{Call, Function, Parameter, Stop, Want};
use super::files::{Content, located, outside, too_large};
use super::support::{Answer, function, text};

/// The functions of this file.
pub(super) const TABLE: &[Function] = &[function(
    "fileset",
    &[
        Parameter::of("path", Want::String),
        Parameter::of("pattern", Want::String),
    ],
    |_| Ok(Type::set(Type::String)),
    |call, arguments| file_set(call, arguments).into(),
)];

/// Directories may stand within each other so deep; a link that leads upwards ends here.
const MAX_DEPTH: usize = 64;

/// A pattern with more alternatives is not read.
const MAX_ALTERNATIVES: usize = 1_000;

fn file_set(call: &Call<'_>, arguments: &[Value]) -> Answer {
    let (path, pattern) = (text(arguments, 0), text(arguments, 1));
    let unknown = || {
        outside(
            Type::set(Type::String),
            &format!("the directory {path}"),
            arguments.first(),
        )
    };
    // Terraform does not take a leading `~` for the home directory here.
    let start = clean_path(Path::new(path));
    let mut search = Search {
        call,
        matches: BTreeSet::new(),
    };
    let pattern = clean_path(&start.join(pattern.trim_start_matches('/')));
    let pattern = pattern.to_string_lossy();
    let components = pattern.split('/').filter(|part| !matches!(*part, "" | "."));
    let base = PathBuf::from(if pattern.starts_with('/') { "/" } else { "" });
    if matches!(
        search.walk(&base, &components.collect::<Vec<_>>(), 0)?,
        Content::Outside
    ) {
        return Ok(unknown());
    }
    let names = search.matches.iter().map(|found| {
        call.evaluator.spend(1)?;
        Ok(Value::string(relative(&start, found)))
    });
    let names: Result<Vec<Value>, Stop> = names.collect();
    Ok(Value::set(Type::String, names?))
}

/// The way from a directory to a file.
fn relative(start: &Path, found: &Path) -> String {
    let normal = |path: &Path| -> Vec<String> {
        path.components()
            .filter(|component| *component != Component::CurDir)
            .map(|component| component.as_os_str().to_string_lossy().into_owned())
            .collect()
    };
    let (start, found) = (normal(start), normal(found));
    let common = start
        .iter()
        .zip(&found)
        .take_while(|(left, right)| left == right)
        .count();
    let up = std::iter::repeat_n("..", start.len() - common);
    let down = found.iter().skip(common).map(String::as_str);
    let way = up.chain(down).collect::<Vec<_>>().join("/");
    if way.is_empty() { ".".to_owned() } else { way }
}

struct Search<'c> {
    call: &'c Call<'c>,
    matches: BTreeSet<PathBuf>,
}

impl Search<'_> {
    fn on_disk(&self, path: &Path) -> Result<PathBuf, Stop> {
        match located(self.call, ".")? {
            Content::Here(base) => Ok(base.join(path)),
            Content::Outside => Err("there is no directory to search".into()),
        }
    }

    /// Goes down the components of a pattern.
    fn walk(&mut self, at: &Path, components: &[&str], depth: usize) -> Result<Content<()>, Stop> {
        self.call.evaluator.spend(20)?;
        if depth > MAX_DEPTH {
            return Err(Stop::Failure(Failure::limit(
                "the directories are nested too deeply",
            )));
        }
        let Some((first, rest)) = components.split_first() else {
            return self.take(at);
        };
        if !first.contains(['*', '?', '[', '{', '\\']) {
            return self.walk(&at.join(first), rest, depth + 1);
        }
        let entries = match self.call.evaluator.sandbox().list(&self.on_disk(at)?) {
            SandboxResult::Found(entries) => entries,
            SandboxResult::Missing | SandboxResult::Failed(_) => return Ok(Content::Here(())),
            SandboxResult::Outside => return Ok(Content::Outside),
            SandboxResult::TooLarge => return Err(too_large(&at.to_string_lossy())),
        };
        self.call.evaluator.spend(entries.len() * 10)?;
        if *first == "**" {
            return self.everywhere(at, components, rest, &entries, depth);
        }
        let patterns: Vec<Vec<Part>> = alternatives(first)?
            .iter()
            .map(|pattern| parse(pattern))
            .collect::<Result<_, _>>()?;
        let length: usize = patterns.iter().map(Vec::len).sum();
        for entry in entries {
            let name = entry.name.to_string_lossy();
            self.call.evaluator.spend((name.len() + 1) * length / 32)?;
            let name: Vec<char> = name.chars().collect();
            if patterns.iter().any(|pattern| matches(pattern, &name))
                && matches!(
                    self.walk(&at.join(&entry.name), rest, depth + 1)?,
                    Content::Outside
                )
            {
                return Ok(Content::Outside);
            }
        }
        Ok(Content::Here(()))
    }

    /// `**`: here and in all directories below.
    fn everywhere(
        &mut self,
        at: &Path,
        components: &[&str],
        rest: &[&str],
        entries: &[DirectoryEntry],
        depth: usize,
    ) -> Result<Content<()>, Stop> {
        for entry in entries {
            let below = at.join(&entry.name);
            let step = if entry.kind == FileKind::Directory {
                self.walk(&below, components, depth + 1)?
            } else if rest.is_empty() {
                self.take(&below)?
            } else {
                continue;
            };
            if matches!(step, Content::Outside) {
                return Ok(Content::Outside);
            }
        }
        if rest.is_empty() {
            Ok(Content::Here(()))
        } else {
            self.walk(at, rest, depth + 1)
        }
    }

    /// Takes what the pattern leads to where it is a file.
    fn take(&mut self, at: &Path) -> Result<Content<()>, Stop> {
        match self.call.evaluator.sandbox().find_file(&self.on_disk(at)?) {
            SandboxResult::Found(_) => _ = self.matches.insert(at.to_owned()),
            SandboxResult::Outside => return Ok(Content::Outside),
            SandboxResult::Missing | SandboxResult::Failed(_) | SandboxResult::TooLarge => {}
        }
        Ok(Content::Here(()))
    }
}

/// The patterns that `{a,b}` stands for.
fn alternatives(pattern: &str) -> Result<Vec<String>, Stop> {
    let mut pending = vec![pattern.to_owned()];
    let mut done = Vec::new();
    while let Some(pattern) = pending.pop() {
        if pending.len() + done.len() > MAX_ALTERNATIVES {
            return Err(Stop::Failure(Failure::limit(
                "the pattern has too many alternatives",
            )));
        }
        let Some((start, end, commas)) = first_braces(&pattern)? else {
            done.push(pattern);
            continue;
        };
        let mut from = start + 1;
        for to in commas.into_iter().chain([end]) {
            let choice = [&pattern[..start], &pattern[from..to], &pattern[end + 1..]];
            pending.push(choice.concat());
            from = to + 1;
        }
    }
    Ok(done)
}

type Braces = (usize, usize, Vec<usize>);

/// Where the first braces begin and end, and the commas between their alternatives.
fn first_braces(pattern: &str) -> Result<Option<Braces>, Stop> {
    let mut start = None;
    let mut depth = 0;
    let mut commas = Vec::new();
    let mut escaped = false;
    for (at, letter) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '{' => {
                depth += 1;
                start.get_or_insert(at);
            }
            '}' if depth > 0 => {
                depth -= 1;
                if let (0, Some(start)) = (depth, start) {
                    return Ok(Some((start, at, commas)));
                }
            }
            ',' if depth == 1 => commas.push(at),
            _ => {}
        }
    }
    if start.is_some() {
        return Err("syntax error in pattern".into());
    }
    Ok(None)
}

/// A part of a pattern for one name.
enum Part {
    Star,
    Any,
    Letter(char),
    Class(bool, Vec<(char, char)>),
}

fn parse(pattern: &str) -> Result<Vec<Part>, Stop> {
    const BAD: &str = "syntax error in pattern";
    let mut letters = pattern.chars().peekable();
    let mut parts = Vec::new();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '*' => Part::Star,
            '?' => Part::Any,
            '\\' => Part::Letter(letters.next().ok_or(BAD)?),
            '[' => {
                let negative = letters.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                loop {
                    let mut low = letters.next().ok_or(BAD)?;
                    if low == ']' && !ranges.is_empty() {
                        break;
                    }
                    if low == '\\' {
                        low = letters.next().ok_or(BAD)?;
                    }
                    let mut high = low;
                    if letters.next_if_eq(&'-').is_some() {
                        high = letters.next().ok_or(BAD)?;
                        if high == '\\' {
                            high = letters.next().ok_or(BAD)?;
                        }
                    }
                    ranges.push((low, high));
                }
                Part::Class(negative, ranges)
            }
            letter => Part::Letter(letter),
        });
    }
    Ok(parts)
}

/// Whether a name matches; of several stars only the last one ever has to be tried again.
fn matches(pattern: &[Part], name: &[char]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        let fits = match pattern.get(at) {
            Some(Part::Star) => {
                star = Some((at, from));
                at += 1;
                continue;
            }
            Some(Part::Any) => true,
            Some(Part::Letter(letter)) => *letter == name[from],
            Some(Part::Class(negative, ranges)) => {
                let inside = ranges
                    .iter()
                    .any(|&(low, high)| (low..=high).contains(&name[from]));
                inside != *negative
            }
            None => false,
        };
        if fits {
            at += 1;
            from += 1;
        } else if let Some((star_at, taken)) = star {
            at = star_at + 1;
            from = taken + 1;
            star = Some((star_at, taken + 1));
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|part| matches!(part, Part::Star))
}
