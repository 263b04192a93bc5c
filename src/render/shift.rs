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
                widened(raster, left, &mut line, |from, to| blend(std::array::from_fn(|tap| &raster.row(place(tap))[from.clone()]), down, to));
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
