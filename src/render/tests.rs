use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbaImage};

use super::*;
use crate::raster::Channels;

const FORMATS: [Format; 5] = [Format::Jpg, Format::Png, Format::Webp, Format::Gif, Format::Tif];
const OPTIONS: EncodeOptions = EncodeOptions { jpeg_quality: 90, webp_quality: 90 };

/// A profile's header with this colour space, and bytes behind it that no encoder could leave out unnoticed.
pub(super) fn profile(space: &[u8; 4], length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length).map(|i| (i * 7 + i / 251) as u8).collect();
    bytes[..4].copy_from_slice(&(length as u32).to_be_bytes());
    bytes[16..20].copy_from_slice(space);
    bytes[36..40].copy_from_slice(b"acsp");
    bytes
}

/// Smooth colours, so that lossy formats come close.
pub(super) fn picture(width: u32, height: u32, channels: Channels) -> Raster {
    let shade = |x: u32, y: u32| [(40 + x % 128) as u8, (200 - y % 128) as u8, 90, 255];
    let pixels = (0..height).flat_map(|y| (0..width).flat_map(move |x| shade(x, y).into_iter().take(channels.count())));
    Raster::from_pixels(width, height, channels, pixels.collect())
}

fn request(width: u32, height: u32, degrees: f64, quality: Quality, format: Format) -> Finish<'static> {
    Finish { size: Dimensions { width, height }, rotation: Rotation { mirror: false, degrees }, quality, format, profile: None }
}

fn render(raster: &Raster, finish_as: &Finish) -> Vec<u8> {
    finish(raster.clone(), Window::whole(raster), finish_as, &OPTIONS).unwrap()
}

fn decode_tiff(bytes: &[u8]) -> DynamicImage {
    use tiff::decoder::{Decoder, DecodingResult};
    let mut decoder = Decoder::new(Cursor::new(bytes)).unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let samples = match decoder.colortype().unwrap() {
        tiff::ColorType::Gray(8) => 1,
        tiff::ColorType::RGB(8) => 3,
        tiff::ColorType::RGBA(8) => 4,
        other => panic!("{other:?}"),
    };
    let DecodingResult::U8(pixels) = decoder.read_image().unwrap() else { panic!("not 8 bits") };
    assert_eq!(pixels.len(), (width * height) as usize * samples);
    match samples {
        1 => DynamicImage::ImageLuma8(image::GrayImage::from_raw(width, height, pixels).unwrap()),
        3 => DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, pixels).unwrap()),
        _ => DynamicImage::ImageRgba8(RgbaImage::from_raw(width, height, pixels).unwrap()),
    }
}

fn decode(bytes: &[u8], format: Format) -> DynamicImage {
    let named = match format {
        Format::Jpg => {
            let image = turbojpeg::decompress(bytes, turbojpeg::PixelFormat::RGB).unwrap();
            return DynamicImage::ImageRgb8(image::RgbImage::from_raw(image.width as u32, image.height as u32, image.pixels).unwrap());
        }
        Format::Tif => return decode_tiff(bytes),
        Format::Png => ImageFormat::Png,
        Format::Webp => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
    };
    image::load_from_memory_with_format(bytes, named).unwrap()
}

#[test]
fn every_format_holds_every_layout() {
    for format in FORMATS {
        for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
            let raster = picture(61, 43, channels);
            let image = decode(&render(&raster, &request(61, 43, 0.0, Quality::Default, format)), format).to_rgba8();
            assert_eq!(image.dimensions(), (61, 43), "{format:?}");
            let lossless = matches!(format, Format::Png | Format::Tif) || (format == Format::Gif && channels == Channels::Gray);
            let allowed = if lossless { 0 } else { 24 };
            for (x, y) in [(0, 0), (30, 20), (60, 42), (5, 40)] {
                let source = raster.pixel(x, y);
                let colour = if channels == Channels::Gray { [source[0]; 3] } else { [source[0], source[1], source[2]] };
                let got = image.get_pixel(x, y).0;
                let worst = colour.iter().zip(got).map(|(&a, b)| a.abs_diff(b)).max();
                assert!(worst <= Some(allowed) && got[3] == 255, "{format:?} {channels:?}: {colour:?} became {got:?}");
            }
        }
    }
}

