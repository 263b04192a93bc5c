//! How a content state travels in a URL (Content State API 1.0, section 6): JSON as `encodeURIComponent` writes it, that in base64
//! for URLs, without padding. A plain URI travels as it is.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::StateError;

/// Most bytes of an encoded content state.
pub const LONGEST: usize = 64 << 10;

/// What `encodeURIComponent` leaves (ECMA-262, section 19.2.6): letters, digits and `- _ . ! ~ * ' ( )`.
const COMPONENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// Writes no padding, and reads what others padded all the same.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The state as the value of `iiif-content`.
#[must_use]
pub fn encode(state: &Value) -> String {
    match state {
        Value::String(uri) => uri.clone(),
        state => BASE64.encode(utf8_percent_encode(&state.to_string(), COMPONENT).to_string()),
    }
}

/// The JSON of a value of `iiif-content`; a plain URI is a string.
///
/// # Errors
/// The value is neither a URI nor encoded JSON, or too long.
pub fn decode(value: &str) -> Result<Value, StateError> {
    if value.len() > LONGEST {
        return Err(StateError::TooLong);
    }
    let value = value.trim();
    if is_web(value) {
        return Ok(Value::String(value.to_owned()));
    }
    let component = BASE64.decode(value).map_err(|_| StateError::Coding)?;
    let text = decode_component(&component).ok_or(StateError::Coding)?;
    if is_web(&text) { Ok(Value::String(text)) } else { serde_json::from_str(&text).map_err(|_| StateError::Json) }
}

/// Whether the text is an http or https URI.
#[must_use]
pub fn is_web(text: &str) -> bool {
    let begins = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    (begins("https://") || begins("http://")) && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// `decodeURIComponent`: every `%` stands before two digits, and what they say is UTF-8.
fn decode_component(text: &[u8]) -> Option<String> {
    let whole = |at: usize| text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let right = text.iter().enumerate().all(|(at, byte)| *byte != b'%' || whole(at));
    let decoded = percent_encoding::percent_decode(text).decode_utf8().ok()?;
    right.then(|| decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// The example of section 6.3.
    const ENCODED: &str = "JTdCJTIyaWQlMjIlM0ElMjJodHRwcyUzQSUyRiUyRmV4YW1wbGUub3JnJTJGb2JqZWN0MSUyRmNhbnZhczclMjN4eXdoJTNEMTAwMCUyQzIwMDAlMkMxMDAwJTJDMjAwMCUyMiUyQyUyMnR5cGUlMjIlM0ElMjJDYW52YXMlMjIlMkMlMjJwYXJ0T2YlMjIlM0ElNUIlN0IlMjJpZCUyMiUzQSUyMmh0dHBzJTNBJTJGJTJGZXhhbXBsZS5vcmclMkZvYmplY3QxJTJGbWFuaWZlc3QlMjIlMkMlMjJ0eXBlJTIyJTNBJTIyTWFuaWZlc3QlMjIlN0QlNUQlN0Q";

    fn decoded() -> Value {
        json!({
            "id": "https://example.org/object1/canvas7#xywh=1000,2000,1000,2000", "type": "Canvas",
            "partOf": [{"id": "https://example.org/object1/manifest", "type": "Manifest"}]
        })
    }

    #[test]
    fn the_example_of_the_specification_passes_both_ways() {
        assert_eq!(encode(&decoded()), ENCODED);
        assert_eq!(decode(ENCODED), Ok(decoded()));
        let padded = format!("{ENCODED}{}", "=".repeat((4 - ENCODED.len() % 4) % 4));
        assert_eq!(decode(&padded), Ok(decoded()));
    }

    #[test]
    fn a_plain_uri_is_not_encoded() {
        let uri = json!("https://example.org/manifest?a=b%20c#d");
        assert_eq!(encode(&uri), "https://example.org/manifest?a=b%20c#d");
        assert_eq!(decode("https://example.org/manifest?a=b%20c#d"), Ok(uri));
    }

    #[test]
    fn whatever_is_no_state_is_refused() {
        let base64 = |text: &str| BASE64.encode(text);
        for (value, error) in [
            (String::new(), StateError::Json),
            ("A".to_owned(), StateError::Coding),
            ("*".to_owned(), StateError::Coding),
            ("{\"id\":\"https://example.org\"}".to_owned(), StateError::Coding),
            ("javascript:alert(1)".to_owned(), StateError::Coding),
            (base64("%7B%2"), StateError::Coding),
            (base64("%ZZ"), StateError::Coding),
            (base64("%FF%FE"), StateError::Coding),
            (base64("%7B"), StateError::Json),
            (base64("javascript:alert(1)"), StateError::Json),
            (base64(&"[".repeat(1000)), StateError::Json),
            ("A".repeat(LONGEST + 1), StateError::TooLong),
        ] {
            assert_eq!(decode(&value), Err(error), "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_json_comes_back(key in "\\PC*", text in any::<String>(), number in any::<i64>()) {
            let state = json!({key: [text, number, null]});
            prop_assert_eq!(decode(&encode(&state)), Ok(state));
        }

        #[test]
        fn any_text_has_an_answer(text in any::<String>()) {
            let _ = decode(&text);
            let _ = decode(&BASE64.encode(text));
        }
    }
}
