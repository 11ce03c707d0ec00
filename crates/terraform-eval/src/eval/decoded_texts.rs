//! Texts that several root modules decode: each is decoded once.

use std::sync::{Arc, Mutex, PoisonError};

use crate::cty::Value;
use crate::hashing::HashMap;

/// A shorter text is decoded in less time than it takes to look it up.
const MIN_BYTES: usize = 512;

/// All texts are forgotten when they have more bytes than this: their values take many times as much memory.
const MAX_BYTES: usize = 2 << 20;

/// The values of texts that were decoded, by function.
#[derive(Debug, Default)]
pub struct DecodedTexts(Mutex<Texts>);

#[derive(Debug, Default)]
struct Texts {
    by_function: HashMap<&'static str, HashMap<Arc<str>, Decoded>>,
    bytes: usize,
}

/// The value of a text, and the cost of decoding it. Whoever takes the value pays as if it had decoded the text, so what
/// an evaluation may do does not depend on what other ones have done.
#[derive(Debug, Clone)]
pub(super) struct Decoded {
    pub(super) value: Value,
    pub(super) steps: u64,
    pub(super) memory: u64,
}

impl DecodedTexts {
    /// What a function has made of a text.
    pub(super) fn get(&self, function: &str, text: &str) -> Option<Decoded> {
        if text.len() < MIN_BYTES {
            return None;
        }
        let texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts.by_function.get(function)?.get(text).cloned()
    }

    /// Keeps what a function has made of a text.
    pub(super) fn insert(&self, function: &'static str, text: &str, decoded: Decoded) {
        if !(MIN_BYTES..=MAX_BYTES).contains(&text.len()) {
            return;
        }
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.bytes + text.len() > MAX_BYTES {
            *texts = Texts::default();
        }
        texts.bytes += text.len();
        let of_function = texts.by_function.entry(function).or_default();
        of_function.insert(text.into(), decoded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> Decoded {
        Decoded {
            value: Value::string(text),
            steps: 1,
            memory: 2,
        }
    }

    #[test]
    fn a_text_is_found_under_its_function() {
        let texts = DecodedTexts::default();
        let text = "a".repeat(MIN_BYTES);
        texts.insert("jsondecode", &text, decoded("b"));
        let found = texts.get("jsondecode", &text).map(|decoded| decoded.value);
        assert_eq!(found, Some(Value::string("b")));
        assert!(texts.get("yamldecode", &text).is_none());
        assert!(texts.get("jsondecode", &"b".repeat(MIN_BYTES)).is_none());
    }

    #[test]
    fn the_memory_is_bounded() {
        let texts = DecodedTexts::default();
        let text = |letter: &str| letter.repeat(MAX_BYTES / 2);
        for letter in ["a", "b", "c"] {
            texts.insert("jsondecode", &text(letter), decoded(letter));
        }
        let kept = ["a", "b", "c"].map(|letter| texts.get("jsondecode", &text(letter)).is_some());
        assert_eq!(kept, [false, false, true]);
        texts.insert("jsondecode", &"d".repeat(MAX_BYTES + 1), decoded("d"));
        assert!(texts.get("jsondecode", &"d".repeat(MAX_BYTES + 1)).is_none());
    }
}
