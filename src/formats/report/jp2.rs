//! JPEG 2000 files.

use super::{CONVERT, Report, Severity};
use crate::formats::codestream;
use crate::formats::jp2;
use crate::formats::limits::{FormatError, FormatLimits};

pub(super) fn look(report: &mut Report, bytes: &[u8], limits: &FormatLimits) -> Result<(), FormatError> {
    let mut facts = codestream::facts(bytes).ok_or_else(|| FormatError::Damaged("JPEG 2000: it has no size".into()))?;
    (report.width, report.height) = (Some(facts.width), Some(facts.height));
    let packing = if facts.high_throughput { "HTJ2K" } else { "JPEG 2000" };
    let loss = if facts.reversible { "lossless wavelets" } else { "lossy wavelets" };
    report.compression = Some(format!("{packing}, {loss}, {}", tiles(facts.tiles)));
    report.dpi = facts.dpi;
    report.has_profile(facts.icc.as_deref());
    report.has_bits(facts.bits);
    match (facts.enumerated, facts.components) {
        (Some(12 | 13), _) => report.has_inks(None),
        (None, 4) if facts.icc.as_deref().and_then(crate::render::color_space) == Some(b"CMYK") => report.has_inks(facts.icc.as_deref()),
        (_, 1) => report.colors = Some("gray".to_owned()),
        (_, 2) => report.colors = Some("gray with alpha".to_owned()),
        (_, 3) => report.colors = Some("RGB".to_owned()),
        (_, 4) => report.colors = Some("RGB with alpha".to_owned()),
        (_, more) => report.colors = Some(format!("{more} components")),
    }
    // Of a file that was not read to its end nothing is known about that.
    facts.complete |= report.bytes > bytes.len() as u64;
    jp2::check(&facts, &limits.for_jp2())?;
    report.find(Severity::Slow, "JPEG 2000 takes about fifty times as long to decode as JPEG.", CONVERT);
    Ok(())
}

fn tiles(count: u64) -> String {
    if count == 1 { "one tile".to_owned() } else { format!("{count} tiles") }
}
