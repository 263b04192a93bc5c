//! Mirroring and rotation.

use super::skew::{Ground, skew};
use super::{RenderError, check_pixels};
use crate::iiif::image::{Dimensions, Rotation};
use crate::raster::{Channels, Raster};

/// Pixels along the sides of the blocks that a quarter turn moves one after the other, so that what it touches stays in the cache.
const BLOCK: usize = 32;

/// Mirrors left to right if asked, then rotates clockwise (Image API 3.0, section 4.3).
///
/// Quarter turns move pixels and change none. Any other angle keeps the scale and grows the canvas to hold everything; its corners
/// show `ground`.
pub(super) fn turn(mut raster: Raster, rotation: Rotation, ground: Ground) -> Result<Raster, RenderError> {
    if !rotation.degrees.is_finite() {
        return Err(RenderError::Empty("the angle is no number"));
    }
    if rotation.mirror {
        mirror(&mut raster);
    }
    let rotation = Rotation { degrees: rotation.degrees.rem_euclid(360.0), ..rotation };
    match rotation.right_angles() {
        Some(0) => Ok(raster),
        Some(2) => {
            let count = raster.channels().count();
            reverse(raster.pixels_mut(), count);
            Ok(raster)
        }
        Some(quarters) => Ok(quarter_turn(&raster, quarters == 1)),
        None => {
            let canvas = rotation.canvas(Dimensions { width: raster.width(), height: raster.height() });
            check_pixels(canvas.width.into(), canvas.height.into())?;
            Ok(skew(&raster, rotation.degrees, canvas, ground))
        }
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

fn quarter_turn(raster: &Raster, clockwise: bool) -> Raster {
    let channels = raster.channels();
    let pixels = match channels {
        Channels::Gray => upended::<1>(raster, clockwise),
        Channels::Rgb => upended::<3>(raster, clockwise),
        Channels::Rgba => upended::<4>(raster, clockwise),
    };
    Raster::from_pixels(raster.height(), raster.width(), channels, pixels)
}

/// Columns become rows: from the bottom up when `clockwise`, otherwise the last column first.
fn upended<const N: usize>(raster: &Raster, clockwise: bool) -> Vec<u8> {
    let (width, height) = (raster.width() as usize, raster.height() as usize);
    let source = raster.pixels().as_chunks::<N>().0;
    let mut target = vec![0; raster.pixels().len()];
    let pixels = target.as_chunks_mut::<N>().0;
    for top in (0..height).step_by(BLOCK) {
        let bottom = (top + BLOCK).min(height);
        for left in (0..width).step_by(BLOCK) {
            for column in left..(left + BLOCK).min(width) {
                let row = if clockwise { column } else { width - 1 - column };
                let start = row * height + if clockwise { height - bottom } else { top };
                let run = pixels[start..start + bottom - top].iter_mut();
                let column = source[top * width + column..].iter().step_by(width);
                match clockwise {
                    true => run.rev().zip(column).for_each(|(to, from)| *to = *from),
                    false => run.zip(column).for_each(|(to, from)| *to = *from),
                }
            }
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(rows: &[&str]) -> Raster {
        let pixels = rows.concat().into_bytes();
        Raster::from_pixels(rows[0].len() as u32, rows.len() as u32, Channels::Gray, pixels)
    }

    fn turned(raster: Raster, mirror: bool, degrees: f64) -> Raster {
        turn(raster, Rotation { mirror, degrees }, Ground::Transparent).unwrap()
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
        assert!(matches!(turn(long, Rotation { mirror: false, degrees: 45.0 }, Ground::White), Err(RenderError::TooLarge { .. })));
        let nowhere = Rotation { mirror: false, degrees: f64::NAN };
        assert!(matches!(turn(letters(&["a"]), nowhere, Ground::White), Err(RenderError::Empty(_))));
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
