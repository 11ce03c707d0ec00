//! Where the resources of a plan end, and what they may be relevant for: found by several threads, before the plan is read.
//!
//! A document can only be read from its beginning: what a quote means depends on all quotes before it. But the end of an object
//! depends on its beginning alone, and Terraform writes the address of a resource first. So each thread skips the objects that
//! begin with an address in its parts of the document. Reading is then a walk from one known end to the next. An object that is
//! missing here is skipped when it is read, and one too many, such as one inside of a string, is never asked for.

use std::cell::Cell;
use std::ops::Range;

use aho_corasick::{Span as AhoSpan, packed::Searcher};
use memchr::memmem::Finder;

use crate::parallel::Threads;
use crate::provider::{is_provider_type, types::QUOTED_TYPE_PREFIX};
use crate::readers::manifest::{MIRROR_WORDS, QUOTED_TYPES, has_mirror_word, is_helm_release, manifest_type};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::json_cursor::JsonCursor;
use crate::readers::plan::json_skip::{Skipped, skip};

/// How many bytes of the document a thread takes at a time.
const PART: usize = 1 << 20;

/// A larger object is not looked for, so that the parts of a document without ends cost no more than their bytes.
const MAX_OBJECT: usize = 4 * PART;

/// An object that is nested deeper is not looked for.
const MAX_OBJECT_DEPTH: usize = 64;

/// What a resource may be relevant for, by a search in its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// It may have a relevant type.
    pub(super) of_type: bool,
    /// It has a word of which each text about mirrors has one.
    pub(super) of_mirrors: bool,
    /// Some of its values may be sensitive.
    pub(super) of_marks: bool,
}

/// The objects of a document that begin with an address.
pub(super) struct ResourceIndex {
    search: SignSearch,
    /// In the order of their beginnings.
    objects: Vec<KnownObject>,
    /// The object after the one that was last asked for.
    next: Cell<usize>,
}

/// An object, or several without signs that follow each other in a list, by positions in the document: texts of 4 GB and more
/// are not read.
#[derive(Debug, Clone, Copy)]
struct KnownObject {
    start: u32,
    end: u32,
    signs: Signs,
}

impl ResourceIndex {
    pub(super) fn new(document: &str, threads: Threads) -> Self {
        Self::of_parts(document, PART, threads)
    }

    fn of_parts(document: &str, part: usize, threads: Threads) -> Self {
        let search = SignSearch::new();
        let starts: Vec<usize> = (0..document.len()).step_by(part).collect();
        let objects = threads.map(&starts, |&start| {
            objects_in(document, start..document.len().min(start + part), &search)
        });
        Self {
            search,
            objects: objects.concat(),
            next: Cell::new(0),
        }
    }

    /// Skips the element of a list of resources at the cursor; returns its text and signs. Several elements without signs are
    /// skipped together.
    pub(super) fn skip_resource<'a>(
        &self,
        cursor: &mut JsonCursor<'a>,
    ) -> Result<(&'a str, Signs), PlanError> {
        let (start, max_depth) = cursor.next_value();
        match self.find(start) {
            Some(object) if max_depth >= MAX_OBJECT_DEPTH => {
                Ok((cursor.skip_to(object.end as usize)?, object.signs))
            }
            _ => {
                let element = cursor.skip_value()?;
                Ok((element, self.search.signs(element)))
            }
        }
    }

    fn find(&self, start: usize) -> Option<KnownObject> {
        let start = u32::try_from(start).ok()?;
        let next = self.next.get();
        let index = match self.objects.get(next) {
            Some(object) if object.start == start => next,
            _ => self
                .objects
                .binary_search_by_key(&start, |object| object.start)
                .ok()?,
        };
        self.next.set(index + 1);
        self.objects.get(index).copied()
    }
}

