//! Bodies, unpacked and bounded while they arrive.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::FetchError;

/// Reads the whole body, of at most `most` bytes once it is unpacked.
pub(super) async fn read(headers: &HeaderMap, mut body: Incoming, most: u64) -> Result<Vec<u8>, FetchError> {
    let mut unpacked = Unpacked::new(coding(headers)?, most);
    if body.size_hint().lower() > most {
        return Err(FetchError::TooLarge(most));
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            tracing::debug!("a body broke off: {error}");
            FetchError::Broken
        })?;
        if let Ok(data) = frame.into_data() {
            unpacked.take(&data)?;
        }
    }
    unpacked.finish()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
}

fn coding(headers: &HeaderMap) -> Result<Coding, FetchError> {
    let all: Vec<_> = headers.get_all(header::CONTENT_ENCODING).iter().collect();
    let text = match all.as_slice() {
        [] => return Ok(Coding::Plain),
        [one] => one.to_str().map_err(|_| FetchError::Coding)?,
        _ => return Err(FetchError::Coding),
    };
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => Ok(Coding::Plain),
        "gzip" | "x-gzip" => Ok(Coding::Gzip),
        _ => Err(FetchError::Coding),
    }
}

/// What has arrived, unpacked.
enum Unpacked {
    Plain(Bounded),
    Gzip { decoder: Box<MultiGzDecoder<Bounded>>, begun: bool },
}

impl Unpacked {
    fn new(coding: Coding, most: u64) -> Self {
        let bounded = Bounded { bytes: Vec::new(), most, over: false };
        match coding {
            Coding::Plain => Self::Plain(bounded),
            Coding::Gzip => Self::Gzip { decoder: Box::new(MultiGzDecoder::new(bounded)), begun: false },
        }
    }

    fn take(&mut self, data: &Bytes) -> Result<(), FetchError> {
        let (written, bounded) = match self {
            Self::Plain(bounded) => (bounded.write_all(data), &*bounded),
            Self::Gzip { decoder, begun } => {
                *begun |= !data.is_empty();
                (decoder.write_all(data), decoder.get_ref())
            }
        };
        written.map_err(|_| bounded.fault())
    }

    fn finish(self) -> Result<Vec<u8>, FetchError> {
        match self {
            Self::Plain(bounded) => Ok(bounded.bytes),
            Self::Gzip { begun: false, .. } => Ok(Vec::new()),
            Self::Gzip { mut decoder, .. } => match decoder.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut decoder.get_mut().bytes)),
                Err(_) => Err(decoder.get_ref().fault()),
            },
        }
    }
}

/// Bytes up to a bound.
struct Bounded {
    bytes: Vec<u8>,
    most: u64,
    over: bool,
}

impl Bounded {
    /// Why writing failed.
    fn fault(&self) -> FetchError {
        if self.over { FetchError::TooLarge(self.most) } else { FetchError::Broken }
    }
}

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if (self.bytes.len() as u64).saturating_add(data.len() as u64) > self.most {
            self.over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).expect("written");
        encoder.finish().expect("finished")
    }

    fn unpack(coding: Coding, data: &[u8], piece: usize, most: u64) -> Result<Vec<u8>, FetchError> {
        let mut unpacked = Unpacked::new(coding, most);
        data.chunks(piece).try_for_each(|piece| unpacked.take(&Bytes::copy_from_slice(piece)))?;
        unpacked.finish()
    }

    #[test]
    fn the_bound_holds_for_what_is_unpacked() {
        let zeros = vec![0; 100_000];
        let packed = packed(&zeros);
        assert!(packed.len() < 1000);
        for piece in [1, 7, 100_000] {
            assert_eq!(unpack(Coding::Gzip, &packed, piece, 100_000), Ok(zeros.clone()));
            assert_eq!(unpack(Coding::Gzip, &packed, piece, 99_999), Err(FetchError::TooLarge(99_999)));
        }
        assert_eq!(unpack(Coding::Plain, &zeros, 999, 100_000), Ok(zeros.clone()));
        assert_eq!(unpack(Coding::Plain, &zeros, 999, 99_999), Err(FetchError::TooLarge(99_999)));
    }

    #[test]
    fn half_a_gzip_is_no_answer_and_nothing_is_an_empty_one() {
        let packed = packed(b"a document");
        assert_eq!(unpack(Coding::Gzip, &packed[..packed.len() / 2], 3, 100), Err(FetchError::Broken));
        assert_eq!(unpack(Coding::Gzip, b"not gzip at all", 3, 100), Err(FetchError::Broken));
        assert_eq!(unpack(Coding::Gzip, b"", 3, 100), Ok(Vec::new()));
        assert_eq!(unpack(Coding::Gzip, &[packed.clone(), packed].concat(), 3, 100), Ok(b"a documenta document".to_vec()));
    }

    #[test]
    fn only_known_codings_are_taken() {
        for (value, want) in [
            ("gzip", Ok(Coding::Gzip)),
            ("X-GZIP", Ok(Coding::Gzip)),
            ("identity", Ok(Coding::Plain)),
            ("br", Err(FetchError::Coding)),
            ("gzip, gzip", Err(FetchError::Coding)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_ENCODING, value.parse().expect("a value"));
            assert_eq!(coding(&headers), want, "{value}");
        }
        assert_eq!(coding(&HeaderMap::new()), Ok(Coding::Plain));
    }
}
