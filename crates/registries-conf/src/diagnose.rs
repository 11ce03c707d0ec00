//! Why a text is no source or mirror: every mistake with its place, and the text without them.
//!
//! The text is cut from its ends inwards (space, scheme, slashes, digest, tag) and what remains is read as
//! host, port and path. A mistake does not hide the others.

use std::ops::Range;

use super::grammar::{Role, is_label, is_port, is_separator, is_valid};
use super::mistake::{Edit, Fault, Mistake};
use super::repair::{Repair, Safety};
use super::runs::{Class, runs};

/// Longer sources and mirrors are refused: HostedCluster allows 255 characters
/// (`hostedcluster_types.go` in openshift/hypershift).
pub const LENGTH_LIMIT: usize = 255;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The mistakes in the order of their places; none in a valid text.
    pub mistakes: Vec<Mistake>,
    text: String,
    role: Role,
}

/// Finds every mistake of a source or mirror.
#[must_use]
pub fn diagnose(text: &str, role: Role) -> Diagnosis {
    let mut mistakes = Vec::new();
    if !is_valid(text, role) {
        let mut examination = Examination {
            text,
            core: 0..text.len(),
            mistakes,
        };
        examination.run(role);
        mistakes = examination.mistakes;
    }
    if let Some((start, _)) = text.char_indices().nth(LENGTH_LIMIT) {
        mistakes.push(Mistake {
            fault: Fault::TooLong,
            range: start..text.len(),
            edit: None,
        });
    }
    mistakes.sort_by_key(|mistake| (mistake.range.start, mistake.range.end, mistake.fault));
    mistakes.dedup();
    Diagnosis {
        mistakes,
        text: text.to_owned(),
        role,
    }
}

impl Diagnosis {
    /// The text with every edit up to a safety, if that makes it valid.
    #[must_use]
    pub fn repaired(&self, up_to: Safety) -> Option<Repair> {
        let mut name = String::new();
        let mut safety = Safety::Safe;
        let mut end = 0;
        for mistake in &self.mistakes {
            let edit = mistake.edit.as_ref().filter(|edit| edit.safety <= up_to);
            if let Some(edit) = edit.filter(|_| mistake.range.start >= end) {
                name.push_str(&self.text[end..mistake.range.start]);
                name.push_str(&edit.text);
                safety = safety.max(edit.safety);
                end = mistake.range.end;
            }
        }
        name.push_str(&self.text[end..]);
        let valid = is_valid(&name, self.role) && name.len() <= LENGTH_LIMIT;
        (valid && name != self.text).then_some(Repair { name, safety })
    }

    /// The repair to offer: the safe one, or else the one with everything mended.
    #[must_use]
    pub fn repair(&self) -> Option<Repair> {
        self.repaired(Safety::Safe)
            .or_else(|| self.repaired(Safety::Unsafe))
    }
}

/// A text, the part of it that is not yet judged, and what was found.
struct Examination<'a> {
    text: &'a str,
    core: Range<usize>,
    mistakes: Vec<Mistake>,
}

impl<'a> Examination<'a> {
    fn run(&mut self, role: Role) {
        if self.text.trim().is_empty() {
            self.note(Fault::Empty, self.core.clone());
            return;
        }
        let core = self.core();
        self.cut_front(core.len() - core.trim_start().len(), Fault::Space);
        self.cut_back(self.core().trim_end().len(), Fault::Space, Safety::Safe);
        while let Some(scheme) = scheme(self.core()) {
            self.cut_front(scheme, Fault::Scheme);
        }
        let slashes = self.core().len() - self.core().trim_start_matches('/').len();
        self.cut_front(slashes, Fault::LeadingSlash);
        self.cut_slashes();
        let core = self.core();
        if let Some(at) = core.find('@').filter(|at| !core[*at..].contains('/')) {
            self.cut_back(at, Fault::Digest, Safety::Unsafe);
        }
        if let Some(colon) = tag(self.core()) {
            self.cut_back(colon, Fault::Tag, Safety::Unsafe);
        }
        self.cut_slashes();
        if self.core.is_empty() {
            self.note(Fault::Empty, self.core.clone());
        } else if self.core().starts_with("*.") {
            self.wildcard(role);
        } else {
            self.name();
        }
    }

