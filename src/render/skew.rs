//! Rotation by angles that leave the grid of pixels: bilinear, row by row.
//!
//! Along a row of the canvas the source is crossed in a straight line. A row therefore has at most three kinds of stretches: what
//! lies outside and stays ground, what lies wholly inside and needs no questions asked, and a pixel or two of border between.

use std::ops::Range;

use super::tone::over_white;
use crate::iiif::image::Dimensions;
use crate::raster::{Channels, Raster};

/// What shows where there is no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// Nothing: the result has alpha.
    Transparent,
    /// White: the result has no alpha.
    White,
}

/// Nearer than this, in pixels, to the border counts as border, whatever rounding does on the way along a row.
const MARGIN: f64 = 1.0 / 1024.0;
/// One pixel in the fixed-point numbers that positions along a row are counted in.
const ONE: f64 = (1_u64 << 32) as f64;

/// Rotates clockwise about the middle onto `canvas`.
pub(super) fn skew(source: &Raster, degrees: f64, canvas: Dimensions, ground: Ground) -> Raster {
    use {Channels::*, Ground::*};
    let lines = Lines::new(source, degrees, canvas);
    let (channels, pixels) = match (source.channels(), ground) {
        (Gray, White) => (Gray, draw::<1, 1>(source, &lines)),
        (Rgb, White) => (Rgb, draw::<3, 3>(source, &lines)),
        (Rgba, White) => (Rgb, draw::<4, 3>(source, &lines)),
        (Gray, Transparent) => (Rgba, draw::<1, 4>(source, &lines)),
        (Rgb, Transparent) => (Rgba, draw::<3, 4>(source, &lines)),
        (Rgba, Transparent) => (Rgba, draw::<4, 4>(source, &lines)),
    };
    Raster::from_pixels(canvas.width, canvas.height, channels, pixels)
}

/// How the rows of the canvas cross the source.
struct Lines {
    sin: f64,
    cos: f64,
    canvas: Dimensions,
    source: (f64, f64),
}

impl Lines {
    fn new(source: &Raster, degrees: f64, canvas: Dimensions) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { sin, cos, canvas, source: (f64::from(source.width()), f64::from(source.height())) }
    }

    /// Where a pixel of the canvas lies among the source's pixels, whose centres are whole numbers.
    fn point(&self, x: usize, y: usize) -> (f64, f64) {
        let right = x as f64 + 0.5 - f64::from(self.canvas.width) / 2.0;
        let down = y as f64 + 0.5 - f64::from(self.canvas.height) / 2.0;
        let (middle_x, middle_y) = (self.source.0 / 2.0 - 0.5, self.source.1 / 2.0 - 0.5);
        (right * self.cos + down * self.sin + middle_x, down * self.cos - right * self.sin + middle_y)
    }

    /// The pixels of a row that lie within the source, it being grown by `margin` pixels on every side.
    fn stretch(&self, y: usize, margin: f64) -> Range<usize> {
        let (u, v) = self.point(0, y);
        let across = span((u, self.cos), (-margin, self.source.0 - 1.0 + margin), self.canvas.width);
        let down = span((v, -self.sin), (-margin, self.source.1 - 1.0 + margin), self.canvas.width);
        let start = across.start.max(down.start);
        start..across.end.min(down.end).max(start)
    }
}

/// Which of the first `count` terms of a sequence with this start and step are within the bounds.
fn span((start, step): (f64, f64), (low, high): (f64, f64), count: u32) -> Range<usize> {
    let count = f64::from(count);
    let (from, to) = ((low - start) / step, (high - start) / step);
    let (from, to) = if step > 0.0 { (from, to) } else { (to, from) };
    // No term moves by as much as a thousandth of a pixel, so that the division may not say anything.
    let (from, to) = match (step.abs() * count < MARGIN, (low..=high).contains(&start)) {
        (true, true) => (0.0, count),
        (true, false) => (0.0, -1.0),
        _ => (from, to),
    };
    let first = from.ceil().clamp(0.0, count);
    first as usize..(to.floor() + 1.0).clamp(first, count) as usize
}

/// The canvas, with `N` samples a pixel in the source and `M` in the result.
fn draw<const N: usize, const M: usize>(source: &Raster, lines: &Lines) -> Vec<u8> {
    let empty = if M == 4 { 0 } else { 255 };
    let (width, height) = (lines.canvas.width as usize, lines.canvas.height as usize);
    let mut pixels = vec![empty; width * height * M];
    for (y, row) in pixels.as_chunks_mut::<M>().0.chunks_exact_mut(width).enumerate() {
        let touched = lines.stretch(y, 1.0 + MARGIN);
        let mut inside = lines.stretch(y, -MARGIN);
        if inside.is_empty() || inside.start < touched.start || inside.end > touched.end {
            inside = touched.start..touched.start;
        }
        for x in (touched.start..inside.start).chain(inside.end..touched.end) {
            if let Some(colour) = border::<N>(source, lines.point(x, y)) {
                row[x] = laid(colour);
            }
        }
        cross::<N, M>(source, lines, (inside.start, y), &mut row[inside]);
    }
    pixels
}

