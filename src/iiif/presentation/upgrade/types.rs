//! Names of types in 2.x and 3.0, and what can be told of a resource by its file name.

use serde_json::Value;

/// Prefixes and namespaces under which 2.x and its like write the names of types and motivations.
const PREFIXES: [&str; 15] = [
    "sc:",
    "oa:",
    "dctypes:",
    "dcTypes:",
    "dctype:",
    "dcterms:",
    "cnt:",
    "as:",
    "iiif:",
    "http://iiif.io/api/presentation/2#",
    "http://www.shared-canvas.org/ns/",
    "http://www.w3.org/ns/oa#",
    "http://purl.org/dc/dcmitype/",
    "http://www.w3.org/2011/content#",
    "foaf:",
];

/// The name without prefix.
pub(super) fn plain(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// The name that 3.0 has for a type of 2.x.
pub(super) fn modern(name: &str) -> &str {
    match plain(name) {
        "AnnotationList" => "AnnotationPage",
        "Layer" => "AnnotationCollection",
        "MovingImage" => "Video",
        "StillImage" => "Image",
        "Audio" => "Sound",
        "Document" => "Text",
        "PhysicalObject" => "Model",
        "ContentAsText" | "ContentAsHTML" | "ContentAsXML" => "TextualBody",
        "CssStyle" => "CssStylesheet",
        "SvgSelector" | "SVGSelector" => "SvgSelector",
        other => other,
    }
}

/// The names in `@type`, a string or a list of strings.
pub(super) fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The extension of the path of a URI, lower case.
fn extension(uri: &str) -> Option<String> {
    let path = uri.split(['?', '#']).next()?;
    let name = path.rsplit('/').next()?;
    if path.matches('/').count() < 3 && path.contains("://") {
        return None;
    }
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
}

/// The media type that the file name of a URI promises.
pub(super) fn format(uri: &str) -> Option<&'static str> {
    Some(match extension(uri)?.as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "tif" | "tiff" => "image/tiff",
        "jp2" => "image/jp2",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "ogg" | "oga" => "audio/ogg",
        "m4a" => "audio/mp4",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mpg" | "mpeg" => "video/mpeg",
        "pdf" => "application/pdf",
        "epub" => "application/epub+zip",
        "html" | "htm" => "text/html",
        "txt" => "text/plain",
        "vtt" => "text/vtt",
        "xml" => "application/xml",
        "rdf" => "application/rdf+xml",
        "ttl" => "text/turtle",
        "json" => "application/json",
        "jsonld" => "application/ld+json",
        "csv" => "text/csv",
        "glb" => "model/gltf-binary",
        "gltf" => "model/gltf+json",
        _ => return None,
    })
}

/// Whether a media type is one of data for machines.
pub(super) fn is_data(format: &str) -> bool {
    const WORDS: [&str; 7] = ["json", "xml", "rdf", "turtle", "n-triples", "marc", "csv"];
    !format.contains("xhtml") && !format.contains("svg") && WORDS.iter().any(|word| format.contains(word))
}

/// The class of content that has this media type.
pub(super) fn of_format(format: &str) -> Option<&'static str> {
    let (kind, rest) = format.split_once('/')?;
    Some(match kind {
        "image" => "Image",
        "audio" => "Sound",
        "video" => "Video",
        "model" => "Model",
        _ if is_data(format) => "Dataset",
        "text" => "Text",
        _ if matches!(rest, "pdf" | "epub+zip" | "xhtml+xml" | "msword") => "Text",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_three() {
        let cases = [
            ("sc:AnnotationList", "AnnotationPage"),
            ("sc:Manifest", "Manifest"),
            ("dcTypes:Image", "Image"),
            ("dctypes:MovingImage", "Video"),
            ("cnt:ContentAsText", "TextualBody"),
            ("http://purl.org/dc/dcmitype/Sound", "Sound"),
            ("ex:Own", "ex:Own"),
        ];
        for (two, three) in cases {
            assert_eq!(modern(two), three);
        }
    }

    #[test]
    fn file_names() {
        let cases = [
            ("https://x.org/a.JPG?x=1", Some("image/jpeg")),
            ("https://x.org/iiif/a/full/full/0/native.png", Some("image/png")),
            ("https://x.pdf", None),
            ("https://x.org/a", None),
        ];
        for (uri, expected) in cases {
            assert_eq!(format(uri), expected, "{uri}");
        }
        assert_eq!(of_format("text/turtle"), Some("Dataset"));
        assert_eq!(of_format("application/pdf"), Some("Text"));
        assert_eq!(of_format("application/octet-stream"), None);
    }
}
