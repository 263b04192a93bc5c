//! A JPEG in bands, from the top down, so that neither pixels nor file need be whole in memory.
//!
//! Every band is a JPEG of its own with the same tables. A restart marker between two of them makes the decoder start afresh, as
//! the encoder did (ITU-T T.81, B.2.1 and E.2.4); so that one ordinary baseline file comes out, with the pixels of a whole encode.

use super::jpeg::{self, Components};
use super::planar::SizedPlanes;
use super::{EncodeOptions, RenderError, icc};
use crate::raster::{Channels, Raster};

const EOI: [u8; 2] = [0xff, 0xd9];
const DRI: [u8; 4] = [0xff, 0xdd, 0, 4];
const SOF0: u8 = 0xc0;
const SOS: u8 = 0xda;
const RST0: u8 = 0xd0;

/// How one band becomes bytes: independent of all others, so that several may be encoded at a time.
#[derive(Clone, Copy, Debug)]
pub struct BandEncoder {
    width: u32,
    channels: Channels,
    quality: u8,
}

/// An encoded band on its way to [`JpegBands::append`].
pub struct EncodedBand {
    file: Vec<u8>,
    rows: u32,
}

/// Joins bands into one JPEG.
pub struct JpegBands {
    encoder: BandEncoder,
    height: u32,
    profile: Option<Vec<u8>>,
    /// Rows of every band but the last, and how many bands there have been.
    rows: u32,
    bands: u32,
    /// Rows received.
    done: u32,
}

impl JpegBands {
    /// A picture of so many pixels, whose bands will have these channels (alpha is left out). A profile that does not fit them is
    /// not written.
    ///
    /// # Errors
    /// [`RenderError::TooLarge`] beyond what JPEG holds, [`RenderError::Empty`] without a pixel.
    pub fn new(width: u32, height: u32, channels: Channels, options: &EncodeOptions, profile: Option<&[u8]>) -> Result<Self, RenderError> {
        if width == 0 || height == 0 {
            return Err(RenderError::Empty("the size has no pixel"));
        }
        super::encode::check_sides((width, height), jpeg::LONGEST, "JPEG, whose sides end at 65535")?;
        let encoder = BandEncoder { width, channels, quality: options.jpeg_quality };
        let profile = icc::fitting(profile, channels).map(<[u8]>::to_vec);
        Ok(Self { encoder, height, profile, rows: 0, bands: 0, done: 0 })
    }

    /// The largest number of rows, at most `wish`, that a band may have: a multiple of 16 whose blocks a restart interval can count.
    pub fn band_rows(&self, wish: u32) -> u32 {
        let most = u32::from(u16::MAX) / self.encoder.width.div_ceil(self.encoder.unit()) * self.encoder.unit();
        (wish.min(most) / 16 * 16).max(16)
    }

    /// Encodes bands, on whatever thread.
    pub fn encoder(&self) -> BandEncoder {
        self.encoder
    }

    /// The bytes of the next band.
    ///
    /// # Errors
    /// As [`JpegBands::append`] and [`BandEncoder::encode`].
    pub fn band(&mut self, band: &Raster) -> Result<Vec<u8>, RenderError> {
        self.append(&self.encoder.encode(band)?)
    }

    /// The file's bytes that `band` adds to those before. All bands but the last have as many rows as the first: a multiple of 16.
    ///
    /// # Errors
    /// [`RenderError::Failed`] for a band that does not fit.
    pub fn append(&mut self, band: &EncodedBand) -> Result<Vec<u8>, RenderError> {
        let (head, scan) = self.split(band)?;
        let mut bytes = Vec::with_capacity(scan.len() + 1024);
        match self.bands {
            0 => self.push_head(&mut bytes, head, band.rows)?,
            // The last band's marker has the number of those before it.
            bands => bytes.extend([0xff, RST0 + ((bands - 1) % 8) as u8]),
        }
        bytes.extend_from_slice(scan);
        self.rows = self.rows.max(band.rows);
        self.bands += 1;
        self.done += band.rows;
        Ok(bytes)
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`RenderError::Failed`] when rows are missing.
    pub fn finish(self) -> Result<Vec<u8>, RenderError> {
        if self.done != self.height {
            return Err(RenderError::failed("write JPEG", format!("only {} of {} rows came", self.done, self.height)));
        }
        Ok(EOI.to_vec())
    }

