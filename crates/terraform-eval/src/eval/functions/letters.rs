//! Upper, lower and title case as Go's package `unicode` has them: letter by letter, one for one.

/// The capital of a letter.
fn capital(letter: char) -> char {
    let mut mapped = letter.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        // The full mapping takes several letters. Greek with iota has a single capital as well.
        _ => match letter {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => offset(letter, 8),
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(letter, 9),
            _ => letter,
        },
    }
}

fn offset(letter: char, by: u32) -> char {
    char::from_u32(u32::from(letter) + by).unwrap_or(letter)
}

fn small(letter: char) -> char {
    let mut mapped = letter.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ if letter == '\u{130}' => 'i',
        _ => letter,
    }
}

/// The letter as the first one of a word.
fn title_letter(letter: char) -> char {
    match letter {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals and does not begin words with them.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => letter,
        _ => capital(letter),
    }
}

/// `upper`.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(capital).collect()
}

/// `lower`.
pub(super) fn lower(text: &str) -> String {
    text.chars().map(small).collect()
}

/// `title`: every letter behind something that is no part of a word.
pub(super) fn title(text: &str) -> String {
    let mut before = ' ';
    let letter = |letter: char| {
        let starts = match before {
            '_' => false,
            ascii if ascii.is_ascii() => !ascii.is_ascii_alphanumeric(),
            other => other.is_whitespace(),
        };
        before = letter;
        if starts { title_letter(letter) } else { letter }
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_one_counterpart() {
        assert_eq!(upper("straße ŉ ᾳ ǆ"), "STRAßE ŉ ᾼ Ǆ");
        assert_eq!(lower("İΣ"), "iσ");
        assert_eq!(title("a_b c-d é\u{a0}ǆ ⅷx"), "A_b C-D É\u{a0}ǅ Ⅷx");
    }
}
