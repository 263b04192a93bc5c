//! HTML in texts (Presentation 3.0, section 4.3; 2.1, section 4.4): a lenient reader that tells every kind of fault apart.

/// What is wrong with a text that clients take for HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Why it is not one well-formed XML element: the first reason.
    pub(super) broken: Option<String>,
    /// What could run in a reader's browser: a script, a handler, a `javascript:` link.
    pub(super) active: Option<String>,
    /// The part of this that certainly runs: not a tag that is only not allowed.
    pub(super) script: Option<String>,
    /// The first thing that clients take away: other tags and attributes, comments.
    pub(super) stripped: Option<String>,
}

const SAFE: [&str; 10] = ["a", "b", "br", "i", "img", "p", "small", "span", "sub", "sup"];
const ACTIVE: [&str; 9] = ["script", "style", "object", "form", "input", "iframe", "embed", "link", "svg"];
const EMPTY: [&str; 3] = ["br", "img", "hr"];

/// The first thing in a text, HTML or not, that would run in a browser.
pub(in crate::iiif::presentation) fn script_in(text: &str) -> Option<String> {
    if text.contains('<') { read(text).script } else { None }
}

/// Whether an address is code.
pub(in crate::iiif::presentation) fn is_script_link(address: &str) -> bool {
    let start: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).take(22).collect();
    let start = start.to_ascii_lowercase().replace("&tab;", "").replace("&newline;", "").replace("&colon;", ":");
    ["javascript:", "vbscript:", "data:text/html"].iter().any(|scheme| start.starts_with(scheme))
}

/// Whether a text has something in it that looks like a tag of HTML.
pub(super) fn has_tags(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut rest = 0;
    while let Some(at) = text[rest..].find('<').map(|at| rest + at) {
        let after = &bytes[at + 1..];
        let name = after.strip_prefix(b"/").unwrap_or(after);
        let length = name.iter().take(16).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let word = std::str::from_utf8(&name[..length]).unwrap_or_default().to_ascii_lowercase();
        let known =
            SAFE.contains(&word.as_str()) || ACTIVE.contains(&word.as_str()) || matches!(word.as_str(), "em" | "strong" | "div" | "u");
        if known && matches!(name.get(length), Some(b'>' | b' ' | b'/' | b'\t' | b'\n')) {
            return true;
        }
        rest = at + 1;
    }
    false
}

/// Reads a text as HTML and tells what is wrong with it.
pub(super) fn read(text: &str) -> Faults {
    let mut reader = Reader { rest: text, open: Vec::new(), roots: 0, faults: Faults::default() };
    while !reader.rest.is_empty() {
        reader.step();
    }
    if let Some(tag) = reader.open.pop() {
        reader.broken(format!("<{tag}> is not closed"));
    }
    reader.faults
}

struct Reader<'t> {
    rest: &'t str,
    open: Vec<String>,
    roots: usize,
    faults: Faults,
}

impl<'t> Reader<'t> {
    fn broken(&mut self, why: impl Into<String>) {
        self.faults.broken.get_or_insert_with(|| why.into());
    }

    fn active(&mut self, what: impl Into<String>) {
        self.faults.active.get_or_insert_with(|| what.into());
    }

    fn script(&mut self, what: impl Into<String>) {
        let what = what.into();
        self.faults.script.get_or_insert_with(|| what.clone());
        self.active(what);
    }

    fn stripped(&mut self, what: impl Into<String>) {
        self.faults.stripped.get_or_insert_with(|| what.into());
    }

    fn step(&mut self) {
        if let Some(after) = self.rest.strip_prefix("<!") {
            self.declaration(after);
        } else if let Some(after) = self.rest.strip_prefix("<?") {
            self.stripped("a processing instruction");
            self.rest = after.split_once("?>").map_or("", |(_, after)| after);
        } else if let Some(after) = self.rest.strip_prefix("</") {
            self.rest = after;
            self.end_tag();
        } else if let Some(after) = self.rest.strip_prefix('<') {
            self.rest = after;
            self.start_tag();
        } else {
            let (text, after) = self.rest.split_at(self.rest.find('<').unwrap_or(self.rest.len()));
            self.rest = after;
            self.references(text);
            if self.open.is_empty() {
                self.broken("text stands outside of the outermost element");
            }
        }
    }

