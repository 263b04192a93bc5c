//! PDF files: each page is a picture.
//!
//! A page that is one scan is drawn in the scan's own pixels; any other at [`DPI`], so that its letters are sharp.

#[cfg(feature = "pdf")]
mod drawn;

use std::fs::File;

use super::convert::Rows;
use super::limits::{FormatError, FormatLimits};

/// Pixels an inch of pages that are more than a scan.
#[cfg(feature = "pdf")]
const DPI: f64 = 300.0;

/// What is known of a file without drawing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub pages: u32,
    /// Of the first page, as it is drawn.
    pub width: u32,
    pub height: u32,
}

/// Draws page number `page`, counted from 1.
#[cfg(feature = "pdf")]
pub(super) fn open(file: File, page: u32, limits: &FormatLimits) -> Result<Rows, FormatError> {
    drawn::Document::open(file, limits)?.page(page)
}

/// What the file says of itself.
#[cfg(feature = "pdf")]
pub(super) fn facts(file: File, limits: &FormatLimits) -> Result<Facts, FormatError> {
    drawn::Document::open(file, limits)?.facts()
}

#[cfg(not(feature = "pdf"))]
pub(super) fn open(_: File, _: u32, _: &FormatLimits) -> Result<Rows, FormatError> {
    Err(left_out())
}

#[cfg(not(feature = "pdf"))]
pub(super) fn facts(_: File, _: &FormatLimits) -> Result<Facts, FormatError> {
    Err(left_out())
}

#[cfg(not(feature = "pdf"))]
fn left_out() -> FormatError {
    FormatError::Unsupported("PDF: this program was built without the feature pdf".to_owned())
}

#[cfg(all(test, feature = "pdf"))]
mod tests {
    use super::*;
    use crate::raster::Raster;

    fn fixture(name: &str) -> File {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        File::open(folder.join(name)).expect(name)
    }

    fn drawn(name: &str, page: u32, limits: &FormatLimits) -> Result<Raster, FormatError> {
        let mut rows = open(fixture(name), page, limits)?;
        let mut raster = Raster::zeroed(rows.width(), rows.height(), rows.channels());
        rows.read_rows(raster.pixels_mut()).expect("rows");
        Ok(raster)
    }

    #[test]
    fn pages_are_drawn_sharp_and_upright_on_white() {
        let limits = FormatLimits::default();
        for name in ["pdf/drawn.pdf", "pdf/restricted.pdf"] {
            let first = drawn(name, 1, &limits).expect("a page");
            assert_eq!((first.width(), first.height()), (1500, 1000), "{name}");
            let at = |raster: &Raster, x: u32, y: u32| raster.pixel(x, y).to_vec();
            assert_eq!(
                (at(&first, 375, 250), at(&first, 1125, 250), at(&first, 1400, 900)),
                (vec![204, 26, 26], vec![26, 51, 204], vec![255; 3])
            );
            let black = (100..700).filter(|x| (750..850).any(|y| first.pixel(*x, y) == [0, 0, 0])).count();
            assert!((200..500).contains(&black), "letters: {black}");
            let second = drawn(name, 2, &limits).expect("a page");
            assert_eq!(
                (second.width(), second.height(), at(&second, 500, 1400), at(&second, 500, 100)),
                (1000, 1500, vec![0, 128, 0], vec![255; 3])
            );
            // The lower edge is on the left when the page is turned clockwise.
            let third = drawn(name, 3, &limits).expect("a page");
            assert_eq!(
                (third.width(), third.height(), at(&third, 100, 750), at(&third, 900, 750)),
                (1000, 1500, vec![230, 179, 0], vec![255; 3])
            );
        }
    }

    #[test]
    fn a_scan_keeps_its_own_pixels() {
        for (page, name) in [(1, "masters/baseline.jpg.png"), (2, "masters/gray.jpg.png")] {
            let drawn = drawn("pdf/scanned.pdf", page, &FormatLimits::default()).expect("a page");
            let reference = image::load(std::io::BufReader::new(fixture(name)), image::ImageFormat::Png).expect("a picture").to_rgb8();
            assert_eq!((drawn.width(), drawn.height()), reference.dimensions(), "{name}");
            let off: u64 = drawn.pixels().iter().zip(reference.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            assert!(off / (drawn.pixels().len() as u64) < 2, "{name}: {off}");
        }
    }

    #[test]
    fn what_is_not_drawn_says_why() {
        let limits = FormatLimits::default();
        for (name, page, words) in [
            ("pdf/password.pdf", 1, "needs a password"),
            ("pdf/huge.pdf", 2, "100000 x 100000 pixels"),
            ("pdf/drawn.pdf", 4, "page 4 of a PDF that has 3"),
            ("pdf/drawn.pdf", 0, "page 0"),
            ("masters/baseline.jpg", 1, "PDF: it cannot be read"),
        ] {
            let refused = open(fixture(name), page, &limits).map(|_| ()).expect_err(name).to_string();
            assert!(refused.contains(words), "{name}: {refused}");
        }
    }

    #[test]
    fn a_poster_is_drawn_as_large_as_may_be() {
        let limits = FormatLimits { max_pixels: 60_000, ..FormatLimits::default() };
        let drawn = drawn("pdf/drawn.pdf", 1, &limits).expect("a page");
        assert_eq!((drawn.width(), drawn.height()), (300, 200));
        let facts = facts(fixture("pdf/drawn.pdf"), &limits).expect("facts");
        assert_eq!(facts, Facts { pages: 3, width: 300, height: 200 });
    }
}
