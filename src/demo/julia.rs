//! A Julia set, engraved: lines of equal potential around it, tinted by how fast points flee.

use super::{BLUE, Color, INK, RED, Sheet, blend, line, smooth};

const SEED: (f32, f32) = (-0.7435, 0.1314);
const SAND: Color = [0.80, 0.60, 0.36];
const STEPS: u32 = 120;

/// What becomes of a point.
enum Flight {
    /// How many steps it takes, smoothly counted, and how far it was from the set.
    Flees { level: f32, distance: f32 },
    /// How near to the origin its path comes.
    Stays { nearest: f32 },
}

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let (middle_x, middle_y) = sheet.middle();
    let scale = 3.05 / (sheet.width - 2.0 * sheet.margin);
    for index in sheet.inside(y) {
        let point = ((index as f32 + 0.5 - middle_x) * scale, (y - middle_y) * scale);
        let color = &mut row[index];
        match flight(point) {
            Flight::Stays { nearest } => {
                blend(color, INK, 0.94);
                blend(color, SAND, 0.55 * smooth(0.10, 0.85, nearest));
                blend(color, INK, 0.35 * smooth(0.6, 1.0, (nearest * 40.0).cos()));
            }
            Flight::Flees { level, distance } => {
                let near = distance / scale;
                blend(color, BLUE, 0.55 * smooth(6.0, 46.0, level));
                blend(color, RED, 0.45 * smooth(50.0, 120.0, level));
                // The potential doubles its logarithm with each level, so the distance gives its slope.
                let slope = 2.9 / near.max(0.5);
                blend(color, INK, 0.75 * line(level * 2.0, slope, 1.0 + smooth(2.0, 14.0, level)));
                blend(color, INK, 0.9 * smooth(1.6, 0.2, near));
            }
        }
    }
}

fn flight((mut x, mut y): (f32, f32)) -> Flight {
    let mut nearest = f32::MAX;
    let (mut slope_x, mut slope_y) = (1.0f32, 0.0f32);
    for step in 0..STEPS {
        let square = x * x + y * y;
        if square > 1e4 {
            let modulus = square.sqrt();
            let level = step as f32 - (modulus.ln() / 4.605).log2();
            let distance = modulus * modulus.ln() / slope_x.hypot(slope_y).max(1e-20);
            return Flight::Flees { level, distance };
        }
        nearest = nearest.min(square);
        (slope_x, slope_y) = (2.0 * (x * slope_x - y * slope_y), 2.0 * (x * slope_y + y * slope_x));
        (x, y) = (x * x - y * y + SEED.0, 2.0 * x * y + SEED.1);
    }
    Flight::Stays { nearest: nearest.sqrt() }
}
