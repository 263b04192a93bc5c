//! What is served as it is, and what a writer is told of a master.

use std::path::Path;

use crate::catalog::{MasterFinding, MasterReport};
use crate::formats::{self, FormatError, FormatLimits, Report};
use crate::pyramid::{Color, Index};

/// A smallest level of this size is decoded in no time.
const SMALLEST: u32 = 1024;

/// Whether a file's tiles serve well as they are: quickly at every size, upright, and in colours that need no profile to be seen.
pub(super) fn serves(index: &Index) -> bool {
    let small = index.levels.last().is_some_and(|level| level.width.max(level.height) <= SMALLEST);
    let plain = index.levels.iter().all(|level| !matches!(level.color, Color::Cmyk | Color::Lab | Color::IccLab));
    small && plain && index.orientation == 1
}

/// What is found out about the file at `path`. Blocks.
pub(super) fn inspected(path: &Path, limits: &FormatLimits) -> Result<MasterReport, FormatError> {
    Ok(told(formats::inspect(path, limits)?))
}

/// What a writer is told of a master.
pub(super) fn told(report: Report) -> MasterReport {
    let finding = |finding: formats::Finding| {
        let formats::Finding { severity, what, cure } = finding;
        MasterFinding { severity: severity.to_string(), what, cure }
    };
    MasterReport { kind: report.kind.map(str::to_owned), findings: report.findings.into_iter().map(finding).collect() }
}

/// The report of a file of which a pyramid was made: what that cures is cured.
pub(super) fn mended(mut report: MasterReport) -> MasterReport {
    for finding in report.findings.iter_mut().filter(|finding| finding.cure.contains("makes a pyramid")) {
        "nothing to do: a pyramid was made of it, which is what is served".clone_into(&mut finding.cure);
    }
    report
}

/// Whether the file at `path` serves as it is. Blocks.
pub(super) fn is_pyramid(path: &Path) -> Result<bool, FormatError> {
    let mut file = std::io::BufReader::new(std::fs::File::open(path)?);
    let size = file.get_ref().metadata()?.len();
    Ok(crate::pyramid::open(&mut file, size).is_ok_and(|index| serves(&index)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_serves_as_it_is() {
        let cases = [
            ("tiff/vips-jpeg90.tif", true),
            ("tiff/vips-rgba.tif", true),
            ("tiff-kinds/rgb-deflate-tiles.tif", true),
            ("tiff-kinds/cmyk-16-tiles.tif", false),
            ("tiff-kinds/lab-16-tiles.tif", false),
            ("tiff-kinds/rgb-deflate-planes-tiles.tif", false),
            ("tiff-kinds/rgb-lzw.tif", false),
            ("tiff-kinds/turned.tif", false),
            ("masters/baseline.jpg", false),
        ];
        for (name, expected) in cases {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
            assert_eq!(is_pyramid(&path).expect("a file"), expected, "{name}");
        }
    }
}
