//! Strong reductions begin with means over whole blocks of pixels, after which the kernel has little left to do.

use crate::raster::{Channels, Raster};

/// Pixels along one side that become one; more would not fit the sums.
pub(super) const MOST: u32 = 256;

/// The part of `raster` from one pixel up to another along each axis, every `across` by `down` pixels of it being one in the
/// result. A block that is cut off counts what there is of it. Alpha is not weighed.
pub(super) fn reduce(raster: &Raster, x: (u32, u32), y: (u32, u32), (across, down): (u32, u32)) -> Raster {
    let (width, height) = ((x.1 - x.0).div_ceil(across), (y.1 - y.0).div_ceil(down));
    let mut target = Raster::zeroed(width, height, raster.channels());
    let (count, stride) = (raster.channels().count(), target.stride());
    let columns = x.0 as usize * count..x.1 as usize * count;
    let mut sums = vec![0_u16; columns.len()];
    for (top, row) in (y.0..y.1).step_by(down as usize).zip(target.pixels_mut().chunks_exact_mut(stride)) {
        let lines = top..(top + down).min(y.1);
        let high = lines.len();
        sums.fill(0);
        for line in lines {
            for (sum, &value) in sums.iter_mut().zip(&raster.row(line)[columns.clone()]) {
                *sum += u16::from(value);
            }
        }
        match raster.channels() {
            Channels::Gray => means::<1>(&sums, across as usize, high, row),
            Channels::Rgb => means::<3>(&sums, across as usize, high, row),
            Channels::Rgba => means::<4>(&sums, across as usize, high, row),
        }
    }
    target
}

/// The means of blocks whose columns have been summed over `high` rows.
fn means<const N: usize>(sums: &[u16], across: usize, high: usize, row: &mut [u8]) {
    let sums = sums.as_chunks::<N>().0;
    let row = row.as_chunks_mut::<N>().0;
    // The commonest widths as constants, for loops that the compiler can unroll.
    match across {
        2 => of_blocks(sums, 2, high, row),
        3 => of_blocks(sums, 3, high, row),
        4 => of_blocks(sums, 4, high, row),
        _ => of_blocks(sums, across, high, row),
    }
}

#[inline(always)]
fn of_blocks<const N: usize>(sums: &[[u16; N]], across: usize, high: usize, row: &mut [[u8; N]]) {
    let blocks = sums.chunks_exact(across);
    if let (rest @ [_, ..], Some(last)) = (blocks.remainder(), row.last_mut()) {
        *last = mean(rest, 1.0 / (rest.len() * high) as f32);
    }
    let share = 1.0 / (across * high) as f32;
    for (block, value) in blocks.zip(row) {
        *value = mean(block, share);
    }
}

#[inline(always)]
fn mean<const N: usize>(block: &[[u16; N]], share: f32) -> [u8; N] {
    let mut total = [0_u32; N];
    for pixel in block {
        for (total, &sum) in total.iter_mut().zip(pixel) {
            *total += u32::from(sum);
        }
    }
    total.map(|total| (total as f32 * share + 0.5) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_is_its_mean() {
        for channels in [Channels::Gray, Channels::Rgb, Channels::Rgba] {
            let count = channels.count();
            let pixels: Vec<u8> = (0..23 * 17 * count).map(|i| (i * 37 % 251) as u8).collect();
            let raster = Raster::from_pixels(23, 17, channels, pixels);
            for (x, y, (across, down)) in [
                ((0, 23), (0, 17), (2, 2)),
                ((3, 23), (1, 16), (3, 1)),
                ((0, 20), (0, 17), (4, 5)),
                ((1, 2), (0, 1), (9, 9)),
                ((0, 23), (0, 17), (7, 256)),
            ] {
                let reduced = reduce(&raster, x, y, (across, down));
                assert_eq!((reduced.width(), reduced.height()), ((x.1 - x.0).div_ceil(across), (y.1 - y.0).div_ceil(down)));
                for (row, column) in (0..reduced.height()).flat_map(|row| (0..reduced.width()).map(move |column| (row, column))) {
                    let rows = y.0 + row * down..(y.0 + (row + 1) * down).min(y.1);
                    let columns = x.0 + column * across..(x.0 + (column + 1) * across).min(x.1);
                    let area = f64::from(rows.end - rows.start) * f64::from(columns.end - columns.start);
                    for sample in 0..count {
                        let all = rows.clone().flat_map(|y| columns.clone().map(move |x| (x, y)));
                        let sum: f64 = all.map(|(x, y)| f64::from(raster.pixel(x, y)[sample])).sum();
                        let got = f64::from(reduced.pixel(column, row)[sample]);
                        assert!((got - sum / area).abs() <= 0.51, "{channels:?} {across} x {down}: {got} instead of {}", sum / area);
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_blocks_do_not_overflow() {
        let raster = Raster::from_pixels(300, 300, Channels::Gray, vec![255; 90_000]);
        assert!(reduce(&raster, (0, 300), (0, 300), (MOST, MOST)).pixels().iter().all(|&value| value == 255));
    }
}
