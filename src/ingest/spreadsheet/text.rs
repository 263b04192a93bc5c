//! The bytes of a sheet as text: UTF-8 or UTF-16, or whatever the sender says it is.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::SheetFault;

/// What to do about a file that is none of what is recognised.
const CURE: &str = "save it as \"CSV UTF-8\", or say what it is: `Content-Type: text/csv; charset=windows-1250` (or windows-1252, …)";

/// The text of `bytes`. A byte order mark goes before `charset`, the encoding that the sender names; without either it must be UTF-8,
/// as nothing tells one code page from another, and a wrong guess would spoil every letter with an accent.
///
/// # Errors
/// What it is not, where, and what to do.
pub fn decoded(bytes: &[u8], charset: Option<&str>) -> Result<String, SheetFault> {
    let named = charset.map(|name| Encoding::for_label(name.as_bytes()).ok_or_else(|| unknown(name))).transpose()?;
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (named.or_else(|| unmarked_utf_16(bytes)).unwrap_or(UTF_8), 0));
    let bytes = &bytes[mark..];
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => Err(broken(bytes, encoding)),
    }
}

fn unknown(name: &str) -> SheetFault {
    SheetFault::whole(format!("there is no charset {name:?}; {CURE}"))
}

fn broken(bytes: &[u8], encoding: &'static Encoding) -> SheetFault {
    let line = match std::str::from_utf8(bytes) {
        Err(error) if encoding == UTF_8 => {
            format!(
                " (line {} of the file is the first that is not)",
                bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1
            )
        }
        _ => String::new(),
    };
    SheetFault::whole(format!("the file is not {}{line}; {CURE}", encoding.name()))
}

/// UTF-16 of mostly Latin letters without its mark: every other byte is zero.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let most = head.len() / 2 * 3 / 4;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd > most => Some(UTF_16LE),
        (even, 0) if even > most => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, mark: &[u16], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn a_file_is_read_in_the_encoding_that_it_shows_or_that_is_named() {
        let text = "id,label@cs\np1,Herbář 🌿";
        let cases = [
            (text.as_bytes().to_vec(), None),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), None),
            ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Some("windows-1252")),
            (utf_16(text, &[0xFEFF], u16::to_le_bytes), None),
            (utf_16(text, &[0xFEFF], u16::to_be_bytes), None),
            (utf_16(text, &[], u16::to_le_bytes), None),
            (utf_16(text, &[], u16::to_be_bytes), None),
            (utf_16(text, &[], u16::to_le_bytes), Some("UTF-16LE")),
        ];
        for (bytes, charset) in cases {
            assert_eq!(decoded(&bytes, charset).expect("text"), text, "{charset:?} {bytes:x?}");
        }
        assert_eq!(decoded(b"H\xE1j\xE8ek", Some("windows-1250")).expect("text"), "Hájček");
        assert_eq!(decoded(b"caf\xE9", Some("Windows-1252")).expect("text"), "café");
    }

    #[test]
    fn what_is_not_utf_8_is_refused_with_a_cure_and_never_guessed() {
        for (bytes, charset, part) in [
            (&b"id\na\nH\xE1j\xE8ek"[..], None, "line 3"),
            (b"a\x81", Some("utf-8"), "not UTF-8"),
            (b"\xFF\xFEa", None, "not UTF-16LE"),
            (b"a", Some("klingon"), "klingon"),
        ] {
            let fault = decoded(bytes, charset).expect_err("a fault");
            assert!(fault.detail.contains(part) && fault.detail.contains("CSV UTF-8"), "{fault:?}");
        }
    }
}
