//! Pictures decoded and compared without the service's help.

use image::{DynamicImage, GenericImageView, Rgba, RgbaImage};
use reqwest::Response;

use super::service::Service;

/// How far two pictures are apart, over the pixels that both have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Of any sample.
    pub most: u8,
    /// Of the samples of the channel where it is largest.
    pub mean: f64,
}

pub const NONE: Difference = Difference { most: 0, mean: 0.0 };

/// Compares the parts that begin at the top left corner and that both pictures have.
pub fn difference(a: &RgbaImage, b: &RgbaImage) -> Difference {
    let (width, height) = (a.width().min(b.width()), a.height().min(b.height()));
    let (mut most, mut sums) = (0, [0u64; 4]);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        for (sum, (one, other)) in sums.iter_mut().zip(a.get_pixel(x, y).0.into_iter().zip(b.get_pixel(x, y).0)) {
            most = most.max(one.abs_diff(other));
            *sum += u64::from(one.abs_diff(other));
        }
    }
    let largest = sums.into_iter().max().unwrap_or_default();
    Difference { most, mean: largest as f64 / (f64::from(width) * f64::from(height)) }
}

/// What shows of a picture on white paper.
pub fn on_white(picture: &RgbaImage) -> RgbaImage {
    let over = |value: u8, alpha: u8| ((u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8;
    let mut picture = picture.clone();
    picture.pixels_mut().for_each(|Rgba([r, g, b, a])| {
        (*r, *g, *b) = (over(*r, *a), over(*g, *a), over(*b, *a));
        *a = 255;
    });
    picture
}

/// The part of a picture at this place, as large as asked or as far as it reaches.
pub fn part(picture: &RgbaImage, [x, y, width, height]: [u32; 4]) -> RgbaImage {
    let (width, height) = (width.min(picture.width() - x), height.min(picture.height() - y));
    picture.view(x, y, width, height).to_image()
}

/// A reference picture of the fixtures.
pub fn reference(name: &str) -> RgbaImage {
    image::open(super::fixture(name)).expect(name).to_rgba8()
}

/// Reads an image of any kind that the service sends.
pub fn decode(bytes: &[u8]) -> DynamicImage {
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return decode_tiff(bytes);
    }
    image::load_from_memory(bytes).expect("an image")
}

fn decode_tiff(bytes: &[u8]) -> DynamicImage {
    use tiff::ColorType;
    use tiff::decoder::{Decoder, DecodingResult};
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes)).expect("a TIFF");
    let (width, height) = decoder.dimensions().expect("a size");
    let color = decoder.colortype().expect("a colour type");
    let DecodingResult::U8(samples) = decoder.read_image().expect("pixels") else { panic!("not 8 bits a sample") };
    let picture = match color {
        ColorType::Gray(1) => {
            // Rows are packed, each beginning with a new byte.
            let bit = |x: u32, y: u32| samples[(y * width.div_ceil(8) + x / 8) as usize] >> (7 - x % 8) & 1;
            Some(image::GrayImage::from_fn(width, height, |x, y| image::Luma([bit(x, y) * 255])).into())
        }
        ColorType::Gray(8) => image::GrayImage::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::RGB(8) => image::RgbImage::from_raw(width, height, samples).map(DynamicImage::from),
        ColorType::RGBA(8) => image::RgbaImage::from_raw(width, height, samples).map(DynamicImage::from),
        other => panic!("{other:?}"),
    };
    picture.expect("as many samples as pixels need")
}

/// A JPEG of this size, with something on it.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Jpeg).expect("a JPEG");
    bytes.into_inner()
}

/// The bytes at a path, which must be there.
pub async fn bytes(service: &Service, path: &str) -> Vec<u8> {
    let response = service.get(path).await;
    assert_eq!(response.status(), 200, "{path}");
    response.bytes().await.expect("bytes").to_vec()
}

/// The picture at a path, which must be there.
pub async fn picture(service: &Service, path: &str) -> RgbaImage {
    decode(&bytes(service, path).await).to_rgba8()
}

/// A header's value, empty where there is none.
pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}
