//! Character classes in Go's regular expressions: brackets, `\d`, `\s`, `\w`, Unicode properties.

use std::fmt::Write as _;

use super::reader::{INVALID_RANGE, Reader, Step};

/// The general categories of Unicode that both syntaxes support.
const CATEGORIES: &[&str] = &[
    "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

impl Reader<'_> {
    pub(super) fn push_set(&mut self, ranges: &str, is_negated: bool) {
        let negation = if is_negated { "^" } else { "" };
        let _ = write!(self.out, "[{negation}{ranges}]");
    }

    /// Reads the rest of `\pN`, `\p{Greek}`, `\P{^Greek}`.
    pub(super) fn read_property(&mut self, is_negated: bool) -> Step {
        let mut name = String::new();
        let mut is_negated = is_negated;
        match self.rest.next() {
            Some('{') => {
                if self.take('^') {
                    is_negated = !is_negated;
                }
                loop {
                    match self.rest.next() {
                        Some('}') => break,
                        Some(character) => name.push(character),
                        None => return Err(INVALID_RANGE),
                    }
                }
            }
            Some(character) => name.push(character),
            None => return Err(INVALID_RANGE),
        }
        let ranges = match name.as_str() {
            "Any" => "\\x{0}-\\x{10ffff}".to_owned(),
            "C" => "\\p{Cc}\\p{Cf}\\p{Co}".to_owned(),
            "Cs" => "^\\x{0}-\\x{10ffff}".to_owned(),
            category if CATEGORIES.contains(&category) => format!("\\p{{{category}}}"),
            script => {
                let is_capitalized = script.starts_with(|character: char| character.is_ascii_uppercase());
                let is_plain = script
                    .chars()
                    .all(|character| character.is_ascii_alphabetic() || character == '_');
                let class = format!("\\p{{Script={script}}}");
                if !is_capitalized || !is_plain || regex::Regex::new(&class).is_err() {
                    return Err(INVALID_RANGE);
                }
                class
            }
        };
        self.push_set(&format!("[{ranges}]"), is_negated);
        Ok(())
    }

    /// Reads the rest of a class in brackets.
    pub(super) fn read_class(&mut self) -> Step {
        const MISSING: &str = "missing closing ]";
        self.out.push('[');
        if self.take('^') {
            self.out.push('^');
        }
        let mut is_first = true;
        loop {
            let character = self.rest.next().ok_or(MISSING)?;
            match character {
                ']' if !is_first => break,
                '[' if self.rest.peek() == Some(&':') => {
                    if let Some(name) = self.read_class_name()? {
                        self.out.push_str(&name);
                    } else {
                        self.read_range('[')?;
                    }
                }
                '\\' => {
                    let character = self.rest.next().ok_or(MISSING)?;
                    if let Some((ranges, is_negated)) = perl_class(character) {
                        self.push_set(ranges, is_negated);
                    } else if matches!(character, 'p' | 'P') {
                        self.read_property(character == 'P')?;
                    } else {
                        let low = self.escaped_char(character)?;
                        self.read_range(low)?;
                    }
                }
                low => self.read_range(low)?,
            }
            is_first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// Reads the rest of `low` or `low-high`.
    fn read_range(&mut self, low: char) -> Step {
        self.push_code(low);
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.peek(), None | Some(']')) {
            return Ok(());
        }
        self.rest.next();
        let high = match self.rest.next() {
            Some('\\') => {
                let character = self.rest.next().ok_or(INVALID_RANGE)?;
                self.escaped_char(character)?
            }
            Some(character) => character,
            None => return Err(INVALID_RANGE),
        };
        if high < low {
            return Err(INVALID_RANGE);
        }
        self.out.push('-');
        self.push_code(high);
        Ok(())
    }

    /// Reads `[:alpha:]` or `[:^alpha:]`; `None` if no `:]` follows.
    fn read_class_name(&mut self) -> Step<Option<String>> {
        const NAMES: &[&str] = &[
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        if self.has_no_class_names {
            return Ok(None);
        }
        let rest: String = self.rest.clone().skip(1).collect();
        let Some((name, _)) = rest.split_once(":]") else {
            self.has_no_class_names = true;
            return Ok(None);
        };
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return Err(INVALID_RANGE);
        }
        for _ in 0..name.chars().count() + 3 {
            self.rest.next();
        }
        Ok(Some(format!("[:{name}:]")))
    }
}

/// The ranges of `\d`, `\s` and `\w`, and whether the class is their complement.
pub(super) fn perl_class(character: char) -> Option<(&'static str, bool)> {
    Some(match character {
        'd' | 'D' => ("0-9", character == 'D'),
        's' | 'S' => ("\\t\\n\\x{c}\\r\\x{20}", character == 'S'),
        'w' | 'W' => ("0-9A-Za-z_", character == 'W'),
        _ => return None,
    })
}
