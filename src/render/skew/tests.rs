use super::*;
use crate::iiif::image::Rotation;

fn noise(width: u32, height: u32, channels: Channels) -> Raster {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if state >> 31 == 0 { 255 * (state >> 30 & 1) as u8 } else { (state >> 16) as u8 }
    };
    let pixels = (0..width as usize * height as usize * channels.count()).map(|_| next()).collect();
    Raster::from_pixels(width, height, channels, pixels)
}

/// Red, green, blue and alpha as the formula says, between 0 and 255.
fn expected(source: &Raster, degrees: f64, canvas: Dimensions, (x, y): (u32, u32)) -> [f64; 4] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (right, down) = (f64::from(x) + 0.5 - f64::from(canvas.width) / 2.0, f64::from(y) + 0.5 - f64::from(canvas.height) / 2.0);
    let u = right * cos + down * sin + f64::from(source.width()) / 2.0 - 0.5;
    let v = down * cos - right * sin + f64::from(source.height()) / 2.0 - 0.5;
    let mut sums = [0.0; 4];
    for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        let (left, top) = (u.floor() + dx, v.floor() + dy);
        if left < 0.0 || top < 0.0 || left >= f64::from(source.width()) || top >= f64::from(source.height()) {
            continue;
        }
        let pixel = source.pixel(left as u32, top as u32);
        let [r, g, b, a] = match *pixel {
            [v] => [v, v, v, 255],
            [r, g, b] => [r, g, b, 255],
            [r, g, b, a] => [r, g, b, a],
            _ => panic!("{pixel:?}"),
        };
        let weight = (1.0 - (u - left).abs()) * (1.0 - (v - top).abs()) * f64::from(a);
        for (sum, value) in sums.iter_mut().zip([r, g, b, 1]) {
            *sum += weight * f64::from(value);
        }
    }
    let [r, g, b, alpha] = sums;
    if alpha < 0.5 { [0.0; 4] } else { [r / alpha, g / alpha, b / alpha, alpha] }
}

#[test]
fn every_pixel_follows_the_formula() {
    for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
        for (width, height) in [(131, 83), (3, 200), (200, 2), (1, 1), (2, 2)] {
            let source = noise(width, height, channels);
            for degrees in [0.001, 0.4, 30.0, 45.0, 89.99, 123.4, 181.0, 269.5, 275.0, 359.9] {
                let canvas = Rotation { mirror: false, degrees }.canvas(Dimensions { width, height });
                let result = skew(&source, degrees, canvas, Ground::Transparent);
                assert_eq!(result.channels(), Channels::Rgba);
                for (x, y) in (0..canvas.height).flat_map(|y| (0..canvas.width).map(move |x| (x, y))) {
                    let (got, expected) = (result.pixel(x, y), expected(&source, degrees, canvas, (x, y)));
                    let near = |i: usize| (f64::from(got[i]) - expected[i]).abs() < 1.02;
                    // Where next to nothing shows, colours may differ.
                    assert!(near(3) && (expected[3] < 2.0 || (0..3).all(near)), "{channels:?} {degrees} at {x}, {y}: {got:?} {expected:?}");
                }
            }
        }
    }
}

#[test]
fn white_ground_is_what_lies_below() {
    for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
        let source = noise(90, 60, channels);
        let canvas = Rotation { mirror: false, degrees: 20.0 }.canvas(Dimensions { width: 90, height: 60 });
        let clear = skew(&source, 20.0, canvas, Ground::Transparent);
        let white = skew(&source, 20.0, canvas, Ground::White);
        assert_eq!(white.channels(), if channels == Channels::Gray { Channels::Gray } else { Channels::Rgb });
        for (got, pixel) in white.pixels().chunks(white.channels().count()).zip(clear.pixels().as_chunks::<4>().0) {
            let expected = [0, 1, 2].map(|i| over_white(pixel[i], pixel[3]));
            assert!(got.iter().zip(expected).all(|(&a, b)| a.abs_diff(b) <= 1), "{got:?} {expected:?}");
        }
    }
}
