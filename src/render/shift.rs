//! Moving a picture by a fraction of a pixel, its size unchanged: what a region asks for that begins between two pixels of a level.
//!
//! All pixels then share one kernel, Lanczos with three lobes, which runs over rows of samples whatever channel they are of.

use std::f64::consts::PI;

use crate::iiif::image::Dimensions;
use crate::raster::Raster;

/// Pixels that the kernel reaches to the left of the one it moves; to the right it is one more.
const BEFORE: usize = 2;
const TAPS: usize = 6;
/// Weights are counted in parts of 128, so that sums fit 16 bits.
const BITS: u32 = 7;

/// The weights' amounts. By the kernel's nature the second and the fifth are to be subtracted.
type Weights = [u16; TAPS];

/// The part of `raster` of this size whose upper left corner is at (`x`, `y`); beyond its borders the outermost pixels go on.
pub(super) fn shift(raster: &Raster, (x, y): (f64, f64), size: Dimensions) -> Raster {
    let mut target = Raster::zeroed(size.width, size.height, raster.channels());
    let (count, stride) = (raster.channels().count(), target.stride());
    let (left, top) = (x as usize, y as usize);
    let (across, down) = (weights(x.fract()), weights(y.fract()));
    let mut line = vec![0; stride + (TAPS - 1) * count];
    for (row, out) in target.pixels_mut().chunks_exact_mut(stride).enumerate() {
        let place = |tap: usize| (top + row + tap).saturating_sub(BEFORE).min(raster.height() as usize - 1) as u32;
        match (&down, &across) {
            (Some(down), Some(across)) => {
                widened(raster, left, &mut line, |from, to| {
                    blend(std::array::from_fn(|tap| &raster.row(place(tap))[from.clone()]), down, to)
                });
                blend(std::array::from_fn(|tap| &line[tap * count..]), across, out);
            }
            (Some(down), None) => {
                blend(std::array::from_fn(|tap| &raster.row(place(tap))[left * count..]), down, out);
            }
            (None, Some(across)) => {
                widened(raster, left, &mut line, |from, to| to.copy_from_slice(&raster.row(place(BEFORE))[from]));
                blend(std::array::from_fn(|tap| &line[tap * count..]), across, out);
            }
            (None, None) => out.copy_from_slice(&raster.row(place(BEFORE))[left * count..][..stride]),
        }
    }
    target
}

/// Fills `line` with what the kernel needs for a row that begins at `left`: `fill` gives the samples that there are, the pixels at
/// either end are repeated beyond.
fn widened(raster: &Raster, left: usize, line: &mut [u8], fill: impl FnOnce(std::ops::Range<usize>, &mut [u8])) {
    let count = raster.channels().count();
    let pixels = line.len() / count;
    let missing = BEFORE.saturating_sub(left);
    let from = left.saturating_sub(BEFORE);
    let present = (pixels - missing).min(raster.width() as usize - from);
    fill(from * count..(from + present) * count, &mut line[missing * count..(missing + present) * count]);
    for pixel in 0..missing {
        line.copy_within(missing * count..(missing + 1) * count, pixel * count);
    }
    let last = missing + present - 1;
    for pixel in last + 1..pixels {
        line.copy_within(last * count..(last + 1) * count, pixel * count);
    }
}

/// Sums six rows of samples by their weights.
fn blend(rows: [&[u8]; TAPS], weights: &Weights, out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn blend_avx2(rows: [&[u8]; TAPS], weights: &Weights, out: &mut [u8]) {
            sum(rows, weights, out);
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has just been found to have AVX2, and nothing else is unsafe in there.
            return unsafe { blend_avx2(rows, weights, out) };
        }
    }
    sum(rows, weights, out);
}

/// A loop for compilers to make vectors of, 16 bits a sample: hence two sums instead of one with signs.
#[inline(always)]
fn sum(rows: [&[u8]; TAPS], weights: &Weights, out: &mut [u8]) {
    let [a, b, c, d, e, f] = rows.map(|row| &row[..out.len()]);
    let [wa, wb, wc, wd, we, wf] = *weights;
    for (i, value) in out.iter_mut().enumerate() {
        let [a, b, c, d, e, f] = [a[i], b[i], c[i], d[i], e[i], f[i]].map(u16::from);
        let plus = a * wa + c * wc + d * wd + f * wf + (1 << (BITS - 1));
        let sum = plus.saturating_sub(b * wb + e * we) >> BITS;
        *value = (sum as i16).min(255) as u8;
    }
}

