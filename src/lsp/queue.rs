//! The messages that wait: in the order in which they came, without requests that the client no longer wants.

use std::collections::VecDeque;
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, Request, RequestId, Response};

/// The messages of the client.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: VecDeque<Message>,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// A message.
    Message(Message),
    /// A request that the client has canceled, with the answer.
    Canceled(Response),
    /// Nothing for now.
    Pause,
    /// The client is gone.
    End,
}

impl Queue {
    /// Returns the next message. Without one, waits for the time, or forever if there is none.
    pub(super) fn next(&mut self, connection: &Connection, pause: Option<Duration>) -> Next {
        if self.waiting.is_empty() {
            let received = match pause {
                None => connection.receiver.recv().map_err(|_| true),
                Some(pause) => {
                    let received = connection.receiver.recv_timeout(pause);
                    received.map_err(|error| error.is_disconnected())
                }
            };
            match received {
                Ok(message) => self.waiting.push_back(message),
                Err(true) => return Next::End,
                Err(false) => return Next::Pause,
            }
        }
        self.waiting.extend(connection.receiver.try_iter());
        match self.waiting.pop_front() {
            Some(Message::Request(request)) if self.is_canceled(&request) => {
                let message = "canceled by the client".to_owned();
                let code = ErrorCode::RequestCanceled as i32;
                Next::Canceled(Response::new_err(request.id, code, message))
            }
            Some(message) => Next::Message(message),
            None => Next::Pause,
        }
    }

    /// Whether a message that waits cancels a request.
    fn is_canceled(&self, request: &Request) -> bool {
        self.waiting.iter().any(|message| match message {
            Message::Notification(notification) if notification.method == "$/cancelRequest" => {
                let id = notification.params.get("id").cloned();
                let id = id.and_then(|id| serde_json::from_value::<RequestId>(id).ok());
                id.as_ref() == Some(&request.id)
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_server::Notification;
    use serde_json::json;

    #[test]
    fn canceled_requests_are_answered_without_being_handled() {
        let (server, client) = Connection::memory();
        let request = |id: i32| Request::new(id.into(), "x".to_owned(), json!({}));
        client.sender.send(request(1).into()).unwrap();
        client.sender.send(request(2).into()).unwrap();
        let cancel = Notification::new("$/cancelRequest".to_owned(), json!({"id": 2}));
        client.sender.send(cancel.into()).unwrap();
        drop(client);
        let mut queue = Queue::default();
        let no_pause = Some(Duration::ZERO);
        assert!(
            matches!(queue.next(&server, no_pause), Next::Message(Message::Request(request)) if request.id == 1.into())
        );
        assert!(matches!(queue.next(&server, no_pause), Next::Canceled(response) if response.id == 2.into()));
        assert!(matches!(
            queue.next(&server, no_pause),
            Next::Message(Message::Notification(_))
        ));
        assert!(matches!(queue.next(&server, no_pause), Next::End));
    }
}
