//! The language server: the same session as that of the command line, over the texts that an editor has open.
//!
//! After each change, the open texts of a folder are checked as `mirrorset check` does that names them: they stand for the
//! modules that they belong to and for everything that calls those. There is one thread for the work, so an answer never
//! contradicts the texts that the client has sent.
//!
//! | question | file |
//! |---|---|
//! | How do messages come and go? | `transport`, `queue` |
//! | What happens at each message? | `server` |
//! | What can the client do, and what does it want? | `client` |
//! | Which texts are open, and where are they checked? | `documents`, `folder_files` |
//! | What is known of a folder? | `analysis`, `known_folders` |
//! | Where is a span for the client? | `uri`, `position`, `locations` |
//! | What is shown of findings? | `diagnostics` |
//! | What can be done about them? | `code_actions` |
//! | What is known of the text at an offset, and where does it lead? | `hover`, `navigation` |
//! | What can be written there? | `completion`, `rule_names` |
//! | What is shown without being asked for? | `hints` |

mod analysis;
mod client;
mod code_actions;
mod completion;
mod diagnostics;
mod documents;
mod folder_files;
mod hints;
mod hover;
mod known_folders;
mod locations;
mod navigation;
mod position;
mod queue;
mod rule_names;
mod server;
mod transport;
mod uri;

pub(crate) use server::{ServerOptions, serve_stdio};
