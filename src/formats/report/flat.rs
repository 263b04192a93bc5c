//! PNG, WebP, GIF and PDF files.

use std::fs::File;
use std::io::BufReader;

use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, ColorType, ImageDecoder};

use super::{Report, Severity};
use crate::formats::exif::{self, Orientation};
use crate::formats::first_frame::refused;
use crate::formats::limits::{FormatError, FormatLimits};
use crate::formats::pdf as pages;
use crate::formats::png as png_master;

pub(super) fn png(report: &mut Report, file: File, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut decoder = png_master::decoder(file);
    let (width, height) = decoder.read_header_info().map(|info| (info.width, info.height)).map_err(png_master::refused)?;
    report.compression = Some("deflate".to_owned());
    report.sized(width.into(), height.into(), limits)?;
    let reader = decoder.read_info().map_err(png_master::refused)?;
    let info = reader.info();
    let (kind, transparent) = match info.color_type {
        png::ColorType::Grayscale => ("gray", false),
        png::ColorType::GrayscaleAlpha => ("gray", true),
        png::ColorType::Rgb => ("RGB", false),
        png::ColorType::Rgba => ("RGB", true),
        png::ColorType::Indexed => ("palette", false),
    };
    colors(report, kind, transparent || info.trns.is_some());
    report.has_bits(info.bit_depth as u8);
    report.has_profile(info.icc_profile.as_deref());
    let metre = info.pixel_dims.filter(|dims| matches!(dims.unit, png::Unit::Meter));
    report.dpi = metre.map(|dims| (f64::from(dims.xppu) * 0.0254, f64::from(dims.yppu) * 0.0254));
    report.lies(info.exif_metadata.as_ref().map_or(1, |exif| exif::orientation(exif).tag()));
    if info.interlaced {
        report.find(Severity::Note, "It is interlaced, so it is held in memory whole while it is converted.", "");
    }
    report.is_whole();
    Ok(())
}

pub(super) fn webp(report: &mut Report, file: File, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut decoder = WebPDecoder::new(BufReader::new(file)).map_err(|error| refused(error, "WebP"))?;
    report.compression = Some("WebP".to_owned());
    frame(report, &mut decoder, limits)?;
    moving(report, decoder.has_animation());
    Ok(())
}

pub(super) fn gif(report: &mut Report, file: File, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut decoder = GifDecoder::new(BufReader::new(file)).map_err(|error| refused(error, "GIF"))?;
    report.compression = Some("LZW".to_owned());
    frame(report, &mut decoder, limits)?;
    report.colors = Some("palette".to_owned());
    moving(report, decoder.into_frames().take(2).filter(Result::is_ok).count() > 1);
    Ok(())
}

pub(super) fn pdf(report: &mut Report, file: File, limits: &FormatLimits) -> Result<(), FormatError> {
    let facts = pages::facts(file, limits)?;
    report.pages = Some(facts.pages);
    report.sized(facts.width.into(), facts.height.into(), limits)?;
    if facts.pages > 1 {
        let what = format!("It has {} pages, of which the first is served unless another is asked for.", facts.pages);
        report.find(Severity::Note, what, "");
    }
    report.is_whole();
    Ok(())
}

fn frame(report: &mut Report, decoder: &mut impl ImageDecoder, limits: &FormatLimits) -> Result<(), FormatError> {
    let (width, height) = decoder.dimensions();
    report.sized(width.into(), height.into(), limits)?;
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(4));
    decoder.set_limits(allowed).map_err(|error| refused(error, "It"))?;
    report.has_bits(8);
    colors(report, "RGB", decoder.color_type() == ColorType::Rgba8);
    report.has_profile(decoder.icc_profile().ok().flatten().as_deref());
    let exif = decoder.exif_metadata().ok().flatten();
    report.lies(exif.map_or(Orientation::UPRIGHT, |exif| exif::orientation(&exif)).tag());
    report.is_whole();
    Ok(())
}

fn colors(report: &mut Report, kind: &str, transparent: bool) {
    report.colors = Some(if transparent { format!("{kind} with alpha") } else { kind.to_owned() });
}

fn moving(report: &mut Report, moving: bool) {
    if moving {
        report.find(Severity::Odd, "It is a moving picture, of which the first frame is shown.", "");
    }
}
