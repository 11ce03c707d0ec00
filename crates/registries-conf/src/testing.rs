//! What several unit tests have in common.

/// All texts of one to `length` of these pieces.
pub(crate) fn texts_of(pieces: &[&str], length: usize) -> Vec<String> {
    let (mut all, mut longest) = (Vec::new(), vec![String::new()]);
    for _ in 0..length {
        let append = |text: &String| {
            pieces
                .iter()
                .map(|piece| format!("{text}{piece}"))
                .collect::<Vec<_>>()
        };
        longest = longest.iter().flat_map(append).collect();
        all.extend_from_slice(&longest);
    }
    all
}
