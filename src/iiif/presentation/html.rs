//! The small HTML that `summary` and values may hold (Presentation 3.0, section 4.3): one well-formed XML element of safe tags.

/// Tags that clients keep.
const TAGS: [&str; 10] = ["a", "b", "br", "i", "img", "p", "small", "span", "sub", "sup"];
const MAX_DEPTH: usize = 64;

/// Whether a client takes the text for HTML: it does so by the first and the last character.
pub(super) fn looks_like_html(text: &str) -> bool {
    text.starts_with('<') && text.ends_with('>')
}

/// Checks that a text that looks like HTML is one element of safe tags, well-formed as XML.
///
/// # Errors
/// What is wrong, in words for the writer.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut scanner = Scanner { rest: text, open: Vec::new() };
    let mut begun = false;
    while !scanner.rest.is_empty() {
        if scanner.open.is_empty() && begun {
            return Err("one element must hold all of the text".to_owned());
        }
        begun = true;
        scanner.step()?;
    }
    match scanner.open.pop() {
        Some(tag) => Err(format!("<{tag}> is not closed")),
        None => Ok(()),
    }
}

struct Scanner<'a> {
    rest: &'a str,
    open: Vec<&'a str>,
}

impl<'a> Scanner<'a> {
    /// Reads one tag, or the text before the next.
    fn step(&mut self) -> Result<(), String> {
        if let Some(after) = self.rest.strip_prefix("</") {
            self.rest = after;
            return self.end_tag();
        }
        if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
            return Err("comments, CDATA sections and processing instructions are not allowed".to_owned());
        }
        if let Some(after) = self.rest.strip_prefix('<') {
            self.rest = after;
            return self.start_tag();
        }
        let (text, after) = self.rest.split_at(self.rest.find('<').unwrap_or(self.rest.len()));
        self.rest = after;
        if text.contains("]]>") {
            return Err("]]> must be written ]]&gt;".to_owned());
        }
        references(text)
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let name = self.name()?;
        self.space();
        self.expect('>')?;
        match self.open.pop() {
            Some(open) if open == name => Ok(()),
            Some(open) => Err(format!("</{name}> comes where <{open}> must be closed")),
            None => Err(format!("</{name}> closes nothing")),
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let name = self.name()?;
        if !TAGS.contains(&name) {
            return Err(format!("<{name}> is not one of the tags {}", TAGS.join(" ")));
        }
        let mut seen = Vec::new();
        loop {
            let spaced = self.space();
            if let Some(after) = self.rest.strip_prefix("/>") {
                self.rest = after;
                return Ok(());
            }
            if let Some(after) = self.rest.strip_prefix('>') {
                self.rest = after;
                break;
            }
            if !spaced {
                return Err(format!("<{name}> is not well-formed"));
            }
            let attribute = self.attribute(name)?;
            if seen.contains(&attribute) {
                return Err(format!("<{name}> has the attribute {attribute} twice"));
            }
            seen.push(attribute);
        }
        if self.open.len() == MAX_DEPTH {
            return Err(format!("tags are nested more than {MAX_DEPTH} deep"));
        }
        self.open.push(name);
        Ok(())
    }

    /// Reads `name="value"` and judges it.
    fn attribute(&mut self, tag: &str) -> Result<&'a str, String> {
        let name = self.name()?;
        self.space();
        self.expect('=')?;
        self.space();
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(format!("the value of {name} is not quoted"))?;
        let (value, after) = self.rest[1..].split_once(quote).ok_or(format!("the value of {name} does not end"))?;
        self.rest = after;
        if value.contains('<') {
            return Err(format!("the value of {name} has a < that must be written &lt;"));
        }
        references(value)?;
        let schemes: &[&str] = match (tag, name) {
            ("a", "href") => &["http://", "https://", "mailto:"],
            ("img", "src") => &["http://", "https://"],
            ("img", "alt") => return Ok(name),
            _ => return Err(format!("the attribute {name} is not allowed on <{tag}>")),
        };
        if schemes.iter().any(|scheme| value.starts_with(scheme)) {
            Ok(name)
        } else {
            Err(format!("{name} must begin with {}", schemes.join(" or ")))
        }
    }

    fn name(&mut self) -> Result<&'a str, String> {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at(end);
        self.rest = after;
        if name.is_empty() || name.len() > 16 { Err("a tag or attribute has no proper name".to_owned()) } else { Ok(name) }
    }

    /// Skips white space and tells whether there was any.
    fn space(&mut self) -> bool {
        let trimmed = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let found = trimmed.len() < self.rest.len();
        self.rest = trimmed;
        found
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        self.rest = self.rest.strip_prefix(sign).ok_or(format!("a {sign} is missing"))?;
        Ok(())
    }
}