/// A stretch wholly inside: nothing is asked of the borders.
fn cross<const N: usize, const M: usize>(source: &Raster, lines: &Lines, (x, y): (usize, usize), row: &mut [[u8; M]]) {
    let (u, v) = lines.point(x, y);
    let (mut u, mut v) = ((u * ONE) as i64, (v * ONE) as i64);
    let (right, down) = ((lines.cos * ONE).round() as i64, (-lines.sin * ONE).round() as i64);
    let (stride, bytes) = (source.stride(), source.pixels());
    for pixel in row {
        let at = (v >> 32) as usize * stride + (u >> 32) as usize * N;
        let near = (corner::<N>(bytes, at), corner::<N>(bytes, at + N), corner::<N>(bytes, at + stride), corner::<N>(bytes, at + stride + N));
        *pixel = laid(between::<N>(near, (part(u), part(v))));
        u += right;
        v += down;
    }
}

/// What is left of a fixed-point number beside its whole pixels.
fn part(position: i64) -> f32 {
    ((position as u32) >> 8) as i32 as f32 * (1.0 / (1 << 24) as f32)
}

type Colour = [f32; 4];

/// Red, green, blue and alpha of the pixel that begins at `at`; the last is nonsense where the source has none.
fn corner<const N: usize>(bytes: &[u8], at: usize) -> Colour {
    if N == 1 {
        return [f32::from(bytes[at]); 4];
    }
    match bytes[at..].first_chunk::<4>() {
        Some(samples) => samples.map(f32::from),
        None => [bytes[at], bytes[at + 1], bytes[at + 2], 255].map(f32::from),
    }
}

/// The colour between four neighbours, each weighing by nearness and alpha.
fn between<const N: usize>((a, b, c, d): (Colour, Colour, Colour, Colour), (x, y): (f32, f32)) -> Colour {
    let mix = |from: Colour, to: Colour, part: f32| std::array::from_fn(|i| from[i] + (to[i] - from[i]) * part);
    if N < 4 {
        let [r, g, b, _] = mix(mix(a, b, x), mix(c, d, x), y);
        return [r, g, b, 255.0];
    }
    let weighed = |[r, g, b, a]: Colour| [r * a, g * a, b * a, a];
    let [r, g, b, alpha] = mix(mix(weighed(a), weighed(b), x), mix(weighed(c), weighed(d), x), y);
    let whole = 1.0 / alpha.max(0.5);
    [r * whole, g * whole, b * whole, alpha]
}

/// A colour in the result's layout, on white where that has no alpha.
fn laid<const M: usize>(colour: Colour) -> [u8; M] {
    let [r, g, b, alpha] = colour.map(rounded);
    let colour = if M == 4 || alpha == 255 { [r, g, b, alpha] } else { [over_white(r, alpha), over_white(g, alpha), over_white(b, alpha), 255] };
    std::array::from_fn(|i| colour[i])
}

/// To the nearest whole number, for values from 0 to 255: at 2^23 a float has no room for fractions, and ends in the number.
fn rounded(value: f32) -> u8 {
    (value + 8_388_608.0).to_bits() as u8
}

/// The colour at a point that may have neighbours outside, which are transparent.
fn border<const N: usize>(source: &Raster, (u, v): (f64, f64)) -> Option<Colour> {
    let (left, top) = (u.floor(), v.floor());
    let (part_x, part_y) = ((u - left) as f32, (v - top) as f32);
    let mut sums = [0f32; 4];
    for (dx, dy, weight) in
        [(0.0, 0.0, (1.0 - part_x) * (1.0 - part_y)), (1.0, 0.0, part_x * (1.0 - part_y)), (0.0, 1.0, (1.0 - part_x) * part_y), (1.0, 1.0, part_x * part_y)]
    {
        let [r, g, b, a] = neighbour::<N>(source, left + dx, top + dy);
        let weight = weight * a;
        for (sum, value) in sums.iter_mut().zip([r, g, b, 1.0]) {
            *sum += weight * value;
        }
    }
    let [r, g, b, alpha] = sums;
    (alpha >= 0.5).then(|| [r / alpha, g / alpha, b / alpha, alpha])
}

fn neighbour<const N: usize>(source: &Raster, x: f64, y: f64) -> Colour {
    if x < 0.0 || y < 0.0 || x >= f64::from(source.width()) || y >= f64::from(source.height()) {
        return [0.0; 4];
    }
    let [r, g, b, a] = corner::<N>(source.pixels(), y as usize * source.stride() + x as usize * N);
    [r, g, b, if N == 4 { a } else { 255.0 }]
}
