//! A celestial chart: two hemispheres of stars with their constellations, the milky way in dots, and rings of degrees.

use super::noise::chance;
use super::stroke::Strokes;
use super::text::{self, Place};
use super::{CREAM, Color, INK, RED, Sheet, blend, smooth};

const NIGHT: Color = [0.075, 0.115, 0.215];
const DUSK: Color = [0.150, 0.215, 0.345];
const GOLD: Color = [0.86, 0.70, 0.38];
const TURN: f32 = std::f32::consts::TAU;

/// The two discs: their centres and their common radius.
fn discs(sheet: &Sheet) -> ([(f32, f32); 2], f32) {
    let radius = sheet.width * 0.199;
    let (middle_x, middle_y) = sheet.middle();
    ([(middle_x - radius * 1.12, middle_y), (middle_x + radius * 1.12, middle_y)], radius)
}

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let (centers, radius) = discs(sheet);
    for (center, side) in centers.into_iter().zip([-1.0, 1.0]) {
        let down = y - center.1;
        let half = (radius * radius - down * down).max(0.0).sqrt();
        if half == 0.0 {
            continue;
        }
        let (from, to) = ((center.0 - half) as usize, (center.0 + half) as usize);
        for (color, index) in row[from..=to].iter_mut().zip(from..) {
            let across = index as f32 + 0.5 - center.0;
            let away = (across * across + down * down).sqrt() / radius;
            let milk = milky(across / radius, down / radius, side);
            let cover = ((1.0 - away) * radius + 0.5).clamp(0.0, 1.0);
            blend(color, NIGHT, 0.97 * cover);
            blend(color, DUSK, (0.65 * away * away + 0.55 * milk).min(1.0) * cover);
        }
    }
}

/// The band of the milky way: 1 in its middle, 0 outside; `x` and `y` in radii.
fn milky(x: f32, y: f32, side: f32) -> f32 {
    let away = y * 0.86 - x * 0.5 * side - 0.22 * (x * 2.3 + side).sin();
    let width = 0.19 + 0.05 * (x * 7.0).sin() * (y * 5.0).cos();
    smooth(width, 0.0, away.abs())
}

pub(super) fn lines(sheet: &Sheet, strokes: &mut Strokes) {
    let (centers, radius) = discs(sheet);
    for (center, seed) in centers.into_iter().zip([101, 202]) {
        dust(strokes, center, radius, seed);
        net(strokes, center, radius, seed);
        stars(strokes, center, radius, seed);
        for number in 0..34 {
            constellation(strokes, center, radius, (number, seed));
        }
        degrees(strokes, center, radius);
    }
    moons(sheet, strokes);
    spheres(sheet, strokes);
}

fn around(center: (f32, f32), radius: f32, turns: f32) -> (f32, f32) {
    let (sine, cosine) = (turns * TURN).sin_cos();
    (center.0 + cosine * radius, center.1 + sine * radius)
}

/// The milky way, dot by dot.
fn dust(strokes: &mut Strokes, center: (f32, f32), radius: f32, seed: u32) {
    let side = if seed < 200 { -1.0 } else { 1.0 };
    for row in -180i32..180 {
        for column in -180i32..180 {
            let (x, y) = ((column as f32 + chance(column, row, seed)) / 180.0, (row as f32 + chance(column, row, seed + 1)) / 180.0);
            let milk = milky(x, y, side);
            if x.hypot(y) < 0.985 && chance(column, row, seed + 2) < milk * milk * 0.85 {
                let size = 0.9 + 1.8 * chance(column, row, seed + 3).powi(2);
                strokes.dot((center.0 + x * radius, center.1 + y * radius), size, [0.72, 0.76, 0.80]);
            }
        }
    }
}

/// Hours, declinations, and the ecliptic.
fn net(strokes: &mut Strokes, center: (f32, f32), radius: f32, seed: u32) {
    let pale = [0.36, 0.42, 0.52];
    for circle in 1..9 {
        strokes.ring(center, radius * circle as f32 / 9.0, if circle % 3 == 0 { 2.6 } else { 1.3 }, pale);
    }
    for hour in 0..24 {
        let turns = hour as f32 / 24.0;
        let inner = if hour % 6 == 0 { 0.0 } else { 1.0 / 9.0 };
        strokes.segment(around(center, radius * inner, turns), around(center, radius, turns), 1.3, pale);
    }
    // The ecliptic crosses as an arc of a circle about another centre.
    let lean = if seed < 200 { 0.25 } else { 0.75 };
    let pole = around(center, radius * 0.42, lean);
    for step in 0..720 {
        let at = |step: i32| around(pole, radius * 0.92, step as f32 / 720.0);
        let inside = |point: (f32, f32)| (point.0 - center.0).hypot(point.1 - center.1) < radius;
        if inside(at(step)) && inside(at(step + 1)) {
            strokes.segment(at(step), at(step + 1), if step % 2 == 0 { 5.0 } else { 1.5 }, GOLD);
        }
    }
}

/// One star at most in each cell of a grid, a few of them bright.
fn stars(strokes: &mut Strokes, center: (f32, f32), radius: f32, seed: u32) {
    for row in -45i32..45 {
        for column in -45i32..45 {
            let place = |seed: u32| chance(column, row, seed + 10);
            let (x, y) = ((column as f32 + place(seed)) / 45.0, (row as f32 + place(seed + 1)) / 45.0);
            if x.hypot(y) < 0.975 {
                let size = 1.6 + 7.5 * place(seed + 2).powi(7) + 2.2 * place(seed + 3).powi(2);
                star(strokes, (center.0 + x * radius, center.1 + y * radius), size);
            }
        }
    }
}

