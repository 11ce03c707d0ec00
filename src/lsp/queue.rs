//! The messages that wait: in the order in which they came, without requests that the client no longer wants.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lsp_server::{Connection, ErrorCode, Message, RequestId, Response};
use serde_json::Value;

/// The messages of the client.
pub(super) struct Queue {
    connection: Arc<Connection>,
    /// What has come and is not handled.
    waiting: Mutex<VecDeque<Message>>,
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
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Self {
            connection,
            waiting: Mutex::default(),
        }
    }

    /// Returns the next message. Without one, waits for the time, or forever if there is none.
    pub(super) fn next(&self, pause: Option<Duration>) -> Next {
        let receiver = &self.connection.receiver;
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            let received = match pause {
                None => receiver.recv().map_err(|_| true),
                Some(pause) => {
                    let received = receiver.recv_timeout(pause);
                    received.map_err(|error| error.is_disconnected())
                }
            };
            match received {
                Ok(message) => waiting.push_back(message),
                Err(true) => return Next::End,
                Err(false) => return Next::Pause,
            }
        }
        match waiting.pop_front() {
            Some(Message::Request(request)) => {
                drop(waiting);
                if self.is_canceled(&request.id) {
                    Next::Canceled(canceled(request.id))
                } else {
                    Next::Message(Message::Request(request))
                }
            }
            Some(message) => Next::Message(message),
            None => Next::Pause,
        }
    }

    /// Whether a message that waits cancels a request.
    pub(super) fn is_canceled(&self, request: &RequestId) -> bool {
        self.waits_for("$/cancelRequest", |params| {
            let id = params.get("id").cloned();
            let id = id.and_then(|id| serde_json::from_value::<RequestId>(id).ok());
            id.as_ref() == Some(request)
        })
    }

    /// Whether a message that waits changes a text.
    pub(super) fn has_edit(&self) -> bool {
        self.waits_for("textDocument/didChange", |_| true)
    }

    /// Whether a notification waits, or has just come, whose parameters are such.
    fn waits_for(&self, method: &str, is_wanted: impl Fn(&Value) -> bool) -> bool {
        let mut waiting = self.waiting();
        waiting.extend(self.connection.receiver.try_iter());
        waiting.iter().any(|message| match message {
            Message::Notification(notification) => {
                notification.method == method && is_wanted(&notification.params)
            }
            _ => false,
        })
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Message>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer to a request that the client has canceled.
pub(super) fn canceled(id: RequestId) -> Response {
    let message = "canceled by the client".to_owned();
    Response::new_err(id, ErrorCode::RequestCanceled as i32, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lsp_server::{Notification, Request};
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
        let queue = Queue::new(Arc::new(server));
        let no_pause = Some(Duration::ZERO);
        assert!(
            matches!(queue.next(no_pause), Next::Message(Message::Request(request)) if request.id == 1.into())
        );
        assert!(matches!(queue.next(no_pause), Next::Canceled(response) if response.id == 2.into()));
        assert!(matches!(
            queue.next(no_pause),
            Next::Message(Message::Notification(_))
        ));
        assert!(matches!(queue.next(no_pause), Next::End));
    }
    #[test]
    fn what_comes_while_a_request_is_handled_is_noticed() {
        let (server, client) = Connection::memory();
        let queue = Queue::new(Arc::new(server));
        let notify = |method: &str, params| {
            let notification = Notification::new(method.to_owned(), params);
            client.sender.send(notification.into()).unwrap();
        };
        notify("$/cancelRequest", json!({"id": 2}));
        assert!(!queue.has_edit() && !queue.is_canceled(&1.into()) && queue.is_canceled(&2.into()));
        notify("textDocument/didChange", json!({}));
        assert!(queue.has_edit());
        assert!(matches!(queue.next(None), Next::Message(_)) && queue.has_edit());
        assert!(matches!(queue.next(None), Next::Message(_)) && !queue.has_edit());
    }
}
