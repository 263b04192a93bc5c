//! Region and size in one step.

use std::cell::RefCell;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::reduce::{MOST, reduce};
use super::shift::shift;
use super::{RenderError, Window};
use crate::iiif::image::Dimensions;
use crate::raster::{Channels, Raster};

/// Nearer than this, in pixels, to a whole number is a whole number: arithmetic on fractions leaves such crumbs.
const CRUMB: f64 = 1e-6;

/// Of a strong reduction the kernel does at least this much and less than twice as much; means over blocks come before it.
const KERNEL: f64 = 2.0;
/// So much memory may a thread keep for its next picture.
const KEPT: usize = 4 << 20;

/// How far the kernel looks beyond a window, in pixels, at the strongest reduction that it sees.
const REACH: f64 = 8.0;

thread_local! {
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

/// Maps `window` of `raster` exactly onto `size`; alpha weighs the colours, so hidden ones do not bleed.
///
/// Where the raster reaches beyond the window, what is there counts as far as the kernel goes.
///
/// # Errors
/// [`RenderError::Empty`] when the window holds no pixel.
pub fn scale(raster: Raster, window: Window, size: Dimensions) -> Result<Raster, RenderError> {
    let everything = (raster.width(), raster.height()) == (size.width, size.height);
    let fitted = fit(window, &raster)?;
    if everything && whole_pixels(fitted, size).is_some() { Ok(raster) } else { part(&raster, window, size) }
}

/// The same of a raster that stays as it is.
///
/// # Errors
/// As [`scale`].
pub fn part(raster: &Raster, window: Window, size: Dimensions) -> Result<Raster, RenderError> {
    let window = fit(window, raster)?;
    if let Some((x, y)) = whole_pixels(window, size) {
        return Ok(raster.crop(x, y, size.width, size.height));
    }
    if raster.channels() == Channels::Rgba {
        return resample(raster, window, size);
    }
    if (window.width, window.height) == (f64::from(size.width), f64::from(size.height)) {
        return Ok(shift(raster, (window.x, window.y), size));
    }
    match blocks(window, size) {
        (1, 1) => resample(raster, window, size),
        blocks => {
            let (raster, window) = in_blocks(raster, window, blocks);
            resample(&raster, window, size)
        }
    }
}

/// How many pixels, across and down, may be taken together before the kernel.
fn blocks(window: Window, size: Dimensions) -> (u32, u32) {
    let side = |length: f64, size: u32| ((length / f64::from(size) / KERNEL) as u32).clamp(1, MOST);
    (side(window.width, size.width), side(window.height, size.height))
}

/// The window reduced by whole factors, and where it then lies.
fn in_blocks(raster: &Raster, window: Window, (across, down): (u32, u32)) -> (Raster, Window) {
    let side = |start: f64, length: f64, limit: u32, factor: u32| {
        let (first, end) = (start as u32, ((start + length).ceil() as u32).min(limit));
        ((first, end), (start - f64::from(first)) / f64::from(factor), length / f64::from(factor))
    };
    let (columns, x, width) = side(window.x, window.width, raster.width(), across);
    let (rows, y, height) = side(window.y, window.height, raster.height(), down);
    (reduce(raster, columns, rows, (across, down)), Window { x, y, width, height })
}

/// The window without crumbs and without what lies beyond the raster.
fn fit(window: Window, raster: &Raster) -> Result<Window, RenderError> {
    let (x, width) = fit_side(window.x, window.width, raster.width())?;
    let (y, height) = fit_side(window.y, window.height, raster.height())?;
    Ok(Window { x, y, width, height })
}

fn fit_side(start: f64, length: f64, limit: u32) -> Result<(f64, f64), RenderError> {
    let limit = f64::from(limit);
    if !(start.is_finite() && length.is_finite()) {
        return Err(RenderError::Empty("the window is no rectangle"));
    }
    let end = snap(start + length).min(limit);
    let start = snap(start).max(0.0);
    let mut length = end - start;
    if length <= 0.0 {
        return Err(RenderError::Empty("the window holds no pixel"));
    }
    while start + length > limit {
        length = length.next_down();
    }
    Ok((start, length))
}

fn snap(value: f64) -> f64 {
    let near = value.round();
    if (value - near).abs() < CRUMB { near } else { value }
}

/// Where to cut when cutting is all there is to do.
fn whole_pixels(window: Window, size: Dimensions) -> Option<(u32, u32)> {
    let same_size = window.width == f64::from(size.width) && window.height == f64::from(size.height);
    (same_size && window.x.fract() == 0.0 && window.y.fract() == 0.0).then_some((window.x as u32, window.y as u32))
}

/// To another size, by the kernel.
fn resample(raster: &Raster, window: Window, size: Dimensions) -> Result<Raster, RenderError> {
    // Of one channel, columns take far longer than rows: then there should be as few rows as may be before they are worked on.
    if raster.channels() == Channels::Gray && window.height > f64::from(size.height) && window.width != f64::from(size.width) {
        let left = (window.x - REACH).max(0.0).floor();
        let right = (window.x + window.width + REACH).ceil().min(f64::from(raster.width()));
        let across = Window { x: left, width: right - left, ..window };
        let rows = resized(raster, across, Dimensions { width: (right - left) as u32, height: size.height })?;
        let window = Window { x: window.x - left, y: 0.0, width: window.width, height: f64::from(size.height) };
        return resized(&rows, window, size);
    }
    resized(raster, window, size)
}

/// Catmull-Rom: on photographs it comes nearer to the mean of what a pixel covers than Lanczos with three lobes does, rings less,
/// and takes three quarters of the time.
fn resized(raster: &Raster, window: Window, size: Dimensions) -> Result<Raster, RenderError> {
    let failed = |reason: &dyn std::fmt::Display| RenderError::failed("scale", reason);
    let pixel_type = match raster.channels() {
        Channels::Gray => PixelType::U8,
        Channels::Rgb => PixelType::U8x3,
        Channels::Rgba => PixelType::U8x4,
    };
    let source = ImageRef::new(raster.width(), raster.height(), raster.pixels(), pixel_type).map_err(|e| failed(&e))?;
    let mut target = Image::new(size.width, size.height, pixel_type);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).crop(
        window.x,
        window.y,
        window.width,
        window.height,
    );
    RESIZER.with_borrow_mut(|resizer| {
        let resized = resizer.resize(&source, &mut target, &options);
        if resizer.size_of_internal_buffers() > KEPT {
            resizer.reset_internal_buffers();
        }
        resized.map_err(|e| failed(&e))
    })?;
    Ok(Raster::from_pixels(size.width, size.height, raster.channels(), target.into_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn size(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    /// Gray that rises by one a column.
    fn ramp(width: u32, height: u32) -> Raster {
        let pixels = (0..height).flat_map(|_| (0..width).map(|x| x as u8)).collect();
        Raster::from_pixels(width, height, Channels::Gray, pixels)
    }

    #[test]
    fn whole_windows_are_only_cut() {
        let window = Window { x: 3.0, y: 1.0 + 1e-9, width: 2.0, height: 2.0 - 1e-9 };
        let part = scale(ramp(8, 4), window, size(2, 2)).unwrap();
        assert_eq!(part.pixels(), [3, 4, 3, 4]);
        let raster = ramp(8, 4);
        assert_eq!(scale(raster.clone(), Window::whole(&raster), size(8, 4)).unwrap(), raster);
    }

    #[test]
    fn fractions_of_a_pixel_count() {
        // Pixel centre i of the result lies at x + (i + 1/2) * width / 20 of the source, whose column c has its centre at c + 1/2.
        let window = Window { x: 40.25, y: 0.0, width: 100.5, height: 20.0 };
        let part = scale(ramp(200, 20), window, size(20, 20)).unwrap();
        for i in 0..20 {
            let expected = 40.25 + (f64::from(i) + 0.5) * 100.5 / 20.0 - 0.5;
            let got = f64::from(part.pixel(i, 10)[0]);
            assert!((got - expected).abs() <= 1.0, "column {i}: {got} instead of {expected}");
        }
    }

    #[test]
    fn enlarging_keeps_centres() {
        let window = Window { x: 10.0, y: 0.0, width: 10.0, height: 4.0 };
        let part = scale(ramp(40, 4), window, size(40, 16)).unwrap();
        for i in 4..36 {
            let expected = 10.0 + (f64::from(i) + 0.5) / 4.0 - 0.5;
            assert!((f64::from(part.pixel(i, 8)[0]) - expected).abs() <= 1.0, "column {i}");
        }
    }

    #[test]
    fn hidden_colours_do_not_bleed() {
        let mut pixels = Vec::new();
        for _ in 0..16 {
            pixels.extend([[200, 0, 0, 255], [0, 255, 0, 0]].concat());
        }
        let part =
            scale(Raster::from_pixels(2, 16, Channels::Rgba, pixels), Window { x: 0.0, y: 0.0, width: 2.0, height: 16.0 }, size(1, 1));
        let part = part.unwrap();
        let &[r, g, _, a] = part.pixel(0, 0) else { panic!("not rgba") };
        assert!(r > 195 && g < 3 && (120..=136).contains(&a), "{:?}", part.pixel(0, 0));
    }

    /// Something with an edge, texture and slopes, seen so finely that the mean over any area can be told.
    fn scene(x: f64, y: f64) -> f64 {
        let slope = 90.0 + 60.0 * (x / 41.0).sin() * (y / 57.0).cos();
        let texture = 25.0 * (x * 0.9 + y * 0.4).sin();
        let edge = if (x - 60.0).hypot(y - 45.0) < 30.0 { 55.0 } else { 0.0 };
        slope + texture + edge
    }

    fn mean(x: f64, y: f64, width: f64, height: f64) -> f64 {
        let part = |i: u32| (f64::from(i) + 0.5) / 8.0;
        (0..64).map(|i| scene(x + part(i % 8) * width, y + part(i / 8) * height)).sum::<f64>() / 64.0
    }

    /// The weights of Lanczos with three lobes for one pixel of the result, as its formula says.
    fn lanczos(centre: f64, factor: f64, limit: u32) -> Vec<(u32, f64)> {
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { (std::f64::consts::PI * x).sin() / (std::f64::consts::PI * x) };
        let reach = 3.0 * factor.max(1.0);
        let places = (centre - reach).max(0.0) as u32..((centre + reach).ceil() as u32).min(limit);
        let distance = |place: u32| (f64::from(place) + 0.5 - centre) / factor.max(1.0);
        let weight = |x: f64| if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
        let total: f64 = places.clone().map(|place| weight(distance(place))).sum();
        places.map(|place| (place, weight(distance(place)) / total)).collect()
    }

    /// How near a scaled window comes to the means over what its pixels cover, in decibels; and how near Lanczos would come that
    /// counts with 64-bit floats.
    fn fidelity(window: Window, size: Dimensions, channels: Channels) -> (f64, f64) {
        let count = channels.count();
        let whole =
            (0..110 * 140).flat_map(|i| vec![mean(f64::from(i % 140), f64::from(i / 140), 1.0, 1.0).round() as u8; count]).collect();
        let raster = Raster::from_pixels(140, 110, channels, whole);
        let part = scale(raster.clone(), window, size).unwrap();
        let (across, down) = (window.width / f64::from(size.width), window.height / f64::from(size.height));
        let (mut ours, mut theirs) = (0.0, 0.0);
        for (row, column) in (0..size.height).flat_map(|row| (0..size.width).map(move |column| (row, column))) {
            let (x, y) = (window.x + f64::from(column) * across, window.y + f64::from(row) * down);
            let expected = mean(x, y, across, down);
            let columns = lanczos(x + across / 2.0, across, 140);
            let line = |y| columns.iter().map(|&(x, weight)| weight * f64::from(raster.pixel(x, y)[0])).sum::<f64>();
            let exact: f64 = lanczos(y + down / 2.0, down, 110).into_iter().map(|(y, weight)| weight * line(y)).sum();
            ours += (f64::from(part.pixel(column, row)[count - 1]) - expected).powi(2);
            theirs += (exact.round() - expected).powi(2);
        }
        let decibels = |squares: f64| 10.0 * (255.0_f64.powi(2) * f64::from(size.width * size.height) / squares).log10();
        (decibels(ours), decibels(theirs))
    }

    #[test]
    fn no_worse_than_lanczos() {
        let cases = [
            (0.5, 0.5, 100.0, 80.0, size(100, 80)),
            (10.25, 0.0, 100.0, 80.0, size(100, 80)),
            (3.0, 4.75, 100.0, 80.0, size(100, 80)),
            (0.3, 0.3, 104.0, 83.2, size(100, 80)),
            (0.0, 0.0, 140.0, 110.0, size(75, 59)),
            (1.5, 2.5, 120.0, 90.0, size(40, 30)),
            (0.0, 0.0, 140.0, 110.0, size(28, 22)),
            (2.5, 1.5, 136.0, 108.0, size(17, 13)),
        ];
        for channels in [Channels::Gray, Channels::Rgb] {
            for (x, y, width, height, size) in cases {
                let (ours, theirs) = fidelity(Window { x, y, width, height }, size, channels);
                // From 42 decibels on nobody sees a difference.
                assert!(ours > theirs.min(42.0) - 0.3, "{x} {y} {width} x {height} to {size:?}: {ours} dB, {theirs} dB");
            }
        }
    }

    #[test]
    fn bands_of_a_picture_are_that_picture() {
        // What streaming relies on: a band scaled by itself sees its surroundings.
        let raster = Raster::from_pixels(90, 80, Channels::Gray, (0..7200).map(|i: u32| (i * i / 37 % 256) as u8).collect());
        for (width, height) in [(60, 64), (45, 40), (90, 80)] {
            let part = |top: u32, rows: u32| {
                let down = 79.5 / f64::from(height);
                let window = Window { x: 0.0, y: 0.5 + f64::from(top) * down, width: 89.5, height: f64::from(rows) * down };
                scale(raster.clone(), window, size(width, rows)).unwrap().into_pixels()
            };
            let bands = [part(0, 16), part(16, 16), part(32, height - 32)].concat();
            let worst = bands.iter().zip(part(0, height)).map(|(a, b)| a.abs_diff(b)).max();
            assert!(worst <= Some(1), "{width} x {height}: {worst:?}");
        }
    }

    #[test]
    fn odd_windows_never_panic() {
        let cases = [
            (f64::NAN, 1.0, None),
            (0.0, f64::INFINITY, None),
            (0.0, 0.0, None),
            (9.0, 1.0, None),
            (-5.0, 2.0, None),
            (-1.0, 4.0, Some(())),
            (7.5, 99.0, Some(())),
            (0.1, 7.9, Some(())),
            (0.3, 1e-5, Some(())),
        ];
        for (x, width, expected) in cases {
            let result = scale(ramp(8, 8), Window { x, y: 0.0, width, height: 8.0 }, size(5, 5));
            assert_eq!(result.ok().map(|r| assert_eq!((r.width(), r.height()), (5, 5))), expected, "{x} {width}");
        }
    }
}
