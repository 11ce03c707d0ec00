//! Modules that call themselves, directly or through others.

use std::collections::BTreeMap;

use terraform_eval::modules::{Callee, ModuleId, ModuleTree};
use terraform_eval::syntax::syntax_error::SyntaxError;

/// Disconnects each call that closes a cycle in what these modules call, so that every walk from them ends.
pub(crate) fn cut_call_cycles(
    tree: &mut ModuleTree,
    starts: impl IntoIterator<Item = ModuleId>,
) -> Vec<SyntaxError> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Entered,
        Left,
    }
    let mut syntax_errors = Vec::new();
    let mut states: BTreeMap<ModuleId, State> = BTreeMap::new();
    for start in starts {
        if states.contains_key(&start) {
            continue;
        }
        let mut stack = vec![(start, tree.calls_of(start))];
        states.insert(start, State::Entered);
        while let Some((caller, pending)) = stack.last_mut() {
            let caller = *caller;
            let Some((name, callee, span)) = pending.pop() else {
                states.insert(caller, State::Left);
                stack.pop();
                continue;
            };
            match states.get(&callee) {
                Some(State::Left) => {}
                Some(State::Entered) => {
                    let message = "the module calls itself, directly or through other modules";
                    syntax_errors.extend(span.map(|span| SyntaxError::new(span, message)));
                    let missing = Callee::Missing {
                        source: String::new(),
                    };
                    tree.connect(caller, name, missing, span);
                }
                None => {
                    states.insert(callee, State::Entered);
                    let calls = tree.calls_of(callee);
                    stack.push((callee, calls));
                }
            }
        }
    }
    syntax_errors
}
