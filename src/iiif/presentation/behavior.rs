//! `behavior`: its words, the classes on which they are valid, and which exclude one another (Presentation 3.0, section 3.2).

use super::check::Class;
use Class::{AnnotationPage, Canvas, Collection, Manifest, Range};

struct Rule {
    word: &'static str,
    classes: &'static [Class],
    /// Words of one group exclude one another.
    group: &'static str,
}

const RULES: [Rule; 12] = [
    Rule { word: "unordered", classes: &[Collection, Manifest, Range], group: "layout" },
    Rule { word: "individuals", classes: &[Collection, Manifest, Range], group: "layout" },
    Rule { word: "continuous", classes: &[Collection, Manifest, Range], group: "layout" },
    Rule { word: "paged", classes: &[Collection, Manifest, Range], group: "layout" },
    Rule { word: "facing-pages", classes: &[Canvas], group: "page" },
    Rule { word: "non-paged", classes: &[Canvas], group: "page" },
    Rule { word: "multi-part", classes: &[Collection], group: "parts" },
    Rule { word: "together", classes: &[Collection], group: "parts" },
    Rule { word: "sequence", classes: &[Range], group: "range" },
    Rule { word: "thumbnail-nav", classes: &[Range], group: "range" },
    Rule { word: "no-nav", classes: &[Range], group: "range" },
    Rule { word: "hidden", classes: &[AnnotationPage], group: "hidden" },
];

/// Words that need a `duration`, which no image has.
const TEMPORAL: [&str; 4] = ["auto-advance", "no-auto-advance", "repeat", "no-repeat"];
/// Words for Ranges whose Canvases have a duration.
const PLAYED: [&str; 2] = ["auto-advance", "no-auto-advance"];

fn rule(word: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.word == word)
}

/// What is wrong with the word at `index` of `words`, if anything; a pair that excludes each other is told at the second.
pub(super) fn fault(words: &[String], index: usize, class: Class) -> Option<String> {
    let word = words.get(index)?;
    if class == Range && PLAYED.contains(&word.as_str()) {
        let other = words[..index].iter().find(|other| PLAYED.contains(&other.as_str()));
        return other.map(|other| format!("{word} and {other} exclude each other"));
    }
    let Some(found) = rule(word) else { return Some(unknown(word)) };
    if !found.classes.contains(&class) {
        return Some(format!("{word} is not valid on a {}", class.as_str()));
    }
    let before = words[..index].iter().find(|other| rule(other).is_some_and(|other| other.group == found.group));
    before.map(|other| if other == word { format!("{word} is there twice") } else { format!("{word} and {other} exclude each other") })
}

fn unknown(word: &str) -> String {
    if TEMPORAL.contains(&word) {
        format!("{word} needs a duration, which images do not have")
    } else {
        let words: Vec<_> = RULES.iter().map(|rule| rule.word).collect();
        format!("not a behavior; known are {}", words.join(", "))
    }
}

/// The words with that of the layout first, where viewers that read only one look.
pub(super) fn ordered(words: &[String]) -> Vec<&str> {
    let mut ordered: Vec<&str> = words.iter().map(String::as_str).collect();
    ordered.sort_by_key(|word| rule(word).is_none_or(|rule| rule.group != "layout"));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn faults() {
        let cases: [(&[&str], Class, Option<&str>); 15] = [
            (&["paged"], Manifest, None),
            (&["multi-part", "unordered"], Collection, None),
            (&["paged"], Canvas, Some("not valid on a Canvas")),
            (&["multi-part"], Manifest, Some("not valid on a Manifest")),
            (&["paged", "continuous"], Manifest, Some("continuous and paged exclude")),
            (&["facing-pages", "non-paged"], Canvas, Some("exclude")),
            (&["paged", "paged"], Manifest, Some("twice")),
            (&["repeat"], Manifest, Some("duration")),
            (&["hidden"], Canvas, Some("not valid on a Canvas")),
            (&["hidden"], AnnotationPage, None),
            (&["sequence", "paged"], Range, None),
            (&["sequence", "no-nav"], Range, Some("exclude")),
            (&["sequence"], Manifest, Some("not valid on a Manifest")),
            (&["auto-advance"], Range, None),
            (&["auto-advance", "no-auto-advance"], Range, Some("exclude")),
        ];
        for (words, class, part) in cases {
            let words = owned(words);
            let last = fault(&words, words.len() - 1, class);
            match part {
                Some(part) => assert!(last.as_deref().is_some_and(|text| text.contains(part)), "{words:?}: {last:?}"),
                None => assert_eq!(last, None, "{words:?}"),
            }
        }
        assert!(fault(&owned(&["Paged"]), 0, Manifest).is_some_and(|text| text.contains("known are unordered")));
    }

    #[test]
    fn layout_comes_first() {
        assert_eq!(ordered(&owned(&["multi-part", "paged"])), ["paged", "multi-part"]);
    }
}
