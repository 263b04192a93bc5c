//! JPEG files.

use super::{CONVERT, Report, Severity};
use crate::formats::limits::{FormatError, FormatLimits};
use crate::formats::segments::{self, Facts};

/// The end may be followed by this much of something else.
const BEHIND: usize = 64 << 10;

pub(super) fn look(report: &mut Report, bytes: &[u8], limits: &FormatLimits) -> Result<(), FormatError> {
    let facts = segments::facts(bytes);
    if facts.sampling.is_empty() {
        return Err(FormatError::Damaged("JPEG: it breaks off before its size is told".into()));
    }
    report.compression = Some(if facts.progressive { "JPEG, progressive" } else { "JPEG" }.to_owned());
    (report.quality, report.dpi) = (facts.quality, facts.dpi);
    report.has_profile(facts.icc.as_deref());
    report.lies(facts.orientation.tag());
    colors(report, &facts)?;
    quality(report, facts.quality);
    report.sized(facts.width.into(), facts.height.into(), limits)?;
    if report.bytes == bytes.len() as u64 && !ends(bytes) {
        return Err(FormatError::Damaged("JPEG: it breaks off".into()));
    }
    report.is_whole();
    Ok(())
}

fn ends(bytes: &[u8]) -> bool {
    bytes[bytes.len().saturating_sub(BEHIND)..].windows(2).any(|pair| pair == [0xff, 0xd9])
}

fn colors(report: &mut Report, facts: &Facts) -> Result<(), FormatError> {
    if facts.precision != 8 {
        return Err(FormatError::Unsupported(format!("JPEG of {} bits a sample; 8 are supported", facts.precision)));
    }
    report.has_bits(8);
    match facts.sampling[..] {
        [_] => report.colors = Some("gray".to_owned()),
        [first, second, third] => {
            report.colors = Some("RGB".to_owned());
            if !is_usual(first, second, third) {
                let what = format!("Its colours are stored at an uncommon fraction of its size: {}.", sampling(facts));
                report.find(Severity::Note, what, CONVERT);
            }
        }
        [..] if facts.sampling.len() == 4 => report.has_inks(facts.icc.as_deref()),
        _ => return Err(FormatError::Unsupported(format!("JPEG with {} components", facts.sampling.len()))),
    }
    Ok(())
}

/// 4:4:4, 4:2:2, 4:2:0 and 4:4:0.
fn is_usual(first: (u8, u8), second: (u8, u8), third: (u8, u8)) -> bool {
    matches!((first, second, third), ((1 | 2, 1 | 2), (1, 1), (1, 1)))
}

fn sampling(facts: &Facts) -> String {
    facts.sampling.iter().map(|(x, y)| format!("{x}x{y}")).collect::<Vec<_>>().join(", ")
}

fn quality(report: &mut Report, quality: Option<u8>) {
    match quality {
        Some(low @ ..50) => {
            let what = format!("Its quality is low (about {low} of 100): blocks and rings may show.");
            report.find(Severity::Odd, what, "Scan or export it anew, if there is a better original.");
        }
        Some(high @ 98..) => {
            let what = format!("Its quality is very high (about {high} of 100), which makes it large without showing.");
            report.find(Severity::Note, what, CONVERT);
        }
        _ => {}
    }
}
