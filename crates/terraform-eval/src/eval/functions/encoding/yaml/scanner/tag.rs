//! Directives, anchors, aliases and tags.

use super::cursor::{Cursor, YamlResult, error_at, is_blank, is_break, is_word};
use super::token::Token;

/// A line that begins with `%`.
pub(super) fn directive(cursor: &mut Cursor<'_>) -> YamlResult<Token> {
    let start = cursor.mark;
    cursor.take();
    let mut name = String::new();
    cursor.take_while(&mut name, is_word);
    if name.is_empty() {
        return error_at(start, "could not find expected directive name");
    }
    if !cursor.is_blank_or_end() {
        return error_at(start, "found unexpected non-alphabetical character");
    }
    let token = match name.as_str() {
        "YAML" => {
            cursor.skip_while(is_blank);
            let major = version_number(cursor)?;
            if !cursor.is_at('.') {
                return error_at(start, "did not find expected digit or '.' character");
            }
            cursor.take();
            Token::Version(major, version_number(cursor)?)
        }
        "TAG" => {
            cursor.skip_while(is_blank);
            let handle = handle(cursor)?;
            if handle != "!" && !(handle.len() > 1 && handle.ends_with('!')) {
                return error_at(start, "did not find expected '!'");
            }
            if !cursor.peek().is_some_and(is_blank) {
                return error_at(start, "did not find expected whitespace");
            }
            cursor.skip_while(is_blank);
            let prefix = uri(cursor, "")?;
            if prefix.is_empty() {
                return error_at(start, "did not find expected tag URI");
            }
            if !cursor.is_blank_or_end() {
                return error_at(start, "did not find expected whitespace or line break");
            }
            Token::TagDirective { handle, prefix }
        }
        _ => return error_at(start, "found unknown directive name"),
    };
    cursor.skip_while(is_blank);
    cursor.skip_comment();
    if !cursor.is_break_or_end() {
        return error_at(start, "did not find expected comment or line break");
    }
    cursor.take_break();
    Ok(token)
}

fn version_number(cursor: &mut Cursor<'_>) -> YamlResult<u8> {
    let mut digits = String::new();
    cursor.take_while(&mut digits, |c| c.is_ascii_digit());
    match digits.parse() {
        Ok(number) if digits.len() <= 2 => Ok(number),
        _ => cursor.error("did not find expected version number"),
    }
}

/// `&name` or `*name`.
pub(super) fn anchor(cursor: &mut Cursor<'_>) -> YamlResult<Token> {
    let start = cursor.mark;
    let is_alias = cursor.is_at('*');
    cursor.take();
    let mut name = String::new();
    cursor.take_while(&mut name, is_word);
    let is_ended = cursor
        .peek()
        .is_none_or(|c| is_blank(c) || is_break(c) || "?:,]}%@`".contains(c));
    if name.is_empty() || !is_ended {
        return error_at(start, "did not find expected alphabetic or numeric character");
    }
    Ok(if is_alias {
        Token::Alias(name)
    } else {
        Token::Anchor(name)
    })
}

/// `!<uri>`, `!handle!suffix` or `!suffix`.
pub(super) fn tag(cursor: &mut Cursor<'_>) -> YamlResult<Token> {
    let start = cursor.mark;
    let token = if cursor.peek_second() == Some('<') {
        cursor.skip(2);
        let suffix = uri(cursor, "")?;
        if suffix.is_empty() {
            return error_at(start, "did not find expected tag URI");
        }
        if !cursor.is_at('>') {
            return error_at(start, "did not find the expected '>'");
        }
        cursor.take();
        Token::Tag {
            handle: String::new(),
            suffix,
        }
    } else {
        let handle = handle(cursor)?;
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = uri(cursor, "")?;
            if suffix.is_empty() {
                return error_at(start, "did not find expected tag URI");
            }
            Token::Tag { handle, suffix }
        } else {
            let suffix = uri(cursor, handle.get(1..).unwrap_or_default())?;
            match suffix.as_str() {
                "" => Token::Tag {
                    handle: String::new(),
                    suffix: "!".to_owned(),
                },
                _ => Token::Tag {
                    handle: "!".to_owned(),
                    suffix,
                },
            }
        }
    };
    if cursor.is_blank_or_end() {
        Ok(token)
    } else {
        error_at(start, "did not find expected whitespace or line break")
    }
}

/// `!`, `!word` or `!word!`.
fn handle(cursor: &mut Cursor<'_>) -> YamlResult<String> {
    if !cursor.is_at('!') {
        return cursor.error("did not find expected '!'");
    }
    cursor.take();
    let mut handle = "!".to_owned();
    cursor.take_while(&mut handle, is_word);
    if cursor.is_at('!') {
        cursor.take();
        handle.push('!');
    }
    Ok(handle)
}

/// The characters of a URI, with its escape sequences replaced.
fn uri(cursor: &mut Cursor<'_>, head: &str) -> YamlResult<String> {
    let mut bytes = head.as_bytes().to_vec();
    while let Some(c) = cursor.peek() {
        if c == '%' {
            escaped_character(cursor, &mut bytes)?;
        } else if is_word(c) || ";/?:@&=+$,.!~*'()[]".contains(c) {
            cursor.take();
            bytes.extend(u8::try_from(c));
        } else {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The bytes of one character in UTF-8, each as `%` and two digits.
fn escaped_character(cursor: &mut Cursor<'_>, bytes: &mut Vec<u8>) -> YamlResult<()> {
    let mut missing = 1;
    let mut is_first = true;
    while missing > 0 {
        let digits = cursor.rest.strip_prefix('%').and_then(|rest| rest.get(..2));
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) else {
            return cursor.error("did not find URI escaped octet");
        };
        if is_first {
            missing = match byte {
                0..0x80 => 1,
                0xc0..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0..0xf8 => 4,
                _ => return cursor.error("found an incorrect leading UTF-8 octet"),
            };
            is_first = false;
        } else if byte & 0xc0 != 0x80 {
            return cursor.error("found an incorrect trailing UTF-8 octet");
        }
        bytes.push(byte);
        cursor.skip(3);
        missing -= 1;
    }
    Ok(())
}
