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

/// A step of this many pixels along the longest row is none.
const STILL: f64 = 1.0 / 1024.0;
/// Pixels taken together: one loop finds their neighbours, a second, which knows no pixels, weighs them.
const RUN: usize = 64;
/// One pixel in the fixed-point numbers that positions along a row are counted in.
const ONE: f64 = (1_u64 << 32) as f64;

/// Rotates clockwise about the middle onto `canvas`.
pub(super) fn skew(source: &Raster, degrees: f64, canvas: Dimensions, ground: Ground) -> Raster {
    use {Channels::*, Ground::*};
    let lines = Lines::new(source, degrees, canvas);
    let (channels, pixels) = match (source.channels(), ground) {
        (Gray, White) => (Gray, draw::<1, 1>(source, &lines, Runs::<1, 1>::new().crossing())),
        (Rgb, White) => (Rgb, draw::<3, 3>(source, &lines, Runs::<3, 4>::new().crossing())),
        (Rgba, White) => (Rgb, draw::<4, 3>(source, &lines, veiled)),
        (Gray, Transparent) => (Rgba, draw::<1, 4>(source, &lines, Runs::<1, 1>::new().crossing())),
        (Rgb, Transparent) => (Rgba, draw::<3, 4>(source, &lines, Runs::<3, 4>::new().crossing())),
        (Rgba, Transparent) => (Rgba, draw::<4, 4>(source, &lines, veiled)),
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

    /// Where a pixel lies, and how far it is to the next of its row, in fixed-point numbers.
    fn walk(&self, (x, y): (usize, usize)) -> Walk {
        let (u, v) = self.point(x, y);
        let fixed = |pixels: f64| (pixels * ONE).round() as i64;
        Walk { u: fixed(u), v: fixed(v), right: fixed(self.cos), down: fixed(-self.sin) }
    }
}

/// A way along a row of the canvas, through the source.
#[derive(Clone, Copy)]
struct Walk {
    u: i64,
    v: i64,
    right: i64,
    down: i64,
}

impl Walk {
    /// Column and row of the pixel above and to the left.
    fn pixel(self) -> (usize, usize) {
        ((self.u >> 32) as usize, (self.v >> 32) as usize)
    }

    fn step(&mut self) {
        self.u += self.right;
        self.v += self.down;
    }
}

/// Which of the first `count` terms of a sequence with this start and step are within the bounds.
fn span((start, step): (f64, f64), (low, high): (f64, f64), count: u32) -> Range<usize> {
    let count = f64::from(count);
    let (from, to) = ((low - start) / step, (high - start) / step);
    let (from, to) = if step > 0.0 { (from, to) } else { (to, from) };
    // No term moves by as much as a thousandth of a pixel, so that the division may not say anything.
    let (from, to) = match (step.abs() * count < STILL, (low..=high).contains(&start)) {
        (true, true) => (0.0, count),
        (true, false) => (0.0, -1.0),
        _ => (from, to),
    };
    let first = from.ceil().clamp(0.0, count);
    first as usize..(to.floor() + 1.0).clamp(first, count) as usize
}

/// The canvas, with `N` samples a pixel in the source and `M` in the result; `inside` draws stretches that no border is near.
fn draw<const N: usize, const M: usize>(source: &Raster, lines: &Lines, mut inside: impl FnMut(&Raster, Walk, &mut [[u8; M]])) -> Vec<u8> {
    let empty = if M == 4 { 0 } else { 255 };
    let (width, height) = (lines.canvas.width as usize, lines.canvas.height as usize);
    let mut pixels = vec![empty; width * height * M];
    for (y, row) in pixels.as_chunks_mut::<M>().0.chunks_exact_mut(width).enumerate() {
        let touched = lines.stretch(y, 1.0 + STILL);
        let free = lines.stretch(y, -1.0);
        let (start, end) = (free.start.clamp(touched.start, touched.end), free.end.clamp(touched.start, touched.end));
        for x in (touched.start..start).chain(end..touched.end) {
            if let Some(colour) = border::<N>(source, lines.point(x, y)) {
                row[x] = laid(colour);
            }
        }
        if start < end {
            inside(source, lines.walk((start, y)), &mut row[start..end]);
        }
    }
    pixels
}

/// The neighbours of a run of pixels and their weights, sample by sample; opaque pixels of `N` samples take `L` places each.
struct Runs<const N: usize, const L: usize> {
    /// Upper left, upper right, lower left, lower right.
    near: [[[u8; L]; RUN]; 4],
    /// How far right, of 256, and how far down, of 65536.
    right: [[u16; L]; RUN],
    down: [[u16; L]; RUN],
    mixed: [[u8; L]; RUN],
}

impl<const N: usize, const L: usize> Runs<N, L> {
    fn new() -> Self {
        Self { near: [[[0; L]; RUN]; 4], right: [[0; L]; RUN], down: [[0; L]; RUN], mixed: [[0; L]; RUN] }
    }

    fn crossing<const M: usize>(mut self) -> impl FnMut(&Raster, Walk, &mut [[u8; M]]) {
        move |source, mut walk, row| {
            for run in row.chunks_mut(RUN) {
                self.gather(source, &mut walk, run.len());
                self.mix();
                for (pixel, mixed) in run.iter_mut().zip(&self.mixed) {
                    // Samples beyond the source's are alpha, or nonsense where the source has the next pixel.
                    *pixel = std::array::from_fn(|i| if i == 3 { 255 } else { mixed[i.min(L - 1)] });
                }
            }
        }
    }

    fn gather(&mut self, source: &Raster, walk: &mut Walk, count: usize) {
        let (bytes, stride) = (source.pixels(), source.stride());
        let [a, b, c, d] = &mut self.near;
        for i in 0..count.min(RUN) {
            let (left, top) = walk.pixel();
            let at = top * stride + left * N;
            let (upper, lower) = (&bytes[at..at + N + L], &bytes[at + stride..at + stride + N + L]);
            a[i].copy_from_slice(&upper[..L]);
            b[i].copy_from_slice(&upper[N..]);
            c[i].copy_from_slice(&lower[..L]);
            d[i].copy_from_slice(&lower[N..]);
            self.right[i] = [(((walk.u as u32 >> 23) + 1) >> 1) as u16; L];
            self.down[i] = [(walk.v as u32 >> 16) as u16; L];
            walk.step();
        }
    }

    /// The loop that there must be no pixels in: the same for every sample.
    fn mix(&mut self) {
        let [a, b, c, d] = self.near.each_ref().map(|pixels| pixels.as_flattened());
        let (right, down) = (self.right.as_flattened(), self.down.as_flattened());
        let share = |value: u16, part: u16| ((u32::from(value) * u32::from(part)) >> 16) as u16;
        for (i, mixed) in self.mixed.as_flattened_mut().iter_mut().enumerate() {
            let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(u16::from);
            let upper = a * (256 - right[i]) + b * right[i];
            let lower = c * (256 - right[i]) + d * right[i];
            *mixed = ((share(upper, 65535 - down[i]) + share(lower, down[i]) + 128) >> 8) as u8;
        }
    }
}

/// A stretch of a picture with alpha, which weighs the colours.
fn veiled<const M: usize>(source: &Raster, mut walk: Walk, row: &mut [[u8; M]]) {
    let (stride, bytes) = (source.stride(), source.pixels());
    for pixel in row {
        let (left, top) = walk.pixel();
        let at = top * stride + left * 4;
        let near = [at, at + 4, at + stride, at + stride + 4].map(|at| {
            let [r, g, b, a] = corner::<4>(bytes, at);
            [r * a, g * a, b * a, a]
        });
        *pixel = weighed(near, (part(walk.u), part(walk.v))).map_or_else(|| laid([0.0; 4]), laid);
        walk.step();
    }
}

/// What is left of a fixed-point number beside its whole pixels.
fn part(position: i64) -> f32 {
    ((position as u32) >> 8) as f32 * (1.0 / (1 << 24) as f32)
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

/// The colour between four neighbours whose colours are multiplied with their alpha; none where all of them are transparent.
fn weighed(near: [Colour; 4], (x, y): (f32, f32)) -> Option<Colour> {
    let shares = [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y];
    let [r, g, b, alpha]: Colour = std::array::from_fn(|i| near.iter().zip(shares).map(|(colour, share)| colour[i] * share).sum());
    (alpha >= 0.5).then(|| [r / alpha, g / alpha, b / alpha, alpha])
}

/// A colour in the result's layout, on white where that has no alpha.
fn laid<const M: usize>(colour: Colour) -> [u8; M] {
    let [r, g, b, alpha] = colour.map(rounded);
    let colour =
        if M == 4 || alpha == 255 { [r, g, b, alpha] } else { [over_white(r, alpha), over_white(g, alpha), over_white(b, alpha), 255] };
    std::array::from_fn(|i| colour[i])
}

/// To the nearest whole number, for values from 0 to 255: at 2^23 a float has no room for fractions, and ends in the number.
fn rounded(value: f32) -> u8 {
    (value + 8_388_608.0).to_bits() as u8
}

/// The colour at a point that may have neighbours outside, which are transparent.
fn border<const N: usize>(source: &Raster, (u, v): (f64, f64)) -> Option<Colour> {
    let (left, top) = (u.floor(), v.floor());
    let near = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(right, down)| neighbour::<N>(source, left + right, top + down));
    weighed(near, ((u - left) as f32, (v - top) as f32))
}

/// A pixel multiplied with its alpha.
fn neighbour<const N: usize>(source: &Raster, x: f64, y: f64) -> Colour {
    if x < 0.0 || y < 0.0 || x >= f64::from(source.width()) || y >= f64::from(source.height()) {
        return [0.0; 4];
    }
    let [r, g, b, a] = corner::<N>(source.pixels(), y as usize * source.stride() + x as usize * N);
    let alpha = if N == 4 { a } else { 255.0 };
    [r * alpha, g * alpha, b * alpha, alpha]
}

#[cfg(test)]
mod tests;
