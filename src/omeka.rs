//! Omeka S: items as rows of a spreadsheet that its modules BulkImport and CSVImport take.
//!
//! BulkImport maps every column by itself; CSVImport maps all but the media column, for which somebody says once that it is IIIF. The
//! separator of values is `|`, to be set in the form of CSVImport. A later import of the same rows updates what is there if it is told
//! that `dcterms:identifier` names a resource: its first value is the address of the manifest, which never changes.

use crate::iiif::presentation::{Descriptive, LanguageMap};

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
    /// The name of the column.
    fn column(self) -> &'static str {
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
    columns.chain([media.column().to_owned()]).collect::<Vec<_>>().join(",") + "\n"
}

/// The row of an item whose manifest has this address; `media` are the addresses of the media column.
#[must_use]
pub fn row(manifest: &str, descriptive: &Descriptive, media: &[String]) -> String {
    let mut values: Vec<Vec<String>> = TERMS.map(|_| Vec::new()).to_vec();
    let mut put = |term: &str, text: String| {
        let column = TERMS.iter().position(|(known, _)| *known == term).unwrap_or(TERMS.len() - 2);
        if !text.is_empty() && !values[column].contains(&text) {
            values[column].push(text);
        }
    };
    put("identifier", manifest.to_owned());
    texts(&descriptive.label).for_each(|text| put("title", text));
    for pair in &descriptive.metadata {
        let term = pair.label.texts().find_map(|(_, label)| term(label));
        for text in texts(&pair.value) {
            match (term, pair.label.first()) {
                (None, Some(label)) => put("description", format!("{label}: {text}")),
                (term, _) => put(term.unwrap_or("description"), text),
            }
        }
    }
    texts(&descriptive.summary).for_each(|text| put("description", text));
    descriptive.rights.iter().for_each(|uri| put("rights", uri.clone()));
    descriptive.required_statement.iter().flat_map(|statement| texts(&statement.value)).for_each(|text| put("rights", text));
    let cells = values.iter().map(|values| cell(values)).chain([cell(media)]);
    cells.collect::<Vec<_>>().join(",") + "\n"
}

/// The term that a label of `metadata` stands for: by its name, as in `dcterms:creator`, or as people call it.
fn term(label: &str) -> Option<&'static str> {
    let label = label.trim().trim_end_matches(':').to_lowercase();
    let bare = label.strip_prefix("dcterms:").or_else(|| label.strip_prefix("dc:"));
    let is_it = |(term, names): &&(&str, &[&str])| bare.map_or_else(|| names.contains(&label.as_str()), |bare| bare == *term);
    TERMS.iter().find(is_it).map(|(term, _)| *term)
}

/// The texts of all languages, without markup.
fn texts(map: &LanguageMap) -> impl Iterator<Item = String> {
    map.texts().map(|(_, text)| without_markup(text))
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
