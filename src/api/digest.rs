//! Digests of what is sent (RFC 9530): `Content-Digest` and `Repr-Digest`, which are the same where nothing is compressed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use poem::{FromRequest, Request, RequestBody};

use super::problem::{Kind, Problem};

const NAMES: [&str; 2] = ["content-digest", "repr-digest"];

/// The SHA-256 that the body is said to have.
pub struct Announced(pub Option<[u8; 32]>);

impl<'a> FromRequest<'a> for Announced {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let mut found = None;
        for name in NAMES {
            for value in request.headers().get_all(name) {
                let sum = value.to_str().map_err(|_| wrong(name)).and_then(|text| sha256(name, text))?;
                if found.is_some_and(|found| found != sum) {
                    return Err(Problem::new(Kind::BadRequest, "the digests that were sent are not the same").into());
                }
                found = Some(sum);
            }
        }
        Ok(Self(found))
    }
}

/// The member `sha-256` of a dictionary of byte sequences (RFC 8941, sections 3.2 and 3.3.5); others are left to those who know them.
fn sha256(name: &str, text: &str) -> Result<[u8; 32], Problem> {
    let members = text.split(',').map(|member| member.split(';').next().unwrap_or_default().trim());
    let sums: Vec<&str> = members.filter_map(|member| member.strip_prefix("sha-256=")).collect();
    let sum = sums.last().and_then(|sum| sum.strip_prefix(':')?.strip_suffix(':'));
    sum.and_then(|sum| STANDARD.decode(sum).ok()?.try_into().ok()).ok_or_else(|| wrong(name))
}

fn wrong(name: &str) -> Problem {
    Problem::new(
        Kind::BadRequest,
        format!("{name} must have the form sha-256=:…:, with the SHA-256 of the body in Base64 between the colons"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_found_among_others() {
        let sum = STANDARD.encode([5; 32]);
        for text in [
            format!("sha-256=:{sum}:"),
            format!("sha-512=:AAAA:, sha-256=:{sum}:"),
            format!("sha-256=:{sum}:;a=1,md5=:AAAA:"),
            format!("sha-256=:AAAA:, sha-256=:{sum}:"),
        ] {
            assert_eq!(sha256("repr-digest", &text).expect("a sum"), [5; 32], "{text}");
        }
        for text in ["", "sha-256", "sha-256=", "sha-256=::", "sha-256=:AAAA:", "sha-512=:AAAA:", &sum, &format!("sha-256={sum}")] {
            assert!(sha256("repr-digest", text).is_err(), "{text}");
        }
    }
}
