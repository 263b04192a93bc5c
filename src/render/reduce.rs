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
            Channels::Gray => means::<1>(&sums, across, high, row),
            Channels::Rgb => means::<3>(&sums, across, high, row),
            Channels::Rgba => means::<4>(&sums, across, high, row),
        }
    }
    target
}

/// The means of blocks whose columns have been summed over `high` rows.
fn means<const N: usize>(sums: &[u16], across: u32, high: usize, row: &mut [u8]) {
    let pixels = sums.as_chunks::<N>().0;
    for (block, mean) in pixels.chunks(across as usize).zip(row.as_chunks_mut::<N>().0) {
        let share = 1.0 / (block.len() * high) as f32;
        let mut total = [0_u32; N];
        for pixel in block {
            for (total, &sum) in total.iter_mut().zip(pixel) {
                *total += u32::from(sum);
            }
        }
        *mean = total.map(|total| (total as f32 * share + 0.5) as u8);
    }
}
