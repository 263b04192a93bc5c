//! What a directory says of its samples and their packing, as far as it is supported.

use super::color::{color_name, compression_name};
use super::directory::{Directory, Stop};
use super::fax::ALIGNED;
use super::samples::{MAX_SAMPLES, Predictor, Samples};
use super::{Color, Compression, PyramidError, damaged, tags};

/// How the pixels of a directory's image are stored.
pub(super) struct Kind {
    pub compression: Compression,
    pub color: Color,
    pub samples: Samples,
}

/// What to do about a file that cannot be read here.
const CURE: &str = "save it again as TIFF with LZW or without compression";

fn unsupported<T>(what: impl Into<String>) -> Result<T, Stop> {
    Err(PyramidError::Unsupported(what.into()).into())
}

pub(super) fn read_kind(directory: &Directory) -> Result<Kind, Stop> {
    let compression = read_compression(directory)?;
    let count = directory.number(tags::SAMPLES_PER_PIXEL)?.unwrap_or(1);
    if count == 0 || count > MAX_SAMPLES {
        return unsupported(format!("{count} samples per pixel; up to {MAX_SAMPLES} are supported"));
    }
    let color = read_color(directory, compression, count)?;
    let (bits, float) = read_bits(directory, color)?;
    let planar = count > 1 && directory.number(tags::PLANAR)?.unwrap_or(1) == 2;
    let samples = Samples {
        count: count as u8,
        bits,
        float,
        planar,
        predictor: read_predictor(directory, compression, bits, float)?,
        big_endian: directory.is_big_endian(),
        reversed: reversed(directory, compression)?,
        sharing: read_sharing(directory, compression, color)?,
        palette: if color == Color::Palette { Some(read_palette(directory, bits)?) } else { None },
        fax: read_fax(directory, compression)?,
    };
    if samples.check(color, compression).is_err() {
        let name = color_name(directory.number(tags::PHOTOMETRIC)?);
        return unsupported(format!("{name} colour with {count} samples of {bits} bits per pixel in {}; {CURE}", packing(directory)?));
    }
    Ok(Kind { compression, color, samples })
}

fn packing(directory: &Directory) -> Result<&'static str, Stop> {
    Ok(compression_name(directory.number(tags::COMPRESSION)?.unwrap_or(1)))
}

fn read_compression(directory: &Directory) -> Result<Compression, Stop> {
    match directory.number(tags::COMPRESSION)?.unwrap_or(1) {
        1 => Ok(Compression::None),
        2 | 3 => Ok(Compression::Group3),
        4 => Ok(Compression::Group4),
        5 => Ok(Compression::Lzw),
        7 => Ok(Compression::Jpeg),
        8 | 32946 => Ok(Compression::Deflate),
        32773 => Ok(Compression::PackBits),
        34926 | 50000 => Ok(Compression::Zstd),
        34927 | 50001 => Ok(Compression::WebP),
        other => unsupported(format!("compression {} ({other}) in a TIFF; {CURE}", compression_name(other))),
    }
}

fn read_color(directory: &Directory, compression: Compression, count: u64) -> Result<Color, Stop> {
    let photometric = directory.number(tags::PHOTOMETRIC)?;
    let inks = directory.number(tags::INK_SET)?.unwrap_or(1);
    let color = match (photometric, count) {
        (Some(5), _) if inks != 1 || count < 4 => {
            return unsupported(format!("inks other than cyan, magenta, yellow and black; {CURE} in RGB"));
        }
        // Fax machines say nothing of colour.
        (None, _) if matches!(compression, Compression::Group3 | Compression::Group4) => Some(Color::GrayInverted),
        _ => color_of(photometric, count, &read_alpha(directory)?),
    };
    let name = color_name(photometric);
    let Some(color) = color else {
        return unsupported(format!("{name} colour with {count} samples per pixel; {CURE} in RGB or gray"));
    };
    let alone = usize::try_from(count) == Ok(color.samples()) || directory.number(tags::PLANAR)? == Some(2);
    let fits = match compression {
        Compression::Jpeg => alone && matches!(color, Color::Gray | Color::GrayInverted | Color::Rgb | Color::YCbCr | Color::Cmyk),
        Compression::WebP => matches!((color, count), (Color::Rgb, 3) | (Color::Rgba | Color::RgbaPremultiplied, 4)),
        _ => true,
    };
    match fits {
        true => Ok(color),
        false => unsupported(format!("{name} colour with {count} samples per pixel in {}; {CURE}", packing(directory)?)),
    }
}

fn color_of(photometric: Option<u64>, count: u64, alpha: &Alpha) -> Option<Color> {
    match (photometric?, count, alpha) {
        (0, _, _) => Some(Color::GrayInverted),
        (1, 2, Alpha::Straight) => Some(Color::GrayAlpha),
        (1, 2, Alpha::Premultiplied) => Some(Color::GrayAlphaPremultiplied),
        (1, _, _) => Some(Color::Gray),
        (2, 4.., Alpha::Straight) => Some(Color::Rgba),
        (2, 4.., Alpha::Premultiplied) => Some(Color::RgbaPremultiplied),
        (2, 3.., _) => Some(Color::Rgb),
        (3, _, _) => Some(Color::Palette),
        (5, 4.., _) => Some(Color::Cmyk),
        (6, 3, _) => Some(Color::YCbCr),
        (8, 3.., _) => Some(Color::Lab),
        (9, 3.., _) => Some(Color::IccLab),
        _ => None,
    }
}

enum Alpha {
    None,
    Straight,
    Premultiplied,
}

