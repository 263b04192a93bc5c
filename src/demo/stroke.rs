//! Lines, rings and dots, drawn row by row with soft edges.

use super::{Color, blend};

type Point = (f32, f32);

#[derive(Clone, Copy)]
enum Shape {
    Segment(Point, Point),
    Ring(Point, f32),
    Dot(Point),
}

#[derive(Clone, Copy)]
struct Stroke {
    shape: Shape,
    /// Half the width of the line, or the radius of the dot.
    half: f32,
    color: Color,
}

/// Rows that share a list of strokes.
const BAND: u32 = 32;

/// Strokes in the order they were laid, found by row.
pub(super) struct Strokes {
    all: Vec<Stroke>,
    bands: Vec<Vec<usize>>,
}

impl Strokes {
    pub fn new(height: u32) -> Self {
        Self { all: Vec::new(), bands: vec![Vec::new(); height.div_ceil(BAND) as usize] }
    }

    pub fn segment(&mut self, from: Point, to: Point, width: f32, color: Color) {
        let span = (from.1.min(to.1), from.1.max(to.1));
        self.push(Stroke { shape: Shape::Segment(from, to), half: width / 2.0, color }, span);
    }

    pub fn ring(&mut self, center: Point, radius: f32, width: f32, color: Color) {
        let span = (center.1 - radius, center.1 + radius);
        self.push(Stroke { shape: Shape::Ring(center, radius), half: width / 2.0, color }, span);
    }

    pub fn dot(&mut self, center: Point, radius: f32, color: Color) {
        self.push(Stroke { shape: Shape::Dot(center), half: radius, color }, (center.1, center.1));
    }

    fn push(&mut self, stroke: Stroke, (top, bottom): (f32, f32)) {
        let band = |y: f32| (y.max(0.0) as u32 / BAND) as usize;
        let (first, last) = (band(top - stroke.half - 1.0), band(bottom + stroke.half + 1.0));
        for band in self.bands.iter_mut().take(last + 1).skip(first) {
            band.push(self.all.len());
        }
        self.all.push(stroke);
    }

    pub fn draw(&self, y: u32, row: &mut [Color]) {
        for stroke in self.bands.get((y / BAND) as usize).into_iter().flatten() {
            self.all[*stroke].draw(y as f32 + 0.5, row);
        }
    }
}

impl Stroke {
    fn draw(&self, y: f32, row: &mut [Color]) {
        let reach = self.half + 1.0;
        match self.shape {
            Shape::Dot(center) => self.fill(y, row, (center.0 - reach, center.0 + reach), |x| (x - center.0).hypot(y - center.1)),
            Shape::Segment(from, to) => {
                let along = (to.0 - from.0, to.1 - from.1);
                let at = |y: f32| if along.1 == 0.0 { 0.0 } else { ((y - from.1) / along.1).clamp(0.0, 1.0) };
                let (a, b) = if along.1.abs() < 1e-3 { (0.0, 1.0) } else { (at(y - reach), at(y + reach)) };
                let (a, b) = (from.0 + along.0 * a, from.0 + along.0 * b);
                let length = (along.0 * along.0 + along.1 * along.1).max(1e-9);
                self.fill(y, row, (a.min(b) - reach, a.max(b) + reach), |x| {
                    let t = (((x - from.0) * along.0 + (y - from.1) * along.1) / length).clamp(0.0, 1.0);
                    (x - from.0 - along.0 * t).hypot(y - from.1 - along.1 * t)
                });
            }
            Shape::Ring(center, radius) => {
                let down = y - center.1;
                let half_chord = |radius: f32| (radius * radius - down * down).max(0.0).sqrt();
                let (inner, outer) = (half_chord((radius - reach).max(0.0)), half_chord(radius + reach));
                let distance = |x: f32| ((x - center.0).hypot(down) - radius).abs();
                if outer > 0.0 {
                    self.fill(y, row, (center.0 - outer, (center.0 - inner).min(center.0)), distance);
                    self.fill(y, row, (center.0 + inner, center.0 + outer), distance);
                }
            }
        }
    }

    /// Inks the pixels of a span by their distance from the line.
    fn fill(&self, y: f32, row: &mut [Color], (from, to): (f32, f32), distance: impl Fn(f32) -> f32) {
        debug_assert!(y >= 0.0);
        let (from, to) = (from.max(0.0) as usize, (to.max(0.0) as usize + 1).min(row.len()));
        for (index, color) in row.iter_mut().enumerate().take(to).skip(from) {
            let amount = (self.half + 0.5 - distance(index as f32 + 0.5)).clamp(0.0, 1.0);
            if amount > 0.0 {
                // A hair thinner than a pixel is drawn paler.
                blend(color, self.color, amount * (self.half * 2.0).min(1.0));
            }
        }
    }
}
