//! Encodings in ASCII that shift between sets of characters: ISO-2022-JP and HZ-GB-2312.

/// The difference between a byte of EUC-JP or GBK and the one after a shift.
const SHIFTED: u8 = 0x80;

/// A set of characters that a text shifts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    /// JIS X 0208 or GB 2312: two bytes for each character.
    Wide,
    /// The half of JIS X 0201 that has katakana.
    Katakana,
}

/// Encodes ISO-2022-JP; `None` if a character is in none of its sets. As in Go, katakana of half width has a set of its own.
pub(super) fn encode_iso_2022_jp(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut set = Set::Ascii;
    let mut shift = |to: Set, bytes: &mut Vec<u8>| {
        if std::mem::replace(&mut set, to) != to {
            bytes.extend_from_slice(match to {
                Set::Ascii => b"\x1b(B",
                Set::Wide => b"\x1b$B",
                Set::Katakana => b"\x1b(I",
            });
        }
    };
    for character in text.chars() {
        if let '\u{ff61}'..='\u{ff9f}' = character {
            shift(Set::Katakana, &mut bytes);
            bytes.push(u8::try_from(u32::from(character) - 0xff61 + 0x21).ok()?);
        } else if character.is_ascii() {
            shift(Set::Ascii, &mut bytes);
            bytes.push(u8::try_from(character).ok()?);
        } else {
            let pair = wide_pair(encoding_rs::EUC_JP, character)?;
            shift(Set::Wide, &mut bytes);
            bytes.extend(pair);
        }
    }
    shift(Set::Ascii, &mut bytes);
    Some(bytes)
}

/// Encodes HZ-GB-2312; `None` if a character is not in GB 2312. As in Go, the text may end in the wide set, and a tilde in
/// it does not shift to ASCII.
pub(super) fn encode_hz(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut set = Set::Ascii;
    for character in text.chars() {
        let ascii = u8::try_from(character).ok().filter(u8::is_ascii);
        match ascii {
            Some(b'~') => bytes.extend(b"~~"),
            Some(byte) => {
                if std::mem::replace(&mut set, Set::Ascii) == Set::Wide {
                    bytes.extend(b"~}");
                }
                bytes.push(byte);
            }
            None => {
                let pair = wide_pair(encoding_rs::GBK, character).filter(|[first, _]| *first < 0x7e)?;
                if std::mem::replace(&mut set, Set::Wide) == Set::Ascii {
                    bytes.extend(b"~{");
                }
                bytes.extend(pair);
            }
        }
    }
    Some(bytes)
}

/// Decodes HZ-GB-2312, with replacement characters for what is invalid.
pub(super) fn decode_hz(bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut set = Set::Ascii;
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return text,
            [b'~', b'{', rest @ ..] => {
                set = Set::Wide;
                rest
            }
            [b'~', b'}', rest @ ..] => {
                set = Set::Ascii;
                rest
            }
            [b'~', b'\n', rest @ ..] => rest,
            [b'~', b'~', rest @ ..] => {
                text.push('~');
                rest
            }
            [byte, rest @ ..] if set == Set::Ascii && *byte != b'~' && byte.is_ascii() => {
                text.push(char::from(*byte));
                rest
            }
            [first @ 0x21..0x7e, second @ 0x21..0x7f, rest @ ..] if set == Set::Wide => {
                let pair = [first + SHIFTED, second + SHIFTED];
                text.push_str(&encoding_rs::GBK.decode_without_bom_handling(&pair).0);
                rest
            }
            [_, rest @ ..] => {
                text.push(char::REPLACEMENT_CHARACTER);
                rest
            }
        }
    }
}

/// The two bytes of a character after a shift, of its two bytes in an encoding of eight bits.
fn wide_pair(encoding: &'static encoding_rs::Encoding, character: char) -> Option<[u8; 2]> {
    let mut buffer = [0; 4];
    let (bytes, _, is_unmappable) = encoding.encode(character.encode_utf8(&mut buffer));
    match *bytes {
        [first @ 0xa1..=0xff, second @ 0xa1..=0xff] if !is_unmappable => {
            Some([first - SHIFTED, second - SHIFTED])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectations are those of Terraform 1.11.4.
    #[test]
    fn texts_shift_between_sets() {
        assert_eq!(encode_iso_2022_jp("A漢ｱ~").unwrap(), b"A\x1b$B4A\x1b(I1\x1b(B~");
        assert_eq!(encode_iso_2022_jp("漢").unwrap(), b"\x1b$B4A\x1b(B");
        assert_eq!(encode_iso_2022_jp("é"), None);
        assert_eq!(encode_hz("A汉~字1").unwrap(), b"A~{::~~WV~}1");
        assert_eq!(encode_hz("汉").unwrap(), b"~{::");
        assert_eq!(
            encode_hz("é").map(|bytes| String::from_utf8(bytes).unwrap()),
            Some("~{(&".to_owned())
        );
        assert_eq!(decode_hz(b"A~{::WV~}1~~"), "A汉字1~");
        assert_eq!(decode_hz(b"\xff~x"), "\u{fffd}\u{fffd}x");
    }
}