    /// The band's header, from behind the JFIF segment to before the scan, and its scan without the end of the file.
    fn split<'b>(&self, band: &'b EncodedBand) -> Result<(&'b [u8], &'b [u8]), RenderError> {
        let last = self.done + band.rows == self.height;
        let even = self.bands == 0 || band.rows == self.rows || (last && band.rows < self.rows);
        let aligned = last || band.rows.is_multiple_of(16);
        if !even || !aligned || self.done + band.rows > self.height {
            return Err(RenderError::failed("write JPEG", format!("a band of {} rows cannot follow {}", band.rows, self.done)));
        }
        let file = &band.file;
        let start = scan_header(file).ok_or_else(|| RenderError::failed("write JPEG", "the codec wrote no scan"))?;
        let scan = if self.bands == 0 { start } else { start + segment_length(file, start) };
        Ok((&file[..start], &file[scan..file.len() - EOI.len()]))
    }

    /// Header of the whole: the first band's, with the whole height, the restart interval and the profile.
    fn push_head(&self, bytes: &mut Vec<u8>, head: &[u8], rows: u32) -> Result<(), RenderError> {
        let (start, rest) = head.split_at(jpeg::after_app0(head));
        bytes.extend_from_slice(start);
        self.profile.iter().for_each(|profile| jpeg::push_profile(bytes, profile));
        let tables = bytes.len();
        bytes.extend_from_slice(rest);
        let frame = find(head, SOF0).ok_or_else(|| RenderError::failed("write JPEG", "the codec wrote no frame"))?;
        let height = tables + frame - start.len() + 5;
        bytes[height..height + 2].copy_from_slice(&(self.height as u16).to_be_bytes());
        if rows < self.height {
            let unit = self.encoder.unit();
            let interval = u64::from(self.encoder.width.div_ceil(unit)) * u64::from(rows / unit);
            let interval = u16::try_from(interval).map_err(|_| RenderError::failed("write JPEG", "a band has too many blocks"))?;
            bytes.extend(DRI);
            bytes.extend(interval.to_be_bytes());
        }
        Ok(())
    }
}

impl BandEncoder {
    /// Encodes one band.
    ///
    /// # Errors
    /// [`RenderError::Failed`] when its width or channels are not the picture's.
    pub fn encode(&self, band: &Raster) -> Result<EncodedBand, RenderError> {
        if (band.width(), band.channels()) != (self.width, self.channels) || band.height() == 0 {
            return Err(RenderError::failed("write JPEG", format!("{band:?} is no band of this picture")));
        }
        let file = jpeg::compressed(band, Components::AsTheyAre, self.quality)?.to_vec();
        Ok(EncodedBand { file, rows: band.height() })
    }

    /// Encodes one band that is in luma and chroma, or in luma alone.
    ///
    /// # Errors
    /// As [`BandEncoder::encode`].
    pub fn encode_planes(&self, band: &SizedPlanes) -> Result<EncodedBand, RenderError> {
        let channels = if band.has_chroma() { Channels::Rgb } else { Channels::Gray };
        if (band.size().width, channels) != (self.width, self.channels) {
            return Err(RenderError::failed("write JPEG", format!("{:?} pixels are no band of this picture", band.size())));
        }
        Ok(EncodedBand { file: band.compressed(self.quality)?, rows: band.size().height })
    }

    /// Pixels along a side of what a restart interval counts.
    fn unit(&self) -> u32 {
        if self.channels == Channels::Gray { 8 } else { 16 }
    }
}

/// Where the header of the scan begins.
fn scan_header(file: &[u8]) -> Option<usize> {
    find(file, SOS).filter(|&at| at + segment_length(file, at) + EOI.len() <= file.len())
}

/// The first segment of this kind.
fn find(file: &[u8], kind: u8) -> Option<usize> {
    let mut at = 2;
    while let Some(&[0xff, marker, _, _]) = file.get(at..at + 4) {
        if marker == kind {
            return Some(at);
        }
        at += segment_length(file, at);
    }
    None
}

