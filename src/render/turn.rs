//! Mirroring and rotation.

use super::{RenderError, check_pixels};
use crate::iiif::image::{Dimensions, Rotation};
use crate::raster::{Channels, Raster};

/// Mirrors left to right if asked, then rotates clockwise (Image API 3.0, section 4.3).
///
/// Quarter turns move pixels and change none. Any other angle keeps the scale, grows the canvas to hold everything, and gives an
/// [`Channels::Rgba`] raster whose corners are transparent.
pub(super) fn turn(mut raster: Raster, rotation: Rotation) -> Result<Raster, RenderError> {
    if !rotation.degrees.is_finite() {
        return Err(RenderError::Empty("the angle is no number"));
    }
    if rotation.mirror {
        mirror(&mut raster);
    }
    let rotation = Rotation { degrees: rotation.degrees.rem_euclid(360.0), ..rotation };
    match rotation.right_angles() {
        Some(0) => Ok(raster),
        Some(quarters) => Ok(quarter_turns(&raster, quarters)),
        None => skew(raster, rotation),
    }
}

fn mirror(raster: &mut Raster) {
    let (stride, count) = (raster.stride(), raster.channels().count());
    for row in raster.pixels_mut().chunks_exact_mut(stride) {
        reverse(row, count);
    }
}

fn reverse(pixels: &mut [u8], count: usize) {
    match count {
        3 => pixels.as_chunks_mut::<3>().0.reverse(),
        4 => pixels.as_chunks_mut::<4>().0.reverse(),
        _ => pixels.reverse(),
    }
}

fn quarter_turns(raster: &Raster, quarters: u8) -> Raster {
    let channels = raster.channels();
    if quarters == 2 {
        let mut pixels = raster.pixels().to_vec();
        reverse(&mut pixels, channels.count());
        return Raster::from_pixels(raster.width(), raster.height(), channels, pixels);
    }
    let pixels = match channels {
        Channels::Gray => upended::<1>(raster, quarters == 1),
        Channels::Rgb => upended::<3>(raster, quarters == 1),
        Channels::Rgba => upended::<4>(raster, quarters == 1),
    };
    Raster::from_pixels(raster.height(), raster.width(), channels, pixels)
}

/// Columns become rows: from the bottom up when `clockwise`, otherwise the last column first.
fn upended<const N: usize>(raster: &Raster, clockwise: bool) -> Vec<u8> {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let source = raster.pixels().as_chunks::<N>().0;
    let mut target = Vec::with_capacity(raster.pixels().len());
    for row in 0..width {
        for column in 0..height {
            let at = if clockwise { (height - 1 - column) * width + row } else { column * width + width - 1 - row };
            target.extend_from_slice(&source[at]);
        }
    }
    target
}

fn skew(raster: Raster, rotation: Rotation) -> Result<Raster, RenderError> {
    let (sin, cos) = rotation.degrees.to_radians().sin_cos();
    let Dimensions { width, height } = rotation.canvas(Dimensions { width: raster.width(), height: raster.height() });
    check_pixels(width.into(), height.into())?;
    let source = with_alpha(raster);
    let (middle_x, middle_y) = (f64::from(source.width()) / 2.0, f64::from(source.height()) / 2.0);
    let mut target = Raster::zeroed(width, height, Channels::Rgba);
    let stride = target.stride();
    for (y, row) in target.pixels_mut().chunks_exact_mut(stride).enumerate() {
        let down = y as f64 + 0.5 - f64::from(height) / 2.0;
        for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let right = x as f64 + 0.5 - f64::from(width) / 2.0;
            let from = (right * cos + down * sin + middle_x - 0.5, down * cos - right * sin + middle_y - 0.5);
            if let Some(colour) = sample(&source, from) {
                *pixel = colour;
            }
        }
    }
    Ok(target)
}

/// The colour at a point between pixel centres, each neighbour weighing by nearness and alpha; outside is transparent.
fn sample(source: &Raster, (x, y): (f64, f64)) -> Option<[u8; 4]> {
    let (left, top) = (x.floor(), y.floor());
    if left < -1.0 || top < -1.0 || left >= f64::from(source.width()) || top >= f64::from(source.height()) {
        return None;
    }
    let (part_x, part_y) = ((x - left) as f32, (y - top) as f32);
    let (left, top) = (left as i64, top as i64);
    let mut sums = [0f32; 4];
    for (dx, dy, weight) in
        [(0, 0, (1.0 - part_x) * (1.0 - part_y)), (1, 0, part_x * (1.0 - part_y)), (0, 1, (1.0 - part_x) * part_y), (1, 1, part_x * part_y)]
    {
        let [r, g, b, a] = neighbour(source, left + dx, top + dy);
        let weight = weight * f32::from(a);
        for (sum, value) in sums.iter_mut().zip([r, g, b, 1]) {
            *sum += weight * f32::from(value);
        }
    }
    let [r, g, b, alpha] = sums;
    (alpha >= 0.5).then(|| [r / alpha, g / alpha, b / alpha, alpha].map(|v| (v + 0.5) as u8))
}

