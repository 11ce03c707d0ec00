//! The page of a rule: Markdown that people read, `explain` prints and tests run.
//!
//! A page has exactly this form. Sections are separated by an empty line, and only "References" is optional.
//!
//! ````markdown
//! # short-source
//!
//! `source` has no registry host, so it never matches an image reference.
//!
//! ## What it does
//!
//! Checks for …
//!
//! ## Why is this bad?
//!
//! The container runtime …
//!
//! ## Example
//!
//! ```terraform fail
//! resource "rhcs_image_mirror" "nginx" { … }
//! ```
//!
//! Use instead:
//!
//! ```terraform pass
//! resource "rhcs_image_mirror" "nginx" { … }
//! ```
//!
//! ## References
//!
//! - containers/image, `sysregistriesv2`
//! ````
//!
//! The title is the id of the rule. The summary is one line, a sentence with a period; tables print it without
//! the period. Severity, inputs and fix are not on the page: they are data of the rule, and `explain` adds them.
//!
//! A fence opens with a language and an outcome. The language is `terraform` (a configuration), `json` (a plan),
//! `yaml` (manifests) or `toml` (the `registries.conf` of a node). The outcome is `fail` or `pass`: `fail` has a finding of this rule and of no other rule,
//! `pass` has no finding. Fences with the same outcome are one input, for example a plan and its configuration; the
//! ones that fail come first, and each language occurs once.
//!
//! The program never parses a page: it prints the text ([`page_lines`]), and the summary is its third line.
//! Only tests parse pages ([`Page::parse`]), so that an error in a page is a failed test and not a panic.

use std::fmt;

/// A parsed page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<'p> {
    /// The title.
    pub name: &'p str,
    /// The sentence below the title.
    pub summary: &'p str,
    /// The text of "What it does".
    pub what: &'p str,
    /// The text of "Why is this bad?".
    pub why: &'p str,
    /// An input with a finding of this rule.
    pub failing: Example<'p>,
    /// An input without findings.
    pub passing: Example<'p>,
    /// The sources of the facts on the page.
    pub references: Vec<&'p str>,
}

/// The fences of one outcome: one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example<'p> {
    fences: Vec<(Language, &'p str)>,
}

impl<'p> Example<'p> {
    /// Returns the text of the fence in this language.
    #[must_use]
    pub fn text(&self, language: Language) -> Option<&'p str> {
        let mut fences = self.fences.iter();
        fences.find(|fence| fence.0 == language).map(|fence| fence.1)
    }
}

/// The language of a fence, which is also the kind of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Configuration.
    Terraform,
    /// A plan.
    Json,
    /// Manifests.
    Yaml,
    /// The `registries.conf` of a node.
    Toml,
}

impl Language {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "terraform" => Some(Self::Terraform),
            "json" => Some(Self::Json),
            "yaml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Why a text is not a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for PageError {}

impl<'p> Page<'p> {
    /// Parses the text of a page.
    pub fn parse(text: &'p str) -> Result<Self, PageError> {
        let mut lines = Lines {
            text,
            offset: 0,
            line: 0,
        };
        let name = lines.heading("# ")?;
        lines.empty()?;
        let summary = lines.next();
        if !summary.ends_with('.') || summary.starts_with('#') {
            return Err(lines.error("expected the summary, one line that ends with a period"));
        }
        lines.empty()?;
        lines.exactly("## What it does")?;
        lines.empty()?;
        let what = lines.prose()?;
        lines.exactly("## Why is this bad?")?;
        lines.empty()?;
        let why = lines.prose()?;
        lines.exactly("## Example")?;
        lines.empty()?;
        let failing = lines.example("fail")?;
        lines.exactly("Use instead:")?;
        lines.empty()?;
        let passing = lines.example("pass")?;
        let mut references = Vec::new();
        if !lines.is_at_end() {
            lines.exactly("## References")?;
            lines.empty()?;
            while references.is_empty() || !lines.is_at_end() {
                references.push(lines.heading("- ")?);
            }
        }
        Ok(Self {
            name,
            summary,
            what,
            why,
            failing,
            passing,
            references,
        })
    }
}

/// The rest of a page, line by line.
struct Lines<'p> {
    text: &'p str,
    offset: usize,
    /// The number of the last line that was taken.
    line: usize,
}

impl<'p> Lines<'p> {
    fn is_at_end(&self) -> bool {
        self.offset >= self.text.len()
    }

    fn peek(&self) -> &'p str {
        let rest = self.text.get(self.offset..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }

