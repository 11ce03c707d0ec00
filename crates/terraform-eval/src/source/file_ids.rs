//! The ids that files keep from run to run, so that what was found in their texts stays true while those stay the same.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::hashing::HashMap;

use super::SourceFile;

/// The ids of files, by name.
#[derive(Debug, Default)]
pub struct FileIds(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The files with a name, in the order in which a run reads them.
    by_name: HashMap<String, Vec<(usize, Weak<SourceFile>)>>,
    count: usize,
}

impl FileIds {
    /// The position of a file among all, and the file. `position` is that among the files of this name. If the file of an earlier
    /// run with the same text is still there, it is that file.
    pub(super) fn assign(&self, file: SourceFile, position: usize) -> (usize, Arc<SourceFile>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { by_name, count } = &mut *known;
        let of_name = by_name.entry(file.name.clone()).or_default();
        let Some((index, last)) = of_name.get_mut(position) else {
            let (index, file) = (*count, Arc::new(file));
            of_name.push((index, Arc::downgrade(&file)));
            *count += 1;
            return (index, file);
        };
        let same = last.upgrade();
        let same = same.filter(|same| same.path == file.path && same.text == file.text);
        let file = same.unwrap_or_else(|| Arc::new(file));
        *last = Arc::downgrade(&file);
        (*index, file)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{FileId, MemoryFiles, Sources};
    use super::*;

    fn sources(ids: &Arc<FileIds>, texts: &[(&str, &str)]) -> Sources {
        Sources::with_ids(Arc::new(MemoryFiles::new(texts.iter().copied())), ids.clone())
    }

    #[test]
    fn a_file_has_the_same_id_in_each_run_whatever_else_is_read() {
        let ids = Arc::default();
        let texts = [("/a.tf", "a"), ("/b.tf", "b")];
        let mut first = sources(&ids, &texts);
        let a = first.read(Path::new("/a.tf")).unwrap();
        let b = first.read(Path::new("/b.tf")).unwrap();
        let again = first.read(Path::new("/a.tf")).unwrap();
        assert_eq!(first.ids().collect::<Vec<_>>(), [a, b, again]);

        let mut second = sources(&ids, &[("/a.tf", "a"), ("/b.tf", "changed")]);
        assert_eq!(second.read(Path::new("/b.tf")).unwrap(), b);
        assert_eq!(second.text(b), "changed");
        assert_eq!(second.ids().collect::<Vec<_>>(), [b]);
        assert_eq!(second.text(a), "");
        assert_eq!(second.read(Path::new("/a.tf")).unwrap(), a);
        assert_eq!(second.add("new", "x"), FileId::from_position(3));
        let same = |id| Arc::ptr_eq(first.shared_file(id).unwrap(), second.shared_file(id).unwrap());
        assert!(same(a) && !same(b));
    }
}
