//! Pages drawn as pictures.

use std::fs::File;

use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings, SoftMask,
    font::GlyphRun, interpret_page,
};
use hayro::hayro_syntax::object::{Dict, Object};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};

use super::{DPI, Facts};
use crate::formats::convert::Rows;
use crate::formats::exif::Orientation;
use crate::formats::held::Held;
use crate::formats::limits::{FormatError, FormatLimits};
use crate::raster::{Channels, Raster};

/// Points of a PDF to the inch.
const POINTS: f64 = 72.0;
/// Part of a page that a scan covers.
const COVERED: f64 = 0.9;
/// Pixels an inch that are believed of a scan.
const BELIEVED: std::ops::RangeInclusive<f64> = 20.0..=2400.0;

/// A file whose pages may be drawn.
pub struct Document {
    pdf: Pdf,
    limits: FormatLimits,
}

impl Document {
    /// # Errors
    /// For what is no PDF, needs a password, or holds pictures larger than may be.
    pub fn open(file: File, limits: &FormatLimits) -> Result<Self, FormatError> {
        let limits = limits.for_jp2();
        let pdf = Pdf::new(limits.read_whole(file)?).map_err(refused)?;
        if pdf.pages().is_empty() {
            return Err(FormatError::Damaged("PDF: it has no pages".to_owned()));
        }
        // Before anything is decoded: memory is taken for what these say.
        pdf.objects().into_iter().try_for_each(|object| match object {
            Object::Stream(stream) => check(stream.dict(), &limits),
            _ => Ok(()),
        })?;
        Ok(Self { pdf, limits })
    }

    pub fn facts(&self) -> Result<Facts, FormatError> {
        let pages = self.pdf.pages();
        let (width, height, _) = self.size(self.at(1)?)?;
        Ok(Facts { pages: pages.len() as u32, width: width.into(), height: height.into() })
    }

    /// The picture of page number `page`, counted from 1, on white.
    pub fn page(&self, page: u32) -> Result<Rows, FormatError> {
        let page = self.at(page)?;
        let (width, height, transform) = self.size(page)?;
        let mut context = RenderContext::new(width, height);
        let settings = InterpreterSettings::default();
        render_into(page, &RenderCache::new(), &settings, &RenderSettings::default(), &mut context, transform);
        context.flush();
        let mut pixels = Pixmap::new(width, height);
        let target_init = TargetInit::Clear(WHITE);
        context.render_with(&mut pixels, &mut Resources::default(), RasterizerSettings { target_init, ..RasterizerSettings::default() });
        let rgb = pixels.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        let raster = Raster::from_pixels(width.into(), height.into(), Channels::Rgb, rgb);
        Ok(Box::new(Held::new(raster, Orientation::UPRIGHT, None)))
    }

    fn at(&self, page: u32) -> Result<&Page<'_>, FormatError> {
        let pages = self.pdf.pages();
        let found = (page as usize).checked_sub(1).and_then(|at| pages.get(at));
        found.ok_or_else(|| FormatError::Unsupported(format!("page {page} of a PDF that has {}", pages.len())))
    }

    /// How large a page is drawn, and what brings it there.
    fn size(&self, page: &Page<'_>) -> Result<(u16, u16, Affine), FormatError> {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
            return Err(FormatError::Damaged("PDF: the page has no size".to_owned()));
        }
        let wanted = scan(page).unwrap_or(DPI / POINTS);
        // A poster is drawn as large as may be.
        let by_area = (self.limits.max_pixels as f64 / (width * height)).sqrt();
        let by_side = f64::from(self.limits.max_side.min(u16::MAX.into())) / width.max(height);
        let scale = wanted.min(by_area).min(by_side);
        let side = |length: f64| (length * scale).round().clamp(1.0, u16::MAX.into()) as u16;
        let (across, down) = (side(width), side(height));
        self.limits.check(across.into(), down.into())?;
        let fit = Affine::scale_non_uniform(f64::from(across) / width, f64::from(down) / height);
        Ok((across, down, fit * page.initial_transform(true).to_kurbo()))
    }
}

fn refused(error: LoadPdfError) -> FormatError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            FormatError::Unsupported("a PDF that needs a password: save it without one".to_owned())
        }
        LoadPdfError::Decryption(_) => FormatError::Unsupported("a PDF that is encrypted: save it without encryption".to_owned()),
        LoadPdfError::Invalid => FormatError::Damaged("PDF: it cannot be read".to_owned()),
    }
}

/// Whether a stream claims to be no picture larger than may be.
fn check(dict: &Dict<'_>, limits: &FormatLimits) -> Result<(), FormatError> {
    let side = |long: &str, short: &str| dict.get::<f64>(long).or_else(|| dict.get(short)).unwrap_or(0.0).max(0.0);
    let (width, height) = (side("Width", "W"), side("Height", "H"));
    if width * height > limits.max_pixels as f64 {
        return Err(FormatError::Unsupported(format!("a PDF with a picture of {width} x {height} pixels in it")));
    }
    Ok(())
}

/// Pixels for each point of a page that a scan covers: those of its finest layer.
fn scan(page: &Page<'_>) -> Option<f64> {
    let (width, height) = page.render_dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let transform = page.initial_transform(true).to_kurbo();
    let target = Rect::new(0.0, 0.0, width, height);
    let cache = InterpreterCache::new();
    let mut context = Context::new(transform, target, &cache, page.xref(), InterpreterSettings::default());
    let mut finest = Finest { target, scale: None };
    interpret_page(page, &mut context, &mut finest);
    finest.scale.filter(|scale| BELIEVED.contains(&(scale * POINTS)))
}

/// Looks for pictures that cover a page, and draws nothing.
struct Finest {
    target: Rect,
    scale: Option<f64>,
}

impl<'a> Device<'a> for Finest {
    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let place = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
        if place.intersect(self.target).area() < COVERED * self.target.area() {
            return;
        }
        let [a, b, c, d, _, _] = props.transform.as_coeffs();
        let points = a.hypot(b).min(c.hypot(d));
        if points > 0.0 {
            self.scale = Some(self.scale.unwrap_or(0.0).max(1.0 / points));
        }
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
