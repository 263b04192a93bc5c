//! Undoing what was done to samples so that they pack better.

use super::samples::{Predictor, Samples};

impl Samples {
    /// Brings one unpacked plane of rows of `row_len` bytes to plain numbers in this machine's order.
    pub(super) fn settle(&self, plane: &mut [u8], row_len: usize) {
        match self.predictor {
            Predictor::None => self.swap(plane),
            Predictor::Horizontal => {
                self.swap(plane);
                plane.chunks_exact_mut(row_len).for_each(|row| self.undo_differences(row));
            }
            Predictor::Float => {
                let mut sorted = vec![0; row_len];
                plane.chunks_exact_mut(row_len).for_each(|row| {
                    undo_bytes_any(row, self.stride());
                    sorted.copy_from_slice(row);
                    unsort(&sorted, row, usize::from(self.bits / 8));
                });
            }
        }
    }

    /// Numbers of several bytes into this machine's order.
    fn swap(&self, plane: &mut [u8]) {
        if self.big_endian == cfg!(target_endian = "big") {
            return;
        }
        match self.bits {
            16 => plane.as_chunks_mut::<2>().0.iter_mut().for_each(|number| number.reverse()),
            32 => plane.as_chunks_mut::<4>().0.iter_mut().for_each(|number| number.reverse()),
            64 => plane.as_chunks_mut::<8>().0.iter_mut().for_each(|number| number.reverse()),
            _ => {}
        }
    }

    fn undo_differences(&self, row: &mut [u8]) {
        let stride = self.stride();
        match self.bits {
            8 => undo_bytes_any(row, stride),
            16 => undo(row, stride, |before, now: [u8; 2]| u16::from_ne_bytes(before).wrapping_add(u16::from_ne_bytes(now)).to_ne_bytes()),
            32 => undo(row, stride, |before, now: [u8; 4]| u32::from_ne_bytes(before).wrapping_add(u32::from_ne_bytes(now)).to_ne_bytes()),
            64 => undo(row, stride, |before, now: [u8; 8]| u64::from_ne_bytes(before).wrapping_add(u64::from_ne_bytes(now)).to_ne_bytes()),
            _ => {}
        }
    }
}

fn undo_bytes_any(row: &mut [u8], stride: usize) {
    match stride {
        1 => undo_bytes::<1>(row),
        3 => undo_bytes::<3>(row),
        4 => undo_bytes::<4>(row),
        _ => undo(row, stride, |[before], [now]| [u8::wrapping_add(before, now)]),
    }
}

/// Sums within a row, pixel by pixel: the pixel before stays in registers.
fn undo_bytes<const N: usize>(row: &mut [u8]) {
    let mut before = [0; N];
    for pixel in row.as_chunks_mut::<N>().0 {
        before = std::array::from_fn(|sample| u8::wrapping_add(before[sample], pixel[sample]));
        *pixel = before;
    }
}

fn undo<const N: usize>(row: &mut [u8], stride: usize, sum: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let numbers = row.as_chunks_mut::<N>().0;
    for at in stride..numbers.len() {
        numbers[at] = sum(numbers[at - stride], numbers[at]);
    }
}

/// Numbers of `width` bytes from a row that has all their highest bytes first, then the next, down to the lowest.
fn unsort(sorted: &[u8], row: &mut [u8], width: usize) {
    let count = sorted.len() / width;
    for (at, number) in row.chunks_exact_mut(width).enumerate() {
        for (weight, byte) in number.iter_mut().enumerate() {
            let from_top = if cfg!(target_endian = "big") { weight } else { width - 1 - weight };
            *byte = sorted[from_top * count + at];
        }
    }
}
