//! A sampler: squares of cloth, each of another weave and other yarns.

use super::noise::{chance, hash};
use super::{BLUE, Color, INK, RED, Sheet, blend, smooth};

/// Which of warp and weft lies on top, repeated over eight threads; a bit set is warp.
const WEAVES: [[u8; 8]; 8] = [
    [0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55, 0xAA, 0x55],
    [0xCC, 0x66, 0x33, 0x99, 0xCC, 0x66, 0x33, 0x99],
    [0xCC, 0xCC, 0x33, 0x33, 0xCC, 0xCC, 0x33, 0x33],
    [0xEE, 0xDD, 0xBB, 0x77, 0xEE, 0xDD, 0xBB, 0x77],
    [0x81, 0xC3, 0x66, 0x3C, 0x3C, 0x66, 0xC3, 0x81],
    [0x80, 0x10, 0x02, 0x40, 0x08, 0x01, 0x20, 0x04],
    [0xF0, 0x78, 0x3C, 0x1E, 0x0F, 0x87, 0xC3, 0xE1],
    [0xC9, 0x93, 0x27, 0x4E, 0x4E, 0x27, 0x93, 0xC9],
];
const YARNS: [Color; 7] = [RED, BLUE, [0.87, 0.80, 0.66], [0.26, 0.33, 0.22], [0.77, 0.58, 0.24], [0.40, 0.26, 0.20], [0.55, 0.62, 0.66]];
const COLUMNS: f32 = 4.0;
const ROWS: f32 = 5.0;
/// The width of a thread in pixels.
const THREAD: f32 = 17.0;

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let Sheet { width, height, margin } = *sheet;
    let (patch_width, patch_height) = ((width - 2.4 * margin) / COLUMNS, (height - 2.4 * margin) / ROWS);
    let down = (y - 1.2 * margin) / patch_height;
    if !(0.0..ROWS).contains(&down) {
        return;
    }
    for index in sheet.inside(y) {
        let across = (index as f32 + 0.5 - 1.2 * margin) / patch_width;
        if !(0.0..COLUMNS).contains(&across) {
            continue;
        }
        let number = down as i32 * COLUMNS as i32 + across as i32;
        let from_edge = |part: f32, size: f32| (part.fract() - 0.5).abs().mul_add(-size, size / 2.0);
        let fringe = 26.0 + 16.0 * chance((index as f32 / 5.0) as i32, (y / 5.0) as i32, 5);
        let edge = from_edge(across, patch_width).min(from_edge(down, patch_height)) - fringe;
        if edge > -0.5 {
            cloth(&mut row[index], number, (across.fract() * patch_width, down.fract() * patch_height), (edge + 0.5).min(1.0));
        } else if edge > -18.0 {
            blend(&mut row[index], INK, 0.20 * (1.0 + edge / 18.0));
        }
    }
}

/// One pixel of a cloth: the thread on top, round in section and twisted, and the gaps between.
fn cloth(color: &mut Color, number: i32, (x, y): (f32, f32), amount: f32) {
    let (warp, weft) = (x / THREAD, y / THREAD);
    let (column, line) = (warp as i32, weft as i32);
    let weave = WEAVES[number as usize * 5 % 8];
    let on_top = weave[(line & 7) as usize] >> (column & 7) & 1 == 1;
    let (beside, lengthwise) = if on_top { (warp.fract(), weft.fract()) } else { (weft.fract(), warp.fract()) };
    let yarn = yarn(number, on_top, if on_top { column } else { line });
    let (from_middle, arch) = ((beside - 0.5) * 2.0, 1.0 - (lengthwise - 0.5).powi(2) * 1.5);
    let round = (1.0 - from_middle * from_middle).max(0.0).sqrt();
    let twist = ((lengthwise * 2.0 + from_middle * 0.8 + beside) * std::f32::consts::TAU).sin() * 0.07;
    let fuzz = (chance(x as i32, y as i32, number as u32) - 0.5) * 0.08;
    let light = (0.42 + 0.62 * round * arch + twist + fuzz) * smooth(1.02, 0.86, from_middle.abs()).max(0.25);
    blend(color, yarn.map(|sample| (sample * light).clamp(0.03, 0.97)), amount);
}

/// Each cloth has two yarns in the warp and one or two in the weft, in stripes.
fn yarn(number: i32, warp: bool, thread: i32) -> Color {
    let stripe = [1, 4, 8, 16][(hash(number, i32::from(warp), 11) & 3) as usize];
    let second = (thread / stripe) % 3 == 2;
    let pick = hash(number, i32::from(warp) * 2 + i32::from(second), 12);
    YARNS[pick as usize % YARNS.len()]
}
