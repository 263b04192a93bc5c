//! Omeka S: items as rows of a spreadsheet that its modules BulkImport and CSVImport take.
//!
//! BulkImport maps every column by itself; CSVImport maps all but the media column, for which somebody says once that it is IIIF. The
//! separator of values is `|`, to be set in the form of CSVImport. A later import of the same rows updates what is there if it is told
//! that `dcterms:identifier` names a resource: its first value is the address of the manifest, which never changes.

pub mod resource;

use crate::iiif::presentation::{Descriptive, LanguageMap};

/// The language of texts that have none.
const NONE: &str = "none";

/// Between values of one cell.
const BETWEEN: char = '|';
/// What looks like it, within a value.
const LOOKS_LIKE: &str = "\u{ff5c}";

/// The terms that have a column, and what cataloguers call them in `metadata`, in small letters.
const TERMS: [(&str, &[&str]); 15] = [
    ("identifier", &["identifier", "shelfmark", "call number", "signatur", "cote", "inventory number", "inventarnummer"]),
    ("title", &["title", "titel", "titre"]),
    ("creator", &["creator", "author", "artist", "urheber", "verfasser", "autor", "künstler", "auteur", "artiste"]),
    ("contributor", &["contributor", "mitwirkende", "beteiligte", "contributeur"]),
    ("publisher", &["publisher", "verlag", "herausgeber", "éditeur"]),
    ("date", &["date", "published", "datum", "datierung", "erschienen"]),
    ("type", &["type", "genre", "typ", "gattung"]),
    ("format", &["format", "extent", "material", "dimensions", "umfang", "maße"]),
    ("language", &["language", "sprache", "langue"]),
    ("subject", &["subject", "subjects", "keywords", "thema", "schlagwort", "schlagwörter", "sujet"]),
    ("coverage", &["coverage", "place", "ort", "lieu"]),
    ("source", &["source", "quelle"]),
    ("relation", &["relation", "beziehung"]),
    ("description", &["description", "abstract", "beschreibung", "résumé"]),
    ("rights", &["rights", "license", "licence", "rechte", "lizenz", "droits"]),
];

/// What Omeka S shows of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// The manifest, in its viewer.
    Manifest,
    /// Each image.
    Images,
}

impl Media {
    /// The name of the column, and of what takes such an address in Omeka S: its ingester.
    #[must_use]
    pub fn ingester(self) -> &'static str {
        match self {
            Self::Manifest => "iiif_presentation",
            Self::Images => "iiif",
        }
    }
}

/// The first row.
#[must_use]
pub fn header(media: Media) -> String {
    let columns = TERMS.iter().map(|(term, _)| format!("dcterms:{term}"));
    columns.chain([media.ingester().to_owned()]).collect::<Vec<_>>().join(",") + "\n"
}

/// The row of an item whose manifest has this address; `media` are the addresses of the media column.
#[must_use]
pub fn row(manifest: &str, descriptive: &Descriptive, media: &[String]) -> String {
    let said = statements(manifest, descriptive);
    let values = TERMS.map(|(term, _)| {
        let mut values: Vec<String> = Vec::new();
        for Statement { text, .. } in said.iter().filter(|statement| statement.term == term) {
            if !values.contains(text) {
                values.push(text.clone());
            }
        }
        values
    });
    let cells = values.iter().map(|values| cell(values)).chain([cell(media)]);
    cells.collect::<Vec<_>>().join(",") + "\n"
}

/// One value of one Dublin Core term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Without the prefix, as in `creator`.
    pub term: &'static str,
    /// Plain, and never empty.
    pub text: String,
    /// Of the text; none if it is unknown or of no matter.
    pub language: Option<String>,
    /// Whether the text is an address to be followed.
    pub link: bool,
}

/// What an item says of itself in Dublin Core, each value once; the first `identifier` is the address of its manifest.
#[must_use]
pub fn statements(manifest: &str, descriptive: &Descriptive) -> Vec<Statement> {
    let mut said: Vec<Statement> = Vec::new();
    let mut put = |term: &'static str, text: String, language: &str, link: bool| {
        let language = (language != NONE).then(|| language.to_owned());
        let statement = Statement { term, text, language, link };
        if !statement.text.is_empty() && !said.contains(&statement) {
            said.push(statement);
        }
    };
    put("identifier", manifest.to_owned(), NONE, false);
    texts(&descriptive.label).for_each(|(language, text)| put("title", text, language, false));
    for pair in &descriptive.metadata {
        let term = pair.label.texts().find_map(|(_, label)| term(label));
        for (language, text) in texts(&pair.value) {
            match (term, pair.label.first()) {
                (None, Some(label)) => put("description", format!("{label}: {text}"), language, false),
                (term, _) => put(term.unwrap_or("description"), text, language, false),
            }
        }
    }
    texts(&descriptive.summary).for_each(|(language, text)| put("description", text, language, false));
    descriptive.rights.iter().for_each(|uri| put("rights", uri.clone(), NONE, true));
    let required = descriptive.required_statement.iter().flat_map(|statement| texts(&statement.value));
    required.for_each(|(language, text)| put("rights", text, language, false));
    said
}

