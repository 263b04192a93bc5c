//! What a directory says of its samples and their packing, as far as it is supported.

use super::directory::{Directory, Stop};
use super::{Color, Compression, PyramidError, tags};

pub(super) fn read_compression(directory: &Directory) -> Result<Compression, Stop> {
    match directory.number(tags::COMPRESSION)?.unwrap_or(1) {
        1 => Ok(Compression::None),
        5 => Ok(Compression::Lzw),
        7 => Ok(Compression::Jpeg),
        8 | 32946 => Ok(Compression::Deflate),
        other => {
            Err(PyramidError::Unsupported(format!("compression {}; JPEG, deflate, LZW and none are supported", compression_name(other)))
                .into())
        }
    }
}

fn compression_name(number: u64) -> String {
    let name = match number {
        2..=4 => "CCITT fax",
        6 => "old-style JPEG",
        32773 => "PackBits",
        33003..=33005 | 34712 => "JPEG 2000",
        34887 => "LERC",
        34925 => "LZMA",
        50000 => "Zstandard",
        50001 => "WebP",
        50002 => "JPEG XL",
        _ => return number.to_string(),
    };
    format!("{name} ({number})")
}

pub(super) fn read_color(directory: &Directory) -> Result<Color, Stop> {
    let samples = directory.number(tags::SAMPLES_PER_PIXEL)?.unwrap_or(1);
    let bits = directory.numbers(tags::BITS_PER_SAMPLE, 64)?.unwrap_or_else(|| vec![1]);
    let formats = directory.numbers(tags::SAMPLE_FORMAT, 64)?.unwrap_or_default();
    if bits.iter().any(|bits| *bits != 8) || formats.iter().any(|format| *format != 1 && *format != 4) {
        let bits = bits.first().copied().unwrap_or(0);
        return Err(PyramidError::Unsupported(format!("samples of {bits} bits; 8-bit whole numbers are supported")).into());
    }
    if directory.number(tags::PLANAR)?.unwrap_or(1) != 1 && samples > 1 {
        return Err(PyramidError::Unsupported("channels in separate planes; pixels must be stored together".into()).into());
    }
    if directory.number(tags::FILL_ORDER)?.unwrap_or(1) != 1 {
        return Err(PyramidError::Unsupported("reversed bit order".into()).into());
    }
    let premultiplied = directory.number(tags::EXTRA_SAMPLES)? == Some(1);
    let photometric = directory.number(tags::PHOTOMETRIC)?;
    let color = color_of(photometric, samples, premultiplied);
    let jpeg = directory.number(tags::COMPRESSION)? == Some(7);
    let known = color.filter(|color| if jpeg { color.samples() != 2 && color.samples() != 4 } else { *color != Color::YCbCr });
    known.ok_or_else(|| PyramidError::Unsupported(unknown_color(photometric, samples, jpeg)).into())
}

fn color_of(photometric: Option<u64>, samples: u64, premultiplied: bool) -> Option<Color> {
    match (photometric?, samples) {
        (0, 1) => Some(Color::GrayInverted),
        (1, 1) => Some(Color::Gray),
        (1, 2) if !premultiplied => Some(Color::GrayAlpha),
        (2, 3) => Some(Color::Rgb),
        (2, 4) if premultiplied => Some(Color::RgbaPremultiplied),
        (2, 4) => Some(Color::Rgba),
        (6, 3) => Some(Color::YCbCr),
        _ => None,
    }
}

fn unknown_color(photometric: Option<u64>, samples: u64, jpeg: bool) -> String {
    let name = match photometric {
        Some(0 | 1) => "gray",
        Some(2) => "RGB",
        Some(3) => "palette",
        Some(5) => "CMYK",
        Some(6) => "YCbCr",
        Some(8..=10) => "Lab",
        _ => "unknown",
    };
    let (packing, wanted) = match jpeg {
        true => (" in JPEG", "gray, RGB and YCbCr without alpha"),
        false => (" without JPEG", "gray and RGB, each with or without alpha,"),
    };
    format!("{name} colour with {samples} samples per pixel{packing}; {wanted} are supported")
}

pub(super) fn read_predictor(directory: &Directory, compression: Compression) -> Result<bool, Stop> {
    let packed = matches!(compression, Compression::Lzw | Compression::Deflate);
    match directory.number(tags::PREDICTOR)?.filter(|_| packed).unwrap_or(1) {
        1 => Ok(false),
        2 => Ok(true),
        other => Err(PyramidError::Unsupported(format!("predictor {other}; none and horizontal are supported")).into()),
    }
}
