//! The files below a directory as keys, in byte order.

use std::{
    fs::{self, DirEntry},
    io::ErrorKind,
    path::Path,
};

use super::{StorageError, key};

/// The first `limit` keys below `root` that start with `prefix` and are greater than `after`. Names that are no keys are left out,
/// as are directories that may not be read.
pub(super) fn list(root: &Path, prefix: &str, after: &str, limit: usize) -> Result<Vec<String>, StorageError> {
    let mut walk = Walk { root, prefix, after, limit, keys: Vec::new() };
    walk.enter("")?;
    Ok(walk.keys)
}

struct Walk<'a> {
    root: &'a Path,
    prefix: &'a str,
    after: &'a str,
    limit: usize,
    keys: Vec<String>,
}

impl Walk<'_> {
    /// Goes through one directory; `below` is its key with a final slash, or empty for the root.
    fn enter(&mut self, below: &str) -> Result<(), StorageError> {
        for name in self.names(below)? {
            if self.keys.len() == self.limit {
                break;
            }
            match name.strip_suffix('/') {
                Some(_) => self.enter(&name)?,
                None => self.keys.push(name),
            }
        }
        Ok(())
    }

    /// What may hold keys of the listing, in their order: directories sort as the slash that follows their name.
    fn names(&self, below: &str) -> Result<Vec<String>, StorageError> {
        let entries = match fs::read_dir(self.root.join(below)) {
            Ok(entries) => entries,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied) => {
                return Ok(Vec::new());
            }
            Err(e) => return Err(StorageError::Unavailable(e.to_string())),
        };
        let mut names: Vec<String> = entries.flatten().filter_map(|entry| self.name(below, &entry)).collect();
        names.sort_unstable();
        Ok(names)
    }

    fn name(&self, below: &str, entry: &DirEntry) -> Option<String> {
        let name = entry.file_name();
        let name = name.to_str().filter(|name| key::check_segment(name).is_ok())?;
        let path = format!("{below}{name}");
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            let path = path + "/";
            let wanted = path.starts_with(self.prefix) || self.prefix.starts_with(&path);
            let ahead = path.as_str() > self.after || self.after.starts_with(&path);
            return (wanted && ahead && path.len() <= key::MAX_BYTES).then_some(path);
        }
        let wanted = path.starts_with(self.prefix) && path.as_str() > self.after && path.len() <= key::MAX_BYTES;
        (wanted && (kind.is_file() || (kind.is_symlink() && self.links_to_file(&path)))).then_some(path)
    }

    fn links_to_file(&self, path: &str) -> bool {
        let target = self.root.join(path).canonicalize();
        target.is_ok_and(|target| target.starts_with(self.root) && target.is_file())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary directory");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
            fs::write(path, b"x").expect("a file");
        }
        root
    }

    #[test]
    fn keys_come_in_byte_order_page_by_page() {
        let files = ["a/b", "a-b", "a.b", "a0", "a/c/d", "a/c.d", "b", "ä/x", "z z"];
        let root = tree(&files);
        let mut sorted = files.map(str::to_owned).to_vec();
        sorted.sort();
        for limit in 1..=files.len() + 1 {
            let (mut keys, mut after) = (Vec::new(), String::new());
            loop {
                let page = list(root.path(), "", &after, limit).expect("a page");
                let Some(last) = page.last() else { break };
                after.clone_from(last);
                keys.extend(page);
            }
            assert_eq!(keys, sorted, "pages of {limit}");
        }
    }

    #[test]
    fn a_prefix_is_text_and_not_a_directory() {
        let root = tree(&["ab/c", "ab/d", "abc", "b"]);
        let cases: [(&str, &str, &[&str]); 6] = [
            ("ab", "", &["ab/c", "ab/d", "abc"]),
            ("ab/", "", &["ab/c", "ab/d"]),
            ("ab/d", "", &["ab/d"]),
            ("ab", "ab/c", &["ab/d", "abc"]),
            ("../", "", &[]),
            ("", "ab0", &["abc", "b"]),
        ];
        for (prefix, after, expected) in cases {
            assert_eq!(list(root.path(), prefix, after, 9).expect("a page"), expected, "{prefix:?} after {after:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_not_listed() {
        let root = tree(&["good", ".triptych-tmp-1", "back\\slash", "line\nbreak"]);
        std::os::unix::fs::symlink("good", root.path().join("inside")).expect("a link");
        std::os::unix::fs::symlink("/etc/hostname", root.path().join("outside")).expect("a link");
        std::os::unix::fs::symlink(".", root.path().join("circle")).expect("a link");
        let canonical = root.path().canonicalize().expect("a path");
        assert_eq!(list(&canonical, "", "", 9).expect("a page"), ["good", "inside"]);
    }
}