/// The objects that begin with an address in a part of the document, and are not inside another one of them.
fn objects_in(document: &str, part: Range<usize>, search: &SignSearch) -> Vec<KnownObject> {
    let bytes = document.as_bytes();
    let bytes = bytes.get(..part.end + MAX_OBJECT).unwrap_or(bytes);
    let mut words = WordsAhead::new(bytes.get(..part.end).unwrap_or(bytes), search);
    let mut objects: Vec<KnownObject> = Vec::new();
    let mut at = part.start;
    while let Some(found) = bytes.get(at..part.end).and_then(|rest| search.address.find(rest)) {
        let before = bytes.get(at..at + found).unwrap_or_default().trim_ascii_end();
        let start = (at + before.len()).checked_sub(1);
        let Some(start) = start.filter(|_| before.ends_with(b"{")) else {
            at += found + search.address.needle().len();
            continue;
        };
        let Skipped::To(end) = skip(bytes, start, MAX_OBJECT_DEPTH) else {
            break;
        };
        let signs = match document.get(start..end) {
            Some(object) if end > part.end || words.are_in(&(start..end)) => search.signs(object),
            _ => Signs::default(),
        };
        if let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) {
            match objects.last_mut() {
                Some(last) if signs == Signs::default() && last.precedes(bytes, start) => last.end = end,
                _ => objects.push(KnownObject { start, end, signs }),
            }
        }
        at = end;
    }
    objects
}

impl KnownObject {
    /// Whether there is nothing to look for here, and the object that begins at `next` is the next element of the same list.
    fn precedes(&self, bytes: &[u8], next: u32) -> bool {
        let between = || {
            bytes
                .get(self.end as usize..next as usize)
                .map(<[u8]>::trim_ascii)
        };
        self.signs == Signs::default() && between() == Some(b",")
    }
}

/// Searches the objects of a part for the words without which an object has no signs. The searches run ahead through the part: one
/// in each object takes longer to begin than to end.
struct WordsAhead<'a> {
    bytes: &'a [u8],
    search: &'a SignSearch,
    /// Where the next of each of these is, as far as is known.
    word: usize,
    marks: usize,
    mark: usize,
}

impl<'a> WordsAhead<'a> {
    fn new(bytes: &'a [u8], search: &'a SignSearch) -> Self {
        Self {
            bytes,
            search,
            word: 0,
            marks: 0,
            mark: 0,
        }
    }

    /// Whether an object may have signs. It comes after those that were asked for before.
    fn are_in(&mut self, object: &Range<usize>) -> bool {
        let len = self.bytes.len();
        let find = |finder: &Finder<'_>, from: usize| {
            let rest = self.bytes.get(from..).unwrap_or_default();
            finder.find(rest).map_or(len, |at| from + at)
        };
        if self.word < object.start {
            let rest = AhoSpan::from(object.start..len);
            self.word = match &self.search.words {
                Some(words) => words.find_in(self.bytes, rest).map_or(len, |found| found.start()),
                None => object.start,
            };
        }
        if self.marks < object.start {
            self.marks = find(&self.search.marks, object.start);
        }
        if self.mark < self.marks {
            self.mark = find(&self.search.mark, self.marks);
        }
        self.word < object.end || self.mark < object.end
    }
}

/// Searches resources for what they may be relevant for.
struct SignSearch {
    address: Finder<'static>,
    kind: Finder<'static>,
    types: Vec<Finder<'static>>,
    /// All types and all words about mirrors in one pass, where the processor has the instructions for it.
    words: Option<Searcher>,
    marks: Finder<'static>,
    mark: Finder<'static>,
}

impl SignSearch {
    /// How far from its start an element is searched for its type. Terraform writes it after the address.
    const HEAD: usize = 1024;

    fn new() -> Self {
        let types = || std::iter::once(QUOTED_TYPE_PREFIX).chain(QUOTED_TYPES);
        Self {
            address: Finder::new("\"address\":"),
            kind: Finder::new("\"type\":"),
            types: types().map(Finder::new).collect(),
            words: Searcher::new(types().map(str::as_bytes).chain(MIRROR_WORDS)),
            marks: Finder::new("sensitive"),
            mark: Finder::new("true"),
        }
    }

    fn signs(&self, element: &str) -> Signs {
        let bytes = element.as_bytes();
        let marks = self.marks.find(bytes).and_then(|at| bytes.get(at..));
        Signs {
            of_type: match self.type_in_head(element) {
                Some(kind) => is_relevant_type(kind),
                None => self.types.iter().any(|name| name.find(bytes).is_some()),
            },
            of_mirrors: has_mirror_word(element),
            of_marks: marks.is_some_and(|marks| self.mark.find(marks).is_some()),
        }
    }