#[test]
fn sizes_are_exact() {
    let raster = picture(200, 120, Channels::Rgb);
    for (width, height, degrees, expected) in
        [(200, 120, 0.0, (200, 120)), (33, 77, 0.0, (33, 77)), (33, 77, 90.0, (77, 33)), (1, 1, 270.0, (1, 1)), (400, 10, 180.0, (400, 10))]
    {
        for format in FORMATS {
            let bytes = render(&raster, &request(width, height, degrees, Quality::Default, format));
            let image = decode(&bytes, format);
            assert_eq!((image.width(), image.height()), expected, "{format:?} {degrees}");
        }
    }
}

#[test]
fn size_then_mirror_then_rotation() {
    let raster = Raster::from_pixels(4, 2, Channels::Gray, vec![0, 0, 100, 100, 200, 200, 250, 250]);
    let mut wanted = request(2, 2, 90.0, Quality::Default, Format::Png);
    wanted.rotation.mirror = true;
    let window = Window { x: 1.0, y: 0.0, width: 2.0, height: 2.0 };
    let image = decode(&finish(raster, window, &wanted, &OPTIONS).unwrap(), Format::Png).to_luma8();
    // Cut: 0 100 / 200 250. Mirrored: 100 0 / 250 200. A quarter clockwise: 250 100 / 200 0.
    assert_eq!(image.into_raw(), [250, 100, 200, 0]);
}

#[test]
fn gray_is_gray_and_bitonal_is_two_values() {
    for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
        let raster = picture(90, 70, channels);
        for format in FORMATS {
            for degrees in [0.0, 30.0] {
                let gray = decode(&render(&raster, &request(90, 70, degrees, Quality::Gray, format)), format).to_rgba8();
                let tolerance = if format == Format::Webp { 2 } else { 0 };
                assert!(gray.pixels().all(|p| p.0[0].abs_diff(p.0[1]) <= tolerance && p.0[1].abs_diff(p.0[2]) <= tolerance), "{format:?}");
            }
        }
        for format in [Format::Png, Format::Gif, Format::Tif] {
            let bytes = render(&raster, &request(90, 70, 30.0, Quality::Bitonal, format));
            let values: std::collections::BTreeSet<_> = decode(&bytes, format).to_rgba8().pixels().map(|p| p.0).collect();
            assert_eq!(values.into_iter().collect::<Vec<_>>(), [[0, 0, 0, 255], [255; 4]], "{format:?}");
        }
    }
}

#[test]
fn gray_jpeg_has_one_component() {
    let bytes = render(&picture(20, 20, Channels::Rgb), &request(20, 20, 0.0, Quality::Gray, Format::Jpg));
    assert_eq!(turbojpeg::read_header(&bytes).unwrap().colorspace, turbojpeg::Colorspace::Gray);
    let bytes = render(&picture(20, 20, Channels::Rgb), &request(20, 20, 0.0, Quality::Color, Format::Jpg));
    assert_eq!(turbojpeg::read_header(&bytes).unwrap().subsamp, turbojpeg::Subsamp::Sub2x2);
}

#[test]
fn corners_are_transparent_or_white() {
    let raster = Raster::zeroed(80, 80, Channels::Rgb);
    for format in FORMATS {
        let image = decode(&render(&raster, &request(80, 80, 45.0, Quality::Default, format)), format).to_rgba8();
        assert_eq!(image.dimensions(), (114, 114), "{format:?}");
        let (corner, middle) = (image.get_pixel(1, 1).0, image.get_pixel(57, 57).0);
        match format {
            Format::Jpg => assert!(corner[..3].iter().all(|&v| v > 250), "{corner:?}"),
            _ => assert_eq!(corner[3], 0, "{format:?}"),
        }
        assert!(middle[..3].iter().all(|&v| v < 6) && middle[3] == 255, "{format:?} {middle:?}");
    }
}