/// Bytes of the segment at `at`, with its marker.
fn segment_length(file: &[u8], at: usize) -> usize {
    file.get(at + 2..at + 4).map_or(2, |length| 2 + usize::from(u16::from_be_bytes([length[0], length[1]])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::tests::{picture, profile};

    const OPTIONS: EncodeOptions = EncodeOptions { jpeg_quality: 77, webp_quality: 80 };

    fn joined(picture: &Raster, rows: u32, profile: Option<&[u8]>) -> Vec<u8> {
        let mut bands = JpegBands::new(picture.width(), picture.height(), picture.channels(), &OPTIONS, profile).unwrap();
        let mut file = Vec::new();
        for top in (0..picture.height()).step_by(rows as usize) {
            file.extend(bands.band(&picture.crop(0, top, picture.width(), rows)).unwrap());
        }
        file.extend(bands.finish().unwrap());
        file
    }

    #[test]
    fn bands_are_the_pixels_of_a_whole_encode() {
        let cases = [(100, 200, 16), (33, 77, 32), (640, 160, 16), (17, 400, 16), (50, 40, 64), (1, 33, 16), (64, 64, 64)];
        for channels in [Channels::Gray, Channels::Rgb] {
            for (width, height, rows) in cases {
                let picture = picture(width, height, channels);
                let file = joined(&picture, rows, None);
                let whole = jpeg::compressed(&picture, Components::AsTheyAre, 77).unwrap();
                let turbo = |file: &[u8]| turbojpeg::decompress(file, turbojpeg::PixelFormat::RGB).unwrap().pixels;
                assert!(turbo(&file) == turbo(&whole), "{channels:?} {width} x {height} by {rows}");
                let other = |file: &[u8]| image::load_from_memory_with_format(file, image::ImageFormat::Jpeg).unwrap();
                assert!(other(&file) == other(&whole), "{channels:?} {width} x {height} by {rows}");
            }
        }
    }

    #[test]
    fn one_band_is_an_ordinary_file() {
        let picture = picture(40, 30, Channels::Rgb);
        assert_eq!(joined(&picture, 32, None), jpeg::compressed(&picture, Components::AsTheyAre, 77).unwrap().to_vec());
    }

    #[test]
    fn the_profile_comes_first() {
        let profile = profile(b"RGB ", 70_000);
        let file = joined(&picture(40, 50, Channels::Rgb), 16, Some(&profile));
        assert_eq!(crate::render::tests::profile_of(&file, crate::iiif::image::Format::Jpg), Some(profile));
    }

    #[test]
    fn encoders_may_run_ahead() {
        let picture = picture(40, 50, Channels::Rgb);
        let mut bands = JpegBands::new(40, 50, Channels::Rgb, &OPTIONS, None).unwrap();
        let encoder = bands.encoder();
        let encode = |top: u32| encoder.encode(&picture.crop(0, top, 40, 16)).unwrap();
        let encoded =
            std::thread::scope(|threads| [0, 16, 32, 48].map(|top| threads.spawn(move || encode(top))).map(|done| done.join().unwrap()));
        let mut file: Vec<u8> = encoded.iter().flat_map(|band| bands.append(band).unwrap()).collect();
        file.extend(bands.finish().unwrap());
        assert_eq!(file, joined(&picture, 16, None));
    }

    #[test]
    fn bands_that_do_not_fit_are_refused() {
        let band = |width, height| Raster::zeroed(width, height, Channels::Gray);
        let new = |width, height| JpegBands::new(width, height, Channels::Gray, &OPTIONS, None);
        // Every list ends with the one that is refused.
        let cases: [&[(u32, u32)]; 7] =
            [&[(39, 16)], &[(40, 17)], &[(40, 16), (40, 32)], &[(40, 32), (40, 16)], &[(40, 101)], &[(40, 96), (40, 5)], &[(40, 0)]];
        for sizes in cases {
            let mut bands = new(40, 100).unwrap();
            let (last, first) = sizes.split_last().unwrap();
            first.iter().for_each(|&(width, height)| assert!(bands.band(&band(width, height)).is_ok()));
            assert!(bands.band(&band(last.0, last.1)).is_err(), "{sizes:?}");
        }
        let mut bands = new(40, 100).unwrap();
        bands.band(&band(40, 96)).unwrap();
        assert!(bands.finish().is_err());
        assert!(new(40, 100).unwrap().band(&Raster::zeroed(40, 16, Channels::Rgb)).is_err());
        for (width, height) in [(0, 1), (1, 0), (65_536, 1), (1, 65_536)] {
            assert!(new(width, height).is_err());
        }
    }

    #[test]
    fn bands_stay_within_what_an_interval_counts() {
        let rows = |width, channels, wish| JpegBands::new(width, 60_000, channels, &OPTIONS, None).unwrap().band_rows(wish);
        assert_eq!(rows(2000, Channels::Rgb, 256), 256);
        assert_eq!(rows(2000, Channels::Rgb, 100), 96);
        assert_eq!(rows(2000, Channels::Rgb, 1), 16);
        assert_eq!(rows(65_535, Channels::Rgb, 1000), 240);
        assert_eq!(rows(65_535, Channels::Gray, 1000), 48);
    }
}
