//! What an ICC profile means: its name, whether it is sRGB, and the way from its colours to sRGB.
//!
//! Profiles come from files and may say anything. One that cannot be understood changes no pixel.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, ProfileText, Transform8BitExecutor, TransformOptions};

use crate::raster::{Channels, Raster};

/// A longer profile is not looked at.
const MAX_PROFILE: usize = 4 << 20;
/// Transforms that are kept, the latest used ones.
const KEPT: usize = 32;
/// Bytes that are transformed at a time: a whole number of pixels of any kind, small enough to stay near the processor.
const CHUNK: usize = 12 << 10;
/// Levels by which two profiles may differ and still mean the same.
const ALIKE: u8 = 1;

/// From the colours that a profile means to sRGB, for pixels of one kind.
#[derive(Clone)]
pub struct ColorTransform(Work);

#[derive(Clone)]
enum Work {
    /// For each level of gray the one in sRGB.
    Gray(Arc<[u8; 256]>),
    /// Red, green and blue, with alpha or without, in place.
    Colors(Arc<Transform8BitExecutor>),
}

impl std::fmt::Debug for ColorTransform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ColorTransform")
    }
}

impl ColorTransform {
    /// `None` when there is nothing to do: the profile is sRGB in substance, does not fit pixels of these `channels`, or cannot be
    /// understood.
    pub fn to_srgb(icc: &[u8], channels: Channels) -> Option<Self> {
        let layout = match channels {
            Channels::Gray => Layout::Gray,
            Channels::Rgb => Layout::Rgb,
            Channels::Rgba => Layout::Rgba,
        };
        match meaning(icc, Pixels::Screen(layout)) {
            Meaning::Other(work) => Some(Self(work)),
            Meaning::Srgb | Meaning::Unknown => None,
        }
    }

    /// Whole pixels, in place; alpha stays as it is.
    pub fn apply(&self, pixels: &mut [u8]) {
        match &self.0 {
            Work::Gray(levels) => pixels.iter_mut().for_each(|level| *level = levels[usize::from(*level)]),
            Work::Colors(transform) => {
                let mut before = [0; CHUNK];
                for part in pixels.chunks_mut(CHUNK) {
                    let before = &mut before[..part.len()];
                    before.copy_from_slice(part);
                    if transform.transform(before, part).is_err() {
                        part.copy_from_slice(before);
                    }
                }
            }
        }
    }

    /// All pixels of a raster of the channels that the transform was made for.
    pub fn apply_to(&self, raster: &mut Raster) {
        self.apply(raster.pixels_mut());
    }
}

/// From amounts of four inks, 255 being full, to sRGB.
#[derive(Clone)]
pub struct CmykTransform(Option<Arc<Transform8BitExecutor>>);

impl CmykTransform {
    /// By the profile, if it is one for CMYK that can be understood, and otherwise as if inks were pure.
    pub fn new(icc: Option<&[u8]>) -> Self {
        match icc.map(|icc| meaning(icc, Pixels::Inks)) {
            Some(Meaning::Other(Work::Colors(transform))) => Self(Some(transform)),
            _ => Self(None),
        }
    }

    /// Whether colours follow a profile.
    pub fn has_profile(&self) -> bool {
        self.0.is_some()
    }

    /// Fills `rgb` from `cmyk`, as far as both have whole pixels.
    pub fn to_rgb(&self, cmyk: &[u8], rgb: &mut [u8]) {
        let count = (cmyk.len() / 4).min(rgb.len() / 3);
        let (cmyk, rgb) = (&cmyk[..count * 4], &mut rgb[..count * 3]);
        let done = self.0.as_ref().is_some_and(|transform| transform.transform(cmyk, rgb).is_ok());
        if !done {
            cmyk.as_chunks::<4>().0.iter().zip(rgb.as_chunks_mut::<3>().0).for_each(|(inks, color)| *color = pure_inks(*inks));
        }
    }
}

