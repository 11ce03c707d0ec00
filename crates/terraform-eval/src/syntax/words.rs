//! Words that occur again and again, such as the names of arguments: most of them are stored once.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::sync::Arc;

use crate::hashing::RandomState;

/// The number of words that a thread remembers.
const SLOTS: usize = 512;

/// The largest length of such a word, in bytes.
const MAX_LENGTH: usize = 48;

thread_local! {
    static WORDS: RefCell<Words> = RefCell::default();
}

/// The last word of each slot. A word of an input can take the place of another one, and no more memory.
#[derive(Default)]
struct Words {
    state: RandomState,
    slots: Vec<Option<Arc<str>>>,
}

impl Words {
    fn shared(&mut self, word: &str) -> Arc<str> {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, None);
        }
        let slot = usize::try_from(self.state.hash_one(word) % SLOTS as u64).unwrap_or(0);
        let Some(slot) = self.slots.get_mut(slot) else {
            return Arc::from(word);
        };
        match slot {
            Some(known) if **known == *word => known.clone(),
            _ => slot.insert(Arc::from(word)).clone(),
        }
    }
}

/// The text of a word, stored once if it is short and was seen shortly before.
pub(super) fn shared(word: &str) -> Arc<str> {
    if word.len() > MAX_LENGTH {
        return Arc::from(word);
    }
    WORDS.with_borrow_mut(|words| words.shared(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_stored_once_until_another_one_takes_its_place() {
        let first = shared("source");
        assert!(Arc::ptr_eq(&first, &shared("source")));
        for number in 0..SLOTS * 20 {
            let word = format!("word{number}");
            assert_eq!(*shared(&word), *word);
        }
        assert_eq!(*shared("source"), *first);
        let long = "a".repeat(MAX_LENGTH + 1);
        assert!(!Arc::ptr_eq(&shared(&long), &shared(&long)));
    }
}
