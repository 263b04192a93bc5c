//! Names of files as people count pages: which are pictures, which folder they are in, and what comes after what.

use std::cmp::Ordering;

/// Endings of files that may be masters.
const PICTURES: [&str; 13] = ["tif", "tiff", "ptif", "jpg", "jpeg", "jpe", "png", "webp", "gif", "jp2", "jpx", "j2k", "jpf"];

/// Whether a key is that of a picture, by its ending; files whose names begin with a dot are not meant to be seen.
pub fn is_picture(key: &str) -> bool {
    let ending = name(key).rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    !name(key).starts_with('.') && ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}

/// The last segment of a key.
pub(super) fn name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or(key)
}

/// The name of a file without its ending.
pub(super) fn stem(key: &str) -> &str {
    let name = name(key);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).trim()
}

/// All of a key before its last segment.
pub(super) fn folder(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The order in which people expect names: numbers by their value, letters whatever their case, folders as wholes. No two different
/// names are equal.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('/'), b.split('/'));
    loop {
        match (left.next(), right.next()) {
            (Some(one), Some(other)) => match segment(one, other) {
                Ordering::Equal => {}
                order => return order,
            },
            (one, other) => return one.is_some().cmp(&other.is_some()).then_with(|| a.cmp(b)),
        }
    }
}

fn segment(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() && !b.is_empty() {
        let (one, other) = (run(a), run(b));
        let order = match (number(one), number(other)) {
            (Some(one), Some(other)) => one.len().cmp(&other.len()).then_with(|| one.cmp(other)),
            // A number comes before a letter, but after the dot of an ending or a space.
            _ => one.chars().flat_map(char::to_lowercase).cmp(other.chars().flat_map(char::to_lowercase)),
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[one.len()..], &b[other.len()..]);
    }
    a.len().cmp(&b.len())
}

/// The digits that a text begins with, or all before the next digit.
fn run(text: &str) -> &str {
    let digits = text.starts_with(|first: char| first.is_ascii_digit());
    let end = text.find(|character: char| character.is_ascii_digit() != digits).unwrap_or(text.len());
    &text[..end]
}

/// The digits of a number that count.
fn number(run: &str) -> Option<&str> {
    run.starts_with(|first: char| first.is_ascii_digit()).then(|| run.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_come_as_people_count_them() {
        for expected in [
            vec!["1.tif", "2.tif", "10.tif"],
            vec!["p1.tif", "P2.tif", "p03.tif", "p10a.tif", "p10b.tif"],
            vec!["book/9/1.tif", "book/10/1.tif", "book/10/02.tif", "book/index.tif"],
            vec!["IMG_0099.JPG", "img_0100.jpg", "img_0100_2.jpg", "img_101.jpg"],
            vec!["1r.tif", "1v.tif", "2r.tif"],
            vec!["99999999999999999999999999999999.tif", "100000000000000000000000000000000.tif"],
            vec!["á1.tif", "á2.tif"],
        ] {
            let mut sorted = expected.clone();
            sorted.reverse();
            sorted.sort_by(|a, b| natural(a, b));
            assert_eq!(sorted, expected);
        }
    }

    #[test]
    fn parts_of_keys() {
        for (key, expected) in [
            ("a/b/001.tif", ("001", "a/b", true)),
            ("x.JPEG", ("x", "", true)),
            ("a.b/c", ("c", "a.b", false)),
            ("notes.txt", ("notes", "", false)),
            ("a/.hidden.tif", (".hidden", "a", false)),
            ("tif", ("tif", "", false)),
        ] {
            assert_eq!((stem(key), folder(key), is_picture(key)), expected, "{key}");
        }
    }

    proptest! {
        #[test]
        fn it_is_an_order(a in "[a0-2/ .é]{0,6}", b in "[a0-2/ .é]{0,6}", c in "[a0-2/ .é]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            prop_assert_eq!(natural(&a, &b) == Ordering::Equal, a == b);
            if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural(&a, &c), Ordering::Greater);
            }
        }
    }
}