/// The kernel for a shift by this part of a pixel; none where it is nothing.
fn weights(part: f64) -> Option<Weights> {
    let exact: [f64; TAPS] = std::array::from_fn(|tap| lanczos(tap as f64 - BEFORE as f64 - part).abs());
    let total = signed(exact);
    let mut weights = exact.map(|weight| (weight / total * f64::from(1 << BITS)).round() as u16);
    // Rounding must not make the picture lighter or darker: the nearer of the two middle pixels takes the difference.
    let middle = if part < 0.5 { BEFORE } else { BEFORE + 1 };
    weights[middle] = (f64::from(weights[middle]) + f64::from(1 << BITS) - signed(weights.map(f64::from))) as u16;
    (part != 0.0).then_some(weights)
}

fn signed([a, b, c, d, e, f]: [f64; TAPS]) -> f64 {
    a - b + c + d - e + f
}

fn lanczos(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let turn = PI * x;
    3.0 * turn.sin() * (turn / 3.0).sin() / (turn * turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Channels;

    /// Noise so far from black and white that nothing is cut off between the two passes.
    fn noise(width: u32, height: u32, channels: Channels) -> Raster {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            90 + (state >> 24) as u8 % 75
        };
        let pixels = (0..width as usize * height as usize * channels.count()).map(|_| next()).collect();
        Raster::from_pixels(width, height, channels, pixels)
    }

    /// The kernel as its formula says, outermost pixels repeated.
    fn expected(raster: &Raster, (x, y): (f64, f64), (column, row, sample): (u32, u32, usize)) -> f64 {
        let kernel = |position: f64, limit: u32| {
            let base = position.floor();
            let taps: Vec<(u32, f64)> = (-2..=3)
                .map(|tap| ((base as i64 + tap).clamp(0, i64::from(limit) - 1) as u32, lanczos(base + tap as f64 - position)))
                .collect();
            let total: f64 = taps.iter().map(|(_, weight)| weight).sum();
            taps.into_iter().map(move |(place, weight)| (place, weight / total))
        };
        let across: Vec<_> = kernel(x + f64::from(column), raster.width()).collect();
        let line = |y| across.iter().map(|&(x, weight)| weight * f64::from(raster.pixel(x, y)[sample])).sum::<f64>();
        kernel(y + f64::from(row), raster.height()).map(|(y, weight)| weight * line(y)).sum::<f64>().clamp(0.0, 255.0)
    }

    #[test]
    fn shifts_follow_the_formula_everywhere() {
        for channels in [Channels::Gray, Channels::Rgb] {
            let raster = noise(40, 30, channels);
            for (x, y, width, height) in
                [(0.5, 0.5, 39, 29), (0.0, 0.25, 40, 29), (3.75, 7.0, 20, 20), (2.1, 1.9, 37, 28), (0.5, 0.5, 1, 1)]
            {
                let shifted = shift(&raster, (x, y), Dimensions { width, height });
                for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
                    for (sample, &got) in shifted.pixel(column, row).iter().enumerate() {
                        let expected = expected(&raster, (x, y), (column, row, sample));
                        let near = (f64::from(got) - expected).abs() < 2.5;
                        assert!(near, "{x} {y} at {column}, {row}: {got} instead of {expected}");
                    }
                }
            }
        }
    }

    #[test]
    fn even_areas_stay_as_they_are() {
        for value in [0, 1, 127, 254, 255] {
            let raster = Raster::from_pixels(12, 9, Channels::Rgb, vec![value; 324]);
            for part in [0.01, 0.25, 0.5, 0.66, 0.99] {
                let shifted = shift(&raster, (1.0 + part, part), Dimensions { width: 10, height: 8 });
                assert!(shifted.pixels().iter().all(|&got| got == value), "{value} by {part}");
            }
        }
    }

    #[test]
    fn weights_fit_sixteen_bits_whatever_the_part() {
        for part in (1..1000).map(|part| f64::from(part) / 1000.0) {
            let [a, b, c, d, e, f] = weights(part).unwrap();
            assert_eq!(a + c + d + f - b - e, 1 << BITS, "{part}");
            assert!(u32::from(a + c + d + f) * 255 + 64 <= u32::from(u16::MAX), "{part}");
        }
    }
}
