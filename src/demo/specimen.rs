//! A specimen of letters: one text over and over, each time smaller, down to what only a magnifier shows.

use super::stroke::Strokes;
use super::text::{self, Place};
use super::{INK, RED, Sheet};

const WORDS: &str = "THE LARGER THE PICTURE THE SMALLER THE PART THAT ANYONE SEES AT ONCE. LOOK CLOSER, AND WHAT WAS A GREY LINE IS A ROW OF \
                     WORDS & WHAT WAS A WORD IS A DRAWING OF STROKES. NOTHING IS LOST BY STEPPING BACK, IT ONLY WAITS. ";

pub(super) fn lines(sheet: &Sheet, strokes: &mut Strokes) {
    let Sheet { width, height, margin } = *sheet;
    let inner = width - 2.6 * margin;
    let mut y = margin * 1.55;
    text::centred(strokes, "ABCDEFGHIJKLM", Place::level((width / 2.0, y + 40.0), inner / text::width("ABCDEFGHIJKLM")), RED);
    y += 260.0;
    text::centred(strokes, "NOPQRSTUVWXYZ", Place::level((width / 2.0, y + 40.0), inner / text::width("NOPQRSTUVWXYZ")), INK);
    y += 260.0;
    text::centred(strokes, "0123456789 &.,-", Place::level((width / 2.0, y + 20.0), inner / text::width("0123456789 &.,-")), INK);
    y += 200.0;
    let mut size = 92.0f32;
    let mut words = WORDS.split_whitespace().cycle().peekable();
    while y + size * 1.4 < height - margin * 1.5 && size > 5.0 {
        let mut row = String::new();
        while let Some(word) = words.next_if(|word| text::width(&row) + text::width(word) + 1.0 < inner / size) {
            row.push_str(word);
            row.push(' ');
        }
        text::centred(strokes, row.trim_end(), Place::level((width / 2.0, y + size / 2.0), size), INK);
        y += size * 1.75;
        size *= 0.93;
    }
}
