//! A map: an island out of noise, with lit contour lines on land and water lines along its shores.

use super::noise::add;
use super::stroke::Strokes;
use super::text::{self, Place};
use super::{BLUE, Color, INK, RED, Sheet, blend, line, smooth};

const WOOD: Color = [0.52, 0.60, 0.40];
const SAND: Color = [0.83, 0.70, 0.45];
const ROCK: Color = [0.60, 0.43, 0.32];

/// Names and where they stand, as parts of the sheet.
const PLACES: [(&str, f32, f32); 9] = [
    ("PORT VESPER", 0.385, 0.372),
    ("ALDERWICK", 0.560, 0.672),
    ("SEVEN WELLS", 0.315, 0.560),
    ("MIRROR BAY", 0.658, 0.530),
    ("OLD QUARRY", 0.548, 0.288),
    ("LANTERN HILL", 0.328, 0.705),
    ("WHITE CROWN", 0.520, 0.455),
    ("LONG EAST", 0.785, 0.262),
    ("LITTLE HERON", 0.192, 0.400),
];

/// Heights of one row, the shore at 0.
fn heights(sheet: &Sheet, y: f32) -> Vec<f32> {
    let mut heights = vec![0.0; sheet.width as usize];
    let mut cell = sheet.width / 4.2;
    for (seed, share) in (21..).zip([0.62, 0.33, 0.17, 0.085, 0.042, 0.019, 0.007, 0.002]) {
        add(&mut heights, y, cell, share, seed);
        cell *= 0.49;
    }
    let (middle_x, middle_y) = sheet.middle();
    for (index, height) in heights.iter_mut().enumerate() {
        let away = ((index as f32 - middle_x) / (middle_x * 0.86)).hypot((y - middle_y) / (middle_y * 0.84));
        *height += 0.34 - 0.80 * smooth(0.15, 1.05, away);
    }
    heights
}

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let inside = sheet.inside(y);
    if inside.is_empty() {
        return;
    }
    let (here, below) = (heights(sheet, y), heights(sheet, y + 1.0));
    for index in inside {
        let height = here[index];
        let (east, south) = (here[index + 1] - height, below[index] - height);
        if height > 0.0 { land(&mut row[index], height, (east, south)) } else { sea(&mut row[index], -height, east.hypot(south), y) }
    }
}

/// Contours light where they face the lamp in the north-west, dark and broad where they turn away.
fn land(color: &mut Color, height: f32, (east, south): (f32, f32)) {
    let slope = east.hypot(south);
    let lit = (east + south) / (slope * 1.415).max(1e-9);
    blend(color, WOOD, 0.75 * smooth(0.0, 0.03, height));
    blend(color, SAND, 0.85 * smooth(0.10, 0.34, height));
    blend(color, ROCK, 0.80 * smooth(0.36, 0.62, height));
    blend(color, [0.97, 0.96, 0.93], 0.9 * smooth(0.66, 0.80, height));
    let shade = (-(east + south) * 900.0).clamp(-1.0, 1.0);
    if shade > 0.0 {
        blend(color, INK, shade * 0.30)
    } else {
        blend(color, [1.0, 0.98, 0.90], -shade * 0.35)
    }
    let fine = line(height * 60.0, slope * 60.0, 1.3 + 1.1 * -lit.min(0.0));
    blend(color, if lit > 0.35 { [0.98, 0.95, 0.86] } else { INK }, 0.60 * fine);
    blend(color, INK, 0.70 * line(height * 12.0, slope * 12.0, 2.6));
    blend(color, INK, (2.6 - height / slope.max(1e-6)).clamp(0.0, 1.0));
}

/// Lines along the shore, close at first, then wider apart and fainter.
fn sea(color: &mut Color, depth: f32, slope: f32, y: f32) {
    blend(color, BLUE, 0.26 * smooth(0.0, 0.7, depth) + 0.10);
    let root = depth.sqrt();
    let phase = root * 42.0;
    let phase_slope = slope * 21.0 / root.max(0.01);
    blend(color, BLUE, 0.75 * smooth(0.22, 0.0, depth) * line(phase, phase_slope, 1.5));
    blend(color, BLUE, 0.28 * smooth(0.12, 0.5, depth) * line(y / 9.0, 1.0 / 9.0, 1.2));
    blend(color, INK, (2.6 - depth / slope.max(1e-6)).clamp(0.0, 1.0));
}

pub(super) fn lines(sheet: &Sheet, strokes: &mut Strokes) {
    let Sheet { width, height, margin } = *sheet;
    graticule(sheet, strokes);
    let rose = (width * 0.18, height * 0.76);
    compass(strokes, rose, margin * 1.2);
    for (name, across, down) in PLACES {
        let at = (width * across, height * down);
        strokes.dot(at, 11.0, RED);
        strokes.ring(at, 17.0, 2.5, INK);
        text::haloed(strokes, name, Place::level((at.0, at.1 - 44.0), 27.0), INK);
    }
}

/// The net of degrees, and its border of black and white minutes.
fn graticule(sheet: &Sheet, strokes: &mut Strokes) {
    let Sheet { width, height, margin } = *sheet;
    let step = (width - 2.0 * margin) / 120.0;
    let rows = ((height - 2.0 * margin) / step) as i32;
    for minute in 0..120 {
        let x = margin + (minute as f32 + 0.5) * step;
        if minute % 2 == 0 {
            for y in [margin + 9.0, height - margin - 9.0] {
                strokes.segment((x - step / 2.0, y), (x + step / 2.0, y), 16.0, INK);
            }
        }
        if minute % 20 == 10 {
            strokes.segment((x, margin), (x, height - margin), 1.0, INK);
        }
    }
    for minute in 0..rows {
        let y = margin + (minute as f32 + 0.5) * step;
        if minute % 2 == 0 {
            for x in [margin + 9.0, width - margin - 9.0] {
                strokes.segment((x, y - step / 2.0), (x, y + step / 2.0), 16.0, INK);
            }
        }
        if minute % 20 == 10 {
            strokes.segment((margin, y), (width - margin, y), 1.0, INK);
        }
    }
}

fn compass(strokes: &mut Strokes, center: (f32, f32), radius: f32) {
    for (part, weight) in [(1.0, 4.0), (0.95, 1.5), (0.55, 1.5), (0.2, 2.0)] {
        strokes.ring(center, radius * part, weight, INK);
    }
    for point in 0..64 {
        let (sine, cosine) = (point as f32 / 64.0 * std::f32::consts::TAU).sin_cos();
        let at = |part: f32| (center.0 + sine * radius * part, center.1 - cosine * radius * part);
        let (from, to, weight) = match point % 16 {
            0 => (0.2, 1.15, 7.0),
            8 => (0.2, 0.95, 4.0),
            4 | 12 => (0.55, 0.95, 2.5),
            _ => (0.88, 0.95, 1.5),
        };
        strokes.segment(at(from), at(to), weight, if point % 16 == 0 { RED } else { INK });
    }
    text::centred(strokes, "N", Place::level((center.0, center.1 - radius * 1.34), radius * 0.22), INK);
}