    fn next(&mut self) -> &'p str {
        let line = self.peek();
        self.offset = self.text.len().min(self.offset + line.len() + 1);
        self.line += 1;
        line
    }

    /// An error in the line that was taken last.
    fn error(&self, message: impl Into<String>) -> PageError {
        PageError {
            line: self.line,
            message: message.into(),
        }
    }

    fn exactly(&mut self, expected: &str) -> Result<(), PageError> {
        if self.next() == expected {
            return Ok(());
        }
        Err(self.error(format!("expected `{expected}`")))
    }

    /// An empty line; at the end of the page there is none.
    fn empty(&mut self) -> Result<(), PageError> {
        if self.next().is_empty() {
            return Ok(());
        }
        Err(self.error("expected an empty line"))
    }

    /// The text after a prefix.
    fn heading(&mut self, prefix: &str) -> Result<&'p str, PageError> {
        let text = self.next().strip_prefix(prefix).filter(|text| !text.is_empty());
        text.ok_or_else(|| self.error(format!("expected `{prefix}` and a text")))
    }

    /// Paragraphs up to the next heading.
    fn prose(&mut self) -> Result<&'p str, PageError> {
        let start = self.offset;
        while !self.is_at_end() && !self.peek().starts_with('#') {
            if self.next().starts_with("```") {
                return Err(self.error("a fence belongs in the section `Example`"));
            }
        }
        let text = self.text.get(start..self.offset).unwrap_or_default().trim_end();
        if text.ends_with('.') {
            return Ok(text);
        }
        Err(self.error("expected paragraphs, of which the last one ends with a period"))
    }

    /// One or more fences with this outcome, each followed by an empty line or the end of the page.
    fn example(&mut self, outcome: &str) -> Result<Example<'p>, PageError> {
        let mut example = Example::default();
        while example.fences.is_empty() || self.peek().starts_with("```") {
            let info = self.next().strip_prefix("```").unwrap_or_default();
            let language = info.split_once(' ').filter(|(_, word)| *word == outcome);
            let Some(language) = language.and_then(|(word, _)| Language::parse(word)) else {
                return Err(self.error(format!(
                    "expected a fence of `terraform {outcome}`, `json {outcome}` or `yaml {outcome}`"
                )));
            };
            if example.text(language).is_some() {
                return Err(self.error("a second fence in this language"));
            }
            let unclosed = self.error("the fence is not closed");
            let start = self.offset;
            let mut end = start;
            while self.peek() != "```" {
                if self.is_at_end() {
                    return Err(unclosed);
                }
                self.next();
                end = self.offset;
            }
            self.next();
            let text = self.text.get(start..end).unwrap_or_default();
            example.fences.push((language, text));
            if !self.is_at_end() {
                self.empty()?;
            }
        }
        Ok(example)
    }
}

/// Returns the summary of a page: its third line.
pub(super) fn summary(text: &str) -> &str {
    text.lines().nth(2).unwrap_or_default()
}

/// Returns the lines of a page as people read them, without the outcomes of fences, and whether each one is code.
pub(crate) fn page_lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut in_code = false;
    text.lines().map(move |line| {
        let is_fence = line.starts_with("```");
        in_code ^= is_fence;
        let shown = if is_fence {
            line.split(' ').next().unwrap_or_default()
        } else {
            line
        };
        (shown, in_code || is_fence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# a-rule\n\nA summary.\n\n## What it does\n\nChecks.\n\nAnd more.\n\n## Why is this bad?\n\nIt \
                        is.\n\n## Example\n\n```terraform fail\na = 1\n```\n\n```json fail\n{}\n```\n\nUse \
                        instead:\n\n```yaml pass\na: 1\n```\n\n## References\n\n- a book\n- another book\n";

    #[test]
    fn a_page_is_split_into_its_parts() {
        let page = Page::parse(PAGE).unwrap();
        assert_eq!((page.name, page.summary), ("a-rule", "A summary."));
        assert_eq!((page.what, page.why), ("Checks.\n\nAnd more.", "It is."));
        assert_eq!(page.failing.text(Language::Terraform), Some("a = 1\n"));
        assert_eq!(page.failing.text(Language::Json), Some("{}\n"));
        assert_eq!(page.failing.text(Language::Yaml), None);
        assert_eq!(page.passing.text(Language::Yaml), Some("a: 1\n"));
        assert_eq!(page.references, ["a book", "another book"]);
        assert_eq!(summary(PAGE), page.summary);
        let end = PAGE.find("\n## References").unwrap();
        assert_eq!(Page::parse(&PAGE[..end]).unwrap().references, [] as [&str; 0]);
    }

    #[test]
    fn an_invalid_page_is_an_error_at_its_line() {
        let cases = [
            ("# a-rule", "a-rule", 1, "expected `# ` and a text"),
            ("A summary.", "A summary", 3, "expected the summary"),
            (
                "## Why is this bad?",
                "## Why",
                11,
                "expected `## Why is this bad?`",
            ),
            ("Checks.", "```sh\n```", 7, "a fence belongs"),
            (
                "terraform fail",
                "hcl fail",
                17,
                "expected a fence of `terraform fail`",
            ),
            ("terraform fail", "terraform", 17, "expected a fence"),
            ("terraform fail", "terraform pass", 17, "expected a fence"),
            ("json fail", "terraform fail", 21, "a second fence"),
            ("a: 1\n```\n", "a: 1\n", 27, "the fence is not closed"),
            ("- another", "another", 34, "expected `- ` and a text"),
            ("Use instead:", "Instead:", 25, "expected `Use instead:`"),
            ("Use instead:\n\n", "", 25, "expected a fence of `terraform fail`"),
        ];
        for (from, to, line, message) in cases {
            let error = Page::parse(&PAGE.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.line, line, "{to}: {error}");
            assert!(error.message.starts_with(message), "{to}: {error}");
        }
        assert!(Page::parse("").is_err());
    }
}
