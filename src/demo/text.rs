//! Capitals and figures of single strokes.

use super::stroke::Strokes;
use super::{CREAM, Color};

/// Where a line of text stands: the middle of it, the height of its letters in pixels, and the way it leans in radians.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub at: (f32, f32),
    pub size: f32,
    pub angle: f32,
}

impl Place {
    pub fn level(at: (f32, f32), size: f32) -> Self {
        Self { at, size, angle: 0.0 }
    }
}

/// Between two letters, in units of which a letter is six high and four wide at most.
const GAP: f32 = 1.6;
const SPACE: f32 = 1.8;

/// The width of a text in letter heights.
pub(super) fn width(text: &str) -> f32 {
    (text.chars().map(|letter| breadth(letter) + GAP).sum::<f32>() - GAP) / 6.0
}

/// The width of a letter in units: its rightmost point.
fn breadth(letter: char) -> f32 {
    let points = glyph(letter).split([' ', ',']);
    points.filter_map(|point| point.bytes().next()).max().map_or(SPACE, |digit| f32::from(digit.wrapping_sub(b'0')))
}

/// Writes a line of text around the middle of its place, on a halo that parts it from what lies below.
pub(super) fn haloed(strokes: &mut Strokes, text: &str, place: Place, color: Color) {
    write(strokes, text, place, 2.6, CREAM);
    write(strokes, text, place, 0.62, color);
}

/// Writes a line of text around the middle of its place.
pub(super) fn centred(strokes: &mut Strokes, text: &str, place: Place, color: Color) {
    write(strokes, text, place, 0.62, color);
}

fn write(strokes: &mut Strokes, text: &str, place: Place, weight: f32, color: Color) {
    let unit = place.size / 6.0;
    let (sine, cosine) = place.angle.sin_cos();
    let mut left = -width(text) * 3.0;
    for letter in text.chars() {
        let point = |code: &str| {
            let digit = |at: usize| f32::from(code.as_bytes().get(at).map_or(0, |byte| byte.wrapping_sub(b'0')));
            let (x, y) = ((left + digit(0)) * unit, (digit(1) - 3.0) * unit);
            (place.at.0 + x * cosine - y * sine, place.at.1 + x * sine + y * cosine)
        };
        for line in glyph(letter).split(' ').filter(|line| !line.is_empty()) {
            let points: Vec<_> = line.split(',').map(point).collect();
            for pair in points.windows(2) {
                strokes.segment(pair[0], pair[1], unit * weight, color);
            }
        }
        left += breadth(letter) + GAP;
    }
}

/// Lines as points, each a column from 0 to 4 and a row from 0 to 6.
fn glyph(letter: char) -> &'static str {
    match letter {
        'A' => "06,20,46 14,34",
        'B' => "00,06,36,45,44,33,03 33,42,41,30,00",
        'C' => "41,30,10,01,05,16,36,45",
        'D' => "00,06,26,44,42,20,00",
        'E' => "40,00,06,46 03,33",
        'F' => "40,00,06 03,33",
        'G' => "41,30,10,01,05,16,36,45,43,23",
        'H' => "00,06 40,46 03,43",
        'I' => "00,06",
        'J' => "40,45,36,16,05",
        'K' => "00,06 40,03,46",
        'L' => "00,06,46",
        'M' => "06,00,23,40,46",
        'N' => "06,00,46,40",
        'O' => "10,30,41,45,36,16,05,01,10",
        'P' => "06,00,30,41,42,33,03",
        'Q' => "10,30,41,45,36,16,05,01,10 24,46",
        'R' => "06,00,30,41,42,33,03 23,46",
        'S' => "41,30,10,01,02,13,33,44,45,36,16,05",
        'T' => "00,40 20,26",
        'U' => "00,05,16,36,45,40",
        'V' => "00,26,40",
        'W' => "00,16,22,36,40",
        'X' => "00,46 40,06",
        'Y' => "00,23,40 23,26",
        'Z' => "00,40,06,46",
        '0' => "10,30,41,45,36,16,05,01,10 14,32",
        '1' => "01,20,26",
        '2' => "01,10,30,41,42,06,46",
        '3' => "00,40,22,32,43,45,36,16,05",
        '4' => "36,30,04,44",
        '5' => "40,00,02,32,43,45,36,06",
        '6' => "40,20,02,05,16,36,45,44,33,03",
        '7' => "00,40,16",
        '8' => "13,02,01,10,30,41,42,33,13,04,05,16,36,45,44,33",
        '9' => "06,26,44,41,30,10,01,02,13,43",
        ',' => "15,07",
        '.' => "05,06",
        '-' => "03,23",
        '&' => "46,11,10,20,21,03,05,16,26,43",
        _ => "",
    }
}
