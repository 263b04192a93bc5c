//! What a master is, what it will be like to serve, and what would mend it: for people, without decoding any pixels.

mod flat;
mod jp2;
mod jpeg;
mod show;
mod tiff;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use serde::Serialize;

use super::convert::open;
use super::limits::{FormatError, FormatLimits};
use super::sniff::Kind;
use crate::render::{is_srgb, profile_name};

/// What was found out about a file.
#[derive(Serialize, Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub file: String,
    /// Length of the file.
    pub bytes: u64,
    /// What kind of file it is, by its contents; nothing where that is unknown.
    pub kind: Option<&'static str>,
    /// Size as it is stored, in pixels.
    pub width: Option<u64>,
    pub height: Option<u64>,
    pub compression: Option<String>,
    /// Nearest quality as the usual programs count it, 1 to 100.
    pub quality: Option<u8>,
    pub colors: Option<String>,
    /// Bits per sample.
    pub bits: Option<u8>,
    pub profile: Option<String>,
    /// Which way up it is to be seen, 1 to 8 as Exif numbers the ways.
    pub orientation: u16,
    /// Pixels per inch, across and down.
    pub dpi: Option<(f64, f64)>,
    /// How many pictures there are, where more than one can be.
    pub pages: Option<u32>,
    /// Of a picture cut into tiles, the whole and its smaller versions.
    pub levels: Vec<LevelReport>,
    pub findings: Vec<Finding>,
}

/// One resolution of a picture.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelReport {
    pub width: u32,
    pub height: u32,
    pub tile_width: u32,
    pub tile_height: u32,
}

/// Something worth knowing.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub what: String,
    /// What to do about it; empty when nothing needs to be done.
    pub cure: String,
}

/// How much a finding matters, least first.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// It works, and may not look as meant.
    Odd,
    /// It works, and takes its time.
    Slow,
    /// It is not taken in.
    Refused,
}

/// The cure for most things.
const CONVERT: &str = "`triptych convert` makes a pyramid of it";
/// Pictures of fewer pixels are quick to decode as a whole.
const SMALL: u64 = 2_000_000;
/// As much of a file is read for its facts.
const MOST: u64 = 64 << 20;

/// Looks at the file at `path`. What is wrong with it is told in the report, up to what `limits` refuse.
///
/// # Errors
/// When the file cannot be read.
pub fn inspect(path: &Path, limits: &FormatLimits) -> io::Result<Report> {
    let bytes = std::fs::metadata(path)?.len();
    Report::of(path.display().to_string(), bytes, |report| {
        let (file, kind) = open(path)?;
        report.look(file, kind, limits)
    })
}

/// The same of a TIFF of this name and length that is read elsewhere: only its directories are looked at.
///
/// # Errors
/// When the reader fails.
pub fn inspect_tiff(name: &str, bytes: u64, reader: impl Read + Seek + Send + 'static, limits: &FormatLimits) -> io::Result<Report> {
    Report::of(name.to_owned(), bytes, |report| {
        report.kind = Some(Kind::Tiff.name());
        tiff::look(report, reader, limits)
    })
}

impl Report {
    /// What `look` finds out about a file.
    fn of(file: String, bytes: u64, look: impl FnOnce(&mut Self) -> Result<(), FormatError>) -> io::Result<Self> {
        let mut report = Self { file, bytes, orientation: 1, ..Self::default() };
        match look(&mut report) {
            Err(FormatError::Io(error)) => return Err(error),
            Err(error) => report.refuse(&error),
            Ok(()) => {}
        }
        report.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(report)
    }

    /// The gravest that was found.
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Note)
    }

    fn look(&mut self, file: File, kind: Kind, limits: &FormatLimits) -> Result<(), FormatError> {
        self.kind = Some(kind.name());
        match kind {
            Kind::Tiff => tiff::look(self, file, limits),
            Kind::Jpeg => jpeg::look(self, &head(file)?, limits),
            Kind::Jp2 => jp2::look(self, &head(file)?, limits),
            Kind::Png => flat::png(self, file, limits),
            Kind::WebP => flat::webp(self, file, limits),
            Kind::Gif => flat::gif(self, file, limits),
            Kind::Pdf => flat::pdf(self, file, limits),
        }
    }

    fn find(&mut self, severity: Severity, what: impl Into<String>, cure: impl Into<String>) {
        self.findings.push(Finding { severity, what: what.into(), cure: cure.into() });
    }

    fn refuse(&mut self, error: &FormatError) {
        let cure = match error {
            FormatError::Unrecognised => "Save it as TIFF with the program that made it.",
            FormatError::TooLarge { .. } => "Raise max_source_pixels if the machine has the memory, or make it smaller.",
            FormatError::Damaged(_) => "Fetch it anew from where it came from, or save it anew with the program that made it.",
            FormatError::Unsupported(_) | FormatError::Io(_) => "Save it as TIFF, 8 bits, gray or RGB, with a program that can read it.",
        };
        self.find(Severity::Refused, error.to_string(), cure);
    }

    /// The size, which may be refused.
    fn sized(&mut self, width: u64, height: u64, limits: &FormatLimits) -> Result<(), FormatError> {
        (self.width, self.height) = (Some(width), Some(height));
        limits.check(width, height).map(|_| ())
    }

    /// What holds for every picture that is not cut into tiles.
    fn is_whole(&mut self) {
        let pixels = self.width.unwrap_or(0).saturating_mul(self.height.unwrap_or(0));
        let what = "It has neither tiles nor smaller versions: each view of it needs the whole picture decoded.";
        self.find(if pixels > SMALL { Severity::Slow } else { Severity::Note }, what, CONVERT);
    }

    fn has_profile(&mut self, icc: Option<&[u8]>) {
        let Some(icc) = icc else { return };
        self.profile = Some(profile_name(icc).unwrap_or_else(|| "without a name".to_owned()));
        if crate::render::color_space(icc) == Some(b"CMYK") {
            return;
        }
        if profile_name(icc).is_none() && !is_srgb(icc) {
            self.find(Severity::Odd, "Its colour profile is damaged or has no name.", "Assign the right profile in an image editor.");
        }
    }

    fn has_inks(&mut self, icc: Option<&[u8]>) {
        self.colors = Some("CMYK".to_owned());
        let understood = crate::render::CmykTransform::new(icc).has_profile();
        if !understood {
            let what = "It has CMYK colours and no profile that says what they look like: they are guessed.";
            self.find(Severity::Odd, what, "Convert it to RGB with the profile of its press in an image editor.");
        }
    }

    fn has_bits(&mut self, bits: u8) {
        self.bits = Some(bits);
        if bits > 8 {
            self.find(Severity::Note, format!("Its {bits} bits a sample become 8 when it is shown."), "");
        }
    }

    fn lies(&mut self, orientation: u16) {
        self.orientation = orientation;
        if (2..=8).contains(&orientation) {
            let what = format!("It is stored lying (orientation {orientation}) and is set upright when it is converted.");
            self.find(Severity::Note, what, "");
        }
    }
}

/// The beginning of a file: all of it but of very long ones.
fn head(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
