//! Character classes in Go's regular expressions: brackets, `\d`, `\s`, `\w`, Unicode properties.

use std::fmt::Write as _;

use super::reader::{INVALID_RANGE, Reader, Step};
use super::scripts::SCRIPTS;

/// The general categories of Unicode that both syntaxes support.
const CATEGORIES: &[&str] = &[
    "Cc", "Cf", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P",
    "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
];

/// The long names of categories in their canonical form (`unicode.CategoryAliases` of Go 1.25).
const LONG_NAMES: &[(&str, &str)] = &[
    ("Casedletter", "LC"),
    ("Closepunctuation", "Pe"),
    ("Cntrl", "Cc"),
    ("Combiningmark", "M"),
    ("Connectorpunctuation", "Pc"),
    ("Control", "Cc"),
    ("Currencysymbol", "Sc"),
    ("Dashpunctuation", "Pd"),
    ("Decimalnumber", "Nd"),
    ("Digit", "Nd"),
    ("Enclosingmark", "Me"),
    ("Finalpunctuation", "Pf"),
    ("Format", "Cf"),
    ("Initialpunctuation", "Pi"),
    ("Letter", "L"),
    ("Letternumber", "Nl"),
    ("Lineseparator", "Zl"),
    ("Lowercaseletter", "Ll"),
    ("Mark", "M"),
    ("Mathsymbol", "Sm"),
    ("Modifierletter", "Lm"),
    ("Modifiersymbol", "Sk"),
    ("Nonspacingmark", "Mn"),
    ("Number", "N"),
    ("Openpunctuation", "Ps"),
    ("Other", "C"),
    ("Otherletter", "Lo"),
    ("Othernumber", "No"),
    ("Otherpunctuation", "Po"),
    ("Othersymbol", "So"),
    ("Paragraphseparator", "Zp"),
    ("Privateuse", "Co"),
    ("Punct", "P"),
    ("Punctuation", "P"),
    ("Separator", "Z"),
    ("Spaceseparator", "Zs"),
    ("Spacingmark", "Mc"),
    ("Surrogate", "Cs"),
    ("Symbol", "S"),
    ("Titlecaseletter", "Lt"),
    ("Unassigned", "Cn"),
    ("Uppercaseletter", "Lu"),
];

/// The characters that no version of Unicode has assigned, as ranges of a class. Surrogates do not occur in texts here.
const UNASSIGNED: &str = "\\p{Cn}";

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
        let found = if self.has_long_names {
            long_property(&canonical(&name))
        } else {
            property(&name)
        };
        let ranges = found.ok_or(INVALID_RANGE)?;
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

/// The ranges of a property: `Any`, a category or a script by its short name.
fn property(name: &str) -> Option<String> {
    Some(match name {
        "Any" => "\\x{0}-\\x{10ffff}".to_owned(),
        "C" => "\\p{Cc}\\p{Cf}\\p{Co}".to_owned(),
        "Cs" => "^\\x{0}-\\x{10ffff}".to_owned(),
        category if CATEGORIES.contains(&category) => format!("\\p{{{category}}}"),
        script if SCRIPTS.contains(&script) => format!("\\p{{Script={script}}}"),
        _ => return None,
    })
}

/// The ranges of a property by a canonical name, as Go 1.25 and later find it.
fn long_property(name: &str) -> Option<String> {
    Some(match name {
        "Assigned" => format!("^{UNASSIGNED}"),
        "Ascii" => "\\x{0}-\\x{7f}".to_owned(),
        "Cn" => UNASSIGNED.to_owned(),
        "LC" | "Lc" => "\\p{Lu}\\p{Ll}\\p{Lt}".to_owned(),
        // A script whose own name is not in this form, such as `Old_Italic`, is not found: Go has the same gap.
        other => match LONG_NAMES.iter().find(|(long, _)| *long == other) {
            Some((_, short @ ("Cn" | "LC"))) => return long_property(short),
            Some((_, short)) => return property(short),
            None => return property(other),
        },
    })
}

/// The name without spaces, hyphens and underscores, with one capital letter at its beginning.
fn canonical(name: &str) -> String {
    let kept = name
        .chars()
        .filter(|character| !matches!(character, '_' | '-' | ' '));
    let canonical = kept.enumerate().map(|(position, character)| match position {
        0 => character.to_ascii_uppercase(),
        _ => character.to_ascii_lowercase(),
    });
    canonical.collect()
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