    /// The type of a resource, if no other object can precede it in the element. A quote in a string has a backslash before
    /// it, so that the key is not found in strings.
    fn type_in_head<'e>(&self, element: &'e str) -> Option<&'e str> {
        let bytes = element.as_bytes();
        let head = bytes.get(1..).unwrap_or_default();
        let head = head.get(..Self::HEAD).unwrap_or(head);
        let start = self.kind.find(head)?;
        let is_first = memchr::memchr(b'{', head.get(..start)?).is_none();
        let value = element.get(1 + start + self.kind.needle().len()..)?;
        let (kind, _) = value.trim_start().strip_prefix('"')?.split_once('"')?;
        (is_first && !kind.contains('\\')).then_some(kind)
    }
}

/// Whether a rule needs resources of a type: the provider's, and those that apply manifests.
pub(super) fn is_relevant_type(kind: &str) -> bool {
    is_provider_type(kind) || manifest_type(kind).is_some() || is_helm_release(kind)
}

#[cfg(test)]
mod tests {
    use terraform_eval::source::FileId;

    use super::*;
    use crate::readers::plan::plan_text::PlanText;

    /// The elements of a list that are skipped together, with their signs.
    fn walk<'t>(text: &'t str, index: &ResourceIndex) -> Vec<(&'t str, Signs)> {
        let mut cursor = JsonCursor::new(PlanText::new(FileId::DETACHED, text), text);
        let mut elements = Vec::new();
        let is_list = cursor.read_list("the list", &mut |cursor| {
            elements.push(index.skip_resource(cursor)?);
            Ok(())
        });
        assert!(is_list.unwrap());
        cursor.expect_end().unwrap();
        elements
    }

    #[test]
    fn elements_without_signs_are_skipped_together() {
        let text = r#"[ {"address":"a","type":"aws_vpc"},{"address":"b","type":"aws_vpc"}, {"address":"c","type":"rhcs_x"},
            {"address":"d","type":"aws_vpc","sensitive_values":{"a":true}},{"address":"e"} , {"address":"f"} ]"#;
        let index = ResourceIndex::new(text, Threads::ONE);
        let nothing = Signs::default();
        let type_sign = Signs {
            of_type: true,
            ..nothing
        };
        let marks_sign = Signs {
            of_marks: true,
            ..nothing
        };
        assert_eq!(
            walk(text, &index),
            [
                (
                    r#"{"address":"a","type":"aws_vpc"},{"address":"b","type":"aws_vpc"}"#,
                    nothing
                ),
                (r#"{"address":"c","type":"rhcs_x"}"#, type_sign),
                (
                    r#"{"address":"d","type":"aws_vpc","sensitive_values":{"a":true}}"#,
                    marks_sign
                ),
                (r#"{"address":"e"} , {"address":"f"}"#, nothing),
            ]
        );
    }

    #[test]
    fn what_is_found_does_not_depend_on_the_parts_or_the_threads() {
        let text = concat!(
            r#"[{"address":"a","values":{"x":[{"address":"inner","enabled":true}],"text":"\"{\"address\":1"}},"#,
            r#"{"address":"b","type":"rhcs_image_mirror","values":{"type":"digest"}},"#,
            "{\n  \"address\": \"c\",\n  \"type\": \"aws_x\"\n}, 1, \"{\", null,",
            r#"{"type":"aws_x","address":"d","sensitive_values":{"é":true}},"#,
            r#"{"address":"e","values":{"manifest":"kind: ImageDigestMirrorSet"}},{"address":"f","sensitive":[]}]"#,
        );
        let elements = |index| -> Vec<(String, Signs)> {
            let walked = walk(text, &index).into_iter();
            walked
                .filter(|(_, signs)| *signs != Signs::default())
                .map(|(element, signs)| (element.to_owned(), signs))
                .collect()
        };
        let expected = elements(ResourceIndex::new("", Threads::ONE));
        assert_eq!(expected.len(), 3, "{expected:?}");
        for part in 1..text.len() {
            for threads in [Threads::ONE, Threads::OF_PROCESSOR] {
                let index = ResourceIndex::of_parts(text, part, threads);
                assert_eq!(elements(index), expected, "parts of {part} bytes");
            }
        }
    }

    #[test]
    fn an_object_that_never_ends_ends_the_search_of_its_part() {
        let text = r#"[{"address":"a"},{"address":"b",{"address":"c"}"#;
        let objects = objects_in(text, 0..text.len(), &SignSearch::new());
        assert_eq!(objects.len(), 1);
        assert_eq!(objects[0].end, 16);
    }
}
