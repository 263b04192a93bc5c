//! What a JPEG says about itself before its pixels: bit depth, orientation, colour profile.

use super::exif::{self, Orientation};
use super::limits::MAX_PROFILE;

const EXIF: &[u8] = b"Exif\0\0";
const PROFILE: &[u8] = b"ICC_PROFILE\0";
/// The sum of the quantisation table for luminance that is recommended for quality 50 (ITU-T T.81, annex K.1).
const USUAL_STEPS: u32 = 3688;

/// The facts that libjpeg does not hand on.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Facts {
    /// Bits per sample; 0 when no frame header was found.
    pub precision: u8,
    pub width: u16,
    pub height: u16,
    /// Horizontal and vertical sampling factor of each component.
    pub sampling: Vec<(u8, u8)>,
    pub progressive: bool,
    /// From 1 to 100 as the usual programs count; of other programs' tables, what comes nearest.
    pub quality: Option<u8>,
    pub orientation: Orientation,
    pub icc: Option<Vec<u8>>,
    /// Whether Adobe's marker is there.
    pub adobe: bool,
    /// Pixels per inch, across and down.
    pub dpi: Option<(f64, f64)>,
}

/// Reads the segments up to the first scan. Whatever makes no sense is as if it were not there.
pub(super) fn facts(jpeg: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let mut exif_seen = false;
    let mut parts = Vec::new();
    for (marker, body) in Segments(jpeg.get(2..).unwrap_or_default()) {
        match marker {
            // Frame headers: SOF0 to SOF15 without DHT, JPG and DAC.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => facts.frame(marker, body),
            0xdb if facts.quality.is_none() => facts.quality = quality(body),
            0xe0 if body.starts_with(b"JFIF\0") => facts.dpi = density(body),
            0xe1 if !exif_seen && body.starts_with(EXIF) => {
                exif_seen = true;
                facts.orientation = exif::orientation(&body[EXIF.len()..]);
            }
            0xe2 if body.starts_with(PROFILE) => parts.push(&body[PROFILE.len()..]),
            0xee => facts.adobe |= body.starts_with(b"Adobe"),
            _ => {}
        }
    }
    facts.icc = joined(&parts);
    facts
}

impl Facts {
    fn frame(&mut self, marker: u8, body: &[u8]) {
        let Some(([precision, a, b, c, d, _], components)) = body.split_first_chunk() else { return };
        (self.precision, self.progressive) = (*precision, marker & 3 == 2);
        (self.height, self.width) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        self.sampling = components.as_chunks::<3>().0.iter().map(|component| (component[1] >> 4, component[1] & 15)).collect();
    }
}

/// What the first quantisation table, that of luminance, tells of the quality.
fn quality(body: &[u8]) -> Option<u8> {
    let (&kind, table) = body.split_first()?;
    let steps: u32 = match kind >> 4 {
        0 => table.get(..64)?.iter().map(|step| u32::from(*step)).sum(),
        _ => table.get(..128)?.as_chunks::<2>().0.iter().map(|step| u32::from(u16::from_be_bytes(*step))).sum(),
    };
    let percent = steps.max(1) * 100 / USUAL_STEPS;
    let quality = if percent <= 100 { (200 - percent) / 2 } else { 5000 / percent };
    Some(quality.clamp(1, 100) as u8)
}

fn density(jfif: &[u8]) -> Option<(f64, f64)> {
    let &[unit, a, b, c, d] = jfif.get(7..)?.first_chunk()?;
    let (x, y) = (f64::from(u16::from_be_bytes([a, b])), f64::from(u16::from_be_bytes([c, d])));
    let inches = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    (x > 0.0 && y > 0.0).then_some((x * inches, y * inches))
}

/// A profile comes in parts, each with its number and how many there are.
fn joined(parts: &[&[u8]]) -> Option<Vec<u8>> {
    let total = usize::from(*parts.first()?.get(1)?);
    let mut profile = Vec::new();
    for number in 1..=total {
        let [_, _, data @ ..] = parts.iter().find(|part| part.first() == Some(&(number as u8)))? else { return None };
        if profile.len() + data.len() > MAX_PROFILE {
            return None;
        }
        profile.extend_from_slice(data);
    }
    (!profile.is_empty()).then_some(profile)
}

/// Markers with their bodies; ends at the first scan, the end of the image or anything that is no segment.
struct Segments<'a>(&'a [u8]);

impl<'a> Iterator for Segments<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.strip_prefix(&[0xff])?;
        let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
        let (&marker, rest) = rest[fill..].split_first()?;
        if matches!(marker, 0x00 | 0x01 | 0xd0..=0xda) {
            return None;
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let body = rest.get(2..length)?;
        self.0 = &rest[length..];
        Some((marker, body))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::exif::tests::exif_with;
    use super::*;

    pub fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&[0xff, marker], &(body.len() as u16 + 2).to_be_bytes()[..], &body].concat()
    }

    #[test]
    fn facts_of_a_header() {
        let jpeg = [
            vec![0xff, 0xd8],
            segment(0xe0, &[b"JFIF\0\x01\x02\x01\x01\x2c\0\x96\0\0"]),
            segment(0xee, &[b"Adobe\0"]),
            segment(0xdb, &[&[0], &[57; 45], &[59; 19]]),
            segment(0xe2, &[PROFILE, &[2, 2], b"file"]),
            vec![0xff],
            segment(0xe1, &[EXIF, &exif_with(8, false)]),
            segment(0xe1, &[EXIF, &exif_with(3, false)]),
            segment(0xe2, &[PROFILE, &[1, 2], b"pro"]),
            segment(0xc2, &[&[12, 2, 3, 1, 0, 1, 1, 0x21, 0]]),
            segment(0xda, &[&[1]]),
            segment(0xe1, &[EXIF, &exif_with(2, true)]),
        ]
        .concat();
        let expected = Facts {
            precision: 12,
            width: 256,
            height: 515,
            sampling: vec![(2, 1)],
            progressive: true,
            quality: Some(50),
            orientation: Orientation::from_tag(8),
            icc: Some(b"profile".to_vec()),
            adobe: true,
            dpi: Some((300.0, 150.0)),
        };
        assert_eq!(facts(&jpeg), expected);
        for end in 0..jpeg.len() {
            facts(&jpeg[..end]);
        }
    }

    #[test]
    fn an_incomplete_profile_is_none() {
        let jpeg = [vec![0xff, 0xd8], segment(0xe2, &[PROFILE, &[1, 2], b"pro"])].concat();
        assert_eq!(facts(&jpeg).icc, None);
        let huge: Vec<u8> = (1..=255).flat_map(|n| segment(0xe2, &[PROFILE, &[n, 255], &[0; 60_000]])).collect();
        assert_eq!(facts(&[vec![0xff, 0xd8], huge].concat()).icc, None);
    }

    #[test]
    fn noise_does_no_harm() {
        let cases: [&[u8]; 5] = [b"", b"\xff", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\0\0", b"\xff\xd8\xff\xff\xff\xff"];
        for bytes in cases {
            assert_eq!(facts(bytes), Facts::default());
        }
    }
}
