//! Guilloche: waves wound around a centre, as engraved on bank notes.

use super::stroke::Strokes;
use super::{BLUE, Color, INK, RED, Sheet, blend, line, smooth};

/// A ring of interlaced waves; radii as parts of half the picture.
struct Band {
    inner: f32,
    outer: f32,
    /// Waves around the centre.
    petals: f32,
    /// Lines from the inner to the outer edge.
    lines: f32,
    ink: Color,
}

const BANDS: [Band; 5] = [
    Band { inner: 0.03, outer: 0.25, petals: 8.0, lines: 9.0, ink: RED },
    Band { inner: 0.25, outer: 0.48, petals: 18.0, lines: 10.0, ink: INK },
    Band { inner: 0.48, outer: 0.62, petals: 36.0, lines: 7.0, ink: BLUE },
    Band { inner: 0.62, outer: 0.88, petals: 24.0, lines: 12.0, ink: RED },
    Band { inner: 0.88, outer: 0.97, petals: 72.0, lines: 5.0, ink: INK },
];

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let (middle_x, middle_y) = sheet.middle();
    let half = middle_x.min(middle_y) - sheet.margin;
    for index in sheet.inside(y) {
        let (x, y) = (index as f32 + 0.5 - middle_x, y - middle_y);
        let radius = x.hypot(y) / half;
        let Some(band) = BANDS.iter().find(|band| (band.inner..band.outer).contains(&radius)) else { continue };
        let angle = y.atan2(x);
        let amount = woven(band, radius, angle, half);
        blend(&mut row[index], band.ink, amount * 0.9);
    }
}

/// Two families of waves that swing against each other and meet at the edges of the band.
fn woven(band: &Band, radius: f32, angle: f32, half: f32) -> f32 {
    let across = (radius - band.inner) / (band.outer - band.inner);
    let swell = 4.0 * across * (1.0 - across);
    let per_pixel = 1.0 / (half * (band.outer - band.inner));
    let mut ink: f32 = 0.0;
    for (turn, swing) in [(0.0, 1.6), (std::f32::consts::PI, 1.6), (1.3, 0.7)] {
        let (sine, cosine) = (band.petals * angle + turn).sin_cos();
        let (second_sine, second_cosine) = (band.petals * 2.0 * angle + turn).sin_cos();
        let wave = sine + 0.35 * second_sine;
        let phase = across * band.lines + swing * swell * wave;
        let radial = (band.lines + swing * 4.0 * (1.0 - 2.0 * across) * wave) * per_pixel;
        let around = swing * swell * band.petals * (cosine + 0.7 * second_cosine) / (radius * half);
        ink = ink.max(line(phase, radial.hypot(around), 1.5 + 1.2 * swell));
    }
    ink * smooth(0.0, 0.02, across) * smooth(1.0, 0.98, across)
}

pub(super) fn lines(sheet: &Sheet, strokes: &mut Strokes) {
    let half = sheet.middle().0.min(sheet.middle().1) - sheet.margin;
    for band in &BANDS {
        strokes.ring(sheet.middle(), band.inner * half, 4.0, INK);
        strokes.ring(sheet.middle(), band.outer * half, 3.0, INK);
    }
    // Pearls between the two outer bands, and a small rose in each corner.
    for pearl in 0..180 {
        let (sine, cosine) = (pearl as f32 / 180.0 * std::f32::consts::TAU).sin_cos();
        let at = |radius: f32| (sheet.middle().0 + cosine * radius * half, sheet.middle().1 + sine * radius * half);
        strokes.dot(at(0.985), 5.0 + 4.0 * (pearl % 2) as f32, RED);
    }
    for (right, down) in [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)] {
        let center = (sheet.middle().0 + right * half * 0.86, sheet.middle().1 + down * half * 0.86);
        for turn in 0..60 {
            let (sine, cosine) = (turn as f32 / 60.0 * std::f32::consts::TAU).sin_cos();
            let offset = half * 0.055;
            strokes.ring((center.0 + cosine * offset, center.1 + sine * offset), half * 0.055, 1.4, BLUE);
        }
    }
}
