//! The headers of the tus resumable upload protocol 1.0.0, read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};

use crate::api::problem::{Kind, Problem};
use crate::catalog::NewUpload;
use crate::ingest::Checksum;

/// The version that is spoken, and the only one.
pub const VERSION: &str = "1.0.0";
/// What is spoken beyond the core protocol.
const EXTENSIONS: &str = "creation,creation-with-upload,expiration,checksum,termination";
/// The content type of bytes that are appended.
pub const CONTENT_TYPE: &str = "application/offset+octet-stream";
/// Longest text of a name or a media type.
const LONGEST: usize = 1000;

/// Whether a path belongs to the protocol.
pub fn speaks(path: &str) -> bool {
    path.strip_prefix(super::PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What every answer of the protocol says.
pub fn answered() -> [(HeaderName, HeaderValue); 2] {
    ["tus-resumable", "tus-version"].map(|name| (HeaderName::from_static(name), HeaderValue::from_static(VERSION)))
}

/// What `OPTIONS` says of the server (section "OPTIONS" of the core protocol).
pub fn offered(max_length: u64) -> [(HeaderName, HeaderValue); 3] {
    [
        (HeaderName::from_static("tus-extension"), HeaderValue::from_static(EXTENSIONS)),
        (HeaderName::from_static("tus-max-size"), HeaderValue::from(max_length)),
        (HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static(Checksum::ALGORITHMS)),
    ]
}

/// Refuses versions that are not spoken; a request that changes something must name one.
pub fn check_version(named: Option<&str>, needed: bool) -> Result<(), Problem> {
    match named.map(str::trim) {
        Some(VERSION) => Ok(()),
        None if !needed => Ok(()),
        Some(other) => Err(Problem::new(Kind::TusVersion, format!("tus {VERSION} is spoken here, not {other:?}"))),
        None => Err(Problem::new(Kind::TusVersion, format!("send `Tus-Resumable: {VERSION}`"))),
    }
}

/// A header that is a number of bytes.
pub fn bytes(name: &str, value: Option<&str>) -> Result<i64, Problem> {
    let digits = value.map(str::trim).filter(|value| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse::<i64>().ok());
    number.ok_or_else(|| Problem::new(Kind::BadRequest, format!("{name} must be there, and be a number of bytes")))
}

/// An upload as its creation announces it.
///
/// # Errors
/// 400 for headers that cannot be read.
pub fn announced(length: Option<&str>, deferred: Option<&str>, metadata: Option<&str>) -> Result<NewUpload, Problem> {
    if length.is_none() && deferred.is_some() {
        return Err(Problem::new(Kind::BadRequest, "the length has to be known from the start: send Upload-Length"));
    }
    let length = bytes("Upload-Length", length)?;
    let metadata = metadata.unwrap_or_default().trim();
    let pairs = pairs(metadata)?;
    let text = |key: &str| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| printable(key, value)).transpose();
    let (name, kind) = (text("filename")?, text("filetype")?);
    let sha256 = text("sha256")?.map(|text| hexadecimal(&text)).transpose()?;
    Ok(NewUpload { length, metadata: metadata.to_owned(), name, kind, sha256, direct: None })
}

/// The pairs of `Upload-Metadata` (extension Creation): keys, and values in Base64.
fn pairs(text: &str) -> Result<Vec<(&str, Vec<u8>)>, Problem> {
    let wrong = |what: &str| Problem::new(Kind::BadRequest, format!("Upload-Metadata cannot be read: {what}"));
    let mut pairs: Vec<(&str, Vec<u8>)> = Vec::new();
    if text.is_empty() {
        return Ok(pairs);
    }
    for pair in text.split(',').map(str::trim) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("a key is missing, or not ASCII"));
        }
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(wrong(&format!("the key {key:?} is there twice")));
        }
        let value = STANDARD.decode(value.trim()).map_err(|_| wrong(&format!("the value of {key:?} is not Base64")))?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn printable(key: &str, value: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= LONGEST && !text.chars().any(char::is_control));
    let wrong = || Problem::new(Kind::BadRequest, format!("{key} in Upload-Metadata must be UTF-8 text of at most {LONGEST} bytes"));
    text.map(str::to_owned).ok_or_else(wrong)
}