    fn declaration(&mut self, after: &'t str) {
        let (what, end) = match after {
            _ if after.starts_with("--") => ("a comment", "-->"),
            _ if after.starts_with("[CDATA[") => ("a CDATA section", "]]>"),
            _ => ("a declaration", ">"),
        };
        self.stripped(what);
        match after.split_once(end) {
            Some((_, rest)) => self.rest = rest,
            None => {
                self.broken(format!("{what} does not end"));
                self.rest = "";
            }
        }
    }

    fn end_tag(&mut self) {
        let name = self.name();
        self.rest = self.rest.split_once('>').map_or("", |(_, after)| after);
        match self.open.last() {
            Some(open) if *open == name => {
                self.open.pop();
            }
            Some(open) => {
                let why = format!("</{name}> comes where <{open}> must be closed");
                self.broken(why);
                self.close(&name);
            }
            None => self.broken(format!("</{name}> closes nothing")),
        }
    }

    /// Closes down to the tag, if it is open not too far up.
    fn close(&mut self, name: &str) {
        let far = self.open.len().saturating_sub(64);
        if let Some(at) = self.open[far..].iter().rposition(|open| open == name) {
            self.open.truncate(far + at);
        }
    }

    fn start_tag(&mut self) {
        let name = self.name();
        if name.is_empty() {
            self.broken("a < that begins no tag must be written &lt;");
            return;
        }
        let lower = name.to_ascii_lowercase();
        if lower == "script" {
            self.script(format!("the tag <{name}>"));
        } else if ACTIVE.contains(&lower.as_str()) {
            self.active(format!("the tag <{name}>"));
        } else if !SAFE.contains(&name.as_str()) {
            self.stripped(format!("the tag <{name}>"));
        }
        let closed = self.attributes(&lower);
        if self.open.is_empty() {
            self.roots += 1;
            if self.roots == 2 {
                self.broken("more than one element stands side by side");
            }
        }
        if !closed && EMPTY.contains(&lower.as_str()) {
            self.broken(format!("<{name}> must be written <{name}/>"));
        } else if !closed {
            self.open.push(name);
        }
    }