/// Each ink takes its own light away, black takes all.
fn pure_inks([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let white = u16::from(255 - black);
    [cyan, magenta, yellow].map(|ink| ((u16::from(255 - ink) * white + 127) / 255) as u8)
}

/// Whether colours under this profile look as they would without one: every level within one of sRGB's.
pub fn is_srgb(icc: &[u8]) -> bool {
    let layout = if color_space(icc) == Some(b"GRAY") { Layout::Gray } else { Layout::Rgb };
    matches!(meaning(icc, Pixels::Screen(layout)), Meaning::Srgb)
}

/// The signature of the colours that a profile is for, such as `RGB ` or `CMYK` (ICC.1, section 7.2.8).
pub fn color_space(icc: &[u8]) -> Option<&[u8; 4]> {
    icc.get(16..)?.first_chunk()
}

/// What the profile calls itself, on one line and not at length.
pub fn profile_name(icc: &[u8]) -> Option<String> {
    let name = match parse(icc)?.description? {
        ProfileText::PlainString(text) => text,
        ProfileText::Localizable(texts) => texts.iter().find(|text| text.language == "en").or(texts.first())?.value.clone(),
        ProfileText::Description(text) if text.ascii_string.is_empty() => text.unicode_string,
        ProfileText::Description(text) => text.ascii_string,
    };
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(100).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What pixels are made of, where they come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pixels {
    Screen(Layout),
    Inks,
}

/// What a profile means for pixels of one kind.
#[derive(Clone)]
enum Meaning {
    Srgb,
    Other(Work),
    Unknown,
}

struct Kept {
    hash: u64,
    length: usize,
    pixels: Pixels,
    meaning: Meaning,
}

static MEANINGS: LazyLock<(RandomState, Mutex<VecDeque<Kept>>)> = LazyLock::new(Default::default);

/// What [`work_out`] says, remembered.
fn meaning(icc: &[u8], pixels: Pixels) -> Meaning {
    if icc.len() > MAX_PROFILE {
        return Meaning::Unknown;
    }
    let (state, kept) = &*MEANINGS;
    let (hash, length) = (state.hash_one(icc), icc.len());
    let is_it = |entry: &Kept| (entry.hash, entry.length, entry.pixels) == (hash, length, pixels);
    let mut entries = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(entry) = entries.iter().position(is_it).and_then(|at| entries.remove(at)) {
        let meaning = entry.meaning.clone();
        entries.push_front(entry);
        return meaning;
    }
    drop(entries);
    let meaning = work_out(icc, pixels).unwrap_or(Meaning::Unknown);
    let mut entries = kept.lock().unwrap_or_else(PoisonError::into_inner);
    entries.push_front(Kept { hash, length, pixels, meaning: meaning.clone() });
    entries.truncate(KEPT);
    meaning
}

fn work_out(icc: &[u8], pixels: Pixels) -> Option<Meaning> {
    let profile = parse(icc)?;
    let (space, from, to) = match pixels {
        Pixels::Screen(Layout::Gray) => (DataColorSpace::Gray, Layout::Gray, Layout::Rgb),
        Pixels::Screen(layout) => (DataColorSpace::Rgb, layout, layout),
        Pixels::Inks => (DataColorSpace::Cmyk, Layout::Rgba, Layout::Rgb),
    };
    if profile.color_space != space {
        return None;
    }
    let transform = profile.create_transform_8bit(from, &ColorProfile::new_srgb(), to, TransformOptions::default()).ok()?;
    match pixels {
        Pixels::Screen(Layout::Gray) => gray(&*transform),
        Pixels::Screen(layout) if is_plain(&*transform, layout)? => Some(Meaning::Srgb),
        Pixels::Screen(_) | Pixels::Inks => Some(Meaning::Other(Work::Colors(transform))),
    }
}

fn parse(icc: &[u8]) -> Option<ColorProfile> {
    let options = ParsingOptions { max_profile_size: MAX_PROFILE + 1, ..ParsingOptions::default() };
    ColorProfile::new_from_slice_with_options(icc, options).ok()
}

/// Of the transform from gray to colours, its table.
fn gray(transform: &Transform8BitExecutor) -> Option<Meaning> {
    let every: [u8; 256] = std::array::from_fn(|level| level as u8);
    let mut colors = [0; 3 * 256];
    transform.transform(&every, &mut colors).ok()?;
    let levels = std::array::from_fn(|level| colors[3 * level + 1]);
    let same = every.iter().zip(&levels).all(|(before, after): (&u8, &u8)| before.abs_diff(*after) <= ALIKE);
    Some(if same { Meaning::Srgb } else { Meaning::Other(Work::Gray(Arc::new(levels))) })
}

/// Whether a transform leaves colours from all over the cube as they are.
fn is_plain(transform: &Transform8BitExecutor, layout: Layout) -> Option<bool> {
    let steps = || (0..=255).step_by(51);
    let alpha: &[u8] = if layout == Layout::Rgba { &[255] } else { &[] };
    let cube = steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| [r, g, b])));
    let before: Vec<u8> = cube.flat_map(|color: [u8; 3]| [&color[..], alpha].concat()).collect();
    let mut after = vec![0; before.len()];
    transform.transform(&before, &mut after).ok()?;
    Some(before.iter().zip(&after).all(|(before, after)| before.abs_diff(*after) <= ALIKE))
}

#[cfg(test)]
mod tests;
