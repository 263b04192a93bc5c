//! Chance that always falls the same way.

/// 32 bits from two numbers and a seed.
pub(super) fn hash(x: i32, y: i32, seed: u32) -> u32 {
    let mut bits = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    for multiplier in [0x7FEB_352D, 0x846C_A68B] {
        bits = (bits ^ (bits >> 16)).wrapping_mul(multiplier);
    }
    bits ^ (bits >> 15)
}

/// From 0 to 1.
pub(super) fn chance(x: i32, y: i32, seed: u32) -> f32 {
    (hash(x, y, seed) >> 8) as f32 / 16_777_216.0
}

/// Adds one row of gradient noise to `row`: `cell` is the width of its waves in pixels, `height` of about -1 to 1 of them.
pub(super) fn add(row: &mut [f32], y: f32, cell: f32, height: f32, seed: u32) {
    let (row_index, down) = ((y / cell).floor(), (y / cell).fract());
    let fade = down * down * down * (down * (down * 6.0 - 15.0) + 10.0);
    // What the two lattice points above and below contribute, as a line in x.
    let column = |x: i32| {
        let at = |y: i32| {
            let (sine, cosine) = (chance(x, y, seed) * std::f32::consts::TAU).sin_cos();
            (cosine, sine)
        };
        let (above, below) = (at(row_index as i32), at(row_index as i32 + 1));
        let slope = above.0 + (below.0 - above.0) * fade;
        let level = above.1 * down + (below.1 * (down - 1.0) - above.1 * down) * fade;
        (slope * height * 1.5, level * height * 1.5)
    };
    let (mut index, mut left, mut right) = (0, column(0), column(1));
    let (step, mut across) = (1.0 / cell, 0.0);
    for value in row {
        while across >= 1.0 {
            across -= 1.0;
            index += 1;
            (left, right) = (right, column(index + 1));
        }
        let fade = across * across * across * (across * (across * 6.0 - 15.0) + 10.0);
        let from = left.0 * across + left.1;
        *value += from + (right.0 * (across - 1.0) + right.1 - from) * fade;
        across += step;
    }
}
