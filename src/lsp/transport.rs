//! Messages over standard input and output.
//!
//! A text that is not a message is answered or logged, and the next message is read: only the end of the input ends the
//! connection.

use std::io::{self, BufRead, Read as _};
use std::thread;

use gen_lsp_types::{LogMessageParams, MessageType};
use lsp_server::{Connection, ErrorCode, Message, Notification, RequestId, Response};
use serde_json::{Value, json};

/// The longest message that is read, in bytes.
const MAX_MESSAGE: u64 = 1 << 30;

/// The longest line of a header that is read, in bytes.
const MAX_HEADER_LINE: u64 = 8 << 10;

/// A connection over standard input and output, and the thread that writes.
pub(super) fn stdio() -> io::Result<(Connection, thread::JoinHandle<()>)> {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let read = move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(text)) = read_text(&mut input) {
            if sender.send(parse(&text)).is_err() {
                break;
            }
        }
    };
    let write = move || {
        let mut output = io::stdout().lock();
        for message in receiver {
            if message.write(&mut output).is_err() {
                break;
            }
        }
    };
    // The thread that reads waits for the client, so the server does not wait for it.
    thread::Builder::new().name("read".to_owned()).spawn(read)?;
    let writer = thread::Builder::new().name("write".to_owned()).spawn(write)?;
    Ok((server, writer))
}

/// Reads the content of the next message; `None` at the end of the input. Lines that are not a header are skipped.
fn read_text(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input
            .by_ref()
            .take(MAX_HEADER_LINE)
            .read_until(b'\n', &mut line)?
            == 0
        {
            return Ok(None);
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            if let Some(length) = length.take() {
                return read_content(input, length);
            }
            continue;
        }
        if let Some(value) = header_value(line, b"content-length:") {
            length = std::str::from_utf8(value)
                .ok()
                .and_then(|value| value.parse().ok());
        }
    }
}

fn header_value<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (start, value) = line.split_at_checked(name.len())?;
    start.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn read_content(input: &mut impl BufRead, length: u64) -> io::Result<Option<Vec<u8>>> {
    if length > MAX_MESSAGE {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Some(Vec::new()));
    }
    let mut content = Vec::new();
    let read = input.take(length).read_to_end(&mut content)?;
    let is_complete = u64::try_from(read).is_ok_and(|read| read == length);
    Ok(is_complete.then_some(content))
}

/// What the server gets in place of a text that is not a message.
const INVALID: &str = "$/mirrorset/invalid";

/// Parses a message.
fn parse(text: &[u8]) -> Message {
    let error = match serde_json::from_slice(text) {
        Ok(message) => return message,
        Err(error) => error.to_string(),
    };
    let value: Value = serde_json::from_slice(text).unwrap_or_default();
    let id = value.get("id").filter(|_| value.get("method").is_some());
    Message::Notification(Notification {
        method: INVALID.to_owned(),
        params: json!({"id": id, "error": error}),
    })
}

/// What the client gets for a text that is not a message: a response if the text has an id, else a message for its log.
pub(super) fn answer_to_invalid(notification: &Notification) -> Option<Message> {
    if notification.method != INVALID {
        return None;
    }
    let param = |name: &str| notification.params.get(name).cloned().unwrap_or_default();
    Some(match serde_json::from_value::<RequestId>(param("id")) {
        Ok(id) => {
            let message = "the message is not a request".to_owned();
            Response::new_err(id, ErrorCode::InvalidRequest as i32, message).into()
        }
        Err(_) => {
            let error = param("error");
            let error = error.as_str().unwrap_or_default();
            log(&format!("a message was skipped, because it is invalid: {error}"))
        }
    })
}

/// A message for the log of the client.
pub(super) fn log(text: &str) -> Message {
    let params = LogMessageParams {
        kind: MessageType::Warning,
        message: crate::untrusted::one_line(text),
    };
    Notification::new("window/logMessage".to_owned(), params).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(mut input: &[u8]) -> Vec<String> {
        let mut texts = Vec::new();
        while let Some(text) = read_text(&mut input).unwrap() {
            texts.push(String::from_utf8(text).unwrap());
        }
        texts
    }

    #[test]
    fn messages_are_found_among_other_lines() {
        let input = b"noise\r\n\r\ncontent-LENGTH: 2\r\nX: y\r\n\r\n{}\r\n\r\nContent-Length: x\r\n\r\nContent-Length:3\n\n[1]";
        assert_eq!(texts(input), ["{}", "[1]"]);
    }

    #[test]
    fn an_incomplete_message_ends_the_input() {
        assert_eq!(texts(b"Content-Length: 10\r\n\r\n{}"), Vec::<String>::new());
        assert_eq!(texts(b"Content-Length: 18446744073709551615\r\n\r\n{}"), [""]);
    }

    #[test]
    fn a_text_that_is_not_a_message_is_answered_if_it_has_an_id() {
        let answer = |text: &str| {
            let Message::Notification(invalid) = parse(text.as_bytes()) else {
                panic!("{text}")
            };
            serde_json::to_value(answer_to_invalid(&invalid).unwrap()).unwrap()
        };
        assert_eq!(answer(r#"{"id": 7, "method": 1}"#)["id"], 7);
        for text in ["{", "[]", "\u{0}", &"[".repeat(10_000)] {
            assert_eq!(answer(text)["method"], "window/logMessage", "{text}");
        }
        let request = parse(br#"{"id": 7, "method": "shutdown"}"#);
        assert!(matches!(request, Message::Request(_)));
    }
}
