//! Messages over standard input and output.
//!
//! A text that is not a message is answered or logged, and the next message is read: only the end of the input ends the
//! connection.

use std::fmt::Display;
use std::io::{self, BufRead, Read as _, Write};
use std::thread;

use gen_lsp_types::{LogMessageParams, MessageType};
use lsp_server::{Connection, ErrorCode, Message, Notification, RequestId, Response};
use serde_json::{Value, json};

use crate::untrusted::one_line;

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
            if write_message(&message, &mut output).is_err() {
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

/// How the id of a request begins that is neither a string nor a number of 32 bits. Its JSON follows.
const OTHER_ID: &str = "$/mirrorset/id:";

/// Parses a message.
fn parse(text: &[u8]) -> Message {
    let mut value: Value = match serde_json::from_slice(text) {
        Ok(value) => value,
        Err(error) => return invalid(&Value::Null, ErrorCode::ParseError, &error),
    };
    if !value.is_object() {
        let error = "expected one object";
        return invalid(&Value::Null, ErrorCode::InvalidRequest, &error);
    }
    let Some(method) = value.get("method").cloned() else {
        return match serde_json::from_value(value) {
            Ok(message) => message,
            // An answer to what may be an answer could go on forever.
            Err(error) => invalid_response(&error),
        };
    };
    let id = value.get("id").cloned();
    if let Some(id) = &id {
        let Some(known) = id_of(id) else {
            let error = "the id is neither a string nor a number";
            return invalid(&Value::Null, ErrorCode::InvalidRequest, &error);
        };
        replace(&mut value, "/id", &known);
    }
    if method == "$/cancelRequest" {
        let canceled = value.pointer("/params/id").and_then(id_of);
        canceled.inspect(|id| replace(&mut value, "/params/id", id));
    }
    serde_json::from_value(value).unwrap_or_else(|error| {
        let id = id.unwrap_or_default();
        invalid(&id, ErrorCode::InvalidRequest, &error)
    })
}

fn replace(value: &mut Value, pointer: &str, id: &RequestId) {
    if let Some(place) = value.pointer_mut(pointer) {
        *place = serde_json::to_value(id).unwrap_or_default();
    }
}

/// The id of a request. `None` if it cannot be one.
fn id_of(value: &Value) -> Option<RequestId> {
    let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
    Some(match (value, number) {
        (_, Some(number)) => number.into(),
        (Value::String(text), _) if !text.starts_with(OTHER_ID) => text.clone().into(),
        (Value::String(_) | Value::Number(_), _) => format!("{OTHER_ID}{value}").into(),
        _ => return None,
    })
}

/// The id of a response, as the client wrote it.
fn written_id(id: &RequestId) -> Value {
    let id = serde_json::to_value(id).unwrap_or_default();
    let other = id.as_str().and_then(|id| id.strip_prefix(OTHER_ID));
    match other {
        Some(json) => serde_json::from_str(json).unwrap_or_default(),
        None => id,
    }
}

fn write_message(message: &Message, output: &mut impl Write) -> io::Result<()> {
    let Message::Response(Response { id, response_result }) = message else {
        return message.clone().write(output);
    };
    let mut response = json!({"jsonrpc": "2.0", "id": written_id(id)});
    if let Some(members) = response.as_object_mut() {
        match response_result {
            Ok(result) => members.insert("result".to_owned(), result.clone()),
            Err(error) => members.insert("error".to_owned(), serde_json::to_value(error)?),
        };
    }
    let text = response.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// What the server gets in place of a text that should be a request or a notification.
fn invalid(id: &Value, code: ErrorCode, error: &dyn Display) -> Message {
    let params = json!({"id": id, "code": code as i32, "error": error.to_string()});
    Notification::new(INVALID.to_owned(), params).into()
}

fn invalid_response(error: &dyn Display) -> Message {
    let params = json!({"error": error.to_string()});
    Notification::new(INVALID.to_owned(), params).into()
}

/// What the client gets for a text that is not a message: an error, or a message for its log if the text may be an answer.
pub(super) fn answer_to_invalid(notification: &Notification) -> Option<Message> {
    if notification.method != INVALID {
        return None;
    }
    let param = |name: &str| notification.params.get(name);
    let error = param("error").and_then(Value::as_str).unwrap_or_default();
    let message = format!("the message is invalid: {}", one_line(error));
    let code = param("code").and_then(Value::as_i64);
    Some(match code.and_then(|code| i32::try_from(code).ok()) {
        Some(code) => {
            let id = param("id").unwrap_or(&Value::Null);
            // Without an id that can be told, it is null.
            let id = id_of(id).unwrap_or_else(|| format!("{OTHER_ID}null").into());
            Response::new_err(id, code, message).into()
        }
        None => log(&message),
    })
}

/// A message for the log of the client.
pub(super) fn log(text: &str) -> Message {
    let params = LogMessageParams {
        kind: MessageType::Warning,
        message: one_line(text),
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

    /// The answer to a text that is not a message, as it is written.
    fn answer(text: &str) -> Value {
        let Message::Notification(invalid) = parse(text.as_bytes()) else {
            panic!("{text}")
        };
        let mut written = Vec::new();
        write_message(&answer_to_invalid(&invalid).unwrap(), &mut written).unwrap();
        serde_json::from_str(&texts(&written)[0]).unwrap()
    }

    #[test]
    fn a_text_that_is_not_a_message_is_answered_as_the_protocol_says() {
        let summary = |text: &str| {
            let answer = answer(text);
            (answer["id"].clone(), answer["error"]["code"].clone())
        };
        assert_eq!(summary(r#"{"id": 7, "method": 1}"#), (json!(7), json!(-32600)));
        assert_eq!(
            summary(r#"{"id": 5000000000, "method": []}"#),
            (json!(5_000_000_000_u64), json!(-32600))
        );
        for text in ["{", "\u{0}", &"[".repeat(10_000)] {
            assert_eq!(summary(text), (Value::Null, json!(-32700)), "{text}");
        }
        for text in [
            r#"{"id": null, "method": "x"}"#,
            r#"{"id": [1], "method": "x"}"#,
            r#"{"method": 1}"#,
        ] {
            assert_eq!(summary(text), (Value::Null, json!(-32600)), "{text}");
        }
        // An answer to what may be an answer could go on forever.
        for text in ["{}", r#"{"id": 1}"#, r#"{"id": 1, "error": 1}"#] {
            assert_eq!(answer(text)["method"], "window/logMessage", "{text}");
        }
    }

    #[test]
    fn a_request_is_answered_under_its_id() {
        for id in [
            "7",
            "-2147483648",
            "2147483648",
            "18446744073709551615",
            "1.5",
            r#""7""#,
            r#""""#,
            r#""$/mirrorset/id:7""#,
        ] {
            let Message::Request(request) = parse(format!(r#"{{"id": {id}, "method": "x"}}"#).as_bytes())
            else {
                panic!("{id}")
            };
            let mut written = Vec::new();
            write_message(&Response::new_ok(request.id.clone(), ()).into(), &mut written).unwrap();
            assert!(texts(&written)[0].contains(&format!("\"id\":{id},")), "{id}");
            let cancel = format!(r#"{{"method": "$/cancelRequest", "params": {{"id": {id}}}}}"#);
            let Message::Notification(cancel) = parse(cancel.as_bytes()) else {
                panic!("{id}")
            };
            assert_eq!(cancel.params["id"], serde_json::to_value(&request.id).unwrap());
        }
    }
}