    fn core(&self) -> &'a str {
        &self.text[self.core.clone()]
    }

    fn note(&mut self, fault: Fault, range: Range<usize>) {
        self.mistakes.push(Mistake {
            fault,
            range,
            edit: None,
        });
    }

    fn mend(&mut self, fault: Fault, range: Range<usize>, text: String, safety: Safety) {
        self.mistakes.push(Mistake {
            fault,
            range,
            edit: Some(Edit { text, safety }),
        });
    }

    /// Takes bytes off the front, which is always safe.
    fn cut_front(&mut self, length: usize, fault: Fault) {
        let start = self.core.start + length;
        if length > 0 {
            self.mend(fault, self.core.start..start, String::new(), Safety::Safe);
        }
        self.core.start = start;
    }

    /// Takes off what follows the first bytes.
    fn cut_back(&mut self, length: usize, fault: Fault, safety: Safety) {
        let end = self.core.start + length;
        if end < self.core.end {
            self.mend(fault, end..self.core.end, String::new(), safety);
        }
        self.core.end = end;
    }

    fn cut_slashes(&mut self) {
        let length = self.core().trim_end_matches('/').len();
        self.cut_back(length, Fault::TrailingSlash, Safety::Safe);
    }

    fn wildcard(&mut self, role: Role) {
        if role == Role::Mirror {
            self.note(Fault::Wildcard, self.core.start..self.core.start + 1);
            self.core.start += "*.".len();
            self.name();
            return;
        }
        let start = self.core.start + "*.".len();
        let host = &self.text[start..self.core.end];
        let end = start + host.find([':', '/']).unwrap_or(host.len());
        if end < self.core.end {
            self.note(Fault::BehindWildcard, end..self.core.end);
        }
        self.host(start..end);
    }

    fn name(&mut self) {
        let core = self.core();
        let slash = core.find('/').unwrap_or(core.len());
        let registry = self.core.start..self.core.start + slash;
        self.registry(&registry);
        // Each part begins behind a slash, so what it begins with are slashes too many.
        let mut start = registry.end + 1;
        while let Some(rest) = self.text[..self.core.end].get(start..) {
            let slashes = rest.len() - rest.trim_start_matches('/').len();
            if slashes > 0 {
                let range = start..start + slashes;
                self.mend(Fault::DoubleSlash, range, String::new(), Safety::Safe);
            }
            let rest = &rest[slashes..];
            let part = rest.split('/').next().unwrap_or(rest);
            self.component(start + slashes, part);
            start += slashes + part.len() + 1;
        }
    }

    fn registry(&mut self, range: &Range<usize>) {
        let text = &self.text[range.clone()];
        // An IPv6 address has colons, and no name can hold one.
        if text.starts_with('[') {
            self.note(Fault::Host, range.clone());
            return;
        }
        let host = text.find(':').unwrap_or(text.len());
        let (host_end, port) = (range.start + host, text.get(host + 1..));
        if port.is_some_and(|port| !is_port(port)) {
            self.note(Fault::Port, host_end..range.end);
        }
        self.host(range.start..host_end);
    }

    fn host(&mut self, range: Range<usize>) {
        let mut start = range.start;
        for label in self.text[range.clone()].split('.') {
            if label.is_empty() {
                // The dot before the empty label, or the one after it, or where the host should stand.
                let dot = if start > range.start { start - 1 } else { start };
                self.note(Fault::Host, dot..(dot + 1).min(range.end).max(dot));
            } else if !is_label(label) {
                self.label(start, label);
            }
            start += label.len() + 1;
        }
    }

    fn label(&mut self, start: usize, label: &str) {
        for (class, run) in runs(label) {
            let range = start + run.start..start + run.end;
            let at_end = run.start == 0 || run.end == label.len();
            let hyphens = label[run].bytes().all(|byte| byte == b'-');
            match class {
                Class::Word => {}
                Class::Separator if hyphens && !at_end => {}
                Class::Separator | Class::Other => self.note(Fault::Host, range),
                Class::Space => self.mend(Fault::Space, range, String::new(), Safety::Unsafe),
                Class::Star => self.note(Fault::Wildcard, range),
            }
        }
    }

    fn component(&mut self, start: usize, part: &str) {
        for (class, run) in runs(part) {
            let range = start + run.start..start + run.end;
            let at_end = run.start == 0 || run.end == part.len();
            let text = &part[run];
            match class {
                Class::Word if text.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                    self.mend(Fault::UpperCase, range, text.to_ascii_lowercase(), Safety::Unsafe);
                }
                Class::Word => {}
                Class::Separator if !at_end && is_separator(text.as_bytes()) => {}
                Class::Separator => self.note(Fault::Separator, range),
                Class::Other => self.note(Fault::Character, range),
                Class::Space => self.mend(Fault::Space, range, String::new(), Safety::Unsafe),
                Class::Star => self.note(Fault::Wildcard, range),
            }
        }
    }
}

/// The length of `scheme://` at the front.
fn scheme(text: &str) -> Option<usize> {
    let end = text.find("://")?;
    let scheme = &text[..end];
    let valid = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-'));
    valid.then_some(end + "://".len())
}

/// Where a tag's colon stands: the first in the last part. What has no slash has a tag if its host is no
/// host with a dot and what follows no number: `nginx:latest` has one, `mirror:5000` and `quay.io:x` have
/// a port, which in the second is wrong.
fn tag(text: &str) -> Option<usize> {
    let last = text.rfind('/').map_or(0, |slash| slash + 1);
    let colon = last + text[last..].find(':')?;
    if last > 0 {
        return Some(colon);
    }
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    let is_tag = !host.is_empty()
        && !host.contains(['.', '['])
        && host != "localhost"
        && !port.is_empty()
        && !is_port(port);
    is_tag.then_some(colon)
}

#[cfg(test)]
mod tests;