#[test]
fn limits_are_named() {
    let cases = [
        (70_000, Format::Jpg, "70000 x 1 pixels are too many for JPEG, whose sides end at 65535"),
        (70_000, Format::Gif, "70000 x 1 pixels are too many for GIF, whose sides end at 65535"),
        (16_384, Format::Webp, "16384 x 1 pixels are too many for WebP, whose sides end at 16383"),
    ];
    for (width, format, expected) in cases {
        let raster = Raster::zeroed(width, 1, Channels::Gray);
        let error = finish(raster.clone(), Window::whole(&raster), &request(width, 1, 0.0, Quality::Default, format), &OPTIONS);
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
    let raster = Raster::zeroed(1, 1, Channels::Gray);
    for (width, height) in [(u32::MAX, u32::MAX), (1 << 14, (1 << 13) + 1), (0, 4), (4, 0)] {
        let wanted = request(width, height, 0.0, Quality::Default, Format::Png);
        assert!(finish(raster.clone(), Window::whole(&raster), &wanted, &OPTIONS).is_err());
    }
}

#[test]
fn tiff_of_many_strips() {
    let raster = picture(700, 301, Channels::Rgba);
    let image = decode_tiff(&render(&raster, &request(700, 301, 0.0, Quality::Default, Format::Tif)));
    assert_eq!(image.into_rgba8().into_raw(), raster.pixels());
}

/// The profile in a file, as decoders that are not ours find it.
pub(super) fn profile_of(file: &[u8], format: Format) -> Option<Vec<u8>> {
    use image::ImageDecoder;
    let source = Cursor::new(file);
    match format {
        Format::Jpg => image::codecs::jpeg::JpegDecoder::new(source).unwrap().icc_profile().unwrap(),
        Format::Png => image::codecs::png::PngDecoder::new(source).unwrap().icc_profile().unwrap(),
        Format::Webp => image::codecs::webp::WebPDecoder::new(source).unwrap().icc_profile().unwrap(),
        Format::Gif => image::codecs::gif::GifDecoder::new(source).unwrap().icc_profile().unwrap(),
        Format::Tif => tiff::decoder::Decoder::new(source).unwrap().get_tag_u8_vec(tiff::tags::Tag::IccProfile).ok(),
    }
}

#[test]
fn profiles_come_back_byte_for_byte() {
    for (channels, space) in [(Channels::Gray, b"GRAY"), (Channels::Rgb, b"RGB "), (Channels::Rgba, b"RGB ")] {
        for length in [128, 561, 65_519, 65_520, 200_001] {
            let profile = profile(space, length);
            for format in FORMATS {
                let wanted = Finish { profile: Some(&profile), ..request(20, 11, 0.0, Quality::Default, format) };
                let raster = picture(20, 11, channels);
                let file = finish(raster.clone(), Window::whole(&raster), &wanted, &OPTIONS).unwrap();
                // A GIF holds none, and WebP has no gray that a gray profile could be about.
                let none = format == Format::Gif || (format == Format::Webp && channels == Channels::Gray);
                assert!(profile_of(&file, format) == (!none).then(|| profile.clone()), "{format:?} {channels:?} {length}");
                let bare = finish(raster.clone(), Window::whole(&raster), &Finish { profile: None, ..wanted }, &OPTIONS).unwrap();
                assert!(decode(&file, format) == decode(&bare, format), "{format:?} {channels:?} {length}");
                assert_eq!(profile_of(&bare, format), None);
            }
        }
    }
}

#[test]
fn profiles_stay_out_where_they_would_lie() {
    let profile = profile(b"RGB ", 300);
    let raster = picture(20, 11, Channels::Rgb);
    for format in FORMATS {
        for quality in [Quality::Gray, Quality::Bitonal] {
            let wanted = Finish { profile: Some(&profile), ..request(20, 11, 0.0, quality, format) };
            let file = finish(raster.clone(), Window::whole(&raster), &wanted, &OPTIONS).unwrap();
            // WebP writes gray as red, green and blue.
            assert_eq!(profile_of(&file, format).is_some(), format == Format::Webp, "{format:?} {quality:?}");
        }
    }
}

#[test]
fn a_bitonal_png_has_one_bit_a_pixel() {
    let raster = picture(300, 200, Channels::Rgb);
    let file = render(&raster, &request(300, 200, 0.0, Quality::Bitonal, Format::Png));
    assert_eq!(file[24..26], [1, 0], "depth and colour type");
    let image = decode(&file, Format::Png).to_luma8();
    let file = render(&raster, &request(300, 200, 0.0, Quality::Bitonal, Format::Tif));
    assert!(image == decode(&file, Format::Tif).to_luma8());
    let expected = |x: u32, y: u32| if (40 + x % 128) * 77 + (200 - y % 128) * 150 + 90 * 29 + 128 >= 128 << 8 { 255 } else { 0 };
    assert!(image.enumerate_pixels().all(|(x, y, pixel)| pixel.0[0] == expected(x, y)));
}

#[test]
fn a_gray_jpeg_is_the_luma() {
    let raster = picture(64, 48, Channels::Rgb);
    let jpeg = turbojpeg::decompress(&render(&raster, &request(64, 48, 0.0, Quality::Gray, Format::Jpg)), turbojpeg::PixelFormat::GRAY);
    let png = decode(&render(&raster, &request(64, 48, 0.0, Quality::Gray, Format::Png)), Format::Png).to_luma8();
    assert!(jpeg.unwrap().pixels.iter().zip(png.as_raw()).all(|(a, b)| a.abs_diff(*b) <= 12));
}