/// A dot; the bright ones have rays.
fn star(strokes: &mut Strokes, at: (f32, f32), size: f32) {
    strokes.dot(at, size, CREAM);
    if size > 5.0 {
        for ray in 0..8 {
            let length = size * if ray % 2 == 0 { 3.2 } else { 1.9 };
            strokes.segment(at, around(at, length, ray as f32 / 8.0), size * 0.28, CREAM);
        }
    }
}

/// A walk from bright star to bright star, and its number among the figures.
fn constellation(strokes: &mut Strokes, center: (f32, f32), radius: f32, (number, seed): (i32, u32)) {
    let pick = |step: i32, what: u32| chance(number, step, seed + 40 + what);
    // Spread over the disc like the seeds of a sunflower.
    let start = around(center, radius * ((number as f32 + 0.6) / 36.0).sqrt() * 0.92, number as f32 * 0.381_966);
    let (mut at, mut heading) = (start, pick(0, 1));
    for step in 0..4 + (pick(0, 2) * 4.0) as i32 {
        star(strokes, at, 6.0 + 6.0 * pick(step, 3).powi(2));
        heading += (pick(step, 4) - 0.5) * 0.55;
        let length = radius * (0.045 + 0.06 * pick(step, 5));
        let next = around(at, length, heading);
        if (next.0 - center.0).hypot(next.1 - center.1) > radius * 0.95 {
            break;
        }
        strokes.segment(around(at, 34.0, heading), around(next, -34.0, heading), 2.6, GOLD);
        if step == 2 && pick(0, 6) > 0.4 {
            let side = around(at, length * 0.8, heading + 0.25);
            strokes.segment(around(at, 34.0, heading + 0.25), around(at, length * 0.8 - 34.0, heading + 0.25), 2.6, GOLD);
            star(strokes, side, 6.5);
        }
        at = next;
    }
    text::centred(strokes, &format!("{}", number + 1), Place::level((start.0 + 46.0, start.1 - 46.0), 26.0), GOLD);
}

/// The rings of degrees: a tick for every sixth of one, figures at every tenth.
fn degrees(strokes: &mut Strokes, center: (f32, f32), radius: f32) {
    for (part, width) in [(1.0, 9.0), (1.010, 2.5), (1.024, 2.5), (1.060, 3.0), (1.068, 9.0)] {
        strokes.ring(center, radius * part, width, INK);
    }
    for tick in 0..2160 {
        let turns = tick as f32 / 2160.0;
        let (to, width) = match tick {
            _ if tick % 60 == 0 => (1.031, 4.5),
            _ if tick % 30 == 0 => (1.027, 3.0),
            _ if tick % 6 == 0 => (1.024, 2.4),
            _ => (1.017, 1.3),
        };
        strokes.segment(around(center, radius * 1.010, turns), around(center, radius * to, turns), width, INK);
    }
    for figure in 0..36 {
        let turns = figure as f32 / 36.0;
        let place = Place { at: around(center, radius * 1.044, turns), size: radius * 0.017, angle: turns * TURN + TURN / 4.0 };
        text::centred(strokes, &format!("{}", figure * 10), place, if figure % 9 == 0 { RED } else { INK });
    }
}

/// The phases of the moon along the upper edge, shaded by lines.
fn moons(sheet: &Sheet, strokes: &mut Strokes) {
    let size = sheet.height * 0.032;
    for phase in 0..13 {
        let center = (sheet.width * (0.14 + 0.06 * phase as f32), sheet.margin * 2.1);
        strokes.ring(center, size, 5.0, INK);
        let lit = (phase as f32 / 12.0 * TURN).cos();
        for row in -40..=40 {
            let y = row as f32 / 41.0;
            let edge = (1.0 - y * y).sqrt();
            let (from, to) = if phase <= 6 { (-edge, edge * lit) } else { (-edge * lit, edge) };
            if to > from {
                strokes.segment((center.0 + from * size, center.1 + y * size), (center.0 + to * size, center.1 + y * size), 3.2, INK);
            }
        }
    }
}

/// The planets' spheres along the lower edge, ring within ring.
fn spheres(sheet: &Sheet, strokes: &mut Strokes) {
    let names = ["MOON", "MERCURY", "VENUS", "SUN", "MARS", "JUPITER", "SATURN"];
    for (number, name) in (0..).zip(names) {
        let center = (sheet.width * (0.14 + 0.12 * number as f32), sheet.height - sheet.margin * 2.15);
        let size = sheet.height * 0.034;
        for ring in 1..=14 {
            strokes.ring(center, size * ring as f32 / 14.0, if ring == 14 { 5.0 } else { 1.6 }, INK);
        }
        for ray in 0..48 {
            let turns = ray as f32 / 48.0;
            let reach = if ray % 4 == 0 { 1.22 } else { 1.10 };
            strokes.segment(around(center, size * 1.03, turns), around(center, size * reach, turns), 3.0, INK);
        }
        let at = around(center, size * (2 * number + 2) as f32 / 14.0, chance(number, 0, 5));
        strokes.dot(at, 17.0, RED);
        text::centred(strokes, name, Place::level((center.0, center.1 + size * 1.55), 46.0), INK);
    }
}
