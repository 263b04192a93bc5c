//! A report in words.

use std::fmt::{self, Display, Formatter};

use super::{Report, Severity};

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.kind.unwrap_or("unknown"))?;
        if let (Some(width), Some(height)) = (self.width, self.height) {
            write!(f, ", {width} x {height} pixels")?;
        }
        writeln!(f, ", {}", size(self.bytes))?;
        for (name, text) in
            [("packing", self.packing()), ("colours", self.looks()), ("resolution", self.density()), ("parts", self.parts())]
        {
            if !text.is_empty() {
                writeln!(f, "  {name:<11}{text}")?;
            }
        }
        self.findings.iter().try_for_each(|finding| {
            let cure = if finding.cure.is_empty() { String::new() } else { format!(" {}", sentence(&finding.cure)) };
            writeln!(f, "  {:<11}{}{cure}", finding.severity.to_string() + ":", sentence(&finding.what))
        })
    }
}

impl Report {
    fn packing(&self) -> String {
        let quality = self.quality.map(|quality| format!("quality about {quality}"));
        joined([self.compression.clone(), quality])
    }

    fn looks(&self) -> String {
        let bits = self.bits.map(|bits| format!("{bits} bits"));
        let profile = self.profile.as_ref().map(|name| format!("profile {name}"));
        let lies = (self.orientation != 1).then(|| format!("orientation {}", self.orientation));
        joined([self.colors.clone(), bits, profile, lies])
    }

    fn density(&self) -> String {
        let dpi = self.dpi.map(|(x, y)| if (x - y).abs() < 0.5 { format!("{x:.0} dpi") } else { format!("{x:.0} x {y:.0} dpi") });
        joined([dpi])
    }

    fn parts(&self) -> String {
        let pages = self.pages.filter(|pages| *pages > 1).map(|pages| format!("{pages} pictures"));
        let levels = self.levels.first().map(|top| {
            let (tiles, count) = (format!("tiles of {} x {}", top.tile_width, top.tile_height), self.levels.len());
            if count == 1 { format!("one size, {tiles}") } else { format!("{count} sizes, {tiles}") }
        });
        joined([pages, levels])
    }
}

impl Display for Severity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Note => "note",
            Severity::Odd => "odd",
            Severity::Slow => "slow",
            Severity::Refused => "refused",
        })
    }
}

fn joined(parts: impl IntoIterator<Item = Option<String>>) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// With a capital and a full stop, wherever the words come from.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    first + letters.as_str() + end
}

/// In the unit that people would choose.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{value:.1} {}", UNITS[unit]) }
}