/// The SHA-256 of a whole upload.
pub fn hexadecimal(text: &str) -> Result<Vec<u8>, Problem> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    let sum = digits.filter(|digits| digits.len() == 64).map(|digits| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect());
    sum.ok_or_else(|| Problem::new(Kind::BadRequest, "sha256 must be 64 hexadecimal digits"))
}

/// `Upload-Checksum` (extension Checksum): the algorithm, and the sum in Base64.
pub fn checksum(value: Option<&str>) -> Result<Option<Checksum>, Problem> {
    let Some(value) = value else { return Ok(None) };
    let (algorithm, sum) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    let read = STANDARD.decode(sum.trim()).ok().and_then(|sum| Checksum::new(algorithm, &sum));
    let wrong = || {
        let known = Checksum::ALGORITHMS.replace(',', " or ");
        Problem::new(Kind::BadRequest, format!("Upload-Checksum must be {known}, a space, and the sum in Base64"))
    };
    read.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_announcement_is_read() {
        let name = STANDARD.encode("Blatt 1ü.tif");
        let sum = STANDARD.encode("ab".repeat(32));
        let cases = [
            ("", None, None, None),
            ("is_confidential", None, None, None),
            (&format!("filename {name},filetype aW1hZ2UvdGlmZg==,other"), Some("Blatt 1ü.tif"), Some("image/tiff"), None),
            (&format!("a AA==, filename {name}"), Some("Blatt 1ü.tif"), None, None),
            (&format!("sha256 {sum}"), None, None, Some(vec![0xab; 32])),
            ("filename ", Some(""), None, None),
        ];
        for (metadata, name, kind, sha256) in cases {
            let read = announced(Some("12"), None, Some(metadata)).expect(metadata);
            assert_eq!((read.name.as_deref(), read.kind.as_deref(), read.sha256), (name, kind, sha256), "{metadata}");
            assert_eq!((read.length, &*read.metadata), (12, metadata.trim()));
        }
        assert_eq!(announced(Some("0"), None, None).expect("nothing").length, 0);
    }

    #[test]
    fn an_announcement_that_cannot_be_read_is_refused() {
        let long = format!("filename {}", STANDARD.encode("x".repeat(LONGEST + 1)));
        for metadata in
            ["filename !", "a AA==,a AA==", ",", "a AA==,", "ü AA==", "filename /w==", "filename Cg==", "sha256 YWI=", long.as_str()]
        {
            let refused = announced(Some("1"), None, Some(metadata)).expect_err(metadata);
            assert_eq!(refused.kind, Kind::BadRequest, "{metadata}");
        }
        for length in [None, Some(""), Some("-1"), Some("+1"), Some("1.0"), Some("99999999999999999999"), Some("x")] {
            assert!(announced(length, None, None).is_err(), "{length:?}");
        }
        assert!(announced(None, Some("1"), None).expect_err("deferred").detail.contains("Upload-Length"));
    }

    #[test]
    fn a_checksum_is_an_algorithm_and_a_sum() {
        let sum = STANDARD.encode([7; 20]);
        assert_eq!(checksum(None).expect("none"), None);
        assert_eq!(checksum(Some(&format!("sha1 {sum}"))).expect("a sum"), Some(Checksum::Sha1([7; 20])));
        for wrong in ["", "sha1", "sha1 ", "md5 AAAA", "sha1 !", &format!("sha256 {sum}"), &sum] {
            assert!(checksum(Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_paths_of_uploads_speak_tus() {
        for (path, expected) in
            [("/api/v1/uploads", true), ("/api/v1/uploads/", true), ("/api/v1/uploads/x", true), ("/api/v1/uploadsx", false), ("/", false)]
        {
            assert_eq!(speaks(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn what_clients_encode_is_read_again(name in "[^\\p{Cc}]{0,80}", length in 0..i64::MAX) {
            let metadata = format!("filename {},filetype {}", STANDARD.encode(&name), STANDARD.encode("image/png"));
            let read = announced(Some(&length.to_string()), None, Some(&metadata)).expect("it is sound");
            prop_assert_eq!((read.name, read.kind, read.length), (Some(name), Some("image/png".to_owned()), length));
        }

        #[test]
        fn nothing_sent_makes_it_fail(text in "\\PC*") {
            let _ = announced(Some(&text), Some(&text), Some(&text));
            let _ = announced(Some("1"), None, Some(&text));
            let _ = checksum(Some(&text));
        }
    }
}
