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

/// The kernel's part of a reduction is at least this and less than twice as much; means over blocks of pixels come before it.
const KERNEL: f64 = 1.5;
/// So much memory may a thread keep for its next picture.
const KEPT: usize = 4 << 20;

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

/// Catmull-Rom: next to Lanczos with three lobes it is as near to the mean of what a pixel covers, rings less, and takes two
/// thirds of the time.
fn resample(raster: &Raster, window: Window, size: Dimensions) -> Result<Raster, RenderError> {
    let failed = |reason: &dyn std::fmt::Display| RenderError::failed("scale", reason);
    let pixel_type = match raster.channels() {
        Channels::Gray => PixelType::U8,
        Channels::Rgb => PixelType::U8x3,
        Channels::Rgba => PixelType::U8x4,
    };
    let source = ImageRef::new(raster.width(), raster.height(), raster.pixels(), pixel_type).map_err(|e| failed(&e))?;
    let mut target = Image::new(size.width, size.height, pixel_type);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .crop(window.x, window.y, window.width, window.height);
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