/// Every `&` begins a reference that XML knows.
fn references(text: &str) -> Result<(), String> {
    for after in text.split('&').skip(1) {
        let known = after.split_once(';').is_some_and(|(name, _)| known_reference(name));
        if !known {
            return Err("an & must be written &amp;".to_owned());
        }
    }
    Ok(())
}

fn known_reference(name: &str) -> bool {
    let code = match name.strip_prefix("#x") {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None => name.strip_prefix('#').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())).and_then(|digits| digits.parse().ok()),
    };
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") || code.and_then(char::from_u32).is_some_and(legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn looks() {
        for (text, html) in [("<p>a</p>", true), ("<Untitled>", true), ("<p>a</p> ", false), ("a <b>c</b>", false), ("", false)] {
            assert_eq!(looks_like_html(text), html, "{text}");
        }
    }

    #[test]
    fn good() {
        let cases = [
            "<p>a</p>",
            "<p>a<br/>b<br />c &amp; d &#8212; &#x2014; ]] > e</p>",
            "<a href='mailto:a@b.c'>x</a>",
            "<span><a href=\"https://x.org/?a=1&amp;b=2\">x</a><img src=\"http://x.org/i.png\" alt=\"an 'x'\"/></span >",
            "<p>H<sub>2</sub>O <small>x<sup>2</sup></small></p>",
        ];
        for text in cases {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn bad() {
        let cases = [
            ("<p>a<br>b</p>", "must be closed"),
            ("<p>a", "not closed"),
            ("<p>a</p><p>b</p>", "one element"),
            ("<p>a</p> ", "one element"),
            ("</p>", "closes nothing"),
            ("<p>a & b</p>", "&amp;"),
            ("<p>a &nbsp; b</p>", "&amp;"),
            ("<p>&#0;</p>", "&amp;"),
            ("<p>&#x110000;</p>", "&amp;"),
            ("<script>x</script>", "not one of the tags"),
            ("<P>x</P>", "not one of the tags"),
            ("<p class=\"x\">a</p>", "not allowed on <p>"),
            ("<p onclick=\"x\">a</p>", "not allowed on <p>"),
            ("<a href=\"javascript:x\">a</a>", "must begin with"),
            ("<a href=\"&#104;ttp://x\">a</a>", "must begin with"),
            ("<a href=http://x>a</a>", "not quoted"),
            ("<a href=\"http://x>a</a>", "does not end"),
            ("<a href=\"http://x\" href=\"http://y\">a</a>", "twice"),
            ("<img src=\"http://x\"alt=\"y\"/>", "not well-formed"),
            ("<p><!-- x --></p>", "comments"),
            ("<![CDATA[x]]>", "comments"),
            ("<>", "no proper name"),
            ("<p>]]></p>", "]]&gt;"),
        ];
        for (text, part) in cases {
            let fault = check(text).expect_err(text);
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(check(&format!("{}{}", "<b>".repeat(64), "</b>".repeat(64))).is_ok());
        assert!(check(&format!("{}{}", "<b>".repeat(65), "</b>".repeat(65))).is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text in "(<|>|/|&|;|#|x|p|a|b|=|\"|'| |!|href|é|[0-9])*") {
            let _ = check(&text);
        }
    }
}