/// Whether the first sample after those of the colour is alpha; where nothing is said of it, it is taken for that.
fn read_alpha(directory: &Directory) -> Result<Alpha, Stop> {
    Ok(match directory.number(tags::EXTRA_SAMPLES)? {
        Some(1) => Alpha::Premultiplied,
        Some(2) | None => Alpha::Straight,
        Some(_) => Alpha::None,
    })
}

/// Bits of each sample, and whether they are floating-point numbers.
fn read_bits(directory: &Directory, color: Color) -> Result<(u8, bool), Stop> {
    let bits = directory.numbers(tags::BITS_PER_SAMPLE, MAX_SAMPLES)?.unwrap_or_else(|| vec![1]);
    let formats = directory.numbers(tags::SAMPLE_FORMAT, MAX_SAMPLES)?.unwrap_or_default();
    let (first, format) = (bits.first().copied().unwrap_or(1), formats.first().copied().unwrap_or(1));
    if bits.iter().any(|bits| *bits != first) || formats.iter().any(|other| *other != format) {
        return unsupported(format!("samples of different kinds in one pixel; {CURE} with 8 or 16 bits"));
    }
    let lab = matches!(color, Color::Lab | Color::IccLab);
    let (float, fits) = match format {
        1 | 4 => (false, matches!(first, 1..=16 | 32)),
        2 if lab => (false, true),
        3 => (true, matches!(first, 16 | 32 | 64)),
        _ => (false, false),
    };
    let fits = fits && (!lab || !float && matches!(first, 8 | 16)) && (color != Color::Palette || first <= 8);
    match u8::try_from(first) {
        Ok(bits) if fits => Ok((bits, float)),
        _ => {
            let kind = match format {
                2 => "signed ",
                3 => "floating-point ",
                5 | 6 => "complex ",
                _ => "",
            };
            unsupported(format!("{kind}samples of {first} bits; {CURE} with 8 or 16 bits"))
        }
    }
}

fn read_predictor(directory: &Directory, compression: Compression, bits: u8, float: bool) -> Result<Predictor, Stop> {
    let packed = matches!(compression, Compression::Lzw | Compression::Deflate | Compression::Zstd);
    match directory.number(tags::PREDICTOR)?.filter(|_| packed).unwrap_or(1) {
        1 => Ok(Predictor::None),
        2 if matches!(bits, 8 | 16 | 32 | 64) => Ok(Predictor::Horizontal),
        3 if float => Ok(Predictor::Float),
        other => unsupported(format!("predictor {other} for samples of {bits} bits; {CURE}")),
    }
}

/// JPEG and WebP have an order of their own.
fn reversed(directory: &Directory, compression: Compression) -> Result<bool, Stop> {
    let bytes = !matches!(compression, Compression::Jpeg | Compression::WebP);
    Ok(bytes && directory.number(tags::FILL_ORDER)? == Some(2))
}

/// How many pixels share Cb and Cr, where JPEG does not see to it itself.
fn read_sharing(directory: &Directory, compression: Compression, color: Color) -> Result<(u8, u8), Stop> {
    if color != Color::YCbCr || compression == Compression::Jpeg {
        return Ok((1, 1));
    }
    let near = |tag, usual: &[f64]| -> Result<bool, Stop> {
        let values = directory.fractions(tag, 6)?.unwrap_or_else(|| usual.to_vec());
        Ok(values.len() == usual.len() && values.iter().zip(usual).all(|(value, usual)| (value - usual).abs() < 0.002 * usual.max(1.0)))
    };
    if !near(tags::YCBCR_COEFFICIENTS, &[0.299, 0.587, 0.114])?
        || !near(tags::REFERENCE_BLACK_WHITE, &[0.0, 255.0, 128.0, 255.0, 128.0, 255.0])?
    {
        return unsupported(format!("YCbCr colour with weights or reference values of its own; {CURE} in RGB"));
    }
    match directory.numbers(tags::CHROMA_SUBSAMPLING, 2)?.as_deref() {
        None => Ok((2, 2)),
        Some([across @ (1 | 2 | 4), down @ (1 | 2 | 4)]) => Ok((*across as u8, *down as u8)),
        Some(_) => Err(damaged("YCbCr samples shared by an odd number of pixels").into()),
    }
}

fn read_palette(directory: &Directory, bits: u8) -> Result<Vec<u8>, Stop> {
    let colours = 1 << bits;
    let table = directory.numbers(tags::COLOR_MAP, 3 << bits)?.filter(|table| table.len() == 3 * colours);
    let table = table.ok_or_else(|| damaged("a table of colours of another length than its samples need"))?;
    // Some programs write bytes where 16 bits are due.
    let bytes = table.iter().all(|value| *value < 256);
    let byte = |value: u64| if bytes { value as u8 } else { ((value * 255 + 32_767) / 65_535).min(255) as u8 };
    Ok((0..colours).flat_map(|colour| [0, 1, 2].map(|sample| byte(table[sample * colours + colour]))).collect())
}

/// How CCITT Group 3 is coded.
fn read_fax(directory: &Directory, compression: Compression) -> Result<u8, Stop> {
    match (compression, directory.number(tags::COMPRESSION)?) {
        (Compression::Group3, Some(2)) => Ok(ALIGNED),
        (Compression::Group3, _) => match directory.number(tags::T4_OPTIONS)?.unwrap_or(0) {
            options if options & 2 == 0 => Ok((options & 1) as u8),
            _ => unsupported(format!("CCITT Group 3 with rows that are not compressed; {CURE}")),
        },
        _ => Ok(0),
    }
}
