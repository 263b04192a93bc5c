//! A small printed book to show the service with: eight plates, drawn by the program itself, each worth zooming into.
//!
//! A plate is paper, a picture that is a function of the pixel (`Tone`), and strokes laid over it. Any band of rows can be drawn
//! by itself, and always comes out the same. Nothing here reads or writes anything.

mod julia;
mod noise;
mod paper;
mod relief;
mod rosette;
mod shell;
mod sky;
mod solids;
mod specimen;
mod stroke;
mod text;
mod weave;

use std::sync::OnceLock;

use stroke::Strokes;

/// Red, green and blue from 0 to 1.
type Color = [f32; 3];
/// Draws the picture of a plate over the paper of one row.
type Tone = fn(&Sheet, y: f32, row: &mut [Color]);
/// The strokes of a plate.
type Lines = fn(&Sheet, &mut Strokes);

const INK: Color = [0.15, 0.12, 0.11];
const RED: Color = [0.60, 0.17, 0.13];
const BLUE: Color = [0.12, 0.24, 0.40];
const CREAM: Color = [0.95, 0.91, 0.82];

/// The sheet of paper that a plate is printed on, in pixels.
#[derive(Clone, Copy)]
struct Sheet {
    width: f32,
    height: f32,
    /// From the edge of the paper to the picture.
    margin: f32,
}

/// One plate of the book.
pub struct Plate {
    /// Fit for identifiers and file names.
    pub slug: &'static str,
    pub title: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    sheet: Sheet,
    tone: Tone,
    strokes: Strokes,
}

/// The plates in the order of the book.
pub fn plates() -> &'static [Plate] {
    static PLATES: OnceLock<Vec<Plate>> = OnceLock::new();
    PLATES.get_or_init(|| {
        vec![
            plate(1, "two-skies", "The Two Skies", (12_000, 9000), sky::tone, sky::lines),
            plate(2, "rose-engine", "Work of the Rose Engine", (3600, 3600), rosette::tone, rosette::lines),
            plate(3, "island", "An Island Not Yet Found", (4800, 3600), relief::tone, relief::lines),
            plate(4, "fern-of-numbers", "Fern Grown from Numbers", (4500, 3400), julia::tone, no_lines),
            plate(5, "shell", "A Shell, in Section", (3600, 3200), shell::tone, no_lines),
            plate(6, "solids", "Solids by Lamplight", (4400, 3200), solids::tone, no_lines),
            plate(7, "sampler", "A Sampler of Weaves", (3400, 4000), weave::tone, no_lines),
            plate(8, "specimen", "A Specimen of Letters", (2800, 3600), no_tone, specimen::lines),
        ]
    })
}

fn plate(number: usize, slug: &'static str, title: &'static str, (width, height): (u32, u32), tone: Tone, lines: Lines) -> Plate {
    let margin = width.min(height) as f32 * 0.075;
    let sheet = Sheet { width: width as f32, height: height as f32, margin };
    let mut strokes = Strokes::new(height);
    lines(&sheet, &mut strokes);
    paper::frame(&sheet, number, title, &mut strokes);
    Plate { slug, title, width, height, sheet, tone, strokes }
}

fn no_tone(_: &Sheet, _: f32, _: &mut [Color]) {}

fn no_lines(_: &Sheet, _: &mut Strokes) {}

impl Plate {
    /// Draws the rows from `y` on into `rows`: 8-bit red, green and blue, `3 * width` bytes a row, as many rows as fit.
    pub fn draw_rows(&self, y: u32, rows: &mut [u8]) {
        let mut colors = vec![[0.0; 3]; self.width as usize];
        for (y, row) in (y..).zip(rows.chunks_exact_mut(self.width as usize * 3)) {
            let center = y as f32 + 0.5;
            paper::lay(&self.sheet, center, &mut colors);
            (self.tone)(&self.sheet, center, &mut colors);
            self.strokes.draw(y, &mut colors);
            for (pixel, color) in row.chunks_exact_mut(3).zip(&colors) {
                pixel.copy_from_slice(&color.map(|sample| (sample * 255.0 + 0.5) as u8));
            }
        }
    }
}

impl Sheet {
    /// The pixels of a row that lie in the picture; none above and below it.
    fn inside(&self, y: f32) -> std::ops::Range<usize> {
        if y < self.margin || y >= self.height - self.margin { 0..0 } else { self.margin as usize..(self.width - self.margin) as usize }
    }

    fn middle(&self) -> (f32, f32) {
        (self.width / 2.0, self.height / 2.0)
    }
}

/// Lays ink over a colour; `amount` from 0 to 1.
fn blend(under: &mut Color, ink: Color, amount: f32) {
    for (sample, ink) in under.iter_mut().zip(ink) {
        *sample += (ink - *sample) * amount;
    }
}

/// How much of a pixel a line covers that runs wherever `phase` is whole: `slope` is the change of phase per pixel, `width` in
/// pixels. Where lines crowd, it becomes their even tone.
fn line(phase: f32, slope: f32, width: f32) -> f32 {
    let slope = slope.max(1e-6);
    let crowded = ((slope - 0.3) * 5.0).clamp(0.0, 1.0);
    let sharp = (width / 2.0 + 0.5 - (phase - phase.round()).abs() / slope).clamp(0.0, 1.0);
    sharp + ((width * slope).min(1.0) - sharp) * crowded
}

fn smooth(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_the_same_wherever_it_begins() {
        for plate in plates().iter().skip(1) {
            let (stride, y) = (plate.width as usize * 3, plate.height / 2);
            let (mut together, mut alone) = (vec![0; stride * 3], vec![0; stride]);
            plate.draw_rows(y, &mut together);
            plate.draw_rows(y + 2, &mut alone);
            assert!(together[stride * 2..] == alone[..], "{}", plate.slug);
            assert!(alone.iter().any(|sample| *sample < 120), "{} has ink", plate.slug);
        }
    }

    #[test]
    fn one_plate_is_past_a_hundred_megapixels() {
        let areas = plates().iter().map(|plate| u64::from(plate.width) * u64::from(plate.height));
        assert_eq!(areas.filter(|area| *area > 100_000_000).count(), 1);
    }
}
