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
                    undo(row, self.stride(), sum_of_bytes);
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
            8 => undo(row, stride, sum_of_bytes),
            16 => undo(row, stride, |before, now| u16::from_ne_bytes(before).wrapping_add(u16::from_ne_bytes(now)).to_ne_bytes()),
            32 => undo(row, stride, |before, now| u32::from_ne_bytes(before).wrapping_add(u32::from_ne_bytes(now)).to_ne_bytes()),
            64 => undo(row, stride, |before, now| u64::from_ne_bytes(before).wrapping_add(u64::from_ne_bytes(now)).to_ne_bytes()),
            _ => {}
        }
    }
}

fn sum_of_bytes([before]: [u8; 1], [now]: [u8; 1]) -> [u8; 1] {
    [before.wrapping_add(now)]
}

/// Adds to every number of `N` bytes the one of the pixel before.
fn undo<const N: usize>(row: &mut [u8], stride: usize, sum: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let numbers = row.as_chunks_mut::<N>().0;
    match stride {
        1 => undo_pixels::<N, 1>(numbers, sum),
        3 => undo_pixels::<N, 3>(numbers, sum),
        4 => undo_pixels::<N, 4>(numbers, sum),
        _ => {
            for at in stride..numbers.len() {
                numbers[at] = sum(numbers[at - stride], numbers[at]);
            }
        }
    }
}

/// The same for pixels of `S` samples: the one before stays in registers.
fn undo_pixels<const N: usize, const S: usize>(numbers: &mut [[u8; N]], sum: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let mut before = [[0; N]; S];
    for pixel in numbers.as_chunks_mut::<S>().0 {
        before = std::array::from_fn(|sample| sum(before[sample], pixel[sample]));
        *pixel = before;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pyramid::level::tests::level;

    /// Differences in place of numbers of 8 or 16 bits, in this machine's order.
    fn differences(row: &[u16], stride: usize, bits: u8) -> Vec<u8> {
        let before = |at: usize| at.checked_sub(stride).map_or(0, |before| row[before]);
        let numbers = (0..row.len()).map(|at| row[at].wrapping_sub(before(at)));
        if bits == 8 { numbers.map(|number| number as u8).collect() } else { numbers.flat_map(u16::to_ne_bytes).collect() }
    }

    #[test]
    fn differences_are_summed_for_any_number_of_samples() {
        let row: Vec<u16> = (0..60_u32).map(|at| (at * at * 7919 % 65_521) as u16).collect();
        for (count, bits) in [1, 2, 3, 4, 5].into_iter().flat_map(|count| [(count, 8), (count, 16)]) {
            let samples = Samples { count, bits, predictor: Predictor::Horizontal, ..level(9, 9, 16).samples };
            let samples = Samples { big_endian: cfg!(target_endian = "big"), ..samples };
            let mut plane = differences(&row, count.into(), bits);
            let row_len = plane.len();
            samples.settle(&mut plane, row_len);
            let expected = differences(&row, 1000, bits);
            assert_eq!(plane, expected, "{count} samples of {bits} bits");
        }
    }
}
