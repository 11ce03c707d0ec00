//! Upper, lower and title case as in Go's package `unicode`, which maps each character to one character.

/// Whether only versions of Unicode after 15.0, whose tables Go has, map the character to upper or lower case.
fn is_newer(character: char) -> bool {
    matches!(character,
        '\u{19b}' | '\u{264}' | '\u{1c89}' | '\u{1c8a}' | '\u{a7cb}'..='\u{a7cf}' | '\u{a7d2}'..='\u{a7d5}'
        | '\u{a7da}'..='\u{a7dc}' | '\u{10d50}'..='\u{10d65}' | '\u{10d70}'..='\u{10d85}'
        | '\u{16ea0}'..='\u{16eb8}' | '\u{16ebb}'..='\u{16ed3}')
}

/// Maps a character to upper case.
fn to_upper(character: char) -> char {
    if is_newer(character) {
        return character;
    }
    let mut mapped = character.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        // The full mapping has several characters. Greek letters with iota also have a single capital.
        _ => match character {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
                shift(character, 8)
            }
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shift(character, 9),
            _ => character,
        },
    }
}

fn shift(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

/// Maps a character to lower case.
fn to_lower(character: char) -> char {
    if is_newer(character) {
        return character;
    }
    let mut mapped = character.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ if character == '\u{130}' => 'i',
        _ => character,
    }
}

/// Maps the first character of a word.
fn to_title(character: char) -> char {
    match character {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capital letters, but words do not start with them.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => character,
        _ => to_upper(character),
    }
}

/// `upper`.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(to_upper).collect()
}

/// `lower`.
pub(super) fn lower(text: &str) -> String {
    text.chars().map(to_lower).collect()
}

/// `title`: maps each character that follows a separator.
pub(super) fn title(text: &str) -> String {
    let mut previous = ' ';
    let map = |character: char| {
        let starts_word = match previous {
            '_' => false,
            ascii if ascii.is_ascii() => !ascii.is_ascii_alphanumeric(),
            other => other.is_whitespace(),
        };
        previous = character;
        if starts_word {
            to_title(character)
        } else {
            character
        }
    };
    text.chars().map(map).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_maps_to_one_character() {
        assert_eq!(upper("straße ŉ ᾳ ǆ"), "STRAßE ŉ ᾼ Ǆ");
        assert_eq!(lower("İΣ"), "iσ");
        assert_eq!(title("a_b c-d é\u{a0}ǆ ⅷx"), "A_b C-D É\u{a0}ǅ Ⅷx");
    }
}