/// The term that a label of `metadata` stands for: by its name, as in `dcterms:creator`, or as people call it.
fn term(label: &str) -> Option<&'static str> {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    let bare = label.strip_prefix("dcterms:").or_else(|| label.strip_prefix("dc:"));
    let is_it = |(term, names): &&(&str, &[&str])| bare.map_or_else(|| names.contains(&label.as_str()), |bare| bare == *term);
    TERMS.iter().find(is_it).map(|(term, _)| *term)
}

/// The texts of all languages, without markup, each with its language.
fn texts(map: &LanguageMap) -> impl Iterator<Item = (&str, String)> {
    map.texts().map(|(language, text)| (language, without_markup(text)))
}

fn without_markup(text: &str) -> String {
    if !(text.starts_with('<') && text.ends_with('>')) {
        return text.trim().to_owned();
    }
    let parts: String = text.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<Vec<_>>().join(" ");
    let known = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    let plain = known.iter().fold(parts, |text, (name, character)| text.replace(name, character));
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A cell, quoted only where it must be. What a spreadsheet program would take for a formula gets a space before it, which both modules
/// take away; and so does a quotation mark, or the end, behind a backslash, which they would take for an escape.
fn cell(values: &[String]) -> String {
    let joined = values.iter().map(|value| value.replace(BETWEEN, LOOKS_LIKE)).collect::<Vec<_>>().join(&BETWEEN.to_string());
    let joined = if joined.starts_with(['=', '+', '-', '@', '\t']) { format!(" {joined}") } else { joined };
    if !joined.contains([',', '"', '\n', '\r']) && joined.trim() == joined.trim_start_matches(' ') {
        return joined;
    }
    let spaced = joined.replace("\\\"", "\\ \"");
    let spaced = if spaced.ends_with('\\') { spaced + " " } else { spaced };
    format!("\"{}\"", spaced.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::LabelValue;

    fn pair(label: &str, values: &[&str]) -> LabelValue {
        let mut value = LanguageMap::default();
        value.extend("none", values.iter().map(|value| (*value).to_owned()));
        LabelValue { label: LanguageMap::new("en", label), value }
    }

    #[test]
    fn the_first_row_maps_itself() {
        let expected = "dcterms:identifier,dcterms:title,dcterms:creator,dcterms:contributor,dcterms:publisher,dcterms:date,dcterms:type,\
                        dcterms:format,dcterms:language,dcterms:subject,dcterms:coverage,dcterms:source,dcterms:relation,\
                        dcterms:description,dcterms:rights,iiif_presentation\n";
        assert_eq!(header(Media::Manifest), expected);
        assert!(header(Media::Images).ends_with(",iiif\n"));
    }

    #[test]
    fn nothing_of_an_item_is_lost() {
        let mut label = LanguageMap::new("de", "Karte, alt");
        label.extend("en", ["Old map".to_owned()]);
        let descriptive = Descriptive {
            label,
            summary: LanguageMap::new("en", "<p>On <b>paper</b> &amp; cloth</p>"),
            metadata: vec![
                pair("Author:", &["A|B", "C"]),
                pair("dcterms:date", &["1900"]),
                pair("Shelfmark", &["K 1"]),
                pair("Weight", &["2 kg"]),
                pair("dcterms:unknown", &["x"]),
            ],
            rights: Some("http://rightsstatements.org/vocab/InC/1.0/".to_owned()),
            required_statement: Some(pair("Attribution", &["The library"])),
            ..Descriptive::default()
        };
        let row = row("https://h.org/manifests/k1", &descriptive, &["https://h.org/manifests/k1".to_owned()]);
        let expected = "https://h.org/manifests/k1|K 1,\"Karte, alt|Old map\",A\u{ff5c}B|C,,,1900,,,,,,,,\
                        Weight: 2 kg|dcterms:unknown: x|On paper & cloth,http://rightsstatements.org/vocab/InC/1.0/|The library,\
                        https://h.org/manifests/k1\n";
        assert_eq!(row, expected);
    }

    #[test]
    fn every_statement_keeps_its_language_and_is_made_once() {
        let mut label = LanguageMap::new("fr", "Carte");
        label.extend("en", ["Map".to_owned(), "Map".to_owned()]);
        label.extend("none", [" ".to_owned()]);
        let rights = Some("http://rightsstatements.org/vocab/InC/1.0/".to_owned());
        let said = statements("https://h.org/m", &Descriptive { label, rights, ..Descriptive::default() });
        let told: Vec<_> = said.iter().map(|one| (one.term, one.text.as_str(), one.language.as_deref(), one.link)).collect();
        let expected = [
            ("identifier", "https://h.org/m", None, false),
            ("title", "Carte", Some("fr"), false),
            ("title", "Map", Some("en"), false),
            ("rights", "http://rightsstatements.org/vocab/InC/1.0/", None, true),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn no_value_is_taken_for_something_else() {
        let cases = [
            ("C:\\dir\\", "C:\\dir\\"),
            ("C:\\dir, x\\", "\"C:\\dir, x\\ \""),
            ("a \\\"b\\\"", "\"a \\ \"\"b\\ \"\"\""),
            ("say \"yes\"", "\"say \"\"yes\"\"\""),
            ("=1+1", " =1+1"),
            ("@cmd, x", "\" @cmd, x\""),
            ("-5 °C", " -5 °C"),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ];
        for (value, expected) in cases {
            assert_eq!(cell(&[value.to_owned()]), expected, "{value}");
        }
    }
}
