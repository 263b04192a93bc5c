//! The sources as the laws see them: code alone, without comments, texts and test modules.

use std::path::{Path, PathBuf};

/// One file, its path relative to the top of the repository.
pub struct Source {
    pub path: String,
    /// As it is.
    pub text: String,
    /// Comments and texts blanked, test modules taken out where asked; as many lines as `text`.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: without_tests(&bare(text)) }
    }

    /// Test modules stay.
    pub fn with_tests(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: bare(text) }
    }

    /// The room it belongs to: the first name below `src`.
    pub fn room(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap_or(below).trim_end_matches(".rs")
    }

    /// Whether it is the file, or lies in the directory, that `place` names (relative to `src`, directories with a slash at the end).
    pub fn is_in(&self, place: &str) -> bool {
        let below = self.path.trim_start_matches("src/");
        below == place || (place.ends_with('/') && below.starts_with(place))
    }

    /// Where `word` stands in the code as a word of its own.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let bytes = self.code.as_bytes();
        let is_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let apart =
            move |at: &usize| !is_name(at.checked_sub(1).and_then(|before| bytes.get(before))) && !is_name(bytes.get(at + word.len()));
        self.code.match_indices(word).map(|(at, _)| at).filter(apart)
    }
}

/// The top of the repository.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file of the library and the program but those that are only compiled for tests.
pub fn library() -> Vec<Source> {
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let sources: Vec<Source> = rust("src").into_iter().map(|(path, text)| Source::new(&path, &text)).collect();
    let declared: Vec<String> = sources.iter().flat_map(test_files).collect();
    sources.into_iter().filter(|source| !is_test(&source.path) && !declared.contains(&source.path)).collect()
}

/// Every Rust file there is, tests included.
pub fn everything() -> Vec<Source> {
    let directories = ["src", "tests", "benches"];
    directories.into_iter().flat_map(rust).map(|(path, text)| Source::with_tests(&path, &text)).collect()
}

/// Path and text of the Rust files below a directory.
fn rust(directory: &str) -> Vec<(String, String)> {
    let files = files(directory).into_iter().filter(|path| path.ends_with(".rs"));
    files.map(|path| (path.clone(), std::fs::read_to_string(top().join(&path)).expect("UTF-8"))).collect()
}

/// Paths of all files below a directory, but for what builds and runs leave behind.
pub fn files(directory: &str) -> Vec<String> {
    const LEFT_BEHIND: [&str; 5] = ["target", ".git", "data", "node_modules", ".env"];
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = vec![top().join(directory)];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten() {
            let entry = entry.expect("an entry");
            let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
            match entry.file_name().to_str() {
                Some(name) if LEFT_BEHIND.contains(&name) => {}
                _ if kind.is_dir() => waiting.push(path),
                _ if kind.is_file() => found.push(path.strip_prefix(top()).expect("below the top").to_string_lossy().into_owned()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Files of modules that are declared for tests only.
fn test_files(source: &Source) -> Vec<String> {
    let directory = match source.path.strip_suffix("/mod.rs") {
        Some(directory) => directory,
        None => source.path.trim_end_matches(".rs"),
    };
    let code = bare(&source.text);
    let declarations = code.split("#[cfg(test)]").skip(1);
    let names = declarations.filter_map(|rest| rest.trim_start().strip_prefix("mod ")?.split_once(';').map(|(name, _)| name.to_owned()));
    names.filter(|name| !name.contains('{')).map(|name| format!("{directory}/{name}.rs")).collect()
}

/// Takes out `#[cfg(test)] mod … { … }`, keeping the lines.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        kept.push_str(&rest[..at]);
        let end = end_of_item(&rest[at..]);
        kept.extend(rest[at..at + end].chars().filter(|character| *character == '\n'));
        rest = &rest[at + end..];
    }
    kept + rest
}

/// Where an item ends that is a declaration or a block.
fn end_of_item(code: &str) -> usize {
    let mut depth = 0;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The code with comments and the insides of texts blanked.
fn bare(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = blank_length(rest, code.chars().next_back());
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// Bytes of the comment or text that begins here; none if code does.
fn blank_length(rest: &str, before: Option<char>) -> usize {
    let after_name = before.is_some_and(|before| before.is_ascii_alphanumeric() || before == '_');
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !after_name || before == Some('b')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let closing = format!("\"{}", "#".repeat(hashes));
            let start = 1 + hashes + 1;
            return rest[start..].find(&closing).map_or(rest.len(), |end| start + end + closing.len());
        }
    }
    if rest.starts_with('"') {
        return closing(rest, '"');
    }
    // A character, not a lifetime.
    let mut characters = rest.chars();
    match (characters.next(), characters.next(), characters.next()) {
        (Some('\''), Some('\\'), _) => closing(rest, '\''),
        (Some('\''), Some(inside), Some('\'')) => 2 + inside.len_utf8(),
        _ => 0,
    }
}

/// Bytes up to and with the closing quote.
fn closing(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn code_is_told_from_comments_texts_and_tests() {
    let text = "let a = \"sqlx::\\\"x\"; // sqlx\nfn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' }\n/* poem\n */ let r = r#\"tokio \" \"#;\n\
                #[cfg(test)]\nmod tests {\n    use sqlx::X;\n}\nfn last() {}\n";
    let code = Source::new("src/a.rs", text).code;
    for gone in ["sqlx", "poem", "tokio", "mod tests"] {
        assert!(!code.contains(gone), "{gone} in {code}");
    }
    for kept in ["let a =", "fn f<'a>(c: char)", "let r =", "fn last() {}"] {
        assert!(code.contains(kept), "{kept} not in {code}");
    }
    assert_eq!(code.lines().count(), text.lines().count());
    assert!(Source::with_tests("src/a.rs", text).code.contains("sqlx::X"));
}
