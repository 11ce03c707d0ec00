//! Encodings with one byte for each character.

const TABLE: &str = include_str!("code_pages.txt");

/// The first byte that is not one of ASCII.
const UPPER: usize = 0x80;

/// The characters of the bytes from 0 on; `None` for a byte without a character.
pub(super) struct CodePage(Vec<Option<char>>);

impl CodePage {
    /// The code page with a name in lower case.
    pub(super) fn find(name: &str) -> Option<Self> {
        let mut lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        while let (Some(names), Some(characters)) = (lines.next(), lines.next()) {
            if names.split(' ').any(|found| found == name) {
                return Some(Self::parse(characters));
            }
        }
        None
    }

    fn parse(text: &str) -> Self {
        let code = |digits: &str| u32::from_str_radix(digits, 16).unwrap_or_default();
        let mut characters = Vec::with_capacity(2 * UPPER);
        for range in text.split(' ') {
            match range.split_once('-') {
                Some(("", count)) => {
                    let count = count.parse().unwrap_or(1);
                    characters.extend(std::iter::repeat_n(None, count));
                }
                Some((first, last)) => characters.extend((code(first)..=code(last)).map(char::from_u32)),
                None => characters.push(char::from_u32(code(range))),
            }
        }
        if characters.len() == UPPER {
            let ascii = (0..=u8::MAX).take(UPPER).map(|byte| Some(char::from(byte)));
            characters.splice(0..0, ascii);
        }
        Self(characters)
    }

    /// The bytes of a text; `None` if a character has none.
    pub(super) fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let byte = |character| {
            let at = self.0.iter().position(|found| *found == Some(character))?;
            u8::try_from(at).ok()
        };
        text.chars().map(byte).collect()
    }

    /// The characters of bytes; `None` if a byte has none.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<String> {
        let character = |byte: &u8| self.0.get(usize::from(*byte)).copied().flatten();
        bytes.iter().map(character).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_page_has_256_bytes_and_names_of_its_own() {
        let lines: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        let mut names: Vec<&str> = lines.iter().step_by(2).flat_map(|line| line.split(' ')).collect();
        for name in &names {
            assert_eq!(CodePage::find(name).unwrap().0.len(), 256, "{name}");
            assert_eq!(name.to_ascii_lowercase(), *name);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
