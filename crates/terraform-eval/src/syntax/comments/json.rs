//! Comments in JSON configuration: strings under `"//"`, which Terraform ignores in every body (`json/structure.go` in
//! HCL).

use std::ops::Range;

use crate::source::{FileId, Span};

use super::comment::Comment;

/// The comments that contain `word`. Of invalid JSON, those before the error.
pub(super) fn comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    let mut collector = Collector {
        file,
        text,
        open: Vec::new(),
        comments: Vec::new(),
    };
    collector.run();
    let mut comments = collector.comments;
    comments.retain(|comment| {
        text.get(comment.text.range())
            .is_some_and(|text| text.contains(word))
    });
    comments
}

/// An object or array that is open.
#[derive(Debug)]
struct Frame {
    is_object: bool,
    start: usize,
    /// The key of the member that is being read.
    key: Option<Range<usize>>,
    /// Whether the next string is a key.
    expects_key: bool,
    /// The offset after the last comma, or after the opening bracket.
    member: usize,
    /// The comments that apply to this object, as indices into [`Collector::comments`].
    comments: Vec<usize>,
}

struct Collector<'a> {
    file: FileId,
    text: &'a str,
    open: Vec<Frame>,
    comments: Vec<Comment>,
}

impl Collector<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let end = end_of_string(bytes, at);
                    self.string(at..end);
                    at = end;
                    continue;
                }
                b'{' | b'[' => self.open.push(Frame {
                    is_object: *byte == b'{',
                    start: at,
                    key: None,
                    expects_key: *byte == b'{',
                    member: at + 1,
                    comments: Vec::new(),
                }),
                b'}' | b']' => self.close(at + 1),
                b',' => {
                    if let Some(frame) = self.open.last_mut() {
                        frame.expects_key = frame.is_object;
                        frame.key = None;
                        frame.member = at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn string(&mut self, range: Range<usize>) {
        let Some(frame) = self.open.last_mut() else { return };
        if frame.expects_key {
            frame.expects_key = false;
            frame.key = Some(range);
            return;
        }
        let is_comment = |frame: &Frame| {
            let key = frame.key.clone().and_then(|key| self.text.get(key));
            key == Some("\"//\"")
        };
        // A list of comments belongs to the object that contains the list.
        let depth = self.open.len() - 1;
        let owner = if self.open.get(depth).is_some_and(|frame| !frame.is_object) {
            depth.checked_sub(1)
        } else {
            Some(depth)
        };
        let Some(owner) = owner.filter(|owner| self.open.get(*owner).is_some_and(is_comment)) else {
            return;
        };
        let member = self.open.last().map_or(range.start, |frame| frame.member);
        let text = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        let comment = Comment {
            span: self.span(range.clone()),
            text: self.span(text.clone()),
            subject: None,
            removal: self.removal(member, range.end),
            is_plain: self.text.get(text).is_some_and(|text| !text.contains('\\')),
        };
        if let Some(frame) = self.open.get_mut(owner) {
            frame.comments.push(self.comments.len());
            self.comments.push(comment);
        }
    }

    /// From the beginning of a member to that of the next one; of the last member, with the comma
    /// before it.
    fn removal(&self, member: usize, end: usize) -> Span {
        let rest = self.text.get(end..).unwrap_or_default();
        let next = rest.trim_start();
        let mut start = member + spaces(self.text.get(member..).unwrap_or_default());
        let end = match next.strip_prefix(',') {
            Some(after_comma) => self.text.len() - after_comma.len() + spaces(after_comma),
            None => {
                if self.text.as_bytes().get(member.wrapping_sub(1)) == Some(&b',') {
                    start = member - 1;
                }
                end
            }
        };
        self.span(start..end)
    }

    /// At the end of an object or array: what the comments in it speak of begins with its key.
    fn close(&mut self, end: usize) {
        let Some(frame) = self.open.pop() else { return };
        // An object in an array takes the key of the array.
        let key = self.open.iter().rev().find_map(|outer| outer.key.clone());
        let start = if self.open.is_empty() {
            frame.start
        } else {
            key.map_or(frame.start, |key| key.start)
        };
        let end = match self.open.last() {
            Some(array) if !array.is_object => {
                let rest = self.text.get(end..).unwrap_or_default();
                let closes = rest.trim_start().starts_with(']');
                if closes { end + spaces(rest) + 1 } else { end }
            }
            _ => end,
        };
        let subject = self.span(start..end);
        for index in frame.comments {
            if let Some(comment) = self.comments.get_mut(index) {
                comment.subject = Some(subject);
            }
        }
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
