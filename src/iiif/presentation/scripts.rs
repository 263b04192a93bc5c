//! Code in texts: what would run in the browser of who reads a document, wherever it stands in it.
//!
//! Clients should take it away (Presentation 3.0, section 4.4), but not all do, and some take any text for HTML. So nothing that holds
//! it is stored, whatever the property: scripts, event handlers, links to `javascript:`. Tags that are only not allowed stay as they
//! are; the validator tells of them.

use super::check::Fault;
use super::validate::{is_script_link, script_in};
use serde_json::Value;

/// Most places told of one document.
const MOST: usize = 1000;

/// Properties whose texts are addresses, in 3.0 or 2.1.
const LINKS: [&str; 10] = ["id", "@id", "homepage", "seeAlso", "rendering", "related", "rights", "license", "logo", "thumbnail"];

/// Every place of any JSON where there is code, with what it is and the cure.
#[must_use]
pub fn scripts(document: &Value) -> Vec<Fault> {
    let mut search = Search { path: Vec::new(), faults: Vec::new() };
    search.value(document, "");
    search.faults
}

enum Step<'v> {
    Key(&'v str),
    Index(usize),
}

struct Search<'v> {
    path: Vec<Step<'v>>,
    faults: Vec<Fault>,
}

impl<'v> Search<'v> {
    /// Looks at the value, which stands at `key` or in a list that does.
    fn value(&mut self, value: &'v Value, key: &'v str) {
        match value {
            Value::String(text) => self.text(text, key),
            Value::Array(list) => {
                for (index, entry) in list.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.value(entry, key);
                    self.path.pop();
                }
            }
            Value::Object(object) => {
                for (key, entry) in object {
                    self.path.push(Step::Key(key));
                    self.value(entry, key);
                    self.path.pop();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, key: &str) {
        if self.faults.len() >= MOST {
            return;
        }
        if let Some(what) = script_in(text) {
            self.tell(format!("this text can run code in the reader's browser: {what}; take it away"));
        } else if LINKS.contains(&key) && is_script_link(text) {
            self.tell("this link runs code in the reader's browser; give an http or https URI".to_owned());
        }
    }

    fn tell(&mut self, detail: String) {
        let step = |step: &Step| match step {
            Step::Key(key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Step::Index(index) => format!("/{index}"),
        };
        self.faults.push(Fault { pointer: self.path.iter().map(step).collect(), detail });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(text: &str) -> usize {
        scripts(&json!({"label": {"en": [text]}})).len()
    }

    #[test]
    fn scripts_handlers_and_script_links_are_found_in_any_text() {
        for text in [
            "<p>a<script>b</script></p>",
            "a <SCRIPT src='https://x.org/s.js'></SCRIPT>",
            "<span onmouseover='x()'>a</span>",
            "a <img src=x onerror=x()> b",
            "<img/onerror=x() src=x>",
            "<img src=x\tonerror=x()>",
            "<img src=\"x\"onerror=x()>",
            "<a href=\"javascript:x()\">a</a>",
            "<a href=\" java\tscript:x()\">a</a>",
            "<a href=\"&#106;avascript:x()\">a</a>",
            "<a href=\"javascript&colon;x()\">a</a>",
            "<a href='java&Tab;script:x()'>a</a>",
            "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            "<iframe srcdoc='x'></iframe>",
            "<a href='vbscript:x'>a</a>",
            "<form action='javascript:x()'>",
            "<p>a <script",
        ] {
            assert_eq!(told(text), 1, "{text}");
        }
    }

    #[test]
    fn a_tag_that_runs_nothing_is_no_script() {
        for text in [
            "a<br>b",
            "<h1>A</h1><div class='x'>b</div>",
            "<p style='color: red'>a</p>",
            "<a target='_blank' href='http://x.org/?a=1&b=2'>a</a>",
            "<iframe src='https://x.org/embed'></iframe>",
            "<svg xmlns='http://www.w3.org/2000/svg'><path d='M0,0'/></svg>",
            "JavaScript: the good parts",
            "a < b, script > c",
            "The scripts of <Unknown>",
            "<!-- <script>x</script> --> a",
            "onclick='x'",
        ] {
            assert_eq!(told(text), 0, "{text}");
        }
    }

    #[test]
    fn every_place_is_named_and_links_are_judged_where_links_stand() {
        let bad = "<script>x</script>";
        let document = json!({
            "label": bad, "a/b~c": [1, {"d": bad}], "related": "javascript:x()", "rendering": ["JavaScript:x()", {"@id": "https://x.org/"}],
            "homepage": [{"id": "\u{1}javascript:x()", "label": {"en": ["javascript:x()"]}}]
        });
        let pointers: Vec<String> = scripts(&document).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(pointers, ["/label", "/a~1b~0c/1/d", "/related", "/rendering/0", "/homepage/0/id"]);
    }

    #[test]
    fn places_are_told_up_to_a_bound() {
        assert_eq!(scripts(&json!(vec!["<script>x</script>"; MOST + 1])).len(), MOST);
    }
}