fn neighbour(source: &Raster, x: i64, y: i64) -> [u8; 4] {
    let inside = (0..i64::from(source.width())).contains(&x) && (0..i64::from(source.height())).contains(&y);
    if !inside {
        return [0; 4];
    }
    source.pixels().as_chunks::<4>().0[y as usize * source.width() as usize + x as usize]
}

fn with_alpha(raster: Raster) -> Raster {
    let (width, height) = (raster.width(), raster.height());
    let pixels = match raster.channels() {
        Channels::Rgba => return raster,
        Channels::Gray => raster.pixels().iter().flat_map(|&v| [v, v, v, 255]).collect(),
        Channels::Rgb => raster.pixels().as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect(),
    };
    Raster::from_pixels(width, height, Channels::Rgba, pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(rows: &[&str]) -> Raster {
        let pixels = rows.concat().into_bytes();
        Raster::from_pixels(rows[0].len() as u32, rows.len() as u32, Channels::Gray, pixels)
    }

    fn turned(raster: Raster, mirror: bool, degrees: f64) -> Raster {
        turn(raster, Rotation { mirror, degrees }).unwrap()
    }

    #[test]
    fn quarter_turns_move_every_pixel() {
        let cases: [(bool, f64, &[&str]); 10] = [
            (false, 0.0, &["abc", "def"]),
            (false, 360.0, &["abc", "def"]),
            (false, 90.0, &["da", "eb", "fc"]),
            (false, 180.0, &["fed", "cba"]),
            (false, 270.0, &["cf", "be", "ad"]),
            (true, 0.0, &["cba", "fed"]),
            (true, 90.0, &["fc", "eb", "da"]),
            (true, 180.0, &["def", "abc"]),
            (true, 270.0, &["ad", "be", "cf"]),
            (true, 360.0, &["cba", "fed"]),
        ];
        for (mirror, degrees, expected) in cases {
            assert_eq!(turned(letters(&["abc", "def"]), mirror, degrees), letters(expected), "{mirror} {degrees}");
        }
    }

    #[test]
    fn samples_of_a_pixel_stay_together() {
        for channels in [Channels::Rgb, Channels::Rgba] {
            let count = channels.count() as u8;
            let raster = Raster::from_pixels(3, 2, channels, (0..6 * count).collect());
            for (mirror, degrees) in [(true, 0.0), (false, 90.0), (false, 180.0), (false, 270.0)] {
                let result = turned(raster.clone(), mirror, degrees);
                for pixel in result.pixels().chunks_exact(count.into()) {
                    assert!(pixel[0] % count == 0 && pixel.windows(2).all(|w| w[1] == w[0] + 1), "{pixel:?}");
                }
            }
        }
    }

    #[test]
    fn the_canvas_holds_everything_and_no_more() {
        let cases = [(100, 50, 45.0, (107, 107)), (100, 50, 30.0, (112, 94)), (600, 400, 22.5, (708, 600)), (1, 1, 45.0, (2, 2))];
        for (width, height, degrees, expected) in cases {
            let result = turned(Raster::zeroed(width, height, Channels::Rgb), false, degrees);
            assert_eq!((result.width(), result.height(), result.channels()), (expected.0, expected.1, Channels::Rgba));
        }
        let long = Raster::zeroed(60_000, 1, Channels::Gray);
        assert!(matches!(turn(long, Rotation { mirror: false, degrees: 45.0 }), Err(RenderError::TooLarge { .. })));
        let nowhere = Rotation { mirror: false, degrees: f64::NAN };
        assert!(matches!(turn(letters(&["a"]), nowhere), Err(RenderError::Empty(_))));
    }

    #[test]
    fn odd_angles_turn_clockwise_about_the_middle() {
        // Left half 50, right half 200: after 45 degrees clockwise the left half points up.
        let pixels = (0..100).flat_map(|_| (0..100).map(|x| if x < 50 { 50 } else { 200 })).collect();
        let result = turned(Raster::from_pixels(100, 100, Channels::Gray, pixels), false, 45.0);
        assert_eq!((result.width(), result.height()), (142, 142));
        assert_eq!(result.pixel(71, 10), [50, 50, 50, 255]);
        assert_eq!(result.pixel(10, 71), [50, 50, 50, 255]);
        assert_eq!(result.pixel(131, 71), [200, 200, 200, 255]);
        assert_eq!(result.pixel(71, 131), [200, 200, 200, 255]);
        for (x, y) in [(0, 0), (141, 0), (0, 141), (141, 141)] {
            assert_eq!(result.pixel(x, y), [0; 4]);
        }
    }

    #[test]
    fn the_scale_stays() {
        let result = turned(Raster::from_pixels(60, 40, Channels::Gray, vec![255; 2400]), false, 33.3);
        let area: f64 = result.pixels().as_chunks::<4>().0.iter().map(|p| f64::from(p[3]) / 255.0).sum();
        assert!((area - 2400.0).abs() < 12.0, "{area}");
    }
}
