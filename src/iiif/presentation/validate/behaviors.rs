//! `behavior` (Presentation 3.0, section 3.2): where its words may stand and which exclude one another.

use super::classes::{ANNOTATION, ANNOTATION_COLLECTION, ANNOTATION_PAGE, CANVAS, COLLECTION, Class, MANIFEST, RANGE};
use super::finding::{Rule, UV};
use super::report::Place;
use super::run::Run;
use super::spelling::{near, quoted, shown};
use serde_json::Value;

const TEXT: Rule = Rule::error("p3-behavior-text", "Presentation 3.0, 3.2");
const CLASS: Rule = Rule::error("p3-behavior-class", "Presentation 3.0, 3.2");
const EXCLUDES: Rule = Rule::error("p3-behavior-excludes", "Presentation 3.0, 3.2");
const SPELLING: Rule = Rule::error("p3-behavior-spelling", "Presentation 3.0, 3.2");
const UNKNOWN: Rule = Rule::warning("p3-behavior-unknown", "Presentation 3.0, 3.2");
const DURATION: Rule = Rule::warning("p3-behavior-duration", "Presentation 3.0, 3.2");
const PLANE: Rule = Rule::warning("p3-behavior-size", "Presentation 3.0, 3.2");
const FIRST: Rule = Rule::warning("viewer-behavior-first", "Universal Viewer 4").hits(&[UV]);

struct Word {
    word: &'static str,
    classes: u32,
    /// Words of one group exclude one another.
    group: &'static str,
}

const TIMED: u32 = COLLECTION | MANIFEST | CANVAS | RANGE;
const LAYOUT: u32 = COLLECTION | MANIFEST | RANGE;

const WORDS: [Word; 16] = [
    Word { word: "auto-advance", classes: TIMED, group: "advance" },
    Word { word: "no-auto-advance", classes: TIMED, group: "advance" },
    Word { word: "repeat", classes: COLLECTION | MANIFEST, group: "repeat" },
    Word { word: "no-repeat", classes: COLLECTION | MANIFEST, group: "repeat" },
    Word { word: "unordered", classes: LAYOUT, group: "layout" },
    Word { word: "individuals", classes: LAYOUT, group: "layout" },
    Word { word: "continuous", classes: LAYOUT, group: "layout" },
    Word { word: "paged", classes: LAYOUT, group: "layout" },
    Word { word: "facing-pages", classes: CANVAS, group: "page" },
    Word { word: "non-paged", classes: CANVAS, group: "page" },
    Word { word: "multi-part", classes: COLLECTION, group: "parts" },
    Word { word: "together", classes: COLLECTION, group: "parts" },
    Word { word: "sequence", classes: RANGE, group: "navigation" },
    Word { word: "thumbnail-nav", classes: RANGE, group: "navigation" },
    Word { word: "no-nav", classes: RANGE, group: "navigation" },
    Word { word: "hidden", classes: ANNOTATION_COLLECTION | ANNOTATION_PAGE | ANNOTATION, group: "hidden" },
];

fn find(word: &str) -> Option<&'static Word> {
    WORDS.iter().find(|known| known.word == word)
}

/// Checks the list of words on a resource of the class.
pub(super) fn check<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, class: Class) {
    if let Value::String(text) = value {
        run.add(at, TEXT, format!("behavior must be a list, but is {}", quoted(text)), format!("write [{}]", quoted(text)));
        return word(run, at, text, class);
    }
    let mut groups: Vec<(&str, &str)> = Vec::new();
    run.each(at, value, |run, at, entry| {
        let Some(text) = entry.as_str() else {
            return run.add(
                at,
                TEXT,
                format!("a behavior must be a word, but this is {}", shown(entry)),
                "write the word in quotation marks",
            );
        };
        word(run, at, text, class);
        let Some(known) = find(text) else { return };
        match groups.iter().find(|(group, _)| *group == known.group) {
            Some((_, other)) => run.add(at, EXCLUDES, format!("{text} and {other} exclude each other"), "keep one of them"),
            None => groups.push((known.group, known.word)),
        }
    });
    first_word(run, at, value);
}

fn word(run: &mut Run<'_>, at: &Place<'_>, text: &str, class: Class) {
    match find(text) {
        Some(known) if known.classes & class.bit() == 0 && class != Class::Content => {
            run.add(
                at,
                CLASS,
                format!("{text} has no meaning on a {}", class.name()),
                format!("move it to a {}", Class::names(known.classes)),
            );
        }
        Some(_) => {}
        None => match near(text, WORDS.iter().map(|known| known.word)) {
            Some(meant) => run.add(at, SPELLING, format!("{} is not a behavior", quoted(text)), format!("write {meant}")),
            None => run.add(at, UNKNOWN, format!("{} is not a behavior of the specification", quoted(text)), "viewers will ignore it"),
        },
    }
}

/// Universal Viewer reads the first word only.
fn first_word(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    let Some(list) = value.as_array() else { return };
    let layout = |entry: &Value| entry.as_str().and_then(find).is_some_and(|known| known.group == "layout");
    if let Some(index) = list.iter().position(layout).filter(|index| *index > 0) {
        let what = format!("{} is not the first behavior; Universal Viewer looks at the first only", shown(&list[index]));
        run.add(&at.index(index), FIRST, what, "put it first");
    }
}

/// Checks that words about time stand where there is time, and words about pages where there are planes.
pub(super) fn dimensions(run: &mut Run<'_>, at: &Place<'_>, value: Option<&Value>, (time, plane): (bool, bool)) {
    for (index, word) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let Some(known) = word.as_str().and_then(find) else { continue };
        let place = at.key("behavior");
        if !time && matches!(known.group, "advance" | "repeat") {
            let what = format!("{} needs Canvases with a duration, and there are none", known.word);
            run.add(&place.index(index), DURATION, what, "take it away, or give the Canvases a duration");
        }
        if !plane && matches!(known.word, "continuous" | "paged" | "facing-pages" | "non-paged") {
            let what = format!("{} needs Canvases with height and width, and there are none", known.word);
            run.add(&place.index(index), PLANE, what, "take it away, or give the Canvases height and width");
        }
    }
}