    /// Reads attributes up to the end of the tag; tells whether the tag closes itself.
    fn attributes(&mut self, tag: &str) -> bool {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(after) = self.rest.strip_prefix("/>") {
                self.rest = after;
                return true;
            }
            if let Some(after) = self.rest.strip_prefix('>') {
                self.rest = after;
                return false;
            }
            if let Some(after) = self.rest.strip_prefix('/') {
                self.broken(format!("the tag <{tag}> is not well-formed"));
                self.rest = after;
                continue;
            }
            let name = self.name();
            if name.is_empty() {
                self.broken(format!("the tag <{tag}> is not well-formed"));
                self.rest = self.rest.split_once('>').map_or("", |(_, after)| after);
                return false;
            }
            let value = self.value(&name);
            self.attribute(tag, &name.to_ascii_lowercase(), value);
        }
    }

    /// Reads `="value"`.
    fn value(&mut self, name: &str) -> &'t str {
        let Some(after) = self.rest.trim_start().strip_prefix('=') else {
            self.broken(format!("the attribute {name} has no value"));
            return "";
        };
        let after = after.trim_start();
        let quoted = after.strip_prefix('"').map(|rest| (rest, '"')).or_else(|| after.strip_prefix('\'').map(|rest| (rest, '\'')));
        let Some((inner, quote)) = quoted else {
            self.broken(format!("the value of {name} is not quoted"));
            let (value, rest) = after.split_at(after.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(after.len()));
            self.rest = rest;
            return value;
        };
        let (value, rest) = inner.split_once(quote).unwrap_or((inner, ""));
        if rest.is_empty() {
            self.broken(format!("the value of {name} does not end"));
        }
        self.rest = rest;
        self.references(value);
        value
    }

    fn attribute(&mut self, tag: &str, name: &str, value: &str) {
        let masked = value.chars().filter(|c| !c.is_whitespace()).take(11).collect::<String>().contains("&#");
        let address = matches!(name, "href" | "src" | "action" | "formaction" | "xlink:href");
        if name == "srcdoc" || (name.len() > 2 && name.starts_with("on")) {
            self.script(format!("the attribute {name}"));
        } else if address && (masked || is_script_link(value)) {
            self.script(format!("the {name} of <{tag}>, which is a script"));
        } else if !matches!((tag, name), ("a", "href") | ("img", "src" | "alt")) {
            self.stripped(format!("the attribute {name} of <{tag}>"));
        } else if name != "alt" && !["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme)) {
            self.stripped(format!("the {name} of <{tag}>, which is not http, https or mailto"));
        }
    }

    fn name(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':')).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at(end);
        self.rest = after;
        name.chars().take(40).collect()
    }

    fn references(&mut self, text: &str) {
        for after in text.split('&').skip(1) {
            let name = after.split_once(';').map_or("", |(name, _)| name);
            let number = name.strip_prefix('#').is_some_and(|digits| {
                !digits.is_empty() && digits.len() < 8 && digits.trim_start_matches('x').bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            if !number && !matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") {
                self.broken("an & must be written &amp; (XML knows only &amp; &lt; &gt; &quot; &apos; and numbers)");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_kind_of_fault_is_told_apart() {
        let cases = [
            ("<p>a<br/>b &amp; <a href=\"https://x.org\">c</a> &#8212;</p>", None, None, None),
            ("<p>a<br>b</p>", Some("<br/>"), None, None),
            ("<p>a</p><p>b</p>", Some("side by side"), None, None),
            ("<p>a", Some("not closed"), None, None),
            ("<p>a &nbsp; b</p>", Some("&amp;"), None, None),
            ("<a href=http://x>a</a>", Some("not quoted"), None, None),
            ("<x> <y> <plain text>", Some("no value"), None, Some("<x>")),
            ("<p>a<script>b</script></p>", None, Some("<script>"), None),
            ("<span onmouseover='x()'>a</span>", None, Some("onmouseover"), None),
            ("<a href=\"java\tscript:x\">a</a>", None, Some("script"), None),
            ("<a href=\"&#106;avascript:x\">a</a>", None, Some("script"), None),
            ("<span><!-- <script/> -->a</span>", None, None, Some("comment")),
            ("<a target=\"_top\" href=\"http://x\">a</a>", None, None, Some("target")),
            ("<div>a</div>", None, None, Some("<div>")),
        ];
        for (text, broken, active, stripped) in cases {
            let faults = read(text);
            for (found, expected) in [(&faults.broken, broken), (&faults.active, active), (&faults.stripped, stripped)] {
                match expected {
                    Some(part) => assert!(found.as_deref().is_some_and(|found| found.contains(part)), "{text}: {faults:?}"),
                    None => assert_eq!(*found, None, "{text}: {faults:?}"),
                }
            }
        }
    }

    #[test]
    fn tags_are_seen_in_running_text() {
        for (text, tags) in [("a <i>b</i>", true), ("a <br> b", true), ("a < b > c", false), ("<Untitled>", false), ("x <script>", true)] {
            assert_eq!(has_tags(text), tags, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(<|>|/|&|;|#|x|p|a|b|=|\"|'| |!|-|\\[|\\]|href|é|[0-9])*") {
            let _ = read(&text);
            let _ = has_tags(&text);
        }
    }
}
