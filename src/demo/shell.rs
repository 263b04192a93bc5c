//! A nautilus in section: a logarithmic spiral, its chambers, its walls in fine lines.

use super::{Color, INK, RED, Sheet, blend, line, smooth};

/// How much wider the shell is after one turn.
const GROWTH: f32 = 2.9;
/// Chambers in one turn.
const CHAMBERS: f32 = 17.0;
/// Where the shell ends, in turns; the outermost chamber, where the animal lived, begins a third of a turn before.
const END: f32 = -0.80;
const LIVED_IN: f32 = END - 0.36;
const TURN: f32 = std::f32::consts::TAU;

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let (middle_x, middle_y) = (sheet.width * 0.565, sheet.height * 0.593);
    let half = (sheet.width.min(sheet.height) / 2.0 - sheet.margin) * 0.94;
    let tight = GROWTH.ln();
    for index in sheet.inside(y) {
        let (x, y) = (index as f32 + 0.5 - middle_x, y - middle_y);
        let (pixels, angle) = (x.hypot(y).max(1.0), y.atan2(x) / TURN + 0.5);
        let coil = (pixels / half).ln() / tight - angle;
        let (whorl, across) = (coil.floor(), coil - coil.floor());
        let along = whorl + angle;
        if along > END {
            // Outside of the shell: the sea, in level lines that thin out upwards.
            blend(&mut row[index], INK, 0.5 * waves(x, y, half));
            continue;
        }
        paint(&mut row[index], across, along, pixels, tight);
    }
}

fn waves(x: f32, y: f32, half: f32) -> f32 {
    let swing = (x * 0.006 + y * 0.002).sin() * 9.0 + (x * 0.0021 - y * 0.004).sin() * 14.0;
    let depth = smooth(-half, half, y);
    line((y + swing) / 26.0, 1.0 / 26.0, 0.6 + 5.0 * depth)
}

/// A point of the shell: `across` a whorl from 0 to 1, `along` its turns; the shell looks alike at every size.
fn paint(color: &mut Color, across: f32, along: f32, pixels: f32, tight: f32) {
    let per_pixel = 1.0 / (pixels * tight);
    let wall = (across.min(1.0 - across)) / per_pixel;
    let thick = pixels * 0.022;
    // Septa bow backwards; the last part, where the animal lived, has none.
    let bow = 0.055 * (4.0 * across * (1.0 - across));
    let chamber = (along - bow) * CHAMBERS;
    let chamber_slope = CHAMBERS / (TURN * pixels) * 1.35;
    let lived_in = along - bow > LIVED_IN;
    let depth = chamber - chamber.floor();
    blend(color, RED, if lived_in { 0.14 } else { 0.10 + 0.30 * depth * depth });
    let hatch =
        line(across * 22.0, 22.0 * per_pixel, 0.3 + (0.10 / (22.0 * per_pixel)).min(5.0) * (0.25 + 2.4 * (across - 0.45).powi(2) * 4.0));
    blend(color, INK, 0.8 * hatch * if lived_in { 0.8 } else { 1.0 });
    let growth = line(along * CHAMBERS * 14.0, CHAMBERS * 14.0 / (TURN * pixels), 1.1);
    blend(color, INK, 0.35 * growth * smooth(0.5, 0.95, across));
    if !lived_in {
        blend(color, INK, line(chamber, chamber_slope, pixels * 0.010 + 0.8));
    }
    let lip = (END - along) * TURN * pixels;
    blend(color, INK, (thick + 0.5 - wall.min(lip + thick * 0.6)).clamp(0.0, 1.0));
}
