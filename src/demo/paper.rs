//! Laid paper, the frame of a plate, its number and its title.

use super::noise::{add, hash};
use super::stroke::Strokes;
use super::text::{self, Place};
use super::{CREAM, Color, INK, Sheet};

/// Covers a row with paper: clouds, fibres, grain, and a little brown towards the edges.
pub(super) fn lay(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let mut tone = vec![0.0; row.len()];
    for (seed, (cell, height)) in (1..).zip([(640.0, 0.022), (150.0, 0.012), (9.0, 0.010), (3.1, 0.012)]) {
        add(&mut tone, y, cell, height, seed);
    }
    let laid = (y * 0.42).sin() * 0.004;
    let edge = |from: f32, length: f32| (1.0 - from.min(length - from) / sheet.margin).clamp(0.0, 1.0).powi(3) * 0.08;
    let top = edge(y, sheet.height);
    for (index, (color, tone)) in row.iter_mut().zip(tone).enumerate() {
        let grain = (hash(index as i32, y as i32, 7) & 255) as f32 * (0.016 / 255.0);
        let brown = top.max(edge(index as f32, sheet.width));
        let light = tone + laid + grain;
        *color = [CREAM[0] + light - brown * 0.6, CREAM[1] + light - brown, CREAM[2] + light * 1.2 - brown * 1.6];
    }
}

/// The double rule around the picture, the number above it and the title below.
pub(super) fn frame(sheet: &Sheet, number: usize, title: &str, strokes: &mut Strokes) {
    let Sheet { width, height, margin } = *sheet;
    for (inset, weight) in [(margin * 0.94, margin * 0.010), (margin * 0.86, margin * 0.028)] {
        let (left, top, right, bottom) = (inset, inset, width - inset, height - inset);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        for pair in corners.windows(2) {
            strokes.segment(pair[0], pair[1], weight, INK);
        }
    }
    let size = margin * 0.24;
    let numeral = format!("PLATE {}", ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII"][number]);
    text::centred(strokes, &title.to_uppercase(), Place::level((width / 2.0, height - margin * 0.42), size), INK);
    text::centred(strokes, &numeral, Place::level((width - margin * 2.2, margin * 0.42), size * 0.85), INK);
    text::centred(strokes, "THE BOOK OF LINES", Place::level((width / 2.0, margin * 0.42), size * 0.6), INK);
}
