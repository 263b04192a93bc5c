//! Spheres, a cylinder and a cone under a lamp: swelling lines only, no greys.

use super::{Color, INK, Sheet, blend, line, smooth};

/// Where the light comes from: left, above, in front.
const LAMP: [f32; 3] = [-0.52, -0.62, 0.59];
/// The height of the table's far edge, as a part of the sheet.
const HORIZON: f32 = 0.52;

/// All lengths are parts of the sheet's height; `x` runs from its left edge.
#[derive(Clone, Copy)]
enum Solid {
    Sphere { x: f32, y: f32, radius: f32 },
    Cylinder { x: f32, top: f32, bottom: f32, radius: f32 },
    Cone { x: f32, top: f32, bottom: f32, radius: f32 },
}

/// From back to front.
const SOLIDS: [Solid; 7] = [
    Solid::Cylinder { x: 0.92, top: 0.24, bottom: 0.64, radius: 0.115 },
    Solid::Cone { x: 0.36, top: 0.20, bottom: 0.68, radius: 0.150 },
    Solid::Sphere { x: 0.66, y: 0.55, radius: 0.175 },
    Solid::Sphere { x: 1.13, y: 0.64, radius: 0.110 },
    Solid::Sphere { x: 0.45, y: 0.77, radius: 0.065 },
    Solid::Sphere { x: 0.93, y: 0.80, radius: 0.050 },
    Solid::Sphere { x: 0.74, y: 0.82, radius: 0.028 },
];

/// What is seen at a point: how bright it is, and the lines that cover it, counted in `phase`.
struct Surface {
    light: f32,
    phase: f32,
    /// Change of the phase per part of the sheet's height.
    slope: f32,
    /// How much of the pixel it covers.
    cover: f32,
}

pub(super) fn tone(sheet: &Sheet, y: f32, row: &mut [Color]) {
    let unit = sheet.height;
    let v = y / unit;
    for index in sheet.inside(y) {
        let u = (index as f32 + 0.5) / unit;
        let color = &mut row[index];
        let ground = if v < HORIZON { wall(u, v) } else { table(u, v) };
        let mut ink = engrave(&ground, unit);
        for solid in &SOLIDS {
            if let Some(surface) = solid.surface(u, v, unit) {
                let cross = Surface { phase: (u + v * 0.8) * 230.0, slope: 295.0, light: surface.light + 0.45, cover: 1.0 };
                let over = engrave(&surface, unit).max(engrave(&cross, unit));
                ink += (over - ink) * surface.cover;
            }
        }
        blend(color, INK, ink * 0.95);
    }
}

/// Ink of a pixel: lines as broad as it is dark.
fn engrave(surface: &Surface, unit: f32) -> f32 {
    let slope = surface.slope / unit;
    let dark = (1.0 - surface.light).clamp(0.0, 0.9);
    line(surface.phase, slope, dark / slope) * smooth(0.0, 0.08, dark)
}

fn wall(u: f32, v: f32) -> Surface {
    let glow = (u - 0.30).hypot((v - 0.12) * 1.2);
    let phase = v * 150.0 + (u * 7.0).sin() * 0.8;
    Surface { light: 0.98 - 0.75 * smooth(0.05, 1.1, glow), phase, slope: 150.0, cover: 1.0 }
}

/// Lines run away with the distance; shadows fall to the right.
fn table(u: f32, v: f32) -> Surface {
    let depth = v - HORIZON + 0.06;
    let phase = depth.ln() * 62.0 + (u * 5.0).sin() * 0.3;
    let shadow = SOLIDS.iter().map(|solid| solid.shadow(u, v)).fold(0.0, f32::max);
    let glow = (u - 0.5).hypot(v - 0.9);
    Surface { light: (0.92 - 0.35 * smooth(0.2, 1.1, glow)) * (1.0 - 0.75 * shadow), phase, slope: 62.0 / depth, cover: 1.0 }
}

impl Solid {
    fn surface(self, u: f32, v: f32, unit: f32) -> Option<Surface> {
        match self {
            Solid::Sphere { x, y, radius } => {
                let (a, b) = ((u - x) / radius, (v - y) / radius);
                let square = a * a + b * b;
                let cover = ((1.0 - square.sqrt()) * radius * unit + 0.5).clamp(0.0, 1.0);
                let toward = (1.0 - square).max(0.0).sqrt();
                // Parallels around a tilted axis.
                let latitude = 0.26 * a + 0.80 * b + 0.54 * toward;
                let slope = (0.26 - 0.54 * a / toward.max(0.12)).hypot(0.80 - 0.54 * b / toward.max(0.12)) / radius;
                let lines = 190.0 * radius;
                let light = lit([a, b, toward]) + 0.16 * smooth(0.72, 1.0, square);
                (cover > 0.0).then_some(Surface { light, phase: latitude * lines, slope: slope * lines, cover })
            }
            Solid::Cylinder { x, top, bottom, radius } => {
                let a = (u - x) / radius;
                let toward = (1.0 - a * a).max(0.0).sqrt();
                let (lid, foot) = ((v - top) / 0.22, bottom + toward * radius * 0.22);
                if a.abs() > 1.0 || v > foot || lid < -toward * radius {
                    return None;
                }
                if lid < toward * radius {
                    return Some(Surface { light: 0.93, phase: v * 260.0, slope: 260.0, cover: 1.0 });
                }
                let phase = (v - toward * radius * 0.22) * 190.0;
                let slope = 190.0 * (0.22 * a / toward.max(0.1)).hypot(1.0);
                Some(Surface { light: lit([a, 0.0, toward]), phase, slope, cover: 1.0 })
            }
            Solid::Cone { x, top, bottom, radius } => {
                let part = ((v - top) / (bottom - top)).max(0.0);
                let a = (u - x) / (radius * part.max(1e-4));
                let toward = (1.0 - a * a).max(0.0).sqrt();
                let foot = bottom + toward * radius * 0.22;
                if a.abs() > 1.0 || v > foot || v < top {
                    return None;
                }
                let phase = (v - toward * radius * part * 0.22) * 190.0;
                let slope = 190.0 * (0.22 * a / toward.max(0.1)).hypot(1.0);
                Some(Surface { light: lit([a * 0.95, -0.30, toward * 0.95]), phase, slope, cover: 1.0 })
            }
        }
    }

    /// How deep the shadow is that it throws on the table.
    fn shadow(self, u: f32, v: f32) -> f32 {
        let (x, y, radius, length) = match self {
            Solid::Sphere { x, y, radius } => (x + radius * 0.9, y + radius * 0.86, radius, 1.5),
            Solid::Cylinder { x, bottom, radius, .. } => (x + radius * 1.8, bottom - radius * 0.1, radius, 2.4),
            Solid::Cone { x, bottom, radius, .. } => (x + radius * 1.3, bottom, radius, 1.9),
        };
        let away = ((u - x) / (radius * length)).hypot((v - y) / (radius * 0.34));
        smooth(1.12, 0.72, away)
    }
}

fn lit(normal: [f32; 3]) -> f32 {
    let facing: f32 = normal.iter().zip(LAMP).map(|(n, l)| n * l).sum();
    0.16 + 0.92 * facing.max(0.0).powf(0.8)
}
