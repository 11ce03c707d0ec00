//! Classes of letters in Go's regular expressions: brackets, `\d` and its kin, properties.

use std::fmt::Write as _;

use super::regexp_syntax::{INVALID_RANGE, Reader, Step};

/// Unicode's general categories, as far as both know them.
const CATEGORIES: &[&str] = &[
    "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

impl Reader<'_> {
    pub(super) fn set(&mut self, ranges: &str, negative: bool) {
        let negation = if negative { "^" } else { "" };
        let _ = write!(self.out, "[{negation}{ranges}]");
    }

    /// `\pN`, `\p{Greek}`, `\P{^Greek}`.
    pub(super) fn property(&mut self, negative: bool) -> Step {
        let mut name = String::new();
        let mut negative = negative;
        match self.rest.next() {
            Some('{') => {
                if self.take('^') {
                    negative = !negative;
                }
                loop {
                    match self.rest.next() {
                        Some('}') => break,
                        Some(letter) => name.push(letter),
                        None => return Err(INVALID_RANGE),
                    }
                }
            }
            Some(letter) => name.push(letter),
            None => return Err(INVALID_RANGE),
        }
        let ranges = match name.as_str() {
            "Any" => "\\x{0}-\\x{10ffff}".to_owned(),
            "C" => "\\p{Cc}\\p{Cf}\\p{Co}".to_owned(),
            "Cs" => "^\\x{0}-\\x{10ffff}".to_owned(),
            category if CATEGORIES.contains(&category) => format!("\\p{{{category}}}"),
            script => {
                let capital = script.starts_with(|letter: char| letter.is_ascii_uppercase());
                let plain = script
                    .chars()
                    .all(|letter| letter.is_ascii_alphabetic() || letter == '_');
                let class = format!("\\p{{Script={script}}}");
                if !capital || !plain || regex::Regex::new(&class).is_err() {
                    return Err(INVALID_RANGE);
                }
                class
            }
        };
        let inner = format!("[{ranges}]");
        self.set(&inner, negative);
        Ok(())
    }

    pub(super) fn class(&mut self) -> Step {
        const MISSING: &str = "missing closing ]";
        self.out.push('[');
        if self.take('^') {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let letter = self.rest.next().ok_or(MISSING)?;
            match letter {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => {
                    if let Some(name) = self.named_class()? {
                        self.out.push_str(&name);
                    } else {
                        self.range('[')?;
                    }
                }
                '\\' => {
                    let letter = self.rest.next().ok_or(MISSING)?;
                    if let Some((ranges, negative)) = perl_class(letter) {
                        self.set(ranges, negative);
                    } else if matches!(letter, 'p' | 'P') {
                        self.property(letter == 'P')?;
                    } else {
                        let low = self.escaped(letter)?;
                        self.range(low)?;
                    }
                }
                low => self.range(low)?,
            }
            first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// `low`, or `low-high`.
    fn range(&mut self, low: char) -> Step {
        self.code(low);
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || matches!(ahead.peek(), None | Some(']')) {
            return Ok(());
        }
        self.rest.next();
        let high = match self.rest.next() {
            Some('\\') => {
                let letter = self.rest.next().ok_or(INVALID_RANGE)?;
                self.escaped(letter)?
            }
            Some(letter) => letter,
            None => return Err(INVALID_RANGE),
        };
        if high < low {
            return Err(INVALID_RANGE);
        }
        self.out.push('-');
        self.code(high);
        Ok(())
    }

    /// `[:alpha:]`, `[:^alpha:]`; none where no `:]` follows.
    fn named_class(&mut self) -> Result<Option<String>, &'static str> {
        const NAMES: &[&str] = &[
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        if self.no_names {
            return Ok(None);
        }
        let rest: String = self.rest.clone().skip(1).collect();
        let Some((name, _)) = rest.split_once(":]") else {
            self.no_names = true;
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

/// The ranges of `\d`, `\s`, `\w`, and whether it is their complement.
pub(super) fn perl_class(letter: char) -> Option<(&'static str, bool)> {
    Some(match letter {
        'd' | 'D' => ("0-9", letter == 'D'),
        's' | 'S' => ("\\t\\n\\x{c}\\r\\x{20}", letter == 'S'),
        'w' | 'W' => ("0-9A-Za-z_", letter == 'W'),
        _ => return None,
    })
}
