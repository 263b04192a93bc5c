//! What a key may look like; the same rule for every backend, so that objects can move between them.

use super::StorageError;

/// Longest key in bytes: the limit of S3.
pub(super) const MAX_BYTES: usize = 1024;

/// Files under this prefix are uploads that have not finished; no key may use it and no listing shows it.
pub(super) const TEMPORARY: &str = ".triptych-tmp-";

/// Accepts relative, `/`-separated paths without empty, `.` or `..` segments, backslashes or control characters.
pub(super) fn check(key: &str) -> Result<(), StorageError> {
    if key.is_empty() {
        return Err(StorageError::InvalidKey("it is empty"));
    }
    if key.len() > MAX_BYTES {
        return Err(StorageError::InvalidKey("it is longer than 1024 bytes"));
    }
    key.split('/').try_for_each(check_segment)
}

/// Accepts one name between slashes.
pub(super) fn check_segment(segment: &str) -> Result<(), StorageError> {
    let fault = match segment {
        "" => "it has an empty segment",
        "." | ".." => "it has a . or .. segment",
        s if s.contains(['\\', '/']) => "it has a backslash",
        s if s.chars().any(char::is_control) => "it has a control character",
        s if s.starts_with(TEMPORARY) => "it uses a reserved name",
        _ => return Ok(()),
    };
    Err(StorageError::InvalidKey(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_relative_paths() {
        for key in ["a", "a/b.tif", "ezu/1286201", "..x", "x..", ".hidden/a", "a b", "a+b", "100%", "%2F", "ü", "漢/字", "a:b?c#d"] {
            assert_eq!(check(key), Ok(()), "{key:?}");
        }
        assert_eq!(check(&"x".repeat(1024)), Ok(()));
    }

    #[test]
    fn everything_else_is_refused() {
        let hostile =
            ["", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\\b", "a\0b", "a\nb", "\u{85}", ".triptych-tmp-1"];
        for key in hostile {
            assert!(matches!(check(key), Err(StorageError::InvalidKey(_))), "{key:?}");
        }
        assert!(check("a/.triptych-tmp-1/b").is_err());
        assert!(check(&"x".repeat(1025)).is_err());
    }
}
